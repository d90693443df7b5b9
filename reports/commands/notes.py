"""`notes FILE`: the nearest checked statements for each sentence of anybody's notes, in the terminal and as `site/notes.html`."""

import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from claims.catalogue import catalogue
from claims.evidence.evidence import EvidenceError, read_evidence
from claims.evidence.store import alone
from claims.kit.heard import SAID, Heard, read_heard
from claims.texts import the_text
from reports.commands import statements
from reports.commands.listing import width_of
from reports.commands.site import lead_there, write_report
from reports.commands.waiting import about_to
from reports.essay.notes import SUGGESTS, read_notes, write_notes
from reports.pages.render import Here
from reports.record.record import ClaimRecord, read_record
from reports.text.wording import CORRECTED, ICONS

INDENT = "    "


def notes(file: Path, out: Path | None) -> int:
    """Print each sentence of FILE that a statement is near, with its line and up to three statements; write the page, and the
    site that it leads to, by the record that is there."""
    folder = out or statements.reports()
    record = read_record(folder / "verdicts.json")
    about_to("Learning what the statements are heard as")
    found = read_notes(file, record, _said())
    evidence = {one.id: read_evidence(folder / "evidence" / f"{one.id}.json") for one in record.claims}
    with alone(folder):
        write_report(record, evidence, folder)
        page = write_notes(found, record, folder)
        lead_there(record, folder)
    width = width_of(Console())
    for sentence, claims in found.suggestions:
        _tell(f"line {sentence.line}: {sentence.words}", "", width)
        for claim in claims:
            for place, line in enumerate(_lines(claim, folder)):
                _tell(line, INDENT if place else INDENT[2:], width)
        _tell("", "", 0)
    for line in (SUGGESTS, found.summary, f"Page: {page}"):
        _tell(line, "", width)
    return 0


def _said() -> Heard:
    """What the text brings to learn from; it may do without. EvidenceError where that is no such list."""
    path = the_text().folder / SAID
    try:
        return read_heard(path, {one.id for one in catalogue().entries}) if path.exists() else ()
    except ValueError as problem:
        raise EvidenceError(str(problem)) from problem


def _lines(claim: ClaimRecord, folder: Path) -> list[str]:
    """What is told of a statement."""
    return [
        f"{ICONS[claim.verdict]} {claim.id} ({claim.verdict}): {claim.says}",
        f"{CORRECTED[claim.verdict]}: {claim.teach}",
        str(folder / "site" / Here().claim(claim.id)),
    ]


def _tell(line: str, indent: str, width: int) -> None:
    """A line, in a terminal broken where that ends; in a pipe whole."""
    parts = Text(line).wrap(Console(width=width), width - len(indent)) if width else [Text(line)]
    sys.stdout.writelines(f"{indent}{part.plain}\n" for part in parts or [Text("")])
