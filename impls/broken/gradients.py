"""Gradients gone wrong on purpose: impls.learning.backward.step_gradients, impls.learning.bptt.product and
impls.learning.clipping.clip_by_norm with one defect each.

Where a defect hides is said at each; none shows where the loss gradient or every slope of tanh is zero. What ends in
_all_but_right is a near miss that only a strict allowance notices, a hundred times its size.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from impls.learning import bptt
from impls.learning.backward import step_gradients
from impls.learning.bptt import gradient_through
from impls.learning.clipping import clip_by_norm, global_norm
from impls.recurrent.elman import Elman, run, slopes
from impls.recurrent.recurrence import Inputs, unbind

NEARLY, HARDLY = 1e-9, 1e-12
Gradients = Sequence[Float[Tensor, "..."]]


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
    return _first_too_large(step_gradients(p, xs, h0, g), NEARLY)


def step_gradients_all_but_right(p: Elman, xs: Inputs, h0: Float[Tensor, " d"], g: Float[Tensor, " d"]) -> list[Elman]:
    """The same by one part in 10¹²."""
    return _first_too_large(step_gradients(p, xs, h0, g), HARDLY)


def step_gradients_averaged(p: Elman, xs: Inputs, h0: Float[Tensor, " d"], g: Float[Tensor, " d"]) -> list[Elman]:
    """Each step's part is divided by the number of steps. Hidden at n = 1."""
    return [_times(1 / len(xs), part) for part in step_gradients(p, xs, h0, g)]


def _first_too_large(parts: list[Elman], by: float) -> list[Elman]:
    return [_times(1 + by, parts[0]), *parts[1:]]


def _times(factor: float, part: Elman) -> Elman:
    return Elman(factor * part.W_h, factor * part.W_x, factor * part.b)


# --- chains of Jacobians ---


def product_all_but_right(Js: Float[Tensor, "n d d"]) -> Float[Tensor, "d d"]:
    """The first factor is too large by one part in 10¹². Hidden where the product is zero."""
    return (1 + HARDLY) * bptt.product(Js)


def sum_of_factors(Js: Float[Tensor, "n d d"]) -> Float[Tensor, "d d"]:
    """J_1 + ... + J_n. Hidden at n = 1."""
    return Js.sum(0)


def jacobians_transposed(p: Elman, hs: Float[Tensor, "n d"]) -> Float[Tensor, "n d d"]:
    """diag(1 - h²) W_hᵀ. Hidden at d = 1 and where W_h is symmetric."""
    return bptt.jacobians(replace(p, W_h=p.W_h.T), hs)


# --- clipping ---


def clip_slightly_long(gradients: Gradients, max_norm: float) -> list[Tensor]:
    """A near miss: the threshold exceeded by one part in 10 000."""
    return clip_by_norm(gradients, max_norm * 1.0001)


def clip_slightly_short(gradients: Gradients, max_norm: float) -> list[Tensor]:
    """A near miss: what is clipped ends one part in 1000 below the threshold; a shorter gradient stays as it is."""
    return clip_by_norm(gradients, max_norm * 0.999) if float(global_norm(gradients)) > max_norm else list(gradients)


def clip_slightly_turned(gradients: Gradients, max_norm: float) -> list[Tensor]:
    """A near miss: the first tensor is too long by one part in 1000 before all are clipped. Hidden below the threshold."""
    if float(global_norm(gradients)) <= max_norm:
        return list(gradients)
    first, *others = clip_by_norm(gradients, max_norm)
    return clip_by_norm([1.001 * first, *others], max_norm)


def clip_to_half(gradients: Gradients, max_norm: float) -> list[Tensor]:
    """Shorter than need be."""
    return clip_by_norm(gradients, max_norm / 2)


def bring_to_norm(gradients: Gradients, max_norm: float) -> list[Tensor]:
    """A shorter gradient is lengthened to the threshold as well. Hidden where all are zero."""
    norm = global_norm(gradients)
    return [g * (max_norm / norm) if norm > 0 else g for g in gradients]


def lengthen_to_norm(gradients: Gradients, max_norm: float) -> list[Tensor]:
    """A shorter gradient is lengthened to the threshold, a longer one left alone. Hidden where all are zero."""
    norm = global_norm(gradients)
    return [g * (max_norm / norm) if 0 < norm < max_norm else g for g in gradients]


def enlarge_first_all_but_right(gradients: Gradients, max_norm: float) -> list[Tensor]:
    """A near miss: clipped, but the first tensor is longer by one part in 10¹⁰. Hidden where it is 0."""
    first, *others = clip_by_norm(gradients, max_norm)
    return [(1 + 1e-10) * first, *others]
