"""impls.learning.backward against autograd, and its defects against it."""

from dataclasses import astuple, replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.broken import gradients as broken_gradients
from impls.broken import interview as broken_interview
from impls.learning import backward, bptt
from impls.recurrent import elman
from tests.impls.drawn import TOLERANCE, Shape, gap, generator, leaf, seeds, sequence, shapes

UNBATCHED = shapes().map(lambda shape: shape._replace(batch=()))
# Few steps, and below a part of W_h that carries the gradient: one part in 10⁹ of the first step's term stays above rounding.
WITH_A_PAST = shapes(n=(2, 6), d=(2, 5)).map(lambda shape: shape._replace(batch=()))
DEFECTS = [
    broken_gradients.step_gradients_state_too_late,
    broken_gradients.step_gradients_slope_too_late,
    broken_gradients.step_gradients_last_alone,
    broken_gradients.step_gradients_nearly,
]


def drawn(shape, seed):
    rng = generator(seed)
    h0, g = torch.randn(2, shape.d, generator=rng, dtype=torch.float64)
    return elman.draw(shape.d, shape.m, rng), sequence(shape, rng), h0.tanh(), g


def by_autograd(p, xs, h0, g):
    leaves = [leaf(weights) for weights in (p.W_h, p.W_x, p.b)]
    return torch.autograd.grad(g @ elman.run(elman.Elman(*leaves), xs, h0)[-1], leaves)


def totals(parts):
    return [sum(getattr(part, name) for part in parts) for name in ("W_h", "W_x", "b")]


def apart(got, want):
    return max(gap(one, other) for one, other in zip(got, want, strict=True))


@given(UNBATCHED, seeds())
def test_the_gradient_is_autograds(shape, seed):
    p, xs, h0, g = drawn(shape, seed)
    assert apart(astuple(backward.gradient(p, xs, g, h0)), by_autograd(p, xs, h0, g)) < TOLERANCE


@given(UNBATCHED, seeds())
def test_it_starts_from_zero_unless_told_otherwise(shape, seed):
    p, xs, h0, g = drawn(shape, seed)
    assert apart(astuple(backward.gradient(p, xs, g)), by_autograd(p, xs, 0 * h0, g)) < TOLERANCE


@given(UNBATCHED, seeds())
def test_each_step_adds_to_the_recurrent_weights_what_a_copy_of_its_own_would_receive(shape, seed):
    p, xs, h0, g = drawn(shape, seed)
    got = [part.W_h for part in backward.step_gradients(p, xs, h0, g)]
    assert apart(got, bptt.contributions(p, xs, h0, g)) < TOLERANCE


@given(UNBATCHED, seeds())
def test_the_sums_are_autograds_gradients_of_all_three_parameters(shape, seed):
    p, xs, h0, g = drawn(shape, seed)
    assert apart(totals(backward.step_gradients(p, xs, h0, g)), by_autograd(p, xs, h0, g)) < TOLERANCE


@given(UNBATCHED, seeds())
def test_the_first_step_adds_nothing_to_the_recurrent_weights_when_it_starts_from_zero(shape, seed):
    p, xs, h0, g = drawn(shape, seed)
    assert not backward.step_gradients(p, xs, 0 * h0, g)[0].W_h.any()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
@given(shape=WITH_A_PAST, seed=st.integers(0, 100))
def test_a_defect_shows(defect, shape, seed):
    p, xs, h0, g = drawn(shape, seed)
    p = replace(p, W_h=p.W_h + 0.5 * torch.eye(shape.d, dtype=torch.float64))
    assert apart(totals(defect(p, xs, h0, g)), totals(backward.step_gradients(p, xs, h0, g))) > 0


def test_the_last_step_alone_is_another_gradient():
    p, xs, _, g = drawn(Shape(n=3, d=2, m=2, batch=()), seed=0)
    short, whole = broken_interview.last_step_alone(p, xs, g), backward.gradient(p, xs, g)
    assert gap(short.W_h, whole.W_h) > 1e-3
    assert gap(short.W_x, whole.W_x) > 1e-3


def test_with_one_step_the_last_is_all_there_is():
    p, xs, _, g = drawn(Shape(n=1, d=2, m=2, batch=()), seed=0)
    short, whole = broken_interview.last_step_alone(p, xs, g), backward.gradient(p, xs, g)
    assert all(torch.equal(got, want) for got, want in zip(astuple(short), astuple(whole), strict=True))
