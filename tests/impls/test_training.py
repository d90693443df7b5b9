"""impls.learning.training over a few steps: it does what it says, the same way each time, and never shows a test string."""

from dataclasses import dataclass, replace
from math import inf, isfinite, nan
from statistics import fmean

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from impls.learning import language, reader, tasks, training
from impls.learning.training import Budget
from impls.translating import seq2seq
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


@given(st.integers(1, 4))
def test_a_long_course_passes_the_short_one_by_and_ends_where_one_as_long_does(times):
    p, task = drawn(dtype=torch.float32), tasks.copy(4, 3)
    (first, short), *rest = training.course(p, task, 5, TINY, times=times)
    (last, long) = rest[-1] if rest else (first, short)
    assert (first, last, len(rest)) == (1, times, times > 1)
    for got, steps in ((short, TINY.steps), (long, times * TINY.steps)):
        want = training.train(p, task, 5, replace(TINY, steps=steps))
        assert got.losses == want.losses
        assert all(map(torch.equal, training.tensors(got.model), training.tensors(want.model)))


def test_a_course_of_no_budgets_is_the_model_as_it_was():
    ((begun, trained),) = training.course(p := drawn(), tasks.copy(4, 3), 5, TINY, times=0)
    assert (begun, trained.losses) == (0, ())
    assert all(map(torch.equal, training.tensors(trained.model), training.tensors(p)))


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


def accuracy(p, task, seed):
    source, target = training.held_out(task, seed)
    return training.token_accuracy(training.written(p, source, target), target)


@given(seeds(), st.integers(1, 5))
def test_accuracy_is_the_share_of_tokens_that_greedy_decoding_gets_right(seed, length):
    p, task = drawn(seed), tasks.reverse(4, length)
    source, target = training.held_out(task, seed)
    answer = seq2seq.greedy(p, source, length)
    right = sum(a == b for a, b in zip(answer.flatten().tolist(), target.flatten().tolist(), strict=True))
    assert accuracy(p, task, seed) == pytest.approx(right / target.numel(), abs=TOLERANCE)


def test_an_untrained_model_is_near_chance():
    accuracies = [accuracy(drawn(seed, vocabulary=16), tasks.reverse(16, 4), seed) for seed in range(10)]
    assert abs(sum(accuracies) / 10 - 1 / 16) < 0.03  # 10·1024 tokens, by model not independent


@given(st.booleans(), st.sampled_from(sorted(seq2seq.DRAW)))
def test_a_model_is_rebuilt_from_its_tensors(attention, cell):
    p = seq2seq.draw(3, 2, generator(0), cell, attention)
    again = training.rebuilt(p, iter(training.tensors(p)))
    assert type(again.encoder) is type(p.encoder)
    assert all(a is b for a, b in zip(training.tensors(again), training.tensors(p), strict=True))
    assert len(training.tensors(p)) == len({id(t) for t in training.tensors(p)})


@pytest.mark.parametrize("body", sorted(reader.BODIES))
def test_so_is_one_with_tuples_of_layers_and_what_is_no_tensor_stays(body):
    p = reader.draw(body, 3, 4, 5.0, generator(0))
    again = training.rebuilt(p, iter([2 * tensor for tensor in training.tensors(p)]))
    assert type(again.body) is type(p.body)
    assert getattr(again.body, "window", "none") == getattr(p.body, "window", "none")
    pairs = zip(training.tensors(again), training.tensors(p), strict=True)
    assert all(torch.equal(a, 2 * b) for a, b in pairs)


# --- when it ends -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Weight:
    """A model of one weight."""

    w: Tensor


def square(p, source, answers):
    return p.w.square().sum()


def trained(loss=square, start=1.0, **budget):
    task = tasks.copy(4, 3)
    return training.train(Weight(torch.full((2,), start)), task, 0, Budget(batch=4, learning_rate=0.02, **budget), loss)


@pytest.mark.parametrize("enough", [3.0, 1.0, 0.5, 0.1, 1e-9])
def test_enough_ends_a_run_as_soon_as_the_mean_of_20_losses_is_below_it(enough):
    whole = trained(steps=80).losses
    low = [step for step in range(20, 81) if fmean(whole[step - 20 : step]) < enough]
    assert trained(steps=80, enough=enough).losses == whole[: min(low, default=80)]


def test_a_loss_that_is_low_from_the_start_still_takes_20_steps_and_none_is_low_enough_for_nothing():
    assert len(trained(start=0.0, steps=50, enough=0.1).losses) == training.RECENT == 20
    assert len(trained(start=0.0, steps=50).losses) == 50


@pytest.mark.parametrize("no_number", [nan, inf, -inf])
@given(st.integers(1, 9))
def test_a_loss_that_is_no_number_ends_the_run_and_is_the_last_one(no_number, step):
    calls = iter(range(1, 100))

    def failing(p, source, answers):
        return square(p, source, answers) + (no_number if next(calls) == step else 0.0)

    *before, last = trained(failing, steps=10).losses
    assert len(before) == step - 1
    assert all(map(isfinite, before))
    assert not isfinite(last)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=50))
def test_what_a_run_has_spent_is_its_steps_its_size_and_the_mean_of_its_last_20_losses(losses):
    spent = training.spent(training.Trained(Weight(torch.zeros(3, 4)), tuple(losses)))
    assert spent == {"steps": len(losses), "loss": pytest.approx(fmean(losses[-20:])), "size": 12}
    assert training.recent(losses) == spent["loss"]
    assert training.recent([]) == inf


@pytest.mark.parametrize(("start", "begun"), [(0.0, [1]), (0.7, [1, 2]), (5.0, [1, 4])])
def test_a_course_that_ends_early_says_in_which_budget(start, begun):
    budget = Budget(steps=30, batch=4, learning_rate=0.02, enough=0.1)
    came = list(training.course(Weight(torch.full((2,), start)), tasks.copy(4, 3), 0, budget, square, times=4))
    assert [after for after, _ in came] == begun
    assert 30 * (begun[-1] - 1) < len(came[-1][1].losses) <= 30 * begun[-1]


# --- what is held out -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("task", "tests"), [
    (tasks.reverse(3, 5, shortest=2), [tasks.reverse(3, length) for length in (3, 4, 5)]),
    (tasks.associate(3, 3, fewest=1), [tasks.associate(3, 2), tasks.associate(3, 3)]),
    (language.agreement(3, shortest=2), [language.agreement(3, others="opposite"), language.agreement(2)]),
], ids=lambda part: getattr(part, "name", "tests"))  # fmt: skip
def test_no_string_of_any_test_is_seen_in_training(task, tests):
    seen = set()

    def watching(p, source, answers):
        seen.update(map(tuple, source.T.tolist()))
        return square(p, source, answers)

    training.train(Weight(torch.ones(1)), task, 3, Budget(steps=30, batch=128), watching, tests)
    rng = generator(6)  # that of the training of seed 3: what it draws has some of them, or there would be nothing to keep out
    drawn = {tuple(one) for _ in range(30) for one in task.sample(128, rng)[0].T.tolist()}
    for test in tests:
        held = set(map(tuple, training.held_out(test, 3)[0].T.tolist()))
        assert held & drawn
        assert not held & seen


def test_where_other_tasks_are_the_test_the_strings_of_its_own_are_seen():
    task, seen = tasks.reverse(3, 3), set()
    twos = tasks.Task("twos", 3, 3, torch.clone, write=lambda vocabulary, *shape_and_rng: torch.full(shape_and_rng[:2], 2))

    def watching(p, source, answers):
        seen.update(map(tuple, source.T.tolist()))
        return square(p, source, answers)

    training.train(Weight(torch.ones(1)), task, 3, Budget(steps=30, batch=64), watching, [twos])
    assert len(seen) == 3**3 - 1
    assert (2, 2, 2) not in seen


def test_a_string_is_not_taken_for_another_that_goes_on_with_zeros():
    task, seen = tasks.copy(2, 2), set()
    longer = tasks.Task("0 0 0 and 1 0 0", 2, 3, torch.clone, write=lambda *_: torch.tensor([[0, 1], [0, 0], [0, 0]]))

    def watching(p, source, answers):
        seen.update(map(tuple, source.T.tolist()))
        return square(p, source, answers)

    training.train(Weight(torch.ones(1)), task, 0, Budget(steps=3, batch=64), watching, [longer])
    assert len(seen) == 2**2


@given(seeds(), st.integers(2, 4), st.integers(1, 3), st.integers(0, 3))
def test_at_most_an_eighth_of_all_strings_of_a_length_is_held_out_but_one_always_is(seed, vocabulary, shortest, more):
    source, answers = training.held_out(tasks.reverse(vocabulary, shortest + more, shortest), seed)
    n, held = source.shape
    assert held == min(256, max(1, vocabulary**n // 8))
    assert torch.equal(answers, source.flip(0))


def all_pairs(vocabulary, length, batch, rng):
    return torch.cartesian_prod(torch.arange(vocabulary), torch.arange(vocabulary)).T


def test_a_batch_of_which_every_string_is_held_out_is_drawn_again():
    """Or its loss would be of nothing, and no number."""
    every_pair, shapes = tasks.Task("all pairs", 3, 2, torch.clone, write=all_pairs), []

    def watching(p, source, answers):
        shapes.append(source.shape)
        return reader.loss(p, source, answers)

    p = reader.draw("tanh", 3, 4, 5.0, generator(0))
    ran = training.train(p, tasks.recall(3, 2, shortest=1), 0, Budget(steps=20, batch=4), watching, [every_pair])
    assert all(map(isfinite, ran.losses))
    assert {n for n, _ in shapes} == {3}
    with pytest.raises(ValueError, match=r"recall: of .* batches none had a string that is not held out"):
        training.train(p, tasks.recall(3, 1), 0, Budget(steps=20, batch=4), watching, [every_pair])


# --- where attention looks --------------------------------------------------------------------------------------------


def looked_at(p, source, target):
    """The place of the largest weight at each step of one string, by the formulas."""
    (states, _), state = seq2seq.encode(p, source)
    fed = [len(p.b_out), *target[:-1].tolist()]
    for token in fed:
        state, _ = seq2seq.decode_step(p, state, torch.tensor(token), seq2seq.encode(p, source)[0])
        scores = [p.attention.v @ torch.tanh(p.attention.W_d @ state[0] + p.attention.W_e @ h) for h in states]
        yield max(range(len(scores)), key=lambda place: scores[place].item())


@given(seeds(), st.sampled_from(sorted(seq2seq.DRAW)), st.integers(1, 6))
def test_aligned_is_the_share_of_tokens_whose_largest_weight_lies_at_the_mirrored_place(seed, cell, n):
    p = seq2seq.draw(4, 5, generator(seed), cell, attention=True)
    source, target = (torch.randint(4, (n, 3), generator=generator(seed + more)) for more in (0, 1))
    right = [place == n - 1 - step for one in range(3) for step, place in enumerate(looked_at(p, source[:, one], target[:, one]))]
    assert seq2seq.aligned(p, source, target) == pytest.approx(sum(right) / (3 * n))
