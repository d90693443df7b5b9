"""How a search counts: valid cases, each of them once, up to the first that falls."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.evidence.profiles import QUICK, VERDICT
from claims.evidence.verdict import judge
from claims.kit import Domain, at_most, claim, holds, only, reading
from claims.kit.domains import whole
from claims.kit.examine import examine_reading
from claims.kit.reading import Reading
from tests import toys


def drawn(found):
    """Valid cases, as often as they were drawn."""
    return found.cases + found.repeated


def examine(toy, name="as written", profile=VERDICT):
    """One reading's evidence."""
    return examine_reading(toy, toy.reading(name), profile)


def test_valid_and_discarded_cases_are_those_that_an_independent_count_finds():
    seen = Counter()

    @claim("toys.counted", says="x.", teach="x.", expect="supported",
           as_written=reading(n=whole(0, 10**9)), fails_for={"none": reading(n=whole(-9, -1))})  # fmt: skip
    def counted(n):
        seen["called"] += 1
        assume(n % 5)
        seen["valid"] += 1

    found = examine(counted)
    valid = found.cases + found.repeated
    assert (valid, valid + found.discarded) == (seen["valid"], seen["called"])
    assert valid == 200
    assert found.discarded > 10


def test_a_search_tries_as_many_cases_as_asked():
    assert drawn(examine(toys.toothless)) == 200
    assert drawn(examine(toys.toothless, profile=QUICK)) == 20


ROUNDED = Domain("a few numbers, by many ways", st.integers(0, 10**6).map(lambda n: n % 7))


@pytest.mark.parametrize(("domain", "values"), [
    (ROUNDED, 7),
    (Domain("as arrays", st.integers(0, 10**6).map(lambda n: np.full((2, 2), n % 5))), 5),
    (Domain("zeros of either sign", st.integers(0, 10**6).map(lambda n: [-0.0, 0.0, -0.05][n % 3])), 2),
    (Domain("members of a finite list", st.sampled_from(SOME := [[1], [1]]), tuple(SOME)), 2),  # by their places
], ids=lambda part: getattr(part, "words", ""))  # fmt: skip
def test_a_case_that_is_drawn_again_counts_once(domain, values):
    n = toys.toothless.reading("as written")

    found = examine_reading(toys.toothless, Reading({"n": domain}, n.role, n.name), VERDICT)

    assert found.cases == values
    assert drawn(found) == (200 if domain.values is None else 2)


def test_two_hundred_cases_of_which_few_are_distinct_support_nothing():
    one = Reading({"n": ROUNDED}, name="as written")
    found = examine_reading(toys.toothless, one, VERDICT)

    assert (found.outcome, found.complete) == ("held", False)
    assert "7 distinct cases only, 100 are needed" in judge([found, examine(toys.toothless, "numbers that are negative")]).why


def test_a_case_is_counted_as_it_was_before_the_property_changed_it():
    @claim("toys.changing-cases", says="x.", teach="x.", expect="supported",
           as_written=reading(drawn=Domain("lists", st.lists(st.integers(0, 10**6), min_size=1, max_size=3))),
           fails_for={"none": reading(drawn=only([]))})  # fmt: skip
    def emptied(drawn):
        holds(drawn, "nothing")
        drawn.clear()

    assert examine(emptied).cases > 100


def test_neither_what_falls_nor_what_shrinks_behind_it_is_counted_twice():
    seen = []

    @claim("toys.counted-until-it-falls", says="x.", teach="x.", expect="refuted",
           as_written=reading(n=whole(0, 10**6)), holds_for={"none": reading(n=0)})  # fmt: skip
    def counted(n):
        seen.append(n)
        at_most(n, 10, "n")

    found = examine(counted)
    first = next(place for place, n in enumerate(seen) if n > 10)
    assert (found.cases, drawn(found)) == (len(set(seen[: first + 1])), first + 1)
    assert len(seen) > first + 2, "it shrank"


def test_half_of_the_cases_asked_for_are_enough():
    assert examine(toys.toothless).enough == 100


def test_a_small_domain_is_gone_through_whole_and_says_so():
    found = examine(toys.supported)

    assert (found.cases, found.complete) == (11, True)


@pytest.mark.parametrize("toy", [toys.toothless, toys.refuted, toys.half_discarded], ids=lambda toy: toy.id)
def test_a_domain_with_more_cases_than_were_tried_is_never_called_complete(toy):
    assert not examine(toy).complete
