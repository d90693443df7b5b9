"""The exercise: a counterexample is to be found, and the claim's own property says whether it is one."""

import re

import nbformat
import pytest

from claims import every_claim
from claims.evidence.evidence import EvidenceError, read_evidence
from claims.evidence.keys import ROOT
from reports.classroom.exercise import exercise_as_json
from reports.record.record import read_record

REPORTS = ROOT / "reports"
RECORD = read_record(REPORTS / "verdicts.json")
CLAIMS = {one.id: one for one in every_claim()}
SEARCHED, LISTED = "gradients.transient-growth", "asked.last-output-of-both-directions"


def exercise(id):
    return nbformat.reads(exercise_as_json(CLAIMS[id], RECORD, read_evidence(REPORTS / "evidence" / f"{id}.json")), 4)


def worked(made, answer=""):
    """The notebook run to its end, with this answer in place of the teacher's."""
    known = {}
    for cell in made.cells:
        if cell.cell_type == "code":
            exec(answer if answer and "# BEGIN SOLUTION" in cell.source else cell.source, known)


@pytest.mark.parametrize("id", [SEARCHED, LISTED])
def test_the_teachers_answer_passes(id, capsys):
    said = next(each.counterexample.says for one in RECORD.claims if one.id == id for each in one.readings if each.counterexample)
    worked(exercise(id))
    assert f"→ {said}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("id", "answer", "error", "why"),
    [
        (SEARCHED, "case = dict(example)", AssertionError, "the statement holds in this case"),
        (SEARCHED, "case = {}", TypeError, "a case has period, and this one has nothing"),
        (LISTED, "case = dict(example, n=10**6)", ValueError, "n must be"),
    ],
)
def test_a_case_that_is_none_does_not(id, answer, error, why):
    with pytest.raises(error, match=why):
        worked(exercise(id), answer)


def test_an_answer_of_ones_own_passes(capsys):
    worked(exercise(SEARCHED), 'case = {"period": [np.array([[0.5, 2.0], [0.0, 0.5]])]}')
    assert "must be at most 1" in capsys.readouterr().out.splitlines()[-1]


def test_only_a_claim_with_a_counterexample_has_an_exercise():
    fit = 0
    for one in RECORD.claims:
        evidence = read_evidence(REPORTS / "evidence" / f"{one.id}.json")
        fell = [each.counterexample for each in evidence.readings if each.role == "as written" and each.counterexample]
        wanted = bool(fell and fell[0].arguments) and not one.fact and one.by != "trials"
        if wanted:
            exercise(one.id)
            fit += 1
        else:
            with pytest.raises(EvidenceError, match=re.escape(one.id)):
                exercise(one.id)
    assert fit > 50


def test_what_the_graders_take_away_is_marked_for_both():
    cells = exercise(SEARCHED).cells
    raw = [one.source.partition("\n")[0] for one in cells if one.cell_type == "raw"]
    blocks = ("begin question", "begin solution", "end solution", "begin tests", "end tests", "end question")
    assert raw == ["# assignment config", *(f"# {one}" for one in blocks)]
    marked = [one.metadata["nbgrader"] for one in cells if "nbgrader" in one.metadata]
    assert [(one["solution"], one["grade"], one.get("points")) for one in marked] == [(True, False, None), (False, True, 1)]
