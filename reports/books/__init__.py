"""What books and decks link claims by: inventories for Sphinx and MyST, and a package for LaTeX, written into the site."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from claims.evidence.evidence import write_whole
from claims.evidence.outcomes import WORDS
from reports.books.inventories import myst_xref, objects_inv, of_verdict
from reports.books.latex import deck, package
from reports.record.record import Record

BOOKS: dict[str, Callable[[Record], bytes]] = {
    "objects.inv": objects_inv,
    "myst.xref.json": myst_xref,
    **{f"myst/{one}.json": partial(of_verdict, one) for one in WORDS},
    "checked-claims.sty": package,
    "checked-claims-example.tex": deck,
}


def write_books(record: Record, site: Path) -> None:
    """Write them all among the pages, each replaced in one step."""
    for name, make in BOOKS.items():
        write_whole(site / name, make(record))
