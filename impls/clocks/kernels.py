"""The recurrences by fast kernels: several times faster to train than step by step, and opaque to a trace.

Each is the function that its module here writes out: elman.run with tanh, or with relu for a `Rectified` network, lstm.run, and
of the GRU's two forms the one that resets after the product (gru.step_reset_after), for torch has no kernel for the other. The
gated ones are torch's. Its kernel for the Elman network is slower than a loop by hand whose products with the inputs, and those
for the weights' gradients, are taken over all steps at once (the equations are those of impls.learning.batched).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent.elman import Elman
from impls.recurrent.gru import GRU
from impls.recurrent.lstm import LSTM

State = tuple[Tensor, ...]  # (h, C) for an LSTM, (h,) for the others; each part (batch, d)
HOW = True, 1, 0.0, True, False, False  # torch's kernels: biases, one layer, no dropout, training, one direction, time first


@dataclass(frozen=True)
class Rectified:
    """An Elman network with relu for tanh."""

    cell: Elman


Cell = Elman | Rectified | LSTM | GRU


def rest(cell: Cell, xs: Float[Tensor, "n *batch m"]) -> State:
    """The state of zeros."""
    zero = xs.new_zeros(*xs.shape[1:-1], width(cell))
    return (zero, zero) if isinstance(cell, LSTM) else (zero,)


def width(cell: Cell) -> int:
    """d."""
    if isinstance(cell, LSTM):
        return len(cell.b_f)
    return len(cell.cell.b if isinstance(cell, Rectified) else cell.b)


def run(cell: Cell, xs: Float[Tensor, "n batch m"], start: State) -> tuple[Float[Tensor, "n batch d"], State]:
    """h_1..h_n and the final state."""
    if isinstance(cell, LSTM):
        weights = _stacked((cell.W_i, cell.W_f, cell.W_C, cell.W_o), (cell.b_i, cell.b_f, cell.b_C, cell.b_o))
        hs, *final = torch.lstm(xs, [part[None] for part in start], weights, *HOW)
        return hs, tuple(part[0] for part in final)
    if isinstance(cell, GRU):
        none = torch.zeros_like(cell.b)
        weights = _stacked((cell.W_r, cell.W_z, cell.W), (cell.b_r, cell.b_z, cell.b), (none, none, cell.b_hn))
        hs, h = torch.gru(xs, start[0][None], weights, *HOW)
        return hs, (h[0],)
    p, rectified = (cell.cell, True) if isinstance(cell, Rectified) else (cell, False)
    hs = _Loop.apply(xs @ p.W_x.T + p.b, p.W_h, start[0], rectified)
    return hs, (hs[-1],)


def _stacked(blocks: Sequence[Tensor], biases: Sequence[Tensor], recurrent: Sequence[Tensor] = ()) -> list[Tensor]:
    """Gates on top of each other, what acts on x apart from what acts on h: torch's layout."""
    W, b = torch.cat(list(blocks)), torch.cat(list(biases))
    d = len(biases[0])
    return [W[:, d:], W[:, :d], b, torch.cat(list(recurrent)) if recurrent else torch.zeros_like(b)]


class _Loop(torch.autograd.Function):
    """h_t = φ(u_t + W_h h_{t-1}) with φ = tanh or relu, and its gradient, as in impls.learning.batched."""

    @staticmethod
    def forward(ctx: Any, us: Tensor, W_h: Tensor, h_0: Tensor, rectified: bool) -> Tensor:
        hs = [h_0]
        for u in us.unbind(0):
            a = torch.addmm(u, hs[-1], W_h.T)
            hs.append(a.relu_() if rectified else a.tanh_())
        ctx.rectified = rectified
        ctx.save_for_backward(torch.stack(hs), W_h)
        return torch.stack(hs[1:])

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        hs, W_h = ctx.saved_tensors
        slopes = (hs[1:] > 0).to(hs.dtype) if ctx.rectified else 1 - hs[1:] ** 2
        errors = [torch.zeros_like(hs[0])]
        for g_t, slope in zip(reversed(g.unbind(0)), reversed(slopes.unbind(0)), strict=True):
            errors.append(torch.addmm(g_t, errors[-1], W_h).mul_(slope))
        A = torch.stack(errors[:0:-1])
        return A, A.flatten(0, 1).T @ hs[:-1].flatten(0, 1), errors[-1] @ W_h, None
