"""impls.backward against autograd."""

from dataclasses import astuple

import torch
from hypothesis import given

from impls import backward, broken_interview, elman
from tests.impls.drawn import TOLERANCE, Shape, gap, generator, leaf, seeds, sequence, shapes

UNBATCHED = shapes().map(lambda shape: shape._replace(batch=()))


def drawn(shape, seed):
    rng = generator(seed)
    h0, g = torch.randn(2, shape.d, generator=rng, dtype=torch.float64)
    return elman.draw(shape.d, shape.m, rng), sequence(shape, rng), h0.tanh(), g


def by_autograd(p, xs, h0, g):
    leaves = [leaf(weights) for weights in (p.W_h, p.W_x, p.b)]
    return torch.autograd.grad(g @ elman.run(elman.Elman(*leaves), xs, h0)[-1], leaves)


@given(UNBATCHED, seeds())
def test_the_gradient_is_autograds(shape, seed):
    p, xs, h0, g = drawn(shape, seed)
    for got, want in zip(astuple(backward.gradient(p, xs, g, h0)), by_autograd(p, xs, h0, g), strict=True):
        assert gap(got, want) < TOLERANCE


@given(UNBATCHED, seeds())
def test_it_starts_from_zero_unless_told_otherwise(shape, seed):
    p, xs, h0, g = drawn(shape, seed)
    for got, want in zip(astuple(backward.gradient(p, xs, g)), by_autograd(p, xs, 0 * h0, g), strict=True):
        assert gap(got, want) < TOLERANCE


def test_the_last_step_alone_is_another_gradient():
    p, xs, _, g = drawn(Shape(n=3, d=2, m=2, batch=()), seed=0)
    short, whole = broken_interview.last_step_alone(p, xs, g), backward.gradient(p, xs, g)
    assert gap(short.W_h, whole.W_h) > 1e-3
    assert gap(short.W_x, whole.W_x) > 1e-3


def test_with_one_step_the_last_is_all_there_is():
    p, xs, _, g = drawn(Shape(n=1, d=2, m=2, batch=()), seed=0)
    short, whole = broken_interview.last_step_alone(p, xs, g), backward.gradient(p, xs, g)
    assert all(torch.equal(got, want) for got, want in zip(astuple(short), astuple(whole), strict=True))
