"""The simple recurrent network.

    h_t = tanh(W_h h_{t-1} + W_x x_t + b)

Elman (1990), "Finding structure in time", Figure 2: hidden units read the input and a copy of their own
last values. Elman gives a drawing and logistic units; tanh is what the field has used since and what the
textbooks write.

    h_t ∈ (-1, 1)^d    state, h_0 = 0 unless given
    x_t ∈ ℝ^m          input
    W_h ∈ ℝ^{d x d}, W_x ∈ ℝ^{d x m}, b ∈ ℝ^d, the same at every step

Variants. torch.nn.RNN has two biases, b_ih and b_hh, which only ever appear as their sum: b here. With
activation=torch.relu and `identity` weights this is the IRNN of Le, Jaitly & Hinton (2015). Some texts
leave b out: zero it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent.recurrence import Inputs, uniform, unroll, zeros


@dataclass(frozen=True)
class Elman:
    """The parameters of one recurrent layer."""

    W_h: Float[Tensor, "d d"]
    W_x: Float[Tensor, "d m"]
    b: Float[Tensor, " d"]


def step(
    p: Elman,
    h: Float[Tensor, "*batch d"],
    x: Float[Tensor, "*batch m"],
    activation: Callable[[Tensor], Tensor] = torch.tanh,
) -> Float[Tensor, "*batch d"]:
    """h_t from h_{t-1} and x_t."""
    return activation(h @ p.W_h.T + x @ p.W_x.T + p.b)


def run(
    p: Elman,
    xs: Inputs,
    h0: Float[Tensor, "*batch d"] | None = None,
    activation: Callable[[Tensor], Tensor] = torch.tanh,
) -> Float[Tensor, "n *batch d"]:
    """All states h_1..h_n."""
    start = zeros(len(p.b), xs) if h0 is None else h0
    return torch.stack(unroll(partial(step, p, activation=activation), start, xs))


def slopes(h: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d"]:
    """The slope of tanh where its value is h: 1 - h². In (0, 1], and 1 at h = 0 only."""
    return 1 - h * h


def draw(d: int, m: int, generator: torch.Generator, dtype: torch.dtype = torch.float64) -> Elman:
    """Weights as torch.nn.RNN draws them."""
    shapes = (d, d), (d, m), (d,)
    return Elman(*(uniform(shape, d, generator, dtype) for shape in shapes))


def orthogonal(d: int, m: int, generator: torch.Generator, dtype: torch.dtype = torch.float64) -> Elman:
    """W_h orthogonal (Saxe, McClelland & Ganguli 2014): all singular values are 1. The rest as in `draw`."""
    W_h = torch.nn.init.orthogonal_(torch.empty(d, d, dtype=dtype), generator=generator)
    return replace(draw(d, m, generator, dtype), W_h=W_h)


def glorot(d: int, m: int, generator: torch.Generator, dtype: torch.dtype = torch.float64) -> Elman:
    """W_h orthogonal, W_x uniform within ±√(6/(m + d)) (Glorot & Bengio 2010), b = 0: as Keras draws its SimpleRNN."""
    W_h = torch.nn.init.orthogonal_(torch.empty(d, d, dtype=dtype), generator=generator)
    W_x = torch.nn.init.xavier_uniform_(torch.empty(d, m, dtype=dtype), generator=generator)
    return Elman(W_h, W_x, torch.zeros(d, dtype=dtype))


def identity(d: int, m: int, generator: torch.Generator, dtype: torch.dtype = torch.float64) -> Elman:
    """W_h = I, b = 0, W_x normal with deviation 0.001 (Le, Jaitly & Hinton 2015, who use it with relu)."""
    W_x = 1e-3 * torch.randn(d, m, generator=generator, dtype=dtype)
    return Elman(torch.eye(d, dtype=dtype), W_x, torch.zeros(d, dtype=dtype))
