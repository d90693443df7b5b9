"""One encoder layer of the Transformer and its position codes (Vaswani et al. 2017, sections 3.1-3.5).

    A = LayerNorm(X + MultiHead(X))
    Y = LayerNorm(A + FFN(A)),      FFN(a) = max(0, a W_1ᵀ + b_1) W_2ᵀ + b_2         (eq. 2)

    LayerNorm(x) = g ⊙ (x - μ(x)) / √(σ²(x) + ε) + b      (Ba, Kiros & Hinton 2016; mean and variance over d)

    PE(t, 2i) = sin(t / 10000^{2i/d}),   PE(t, 2i+1) = cos(t / 10000^{2i/d})           (section 3.5)

    X, A, Y ∈ ℝ^{n×d}     W_1 ∈ ℝ^{f×d}, W_2 ∈ ℝ^{d×f} with f = 4d in the paper     g, b ∈ ℝ^d

Variants. The norm comes *after* the sum ("post-norm"), as in the paper; many later models put it before.
torch.nn.TransformerEncoderLayer agrees with its defaults norm_first=False, activation="relu", ε = 1e-5 (the
paper gives no ε), once dropout is 0 and the attention biases, which the paper has not, are 0. A causal mask
makes the layer a decoder-only one; the paper's decoder also attends to the source. Position codes are added
to X by the caller: without them and without a mask the layer treats its tokens as a set.
"""

from dataclasses import dataclass
from math import log

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from impls.attending.attention import MultiHead, draw_multi_head, multi_head, uniform

EPSILON = 1e-5


@dataclass(frozen=True)
class Norm:
    """g and b of a layer normalisation."""

    gain: Float[Tensor, " d"]
    bias: Float[Tensor, " d"]


@dataclass(frozen=True)
class Layer:
    """The parameters of one encoder layer, in the order of their use."""

    attention: MultiHead
    norm_1: Norm
    W_1: Float[Tensor, "f d"]
    b_1: Float[Tensor, " f"]
    W_2: Float[Tensor, "d f"]
    b_2: Float[Tensor, " d"]
    norm_2: Norm


def layer_norm(p: Norm, x: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d"]:
    """Each position by itself: mean 0 and variance 1 over its d entries, then gain and bias."""
    centred = x - x.mean(-1, keepdim=True)
    variance = (centred * centred).mean(-1, keepdim=True)
    return p.gain * (centred / (variance + EPSILON).sqrt()) + p.bias


def feed_forward(p: Layer, x: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d"]:
    """The same two-layer network at every position: nothing passes between positions here."""
    return (x @ p.W_1.T + p.b_1).relu() @ p.W_2.T + p.b_2


def around(p: Layer, x: Float[Tensor, "*batch d"], attended: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d"]:
    """All but the attention: what a position does by itself with its token and what it has read."""
    a = layer_norm(p.norm_1, x + attended)
    return layer_norm(p.norm_2, a + feed_forward(p, a))


def run(p: Layer, X: Float[Tensor, "*batch n d"], mask: Bool[Tensor, "n n"] | None = None) -> Float[Tensor, "*batch n d"]:
    """The whole layer."""
    return around(p, X, multi_head(p.attention, X, mask))


def position_codes(n: int, d: int, dtype: torch.dtype = torch.float64) -> Float[Tensor, "n d"]:
    """Row t is position t, counted from 0; sines in the even columns, cosines in the odd ones."""
    rates = torch.exp(torch.arange(0, d, 2, dtype=dtype) * (-log(10_000) / d))
    angles = torch.arange(n, dtype=dtype)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(-2)[:, :d]  # an odd d drops the last cosine


def draw(d: int, heads: int, generator: torch.Generator, dtype: torch.dtype = torch.float64, widen: int = 4) -> Layer:
    """Random weights; gains scatter about 1 and biases about 0, so that a forgotten one shows."""

    def vector(size: int, centre: float = 0.0) -> Tensor:
        return centre + 0.1 * torch.randn(size, generator=generator, dtype=dtype)

    f = widen * d
    return Layer(
        attention=draw_multi_head(d, heads, generator, dtype),
        norm_1=Norm(vector(d, 1.0), vector(d)),
        W_1=uniform(f, d, generator, dtype),
        b_1=vector(f),
        W_2=uniform(d, f, generator, dtype),
        b_2=vector(d),
        norm_2=Norm(vector(d, 1.0), vector(d)),
    )
