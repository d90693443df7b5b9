"""Wrong on purpose, about training with steps taken together: each takes the arguments of `impls.learning.batched.training_step`.

Named by the defect, as in `impls.broken.cells`; where a defect hides is said at each.
"""

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from impls.learning import batched
from impls.learning.batched import Gradients, Products
from impls.recurrent.elman import Elman

NEARLY = 2e-12  # ten to a hundred times what rounding comes to in a step of a few units on a few tokens


def training_step_nearly(
    p: Elman, xs: Float[Tensor, "n m"], h0: Float[Tensor, " d"], g: Float[Tensor, "n d"]
) -> tuple[Gradients, Products]:
    """∂L/∂W_x is too large by a factor 1 + 2e-12. Hidden where it is 0."""
    gradients, products = batched.training_step(p, xs, h0, g)
    return replace(gradients, W_x=(1 + NEARLY) * gradients.W_x), products


def training_step_one_state_late(
    p: Elman, xs: Float[Tensor, "n m"], h0: Float[Tensor, " d"], g: Float[Tensor, "n d"]
) -> tuple[Gradients, Products]:
    """∂L/∂W_h pairs a_t with h_t and not with h_{t-1}, which W_h read. Hidden where the state stands still."""
    gradients, products = batched.training_step(p, xs, h0, g)
    hs, _ = batched.forward(p, xs @ p.W_x.T + p.b, h0)
    errors, _ = batched.backward(p, hs, g)
    return replace(gradients, W_h=torch.stack(errors).T @ torch.stack(hs[1:])), products


def training_step_weights_not_transposed(
    p: Elman, xs: Float[Tensor, "n m"], h0: Float[Tensor, " d"], g: Float[Tensor, "n d"]
) -> tuple[Gradients, Products]:
    """Errors go back by W_h, as states go forward, and not by W_hᵀ. Hidden where W_h is symmetric, at d = 1 for instance."""
    inputs = xs @ p.W_x.T
    hs, states = batched.forward(p, inputs + p.b, h0)
    errors, back = batched.backward(replace(p, W_h=p.W_h.T), hs, g)
    A = torch.stack(errors)
    for_W_h, for_W_x, for_xs = A.T @ torch.stack(hs[:-1]), A.T @ xs, A @ p.W_x
    gradients = Gradients(for_W_h, for_W_x, A.sum(0), for_xs, back[0])
    return gradients, Products((inputs,), tuple(states), tuple(back), (for_xs,), (for_W_h,), (for_W_x,))
