"""impls.recurrent.elman against torch.nn.RNN, values and gradients."""

import torch
from hypothesis import given

from impls.recurrent import elman
from tests.impls.drawn import (
    TOLERANCE,
    gap,
    generator,
    gradients,
    leaf,
    scales,
    seeds,
    sequence,
    shapes,
    tensors,
    with_a_state,
)
from tests.impls.reference import torch_elman

drawn = with_a_state(elman.draw)


@given(shapes(), seeds(), scales())
def test_states_are_those_of_torch(shape, seed, scale):
    p, xs, h0 = drawn(shape, seed, scale)
    assert gap(elman.run(p, xs, h0), torch_elman(p, xs, h0)) < TOLERANCE


@given(shapes(), seeds())
def test_gradients_are_those_of_torch(shape, seed):
    p, xs, h0 = drawn(shape, seed)
    inputs = [*tensors(p), xs, h0]
    ours = gradients(elman.run(p, xs, h0), inputs, seed)
    theirs = gradients(torch_elman(p, xs, h0), inputs, seed)
    assert all(gap(got, want) < TOLERANCE for got, want in zip(ours, theirs, strict=True))


@given(shapes(), seeds())
def test_the_state_starts_at_zero_and_a_list_of_steps_serves_as_well(shape, seed):
    p, xs, h0 = drawn(shape, seed)
    states = elman.run(p, xs, torch.zeros_like(h0))
    assert torch.equal(elman.run(p, xs), states)
    assert torch.equal(elman.run(p, list(xs)), states)


@given(shapes(), seeds())
def test_slopes_are_the_derivative_of_tanh(shape, seed):
    a = leaf(sequence(shape, generator(seed), scale=3.0))
    h = torch.tanh(a)
    assert gap(elman.slopes(h.detach()), torch.autograd.grad(h.sum(), a)[0]) < TOLERANCE


@given(shapes(), seeds())
def test_draws_repeat_stay_within_bounds_and_take_a_dtype(shape, seed):
    p, again = elman.draw(shape.d, shape.m, generator(seed)), elman.draw(shape.d, shape.m, generator(seed))
    assert all(torch.equal(a, b) for a, b in zip(tensors(p), tensors(again), strict=True))
    assert all(w.abs().max() <= shape.d**-0.5 for w in tensors(p))
    assert elman.draw(shape.d, shape.m, generator(seed), torch.float32).b.dtype == torch.float32


@given(shapes(), seeds())
def test_orthogonal_weights_keep_lengths(shape, seed):
    W = elman.orthogonal(shape.d, shape.m, generator(seed)).W_h
    assert gap(W @ W.T, torch.eye(shape.d, dtype=W.dtype)) < TOLERANCE


@given(shapes(), seeds())
def test_weights_after_glorot_are_orthogonal_and_within_the_bound(shape, seed):
    p = elman.glorot(shape.d, shape.m, generator(seed))
    assert gap(p.W_h @ p.W_h.T, torch.eye(shape.d, dtype=torch.float64)) < TOLERANCE
    assert p.W_x.abs().max() <= (6 / (shape.m + shape.d)) ** 0.5
    assert not p.b.any()


@given(shapes(), seeds())
def test_identity_weights_with_relu_hold_the_state_where_no_input_comes(shape, seed):
    p, h0 = elman.identity(shape.d, shape.m, generator(seed)), drawn(shape, seed)[2].abs()
    silence = torch.zeros(shape.n, *shape.batch, shape.m, dtype=torch.float64)
    assert torch.equal(elman.run(p, silence, h0, activation=torch.relu), h0.expand(shape.n, *h0.shape))
