"""Every counterexample that a search found and that the report shows, put to an oracle that does not know the property."""

from contextlib import suppress

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase

import claims
from claims.evidence.evidence import read_evidence
from claims.evidence.keys import ROOT
from claims.kit.examine import rebuilt
from tests.oracles import ORACLES, WITHOUT, NotMine

CLAIMS = {one.id: one for one in claims.every_claim()}
OVERTURNED = sorted(
    one.id for one in CLAIMS.values() if one.by.name == "search" and one.expect in ("qualified", "refuted") and not one.fact
)
AMENDED = [
    pytest.param(id, one, id=f"{id}-{one.name}") for id in sorted(ORACLES) for one in CLAIMS[id].readings if one.role == "amended"
]


def shown(id, role):
    """The arguments of the cases that the report shows as counterexamples, by the name of their reading."""
    claim, evidence = CLAIMS[id], read_evidence(ROOT / "reports" / "evidence" / f"{id}.json")
    fallen = [one for one in evidence.readings if one.role == role and one.outcome == "fell" and one.counterexample]
    return {one.name: rebuilt(claim.reading(one.name), one.counterexample) for one in fallen}


@pytest.mark.parametrize("id", sorted(ORACLES))
def test_what_is_shown_overturns_the_statement(id):
    (found,) = shown(id, "as written").values()
    assert ORACLES[id](**found)


@pytest.mark.parametrize("id", sorted(ORACLES))
def test_so_does_a_witness_that_fell(id):
    overturns = {}
    for name, witness in shown(id, "witness").items():
        with suppress(NotMine):
            overturns[name] = ORACLES[id](**witness)
    assert [name for name, does in overturns.items() if not does] == []


@pytest.mark.parametrize(("id", "reading"), AMENDED)
def test_what_an_amendment_saves_is_not_overturned(id, reading):
    """An oracle that always answers yes shows nothing."""
    strategies = {name: domain.strategy for name, domain in reading.arguments.items()}

    @hypothesis.settings(max_examples=5, phases=[Phase.generate], database=None, suppress_health_check=[HealthCheck.too_slow])
    @hypothesis.seed(1)
    @hypothesis.given(**strategies)
    def put(**arguments):
        with suppress(NotMine):
            assert not ORACLES[id](**arguments)

    put()


def test_every_claim_that_a_search_overturned_has_an_oracle_or_a_reason_for_having_none():
    assert set(ORACLES) & set(WITHOUT) == set()
    assert set(OVERTURNED) - set(ORACLES) - set(WITHOUT) == set()
    assert set(WITHOUT) <= set(OVERTURNED)
