"""`--list`: every claim with its verdict in the record, if there is one."""

from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from claims.catalogue import Entry, Keys
from claims.evidence.keys import here
from claims.evidence.store import Store
from reports.commands import statements
from reports.record.record import read_record


def listing(folder: Path | None) -> int:
    """Print them as a table."""
    store = Store(statements.KEPT)
    known = statements.entries(store)
    path = (folder or statements.REPORTS) / "verdicts.json"
    record = {one.id: one for one in read_record(path).claims} if path.exists() else {}
    whole = (Column(name, no_wrap=True) for name in ("claim", "verdict", "engine"))
    table = Table(*whole, "says", box=None, show_edge=False)
    for entry in known:
        seen = record.get(entry.id)
        by, says = (seen.by, entry.says) if seen and entry.says else _told(entry, store)
        table.add_row(entry.id, seen.verdict if seen else "not examined", by, Text(says, no_wrap=True, overflow="ellipsis"))
    Console().print(table)
    statements.keep_sources(store)
    return 0


def _told(entry: Entry, store: Store) -> tuple[str, str]:
    """The engine and the statement of a claim of which neither source nor record says so: it is imported, which takes torch."""
    from reports.running import work
    from reports.running.telling import tell

    told = tell([entry], Keys(here()), store, work.tell)[entry.id]
    return told.by.name, told.says
