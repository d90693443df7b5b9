"""Back-propagation through time in the Elman network, every product that need not wait taken over all steps at once.

    before the loop     u_t = W_x x_t + b                                                     one product, U = X W_xᵀ
    forward             h_t = tanh(u_t + W_h h_{t-1})                                         a product a step
    backward            a_t = (1 - h_t²) ⊙ (g_t + W_hᵀ a_{t+1}),  a_{n+1} = 0                 a product a step
    after the loop      ∂L/∂W_h = Σ_t a_t h_{t-1}ᵀ,  ∂L/∂W_x = Σ_t a_t x_tᵀ,  ∂L/∂x_t = W_xᵀ a_t      one product each
                        ∂L/∂b = Σ_t a_t,  ∂L/∂h_0 = W_hᵀ a_1

for L = Σ_t g_t · h_t. Werbos (1990) for the equations; Appleyard, Kočiský & Blunsom (2016) for taking the products with the
inputs out of the loop, as torch's own recurrent kernels do.

    x_t ∈ ℝ^m, rows of X      h_t, g_t, a_t ∈ ℝ^d, rows of matrices      W_h ∈ ℝ^{d×d}, W_x ∈ ℝ^{d×m}, b ∈ ℝ^d

A step takes six products, three with d·d entries of a matrix and three with d·m. Two of the first three stay in the loop.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent import elman
from impls.recurrent.elman import Elman

Rows = Float[Tensor, "n d"]


@dataclass(frozen=True)
class Gradients:
    """Of L, by the parameters, the inputs and the initial state."""

    W_h: Float[Tensor, "d d"]
    W_x: Float[Tensor, "d m"]
    b: Float[Tensor, " d"]
    xs: Float[Tensor, "n m"]
    h0: Float[Tensor, " d"]


@dataclass(frozen=True)
class Products:
    """What the products of a training step gave, kind by kind: a tensor for each that was carried out."""

    inputs: tuple[Tensor, ...]  # W_x x_t
    states: tuple[Tensor, ...]  # W_h h_{t-1}
    errors: tuple[Tensor, ...]  # W_hᵀ a_t
    errors_of_inputs: tuple[Tensor, ...]  # W_xᵀ a_t
    for_W_h: tuple[Tensor, ...]  # a_t h_{t-1}ᵀ
    for_W_x: tuple[Tensor, ...]  # a_t x_tᵀ


def forward(p: Elman, us: Rows, h0: Float[Tensor, " d"]) -> tuple[list[Tensor], list[Tensor]]:
    """h_0..h_n, and W_h h_0..W_h h_{n-1}."""
    hs, products = [h0], []
    for u in us.unbind(0):
        products.append(hs[-1] @ p.W_h.T)
        hs.append(torch.tanh(products[-1] + u))
    return hs, products


def backward(p: Elman, hs: list[Tensor], g: Rows) -> tuple[list[Tensor], list[Tensor]]:
    """a_1..a_n, and W_hᵀ a_1..W_hᵀ a_n; found from the last to the first."""
    errors, products = [], [torch.zeros_like(hs[0])]
    for h, g_t in zip(reversed(hs[1:]), reversed(g.unbind(0)), strict=True):
        errors.append(elman.slopes(h) * (g_t + products[-1]))
        products.append(errors[-1] @ p.W_h)
    return errors[::-1], products[:0:-1]


def training_step(p: Elman, xs: Float[Tensor, "n m"], h0: Float[Tensor, " d"], g: Rows) -> tuple[Gradients, Products]:
    """The gradients of Σ_t g_t · h_t, and the products that they took."""
    inputs = xs @ p.W_x.T
    hs, states = forward(p, inputs + p.b, h0)
    errors, back = backward(p, hs, g)
    A = torch.stack(errors)
    for_W_h, for_W_x, for_xs = A.T @ torch.stack(hs[:-1]), A.T @ xs, A @ p.W_x
    gradients = Gradients(for_W_h, for_W_x, A.sum(0), for_xs, back[0])
    return gradients, Products((inputs,), tuple(states), tuple(back), (for_xs,), (for_W_h,), (for_W_x,))
