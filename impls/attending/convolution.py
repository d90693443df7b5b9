"""Causal convolution over time: each position reads the last few inputs, through weights that depend on the lag only.

    y_t = Σ_{i<k} W_i x_{t - i·dilation} + b,   x_t = 0 for t < 1

Waibel et al. (1989), a time-delay network; van den Oord et al. (2016), WaveNet, for the dilation.

    x_t ∈ ℝ^{d_in}      W_i ∈ ℝ^{d_out×d_in}, i = 0..k-1; W_0 meets the present
    y_t ∈ ℝ^{d_out}     b ∈ ℝ^{d_out}

One layer looks (k - 1)·dilation steps back. L plain layers look L(k - 1) back, so that y_n reads x_1 from
⌈(n - 1)/(k - 1)⌉ layers on: `layers_needed`. With dilation k^{l-1} in layer l, ⌈log_k n⌉ are enough.

Variants. torch.nn.functional.conv1d has the channels before time, orders the taps from the earliest (its weight[:, :, j] is
W_{k-1-j}) and pads both sides alike: pad (k - 1)·dilation zeros on the left only. Like every network's, its "convolution" is a
cross-correlation; with the taps counted back in time as here it is a convolution.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from impls.attending.attention import uniform


@dataclass(frozen=True)
class Convolution:
    """The parameters of one layer: k taps, the present first."""

    W: Float[Tensor, "k d_out d_in"]
    b: Float[Tensor, " d_out"]


def run(p: Convolution, xs: Float[Tensor, "n *batch d_in"], dilation: int = 1) -> Float[Tensor, "n *batch d_out"]:
    """y_1..y_n."""
    n, before = len(xs), (len(p.W) - 1) * dilation
    padded = torch.cat([xs.new_zeros(before, *xs.shape[1:]), xs])
    lagged = [padded[before - i * dilation :][:n] for i in range(len(p.W))]
    return torch.stack([x @ W.T for x, W in zip(lagged, p.W, strict=True)]).sum(0) + p.b


def side_by_side(p: Convolution) -> Float[Tensor, "d_out k_d_in"]:
    """[W_0, …, W_{k-1}]: what meets x_t, x_{t-1}, … put one after another."""
    return p.W.transpose(0, 1).flatten(1)


def layers_needed(n: int, back: int) -> int:
    """⌈(n - 1)/back⌉: how many layers that look `back` steps back it takes for position n to read the first."""
    return -(-(n - 1) // back)


def draw(d_out: int, d_in: int, kernel: int, generator: torch.Generator, dtype: torch.dtype = torch.float64) -> Convolution:
    """Entries of variance 1/(k·d_in), so that products keep the scale of their inputs; biases scatter about 0."""
    W = uniform(d_out, kernel * d_in, generator, dtype).unflatten(1, (kernel, d_in)).transpose(0, 1)
    return Convolution(W, 0.1 * torch.randn(d_out, generator=generator, dtype=dtype))
