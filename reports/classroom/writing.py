"""Write what a lecturer asked for, from the record and the evidence in a folder; nothing is examined."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from claims import find_claim
from claims.evidence.evidence import ClaimEvidence, EvidenceError, read_evidence, write_whole
from claims.evidence.sources import read_sources
from claims.evidence.store import Store
from claims.kit.claim import Claim
from reports.classroom.choice import chosen
from reports.classroom.handout import handout_as_html
from reports.classroom.notebook import notebook_as_json
from reports.classroom.slides import slides_as_html
from reports.record.record import ClaimRecord, Record, read_record
from reports.running import statements


def write_for_the_classroom(out: Path | None, only: Sequence[str], slides: bool, handout: bool, notebook: str | None) -> int:
    """What was asked for, each in a file whose name says of which claims it is."""
    store, folder = Store(statements.KEPT), out or statements.REPORTS
    known = statements.entries(store)
    ids = [one.id for one in statements.named(only, known)] if only else []
    of = f"-{only[0]}" if len(only) == 1 else "-chosen" if only else ""
    written = [write_slides(folder, ids, f"slides{of}")] if slides else []
    written += [write_handout(folder, ids, f"handout{of}")] if handout else []
    for entry in statements.named([notebook], known) if notebook else []:
        written.append(write_notebook(folder, find_claim(entry.id, entry.module)))
    for path in written:
        Console().print(f"Written: {path}", markup=False, highlight=False, soft_wrap=True)
    return 0


def write_slides(folder: Path, ids: Sequence[str], name: str) -> Path:
    """The deck of these claims, or of those of the rule."""
    record = _record_of(folder, ids)
    page = slides_as_html(record, _figures(chosen(record, ids), folder), read_sources(), ids)
    return _written(folder / "site" / f"{name}.html", page)


def write_handout(folder: Path, ids: Sequence[str], name: str) -> Path:
    """The handout on these claims, or on all."""
    return _written(folder / "site" / f"{name}.html", handout_as_html(_record_of(folder, ids), ids))


def write_notebook(folder: Path, claim: Claim) -> Path:
    """The notebook of this claim."""
    record = _record_of(folder, [claim.id])
    evidence = read_evidence(folder / "evidence" / f"{claim.id}.json")
    return _written(folder / "site" / "notebooks" / f"{claim.id}.ipynb", notebook_as_json(claim, record, evidence, folder))


def _record_of(folder: Path, ids: Sequence[str]) -> Record:
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


def _written(path: Path, page: str) -> Path:
    write_whole(path, page.encode())
    return path
