"""Claims by id or by the file they stand in, and what their readings draw from. A chapter is imported when one of its claims is
asked for."""

import difflib
from functools import cache
from pathlib import Path

from hypothesis.strategies import SearchStrategy

from claims import find_claim
from claims.catalogue import Entry, catalogue
from claims.evidence.keys import ROOT
from claims.kit.claim import Claim, ClaimError
from claims.kit.mistakes import told_as_mistakes
from claims.kit.reading import Reading

Strategies = dict[str, SearchStrategy[object]]


def arguments(id: str, reading: str = "as written") -> Strategies:
    """What the arguments of a claim's property are drawn from in one of its readings: `@given(**arguments("a.claim"))`.
    ClaimError where there is no such claim or reading."""
    claim = the_claim(id)
    found = next((one for one in claim.readings if one.name == reading), None)
    if found is None:
        there = ", ".join(repr(one.name) for one in claim.readings)
        raise ClaimError(f"{claim.defined_at}: claim {id!r} has no reading {reading!r}; choose one of {there}")
    return strategies_of(found)


def the_claim(id: str) -> Claim:
    """The claim of that id, which may be called with a case: it raises `Falsified` where the statement falls. ClaimError where
    there is none."""
    known = {one.id: one for of_file in by_file().values() for one in of_file}
    if id not in known:
        near = difflib.get_close_matches(id, known, n=1)
        raise ClaimError(
            f"no claim is called {id!r}; " + (f"did you mean {near[0]}?" if near else "python -m reports --list shows them all")
        )
    return find_claim(id, known[id].module)


def strategies_of(one: Reading) -> Strategies:
    """By the names of the arguments; an implementation or a constant is drawn from itself alone."""
    return {name: domain.strategy for name, domain in one.arguments.items()}


@cache
def by_file() -> dict[Path, list[Entry]]:
    """All claims, read off the source, by the file that each stands in. ClaimError where the source has a mistake."""
    found: dict[Path, list[Entry]] = {}
    with told_as_mistakes():
        entries = catalogue().entries
    for entry in entries:
        found.setdefault(ROOT / entry.defined_at.rpartition(":")[0], []).append(entry)
    return found
