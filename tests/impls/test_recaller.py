"""A network that reads a string and says one symbol: against torch.nn, and on a task small enough to be learnt here."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls import lstm, recaller, tasks, training
from impls.recaller import CELLS
from impls.training import Budget
from tests.impls.drawn import gap, generator, seeds

NAMES = st.sampled_from(sorted(CELLS))


def as_torch(p):
    """torch.nn's own recurrence with the same weights."""
    if isinstance(p.cell, lstm.LSTM):
        own = torch.nn.LSTM(p.embed.shape[1], len(p.cell.b_f))
        W = torch.cat([p.cell.W_i, p.cell.W_f, p.cell.W_C, p.cell.W_o])
        b = torch.cat([p.cell.b_i, p.cell.b_f, p.cell.b_C, p.cell.b_o])
        d = len(p.cell.b_f)
        parts = W[:, d:], W[:, :d], b
    else:
        own = torch.nn.RNN(p.embed.shape[1], len(p.cell.b))
        parts = p.cell.W_x, p.cell.W_h, p.cell.b
    for name, part in zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0"), parts, strict=True):
        getattr(own, name).data = part
    own.bias_hh_l0.data.zero_()
    return own


@given(NAMES, seeds(), st.integers(1, 6), st.integers(1, 3))
def test_it_is_a_recurrence_of_torch_with_a_linear_read_out(cell, seed, n, batch):
    p = recaller.draw(cell, 5, 4, 10.0, generator(seed))
    source = torch.randint(5, (n, batch), generator=generator(seed))
    with torch.no_grad():
        states, _ = as_torch(p)(torch.nn.functional.embedding(source, p.embed))
        want = states[-1] @ p.W_out.T + p.b_out
    assert gap(recaller.logits(p, source), want) < 1e-5  # float32


@given(seeds(), st.integers(0, 5))
def test_its_loss_and_accuracy_are_of_the_first_symbol(seed, lag):
    p = recaller.draw("LSTM", 5, 4, 10.0, generator(seed))
    source, target = tasks.recall(5, lag).sample(7, generator(seed))
    scores = recaller.logits(p, source).log_softmax(-1)
    right = [int(scores[row].argmax()) == int(source[0, row]) for row in range(7)]
    assert torch.equal(target, source[:1])
    assert recaller.loss(p, source, target).item() == pytest.approx(-scores[range(7), source[0]].mean().item(), rel=1e-5)
    assert recaller.accuracy(p, source, target) == pytest.approx(sum(right) / 7)


def test_it_learns_a_short_lag_and_nothing_where_labels_are_shuffled():
    task, budget = tasks.recall(4, 1), Budget(steps=200, batch=32, learning_rate=1e-2)
    shuffled = tasks.Task("shuffled", 4, 12, lambda source: torch.randint(4, source[:1].shape, generator=generator(7)))
    p = recaller.draw("LSTM", 4, 16, 3.0, generator(0))

    learnt = training.train(p, task, 0, budget, recaller.loss).model
    assert recaller.accuracy(learnt, *training.held_out(task, 0)) == 1
    guessing = training.train(p, shuffled, 0, budget, recaller.loss).model
    assert recaller.accuracy(guessing, *training.held_out(shuffled, 1)) < 0.5


@given(seeds(), st.integers(1, 4), st.integers(0, 4))
def test_lags_are_drawn_between_the_two_ends_and_each_comes_up(seed, shortest, more):
    task, rng = tasks.recall(8, shortest + more, shortest), generator(seed)
    lags = {len(task.sample(2, rng)[0]) - 1 for _ in range(100)}
    assert lags == set(range(shortest, shortest + more + 1))


def test_chrono_biases_keep_what_the_first_token_brought():
    p = recaller.draw("LSTM, chrono", 5, 64, 100.0, generator(0))
    f = torch.sigmoid(p.cell.b_f)
    assert 0.5 <= f.min() < f.max() < 1
    assert torch.equal(p.cell.b_i, -p.cell.b_f)
