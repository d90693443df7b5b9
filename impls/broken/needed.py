"""Attention with one property taken away: controls for the claims on what was needed and on what attention is.

Each function is named by what it does to the right one beside it. One that ends in _nearly does so by the `by` that
it names: far above float64's rounding, far below what a careless tolerance would catch.

    of attention.weights after the projections     weights_with_positions_nearly, weights_with_distance_penalty,
                                                   weights_normalised_over_queries
    of attention.additive                          additive_unnormalised_nearly, additive_unnormalised,
                                                   additive_normalised_over_width, additive_without_tanh,
                                                   additive_blind_to_memory, additive_hard, additive_dot_product
    of the projections in front of attend          two_places: a memory of two rows, however many tokens
    of positions.prefixes                          cached: reads the earlier tokens, but passes them no gradient;
                                                   masked_from_the_upper_left
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from impls.attending import attention


def weights_with_positions_nearly(p: attention.SelfAttention, X: Float[Tensor, "n d"], by: float = 1e-8) -> Float[Tensor, "n n"]:
    """The tokens carry `by` of their place, t = 0..n-1, in every entry. No defect where W_q or W_k is 0."""
    X = X + by * torch.arange(len(X), dtype=X.dtype)[:, None]
    return attention.weights(X @ p.W_q.T, X @ p.W_k.T)


def weights_with_distance_penalty(p: attention.SelfAttention, X: Float[Tensor, "n d"], by: float = 0.5) -> Float[Tensor, "n n"]:
    """Every step of distance costs `by` of the score (Press, Smith & Lewis 2022)."""
    places = torch.arange(len(X), dtype=X.dtype)
    scores = (attention.weights(X @ p.W_q.T, X @ p.W_k.T)).log() - by * (places[:, None] - places).abs()
    return scores.softmax(-1)


def weights_normalised_over_queries(p: attention.SelfAttention, X: Float[Tensor, "n d"]) -> Float[Tensor, "n n"]:
    """The softmax runs over the tokens that ask and not over those that are asked. No defect at n = 1."""
    return attention.weights(X @ p.W_k.T, X @ p.W_q.T).T


def additive_unnormalised(p: attention.Additive, s: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
    """α = exp(e): positive weights that do not add up to one."""
    alpha = ((s @ p.W_d.T + memory @ p.W_e.T).tanh() @ p.v).exp()
    return alpha @ memory, alpha


def additive_unnormalised_nearly(p: attention.Additive, s: Tensor, memory: Tensor, by: float = 1e-12) -> tuple[Tensor, Tensor]:
    """The weights add up to 1 + by."""
    context, alpha = attention.additive(p, s, memory)
    return (1 + by) * context, (1 + by) * alpha


def additive_normalised_over_width(p: attention.Additive, s: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
    """The softmax runs over the width of the hidden layer, not over the tokens. No defect for one token and width 1 only."""
    alpha = ((s @ p.W_d.T + memory @ p.W_e.T).tanh() * p.v).softmax(-1).sum(-1)
    return alpha @ memory, alpha


def additive_without_tanh(p: attention.Additive, s: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
    """Linear scores: the decoder's state shifts them all alike, and the softmax does not see it."""
    alpha = ((s @ p.W_d.T + memory @ p.W_e.T) @ p.v).softmax(-1)
    return alpha @ memory, alpha


# As in pytorch/tutorials#87, where the scores are read off the decoder's state and its input.
def additive_blind_to_memory(p: attention.Additive, s: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
    """The t-th score is an entry of tanh(W_d s): no encoder state is asked, only where it stands. No defect for one token."""
    hidden = (s @ p.W_d.T).tanh() * p.v
    alpha = hidden[torch.arange(len(memory)) % len(hidden)].softmax(-1)
    return alpha @ memory, alpha


def additive_hard(p: attention.Additive, s: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
    """The one state of the highest score instead of the mean. No defect for one token."""
    alpha = torch.nn.functional.one_hot(attention.additive(p, s, memory)[1].argmax(), len(memory)).to(memory)
    return alpha @ memory, alpha


def additive_dot_product(p: attention.Additive, s: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
    """The scores of Luong et al. (2015), s·h_t: no network between them. No defect for one token."""
    alpha = (memory @ s).softmax(-1)
    return alpha @ memory, alpha


def two_places(keys: Float[Tensor, "n d"]) -> tuple[Float[Tensor, "rows d"], Float[Tensor, "rows n"]]:
    """Keys and values, each averaged over the first half of the tokens and over the rest. No defect for two tokens."""
    halves = [half for half in (slice(0, len(keys) // 2), slice(len(keys) // 2, None)) if len(keys[half])]
    values = torch.eye(len(keys), dtype=keys.dtype)
    return torch.stack([keys[half].mean(0) for half in halves]), torch.stack([values[half].mean(0) for half in halves])


def cached(p: attention.SelfAttention, xs: Sequence[Float[Tensor, " d"]]) -> list[Float[Tensor, " d_v"]]:
    """Every number as without a cache (Dai et al. 2019); what is cut is the gradient. No defect at n = 1."""
    return [
        attention.self_attention(p, torch.stack([*(x.detach() for x in xs[:t]), xs[t]]))[-1] for t in range(len(xs))
    ]  # fmt: skip


# torch.nn.attention.bias has both masks, causal_upper_left and causal_lower_right; with a cache the latter is meant.
def masked_from_the_upper_left(p: attention.SelfAttention, xs: Sequence[Float[Tensor, " d"]]) -> list[Float[Tensor, " d_v"]]:
    """The first half is kept in a cache, the rest asks: fewer queries than keys, and the first of them sees the first key
    alone. Hidden at n = 1."""
    X, kept = torch.stack(list(xs)), len(xs) // 2
    seen = attention.causal_mask(len(xs))
    mask = torch.cat([seen[:kept], seen[: len(xs) - kept]])
    return list(attention.self_attention(p, X, mask).unbind(0))
