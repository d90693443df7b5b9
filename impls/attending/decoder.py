"""One decoder layer of the Transformer (Vaswani et al. 2017, sections 3.1 to 3.3).

    A = LayerNorm(Y + MultiHead(Y, Y, Y; causal mask))      each target position reads itself and those before it
    B = LayerNorm(A + MultiHead(A, M, M))                   queries from the target, keys and values from the source
    Z = LayerNorm(B + FFN(B))

    Y, A, B, Z ∈ ℝ^{m×d}     target rows          M ∈ ℝ^{n×d}     memory: what the encoder says of the source

The last two lines are an encoder layer (attending.transformer) whose attention reads M instead of its own rows, and are kept as
such.

Variants. The norms come after the sums, as in the paper. torch.nn.TransformerDecoderLayer agrees with its defaults
norm_first=False, activation="relu", ε = 1e-5, once dropout is 0, the attention biases, which the paper has not, are 0, and it
is given a causal mask, which it does not set by itself.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from impls.attending import transformer
from impls.attending.attention import MultiHead, causal_mask, draw_multi_head, multi_head
from impls.attending.transformer import Layer, Norm, layer_norm


@dataclass(frozen=True)
class DecoderLayer:
    """The parameters in the order of their use: those of A, then those of B and Z."""

    own: MultiHead
    norm: Norm
    reading: Layer


def read(p: DecoderLayer, A: Float[Tensor, "*batch m d"], memory: Float[Tensor, "*batch n d"]) -> Float[Tensor, "*batch m d"]:
    """Z from A: the source is read, then each position goes on by itself."""
    return transformer.around(p.reading, A, multi_head(p.reading.attention, A, memory=memory))


def attend_to_target(p: DecoderLayer, Y: Float[Tensor, "*batch m d"]) -> Float[Tensor, "*batch m d"]:
    """A from Y: no position reads a later one."""
    return layer_norm(p.norm, Y + multi_head(p.own, Y, causal_mask(Y.shape[-2])))


def run(p: DecoderLayer, Y: Float[Tensor, "*batch m d"], memory: Float[Tensor, "*batch n d"]) -> Float[Tensor, "*batch m d"]:
    """The whole layer."""
    return read(p, attend_to_target(p, Y), memory)


def draw(d: int, heads: int, generator: torch.Generator, dtype: torch.dtype = torch.float64, widen: int = 4) -> DecoderLayer:
    """Random weights, as for an encoder layer."""
    gain, bias = 0.1 * torch.randn(2, d, generator=generator, dtype=dtype)
    own = draw_multi_head(d, heads, generator, dtype)
    return DecoderLayer(own, Norm(1 + gain, bias), transformer.draw(d, heads, generator, dtype, widen))
