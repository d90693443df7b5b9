"""impls.recurrent.gru: torch's form against torch.nn.GRU, the textbook's against torch's where the two must agree."""

from dataclasses import replace

import torch
from hypothesis import given

from impls.recurrent import gru
from tests.impls.drawn import (
    TOLERANCE,
    gap,
    gradients,
    scaled,
    scales,
    seeds,
    shapes,
    tensors,
    with_a_state,
)
from tests.impls.reference import torch_gru

drawn = with_a_state(gru.draw)


def textbook(p, xs, h0=None):
    return gru.run(p, xs, h0, step=gru.step_reset_before)


def torchs(p, xs, h0=None):
    return gru.run(p, xs, h0, step=gru.step_reset_after)


@given(shapes(), seeds(), scales())
def test_states_are_those_of_torch(shape, seed, scale):
    p, xs, h0 = drawn(shape, seed, scale)
    assert gap(torchs(p, xs, h0), torch_gru(p, xs, h0)) < TOLERANCE


@given(shapes(), seeds())
def test_gradients_are_those_of_torch(shape, seed):
    p, xs, h0 = drawn(shape, seed)
    inputs = [*tensors(p), xs, h0]
    ours = gradients(torchs(p, xs, h0), inputs, seed)
    theirs = gradients(torch_gru(p, xs, h0), inputs, seed)
    assert all(gap(got, want) < TOLERANCE for got, want in zip(ours, theirs, strict=True))


@given(shapes(d=(1, 1)), seeds())
def test_at_width_one_without_biases_the_forms_differ_by_the_naming_of_z_only(shape, seed):
    p, xs, h0 = drawn(shape, seed)
    p = gru.without_biases(p)
    assert gap(textbook(p, xs, h0), torchs(gru.swapped(p), xs, h0)) < TOLERANCE


@given(shapes(), seeds())
def test_with_a_diagonal_recurrence_too(shape, seed):
    p, xs, h0 = drawn(shape, seed)
    p, d = gru.without_biases(p), shape.d
    p = replace(p, W=torch.cat([p.W[:, :d].diag().diag(), p.W[:, d:]], dim=1))
    assert gap(textbook(p, xs, h0), torchs(gru.swapped(p), xs, h0)) < TOLERANCE


@given(shapes(), seeds())
def test_with_an_open_reset_gate_biases_and_all(shape, seed):
    p, xs, h0 = drawn(shape, seed)
    p = replace(p, b_r=p.b_r + 100)  # σ(100 - what the weights can do) rounds to 1
    assert gap(textbook(p, xs, h0), torchs(gru.swapped(p), xs, h0)) < TOLERANCE


@given(shapes(n=(2, 8), d=(2, 5)), seeds())
def test_otherwise_the_place_of_the_reset_matters(shape, seed):
    p, xs, _ = drawn(shape, seed)
    p = gru.without_biases(p)
    assert gap(textbook(p, xs), torchs(gru.swapped(p), xs)) > 1e-9


@given(shapes(), seeds())
def test_the_state_never_leaves_the_box(shape, seed):
    p, xs, h0 = drawn(shape, seed)
    for run in (textbook, torchs):
        assert run(scaled(p, 30.0), xs, h0).abs().max() <= 1


@given(shapes(), seeds())
def test_swapping_twice_changes_nothing_and_the_state_starts_at_zero(shape, seed):
    p, xs, h0 = drawn(shape, seed)
    assert torch.equal(textbook(gru.swapped(gru.swapped(p)), xs), textbook(p, xs, torch.zeros_like(h0)))
