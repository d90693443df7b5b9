"""What a command writes into the site, and beside it the statement on every file of the report as it lies there then."""

from collections.abc import Mapping
from pathlib import Path

from claims.evidence.evidence import ClaimEvidence
from claims.texts import the_text
from reports.books import BOOKS, write_books
from reports.exports.statement import restate, write_statement
from reports.pages.pages import write_pages, write_start
from reports.record.record import Record

START = "index.html"


def write_report(record: Record, evidence: Mapping[str, ClaimEvidence], folder: Path) -> Path:
    """The pages, what books link by, and the statement; the page to read first."""
    pages = write_pages(record, evidence, folder, the_text().bibliography)
    write_books(record, folder / "site")
    write_statement(record, folder, [*pages, *BOOKS])
    return folder / "site" / START


def lead_there(record: Record, folder: Path) -> None:
    """Let the first page of the site lead to what was written on demand; nothing where there is none."""
    write_start(record, folder, the_text().bibliography)
    if (folder / "site" / START).is_file():
        restate(folder, f"site/{START}")
