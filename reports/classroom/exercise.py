"""The exercise `site/notebooks/ID-exercise.ipynb`: find a counterexample, which the claim's own property grades.

It is the teacher's copy. `nbgrader` goes by the metadata of cells, `otter assign` by raw cells in small letters; both take away
what stands between the marks of a solution.
"""

from collections.abc import Iterator
from typing import Any

import nbformat

from claims.evidence.evidence import ClaimEvidence, EvidenceError
from claims.kit.claim import Claim
from claims.kit.reading import Reading
from claims.texts import the_text
from reports.classroom import cells, sources
from reports.classroom.notebook import Cell, MarkedCell, as_notebook, from_root, paragraph, quoted
from reports.record.record import ClaimRecord, Record

WRITTEN, ENDING = "as written", "-exercise"


def exercise_as_json(claim: Claim, record: Record, evidence: ClaimEvidence) -> str:
    """The exercise as text. EvidenceError where the claim has no counterexample to find."""
    told = next(one for one in record.claims if one.id == claim.id)
    fallen = [one.counterexample for one in evidence.readings if one.name == WRITTEN and one.counterexample]
    plain = fallen[0].arguments if fallen else {}
    if claim.fact or claim.by.name == "trials" or not plain:
        raise EvidenceError(f"{claim.id}: no exercise, for no single case tells against it as it is put; take another claim")
    return nbformat.writes(as_notebook(list(_cells(claim, told, record, plain)))) + "\n"


def _cells(claim: Claim, told: ClaimRecord, record: Record, plain: dict[str, Any]) -> Iterator[Cell | MarkedCell]:
    written = claim.reading(WRITTEN)
    use = (
        ""
        if the_text().is_this_projects
        else f"from claims.texts import use\n\nuse(root / {quoted(from_root(the_text().folder))})\n"
    )
    yield "raw", "# assignment config\nexport_cell: false\ncheck_all_cell: false"
    yield "markdown", _asked(told, record)
    yield "code", cells.BEGIN_EXERCISE.replace("USE", use).replace("IMPORT", sources.import_of(claim))
    yield "code", cells.GRADE
    yield "markdown", "## Where you begin\nA case in which the statement holds, if a search comes across one."
    yield "code", cells.EXAMPLE
    yield "raw", "# begin question\nname: counterexample\npoints: 1"
    yield "markdown", f"## Find a counterexample\n{_domains(written)}"
    yield "raw", "# begin solution"
    yield (
        "code",
        cells.ANSWER.replace("NAME", next(iter(plain), "")).replace("STORED", repr(plain)),
        _marks("case", solution=True),
    )
    yield "raw", "# end solution"
    yield "raw", "# begin tests"
    yield "code", cells.TEST, _marks("falls", grade=True)
    yield "raw", "# end tests"
    yield "raw", "# end question"
    yield "markdown", "What the property says of it, with its arithmetic:"
    yield "code", "run(**case)"


def _asked(told: ClaimRecord, record: Record) -> str:
    parts = [f"# {told.id}\n", paragraph(told.says)]
    parts += [paragraph(told.scope, "Scope.")] if told.scope else []
    parts.append(paragraph("This does not hold as it is put. One case is enough to show that: find one."))
    parts.append(paragraph(f"From: {record.text.report}, claim {told.id}, {record.run.date[:10]}."))
    parts.append(paragraph("It runs within a checkout of the project, or where PYTHONPATH names one."))
    return "\n".join(parts)


def _domains(written: Reading) -> str:
    """Of what the arguments may be; what is one value is given."""
    lines = [
        paragraph(f"{domain.words}{'; given' if domain.is_one_value else ''}.", f"{name}:")
        for name, domain in written.arguments.items()
    ]
    return "\n".join([*lines, paragraph("A case of something else is no counterexample, whatever the property says of it.")])


def _marks(id: str, grade: bool = False, solution: bool = False) -> dict[str, Any]:
    """What nbgrader goes by."""
    points = {"points": 1} if grade else {}
    marks = {"grade": grade, "grade_id": id, "locked": grade, "schema_version": 3, "solution": solution, "task": False}
    return {"nbgrader": marks | points}
