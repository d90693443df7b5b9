"""The gated recurrent unit, in the textbook's form and in torch's.

                    reset before the product                  reset after the product
    z_t  =          σ(W_z [h_{t-1}, x_t] + b_z)               the same                            update gate
    r_t  =          σ(W_r [h_{t-1}, x_t] + b_r)               the same                            reset gate
    c_t  =          tanh(W [r_t * h_{t-1}, x_t] + b + b_hn)   tanh(W^x x_t + b + r_t * (W^h h_{t-1} + b_hn))
    h_t  =          (1 - z_t) * h_{t-1} + z_t * c_t           (1 - z_t) * c_t + z_t * h_{t-1}

Cho et al. (2014), equations 5-8, reset before; the cuDNN library and torch.nn.GRU reset after.

    h_t ∈ ℝ^d, |h_t| <= max(1, |h_{t-1}|)     state            x_t ∈ ℝ^m          input
    z, r ∈ (0, 1)^d                           gates            c ∈ (-1, 1)^d      candidate
    W_z, W_r, W = [W^h, W^x] ∈ ℝ^{d x (d+m)}  weights          b_z, b_r, b, b_hn ∈ ℝ^d

The textbook's GRU (Olah 2015) differs from torch.nn.GRU in three things:

1. There z weighs the candidate, here the old state. Only a renaming: since σ(-a) = 1 - σ(a), `swapped`
   parameters carry one into the other. Cho et al. use z as torch does.
2. The reset comes before the product with W^h. Another function of the same weights, except (with b_hn = 0)
   where the two commute: d = 1, W^h diagonal, h = 0, r = 1.
3. There are no biases: `without_biases`. Torch's b_hn stands inside the reset; reset before, it adds to b.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent.recurrence import Inputs, orthogonal_beside_normal, uniform, unroll, zeros


@dataclass(frozen=True)
class GRU:
    """The parameters of one layer; `dm` is d + m. The bare W and b are the candidate's."""

    W_z: Float[Tensor, "d dm"]
    W_r: Float[Tensor, "d dm"]
    W: Float[Tensor, "d dm"]
    b_z: Float[Tensor, " d"]
    b_r: Float[Tensor, " d"]
    b: Float[Tensor, " d"]
    b_hn: Float[Tensor, " d"]


def gates(
    p: GRU, h: Float[Tensor, "*batch d"], x: Float[Tensor, "*batch m"]
) -> tuple[Float[Tensor, "*batch d"], Float[Tensor, "*batch d"]]:
    """(z_t, r_t), the same in both forms."""
    hx = torch.cat([h, x], dim=-1)
    return torch.sigmoid(hx @ p.W_z.T + p.b_z), torch.sigmoid(hx @ p.W_r.T + p.b_r)


def step_reset_before(p: GRU, h: Float[Tensor, "*batch d"], x: Float[Tensor, "*batch m"]) -> Float[Tensor, "*batch d"]:
    """h_t as textbooks print it: the reset chooses what of the old state W^h sees; z weighs the new."""
    z, r = gates(p, h, x)
    candidate = torch.tanh(torch.cat([r * h, x], dim=-1) @ p.W.T + p.b + p.b_hn)
    return (1 - z) * h + z * candidate


def step_reset_after(p: GRU, h: Float[Tensor, "*batch d"], x: Float[Tensor, "*batch m"]) -> Float[Tensor, "*batch d"]:
    """h_t as torch computes it: the reset chooses what of W^h h is used; z weighs the old."""
    z, r = gates(p, h, x)
    d = h.shape[-1]
    candidate = torch.tanh(x @ p.W[:, d:].T + p.b + r * (h @ p.W[:, :d].T + p.b_hn))
    return (1 - z) * candidate + z * h


def run(
    p: GRU,
    xs: Inputs,
    h0: Float[Tensor, "*batch d"] | None = None,
    step: Callable[[GRU, Tensor, Tensor], Tensor] = step_reset_before,
) -> Float[Tensor, "n *batch d"]:
    """All states h_1..h_n."""
    start = zeros(len(p.b), xs) if h0 is None else h0
    return torch.stack(unroll(partial(step, p), start, xs))


def swapped(p: GRU) -> GRU:
    """The parameters whose update gate is 1 - z: the same function in the other convention for z."""
    return replace(p, W_z=-p.W_z, b_z=-p.b_z)


def without_biases(p: GRU) -> GRU:
    """The same weights with all biases zero, as textbooks print the GRU."""
    none = torch.zeros_like(p.b)
    return replace(p, b_z=none, b_r=none, b=none, b_hn=none)


def draw(d: int, m: int, generator: torch.Generator, dtype: torch.dtype = torch.float64) -> GRU:
    """Weights as torch.nn.GRU draws them."""
    shapes = [(d, d + m)] * 3 + [(d,)] * 4
    return GRU(*(uniform(shape, d, generator, dtype) for shape in shapes))


def orthogonal(d: int, m: int, generator: torch.Generator, dtype: torch.dtype = torch.float64) -> GRU:
    """What each gate makes of h orthogonal, of x normal with deviation 1/√m, no biases: as Flax draws its GRUCell, but for its
    cut tails."""
    return GRU(*(orthogonal_beside_normal(d, m, generator, dtype) for _ in range(3)), *torch.zeros(4, d, dtype=dtype))


def chrono(p: GRU, longest: int | float, generator: torch.Generator) -> GRU:
    """Biases of the form that resets after, whose z weighs the old state, for memories up to `longest` > 2 steps:
    b_z = log U(1, longest - 1). Tallec & Ollivier (2018)."""
    spans = 1 + (longest - 2) * torch.rand(p.b_z.shape, generator=generator, dtype=p.b_z.dtype)
    return replace(p, b_z=spans.log())
