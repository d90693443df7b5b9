"""Real defects, put into our code: enough of them, each another and from a source; the claims that speak of the thing notice."""

import json
import re

import pytest

from claims import every_claim
from claims.evidence.keys import ROOT
from tests.defects import DEFECTS
from tests.mutants import notices, spoilt
from tests.mutating.watched import digest_of

CLAIMS = {one.id: one for one in every_claim()}
FOUND = {row["digest"]: row for row in json.loads((ROOT / "reports" / "watched" / "defects.json").read_text())["rows"]}


def test_there_are_enough_from_sources_of_their_own_and_each_is_another():
    assert len({(one.place, one.was, one.now) for one in DEFECTS}) == len(DEFECTS) >= 60
    assert len({one.source for one in DEFECTS}) >= 60
    assert len({one.module for one in DEFECTS}) >= 15


@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_it_says_where_it_was_found_and_fits_our_code(defect):
    assert re.fullmatch(r"[\w.-]+/[\w.-]+#\d+", defect.source)
    assert defect.breaks
    assert not defect.breaks.endswith(".")
    with spoilt(defect):
        pass


def test_nineteen_of_twenty_change_a_verdict_and_the_others_are_explained():
    found = [FOUND.get(digest_of(one)) for one in DEFECTS]
    missing = [str(one) for one, row in zip(DEFECTS, found, strict=True) if row is None]
    silent = [one for one, row in zip(DEFECTS, found, strict=True) if row is not None and not row["noticed"]]

    assert not missing, "ask the claims: python -m tests.defects"
    assert len(silent) <= 0.05 * len(DEFECTS)
    assert [str(one) for one in silent if not one.why_not] == []


@pytest.mark.usefixtures("no_shrinking")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("defect", DEFECTS[::11], ids=str)
def test_the_claim_that_noticed_notices_still(defect):
    id = next(iter(FOUND[digest_of(defect)]["noticed"]))

    assert notices(CLAIMS[id], defect)
