"""Attention in memory that grows with n, not n²: the softmax is found while the keys go by, block after block.

For one query, keys in blocks j = 1, 2, …, with S_j its scores and V_j the values of block j:

    m' = max(m, max S_j)                     running maximum, from -∞
    l' = e^{m-m'} l + Σ e^{S_j-m'}           running denominator, from 0
    o' = e^{m-m'} o + e^{S_j-m'} V_j         running weighted sum, from 0

    output = o / l,   L = m + log l          once all keys have gone by

Milakov & Gimelshein (2018), Algorithm 3, for m and l; Rabe & Staats (2021), sections 2 and 3, for attention. Backward by
recomputation (Dao et al. 2022, Appendix B.2): from Q, K, V, the output O and L alone, with dO the gradient that comes in,

    P_j  = e^{S_j-L},   S_j = Q K_jᵀ / √d_k                       recomputed, block after block
    dV_j = P_jᵀ dO
    dS_j = P_j ⊙ (dO V_jᵀ - D),   D = rowsum(dO ⊙ O)              D ∈ ℝ^m, the same for all blocks
    dQ   = Σ_j dS_j K_j / √d_k,   dK_j = dS_jᵀ Q / √d_k

    Q, O ∈ ℝ^{m×d}, K, V ∈ ℝ^{n×d}, S_j, P_j ∈ ℝ^{m×block}, L ∈ ℝ^m      nothing is m×n

Saved for backward besides Q, K and V: O and L, m(d_v + 1) numbers (impls.counting.memory). The work is more, by one more
product Q Kᵀ and by the rescaling: memory is saved, not arithmetic.

Variants. Dao et al. also walk over blocks of queries and keep blocks in fast memory; that changes where numbers are, not
which. Their first version saves m and l, later ones L. The maximum makes e^{S_j-m'} ≤ 1, so that no score overflows.
"""

from math import sqrt
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from impls.attending.attention import SelfAttention

BLOCK = 16


def attend(
    Q: Float[Tensor, "*batch m d_k"],
    K: Float[Tensor, "*batch n d_k"],
    V: Float[Tensor, "*batch n d_v"],
    causal: bool = False,
    block: int = BLOCK,
) -> Float[Tensor, "*batch m d_v"]:
    """softmax(Q Kᵀ / √d_k) V; where causal, query t looks at keys 1..t."""
    return _Online.apply(Q, K, V, causal, block)


def self_attention(
    p: SelfAttention, X: Float[Tensor, "*batch n d"], causal: bool = False, block: int = BLOCK
) -> Float[Tensor, "*batch n d_v"]:
    """impls.attending.attention.self_attention, the softmax found online."""
    return attend(X @ p.W_q.T, X @ p.W_k.T, X @ p.W_v.T, causal, block)


def scores(Q: Tensor, K: Tensor, causal: bool, start: int) -> Tensor:
    """Q K_jᵀ / √d_k for the block of keys that begins at `start`; -∞ where a query may not look."""
    S = Q @ K.mT / sqrt(Q.shape[-1])
    if not causal:
        return S
    queries, keys = torch.arange(Q.shape[-2]), torch.arange(start, start + K.shape[-2])
    return S.masked_fill(keys > queries[:, None], -torch.inf)


class _Online(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, Q: Tensor, K: Tensor, V: Tensor, causal: bool, block: int) -> Tensor:
        top, total = Q.new_full((*Q.shape[:-1], 1), -torch.inf), Q.new_zeros(*Q.shape[:-1], 1)
        read = Q.new_zeros(*Q.shape[:-1], V.shape[-1])
        for start in range(0, K.shape[-2], block):
            S = scores(Q, K[..., start : start + block, :], causal, start)
            higher = torch.maximum(top, S.amax(-1, keepdim=True))
            rescale, P = (top - higher).exp(), (S - higher).exp()
            total = rescale * total + P.sum(-1, keepdim=True)
            read = rescale * read + P @ V[..., start : start + block, :]
            top = higher
        output = read / total
        ctx.save_for_backward(Q, K, V, output, top + total.log())
        ctx.causal, ctx.block = causal, block
        return output

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, from_output: Tensor) -> tuple[Tensor | None, ...]:
        Q, K, V, output, L = ctx.saved_tensors
        D = (from_output * output).sum(-1, keepdim=True)
        from_Q, from_K, from_V = torch.zeros_like(Q), [], []
        for start in range(0, K.shape[-2], ctx.block):
            keys, values = (Z[..., start : start + ctx.block, :] for Z in (K, V))
            P = (scores(Q, keys, ctx.causal, start) - L).exp()
            from_S = P * (from_output @ values.mT - D) / sqrt(Q.shape[-1])
            from_Q = from_Q + from_S @ keys
            from_K.append(from_S.mT @ Q)
            from_V.append(P.mT @ from_output)
        return from_Q, torch.cat(from_K, -2), torch.cat(from_V, -2), None, None
