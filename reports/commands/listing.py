"""`--list`: every claim with its verdict in the record, if there is one."""

from pathlib import Path
from typing import Any

import msgspec
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
    verdicts = {one.id: one.verdict for one in read_record(path).claims} if path.exists() else {}
    whole = (Column(name, no_wrap=True) for name in ("claim", "verdict", "engine"))
    table = Table(*whole, "says", box=None, show_edge=False)
    keys = Keys(here())
    lines = {one.id: store.get("words", keys.words(one), Line) for one in known if one.has_keys}
    for entry in known:
        one = lines.get(entry.id) or _told(entry, keys, store)
        says = Text(one.says, no_wrap=True, overflow="ellipsis")
        table.add_row(entry.id, verdicts.get(entry.id, "not examined"), one.by.name, says)
    Console().print(table)
    statements.keep_sources(store)
    return 0


class By(msgspec.Struct):
    name: str


class Line(msgspec.Struct):
    """As much of what a claim says of itself as stands in the list."""

    says: str
    by: By


def _told(entry: Entry, keys: Keys, store: Store) -> Any:
    """A claim that is not known yet."""
    from reports.running import work  # which takes torch
    from reports.running.telling import tell

    return tell([entry], keys, store, work.tell)[entry.id]
