"""How watchful the checks are, as the report reads it from what tests wrote down."""

import json

import pytest

from reports.record.watched import Watched, watched_in

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
