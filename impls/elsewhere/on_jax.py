"""What the libraries on JAX share: parameters gate by gate, a call that is compiled once for each shape, and its gradient."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import jax
import numpy as np
import torch

from impls.questions.adapter import Array, Kind, Parameters, Put, Ran, Refused, written
from impls.recurrent.elman import Elman
from impls.recurrent.gru import GRU
from impls.recurrent.lstm import LSTM

# (weights as the library keeps them, inputs, lengths or None) -> (all outputs, (last state, last cell or None) or None)
Call: TypeAlias = Callable[[Any, Any, Any], tuple[Any, Any]]

FLOATS = 'jax.config.update("jax_enable_x64", True)'  # a line of every program: JAX has no float64 without it


class Gate(NamedTuple):
    """What one gate makes of the state (d, d) and of the input (d, m), and its bias."""

    W_h: Array
    W_x: Array
    b: Array


def by_gate(p: Parameters) -> dict[str, Gate]:
    """Under the letters that all of these libraries use: i f g o, or r z n; a simple network has but "h"."""
    if isinstance(p, Elman):
        return {"h": Gate(*(np.array(one) for one in (p.W_h, p.W_x, p.b)))}
    if isinstance(p, LSTM):
        named = {"i": (p.W_i, p.b_i), "f": (p.W_f, p.b_f), "g": (p.W_C, p.b_C), "o": (p.W_o, p.b_o)}
    else:
        named = {"r": (p.W_r, p.b_r), "z": (p.W_z, p.b_z), "n": (p.W, p.b)}
    return {name: Gate(np.array(W[:, : len(b)]), np.array(W[:, len(b) :]), np.array(b)) for name, (W, b) in named.items()}


def ours(gates: Mapping[str, Gate], inside: Any = None) -> Parameters:
    """The same backwards; `inside` is a GRU's bias inside the reset, None where the library has none."""
    W = {name: torch.from_numpy(np.concatenate([gate.W_h, gate.W_x], axis=1)) for name, gate in gates.items()}
    b = {name: torch.from_numpy(np.array(gate.b)) for name, gate in gates.items()}
    if "h" in gates:
        return Elman(*(torch.from_numpy(np.array(one)) for one in gates["h"]))
    if "i" in gates:
        return LSTM(*(W[name] for name in "figo"), *(b[name] for name in "figo"))
    within = torch.zeros_like(b["n"]) if inside is None else torch.from_numpy(np.array(inside))
    return GRU(*(W[name] for name in "zrn"), *(b[name] for name in "zrn"), within)  # type: ignore[call-arg]


def no_bias_inside(p: Parameters) -> None:
    """For a layer that has no place for it. Refused if it is not 0."""
    if isinstance(p, GRU) and bool(p.b_hn.any()):
        raise Refused("no place for a bias inside the reset")


def no_lengths(put: Put) -> None:
    """For a layer that runs through all steps. Refused if lengths are told."""
    if put.lengths is not None:
        raise Refused("no way to tell lengths")


def units(p: Parameters) -> int:
    """How wide the state is."""
    return len(next(iter(vars(p).values())))


@partial(jax.jit, static_argnums=0)
def _asked(call: Call, weights: Any, xs: Any, lengths: Any, weighed: Any) -> Any:
    if weighed is None:
        return *call(weights, xs, lengths), None
    outputs, back, end = jax.vjp(lambda xs: call(weights, xs, lengths), xs, has_aux=True)
    return outputs, end, back(weighed)[0]


def ran(call: Call, weights: Any, put: Put) -> Ran:
    """One call. `call` is kept for as long as it is the same object, so build it once."""
    lengths = None if put.lengths is None else np.array(put.lengths)
    outputs, end, gradient = _asked(call, weights, put.xs, lengths, put.weighed)
    last, cell = (None if one is None else np.array(one) for one in end or (None, None))
    return Ran(np.array(outputs), last, cell, None if gradient is None else np.array(gradient))


def split_end(kind: Kind, end: Any, cell_first: bool) -> Any:
    """(last state, last cell or None) of what a library carries from step to step."""
    if kind != "LSTM":
        return end, None
    return (end[1], end[0]) if cell_first else (end[0], end[1])


def typed(array: Array) -> str:
    """An array as one types it."""
    return f"jnp.array({written(array)}, float)"


def arrays(**named: Array) -> list[str]:
    """A line of a program for each."""
    return [f"{name} = {typed(one)}" for name, one in named.items()]
