"""Gradients of parameters gone wrong on purpose: impls.learning.backward.step_gradients with one defect each.

Where a defect hides is said at each; none shows where the loss gradient or every slope of tanh is zero.
"""

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from impls.learning.backward import step_gradients
from impls.learning.bptt import gradient_through
from impls.recurrent.elman import Elman, run, slopes
from impls.recurrent.recurrence import Inputs, unbind

NEARLY = 1e-9


def step_gradients_state_too_late(p: Elman, xs: Inputs, h0: Float[Tensor, " d"], g: Float[Tensor, " d"]) -> list[Elman]:
    """a_t h_tᵀ, the state after the step for the one before it. Hidden where the state stands still."""
    hs = run(p, xs, h0)
    return [replace(part, W_h=torch.outer(part.b, h)) for part, h in zip(step_gradients(p, xs, h0, g), hs, strict=True)]


def step_gradients_slope_too_late(p: Elman, xs: Inputs, h0: Float[Tensor, " d"], g: Float[Tensor, " d"]) -> list[Elman]:
    """tanh' at the step after: the slope of a_t is that at h_{t-1}. Hidden where the state stands still."""
    hs = run(p, xs, h0)
    before = [h0, *hs[:-1]]
    wrong = [slopes(h) * gradient_through(p, hs, g, t) for t, h in enumerate(before, start=1)]
    return [Elman(torch.outer(a, h), torch.outer(a, x), a) for a, h, x in zip(wrong, before, unbind(xs), strict=True)]


def step_gradients_last_alone(p: Elman, xs: Inputs, h0: Float[Tensor, " d"], g: Float[Tensor, " d"]) -> list[Elman]:
    """Nothing but the last step, as if the state before it were a constant. Hidden at n = 1 and at W_h = 0."""
    return step_gradients(p, xs, h0, g)[-1:]


def step_gradients_nearly(p: Elman, xs: Inputs, h0: Float[Tensor, " d"], g: Float[Tensor, " d"]) -> list[Elman]:
    """The first step's part is too large by one part in 10⁹. Hidden where that part is zero."""
    first, *later = step_gradients(p, xs, h0, g)
    return [Elman(*((1 + NEARLY) * part for part in (first.W_h, first.W_x, first.b))), *later]
