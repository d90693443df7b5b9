"""impls.training over a few steps: it does what it says, the same way each time, and never shows a test string."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls import seq2seq, tasks, training
from impls.training import Budget
from tests.impls.drawn import TOLERANCE, gap, generator, seeds

TINY = Budget(steps=3, batch=8)


def drawn(seed=0, attention=False, dtype=torch.float64, vocabulary=4, d=4):
    return seq2seq.draw(vocabulary, d, generator(seed), attention=attention, dtype=dtype)


def plainly_trained(p, task, seed, budget):
    """The same loop with torch's clipping, its plain Adam and the readable recurrence; no string left out."""
    leaves = [t.clone().requires_grad_() for t in training.tensors(p)]
    live = training.rebuilt(p, iter(leaves))
    adam, rng = torch.optim.Adam(leaves, lr=budget.learning_rate), generator(2 * seed)
    for _ in range(budget.steps):
        source, target = task.sample(budget.batch, rng)
        scores = seq2seq.logits(live, source, seq2seq.shifted(live, target))
        adam.zero_grad()
        torch.nn.functional.cross_entropy(scores.flatten(0, 1), target.flatten()).backward()
        torch.nn.utils.clip_grad_norm_(leaves, budget.max_norm)
        adam.step()
    return live


@pytest.mark.parametrize("attention", [False, True])
def test_it_is_adam_on_clipped_gradients_of_the_teacher_forced_loss(attention):
    """Eight tokens of nine symbols: that a test string is drawn, and left out, has odds of 1 in 10⁴.

    Looser than rounding, as torch's clipping shortens by a further 1e-6 and Adam divides by √v + 1e-8.
    """
    p, task = drawn(attention=attention, vocabulary=9), tasks.reverse(9, 8)
    got = training.tensors(training.train(p, task, 0, TINY).model)
    want = training.tensors(plainly_trained(p, task, 0, TINY))
    assert all(gap(a, b.detach()) < 1e-6 for a, b in zip(got, want, strict=True))


@given(seeds())
def test_a_run_is_determined_by_its_seed_and_leaves_its_model_alone(seed):
    p, task = drawn(dtype=torch.float32), tasks.copy(4, 3)
    before = [t.clone() for t in training.tensors(p)]
    torch.manual_seed(seed)  # the global generator is not looked at
    one = training.train(p, task, 5, TINY)
    torch.manual_seed(seed + 1)
    two = training.train(p, task, 5, TINY)
    assert one.losses == two.losses
    pairs = zip(training.tensors(one.model), training.tensors(two.model), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert all(torch.equal(a, b) for a, b in zip(before, training.tensors(p), strict=True))
    assert training.train(p, task, 6, TINY).losses != one.losses


def test_the_loss_goes_down():
    losses = training.train(drawn(d=8), tasks.copy(4, 2), 0, Budget(steps=60, batch=16, learning_rate=0.02)).losses
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


@given(seeds(), st.integers(2, 4), st.integers(1, 5))
def test_no_test_string_is_seen_in_training(seed, vocabulary, length):
    seen, task = set(), tasks.reverse(vocabulary, length)

    def watching(p, source, target):
        seen.update(map(tuple, source.T.tolist()))
        return training.teacher_forcing(p, source, target)

    training.train(drawn(vocabulary=vocabulary), task, seed, Budget(steps=3, batch=64), watching)
    test = set(map(tuple, training.held_out(task, seed)[0].T.tolist()))
    assert seen
    assert not seen & test


@given(seeds(), st.integers(1, 5))
def test_accuracy_is_the_share_of_tokens_that_greedy_decoding_gets_right(seed, length):
    p, task = drawn(seed), tasks.reverse(4, length)
    source, target = training.held_out(task, seed)
    answer = seq2seq.greedy(p, source, length)
    right = sum(a == b for a, b in zip(answer.flatten().tolist(), target.flatten().tolist(), strict=True))
    assert training.token_accuracy(p, task, seed) == pytest.approx(right / target.numel(), abs=TOLERANCE)


def test_an_untrained_model_is_near_chance():
    accuracies = [training.token_accuracy(drawn(seed, vocabulary=16), tasks.reverse(16, 4), seed) for seed in range(10)]
    assert abs(sum(accuracies) / 10 - 1 / 16) < 0.03  # 10·1024 tokens, by model not independent


@given(st.booleans(), st.sampled_from(sorted(seq2seq.DRAW)))
def test_a_model_is_rebuilt_from_its_tensors(attention, cell):
    p = seq2seq.draw(3, 2, generator(0), cell, attention)
    again = training.rebuilt(p, iter(training.tensors(p)))
    assert type(again.encoder) is type(p.encoder)
    assert all(a is b for a, b in zip(training.tensors(again), training.tensors(p), strict=True))
    assert len(training.tensors(p)) == len({id(t) for t in training.tensors(p)})


@given(seeds(), st.integers(1, 6))
def test_the_tasks_answer_as_their_docstrings_show(seed, length):
    source, target = tasks.reverse(5, length).sample(3, generator(seed))
    assert target.tolist() == source.tolist()[::-1]
    source, target = tasks.copy(5, length).sample(3, generator(seed))
    assert torch.equal(source, target)
    assert tasks.reverse(9, 4).answer(torch.tensor([3, 1, 4, 1])).tolist() == [1, 4, 1, 3]
