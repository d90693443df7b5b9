"""What a corner of a domain is, and that no search draws half of its cases from one."""

from functools import cache

import hypothesis
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings

from claims import every_claim
from claims.evidence.evidence import read_evidence
from claims.evidence.keys import ROOT
from claims.evidence.tried import crowded
from claims.kit.domains.corners import Shape
from claims.kit.engines.engine import constants
from claims.kit.engines.inside import the_same_everywhere
from claims.kit.examine import entropy_of

DISTINCT = 0.5  # of the cases drawn, at least
SAMPLED = 80  # cases of a domain
MUST_HOLD = ("as written", "amended", "holds for")


def shape_of(*cases):
    shape = Shape()
    for case in cases:
        shape.add({"it": case})
    return shape


def arrays(*some):
    return [np.array(one, float) for one in some]


@pytest.mark.parametrize(("corner", "cases", "share"), [
    ("zero array", arrays([0, 0], [1, 0], [0, 0]), (2, 3)),
    ("zero array", [torch.zeros(2), torch.ones(2)], (1, 2)),
    ("zero array", [(np.zeros(2), np.ones(2)), (np.ones(2), np.ones(2))], (1, 4)),
    ("single numbers", arrays([1], [1, 2], [3, 4]), (1, 3)),
    ("single numbers", [(np.ones(1), np.ones(1)), (np.ones(1), np.ones(2))], (1, 2)),
    ("singular matrix", arrays([[1, 1], [1, 1]], [[1, 0], [0, 1]]), (1, 2)),
    ("singular matrix", arrays([[0]], [[1]]), (0, 0)),  # a single number
    ("empty or length one", [[], [1], [1, 2]], (2, 3)),
])  # fmt: skip
def test_a_part_lies_in_its_corner(corner, cases, share):
    assert shape_of(*cases).shares()[corner] == share


def test_where_all_of_a_domain_lies_is_no_corner():
    assert set(shape_of(*[np.zeros((1, 1))] * 30).shares().values()) == {(0, 0)}


def test_half_of_enough_is_a_crowd():
    assert crowded({"zero array": (10, 20), "single numbers": (9, 20), "singular matrix": (5, 6)}) == ["zero array"]


def test_sizes_and_lengths_are_those_of_the_whole_case():
    shape = shape_of([np.ones((2, 3)), np.ones(4)])

    assert (shape.numbers, shape.lengths) == ([10], [4])
    assert (shape_of(0.5).numbers, shape_of(0.5).lengths) == ([1], [0]), "there is no list"


@cache
def domains():
    """Each domain that a search draws from once, by its words, with a reading that has it."""
    return {
        domain.words: (domain, claim, one)
        for claim in every_claim() if claim.by.name == "search"
        for one in claim.readings if one.role in MUST_HOLD
        for name, domain in one.arguments.items() if domain.values is None and name not in constants(one)
    }  # fmt: skip


def sampled(domain, entropy):
    shape = Shape()

    @hypothesis.seed(entropy)
    @settings(
        max_examples=SAMPLED, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(domain.strategy)
    def draw(case):
        shape.add({"": case})

    with the_same_everywhere():
        draw()
    return shape


def test_no_domain_draws_half_of_its_cases_from_one_corner():
    found = {
        words: crowded(sampled(domain, entropy_of(claim, one)).shares()) for words, (domain, claim, one) in domains().items()
    }

    assert len(found) > 100
    assert {words: corners for words, corners in found.items() if corners} == {}


def test_no_search_that_held_drew_half_of_its_cases_again():
    searched = [
        (claim.id, one) for claim in every_claim() if claim.by.name == "search"
        for one in read_evidence(ROOT / "reports" / "evidence" / f"{claim.id}.json").readings
        if one.engine == "search" and one.outcome == "held" and not one.complete
    ]  # fmt: skip

    assert len(searched) > 100
    assert [(id, one.name) for id, one in searched if one.cases < DISTINCT * (one.cases + one.repeated)] == []
