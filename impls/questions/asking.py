"""What every library is asked: small cases whose entries are halves, so that they can be typed, and starts by their seeds.

The claims that judge the answers put the same cases to the equations, so nothing here depends on a library.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import torch

from impls.questions.adapter import Array, Kind, Look, Parameters, Put
from impls.recurrent import gru
from impls.recurrent.elman import Elman
from impls.recurrent.gru import GRU
from impls.recurrent.lstm import LSTM

D, N = 2, 2  # units, steps: the smallest in which the two places of the reset differ
CASES = 4
SALT = 7  # the first with which none of the matrices that are transposed on purpose is its own transpose

BLUNDERS = ("input_and_output_exchanged", "gates_exchanged", "a_bias_dropped", "state_transposed")

# How our parameters are put into a library: as they are named, or so that a convention is undone.
Placing = Callable[[Parameters], Parameters]


def as_named(p: Parameters) -> Parameters:
    """Each gate under its own name."""
    return p


def update_gate_negated(p: Parameters) -> Parameters:
    """σ(-a) = 1 - σ(a): the update gate then weighs what it did not."""
    assert isinstance(p, GRU)
    return gru.swapped(p)


def forget_bias_less_one(p: Parameters) -> Parameters:
    """For a library that adds 1 to it."""
    assert isinstance(p, LSTM)
    return replace(p, b_f=p.b_f - 1)


def input_and_output_exchanged(p: Parameters) -> Parameters:
    """A blunder on purpose: two gates of an LSTM in each other's place, as in weights stacked in another library's order."""
    assert isinstance(p, LSTM)
    return replace(p, W_i=p.W_o, b_i=p.b_o, W_o=p.W_i, b_o=p.b_i)


def gates_exchanged(p: Parameters) -> Parameters:
    """The same for a GRU: reset and update."""
    assert isinstance(p, GRU)
    return replace(p, W_z=p.W_r, b_z=p.b_r, W_r=p.W_z, b_r=p.b_z)


def a_bias_dropped(p: Parameters) -> Parameters:
    """A blunder on purpose: the candidate, or the state, without its bias."""
    if isinstance(p, LSTM):
        return replace(p, b_C=torch.zeros_like(p.b_C))
    return replace(p, b=torch.zeros_like(p.b))


def state_transposed(p: Parameters) -> Parameters:
    """A blunder on purpose: what reads the state is transposed, as where one library has rows for what another has columns."""
    if isinstance(p, Elman):
        return replace(p, W_h=p.W_h.T)
    name = "W_C" if isinstance(p, LSTM) else "W"
    W = getattr(p, name)
    d = len(W)
    return replace(p, **{name: torch.cat([W[:, :d].T, W[:, d:]], dim=1)})


PLACINGS: Mapping[Kind, tuple[Placing, ...]] = {
    "tanh": (as_named, a_bias_dropped, state_transposed),
    "LSTM": (as_named, forget_bias_less_one, input_and_output_exchanged, a_bias_dropped, state_transposed),
    "GRU": (as_named, update_gate_negated, gates_exchanged, a_bias_dropped, state_transposed),
}


@cache
def parameters(kind: Kind, case: int, inside: bool = False) -> Parameters:
    """Case number `case`: entries are halves within [-1, 1]. A GRU's bias inside the reset is 0, as in print, but where it is
    asked for."""
    halves = _halves(kind, case, inside)
    if kind == "tanh":
        return Elman(halves(D, D), halves(D, D), halves(D))
    if kind == "LSTM":
        return LSTM(*(halves(D, 2 * D) for _ in range(4)), *(halves(D) for _ in range(4)))
    within = halves(D) if inside else torch.zeros(D, dtype=torch.float64)
    return GRU(*(halves(D, 2 * D) for _ in range(3)), *(halves(D) for _ in range(3)), within)  # type: ignore[call-arg]


def marked(kind: Kind, inside: float = 31) -> Parameters:
    """Parameters that say where each came from: what the k-th gate makes of the state is k + 1 throughout, of the input 11 + k;
    its bias is 21 + k, and that `inside` a GRU's reset 31, or 0 where there is no place for it."""
    gates = {"tanh": 1, "LSTM": 4, "GRU": 3}[kind]
    of = [np.full((D, 2 * D), k + 1.0) for k in range(gates)]
    for k, W in enumerate(of):
        W[:, D:] = 11 + k
    biases = [np.full(D, 21.0 + k) for k in range(gates)]
    if kind == "tanh":
        return Elman(*map(torch.from_numpy, (of[0][:, :D], of[0][:, D:], biases[0])))
    if kind == "LSTM":
        return LSTM(*map(torch.from_numpy, (*of, *biases)))
    vectors = (*biases, np.full(D, float(inside)))
    return GRU(*map(torch.from_numpy, of), *map(torch.from_numpy, vectors))  # type: ignore[call-arg]


def put(kind: Kind, case: int) -> Put:
    """The inputs (2, 1, 2) of that case, and what its outputs are weighed with."""
    halves = _halves("inputs of " + kind, case)
    return Put(xs=halves(N, 1, D).numpy(), weighed=halves(N, 1, D).numpy())


def _halves(*what: object) -> Callable[..., torch.Tensor]:
    """Numbers that only the words decide: never 0, so that nothing drops out by chance."""
    drawn = np.random.Generator(np.random.PCG64(list(repr((SALT, *what)).encode())))

    def halves(*shape: int) -> torch.Tensor:
        return torch.from_numpy(drawn.choice([-1, -0.5, 0.5, 1], size=shape))

    return halves


# --- padding: three sequences of a batch, and one without a token -----------------------------------------------------

LENGTHS: Mapping[str, tuple[int, ...]] = {"full": (3, 3), "padded": (3, 1), "an empty row": (2, 0)}


def padded(lengths: tuple[int, ...]) -> Put:
    """Two sequences side by side, (n, 2, 2). What lies behind the end of one is not 0, so that it shows where it is read."""
    xs = _halves("padding", lengths)(max(lengths), len(lengths), D).numpy()
    return Put(xs=xs, lengths=lengths)


# --- attention --------------------------------------------------------------------------------------------------------

WIDTH, HEADS = 2, 2
MASK = ((True, False, True), (True, True, False))  # of two queries; True here means nothing by itself
LOOKS: Mapping[str, Callable[[], Look]] = {
    "no mask": lambda: look(2, 3),
    "a mask": lambda: replace(look(2, 3), mask=np.array(MASK)),
    "a mask, inverted": lambda: replace(look(2, 3), mask=~np.array(MASK)),
    "causal": lambda: replace(look(3, 3), causal=True),
    "causal, two queries beside three keys": lambda: replace(look(2, 3), causal=True),
    "a row of True": lambda: replace(look(2, 3), mask=np.array(((True,) * 3, MASK[1]))),
    "a row of False": lambda: replace(look(2, 3), mask=np.array(((False,) * 3, MASK[1]))),
}

SHOWN = {"a mask", "causal, two queries beside three keys", "a row of False", "near 10²⁰"}  # with a program to try


def look(queries: int, keys: int, heads: int = 1) -> Look:
    """So many queries, keys and values of width 2 a head."""
    halves = _halves("attention", queries, keys, heads)
    d = WIDTH * heads
    return Look(halves(queries, d).numpy(), halves(keys, d).numpy(), halves(keys, d).numpy(), heads=heads)


def projections(heads: int = HEADS) -> tuple[Array, ...]:
    """W_q, W_k, W_v and W_o of a multi-head layer."""
    halves, d = _halves("projections", heads), WIDTH * heads
    return tuple(halves(d, d).numpy() for _ in range(4))


# --- clipping: float32 gradients, finite all of them ------------------------------------------------------------------

THRESHOLD = 1.0
GRADIENTS: Mapping[str, tuple[tuple[float, ...], ...]] = {
    "short": ((0.25, 0.5), (0.5,)),
    "long": ((3.0, 4.0), (12.0,)),
    "near 10²⁰": ((3e20, 4e20), (12e20,)),
    "near the largest float": ((3e38,), (-3e38,)),
}


def gradients(name: str) -> list[Array]:
    """One array a parameter."""
    return [np.array(one, dtype=np.float32) for one in GRADIENTS[name]]
