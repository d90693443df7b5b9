"""Flax, its newer interface `flax.nnx`: cells in `RNN` and `Bidirectional`, which take `seq_lengths`.

Its `LSTMCell` has a kernel for each gate, the others stack theirs: i f g o and r z n. A GRU has no bias inside the reset. An LSTM
carries (cell, state).
"""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from impls.elsewhere.in_flax import CELLS, named, unnamed
from impls.elsewhere.on_jax import FLOATS, Call, Gate, arrays, by_gate, no_bias_inside, ours, ran, split_end, typed, units
from impls.questions.adapter import Array, Kind, Layer, Library, Parameters, Put, Ran, flat

LETTERS: Mapping[str, str] = {"SimpleCell": "h", "OptimizedLSTMCell": "ifgo", "GRUCell": "rzn"}  # of those that stack

Named = dict[str, dict[str, Array]]


def kept_as(name: str, p: Parameters) -> Named:
    """Our parameters under the names of that cell."""
    no_bias_inside(p)
    if name == "LSTMCell":
        return {"if_" if gate == "if" else gate: parts for gate, parts in named(p).items()}
    gates = by_gate(p)
    W_h, W_x, b = (np.concatenate(parts) for parts in zip(*(gates[letter] for letter in LETTERS[name]), strict=True))
    kept: Named = {"dense_i": {"kernel": W_x.T}, "dense_h": {"kernel": W_h.T}}
    kept["dense_h" if name == "OptimizedLSTMCell" else "dense_i"]["bias"] = b
    return kept


def _ours(name: str, kept: Mapping[str, Mapping[str, Any]]) -> Parameters:
    """The same backwards."""
    if name == "LSTMCell":
        return unnamed({gate.rstrip("_"): parts for gate, parts in kept.items()})
    b = kept["dense_h" if name == "OptimizedLSTMCell" else "dense_i"]["bias"]
    stacks = (kept["dense_h"]["kernel"].T, kept["dense_i"]["kernel"].T, b)
    parts = zip(*(np.split(np.array(one), len(LETTERS[name])) for one in stacks), strict=True)
    return ours({letter: Gate(*part) for letter, part in zip(LETTERS[name], parts, strict=True)})


def _cell(name: str, d: int, m: int, seed: Any = 0) -> Any:
    """In float64; a simple cell computes in float32 where nobody says otherwise."""
    return getattr(nnx, name)(m, d, dtype=jnp.float64, param_dtype=jnp.float64, rngs=nnx.Rngs(seed))


@cache
def _unrolled(name: str, d: int, m: int, both: bool) -> tuple[Any, Call]:
    """(a state to fill, what runs it)."""
    made = [nnx.RNN(_cell(name, d, m)) for _ in range(2 if both else 1)]
    graph, state, rest = nnx.split(nnx.Bidirectional(*made) if both else made[0], nnx.Param, ...)

    def call(weights: Any, xs: Any, lengths: Any) -> tuple[Any, Any]:
        layer = nnx.merge(graph, weights, rest, copy=True)
        end, outputs = layer(xs, seq_lengths=lengths, return_carry=True, time_major=True)
        return outputs, None if both else split_end(CELLS[name], end, cell_first=True)

    return state, call


def _ran(name: str, kept: Any, put: Put, d: int, both: bool) -> Ran:
    state, call = _unrolled(name, d, put.xs.shape[-1], both)
    nnx.replace_by_pure_dict(state, jax.tree.map(jnp.array, kept))
    return ran(call, state, put)


def unrolled(name: str, p: Parameters, put: Put) -> Ran:
    return _ran(name, {"cell": kept_as(name, p)}, put, units(p), False)


def both_ways(name: str, p: Parameters, backward: Parameters, put: Put) -> Ran:
    kept = {"forward_rnn": {"cell": kept_as(name, p)}, "backward_rnn": {"cell": kept_as(name, backward)}}
    return _ran(name, kept, put, units(p), True)


@cache
def _draw(name: str, d: int, m: int) -> Any:
    return jax.jit(lambda key: nnx.to_pure_dict(nnx.state(_cell(name, d, m, key), nnx.Param)))


def start(name: str, d: int, m: int, seed: int) -> Parameters:
    return _ours(name, _draw(name, d, m)(jax.random.key(seed)))


@cache
def _embedding(symbols: int, m: int) -> Any:
    return jax.jit(lambda key: nnx.Embed(symbols, m, param_dtype=jnp.float64, rngs=nnx.Rngs(key)).embedding[...])


def embedding(symbols: int, m: int, seed: int) -> Array:
    return np.array(_embedding(symbols, m)(jax.random.key(seed)))


# --- programs to paste ------------------------------------------------------------------------------------------------

IMPORTS = ["import jax", "import jax.numpy as jnp", "from flax import nnx", FLOATS]


def layer_code(name: str, p: Parameters, xs: Array) -> str:
    fills = [f"cell.{part}.{what}[...] = {typed(one)}" for part, parts in kept_as(name, p).items() for what, one in parts.items()]
    return "\n".join([
        *IMPORTS,
        f"cell = nnx.{name}({xs.shape[-1]}, {units(p)}, dtype=float, param_dtype=float, rngs=nnx.Rngs(0))",
        *fills, *arrays(xs=xs[:, 0]),
        "print(*nnx.RNN(cell)(xs).tolist(), sep='\\n')",
    ])  # fmt: skip


def _layer(name: str, kind: Kind) -> Layer:
    both = None if name == "OptimizedLSTMCell" else partial(both_ways, name)  # a second LSTM would show the same
    return Layer(
        f"nnx.{name}",
        kind,
        "float64",
        partial(unrolled, name),
        partial(layer_code, name),
        partial(start, name),
        embedding,
        both,
        stored=lambda p: flat(kept_as(name, p)),
    )


LIBRARY = Library("flax", tuple(_layer(name, kind) for name, kind in CELLS.items()), beside=("jax", "jaxlib"))
