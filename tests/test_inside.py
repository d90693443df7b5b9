"""What a search takes hold of inside Hypothesis: that it is there and does what it is for, and what is said once it is gone."""

import time
from collections import Counter
from contextlib import nullcontext
from importlib import import_module
from itertools import count

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.internal.conjecture import engine, providers

from claims.evidence.profiles import VERDICT
from claims.kit import Domain, at_most, claim, only, reading
from claims.kit.engines import search as searching
from claims.kit.engines.inside import NAMES, TRIED, Moved, the_books, the_same_everywhere
from claims.kit.examine import examine_reading
from tests import toys
from tests.pinning import groups

A_DAY = 24 * 60 * 60.0
CLOCKS = ("perf_counter", "monotonic", "time", "process_time", "thread_time")


@claim(
    "toys.sums-are-small",
    says="Sums are small.",
    teach="Nothing.",
    expect="refuted",
    as_written=reading(numbers=Domain("lists", st.lists(st.integers(0, 1000), min_size=2, max_size=9))),
    holds_for={"nothing to add": reading(numbers=only([]))},
)
def takes_many_steps_to_shrink(numbers):
    at_most(sum(numbers), 1000, "sum")


@pytest.fixture
def a_clock_on_which_a_day_passes_at_every_look(monkeypatch):
    for name in CLOCKS:
        ticks = count()
        monkeypatch.setattr(time, name, lambda ticks=ticks: next(ticks) * A_DAY)


def smallest():
    """The counterexample, shrunk."""
    one = takes_many_steps_to_shrink
    return examine_reading(one, one.reading("as written"), VERDICT)


def test_a_machine_however_slow_shows_the_same_smallest_case(request):
    before = smallest()
    request.getfixturevalue("a_clock_on_which_a_day_passes_at_every_look")

    assert smallest() == before
    assert before.counterexample.arguments == {"numbers": [1, 1000]}


@pytest.mark.usefixtures("a_clock_on_which_a_day_passes_at_every_look")
def test_without_the_guard_the_clock_would_end_the_shrinking(monkeypatch):
    """If this fails, Hypothesis has another clock, or none."""
    monkeypatch.setattr(searching, "the_same_everywhere", nullcontext)

    assert smallest().counterexample.arguments != {"numbers": [1, 1000]}


def test_all_is_as_it_was_behind_the_block():
    def usual():
        return engine.MAX_SHRINKING_SECONDS, providers._get_local_constants

    before = usual()
    with the_same_everywhere():
        assert usual() != before
    assert usual() == before


@pytest.mark.parametrize("name", NAMES)
def test_what_is_gone_is_told_by_its_name_with_the_version_that_was_tried(name, monkeypatch):
    module, _, within = name.partition(":")
    monkeypatch.delattr(import_module(module), within.partition(".")[0])
    one = toys.supported.reading("as written")

    with pytest.raises(Moved) as told:
        examine_reading(toys.supported, one, VERDICT)
    assert f"has no {module}.{within}" in str(told.value)
    assert f"Hypothesis {TRIED} has it" in str(told.value)


def test_the_version_that_is_pinned_is_the_one_that_was_tried():
    """Another one may be installed, as in the environment of the newest packages: there all other tests say whether it does."""
    (pinned,) = (one for one in groups("run") if one.name == "hypothesis")
    assert str(pinned.specifier) == f"=={TRIED}"


def test_hypothesis_reads_constants_where_it_was_stopped_from_doing_so():
    """If this fails, Hypothesis has moved the internals that `the_same_everywhere` takes hold of."""
    usual = providers._get_local_constants

    with the_same_everywhere():
        assert len(providers.HypothesisProvider(None)._local_constants) == 0
    assert providers._get_local_constants is usual
    assert len(providers.HypothesisProvider(None)._local_constants) > 0


def test_hypothesis_keeps_the_books_that_the_search_reads():
    """If this fails, Hypothesis has changed its statistics and every count in the evidence with them."""

    @hypothesis.settings(database=None, max_examples=200)
    @hypothesis.given(st.integers(0, 4))
    def skip_even_ones(n):
        hypothesis.assume(n % 2)

    with the_books() as books:
        skip_even_ones()

    statuses = Counter(case["status"] for case in books["generate-phase"]["test-cases"])
    assert statuses == {"valid": 2, "invalid": 3}
    assert books["stopped-because"] == "nothing left to do"


def test_hypothesis_says_otherwise_when_there_was_something_left_to_do():
    with the_books() as books:
        hypothesis.settings(database=None, max_examples=10)(hypothesis.given(st.integers())(lambda n: None))()

    assert books["stopped-because"] == "settings.max_examples=10"
