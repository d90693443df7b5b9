"""impls.recurrent.ahead: the same LSTM, its inputs multiplied beforehand."""

import torch
from hypothesis import given

from impls.recurrent import ahead, lstm
from tests.impls.drawn import TOLERANCE, gap, generator, seeds, sequence, shapes


@given(shapes(), seeds())
def test_states_and_cells_are_those_of_the_lstm(shape, seed):
    rng = generator(seed)
    p, xs = lstm.draw(shape.d, shape.m, rng), sequence(shape, rng)
    ours = [torch.stack(part) for part in zip(*ahead.states(p, xs), strict=True)]
    assert all(gap(got, want) < TOLERANCE for got, want in zip(ours, lstm.run(p, xs), strict=True))


@given(shapes(), seeds())
def test_what_is_taken_beforehand_reads_no_state(shape, seed):
    rng = generator(seed)
    p, xs = lstm.draw(shape.d, shape.m, rng), sequence(shape, rng)
    zero = torch.zeros(*shape.batch, shape.d, dtype=torch.float64)
    f, i, candidate, o = ahead.input_parts(p, xs[0])
    want = lstm.gates(p, zero, xs[0])
    got = torch.sigmoid(f), torch.sigmoid(i), torch.tanh(candidate), torch.sigmoid(o)
    assert all(gap(one, other) < TOLERANCE for one, other in zip(got, want, strict=True))
