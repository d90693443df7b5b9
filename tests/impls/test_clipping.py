"""impls.learning.clipping against torch.nn.utils.clip_grad_norm_, and what it promises of finite gradients and of others."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.learning.clipping import clip_by_norm, global_norm
from tests.impls.drawn import TOLERANCE, gap, generator, seeds

SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=4)
THRESHOLDS = st.floats(1e-3, 1e3)


def drawn(sizes, seed):
    return [torch.randn(size, generator=generator(seed + i), dtype=torch.float64) for i, size in enumerate(sizes)]


def clipped_by_torch(gradients, max_norm):
    parameters = [torch.zeros_like(g) for g in gradients]
    for parameter, g in zip(parameters, gradients, strict=True):
        parameter.grad = g.clone()
    torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return [parameter.grad for parameter in parameters]


@given(SIZES, seeds(), THRESHOLDS)
def test_softened_it_is_torchs(sizes, seed, max_norm):
    gradients = drawn(sizes, seed)
    ours = clip_by_norm(gradients, max_norm, softening=1e-6)
    for got, want in zip(ours, clipped_by_torch(gradients, max_norm), strict=True):
        assert gap(got, want) < TOLERANCE


@given(SIZES, seeds(), THRESHOLDS)
def test_the_norm_becomes_the_threshold_if_it_was_above_and_the_direction_stays(sizes, seed, max_norm):
    gradients = drawn(sizes, seed)
    before, clipped = global_norm(gradients), clip_by_norm(gradients, max_norm)
    if before <= max_norm:
        assert all(torch.equal(g, c) for g, c in zip(gradients, clipped, strict=True))
    else:
        assert abs(global_norm(clipped) / max_norm - 1) < TOLERANCE
        assert gap(torch.cat(clipped) / max_norm, torch.cat(gradients) / before) < TOLERANCE


def test_zero_stays_zero():
    assert torch.equal(clip_by_norm([torch.zeros(3)], 1.0)[0], torch.zeros(3))


def test_an_infinite_entry_becomes_nan_and_silences_the_others():
    a, b = clip_by_norm([torch.tensor([torch.inf, 1.0]), torch.tensor([2.0])], 1.0)
    assert a[0].isnan()
    assert (a[1], b[0]) == (0, 0)


def test_a_nan_spoils_everything():
    assert all(c.isnan().all() for c in clip_by_norm([torch.tensor([torch.nan, 1.0]), torch.tensor([2.0])], 1.0))
