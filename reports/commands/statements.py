"""The claims that a command speaks of, by their ids, and where things lie."""

import difflib
from collections.abc import Sequence

import click

from claims.catalogue import Entry, catalogue
from claims.evidence.keys import ROOT, here
from claims.evidence.source import Source
from claims.evidence.store import Store

REPORTS = ROOT / "reports"
SCRATCH = REPORTS / "scratch"  # where runs go that are not a whole verdict run; never committed
KEPT = ROOT / ".checked"  # what this machine has seen to


def entries(store: Store) -> tuple[Entry, ...]:
    """All claims, in the order of the essay. Files that were read before need not be read again."""
    known = store.get("sources", "all", dict[str, Source]) or {}
    here().known.update(known)
    return catalogue().entries


def keep_sources(store: Store) -> None:
    """What was read of the source."""
    if not here().read.keys() <= here().known.keys():
        store.put("sources", "all", here().read)


def named(ids: Sequence[str], known: Sequence[Entry]) -> list[Entry]:
    """The claims of these ids, or of these chapters; all of them where none is named."""
    chosen: list[Entry] = []
    for id in ids:
        found = [one for one in known if one.id == id] or [one for one in known if one.chapter == id.replace("-", "_")]
        if not found:
            near = difflib.get_close_matches(id, [one.id for one in known], n=1)
            hint = f"did you mean {near[0]}?" if near else "--list shows them all"
            raise click.UsageError(f"no claim or chapter is called {id!r}; {hint}")
        chosen += found
    return [one for one in known if one in chosen] if ids else list(known)
