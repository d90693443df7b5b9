"""Stability: whether anything moved where a claim was examined otherwise than usual. Plain data in one file.

A *cell* is one such way: an axis (another seed, another number of threads, …) and a value on it; all else is as usual. The case
that a search finds may be another one there; a *flip* is another outcome of a reading, or another verdict.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from claims.evidence.evidence import ClaimEvidence, EvidenceError, write_whole
from claims.evidence.files import UNREADABLE, content_of, told
from claims.evidence.source import digest
from claims.evidence.verdict import judge

FILE = "stability.json"
SEED, FRESH = "seed", "fresh seeds"
VERSIONS = "versions"
AXES = (SEED, "hash seed", "threads", "processor", VERSIONS, "together", FRESH)
# How many values of each axis it takes to be called stable, by what settles the claim; the others may be tried as well.
NEEDED: Mapping[str, Mapping[str, int]] = {
    "search": {SEED: 20, "hash seed": 3, "threads": 1, "processor": 2},
    "exhaustion": {"hash seed": 3, "threads": 1, "processor": 2},
    "trials": {FRESH: 20},
}
Stamp = Literal["stable", "fragile", "in part", "outdated"]


class Flip(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came out otherwise in a cell: a reading's outcome, or the verdict where no reading is named."""

    axis: str
    value: str
    reading: str = ""
    was: str
    came: str
    why: str = ""


class Tried(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a claim was tried, by axes, and what flipped there. The `key` is that of its code and its outcomes then. Of trials,
    how many fresh seeds each reading won, of how many (`won`)."""

    key: str
    cells: dict[str, list[str]] = {}
    flips: list[Flip] = []
    won: dict[str, tuple[int, int]] = {}


class Came(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of a claim in a cell: outcome and why of each reading, the verdict and why. Where it could not be asked, that is
    told in `left_out`."""

    id: str
    readings: dict[str, tuple[str, str]] = {}
    verdict: str = ""
    why: str = ""
    left_out: str = ""


def key_of(seen: ClaimEvidence) -> str:
    """Of what was tried: the code that a claim rests on, and what usually comes of it."""
    return digest("stability", seen.rests_on, *(f"{one.role} {one.name} {one.outcome}" for one in seen.readings))


def with_what_came(tried: Tried, seen: ClaimEvidence, axis: str, value: str, came: Came) -> Tried:
    """The same with one more cell, and what flipped in it."""
    cells = tried.cells | {axis: sorted([*tried.cells.get(axis, []), value], key=_in_order)}
    flips = sorted([*tried.flips, *_flips(seen, axis, value, came)], key=lambda one: (one.axis, _in_order(one.value)))
    return msgspec.structs.replace(tried, cells=dict(sorted(cells.items())), flips=flips)


def with_fresh_seeds(tried: Tried, seen: ClaimEvidence, won: Mapping[str, tuple[int, int]], count: int, beats: float) -> Tried:
    """The same with what so many other seeds than those that decided brought to each reading of trials: how many it won, of how
    many that could be told. They flip a reading where they lie on the other side of the share that it has to beat."""
    found = [one for one in tried.flips if one.axis != FRESH]
    for one in seen.readings:
        wins, told = won[one.name]
        came = "held" if wins > beats * told else "fell"
        if one.outcome in ("held", "fell") and told and came != one.outcome:
            found.append(Flip(axis=FRESH, value=str(told), reading=one.name, was=one.outcome, came=came, why=f"{wins} won"))
    cells = tried.cells | ({FRESH: [str(n) for n in range(1, count + 1)]} if count else {})
    return msgspec.structs.replace(tried, cells=cells, flips=found, won=dict(won))


def _in_order(value: str) -> tuple[int, str]:
    """Numbers by their size: cells are done in any order, and stand in this one."""
    return len(value), value


def _flips(seen: ClaimEvidence, axis: str, value: str, came: Came) -> list[Flip]:
    found = []
    for one in seen.readings:
        outcome, why = came.readings.get(one.name, ("not there", ""))
        if outcome != one.outcome:
            found.append(Flip(axis=axis, value=value, reading=one.name, was=one.outcome, came=outcome, why=why))
    if (verdict := judge(seen.readings).word) != came.verdict:
        found.append(Flip(axis=axis, value=value, was=verdict, came=came.verdict, why=came.why))
    return found


def stamp_of(tried: Tried, seen: ClaimEvidence, engine: str) -> Stamp:
    """*Stable* if nothing flipped in as many cells as it takes, *fragile* if something did. What was tried before the claim
    changed is *outdated*, and says nothing of it."""
    if tried.key != key_of(seen):
        return "outdated"
    if tried.flips:
        return "fragile"
    whole = all(len(tried.cells.get(axis, [])) >= count for axis, count in NEEDED[engine].items())
    return "stable" if whole else "in part"


# --- on disk ------------------------------------------------------------------------------------------------------------------


def read_stability(path: Path) -> dict[str, Tried]:
    """What was tried, by claims; nothing where there is no file. EvidenceError where there is one that cannot be read."""
    try:
        return msgspec.json.decode(content_of(path), type=dict[str, Tried])
    except FileNotFoundError:
        return {}
    except UNREADABLE as problem:
        raise EvidenceError(
            f"{path}: not readable ({told(problem)}); delete it, and run python -m reports stability"
        ) from problem


def write_stability(path: Path, tried: Mapping[str, Tried]) -> None:
    """In strict JSON, a claim a line, so that a change diffs well."""
    lines = [f"{json.dumps(id)}: {msgspec.json.encode(one).decode()}" for id, one in sorted(tried.items())]
    write_whole(path, ("{\n" + ",\n".join(lines) + "\n}\n").encode())
