"""Wrong on purpose, about training with steps taken together: each takes the arguments of `impls.learning.batched.training_step`.

Named by the defect, as in `impls.broken.cells`; where a defect hides is said at each.
"""

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from impls.broken.cells import NEARLY
from impls.learning import batched
from impls.learning.batched import Gradients, Products
from impls.recurrent.elman import Elman


def training_step_nearly(
    p: Elman, xs: Float[Tensor, "n m"], h0: Float[Tensor, " d"], g: Float[Tensor, "n d"]
) -> tuple[Gradients, Products]:
    """∂L/∂W_x is too large by a factor 1 + 1e-9. Hidden where it is 0."""
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
