"""What a record has beside the claims: tables to fill in, statements settled elsewhere, what is shown first, what verdicts were
before, and the words that people ask with."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from claims import FACTS
from claims.evidence.evidence import EvidenceError
from claims.evidence.keys import Target, here
from claims.evidence.source import digest
from claims.evidence.store import Store
from claims.kit.earlier import read_earlier
from claims.kit.terms import read_terms
from reports.record.making import Around

T = TypeVar("T")
LISTS = (
    Target("claims.tables", "TABLES"), Target("claims.instead", "FIRST"), Target("claims.showed", "FIGURES"),
    Target("claims.showed", "TIMED"), Target(FACTS, "elsewhere"),
)  # fmt: skip


def around(store: Store, whole: bool) -> Around:
    """Tables name laws that were counted, which takes torch, so what they say is kept. What is settled elsewhere belongs to a
    `whole` run."""
    sources = here()
    data = [one.read_bytes() for one in sorted((sources.root / "claims" / "facts").glob("*.toml"))]
    key = digest(*map(sources.fingerprint, LISTS), *(one.decode(errors="replace") for one in data))
    found = store.once("around", key, Around, _collected)
    found = found._replace(earlier=_read(read_earlier, "earlier.toml"), terms=_read(read_terms, "terms.toml"))
    return found if whole else found._replace(elsewhere=())


def _read(how: Callable[[Path], T], name: str) -> T:
    try:
        return how(here().root / "claims" / name)
    except ValueError as problem:
        raise EvidenceError(str(problem)) from problem


def _collected() -> Around:
    from claims.facts import elsewhere
    from claims.instead import FIRST
    from claims.showed import FIGURES, TIMED
    from claims.tables import TABLES

    return Around(TABLES, elsewhere(), FIRST, FIGURES, TIMED)
