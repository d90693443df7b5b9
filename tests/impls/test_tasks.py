"""impls.learning.tasks: answers against plain readers of one string, and sources that are drawn as their task says."""

from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from impls.learning import tasks
from impls.learning.tasks import NOTHING
from tests.impls.drawn import generator, seeds

DIGITS, VALUES = 5, 6


def value_of_the_key_that_is_asked_for(source, keys=VALUES):
    *pairs, asked = source
    return [dict(divmod(pair, keys) for pair in pairs)[asked - keys * keys]]


# What one string, a list of numbers, is to be answered with; also used where something that knows the rule is on trial.
ANSWERS = {
    "reverse": lambda source: source[::-1],
    "copy": lambda source: source,
    "recall": lambda source: source[:1],
    "foretell": lambda source: [*source[1:], NOTHING],
    "associate": value_of_the_key_that_is_asked_for,
    "add": lambda source: [sum(token - DIGITS for token in source if token >= DIGITS)],
}
MADE = {
    "reverse": lambda size, more: tasks.reverse(4, size + more, size),
    "copy": lambda size, more: tasks.copy(4, size + more),
    "recall": lambda size, more: tasks.recall(4, size + more, size),
    "foretell": lambda size, more: tasks.foretell(4, size + more),
    "associate": lambda size, more: tasks.associate(VALUES, size + more, size),
    "add": lambda size, more: tasks.add(size + more),
}
DRAWN = seeds(), st.integers(1, 3), st.integers(1, 3)
FOR_EACH_TASK = settings(max_examples=15)
each_task = pytest.mark.parametrize("name", MADE)


def columns(tensor):
    return tensor.T.tolist()


@each_task
@FOR_EACH_TASK
@given(*DRAWN)
def test_a_plain_reader_works_every_answer_out_from_its_source(name, seed, size, more):
    source, answers = MADE[name](size, more).sample(20, generator(seed))
    assert columns(answers) == [ANSWERS[name](one) for one in columns(source)]


@each_task
@FOR_EACH_TASK
@given(*DRAWN)
def test_symbols_are_numbered_below_the_vocabulary(name, seed, size, more):
    task = MADE[name](size, more)
    source, answers = task.sample(20, generator(seed))
    asked = answers[answers != NOTHING]
    assert 0 <= min(source.min(), asked.min()) <= max(source.max(), asked.max()) < task.vocabulary
    assert source.shape[1] == answers.shape[1] == 20


@each_task
@FOR_EACH_TASK
@given(*DRAWN)
def test_a_sample_is_determined_by_the_seed_of_its_generator(name, seed, size, more):
    task = MADE[name](size, more)
    one, two, other = (task.sample(50, generator(chosen))[0] for chosen in (seed, seed, seed + 1))
    assert torch.equal(one, two)
    assert one.shape != other.shape or not torch.equal(one, other)


@pytest.mark.parametrize(("name", "besides"), [("reverse", 0), ("recall", 1), ("associate", 1)])
@FOR_EACH_TASK
@given(*DRAWN)
def test_lengths_are_drawn_between_the_two_ends_and_each_comes_up(name, besides, seed, size, more):
    task, rng = MADE[name](size, more), generator(seed)
    lengths = {len(task.sample(1, rng)[0]) - besides for _ in range(80)}
    assert lengths == set(range(size, size + more + 1))


@pytest.mark.parametrize("task", [
    tasks.reverse(4, 3), tasks.copy(4, 3), tasks.recall(4, 2), tasks.foretell(4, 3), tasks.associate(4, 2), tasks.add(3),
], ids=lambda task: task.name)  # fmt: skip
def test_without_a_shortest_one_all_strings_have_one_length(task):
    rng = generator(0)
    assert {len(task.sample(2, rng)[0]) for _ in range(20)} == {3}


@pytest.mark.parametrize(("task", "shown", "source", "answer"), [
    (tasks.reverse(9, 4), "3 1 4 1 → 1 4 1 3", [3, 1, 4, 1], [1, 4, 1, 3]),
    (tasks.copy(9, 4), "3 1 4 1 → 3 1 4 1", [3, 1, 4, 1], [3, 1, 4, 1]),
    (tasks.recall(9, 3), "3 1 4 1 → 3, at lag 3", [3, 1, 4, 1], [3]),
    (tasks.foretell(9, 4), "3 1 4 1 → 1 4 1 -", [3, 1, 4, 1], [1, 4, 1, NOTHING]),
    (tasks.associate(4, 2), "1:3 0:2 1? → 3", [4 * 1 + 3, 4 * 0 + 2, 16 + 1], [3]),
    (tasks.add(4), "3 1' 4 2' → 3", [3, 5 + 1, 4, 5 + 2], [3]),
], ids=lambda part: getattr(part, "name", None))  # fmt: skip
def test_a_task_answers_as_its_docstring_shows(task, shown, source, answer):
    assert shown in getattr(tasks, task.name).__doc__
    assert len(source) == task.length
    assert columns(task.answer(torch.tensor(source)[:, None])) == [answer]


def test_strings_are_drawn_alike_so_that_a_token_tells_nothing_of_another():
    """Of 2000 strings each of the nine pairs of symbols comes first in 222 ± 14, so within 5 deviations."""
    source, _ = tasks.copy(3, 2).sample(2000, generator(0))
    found = Counter(map(tuple, columns(source)))
    assert len(found) == 9
    assert all(abs(count - 222) < 70 for count in found.values())


# --- associative recall -----------------------------------------------------------------------------------------------


@given(seeds(), st.integers(1, VALUES), st.data())
def test_the_keys_of_a_source_all_differ_and_the_one_asked_for_is_among_them(seed, keys, data):
    pairs = data.draw(st.integers(1, keys))
    source, _ = tasks.associate(keys, pairs).sample(20, generator(seed))
    for *bound, asked in columns(source):
        here = [pair // keys for pair in bound]
        assert len(set(here)) == len(here) == pairs
        assert asked - keys * keys in here


def test_every_key_value_and_place_comes_up():
    source, answers = tasks.associate(4, 3).sample(500, generator(0))
    pairs, asked = source[:-1], source[-1] - 16
    assert {divmod(pair, 4) for pair in pairs.flatten().tolist()} == {(key, value) for key in range(4) for value in range(4)}
    assert set((pairs // 4 == asked).int().argmax(0).tolist()) == {0, 1, 2}
    assert set(answers.flatten().tolist()) == {0, 1, 2, 3}


@given(st.integers(1, 6), st.integers(1, 6))
def test_a_guess_without_the_binding_is_between_chance_and_certainty(keys, pairs):
    assert 1 / keys <= tasks.unbound(keys, pairs, rows=500) <= 1
    assert tasks.unbound(keys, 1, rows=500) == 1


@pytest.mark.parametrize("keys", [2, 3, 8])
def test_a_guess_without_the_binding_falls_with_the_number_of_pairs(keys):
    guesses = [tasks.unbound(keys, pairs) for pairs in (1, 2, 4, 8)]
    assert guesses == sorted(guesses, reverse=True)
    assert len(set(guesses)) == 4


@pytest.mark.parametrize("keys", [1, 2, 4, 8])
def test_of_two_values_a_guess_is_sure_where_they_agree_and_even_otherwise(keys):
    """A mean of 20 000 numbers of which none deviates by more than a quarter: 5 deviations are below 0.01."""
    assert tasks.unbound(keys, 2) == pytest.approx(1 / keys + (1 - 1 / keys) / 2, abs=0.01)


@pytest.mark.parametrize("pairs", [2, 4, 8])
def test_one_that_says_the_most_frequent_value_does_as_well_as_a_guess_can(pairs):
    """Of 4000 strings: 5 deviations are below 0.04."""
    source, answers = tasks.associate(8, pairs).sample(4000, generator(1))
    said = [Counter(pair % 8 for pair in bound).most_common(1)[0][0] for *bound, _ in columns(source)]
    right = sum(a == b for a, b in zip(said, answers[0].tolist(), strict=True)) / 4000
    assert right == pytest.approx(tasks.unbound(8, pairs), abs=0.04)


# --- adding -----------------------------------------------------------------------------------------------------------


@given(seeds(), st.integers(2, 9))
def test_two_digits_are_marked_one_in_each_half(seed, length):
    source, _ = tasks.add(length).sample(20, generator(seed))
    for one in columns(source):
        early, late = (place for place, token in enumerate(one) if token >= DIGITS)
        assert early < length // 2 <= late


@pytest.mark.parametrize("length", [2, 3, 6])
def test_every_place_is_marked_at_times_and_every_sum_comes_up(length):
    source, answers = tasks.add(length).sample(1000, generator(0))
    assert (source >= DIGITS).any(1).all()
    assert set(answers.flatten().tolist()) == set(range(2 * DIGITS - 1))
