"""`observe`: what the searches tried, a line a test case for Tyche and others, and a table of it."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TextIO

from claims import find_claim
from claims.catalogue import Keys
from claims.evidence.evidence import EvidenceError
from claims.evidence.keys import here
from claims.evidence.profiles import VERDICT
from claims.evidence.store import Store, alone
from claims.evidence.tried import TRIED, TriedClaim, TriedReading, keep_tried, read_tried
from reports.commands import statements
from reports.commands.waiting import about_to
from reports.running.examination import rests_on
from reports.running.observing import as_line, searched, watch

INTO = Path(".hypothesis") / "observed"


def observe(ids: Sequence[str], into: Path | None, out: Path | None) -> int:
    """Search what these claims search once more, and write down each test case; print a summary, keep it beside the record."""
    store, folder = Store(statements.KEPT), out or statements.reports()
    known, keys = statements.named(ids, statements.entries(store)), Keys(here())
    statements.keep_sources(store)
    claims = []
    for entry in known:
        about_to(f"Loading {entry.module}")
        claim = find_claim(entry.id, entry.module)
        claims += [(entry, claim)] if searched(claim) else []
    if not claims:
        print("Nothing was observed: none of these claims is searched.")
        return 0
    read_tried(folder)  # what cannot be read is told before any work
    seen: dict[str, TriedClaim] = {}
    with _opened(into or INTO) as file:
        for entry, claim in claims:
            about_to(f"Searching {entry.id}")
            stamp = rests_on(keys, entry, VERDICT)
            seen[entry.id] = found = watch(claim, stamp, keys.reached(entry), lambda one: _put(file, one))
            with alone(folder):  # what is done is kept, whatever becomes of the others
                keep_tried(folder, {entry.id: found})
            sys.stdout.writelines(f"{line}\n" for line in _told(entry.id, found))
    print(f"{len(seen)} claims observed. Test cases: {file.name}; summary: {folder / TRIED}")
    return 0


@contextmanager
def _opened(folder: Path) -> Iterator[TextIO]:
    """The day's file in it, as Hypothesis calls it, to write more to. EvidenceError."""
    path = folder / f"{date.today().isoformat()}_testcases.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("a", encoding="utf-8")
    except OSError as problem:
        raise EvidenceError(f"{path}: cannot write it ({problem.strerror}); name another folder behind --into") from problem
    with file:
        yield file


def _put(file: TextIO, observation: dict[str, object]) -> None:
    file.write(as_line(observation))


def _told(id: str, seen: TriedClaim) -> Iterator[str]:
    """The summary of a claim: a line a reading, and what no search of it came to."""
    yield id
    for one in seen.readings:
        yield "  " + "\t".join([one.name, f"{one.outcome}", *_figures(one)])
    for branch in seen.never:
        yield f"  never reached: {branch.function}, {branch.when} ({branch.place}:{branch.line})"


def _figures(one: TriedReading) -> Iterator[str]:
    share = one.cases / one.drawn if one.drawn else 1
    yield f"{one.cases} cases, {share:.0%} of those drawn"
    for name, three in (("numbers in a case", one.sizes), ("longest list", one.lengths), ("share of a bound", one.strain)):
        if three:
            yield f"{name} {three[0]:g} to {three[2]:g}, median {three[1]:g}"
    if one.is_rare and one.fall:
        yield f"must fall, and did in {one.fall[0]} of {one.fall[1]} cases: store such a case"
    for name in one.crowded:
        inside, of = one.corners[name]
        yield f"half or more in one corner: {name}, {inside} of {of}"
