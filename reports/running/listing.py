"""`--list`: every claim with its verdict in the record, if there is one."""

from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from claims.evidence.catalogue import Entry, Keys
from claims.evidence.keys import here
from claims.evidence.store import Store
from reports.record.record import read_record
from reports.running import statements


def listing(folder: Path | None) -> int:
    """Print them as a table."""
    store = Store(statements.KEPT)
    known = statements.entries(store)
    path = (folder or statements.REPORTS) / "verdicts.json"
    verdicts = {one.id: one.verdict for one in read_record(path).claims} if path.exists() else {}
    whole = (Column(name, no_wrap=True) for name in ("claim", "verdict", "engine"))
    table = Table(*whole, "says", box=None, show_edge=False)
    for entry in known:
        by, says = _told(entry, store)
        table.add_row(entry.id, verdicts.get(entry.id, "not examined"), by, Text(says, no_wrap=True, overflow="ellipsis"))
    Console().print(table)
    statements.keep_sources(store)
    return 0


def _told(entry: Entry, store: Store) -> tuple[str, str]:
    """The engine and the statement, from the store where they are known there."""
    from claims.kit.told import Told

    found = store.get("words", Keys(here()).words(entry), Told) if entry.has_keys else None
    if found is None:
        from reports.running.work import tell

        (found,) = tell([(entry.id, entry.module)])
    return found.by.name, found.says
