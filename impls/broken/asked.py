"""Wrong on purpose: what is asked in class, got wrong as it is got wrong there.

Named by the defect; a function that ends in _nearly is a near miss, wrong by one part in 10⁹. Where a defect hides is said at
each.
"""

from collections.abc import Collection
from fractions import Fraction
from math import log

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from impls.attending.transformer import EPSILON, Norm, layer_norm, position_codes
from impls.recurrent.elman import Elman, step
from impls.recurrent.recurrence import Inputs, unbind
from impls.translating.seq2seq import Seq2Seq, shifted

NEARLY = 1e-9

# --- final states of two directions, taken from the outputs ----------------------------------------------------------


def backward_half_one_late(outputs: Float[Tensor, "n two_d"]) -> Float[Tensor, " two_d"]:
    """The backward half one step before its end. Needs n >= 2."""
    d = outputs.shape[1] // 2
    return torch.cat([outputs[-1, :d], outputs[1, d:]])


def halves_exchanged(outputs: Float[Tensor, "n two_d"]) -> Float[Tensor, " two_d"]:
    """Backward first."""
    d = outputs.shape[1] // 2
    return torch.cat([outputs[0, d:], outputs[-1, :d]])


def forward_half_nearly(outputs: Float[Tensor, "n two_d"]) -> Float[Tensor, " two_d"]:
    """Each half where it ends, the forward one too large."""
    d = outputs.shape[1] // 2
    return torch.cat([(1 + NEARLY) * outputs[-1, :d], outputs[0, d:]])


# --- means ------------------------------------------------------------------------------------------------------------


def kept_divided_by_kept_nearly(rate: Fraction) -> Fraction:
    """Of dropout: what is kept is multiplied by a little more than 1 / (1 - rate)."""
    return (1 + Fraction(1, 10**9)) / (1 - rate)


def kept_divided_by_rate_and_kept(rate: Fraction) -> Fraction:
    """Of dropout: both mistakes at once."""
    return 1 / (rate * (1 - rate))


# --- training ---------------------------------------------------------------------------------------------------------


def zeroed_between_chunks(p: Elman, xs: Inputs, cuts: Collection[int], h0: Float[Tensor, " d"]) -> list[Float[Tensor, " d"]]:
    """Each chunk starts from zeros: what was read before is forgotten. Hidden where the state before a cut is zero."""
    h, hs = h0, []
    for t, x in enumerate(unbind(xs)):
        h = step(p, 0 * h.detach() if t in cuts else h, x)
        hs.append(h)
    return hs


def rounded_between_chunks(p: Elman, xs: Inputs, cuts: Collection[int], h0: Float[Tensor, " d"]) -> list[Float[Tensor, " d"]]:
    """The state is handed on as float32. Hidden where float32 has it."""
    h, hs = h0, []
    for t, x in enumerate(unbind(xs)):
        h = step(p, h.detach().float().double() if t in cuts else h, x)
        hs.append(h)
    return hs


def fed_the_target(p: Seq2Seq, target: Int[Tensor, " m"]) -> Int[Tensor, " m"]:
    """Not shifted: at step i the decoder is fed the word that it is to write."""
    return target


def fed_two_back(p: Seq2Seq, target: Int[Tensor, " m"]) -> Int[Tensor, " m"]:
    """Shifted by one too many."""
    return shifted(p, shifted(p, target))


# --- attention and norms ----------------------------------------------------------------------------------------------


def lower_right_one_ahead(m: int, n: int) -> Bool[Tensor, "m n"]:
    """Aligned at the lower right, and each query sees one token that follows. Hidden at m = 1."""
    return torch.ones(m, n, dtype=torch.bool).tril(n - m + 1)


def norm_over_all(x: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
    """Mean and variance over tokens and features together."""
    return (x - x.mean()) / (x.var(correction=0) + EPSILON).sqrt()


def norm_over_tokens(x: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
    """Mean and variance of each feature over the tokens, as batch normalisation has them over a batch."""
    return (x - x.mean(0)) / (x.var(0, correction=0) + EPSILON).sqrt()


def norm_over_features_nearly(x: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
    """Over features, and one part in 10⁹ over all."""
    d = x.shape[1]
    own = layer_norm(Norm(torch.ones(d, dtype=x.dtype), torch.zeros(d, dtype=x.dtype)), x)
    return (1 - NEARLY) * own + NEARLY * norm_over_all(x)


def cosines_at_the_next_rate(n: int, d: int) -> Float[Tensor, "n d"]:
    """Position codes whose exponent counts on at each cosine, so that no cosine turns with its sine. No defect at position 0."""
    codes = position_codes(n, d)
    slower = torch.exp(torch.arange(0, d, 2, dtype=codes.dtype) * (-log(10_000) / d) - 2 * log(10_000) / d)
    codes[:, 1::2] = (torch.arange(n, dtype=codes.dtype)[:, None] * slower).cos()
    return codes
