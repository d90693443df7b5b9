"""The LSTM with all products of its inputs taken ahead of the recurrence.

    W_* [h_{t-1}, x_t] + b_*  =  W_*^h h_{t-1} + (W_*^x x_t + b_*)        * = f, i, C, o

The bracket reads no state: for all n steps it can be had at once, before the first of them. Only the products with h
stand in the recurrence. Fused kernels do so (Appleyard, Kočiský & Blunsom 2016).

The function is that of `lstm`, where shapes are explained; so are the parameters. Sums are taken in another order, so
that the last bits may differ.
"""

from functools import partial
from itertools import accumulate

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent.lstm import LSTM
from impls.recurrent.recurrence import Inputs, unbind, zeros

State = tuple[Tensor, Tensor]
Parts = tuple[Tensor, Tensor, Tensor, Tensor]


def input_parts(p: LSTM, x: Float[Tensor, "*batch m"]) -> Parts:
    """W^x x + b for f, i, C̃ and o."""
    d = len(p.b_f)
    f, i, C, o = ((p.W_f, p.b_f), (p.W_i, p.b_i), (p.W_C, p.b_C), (p.W_o, p.b_o))
    return tuple(x @ W[:, d:].T + b for W, b in (f, i, C, o))  # type: ignore[return-value]


def step(p: LSTM, state: State, parts: Parts) -> State:
    """(h_t, C_t) from (h_{t-1}, C_{t-1}) and what was computed of x_t beforehand."""
    (h, C), d = state, len(p.b_f)
    f, i, candidate, o = (part + h @ W[:, :d].T for part, W in zip(parts, (p.W_f, p.W_i, p.W_C, p.W_o), strict=True))
    C = torch.sigmoid(f) * C + torch.sigmoid(i) * torch.tanh(candidate)
    return torch.sigmoid(o) * torch.tanh(C), C


def states(p: LSTM, xs: Inputs) -> list[State]:
    """(h_1, C_1) to (h_n, C_n), from a state of zeros."""
    beforehand = [input_parts(p, x) for x in unbind(xs)]
    start = zeros(len(p.b_f), xs), zeros(len(p.b_f), xs)
    return list(accumulate(beforehand, partial(step, p), initial=start))[1:]
