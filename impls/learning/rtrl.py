"""Real-time recurrent learning in the Elman network: the gradient is carried forward with the state.

    u_t = [h_{t-1}; x_t; 1],   W = [W_h, W_x, b],   h_t = tanh(W u_t)
    P_t = ∂h_t/∂W = diag(1 - h_t²) (W_h P_{t-1} + I ⊗ u_t),   P_0 = 0
    ∂L/∂W = ∂L/∂h_n P_n                                        for a loss that reads the last state only

Williams & Zipser (1989), where p^k_ij is P[k, i, j]: (I ⊗ u)[k, i, j] = δ_ki u_j.

    h_t ∈ ℝ^d, x_t ∈ ℝ^m, W ∈ ℝ^{d×(d+m+1)}, P_t ∈ ℝ^{d×d×(d+m+1)}

There is no backward pass and nothing is kept of past steps: d²(d + m + 1) numbers whatever n, for 2d³(d + m + 1) operations a
step in the product; back-propagation through time keeps n states and takes some d(d + m) operations a step.

Variants. Williams & Zipser let every unit read all outputs and inputs and add up losses at all steps, for which each step's
∂L/∂h_t P_t is added; they also change W while the network runs, when P is no longer exact. Their units are logistic.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent.elman import Elman, slopes, step
from impls.recurrent.recurrence import Inputs, unbind, zeros


@dataclass(frozen=True)
class Carried:
    """All that goes from one step to the next: the state and how it answers to each weight."""

    h: Float[Tensor, " d"]
    P: Float[Tensor, "d d dm1"]


def start(p: Elman, h0: Float[Tensor, " d"]) -> Carried:
    """h_0, which depends on no weight."""
    d, m = p.W_x.shape
    return Carried(h0, h0.new_zeros(d, d, d + m + 1))


def carry(p: Elman, before: Carried, x: Float[Tensor, " m"]) -> Carried:
    """One step of the state and of its derivatives."""
    h = step(p, before.h, x)
    u = torch.cat([before.h, x, x.new_ones(1)])
    direct = torch.eye(len(h), dtype=h.dtype).unsqueeze(-1) * u
    through = torch.einsum("kl,lij->kij", p.W_h, before.P)
    return Carried(h, slopes(h)[:, None, None] * (through + direct))


def carried(p: Elman, xs: Inputs, h0: Float[Tensor, " d"] | None = None) -> Carried:
    """h_n and ∂h_n/∂W."""
    last = start(p, zeros(len(p.b), xs) if h0 is None else h0)
    for x in unbind(xs):
        last = carry(p, last, x)
    return last


def gradient(p: Elman, xs: Inputs, g: Float[Tensor, " d"], h0: Float[Tensor, " d"] | None = None) -> Elman:
    """∂L/∂W_h, ∂L/∂W_x and ∂L/∂b, each in its weight's place, from g = ∂L/∂h_n."""
    d, m = p.W_x.shape
    W_h, W_x, b = torch.einsum("k,kij->ij", g, carried(p, xs, h0).P).split([d, m, 1], dim=1)
    return Elman(W_h, W_x, b[:, 0])
