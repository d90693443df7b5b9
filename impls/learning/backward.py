"""Back-propagation through time in the Elman network, written out: once forward, then once backward, the last step first.

    δ_n = ∂L/∂h_n                  for a loss that reads the last state only
    a_t = (1 - h_t²) ⊙ δ_t         the gradient of what stands inside tanh at step t
    δ_{t-1} = W_hᵀ a_t
    ∂L/∂W = Σ_t a_t u_tᵀ           u_t = [h_{t-1}; x_t; 1],   W = [W_h, W_x, b]

Werbos (1990); Williams & Peng (1990). What a_t u_tᵀ takes from step t alone, u_t, is the "immediate" derivative of Pascanu,
Mikolov & Bengio (2013), equation 4. The parameters are the same at every step, so their gradient is one sum over all steps.
With h_0 = 0 the first step adds exactly nothing to W_h.

    h_t, δ_t, a_t ∈ ℝ^d, x_t ∈ ℝ^m, u_t ∈ ℝ^{d+m+1}

All states and inputs are kept until the backward pass has read them: n (d + m) numbers, for some d (d + m) operations a step.
Here the n vectors a_t are kept as well. bptt has the δ_t as products of Jacobians, batched the sum as one product
for all steps; rtrl gives the same gradient and keeps nothing of past steps.
"""

from collections.abc import Iterator, Sequence
from functools import partial, reduce

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent.elman import Elman, slopes, step
from impls.recurrent.recurrence import Inputs, unbind, unroll, zeros


def errors(p: Elman, hs: Sequence[Float[Tensor, " d"]], g: Float[Tensor, " d"]) -> list[Float[Tensor, " d"]]:
    """a_1..a_n from the states h_1..h_n and g = ∂L/∂h_n. The latest is found first; the gradient of h_0 is not asked for."""
    found = [slopes(hs[-1]) * g]
    for h in reversed(hs[:-1]):
        found.append(slopes(h) * (found[-1] @ p.W_h))
    return found[::-1]


def _terms(p: Elman, xs: Inputs, h0: Float[Tensor, " d"], g: Float[Tensor, " d"]) -> Iterator[Elman]:
    """a_t u_tᵀ, earliest first, one at a time."""
    hs = unroll(partial(step, p), h0, xs)
    for a, h, x in zip(errors(p, hs, g), [h0, *hs[:-1]], unbind(xs), strict=True):
        yield Elman(torch.outer(a, h), torch.outer(a, x), a)


def step_gradients(p: Elman, xs: Inputs, h0: Float[Tensor, " d"], g: Float[Tensor, " d"]) -> list[Elman]:
    """What each step adds to the gradients of W_h, W_x and b, earliest first; g = ∂L/∂h_n."""
    return list(_terms(p, xs, h0, g))


def gradient(p: Elman, xs: Inputs, g: Float[Tensor, " d"], h0: Float[Tensor, " d"] | None = None) -> Elman:
    """∂L/∂W_h, ∂L/∂W_x and ∂L/∂b, each in its weight's place, from g = ∂L/∂h_n: the sum of what the steps add."""
    terms = _terms(p, xs, zeros(len(p.b), xs) if h0 is None else h0, g)
    return reduce(lambda one, other: Elman(one.W_h + other.W_h, one.W_x + other.W_x, one.b + other.b), terms)
