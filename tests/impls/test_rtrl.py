"""impls.learning.rtrl against autograd: the same gradient with no backward pass."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.learning import bptt, rtrl
from impls.recurrent import elman
from tests.impls.drawn import gap, generator, seeds, shapes, tensors, with_a_state

# Eight contracting steps (weights within ±1/√d): both sum some tens of terms below one in float64.
EXACT = 1e-13
UNBATCHED = shapes().map(lambda shape: shape._replace(batch=()))
drawn = with_a_state(elman.draw)


def loss(h):
    """Any function of the last state."""
    return (h.sin() * torch.arange(1, len(h) + 1)).sum() + h.square().sum()


@given(UNBATCHED, seeds())
def test_the_gradient_carried_forward_is_autograds(shape, seed):
    p, xs, h0 = drawn(shape, seed)
    want = torch.autograd.grad(loss(elman.run(p, xs, h0)[-1]), tensors(p))
    with torch.no_grad():
        h = elman.run(p, xs, h0)[-1]
        g = torch.func.grad(loss)(h)
        got = rtrl.gradient(p, xs, g, h0)
    assert all(gap(ours, theirs) < EXACT for ours, theirs in zip(tensors(got), want, strict=True))


@given(UNBATCHED, seeds())
def test_the_state_carried_beside_it_is_elmans(shape, seed):
    p, xs, h0 = drawn(shape, seed)
    assert torch.equal(rtrl.carried(p, xs, h0).h, elman.run(p, xs, h0)[-1])
    assert torch.equal(rtrl.carried(p, xs).h, elman.run(p, xs)[-1])


@given(UNBATCHED, seeds())
def test_it_is_the_sum_of_what_back_propagation_finds_for_each_step(shape, seed):
    p, xs, h0 = drawn(shape, seed)
    g = torch.randn(shape.d, generator=generator(seed), dtype=torch.float64)
    with torch.no_grad():
        got = rtrl.gradient(p, xs, g, h0).W_h
    assert gap(got, sum(bptt.contributions(p, xs, h0, g))) < EXACT


@given(st.integers(1, 20), st.integers(1, 4), st.integers(1, 4))
def test_what_is_carried_does_not_grow_with_the_steps(n, d, m):
    last = rtrl.carried(elman.draw(d, m, generator(0)), torch.ones(n, m, dtype=torch.float64))
    assert last.h.numel() + last.P.numel() == d + d * d * (d + m + 1)
