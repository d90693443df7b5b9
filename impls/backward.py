"""Back-propagation through time in the Elman network, written out: once forward, then once backward, the last step first.

    δ_n = ∂L/∂h_n                  for a loss that reads the last state only
    a_t = (1 - h_t²) ⊙ δ_t         the gradient of what stands inside tanh at step t
    δ_{t-1} = W_hᵀ a_t
    ∂L/∂W = Σ_t a_t u_tᵀ           u_t = [h_{t-1}; x_t; 1],   W = [W_h, W_x, b]

Werbos (1990); Williams & Peng (1990). The sum is that of impls.parameter_gradient, which keeps its terms apart and goes back
to the end anew for each.

    h_t, δ_t, a_t ∈ ℝ^d, x_t ∈ ℝ^m, u_t ∈ ℝ^{d+m+1}

All states and inputs are kept until the backward pass has read them: n (d + m) numbers, for some d (d + m) operations a step;
impls.rtrl gives the same gradient and keeps none of them.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from impls.elman import Elman, slopes, step
from impls.recurrence import Inputs, unbind, zeros


def gradient(p: Elman, xs: Inputs, g: Float[Tensor, " d"], h0: Float[Tensor, " d"] | None = None) -> Elman:
    """∂L/∂W_h, ∂L/∂W_x and ∂L/∂b, each in its weight's place, from g = ∂L/∂h_n."""
    tokens = unbind(xs)
    hs = [zeros(len(p.b), xs) if h0 is None else h0]
    for x in tokens:
        hs.append(step(p, hs[-1], x))
    total, delta = Elman(torch.zeros_like(p.W_h), torch.zeros_like(p.W_x), torch.zeros_like(p.b)), g
    for t in range(len(tokens), 0, -1):
        a = slopes(hs[t]) * delta
        total = Elman(total.W_h + torch.outer(a, hs[t - 1]), total.W_x + torch.outer(a, tokens[t - 1]), total.b + a)
        if t > 1:  # the gradient of h_0 is not asked for
            delta = a @ p.W_h
    return total
