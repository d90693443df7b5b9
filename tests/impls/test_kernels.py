"""impls.clocks.kernels: torch's kernels against the step-by-step recurrence of each module, states and gradients."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from impls.clocks import kernels
from impls.clocks.kernels import Rectified
from impls.learning.training import rebuilt
from impls.learning.training import tensors as all_tensors
from impls.recurrent import elman, gru, lstm
from tests.impls.drawn import TOLERANCE, Shape, gap, generator, gradients, leaf, seeds, sequence


def rectified(d, m, rng):
    return Rectified(elman.draw(d, m, rng))


DRAW = {"tanh": elman.draw, "ReLU": rectified, "LSTM": lstm.draw, "GRU": gru.draw}
FOR_EACH_CELL = settings(max_examples=15)
each_cell = pytest.mark.parametrize("name", DRAW)
SHAPES = st.builds(Shape, st.integers(1, 8), st.integers(1, 5), st.integers(1, 4), st.tuples(st.integers(1, 3)))


def drawn(name, shape, seed):
    """A cell, its inputs and a state to start from, all leaves."""
    rng = generator(seed)
    cell = DRAW[name](shape.d, shape.m, rng)
    xs = leaf(sequence(shape, rng))
    parts = 2 if name == "LSTM" else 1
    start = tuple(leaf(torch.randn(*shape.batch, shape.d, generator=rng, dtype=torch.float64)) for _ in range(parts))
    return rebuilt(cell, map(leaf, all_tensors(cell))), xs, start


def step_by_step(cell, xs, start):
    """h_1..h_n and the final state, as the cell's own module runs it."""
    if isinstance(cell, lstm.LSTM):
        hs, Cs = lstm.run(cell, xs, start)
        return hs, (hs[-1], Cs[-1])
    if isinstance(cell, gru.GRU):
        hs = gru.run(cell, xs, *start, step=gru.step_reset_after)
    elif isinstance(cell, Rectified):
        hs = elman.run(cell.cell, xs, *start, activation=torch.relu)
    else:
        hs = elman.run(cell, xs, *start)
    return hs, (hs[-1],)


@each_cell
@FOR_EACH_CELL
@given(SHAPES, seeds())
def test_a_kernel_is_the_recurrence_that_its_module_writes_out(name, shape, seed):
    cell, xs, start = drawn(name, shape, seed)
    (hs, final), (wanted, last) = kernels.run(cell, xs, start), step_by_step(cell, xs, start)
    assert gap(hs, wanted) < TOLERANCE
    assert all(gap(got, want) < TOLERANCE for got, want in zip(final, last, strict=True))


@each_cell
@FOR_EACH_CELL
@given(SHAPES, seeds())
def test_gradients_are_the_same_too(name, shape, seed):
    cell, xs, start = drawn(name, shape, seed)
    leaves = [*all_tensors(cell), xs, *start]
    got, want = (gradients(run(cell, xs, start)[0], leaves, seed) for run in (kernels.run, step_by_step))
    assert all(gap(a, b) < TOLERANCE for a, b in zip(got, want, strict=True))


@each_cell
@FOR_EACH_CELL
@given(SHAPES, seeds())
def test_rest_is_where_a_recurrence_starts_that_is_given_no_state(name, shape, seed):
    cell, xs, _ = drawn(name, shape, seed)
    rest = kernels.rest(cell, xs)
    assert kernels.width(cell) == shape.d
    assert [tuple(part.shape) for part in rest] == [(*shape.batch, shape.d)] * (2 if name == "LSTM" else 1)
    assert not any(part.any() for part in rest)
    wanted, _ = step_by_step(cell, xs, (None,) if name != "LSTM" else None)
    assert gap(kernels.run(cell, xs, rest)[0], wanted) < TOLERANCE


@each_cell
@FOR_EACH_CELL
@given(SHAPES, seeds(), st.integers(1, 7))
def test_from_where_one_part_ended_the_next_goes_on(name, shape, seed, cut):
    cell, xs, start = drawn(name, shape._replace(n=cut + shape.n), seed)
    whole, final = kernels.run(cell, xs, start)
    before, state = kernels.run(cell, xs[:cut], start)
    after, last = kernels.run(cell, xs[cut:], state)
    assert gap(torch.cat([before, after]), whole) < TOLERANCE
    assert all(gap(got, want) < TOLERANCE for got, want in zip(last, final, strict=True))
