"""`--list`: every claim with its verdict in the record, if there is one."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from claims.catalogue import Keys
from claims.evidence.keys import here
from claims.evidence.store import Store
from claims.kit.told import Told
from reports.commands import statements
from reports.record.record import read_record
from reports.running.telling import tell


def listing(folder: Path | None) -> int:
    """Print them as a table."""
    store = Store(statements.KEPT)
    known = statements.entries(store)
    path = (folder or statements.REPORTS) / "verdicts.json"
    verdicts = {one.id: one.verdict for one in read_record(path).claims} if path.exists() else {}
    whole = (Column(name, no_wrap=True) for name in ("claim", "verdict", "engine"))
    table = Table(*whole, "says", box=None, show_edge=False)
    for one in tell(known, Keys(here()), store, _anew).values():
        says = Text(one.says, no_wrap=True, overflow="ellipsis")
        table.add_row(one.id, verdicts.get(one.id, "not examined"), one.by.name, says)
    Console().print(table)
    statements.keep_sources(store)
    return 0


def _anew(ids: Sequence[tuple[str, str]]) -> list[Told]:
    from reports.running import work  # which takes torch

    return work.tell(ids)
