"""Equinox: its cells under `jax.lax.scan`, a batch by `jax.vmap`; attention.

Gates are stacked i f g o and r z n. One bias; a GRU has `bias_n` beside it, inside the reset. Nothing tells lengths, and there is
no layer in both directions.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from impls.elsewhere.on_jax import FLOATS, Gate, arrays, by_gate, no_lengths, ours, ran, split_end, typed, units
from impls.questions.adapter import Array, Attention, Kind, Layer, Library, Look, Parameters, Put, Ran, Refused
from impls.recurrent.gru import GRU

CELLS = {"LSTM": eqx.nn.LSTMCell, "GRU": eqx.nn.GRUCell}
FIELDS = {"LSTM": ("weight_ih", "weight_hh", "bias"), "GRU": ("weight_ih", "weight_hh", "bias", "bias_n")}
LETTERS = {"LSTM": "ifgo", "GRU": "rzn"}


def stacked(kind: str, p: Parameters) -> list[Array]:
    """Our parameters as the fields of the cell."""
    gates = by_gate(p)
    W_h, W_x, b = (np.concatenate(parts) for parts in zip(*(gates[name] for name in LETTERS[kind]), strict=True))
    return [W_x, W_h, b] + ([np.array(p.b_hn)] if isinstance(p, GRU) else [])


def fields(kind: str, p: Parameters) -> dict[str, Array]:
    """The same by their names."""
    return dict(zip(FIELDS[kind], stacked(kind, p), strict=True))


def _cell(kind: str, p: Parameters) -> Any:
    parts = stacked(kind, p)
    cell = CELLS[kind](parts[0].shape[1], units(p), key=jax.random.key(0))
    return eqx.tree_at(lambda c: [getattr(c, name) for name in FIELDS[kind]], cell, [jnp.array(one) for one in parts])


def _scanned(cell: Any, xs: Any, lengths: None) -> tuple[Any, Any]:
    """A cell over all steps, each sequence of the batch by itself."""
    pair = isinstance(cell, eqx.nn.LSTMCell)

    def step(state: Any, x: Any) -> tuple[Any, Any]:
        state = cell(x, state)
        return state, state[0] if pair else state

    def run(xs: Any) -> tuple[Any, Any]:
        zeros = jnp.zeros(cell.hidden_size)
        return jax.lax.scan(step, (zeros, zeros) if pair else zeros, xs)

    end, outputs = jax.vmap(run, in_axes=1, out_axes=(0, 1))(xs)
    return outputs, split_end("LSTM" if pair else "GRU", end, cell_first=False)


def cells(kind: str, p: Parameters, put: Put) -> Ran:
    """The cell in a scan; it knows of no lengths."""
    no_lengths(put)
    return ran(_scanned, _cell(kind, p), put)


def start(kind: str, d: int, m: int, seed: int) -> Parameters:
    cell = CELLS[kind](m, d, key=jax.random.key(seed))
    W_x, W_h, b = (np.split(np.array(getattr(cell, name)), len(LETTERS[kind])) for name in FIELDS[kind][:3])
    gates = {name: Gate(*parts) for name, *parts in zip(LETTERS[kind], W_h, W_x, b, strict=True)}
    return ours(gates, cell.bias_n if kind == "GRU" else None)


def embedding(symbols: int, m: int, seed: int) -> Array:
    return np.array(eqx.nn.Embedding(symbols, m, key=jax.random.key(seed)).weight)


# --- attention --------------------------------------------------------------------------------------------------------


def multi_head(look: Look, W: Sequence[Array] | None = None) -> Array:
    if look.causal:
        raise Refused("no hint for a causal mask")
    d = look.queries.shape[1]
    W = (np.eye(d),) * 4 if W is None else W
    layer = eqx.nn.MultiheadAttention(look.heads, d, key=jax.random.key(0))
    places = lambda a: [one.weight for one in (a.query_proj, a.key_proj, a.value_proj, a.output_proj)]  # noqa: E731
    layer = eqx.tree_at(places, layer, [jnp.array(one) for one in W])
    q, k, v = (jnp.array(one) for one in (look.queries, look.keys, look.values))
    return np.array(layer(q, k, v, mask=None if look.mask is None else jnp.array(look.mask)))


# --- programs to paste ------------------------------------------------------------------------------------------------

IMPORTS = ["import equinox as eqx", "import jax", "import jax.numpy as jnp", FLOATS]


def layer_code(kind: str, p: Parameters, xs: Array) -> str:
    d, fields = units(p), FIELDS[kind]
    start, output = (f"(jnp.zeros({d}), jnp.zeros({d}))", "state[0]") if kind == "LSTM" else (f"jnp.zeros({d})", "state")
    return "\n".join([
        *IMPORTS,
        f"cell = eqx.nn.{CELLS[kind].__name__}({xs.shape[-1]}, {d}, key=jax.random.key(0))",
        f"places = lambda cell: [{', '.join(f'cell.{name}' for name in fields)}]",
        *arrays(**dict(zip(fields, stacked(kind, p), strict=True)), xs=xs[:, 0]),
        f"cell = eqx.tree_at(places, cell, [{', '.join(fields)}])",
        "def step(state, x):",
        "    state = cell(x, state)",
        f"    return state, {output}",
        f"state, outputs = jax.lax.scan(step, {start}, xs)",
        "print(*outputs.tolist(), sep='\\n')",
    ])  # fmt: skip


def attention_code(look: Look) -> str:
    d = look.queries.shape[1]
    mask = "" if look.mask is None else f", mask=jnp.array({look.mask.tolist()})"
    hint = ", is_causal=True" if look.causal else ""
    return "\n".join([
        *IMPORTS,
        *arrays(q=look.queries, k=look.keys, v=look.values),
        f"layer = eqx.nn.MultiheadAttention({look.heads}, {d}, key=jax.random.key(0))",
        "places = lambda a: [one.weight for one in (a.query_proj, a.key_proj, a.value_proj, a.output_proj)]",
        f"layer = eqx.tree_at(places, layer, [{typed(np.eye(d))}] * 4)",
        f"print(*layer(q, k, v{mask}{hint}).tolist(), sep='\\n')",
    ])  # fmt: skip


def _layer(kind: Kind) -> Layer:
    return Layer(
        f"nn.{CELLS[kind].__name__}",
        kind,
        "float64",
        partial(cells, kind),
        partial(layer_code, kind),
        partial(start, kind),
        embedding,
        stored=partial(fields, kind),
    )


LIBRARY = Library(
    "equinox",
    (_layer("LSTM"), _layer("GRU")),
    (Attention("nn.MultiheadAttention", "float64", multi_head, attention_code, multi_head),),
    beside=("jax", "jaxlib"),
)
