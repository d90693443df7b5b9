"""`--list`: every claim with its verdict in the record, if there is one."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from claims.catalogue import Entry, Keys
from claims.evidence.keys import here
from claims.evidence.store import Store
from reports.commands import statements
from reports.commands.waiting import about_to
from reports.record.record import read_record
from reports.text import wording

ROOM = 40  # columns that a statement needs for itself beside its id
INDENT = "  "
NARROWEST = 20  # columns: what says that it has fewer is no terminal that anybody reads


class Line(NamedTuple):
    """What is listed of a claim."""

    id: str
    verdict: str
    engine: str
    says: str
    stability: str = ""


def width_of(console: Console) -> int:
    """The columns of a terminal that lines are broken for; none in a pipe, where they stay whole."""
    return console.width if console.is_terminal and console.width >= NARROWEST else 0


def listing(out: Path | None, only: Sequence[str] = ()) -> int:
    """Print them whole: in a terminal as wide as it is, in a pipe a claim a line, parted by tabs."""
    store = Store(statements.KEPT)
    known = statements.named(only, statements.entries(store))
    path = (out or statements.reports()) / "verdicts.json"
    if out and not path.exists():
        raise click.UsageError(f"{out} holds no record; without --out those of the project are listed")
    record = {one.id: one for one in read_record(path).claims} if path.exists() else {}
    lines = []
    for entry in known:
        seen = record.get(entry.id)
        by, says = (seen.by, entry.says) if seen and entry.says else _told(entry, store)
        lines.append(
            Line(
                entry.id,
                seen.verdict if seen else "not examined",
                by,
                " ".join(says.split()),
                wording.stamp(seen) if seen else "",
            )
        )
    console = Console()
    if width_of(console):
        _show(lines, console)
    else:
        sys.stdout.writelines("\t".join(one) + "\n" for one in lines)
    statements.keep_sources(store)
    return 0


def _show(lines: Sequence[Line], console: Console) -> None:
    """As a table where there is room beside the longest id, else one below the other. No word is left out for want of room."""
    table = Table(*(Column(name, no_wrap=True) for name in Line._fields[:3]), "says", box=None, show_edge=False)
    lines = [one._replace(engine=f"{one.engine}, fragile") if one.stability == "fragile" else one for one in lines]
    for one in lines:
        table.add_row(*map(Text, one[:4]))
    others = sum(max(len(one[place]) for one in lines) + 2 for place in range(3)) if lines else 0
    if console.width >= others + ROOM:
        console.print(table)
        return
    for one in lines:
        console.print(Text(one.id, "bold"), soft_wrap=True)  # so that it can be copied whole
        for line in Text(f"{one.verdict}, {one.engine}\n{one.says}").wrap(console, max(1, console.width - len(INDENT))):
            console.print(INDENT + line.plain, markup=False, highlight=False, soft_wrap=True)


def _told(entry: Entry, store: Store) -> tuple[str, str]:
    """The engine and the statement of a claim of which neither source nor record says so: it is imported, which takes torch."""
    from reports.running import work
    from reports.running.telling import tell

    about_to(f"Loading {entry.module}")
    told = tell([entry], Keys(here()), store, work.tell)[entry.id]
    return told.by.name, told.says
