"""reader: each body against torch.nn or by what it sees, its measures against plain counts, and small tasks to learn."""

from dataclasses import replace
from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import embedding

from impls.clocks.kernels import Rectified
from impls.learning import reader, tasks, training
from impls.learning.reader import BODIES, Layers, TwoWays
from impls.learning.tasks import NOTHING
from impls.learning.training import Budget
from impls.recurrent import gru, lstm
from tests.impls.drawn import gap, generator, seeds

SYMBOLS, WIDTH = 5, 4  # four heads divide it
WEIGHTS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
ROUNDING = 1e-5  # of float32 over a few steps
ATTENTIVE = ("attention", "Transformer", "Transformer, window of 4")
RECURRENT = sorted(set(BODIES) - set(ATTENTIVE))
AHEAD = sorted(body for body in BODIES if "both directions" not in body)
FOR_EACH_BODY = settings(max_examples=10)  # there are many
TRUNCATED = sorted(set(RECURRENT) & set(AHEAD))


def drawn(body, seed, longest=10.0):
    return reader.draw(body, SYMBOLS, WIDTH, longest, generator(seed))


def strings(seed, n, batch, symbols=SYMBOLS):
    return torch.randint(symbols, (n, batch), generator=generator(seed))


def with_gaps(answers, seed):
    """The same answers with about half of them not asked for, the first of the last row always."""
    asked = torch.rand(answers.shape, generator=generator(seed)) < 0.5
    asked[-1, 0] = True
    return torch.where(asked, answers, NOTHING)


def torchs_weights(cell):
    """In torch's order: the gates of an LSTM are i, f, g, o there, those of a GRU r, z, n."""
    if isinstance(cell, lstm.LSTM):
        W, b = torch.cat([cell.W_i, cell.W_f, cell.W_C, cell.W_o]), torch.cat([cell.b_i, cell.b_f, cell.b_C, cell.b_o])
        return W[:, WIDTH:], W[:, :WIDTH], b, torch.zeros_like(b)
    if isinstance(cell, gru.GRU):
        W, b = torch.cat([cell.W_r, cell.W_z, cell.W]), torch.cat([cell.b_r, cell.b_z, cell.b])
        return W[:, WIDTH:], W[:, :WIDTH], b, torch.cat([torch.zeros(2 * WIDTH), cell.b_hn])
    plain = cell.cell if isinstance(cell, Rectified) else cell
    return plain.W_x, plain.W_h, plain.b, torch.zeros_like(plain.b)


def as_torch(body):
    """torch.nn's own recurrence with the same weights."""
    both = isinstance(body, TwoWays)
    cells = (body.ahead, body.back) if both else (body,)
    kinds = {lstm.LSTM: torch.nn.LSTM, gru.GRU: torch.nn.GRU, Rectified: partial(torch.nn.RNN, nonlinearity="relu")}
    own = kinds.get(type(cells[0]), torch.nn.RNN)(WIDTH, WIDTH, bidirectional=both)
    for cell, way in zip(cells, ("", "_reverse"), strict=False):
        for name, weight in zip(WEIGHTS, torchs_weights(cell), strict=True):
            getattr(own, name + way).data = weight
    return own


# --- bodies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", RECURRENT)
@FOR_EACH_BODY
@given(seeds(), st.integers(1, 6), st.integers(1, 3))
def test_it_is_a_recurrence_of_torch_with_a_linear_read_out(body, seed, n, batch):
    p, source = drawn(body, seed), strings(seed, n, batch)
    with torch.no_grad():
        states, _ = as_torch(p.body)(embedding(source, p.embed))
    for last in (1, n):
        assert gap(reader.logits(p, source, last), states[n - last :] @ p.W_out.T + p.b_out) < ROUNDING


@pytest.mark.parametrize("body", BODIES)
def test_every_body_scores_each_symbol_at_the_last_tokens_it_is_asked_at(body):
    p, source = drawn(body, 0), strings(0, 6, 3)
    all_of_them = reader.logits(p, source, 6)
    assert all_of_them.shape == (6, 3, SYMBOLS)
    assert all(gap(reader.logits(p, source, last), all_of_them[6 - last :]) < ROUNDING for last in range(1, 6))
    assert gap(reader.read(p, embedding(source, p.embed)), all_of_them[5:]) < ROUNDING
    assert {tensor.dtype for tensor in training.tensors(p)} == {torch.float32}


@pytest.mark.parametrize("body", AHEAD)
@FOR_EACH_BODY
@given(seeds(), st.integers(2, 8), st.data())
def test_a_later_token_changes_nothing_earlier(body, seed, n, data):
    place = data.draw(st.integers(1, n - 1))
    before, after = scores_before_and_after_a_change(drawn(body, seed), strings(seed, n, 2), place)
    assert torch.equal(before[:place], after[:place])
    assert body == "ReLU, identity" or not torch.equal(before[place], after[place])  # which may be silent


def scores_before_and_after_a_change(p, source, place):
    """At all places, with another token at one of them."""
    changed = source.clone()
    changed[place] = (source[place] + 1) % SYMBOLS
    return reader.logits(p, source, len(source)), reader.logits(p, changed, len(source))


def changed_places(p, source, place):
    before, after = scores_before_and_after_a_change(p, source, place)
    return (before != after).any(-1).any(-1).nonzero().flatten().tolist()


@pytest.mark.parametrize("place", [0, 3, 8, 11])
def test_what_a_token_changes_shows_how_far_each_body_sees(place):
    """One layer with a window of 4 sees 4 positions, and two on top of each other 3 more."""
    source, two = strings(0, 12, 2), drawn("Transformer, window of 4", 0)
    one = replace(two, body=Layers(two.body.layers[:1], two.body.window))
    assert changed_places(one, source, place) == list(range(place, min(place + 4, 12)))
    assert changed_places(two, source, place) == list(range(place, min(place + 7, 12)))
    assert changed_places(drawn("Transformer", 0), source, place) == list(range(place, 12))
    assert changed_places(drawn("LSTM in both directions", 0), source[:8], place % 8) == list(range(8))


def test_attention_tells_positions_apart_by_their_codes():
    p = drawn("attention", 0)
    scores = reader.logits(p, torch.full((4, 1), 2), 4)
    assert min(gap(scores[t], scores[t + 1]) for t in range(3)) > 1e-3
    assert len(p.body.layers) == 1
    assert len(drawn("Transformer", 0).body.layers) == 2


def test_a_body_starts_from_what_its_name_says():
    eye = torch.eye(WIDTH)
    W = drawn("tanh, orthogonal", 0).body.W_h
    assert gap(W @ W.T, eye) < ROUNDING
    silent = drawn("ReLU, identity", 0).body.cell
    assert torch.equal(silent.W_h, eye)
    assert silent.W_x.abs().max() < 0.01
    assert not silent.b.any()
    flax = drawn("LSTM, orthogonal", 0).body
    for W in (flax.W_f, flax.W_i, flax.W_C, flax.W_o):
        assert gap(W[:, :WIDTH] @ W[:, :WIDTH].T, eye) < ROUNDING
    assert not torch.cat([flax.b_f, flax.b_i, flax.b_C, flax.b_o]).any()
    keras = drawn("tanh, as Keras", 0).body
    assert gap(keras.W_h @ keras.W_h.T, eye) < ROUNDING
    assert not keras.b.any()
    gated = drawn("GRU, orthogonal", 0).body
    assert gap(gated.W[:, :WIDTH] @ gated.W[:, :WIDTH].T, eye) < ROUNDING
    both = drawn("LSTM, forget bias 1 in both directions", 0).body
    assert both.ahead.b_f.mean() > 0.4 < both.back.b_f.mean()
    plain = drawn("LSTM", 0).body
    for bias in (1, 3, 5):
        assert torch.equal(drawn(f"LSTM, forget bias {bias}", 0).body.b_f, plain.b_f + bias)


@pytest.mark.parametrize(("body", "gate"), [("LSTM, chrono", "b_f"), ("GRU, chrono", "b_z")])
@given(seeds(), st.integers(3, 1000))
def test_chrono_biases_hold_what_came_for_up_to_the_longest_span(body, gate, seed, longest):
    """Open for 1/(1 - σ(b)) = 1 + e^b steps: between 2 and `longest`."""
    cell, plain = (drawn(name, seed, float(longest)).body for name in (body, body.partition(",")[0]))
    steps = 1 + getattr(cell, gate).exp()
    assert 2 - ROUNDING <= steps.min() <= steps.max() <= longest * (1 + ROUNDING)
    drawn_anew = {gate, "b_i"} if body == "LSTM, chrono" else {gate}
    assert "b_i" not in drawn_anew or torch.equal(cell.b_i, -cell.b_f)
    assert {name for name, value in vars(plain).items() if not torch.equal(value, getattr(cell, name))} == drawn_anew


# --- measures ---------------------------------------------------------------------------------------------------------


@given(st.sampled_from(sorted(BODIES)), seeds(), st.integers(1, 5), st.data())
def test_the_loss_is_the_mean_surprise_at_what_is_asked_for(body, seed, n, data):
    p, source, m = drawn(body, seed), strings(seed, n, 3), data.draw(st.integers(1, n))
    answers = with_gaps(strings(seed + 1, m, 3), seed)
    surprise = -reader.logits(p, source, m).log_softmax(-1)
    asked = [(t, row) for t in range(m) for row in range(3) if answers[t, row] != NOTHING]
    wanted = sum(surprise[t, row, answers[t, row]].item() for t, row in asked) / len(asked)
    assert reader.loss(p, source, answers).item() == pytest.approx(wanted, rel=1e-5)


@given(st.sampled_from(sorted(BODIES)), seeds(), st.integers(1, 5), st.data())
def test_accuracy_is_the_share_of_what_is_asked_for_that_has_the_highest_score(body, seed, n, data):
    p, source, m = drawn(body, seed), strings(seed, n, 7), data.draw(st.integers(1, n))
    answers = with_gaps(strings(seed + 1, m, 7), seed)
    scores = reader.logits(p, source, m).tolist()
    right = [
        scores[t][row][answer] == max(scores[t][row])
        for t, row_of_answers in enumerate(answers.tolist()) for row, answer in enumerate(row_of_answers) if answer != NOTHING
    ]  # fmt: skip
    assert reader.accuracy(p, source, answers) == pytest.approx(sum(right) / len(right))


@given(seeds(), st.integers(1, 4), st.integers(1, SYMBOLS))
def test_accuracy_among_the_first_symbols_is_of_the_last_token_and_passes_over_the_others(seed, n, among):
    p, source = drawn("LSTM", seed), strings(seed, n, 7)
    answers = strings(seed + 1, n, 7, among)
    scores = reader.logits(p, source, 1)[0].tolist()
    right = [row[answer] == max(row[:among]) for row, answer in zip(scores, answers[-1].tolist(), strict=True)]
    assert reader.accuracy(p, source, answers, among) == pytest.approx(sum(right) / 7)


# --- truncation -------------------------------------------------------------------------------------------------------


def gradients(p, loss):
    """The loss and its gradients by all of the reader's tensors."""
    leaves = [tensor.clone().requires_grad_() for tensor in training.tensors(p)]
    value = loss(training.rebuilt(p, iter(leaves)))
    return value, torch.autograd.grad(value, leaves, allow_unused=True, materialize_grads=True)


@given(st.sampled_from(TRUNCATED), seeds(), st.integers(1, 7), st.integers(1, 9))
def test_a_truncated_loss_is_the_same_loss_and_has_its_gradient_where_the_window_holds_all(body, seed, n, window):
    p, source = drawn(body, seed), strings(seed, n, 3)
    whole, wanted = gradients(p, lambda q: reader.loss(q, source, source[:1]))
    cut, got = gradients(p, lambda q: reader.truncated_loss(q, source, source[:1], window))
    assert cut.item() == pytest.approx(whole.item(), rel=ROUNDING)
    assert window < n or all(gap(a, b) < ROUNDING for a, b in zip(got, wanted, strict=True))


@given(st.sampled_from(sorted(set(TRUNCATED) - {"ReLU, identity"})), seeds(), st.integers(2, 6), st.data())
def test_of_a_token_older_than_the_window_no_gradient_is_left(body, seed, n, data):
    """The first token occurs nowhere else."""
    p, window = drawn(body, seed), data.draw(st.integers(1, n - 1))
    source = torch.cat([torch.full((1, 2), SYMBOLS - 1), strings(seed, n - 1, 2, SYMBOLS - 1)])
    _, (whole, *_) = gradients(p, lambda q: reader.loss(q, source, source[:1]))
    _, (cut, *_) = gradients(p, lambda q: reader.truncated_loss(q, source, source[:1], window))
    assert whole[SYMBOLS - 1].any()
    assert not cut[SYMBOLS - 1].any()
    assert cut[source[-1]].any()


@pytest.mark.parametrize("body", ["LSTM in both directions", *ATTENTIVE])
def test_what_is_no_recurrence_in_one_direction_cannot_be_truncated(body):
    source = strings(0, 3, 2)
    with pytest.raises(AssertionError):
        reader.truncated_loss(drawn(body, 0), source, source[:1], 2)


def test_a_window_that_does_not_contain_the_answers_is_refused():
    source = strings(0, 4, 2)
    with pytest.raises(ValueError, match="a window of 2 steps is shorter than the 3 answers"):
        reader.truncated_loss(drawn("LSTM", 0), source, source[:3], 2)


# --- learning ---------------------------------------------------------------------------------------------------------

RECALL = tasks.recall(8, 2)


def learnt(body, task):
    p = reader.draw(body, task.vocabulary, 16, 3.0, generator(0))
    budget = Budget(steps=100, batch=64, learning_rate=2e-2, enough=0.1)
    return training.train(p, task, 0, budget, reader.loss).model


@pytest.mark.parametrize("body", ["tanh", "LSTM", "GRU", "attention"])
def test_it_learns_a_short_lag(body):
    assert reader.accuracy(learnt(body, RECALL), *training.held_out(RECALL, 0)) > 0.9


def test_it_learns_nothing_where_labels_are_shuffled():
    rng = generator(7)
    shuffled = replace(RECALL, answer=lambda source: source[:1, torch.randperm(source.shape[1], generator=rng)])
    assert reader.accuracy(learnt("LSTM", shuffled), *training.held_out(RECALL, 0)) < 0.4


def test_in_both_directions_it_foretells_what_in_one_it_cannot():
    task = tasks.foretell(4, 4)
    both, one = (reader.accuracy(learnt(body, task), *training.held_out(task, 0)) for body in ("LSTM in both directions", "LSTM"))
    assert both > 0.9
    assert one < 0.4
