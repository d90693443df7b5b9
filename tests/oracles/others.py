"""Attention, clipping, and what is settled by looking."""

from fractions import Fraction

import numpy as np
import torch
from scipy.optimize import linprog

from tests.oracles.registry import only, oracle


@oracle("needed.direct-access", by="second implementation")
def the_weight_is_thinned_out(weigh, text, share):
    only(weigh.__name__ == "everywhere")

    def weight(X, asks, asked):
        scores = (X @ text.W_k.T) @ (text.W_q @ X[asks]) / np.sqrt(X.shape[1])
        return np.exp(scores[asked] - np.logaddexp.reduce(scores))

    later = np.concatenate([text.tokens, text.inserted])[list(text.order)]
    return weight(later, text.order.index(1), text.order.index(0)) < share * weight(text.tokens, 1, 0) * (1 - 1e-9)


@oracle("needed.no-fixed-bottleneck", by="another library")
def a_key_lies_among_the_others(attend, remember, keys):
    """It is a mean of the others, so no query scores it above them all: a linear programme finds the weights."""

    def is_a_mean_of(key, others):
        rows = np.vstack([others.T, np.ones(len(others))])
        return linprog(np.zeros(len(others)), A_eq=rows, b_eq=[*key, 1]).success

    return any(is_a_mean_of(keys[t], np.delete(keys, t, axis=0)) for t in range(len(keys)))


@oracle("needed.constant-path-cures-vanishing", by="exact arithmetic")
def the_product_is_short_and_its_gradient_gone(computation):
    only(getattr(computation, "how", "") == "as one product")
    return Fraction(1, 2) ** (computation.n - 1) < Fraction(1, 10**9)


@oracle("attention.single-layer-all-pairs", by="change and look")
def a_position_does_not_notice_another(system, pairs, n):
    generator = torch.Generator().manual_seed(1)
    p, xs = system.draw(2, generator), list(torch.randn(n, 2, generator=generator, dtype=torch.float64))

    def reads(i, j):
        moved = [x + (t == i) * torch.tensor([0.5, -1.0]) for t, x in enumerate(xs)]
        return not torch.equal(system.run(p, moved)[j][0], system.run(p, xs)[j][0])

    return not all(reads(i, j) for i, j in pairs(n))


@oracle("gradients.clipping-bounds-the-norm", by="second implementation")
def the_step_is_lost(clip, gradient, max_norm):
    """By the algorithm, in numpy's float32."""
    only(clip.__name__ == "clip_by_torch")
    with np.errstate(over="ignore"):
        norm = np.sqrt(np.sum(np.square(gradient, dtype=np.float32), dtype=np.float32), dtype=np.float32)
    clipped = gradient * min(np.float32(1), np.float32(max_norm) / (norm + np.float32(1e-6)))
    too_long = np.linalg.norm(gradient.astype(np.float64)) > max_norm
    return bool(too_long and np.linalg.norm(clipped.astype(np.float64)) < 0.99 * max_norm)


@oracle("gradients.clipping-prevents-nan", by="second implementation")
def infinity_times_nothing(clip, gradient):
    only(clip.__name__ == "clip_by_torch")
    with np.errstate(over="ignore", invalid="ignore"):
        norm = np.sqrt(np.sum(np.square(gradient, dtype=np.float32), dtype=np.float32))
        clipped = gradient * min(np.float32(1), np.float32(1) / (norm + np.float32(1e-6)))
    return not np.isfinite(clipped).all()


@oracle("bottleneck.five-hundred-words-lossy", by="second implementation")
def the_documents_lie_in_the_state_as_they_are(memory, documents):
    """A register with a place for each word: small enough numbers pass through tanh unchanged, and no two documents agree."""
    only(hasattr(memory, "scale"))
    words = np.array(documents, dtype=memory.dtype) * np.dtype(memory.dtype).type(memory.scale)
    unchanged = (np.tanh(words) == words).all() and (words / np.dtype(memory.dtype).type(memory.scale) == documents).all()
    return bool(unchanged) and len(documents[0]) <= memory.width and len(set(map(tuple, documents))) == len(documents)


@oracle("sequential.signature-of-architecture", by="on paper")
def the_other_causes_explain_it_all(winner, loser, by_parameters, by_time, otherwise):
    """The winner has fewer parameters and less time, which explain none of its lead as long as more of either does no harm."""
    only(winner.name == "Transformer base" and by_parameters >= 0 and by_time >= 0)
    return otherwise >= winner.bleu.low - loser.bleu.high


@oracle("forgetting.lstm-says-is", by="on paper")
def the_noun_comes_after_the_verb(system, noun, verb, seed, sentence):
    words = sentence.with_verb(verb).split()
    return noun(sentence) > words.index(verb)
