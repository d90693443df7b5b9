"""Attention, decoding and clipping gone wrong on purpose: controls for claims that must not hold of them.

Each function is named by its defect and takes the arguments of the right one beside it. A function that ends
in _nearly is a near miss: the same defect scaled to `by`, 1e-9 unless given, far above float64's rounding and
far below what a careless tolerance would catch. Where a defect hides is said at each.

    of attention.attend           unnormalised, unscaled, scaled_twice, last_key_dropped, mask_forgotten
                                  unnormalised_nearly, unscaled_nearly, mask_forgotten_nearly
    of attention.causal_mask      mask_off_by_one
    of attention.window_mask      window_mask_off_by_one
    of online.attend              online_without_rescaling
    of decoder.run                decoder_without_mask
    of attention.self_attention   ordered, ordered_nearly: reads its positions, so is not equivariant
    of seq2seq.logits             peeking_at_target
    of seq2seq.decode_step        peeking_at_source, peeking_at_source_nearly
    of clipping.clip_by_norm      clip_by_value, clip_each, normalise_each_step, clip_nothing, enlarge_first
"""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from typing import TypeAlias

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from impls.attending import attention, decoder, online
from impls.attending.transformer import layer_norm, position_codes
from impls.learning.clipping import clip_by_norm
from impls.translating import seq2seq

NEARLY = 1e-9
Matrix: TypeAlias = Float[Tensor, "*batch n d"]
Mask: TypeAlias = Bool[Tensor, "m n"] | None
Gradients: TypeAlias = Sequence[Float[Tensor, "..."]]


def unnormalised(Q: Tensor, K: Tensor, V: Tensor, mask: Mask = None) -> Tensor:
    """exp(Q Kᵀ / √d_k) V: positive weights that do not add up to one."""
    weights = (Q @ K.mT / sqrt(Q.shape[-1])).exp()
    return (weights if mask is None else weights * mask) @ V


def unnormalised_nearly(Q: Tensor, K: Tensor, V: Tensor, mask: Mask = None, by: float = NEARLY) -> Tensor:
    """The weights add up to 1 + by."""
    return (1 + by) * attention.attend(Q, K, V, mask)


def unscaled(Q: Tensor, K: Tensor, V: Tensor, mask: Mask = None) -> Tensor:
    """softmax(Q Kᵀ) V: 1/√d_k forgotten. No defect at d_k = 1."""
    return attention.attend(Q * sqrt(Q.shape[-1]), K, V, mask)


def unscaled_nearly(Q: Tensor, K: Tensor, V: Tensor, mask: Mask = None, by: float = NEARLY) -> Tensor:
    """The scores are too large by a factor 1 + by."""
    return attention.attend((1 + by) * Q, K, V, mask)


def scaled_twice(Q: Tensor, K: Tensor, V: Tensor, mask: Mask = None) -> Tensor:
    """softmax(Q Kᵀ / d_k) V: divided by d_k and not by its root. No defect at d_k = 1."""
    return attention.attend(Q / sqrt(Q.shape[-1]), K, V, mask)


def last_key_dropped(Q: Tensor, K: Tensor, V: Tensor, mask: Mask = None) -> Tensor:
    """The last position is never read. Hidden where a mask forbids it."""
    return attention.attend(Q, K[..., :-1, :], V[..., :-1, :], None if mask is None else mask[:, :-1])


def mask_forgotten(Q: Tensor, K: Tensor, V: Tensor, mask: Mask = None) -> Tensor:
    """Takes a mask and looks everywhere. No defect at n = 1."""
    return attention.attend(Q, K, V)


def mask_forgotten_nearly(Q: Tensor, K: Tensor, V: Tensor, mask: Mask = None, by: float = NEARLY) -> Tensor:
    """A share `by` of the output is read from everywhere."""
    return (1 - by) * attention.attend(Q, K, V, mask) + by * attention.attend(Q, K, V)


def mask_off_by_one(n: int) -> Bool[Tensor, "n n"]:
    """Row t is True up to column t+1: a position sees the token it is to predict."""
    return torch.ones(n, n, dtype=torch.bool).tril(1)


def window_mask_off_by_one(n: int, r: int) -> Bool[Tensor, "n n"]:
    """A position also sees the neighbour just outside its window, to the right. Hidden where the window shows all."""
    return torch.ones(n, n, dtype=torch.bool).tril(r // 2 + 1).triu(-(r // 2))


def online_without_rescaling(Q: Tensor, K: Tensor, V: Tensor, causal: bool = False, block: int = online.BLOCK) -> Tensor:
    """When the maximum rises, what was summed so far keeps its old scale. Hidden where one block holds all keys."""
    top, total, read = torch.full_like(Q[..., :1], -torch.inf), torch.zeros_like(Q[..., :1]), torch.zeros(())
    for start in range(0, K.shape[-2], block):
        S = online.scores(Q, K[..., start : start + block, :], causal, start)
        top = torch.maximum(top, S.amax(-1, keepdim=True))
        P = (S - top).exp()
        total, read = total + P.sum(-1, keepdim=True), read + P @ V[..., start : start + block, :]
    return read / total


def decoder_without_mask(p: decoder.DecoderLayer, Y: Matrix, memory: Float[Tensor, "*batch k d"]) -> Matrix:
    """A target position reads those after it. No defect at m = 1, nor at the last position."""
    return decoder.read(p, layer_norm(p.norm, Y + attention.multi_head(p.own, Y)), memory)


def ordered(p: attention.SelfAttention, X: Matrix, mask: Mask = None, by: float = 1.0) -> Matrix:
    """Self-attention of tokens that carry their position: swapping two tokens no longer swaps two outputs."""
    return attention.self_attention(p, X + by * position_codes(X.shape[-2], X.shape[-1], X.dtype), mask)


def ordered_nearly(p: attention.SelfAttention, X: Matrix, mask: Mask = None, by: float = NEARLY) -> Matrix:
    return ordered(p, X, mask, by)


def peeking_at_target(
    p: seq2seq.Seq2Seq, source: Int[Tensor, "n *batch"], target_in: Int[Tensor, "m *batch"]
) -> Float[Tensor, "m *batch V"]:
    """Teacher forcing one step ahead: at step i the decoder is fed y_i, which it is to predict.

    No defect at the last step, for which `target_in` has no y_m: y_{m-1} is fed, as it should be.
    """
    return seq2seq.logits(p, source, torch.cat([target_in[1:], target_in[-1:]]))


def peeking_at_source(
    p: seq2seq.Seq2Seq,
    state: seq2seq.State,
    token: Int[Tensor, "*batch"],
    memory: Float[Tensor, "n *batch d"],
    by: float = 1.0,
) -> tuple[seq2seq.State, Float[Tensor, "*batch V"]]:
    """A decoder without attention whose h also gets the mean of the encoder's states, past the bottleneck.

    `memory` are those states, h_1..h_n. Hidden at n = 1, where the mean is the final state itself.
    """
    return seq2seq.decode_step(p, (state[0] + by * memory.mean(0), *state[1:]), token, None)


def peeking_at_source_nearly(
    p: seq2seq.Seq2Seq, state: seq2seq.State, token: Tensor, memory: Tensor, by: float = NEARLY
) -> tuple[seq2seq.State, Tensor]:
    return peeking_at_source(p, state, token, memory, by)


def clip_by_value(gradients: Gradients, max_norm: float) -> list[Tensor]:
    """Every entry clamped to ±max_norm: turns the gradient, and leaves its norm up to √(entries)·max_norm."""
    return [g.clamp(-max_norm, max_norm) for g in gradients]


def clip_each(gradients: Gradients, max_norm: float) -> list[Tensor]:
    """Every tensor, or every step's share, clipped by its own norm: changes the proportions between them."""
    return [clip_by_norm([g], max_norm)[0] for g in gradients]


def normalise_each_step(gradients: Gradients, max_norm: float) -> list[Tensor]:
    """Every step's share brought to length max_norm, as if the backward pass were normalised at each step."""
    return [g * (max_norm / torch.linalg.vector_norm(g)) if g.any() else g for g in gradients]


def clip_nothing(gradients: Gradients, max_norm: float) -> list[Tensor]:
    """Forgotten."""
    return list(gradients)


def enlarge_first(gradients: Gradients, max_norm: float, by: float = NEARLY) -> list[Tensor]:
    """A near miss: clipped, but the first tensor is longer by a factor 1 + by. Hidden where it is 0."""
    first, *others = clip_by_norm(gradients, max_norm)
    return [(1 + by) * first, *others]


def heads_interleaved(p: attention.MultiHead, X: Matrix, memory: Float[Tensor, "k d"] | None = None) -> Matrix:
    """Head i has every H-th row of the projections, from the i-th on. No defect with one head, or with heads of width 1."""
    rows = torch.arange(len(p.W_q)).unflatten(0, (-1, p.heads)).T.flatten()
    apart = replace(p, W_q=p.W_q[rows], W_k=p.W_k[rows], W_v=p.W_v[rows])
    return attention.multi_head(apart, X, memory=memory)


def mixed_by_the_transpose(p: attention.MultiHead, X: Matrix, memory: Float[Tensor, "k d"] | None = None) -> Matrix:
    """W_o stands on the other side."""
    return attention.multi_head(replace(p, W_o=p.W_o.T), X, memory=memory)
