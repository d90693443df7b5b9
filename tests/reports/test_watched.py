"""How watchful the checks are, as the report reads it from what tests wrote down."""

import json
import re

import pytest

from reports.pages.pages import Pages
from reports.record.watched import Watched, watched_in
from tests.reports import made
from tests.reports.valid import faults

DEFECTS = [
    {"source": "someone/some#12", "place": "impls.a.b", "breaks": "x", "noticed": {"a.b": "refuted"}, "speaking": 2},
    {"source": "another/one#3", "place": "impls.a.c", "breaks": "y", "noticed": {}, "speaking": 1, "why_not": "no claim speaks"},
]
ENDED = [
    ("killed", "claims: a.b", ""), ("killed", "tests/test_a.py::test", ""), ("killed", "tests/test_b.py::test", ""),
    ("timed out", "tests/test_a.py::test", ""), ("survived", "", "the same"), ("not reached", "", ""),
]  # fmt: skip


def mutants(*ended):
    rows = [
        {"of": f"{place}", "was": "a", "now": "b", "how": how, "by": by, "why": why} for place, (how, by, why) in enumerate(ended)
    ]
    return {"seed": 4, "rows": rows}


@pytest.fixture
def beside(tmp_path):
    def lies(**files):
        (tmp_path / "watched").mkdir()
        for name, content in files.items():
            (tmp_path / "watched" / f"{name}.json").write_text(json.dumps(content))
        return watched_in(tmp_path)

    return lies


def test_where_nothing_was_tried_there_is_nothing(tmp_path):
    assert watched_in(tmp_path) is None


def test_defects_that_changed_a_verdict_are_counted_and_lead_to_their_source(beside):
    found = beside(defects={"rows": DEFECTS})
    assert (found.defects.noticed, len(found.defects.rows)) == (1, 2)
    assert found.defects.rows[0].address == "https://github.com/someone/some/issues/12"
    assert found == Watched(found.defects, None, None)


@pytest.mark.parametrize("what", ["impls", "judges"])
def test_changes_are_counted_by_who_noticed_and_the_unexplained_come_first(beside, what):
    found = getattr(beside(**{what: mutants(*ENDED)}), what)
    assert {how: found.by(how) for how in ("claims", "tests", "timed out")} == {"claims": 1, "tests": 2, "timed out": 1}
    assert found.killed == 4
    assert [one.why for one in found.left] == ["", "the same"]


def test_the_page_tells_what_was_noticed_from_what_changes_nothing_and_from_what_nobody_noticed(beside):
    record, found = made.record(), beside(defects={"rows": DEFECTS}, impls=mutants(*ENDED), judges=mutants(*ENDED[:2]))
    page = Pages(record, made.evidence(record, None), {}, watched=found).trust()
    rows = {
        re.sub("<[^>]*>", "", head): re.findall(r'<td class="number">(\d+)</td>', rest)
        for head, rest in re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL)
    }
    assert rows["Random changes of the implementations"] == ["6", "4", "1", "2", "1", "1", "1"]
    assert rows["Random changes of what examines and judges"] == ["2", "2", "1", "1", "0", "0", "0"]
    assert rows["Mistakes that people made"] == ["2", "1", "1", "1", "0"]
    assert "2 random changes of implementations that nobody noticed" in page
    assert "A test is missing." in page
    assert faults(page) == []
