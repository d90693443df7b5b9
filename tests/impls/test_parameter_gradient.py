"""impls.parameter_gradient against autograd, and its defects against it."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls import bptt, broken_gradients, elman
from impls.parameter_gradient import step_gradients
from tests.impls.drawn import TOLERANCE, gap, generator, seeds, sequence, shapes

UNBATCHED = shapes(n=(2, 8), d=(2, 5)).map(lambda shape: shape._replace(batch=()))
DEFECTS = [
    broken_gradients.step_gradients_state_too_late,
    broken_gradients.step_gradients_slope_too_late,
    broken_gradients.step_gradients_last_alone,
    broken_gradients.step_gradients_nearly,
]


def drawn(shape, seed):
    rng = generator(seed)
    h0, g = (torch.rand(shape.d, generator=rng, dtype=torch.float64) for _ in range(2))
    return elman.draw(shape.d, shape.m, rng), sequence(shape, rng), h0, g


def totals(parts):
    return [sum(getattr(part, name) for part in parts) for name in ("W_h", "W_x", "b")]


def apart(got, want):
    return max(gap(one, other) for one, other in zip(got, want, strict=True))


@given(UNBATCHED, seeds())
def test_each_step_adds_to_the_recurrent_weights_what_a_copy_of_its_own_would_receive(shape, seed):
    p, xs, h0, g = drawn(shape, seed)
    got = [part.W_h for part in step_gradients(p, xs, h0, g)]
    assert apart(got, bptt.contributions(p, xs, h0, g)) < TOLERANCE


@given(UNBATCHED, seeds())
def test_the_sums_are_autograds_gradients_of_all_three_parameters(shape, seed):
    p, xs, h0, g = drawn(shape, seed)
    leaves = [weights.clone().requires_grad_() for weights in (p.W_h, p.W_x, p.b)]
    want = torch.autograd.grad(g @ elman.run(elman.Elman(*leaves), xs, h0)[-1], leaves)
    assert apart(totals(step_gradients(p, xs, h0, g)), want) < TOLERANCE


@given(UNBATCHED, seeds())
def test_the_first_step_adds_nothing_to_the_recurrent_weights_when_it_starts_from_zero(shape, seed):
    p, xs, h0, g = drawn(shape, seed)
    assert not step_gradients(p, xs, 0 * h0, g)[0].W_h.any()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
@given(shape=UNBATCHED, seed=st.integers(0, 100))
def test_a_defect_shows(defect, shape, seed):
    p, xs, h0, g = drawn(shape, seed)
    p = replace(p, W_h=p.W_h + 0.1 * torch.eye(shape.d, dtype=torch.float64))
    assert apart(totals(defect(p, xs, h0, g)), totals(step_gradients(p, xs, h0, g))) > 0
