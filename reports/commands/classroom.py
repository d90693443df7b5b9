"""`--slides`, `--handout`, `--notebook`: what a lecturer takes to class, from the record that is there."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from claims import find_claim
from claims.evidence.store import Store
from reports.classroom.writing import handout_of, notebook_of, record_of, slides_of
from reports.commands import statements
from reports.commands.waiting import about_to


def write_for_the_classroom(out: Path | None, only: Sequence[str], slides: bool, handout: bool, notebook: str | None) -> int:
    """What was asked for, each in a file whose name says of which claims it is."""
    store, folder = Store(statements.KEPT), out or statements.reports()
    known = statements.entries(store)
    ids = [one.id for one in statements.named(only, known)] if only else []
    of = f"-{only[0]}" if len(only) == 1 else "-chosen" if only else ""
    books = statements.named([notebook], known) if notebook is not None else []
    record_of(folder, [one.id for one in books])  # before claims are imported, which takes torch
    about_to(f"Loading {books[0].module}" if books else "Reading the record and the evidence")
    pages = [slides_of(folder, ids, f"slides{of}")] if slides else []
    pages += [handout_of(folder, ids, f"handout{of}")] if handout else []
    pages += [notebook_of(folder, find_claim(one.id, one.module)) for one in books]
    for page in pages:
        extent = f" ({page.extent})" if page.extent else ""
        Console().print(f"Written: {page.write()}{extent}", markup=False, highlight=False, soft_wrap=True)
    return 0
