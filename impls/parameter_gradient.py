"""Gradients of the Elman network's parameters, written out step by step.

    a_t = (1 - h_t²) ⊙ ∂L/∂h_t        the gradient of what stands inside tanh at step t
    ∂L/∂W_h = Σ_t a_t h_{t-1}ᵀ        ∂L/∂W_x = Σ_t a_t x_tᵀ        ∂L/∂b = Σ_t a_t

Werbos (1990); Pascanu, Mikolov & Bengio (2013), equations 3 and 4, whose "immediate" derivative of step t is the
second factor here. ∂L/∂h_t = ∂L/∂h_T J_T ... J_{t+1} as in impls.bptt, for a loss that reads h_T only.

The parameters are the same at every step, so their gradient is one sum over all steps. With h_0 = 0 the first
step adds exactly nothing to W_h.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from impls.elman import Elman, run, slopes
from impls.recurrence import Inputs, unbind


def inside_tanh(p: Elman, hs: Sequence[Float[Tensor, " d"]], g: Float[Tensor, " d"]) -> list[Float[Tensor, " d"]]:
    """a_1..a_n from the states h_1..h_n and g = ∂L/∂h_n. The latest comes first: ∂L/∂h_{t-1} = a_t W_h."""
    found, of_state = [], g
    for h in reversed(hs):
        found.append(slopes(h) * of_state)
        of_state = found[-1] @ p.W_h
    return found[::-1]


def step_gradients(p: Elman, xs: Inputs, h0: Float[Tensor, " d"], g: Float[Tensor, " d"]) -> list[Elman]:
    """What each step adds to the gradients of W_h, W_x and b, earliest first; g = ∂L/∂h_n."""
    hs = run(p, xs, h0)
    before = [h0, *hs[:-1]]
    return [
        Elman(torch.outer(a, h), torch.outer(a, x), a)
        for a, h, x in zip(inside_tanh(p, unbind(hs), g), before, unbind(xs), strict=True)
    ]
