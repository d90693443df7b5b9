"""What a record has beside the claims: tables to fill in, statements settled elsewhere, what is shown first, what verdicts were
before, the words that people ask with, what claims are called in notes, the oracles that tests add, and where claims were
examined otherwise than usual."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from claims.catalogue import catalogue
from claims.evidence.evidence import EvidenceError
from claims.evidence.keys import here
from claims.evidence.source import digest
from claims.evidence.stability import FILE, read_stability
from claims.evidence.store import Store
from claims.kit.challenge.accepted import read_challenged
from claims.kit.earlier import read_earlier
from claims.kit.heard import read_heard
from claims.kit.terms import read_terms
from claims.texts import Text, the_text
from reports.commands import statements
from reports.record.making import Around
from reports.record.oracles import read_crossed

T = TypeVar("T")
LISTS = {  # of what a text brings, by where it stands there
    "tables": ("tables", "TABLES"), "first": ("instead", "FIRST"), "figures": ("showed", "FIGURES"),
    "timed": ("showed", "TIMED"), "answered": ("showed", "ANSWERED"),
}  # fmt: skip


def around(store: Store, whole: bool) -> Around:
    """Tables name laws that were counted, which takes torch, so what they say is kept. What is settled elsewhere belongs to a
    `whole` run."""
    text = the_text()
    data = [one.read_bytes() for one in sorted(text.facts.glob("*.toml"))]
    lists = [here().fingerprint(one) for place in LISTS.values() if (one := text.brings(*place))]
    key = digest(text.package, *lists, *(one.decode(errors="replace") for one in data))
    found = store.once("around", key, Around, lambda: _collected(text))
    known = {one.id for one in catalogue().entries}
    found = found._replace(
        earlier=_read(read_earlier, text.folder / "earlier.toml"), terms=_read(read_terms, text.folder / "terms.toml"),
        heard=_read(partial(read_heard, known=known), text.folder / "heard.toml"),
        accepted=_read(partial(read_challenged, known=known), text.folder / "challenges.toml"),
        crossed=_read(partial(read_crossed, known=known), text.folder / "crossed.toml") or {},
        tried=read_stability(statements.reports() / FILE),
    )  # fmt: skip
    return found if whole else found._replace(elsewhere=())


def _read(how: Callable[[Path], T], path: Path) -> T | tuple[()]:
    """A list that a text may do without."""
    try:
        return how(path) if path.exists() else ()
    except ValueError as problem:
        raise EvidenceError(str(problem)) from problem


def _collected(text: Text) -> Around:
    from claims.facts import elsewhere

    return Around(elsewhere=elsewhere(text), **{name: text.listed(*place) for name, place in LISTS.items()})
