"""Back-propagation through time in the Elman network, as a chain of Jacobians.

    J_t = ∂h_t/∂h_{t-1} = diag(1 - h_t²) W_h
    ∂L/∂h_k = ∂L/∂h_T  J_T J_{T-1} ... J_{k+1}        if L depends on h_k through h_T only

Werbos (1990); Pascanu, Mikolov & Bengio (2013), equations 3-5, who write the transpose of the recurrent
weights and take the state before the nonlinearity.

    J_t ∈ ℝ^{d x d}; ∂L/∂h ∈ ℝ^d a row, standing on the left; the latest factor comes first

Truncation (Williams & Peng 1990) severs the graph in front of some steps. Window: only the last k steps stay
connected, so inputs at lags 0..k-1 receive gradients. Chunks: severed in front of every k-th step, so the
last one may be shorter. Values are the same bit by bit; what lies outside has no gradient (None), not a
gradient of zero.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import reduce
from itertools import cycle, islice
from math import inf, log

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent.elman import Elman, slopes, step
from impls.recurrent.recurrence import Inputs, unbind, zeros


def step_jacobian(p: Elman, h: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d d"]:
    """∂h_t/∂h_{t-1} where h_t came out as h. Row i, column j: how unit i answers to unit j."""
    return slopes(h).unsqueeze(-1) * p.W_h


def jacobians(p: Elman, hs: Float[Tensor, "n *batch d"]) -> Float[Tensor, "n *batch d d"]:
    """J_1..J_n, earliest first, from the states h_1..h_n."""
    return step_jacobian(p, hs)


def product(Js: Float[Tensor, "n *batch d d"] | Sequence[Tensor]) -> Float[Tensor, "*batch d d"]:
    """J_n ... J_1, latest first, from factors given earliest first."""
    return reduce(lambda P, J: J @ P, unbind(Js))


def gradient_through(
    p: Elman, hs: Float[Tensor, "n *batch d"], g: Float[Tensor, "*batch d"], k: int
) -> Float[Tensor, "*batch d"]:
    """∂L/∂h_k from g = ∂L/∂h_n and h_1..h_n, 0 <= k <= n: one vector-matrix product a step."""
    later = jacobians(p, hs[k:]).unbind(0)
    return reduce(lambda row, J: (row.unsqueeze(-2) @ J).squeeze(-2), reversed(later), g)


def unroll_severed(
    p: Elman, xs: Inputs, cuts: Collection[int], h0: Float[Tensor, "*batch d"] | None = None
) -> list[Float[Tensor, "*batch d"]]:
    """h_1..h_n, with no gradient from a step in `cuts` (counted from 0) to the one before it.

    A list, because a gradient that enters by the last row of a stack reaches every state, if only as zeros.
    """
    h, hs = zeros(len(p.b), xs) if h0 is None else h0, []
    for t, x in enumerate(unbind(xs)):
        h = step(p, h.detach() if t in cuts else h, x)
        hs.append(h)
    return hs


def window(n: int, k: int) -> Collection[int]:
    """The cut that leaves the last k of n steps connected."""
    return {n - k}


def chunks(n: int, k: int) -> Collection[int]:
    """The cuts in front of every k-th step."""
    return range(0, n, k)


def truncated(loss: Callable[[Tensor], Tensor], p: Elman, xs: Inputs, cuts: Collection[int]) -> tuple[Tensor | None, ...]:
    """Gradients of loss(h_n) with respect to x_1..x_n through the severed graph; None where none arrives."""
    leaves = [x.detach().requires_grad_() for x in unbind(xs)]
    return torch.autograd.grad(loss(unroll_severed(p, leaves, cuts)[-1]), leaves, allow_unused=True)


def contributions(p: Elman, xs: Inputs, h0: Float[Tensor, " d"], g: Float[Tensor, " d"]) -> list[Float[Tensor, "d d"]]:
    """What each step adds to ∂L/∂W_h, earliest first, for g = ∂L/∂h_n: every step is given a copy of W_h of its own."""
    copies = [p.W_h.detach().clone().requires_grad_() for _ in xs]
    h = h0
    for W_h, x in zip(copies, unbind(xs), strict=True):
        h = step(replace(p, W_h=W_h), h, x)
    return list(torch.autograd.grad(g @ h, copies))


def log_norm(factors: Float[Tensor, "period d d"] | Sequence[Float[Tensor, "d d"]], steps: int | None = None) -> float:
    """Log of the spectral norm of a product, earliest factor first; of `steps` factors, going round if need be.

    The largest entry is brought back to 1 after every product and the logs are summed, so that nothing can overflow or underflow.
    A product of exactly zero gives -inf.
    """
    period = unbind(factors)
    in_turn = islice(cycle(period), len(period) if steps is None else steps)
    nothing = torch.eye(period[0].shape[-1], dtype=period[0].dtype), 0.0
    P, total = reduce(_after, ((F, 0.0) for F in in_turn), nothing)
    return total + log(torch.linalg.matrix_norm(P, 2).item()) if total > -inf else -inf


Scaled = tuple[Tensor, float]  # (P, s) stands for e^s P


def _after(earlier: Scaled, later: Scaled) -> Scaled:
    """The product of two, its largest entry brought back to 1."""
    P = later[0] @ earlier[0]
    largest = P.abs().max().item()
    if largest == 0:
        return P, -inf
    return P / largest, earlier[1] + later[1] + log(largest)


def jacobi_sweeps(p: Elman, xs: Float[Tensor, "n *batch m"], tolerance: float) -> tuple[Float[Tensor, "n *batch d"], int]:
    """All states at once by fixed-point iteration from zero, and the number of sweeps; h_0 = 0.

    A sweep applies the step to all n states of the last sweep at the same time. It stops when another one
    would move no state by more than tolerance (2-norm). With γ = σ_max(W_h) < 1, sweep k + 1 moves none by
    more than √d γ^k, so ceil(log(√d / tolerance) / log(1/γ)) are enough; and n always are, k sweeps
    settling the first k states.
    """
    start = zeros(len(p.b), xs)
    hs = torch.stack([start] * len(xs))
    for sweeps in range(len(xs)):
        new = step(p, torch.cat([start.unsqueeze(0), hs[:-1]]), xs)
        if (new - hs).norm(dim=-1).max() <= tolerance:
            return hs, sweeps
        hs = new
    return hs, len(xs)
