"""What an adapter is: rows of layers, of attention and of clipping, each a name and functions that call the library.

Arrays are numpy's, time first. Parameters are ours: `Elman`, `LSTM`, `GRU` of `impls.recurrent`, each gate by its name in the
library's own documents, so that nothing but the library decides what a gate does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from impls.recurrent.elman import Elman
from impls.recurrent.gru import GRU
from impls.recurrent.lstm import LSTM

Array: TypeAlias = NDArray[Any]
Parameters: TypeAlias = Elman | LSTM | GRU
Kind: TypeAlias = str  # tanh, LSTM, GRU
Start: TypeAlias = Callable[[int, int, int], Parameters]  # units, width of the inputs, seed
Precision = Literal["float64", "float32"]


class Refused(Exception):
    """The library does not take this: with its own words, or ours where it has no place for it."""


@dataclass(frozen=True)
class Put:
    """What is put to a layer: inputs (n, batch, m); how long each sequence of the batch is where they are padded, None if all are
    n; and, where the gradient is asked for, what the outputs are weighed with, (n, batch, d)."""

    xs: Array
    lengths: tuple[int, ...] | None = None
    weighed: Array | None = None


@dataclass(frozen=True)
class Ran:
    """What a layer handed back, from a state of zeros: all outputs (n, batch, d), twice as wide in both directions; the last
    state (batch, d) and, of an LSTM, the last cell; the gradient of Σ weighed · outputs by the inputs, (n, batch, m), None where
    the library does not differentiate or none was asked for. Both directions have no last state here."""

    outputs: Array
    last: Array | None = None
    cell: Array | None = None
    gradient: Array | None = None


@dataclass(frozen=True)
class Layer:
    """A recurrent layer as a library builds it.

    `run` puts something to the layer with these parameters; `start` gives the parameters (d, m, seed) that the library draws
    when nobody says anything; `embed` its embedding (symbols, m, seed) at the start; `both_ways` runs forward and backward
    parameters as the library's own bidirectional layer; `code` is the smallest program with which a student sees the same: it
    builds the layer with these parameters, runs it on these inputs (n, 1, m), and prints the outputs, a row a step. `recipes`
    are other starts that are taught for it, as people type them. All but `run` and `code` may be missing."""

    name: str
    kind: Kind
    precision: Precision
    run: Callable[[Parameters, Put], Ran]
    code: Callable[[Parameters, Array], str]
    start: Start | None = None
    embed: Callable[[int, int, int], Array] | None = None
    both_ways: Callable[[Parameters, Parameters, Put], Ran] | None = None
    recipes: Mapping[str, Start] = field(default_factory=dict)
    stored: Callable[[Parameters], Mapping[str, Array]] | None = None


@dataclass(frozen=True)
class Look:
    """What is put to attention: queries (m, d), keys and values (n, d); `mask` (m, n) exactly as it is handed to the library;
    whether the library's own hint for a causal mask is given; how many heads share d."""

    queries: Array
    keys: Array
    values: Array
    mask: Array | None = None
    causal: bool = False
    heads: int = 1


@dataclass(frozen=True)
class Attention:
    """Attention as a library builds it. `run` gives the outputs (m, d); with `projections` (W_q, W_k, W_v, W_o, each d × d, no
    biases) it is the multi-head layer. `dropped` gives the weights (m, n) that it hands back in training with dropout of one
    half, by a seed. `code` as for layers."""

    name: str
    precision: Precision
    run: Callable[[Look], Array]
    code: Callable[[Look], str]
    multi_head: Callable[[Look, Sequence[Array]], Array] | None = None
    dropped: Callable[[Look, int], Array] | None = None


@dataclass(frozen=True)
class Clipping:
    """Clipping by the norm as a library does it, in float32: `run` takes gradients, one array a parameter, and the threshold. It
    clips the norm of all together, or of each by itself."""

    name: str
    of: Literal["all together", "each by itself"]
    run: Callable[[Sequence[Array], float], Sequence[Array]]
    code: Callable[[Sequence[Array], float], str]


@dataclass(frozen=True)
class Library:
    """A library: the name of its package, what it builds, and the packages beside it whose versions matter."""

    package: str
    layers: tuple[Layer, ...] = ()
    attention: tuple[Attention, ...] = ()
    clipping: tuple[Clipping, ...] = ()
    beside: tuple[str, ...] = ()


def numbers(array: Any) -> Array:
    """As an array of numpy."""
    return np.asarray(array)


def flat(nested: Mapping[str, Any], name: str = "") -> dict[str, Array]:
    """Arrays of nested mappings by their names, joined by points."""
    found: dict[str, Array] = {}
    for key, one in nested.items():
        found |= flat(one, f"{name}{key}.") if isinstance(one, Mapping) else {f"{name}{key}": np.asarray(one)}
    return found


def written(array: Any) -> str:
    """Numbers as one types them into a program: nested lists, whole numbers without a point."""
    found = np.asarray(array, dtype=float)
    if found.ndim:
        return f"[{', '.join(written(one) for one in found)}]"
    number = float(found)
    if not np.isfinite(number):
        return f'float("{number}")'
    return str(int(number)) if number.is_integer() and abs(number) < 1e6 else repr(number)
