"""Flax, its older interface `flax.linen`: cells in `RNN` and `Bidirectional`, which take `seq_lengths`.

A kernel for each gate, of the input and of the state. The bias is beside the input in a simple cell and a GRU, beside the state
in an LSTM; a GRU's candidate has another inside the reset. An LSTM carries (cell, state).
"""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from impls.elsewhere.on_jax import FLOATS, Call, Gate, arrays, by_gate, ours, ran, split_end, typed, units
from impls.questions.adapter import Array, Kind, Layer, Library, Parameters, Put, Ran, flat
from impls.recurrent.gru import GRU

CELLS: Mapping[str, Kind] = {"SimpleCell": "tanh", "LSTMCell": "LSTM", "OptimizedLSTMCell": "LSTM", "GRUCell": "GRU"}

Named = dict[str, dict[str, Array]]  # parameters as a cell keeps them


def named(p: Parameters) -> Named:
    """Our parameters under Flax's names: i for what reads the input and h for what reads the state, then the gate."""
    gates = by_gate(p)
    if "h" in gates:
        W_h, W_x, b = gates["h"]
        return {"i": {"kernel": W_x.T, "bias": b}, "h": {"kernel": W_h.T}}
    kept: Named = {}
    for gate, (W_h, W_x, b) in gates.items():
        kept[f"i{gate}"], kept[f"h{gate}"] = {"kernel": W_x.T}, {"kernel": W_h.T}
        kept[f"h{gate}" if "i" in gates else f"i{gate}"]["bias"] = b
    if isinstance(p, GRU):
        kept["hn"]["bias"] = np.array(p.b_hn)
    return kept


def unnamed(kept: Mapping[str, Mapping[str, Any]]) -> Parameters:
    """The same backwards."""

    def gate(h: str, i: str) -> Gate:
        b = kept[h if "hf" in kept else i]["bias"]
        return Gate(np.array(kept[h]["kernel"]).T, np.array(kept[i]["kernel"]).T, np.array(b))

    if "i" in kept:
        return ours({"h": gate("h", "i")})
    gates = {name[1]: gate(name, f"i{name[1]}") for name in kept if name.startswith("h")}
    return ours(gates, kept["hn"]["bias"] if "hn" in kept else None)


@cache
def _unrolled(name: str, d: int, both: bool) -> Call:
    made = [nn.RNN(getattr(nn, name)(d, param_dtype=jnp.float64)) for _ in range(2 if both else 1)]
    layer = nn.Bidirectional(*made) if both else made[0]

    def call(weights: Any, xs: Any, lengths: Any) -> tuple[Any, Any]:
        end, outputs = layer.apply({"params": weights}, xs, seq_lengths=lengths, return_carry=True, time_major=True)
        return outputs, None if both else split_end(CELLS[name], end, cell_first=True)

    return call


def unrolled(name: str, p: Parameters, put: Put) -> Ran:
    return ran(_unrolled(name, units(p), False), {"cell": named(p)}, put)


def both_ways(name: str, p: Parameters, backward: Parameters, put: Put) -> Ran:
    kept = {"forward_rnn": {"cell": named(p)}, "backward_rnn": {"cell": named(backward)}}
    return ran(_unrolled(name, units(p), True), kept, put)


@cache
def _draw(name: str, d: int, m: int) -> Any:
    cell = getattr(nn, name)(d, param_dtype=jnp.float64)
    x = jnp.zeros(m)
    return jax.jit(lambda key: cell.init(key, cell.initialize_carry(key, x.shape), x))


def start(name: str, d: int, m: int, seed: int) -> Parameters:
    return unnamed(_draw(name, d, m)(jax.random.key(seed))["params"])


@cache
def _embedding(symbols: int, m: int) -> Any:
    return jax.jit(lambda key: nn.Embed(symbols, m, param_dtype=jnp.float64).init(key, jnp.array([0])))


def embedding(symbols: int, m: int, seed: int) -> Array:
    return np.array(_embedding(symbols, m)(jax.random.key(seed))["params"]["embedding"])


# --- programs to paste ------------------------------------------------------------------------------------------------

IMPORTS = ["import jax", "import jax.numpy as jnp", "from flax import linen as nn", FLOATS]


def layer_code(name: str, p: Parameters, xs: Array) -> str:
    rows = [
        f"    {gate!r}: {{{', '.join(f'{part!r}: {typed(one)}' for part, one in parts.items())}}},"
        for gate, parts in named(p).items()
    ]
    return "\n".join([
        *IMPORTS,
        f"layer = nn.RNN(nn.{name}({units(p)}, param_dtype=float))",
        "cell = {", *rows, "}",
        *arrays(xs=xs[:, 0]),
        'print(*layer.apply({"params": {"cell": cell}}, xs).tolist(), sep="\\n")',
    ])  # fmt: skip


def _layer(name: str, kind: Kind) -> Layer:
    both = None if name == "OptimizedLSTMCell" else partial(both_ways, name)  # a second LSTM would show the same
    return Layer(
        f"linen.{name}",
        kind,
        "float64",
        partial(unrolled, name),
        partial(layer_code, name),
        partial(start, name),
        embedding,
        both,
        stored=lambda p: flat(named(p)),
    )


LIBRARY = Library("flax", tuple(_layer(name, kind) for name, kind in CELLS.items()), beside=("jax", "jaxlib"))
