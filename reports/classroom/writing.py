"""What a lecturer asked for, from the record and the evidence in a folder; nothing is examined. Each page comes with its place,
so that none is written before all are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from claims.evidence.evidence import ClaimEvidence, EvidenceError, read_evidence, write_whole
from claims.kit.claim import Claim
from claims.texts import the_text
from reports.classroom.choice import chosen
from reports.classroom.exercise import ENDING, exercise_as_json
from reports.classroom.handout import handout_as_html
from reports.classroom.notebook import notebook_as_json
from reports.classroom.slides import slides_as_html, slides_in
from reports.pages.upkeep import sources_of
from reports.record.record import ClaimRecord, Record, read_record


@dataclass(frozen=True)
class Page:
    """A file to write."""

    path: Path
    text: str
    extent: str = ""

    def write(self) -> Path:
        """Write it, and return where."""
        write_whole(self.path, self.text.encode())
        return self.path


def slides_of(folder: Path, ids: Sequence[str], name: str) -> Page:
    """The deck of these claims, or of those of the rule."""
    record = record_of(folder, ids)
    page = slides_as_html(record, _figures(chosen(record, ids), folder), sources_of(the_text().bibliography), ids)
    return Page(folder / "site" / f"{name}.html", page, f"{slides_in(page)} slides")


def handout_of(folder: Path, ids: Sequence[str], name: str) -> Page:
    """The handout on these claims, or on all."""
    return Page(folder / "site" / f"{name}.html", handout_as_html(record_of(folder, ids), ids))


def notebook_of(folder: Path, claim: Claim) -> Page:
    """The notebook of this claim."""
    record = record_of(folder, [claim.id])
    evidence = read_evidence(folder / "evidence" / f"{claim.id}.json")
    return Page(folder / "site" / "notebooks" / f"{claim.id}.ipynb", notebook_as_json(claim, record, evidence, folder))


def exercises_of(folder: Path, claims: Sequence[Claim]) -> list[Page]:
    """The exercises of those of these claims that have a counterexample to find. EvidenceError where none has."""
    record = record_of(folder, [one.id for one in claims])
    made, refused = [], []
    for one in claims:
        evidence = read_evidence(folder / "evidence" / f"{one.id}.json")
        try:
            made.append(Page(folder / "site" / "notebooks" / f"{one.id}{ENDING}.ipynb", exercise_as_json(one, record, evidence)))
        except EvidenceError as problem:
            refused.append(problem)
    if refused and not made:
        raise refused[0]
    return made


def record_of(folder: Path, ids: Sequence[str]) -> Record:
    """The record, which must have a verdict on each of these claims."""
    path = folder / "verdicts.json"
    record = read_record(path)
    if missing := [id for id in ids if id not in {one.id for one in record.claims}]:
        raise EvidenceError(
            f"{path}: has no verdict on {', '.join(missing)}; examine it first, or name another record with --out"
        )
    return record


def _figures(claims: Sequence[ClaimRecord], folder: Path) -> dict[str, ClaimEvidence]:
    """The evidence of those that have a figure: it is kept there."""
    return {one.id: read_evidence(folder / "evidence" / f"{one.id}.json") for one in claims if one.figure}
