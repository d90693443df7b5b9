"""impls.broken.attention: every defect shows where it is said to, and the near misses stay near.

What is broken must fall where the tests of the right implementation hold, by more than TOLERANCE.
"""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.attending import attention
from impls.broken import attention as broken_attention
from impls.learning import clipping
from impls.translating import seq2seq
from tests.impls.drawn import TOLERANCE, gap, generator, seeds

SIZES = st.integers(2, 6)


def matrices(n, d, seed):
    return torch.randn(3, n, d, generator=generator(seed), dtype=torch.float64)


def from_attention(broken, n, d, seed):
    Q, K, V = matrices(n, d, seed)
    mask = attention.causal_mask(n)
    return gap(broken(Q, K, V, mask), attention.attend(Q, K, V, mask))


def from_equivariance(run, n, d, seed):
    """How far swapping the first two tokens is from swapping the first two outputs."""
    p, X = attention.draw_self_attention(d, generator(seed)), matrices(n, d, seed)[0]
    swap = torch.tensor([1, 0, *range(2, n)])
    return gap(run(p, X[swap]), run(p, X)[swap])


def from_the_bottleneck(step, n, d, seed):
    """How far the first logits move with the memory, the state being the same."""
    p = seq2seq.draw(5, d, generator(seed))
    _, state = seq2seq.encode(p, torch.arange(n) % 5)
    one, two, _ = matrices(n, d, seed)
    token = torch.tensor(0)
    return gap(step(p, state, token, one)[1], step(p, state, token, two)[1])


def from_proportion(clip, n, d, seed):
    """How far the clipped gradients are from the right ones; three tensors, the norm far above the threshold."""
    gradients = [1e3 * g for g in matrices(n, d, seed)]
    got, want = clip(gradients, 1.0), clipping.clip_by_norm(gradients, 1.0)
    return max(gap(a, b) for a, b in zip(got, want, strict=True))


FAR = [
    (from_attention, broken_attention.unnormalised),
    (from_attention, broken_attention.unscaled),
    (from_attention, broken_attention.scaled_twice),
    (from_attention, broken_attention.last_key_dropped),
    (from_attention, broken_attention.mask_forgotten),
    (from_equivariance, broken_attention.ordered),
    (from_the_bottleneck, broken_attention.peeking_at_source),
    (from_proportion, broken_attention.clip_by_value),
    (from_proportion, broken_attention.clip_each),
    (from_proportion, broken_attention.normalise_each_step),
    (from_proportion, broken_attention.clip_nothing),
]
NEAR = [
    (from_attention, broken_attention.unnormalised_nearly),
    (from_attention, broken_attention.unscaled_nearly),
    (from_attention, broken_attention.mask_forgotten_nearly),
    (from_equivariance, broken_attention.ordered_nearly),
    (from_the_bottleneck, broken_attention.peeking_at_source_nearly),
    (from_proportion, broken_attention.enlarge_first),
]
RIGHT = [
    (from_attention, attention.attend),
    (from_equivariance, attention.self_attention),
    (from_the_bottleneck, lambda p, state, token, memory: seq2seq.decode_step(p, state, token, None)),
    (from_proportion, clipping.clip_by_norm),
]


@pytest.mark.parametrize(("distance", "broken"), FAR)
def test_a_defect_shows(distance, broken):
    assert distance(broken, 5, 4, 0) > 1e-2


@pytest.mark.parametrize(("distance", "broken"), NEAR)
@given(SIZES, SIZES, seeds())
def test_a_near_miss_stays_near(distance, broken, n, d, seed):
    assert distance(broken, n, d, seed) < 1e-6


@pytest.mark.parametrize(("distance", "broken"), NEAR)
def test_a_near_miss_is_still_seen(distance, broken):
    assert distance(broken, 5, 4, 0) > TOLERANCE


@pytest.mark.parametrize(("distance", "right"), RIGHT)
@given(SIZES, SIZES, seeds())
def test_the_right_one_passes(distance, right, n, d, seed):
    assert distance(right, n, d, seed) < TOLERANCE


@given(SIZES)
def test_a_mask_off_by_one_shows_one_token_too_many_to_all_but_the_last(n):
    extra = broken_attention.mask_off_by_one(n) & ~attention.causal_mask(n)
    assert torch.equal(extra.sum(1), torch.tensor([1] * (n - 1) + [0]))
    assert torch.equal(extra, torch.ones(n, n, dtype=torch.bool).triu(1).tril(1))


def test_a_peeking_decoder_depends_on_the_token_it_predicts():
    p = seq2seq.draw(5, 4, generator(0))
    source, target = torch.tensor([0, 1, 2, 3]), torch.tensor([0, 1, 2, 3])
    other = torch.tensor([0, 4, 2, 3])
    peeking, honest = (
        [run(p, source, seq2seq.shifted(p, y))[1] for y in (target, other)]
        for run in (broken_attention.peeking_at_target, seq2seq.logits)
    )
    assert gap(*peeking) > 1e-2
    assert gap(*honest) < TOLERANCE


def test_where_defects_hide():
    one = matrices(1, 1, 0)
    assert gap(broken_attention.unscaled(*one), attention.attend(*one)) < TOLERANCE
    assert gap(broken_attention.mask_forgotten(*one, attention.causal_mask(1)), attention.attend(*one)) < TOLERANCE
    assert torch.equal(broken_attention.normalise_each_step([torch.zeros(2)], 1.0)[0], torch.zeros(2))
