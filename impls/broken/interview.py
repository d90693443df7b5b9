"""Wrong on purpose, or right and something else: what the interview's answers must be told from.

Translators that attend where the one they are named after does not, and truncations that cut in the wrong place. Named by the
defect, as in `impls.broken.cells`; where a defect hides is said at each.
"""

from collections.abc import Collection
from dataclasses import replace
from functools import partial, reduce

import torch
from jaxtyping import Float
from torch import Tensor

from impls.attending import attention
from impls.learning import backward, bptt
from impls.recurrent import elman
from impls.recurrent.elman import Elman
from impls.recurrent.recurrence import Inputs, unbind, unroll, zeros
from impls.tracing.positions import Tokens
from impls.tracing.translators import TransformerPair, Translated, one_way, read_and_written, transformer_pair
from impls.translating import seq2seq

NEARLY = 1e-10

# --- translators ----------------------------------------------------------------------------------------------------


def source_attends_to_itself(p: seq2seq.Seq2Seq, xs: Tokens, ys: Tokens) -> Translated:
    """What the decoder looks at has itself read all encoder states. Hidden at n <= 2, where all are neighbours."""
    states = one_way(p, xs, ys).source
    hs = torch.stack([state[0] for state in states])
    read = attention.attend(hs, hs, hs).unbind(0)
    return read_and_written(p, [(row, *state) for row, state in zip(read, states, strict=True)], states[-1], ys)


def target_attends_to_itself(p: seq2seq.Seq2Seq, xs: Tokens, ys: Tokens) -> Translated:
    """Each output also reads the decoder states before it. Hidden at m <= 2, where all are neighbours."""
    source, target, _ = one_way(p, xs, ys)
    hs = torch.stack([place[0] for place in source])
    seen = [torch.stack([state[0] for state in target[: i + 1]]) for i in range(len(target))]
    asking = [attention.attend(states[-1:], states, states)[0] for states in seen]
    keys = hs @ p.attention.W_e.T if p.attention is not None else hs
    return Translated(source, target, [seq2seq.read_out(p, s, seq2seq.Memory(hs, keys)) for s in asking])


def no_mask(n: int) -> None:
    """Nothing is hidden from the target: its positions read those after them. No defect at m = 1."""


def last_memory_row_alone(p: TransformerPair, xs: Tokens, ys: Tokens) -> Translated:
    """Of what the encoder says of the source, the outputs read the last row only. No defect at n = 1."""
    return transformer_pair(attention.causal_mask, p, xs, ys, seen=slice(-1, None))


def decoder_alone(p: TransformerPair, xs: Tokens, ys: Tokens) -> Translated:
    """The outputs are the target's own rows: no source is read."""
    translated = transformer_pair(attention.causal_mask, p, xs, ys)
    return translated._replace(outputs=[row for (row,) in translated.target])


def recurrence_below(p: TransformerPair, xs: Tokens, ys: Tokens) -> Translated:
    """The encoder reads h_j = tanh(h_{j-1} + x_j) for x_j: one position after another."""
    hs = unroll(lambda h, x: torch.tanh(h + x), torch.zeros_like(xs[0]), xs)
    return transformer_pair(attention.causal_mask, p, hs, ys)


# --- truncation -----------------------------------------------------------------------------------------------------


def window_one_step_long(n: int, k: int) -> Collection[int]:
    """The cut that leaves k + 1 steps connected: lags 0..k. No defect at n <= k."""
    return bptt.window(n, k + 1)


def last_step_alone(p: Elman, xs: Inputs, g: Float[Tensor, " d"]) -> Elman:
    """The gradient as if the state before the last step were a constant. Hidden at n = 1 and where W_h = 0."""
    before = elman.run(p, xs)[-2] if len(xs) > 1 else None
    return backward.gradient(p, xs[-1:], g, before)


def backward_transposed(p: Elman, xs: Inputs, g: Float[Tensor, " d"]) -> Elman:
    """h aᵀ instead of a hᵀ for W_h. Hidden at n = 1, where it is zero, and at width 1."""
    exact = backward.gradient(p, xs, g)
    return replace(exact, W_h=exact.W_h.T)


def backward_with_states_too_late(p: Elman, xs: Inputs, g: Float[Tensor, " d"]) -> Elman:
    """a_t is paired with the state after step t instead of the one before it. Hidden where the state stands still."""
    hs = unroll(partial(elman.step, p), zeros(len(p.b), xs), xs)
    terms = [
        Elman(torch.outer(a, h), torch.outer(a, x), a) for a, h, x in zip(backward.errors(p, hs, g), hs, unbind(xs), strict=True)
    ]
    return reduce(lambda one, other: Elman(one.W_h + other.W_h, one.W_x + other.W_x, one.b + other.b), terms)


def backward_nearly(p: Elman, xs: Inputs, g: Float[Tensor, " d"]) -> Elman:
    """The gradient of W_h is too large by one part in 10¹⁰. Hidden where it is zero."""
    exact = backward.gradient(p, xs, g)
    return replace(exact, W_h=(1 + NEARLY) * exact.W_h)
