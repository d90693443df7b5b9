"""`--slides`, `--handout`, `--notebook`, `questions`: what a lecturer takes to class, from the record that is there."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from claims import find_claim
from claims.evidence.evidence import write_whole
from claims.evidence.store import Store
from reports.banks.bank import banks
from reports.classroom.writing import exercises_of, handout_of, notebook_of, record_of, slides_of
from reports.commands import statements
from reports.commands.site import lead_there
from reports.commands.waiting import about_to
from reports.record.record import read_record


def write_for_the_classroom(
    out: Path | None, only: Sequence[str], slides: bool, handout: bool, notebook: str | None, exercise: bool = False
) -> int:
    """What was asked for, each in a file whose name says of which claims it is."""
    store, folder = Store(statements.KEPT), out or statements.reports()
    known = statements.entries(store)
    ids = [one.id for one in statements.named(only, known)] if only else []
    of = _of(only)
    books = statements.named([notebook], known) if notebook is not None else []
    record_of(folder, [one.id for one in books])  # before claims are imported, which takes torch
    about_to(f"Loading {books[0].module}" if books else "Reading the record and the evidence")
    pages = [slides_of(folder, ids, f"slides{of}")] if slides else []
    pages += [handout_of(folder, ids, f"handout{of}")] if handout else []
    claims = [find_claim(one.id, one.module) for one in books]
    pages += exercises_of(folder, claims) if exercise else [notebook_of(folder, one) for one in claims]
    for page in pages:
        _tell(page.write(), page.extent)
    if slides or handout:
        lead_there(read_record(folder / "verdicts.json"), folder)
    return 0


def write_questions(out: Path | None, only: Sequence[str], formats: Sequence[str]) -> int:
    """The bank of questions on these claims, or on all, a file each format; none is written before all are made."""
    folder = out or statements.reports()
    ids = [one.id for one in statements.named(only, statements.entries(Store(statements.KEPT)))] if only else []
    record = record_of(folder, ids)
    about_to("Asking")
    for ending, content in banks(record, ids, formats).items():
        path = folder / "site" / f"questions{_of(only)}{ending}"
        write_whole(path, content)
        _tell(path)
    lead_there(record, folder)
    return 0


def _of(only: Sequence[str]) -> str:
    """Of which claims it is, for the name of a file."""
    return f"-{only[0]}" if len(only) == 1 else "-chosen" if only else ""


def _tell(path: Path, extent: str = "") -> None:
    """Where it is, and how long."""
    Console().print(f"Written: {path}{f' ({extent})' if extent else ''}", markup=False, highlight=False, soft_wrap=True)
