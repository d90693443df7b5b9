"""impls.broken.cells: each defect can be told from the right thing, and each near miss only just.

A defect that no input shows would be no control at all. Shapes are those at which every defect can show
(more than one unit, more than one step); drawn weights and states then show it with probability one.
"""

from functools import partial

import pytest
import torch
from hypothesis import given

from impls.broken import bidirectional as broken_bidirectional
from impls.broken import cells as broken
from impls.broken import gru as broken_gru
from impls.learning import bptt
from impls.recurrent import bidirectional, elman, gru, linear, lstm
from tests.impls.drawn import TOLERANCE, gap, generator, seeds, sequence, shapes

SHAPES = shapes(n=(2, 8), d=(2, 5)).map(lambda shape: shape._replace(m=shape.d))  # so weights can be swapped


def states(shape, rng):
    return torch.rand(shape.n, *shape.batch, shape.d, generator=rng, dtype=torch.float64) * 2 - 1


def an_elman_step(shape, rng):
    return elman.draw(shape.d, shape.m, rng), states(shape, rng)[0], sequence(shape, rng)[0]


def an_lstm_step(shape, rng):
    h, C, *_ = states(shape, rng)
    return lstm.draw(shape.d, shape.m, rng), (h, C), sequence(shape, rng)[0]


def an_lstm_run(shape, rng):
    p, start, _ = an_lstm_step(shape, rng)
    return p, sequence(shape, rng), start


def a_gru_step(shape, rng):
    return gru.draw(shape.d, shape.m, rng), states(shape, rng)[0], sequence(shape, rng)[0]


def two_directions(shape, rng):
    forward, backward = (partial(elman.run, elman.draw(shape.d, shape.m, rng)) for _ in range(2))
    return forward, backward, sequence(shape, rng)


def a_network_and_its_states(shape, rng):
    p = elman.draw(shape.d, shape.m, rng)
    return p, elman.run(p, sequence(shape, rng))


def factors(shape, rng):
    return (torch.randn(shape.n, *shape.batch, shape.d, shape.d, generator=rng, dtype=torch.float64),)


def decays_and_terms(shape, rng):
    return states(shape, rng), sequence(shape, rng)


DEFECTS = [
    (elman.step, broken.elman_step_weights_swapped, an_elman_step),
    (elman.step, broken.elman_step_weights_transposed, an_elman_step),
    (elman.step, broken.elman_step_without_bias, an_elman_step),
    (lstm.step, broken.lstm_step_forget_and_input_swapped, an_lstm_step),
    (lstm.step, broken.lstm_step_without_biases, an_lstm_step),
    (lstm.step, broken.lstm_step_cell_not_squashed, an_lstm_step),
    (lstm.step, broken.lstm_step_gates_read_the_cell, an_lstm_step),
    (lstm.step, broken.lstm_step_candidate_as_a_gate, an_lstm_step),
    (lstm.step, broken.lstm_step_in_onnx_order, an_lstm_step),
    (lstm.run, broken.lstm_run_gates_one_token_late, an_lstm_run),
    (gru.step_reset_after, broken.gru_step_update_swapped, a_gru_step),
    (gru.step_reset_after, broken.gru_step_reset_too_early, a_gru_step),
    (bidirectional.run, broken.bidirectional_not_flipped_back, two_directions),
    (bptt.step_jacobian, broken.step_jacobian_as_printed, a_network_and_its_states),
    (bptt.jacobians, broken.jacobians_one_step_late, a_network_and_its_states),
    (bptt.product, broken.product_earliest_first, factors),
    (bptt.product, broken.product_factor_dropped, factors),
    (linear.scan, broken.scan_off_by_one, decays_and_terms),
    (linear.scan, broken.scan_decay_of_the_step_before, decays_and_terms),
    (linear.scan, broken.scan_halves_not_joined, decays_and_terms),
]
OF_OTHER_MODULES = [
    (bidirectional.run, broken_bidirectional.backward_half_first, two_directions),
    (bidirectional.run, broken_bidirectional.one_network_for_both, two_directions),
    (gru.step_reset_before, broken_gru.gru_step_lets_in_what_it_keeps, a_gru_step),
    (gru.step_reset_before, broken_gru.gru_step_candidate_added_whole, a_gru_step),
]
NEAR_MISSES = [
    (elman.step, broken.elman_step_bias_nearly, an_elman_step),
    (lstm.step, broken.lstm_step_forget_nearly, an_lstm_step),
    (gru.step_reset_after, broken.gru_step_reset_nearly, a_gru_step),
    (bptt.product, broken.product_nearly, factors),
    (linear.scan, broken.scan_nearly, decays_and_terms),
]
named = {"ids": lambda part: getattr(part, "__name__", None)}


def difference(right, wrong, arguments):
    """The gap between what the two return; between pairs of tensors, the larger one."""
    got, want = (f(*arguments) for f in (wrong, right))
    both = [(got, want)] if isinstance(want, torch.Tensor) else zip(got, want, strict=True)
    return max(gap(*pair) for pair in both)


@pytest.mark.parametrize(("right", "wrong", "draw"), DEFECTS + OF_OTHER_MODULES, **named)
@given(SHAPES, seeds())
def test_a_defect_shows(right, wrong, draw, shape, seed):
    """In one draw of three at least: a cell that happens to be small is hardly changed by squashing it."""
    assert max(difference(right, wrong, draw(shape, generator(each))) for each in (seed, seed + 1, seed + 2)) > 1e-6


@pytest.mark.parametrize(("right", "wrong", "draw"), NEAR_MISSES, **named)
def test_a_near_miss_shows_above_the_tolerance_and_hardly(right, wrong, draw):
    @given(SHAPES, seeds())
    def nearly(shape, seed):
        seen.append(difference(right, wrong, draw(shape, generator(seed))))

    seen: list[float] = []
    nearly()
    least, most = min(seen), max(seen)
    assert least > 0, "hidden in some case"
    assert most > TOLERANCE
    assert most < 1e-6


def test_every_defect_is_on_trial():
    tried = {wrong.__name__ for _, wrong, _ in DEFECTS + NEAR_MISSES} | {"window_one_step_short"}
    defects = {name for name, f in vars(broken).items() if getattr(f, "__module__", "") == broken.__name__}
    assert tried == defects


@given(SHAPES, seeds())
def test_a_window_one_step_short_leaves_out_the_oldest_lag(shape, seed):
    rng, k = generator(seed), shape.n - 1
    p, xs = elman.draw(shape.d, shape.m, rng), sequence(shape, rng)
    right, wrong = (bptt.truncated(torch.sum, p, xs, cuts(shape.n, k + 1)) for cuts in WINDOWS)
    assert [g is None for g in right] == [False] * shape.n
    assert [g is None for g in wrong] == [True] + [False] * k


WINDOWS = bptt.window, broken.window_one_step_short
