"""Attention: a query reads all positions at once, each in proportion to how well its key answers.

Scaled dot product (Vaswani et al. 2017, eq. 1) and several heads of it (section 3.2.2):

    Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V
    head_i             = Attention(X W_qⁱ, X W_kⁱ, X W_vⁱ)
    MultiHead(X)       = [head_1; …; head_H] W_o

Additive (Bahdanau, Cho & Bengio 2015, section 3.1 and appendix A.1.2):

    e_j = vᵀ tanh(W_d s + W_e h_j),   α = softmax(e),   c = Σ_j α_j h_j

    Q ∈ ℝ^{m×d_k}, K ∈ ℝ^{n×d_k}, V ∈ ℝ^{n×d_v}     queries, keys, values
    X ∈ ℝ^{n×d}                                     tokens; H heads of width d/H
    M ∈ ℝ^{k×d}                                     memory: keys and values may come from elsewhere (section 3.2.3)
    s ∈ ℝ^d, h_j ∈ ℝ^d, v ∈ ℝ^d                     decoder state, encoder states, score vector

Variants. A mask is True where a query may look, as in torch's scaled_dot_product_attention;
torch.nn.MultiheadAttention means the opposite. A window of size r (Vaswani et al., section 4: "restricted") reaches
⌊r/2⌋ to either side: r positions for an odd r, r + 1 for an even one, fewer near the ends. A query that may look
nowhere gets NaN here (0/0, as the equation says) and zeros from torch's scaled_dot_product_attention.
torch.nn.MultiheadAttention gives NaN where the weights are asked for; where they are not, its output bias, but NaN
in evaluation under no_grad. It stacks W_q, W_k, W_v into one matrix and has biases, which the paper has not; they
start at zero. Bahdanau's s is the state *before* the step, s_{i-1}.
Weights are (out, in) and applied as x @ W.T; all leading dimensions are batch.
"""

from dataclasses import dataclass
from math import sqrt

import torch
from jaxtyping import Bool, Float
from torch import Tensor


@dataclass(frozen=True)
class SelfAttention:
    """One head without an output projection."""

    W_q: Float[Tensor, "d_k d"]
    W_k: Float[Tensor, "d_k d"]
    W_v: Float[Tensor, "d_v d"]


@dataclass(frozen=True)
class MultiHead:
    """H heads side by side: head i has rows i·d/H to (i+1)·d/H of W_q, W_k and W_v."""

    W_q: Float[Tensor, "d d"]
    W_k: Float[Tensor, "d d"]
    W_v: Float[Tensor, "d d"]
    W_o: Float[Tensor, "d d"]
    heads: int


@dataclass(frozen=True)
class Additive:
    """A network with one hidden layer of width a that scores an encoder state for a decoder state."""

    W_d: Float[Tensor, "a d"]
    W_e: Float[Tensor, "a d"]
    v: Float[Tensor, " a"]


def causal_mask(n: int) -> Bool[Tensor, "n n"]:
    """Row t is True up to column t: a position sees itself and the past."""
    return torch.ones(n, n, dtype=torch.bool).tril()


def window_mask(n: int, r: int) -> Bool[Tensor, "n n"]:
    """Row t is True at distance r//2 or less: a position sees itself and r//2 neighbours on either side."""
    return torch.ones(n, n, dtype=torch.bool).tril(r // 2).triu(-(r // 2))


def weights(
    Q: Float[Tensor, "*batch m d_k"],
    K: Float[Tensor, "*batch n d_k"],
    mask: Bool[Tensor, "m n"] | None = None,
) -> Float[Tensor, "*batch m n"]:
    """softmax(Q Kᵀ / √d_k), one distribution over the keys for each query."""
    scores = Q @ K.mT / sqrt(Q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    return scores.softmax(-1)


def attend(
    Q: Float[Tensor, "*batch m d_k"],
    K: Float[Tensor, "*batch n d_k"],
    V: Float[Tensor, "*batch n d_v"],
    mask: Bool[Tensor, "m n"] | None = None,
) -> Float[Tensor, "*batch m d_v"]:
    """softmax(Q Kᵀ / √d_k) V."""
    return weights(Q, K, mask) @ V


def self_attention(
    p: SelfAttention, X: Float[Tensor, "*batch n d"], mask: Bool[Tensor, "n n"] | None = None
) -> Float[Tensor, "*batch n d_v"]:
    """Every token asks, answers and is read: queries, keys and values are projections of X."""
    return attend(X @ p.W_q.T, X @ p.W_k.T, X @ p.W_v.T, mask)


def multi_head(
    p: MultiHead,
    X: Float[Tensor, "*batch n d"],
    mask: Bool[Tensor, "n k"] | None = None,
    memory: Float[Tensor, "*batch k d"] | None = None,
) -> Float[Tensor, "*batch n d"]:
    """The heads attend side by side, each on its own d/H columns; W_o mixes them.

    Keys and values come from the memory where there is one (cross-attention), from X itself otherwise.
    """

    def split(Z: Tensor) -> Tensor:
        return Z.unflatten(-1, (p.heads, -1)).transpose(-2, -3)

    read = X if memory is None else memory
    Q, K, V = (split(Z @ W.T) for Z, W in ((X, p.W_q), (read, p.W_k), (read, p.W_v)))
    return attend(Q, K, V, mask).transpose(-2, -3).flatten(-2) @ p.W_o.T


def additive(
    p: Additive,
    s: Float[Tensor, "*batch d"],
    memory: Float[Tensor, "n *#batch d"],
    keys: Float[Tensor, "n *#batch a"] | None = None,
) -> tuple[Float[Tensor, "*batch d"], Float[Tensor, "n *batch"]]:
    """The context c and the weights α. A decoder passes `keys` = memory @ W_eᵀ, the same at all steps."""
    keys = memory @ p.W_e.T if keys is None else keys
    alpha = ((s @ p.W_d.T + keys).tanh() @ p.v).softmax(0)
    return torch.einsum("n...,n...d->...d", alpha, memory), alpha


def uniform(out: int, into: int, generator: torch.Generator, dtype: torch.dtype) -> Float[Tensor, "out into"]:
    """Entries of variance 1/into: products keep the scale of their inputs."""
    return (torch.rand(out, into, generator=generator, dtype=dtype) * 2 - 1) * sqrt(3 / into)


def draw_self_attention(d: int, generator: torch.Generator, dtype: torch.dtype = torch.float64) -> SelfAttention:
    """Random weights, queries, keys and values all of width d."""
    return SelfAttention(*(uniform(d, d, generator, dtype) for _ in range(3)))


def draw_multi_head(d: int, heads: int, generator: torch.Generator, dtype: torch.dtype = torch.float64) -> MultiHead:
    """Random weights for `heads` heads; d is a multiple of `heads`."""
    W_q, W_k, W_v, W_o = (uniform(d, d, generator, dtype) for _ in range(4))
    return MultiHead(W_q, W_k, W_v, W_o, heads)


def draw_additive(d: int, generator: torch.Generator, dtype: torch.dtype = torch.float64) -> Additive:
    """Random weights, the hidden layer as wide as the states."""
    W_d, W_e = (uniform(d, d, generator, dtype) for _ in range(2))
    return Additive(W_d, W_e, uniform(1, d, generator, dtype)[0])
