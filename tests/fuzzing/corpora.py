"""What a reader is that is given spoilt files, and where small valid ones come from."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from claims.evidence.evidence import EvidenceError
from claims.evidence.keys import ROOT
from reports.record.record import Record, read_record

EXAMPLE, TEXT, REPORT = ROOT / "examples" / "attention", ROOT / "claims" / "rnns", ROOT / "reports"
FEW, SHORT = 3, 400  # items of a list and signs of a word that a corpus needs


@dataclass(frozen=True)
class Reader:
    """`read` is given the path of a `file` of that name, whose kind is json, toml or text, in a folder of its own."""

    name: str
    file: str
    kind: str
    corpus: Callable[[], list[bytes]]
    read: Callable[[Path], object]
    refuses: tuple[type[Exception], ...] = (EvidenceError,)
    seal: Callable[[Any], Any] | None = None


def short(plain: Any) -> Any:
    """The same with a few items of each list, but for arrays, which have a shape."""
    if isinstance(plain, dict) and "shape" in plain:
        return plain
    if isinstance(plain, dict):
        return {name: short(one) for name, one in list(plain.items())[:40]}
    if isinstance(plain, list):
        return [short(one) for one in plain[:FEW]]
    return plain[:SHORT] if isinstance(plain, str) else plain


def jsons(*patterns: str, cut: Callable[[Any], Any] = short, most: int = 12) -> list[bytes]:
    found = [file for pattern in patterns for file in sorted(REPORT.glob(pattern))]
    made = [json.dumps(cut(json.loads(file.read_bytes()))).encode() for file in found[:: max(len(found) // most, 1)]]
    return [one for one in made if len(one) < 60_000]


def files(*some: Path, lines: int = 60) -> list[bytes]:
    """The first lines of each, up to a blank one."""
    found = []
    for file in some:
        rows = file.read_bytes().splitlines(keepends=True)
        end = next((at for at in range(min(lines, len(rows)), len(rows)) if not rows[at].strip()), len(rows))
        found.append(b"".join(rows[:end]))
    return found


@cache
def known() -> frozenset[str]:
    records = (folder / "verdicts.json" for folder in (REPORT, EXAMPLE / "report"))
    return frozenset(one["id"] for record in records for one in json.loads(record.read_bytes())["claims"])


@cache
def newer() -> Record:
    return read_record(EXAMPLE / "report" / "verdicts.json")


def records() -> list[bytes]:
    whole = json.loads((EXAMPLE / "report" / "verdicts.json").read_bytes())
    return [json.dumps(_some(whole, whole["claims"][at : at + 3])).encode() for at in range(0, 9, 3)]


def _some(whole: dict[str, Any], claims: list[dict[str, Any]]) -> Any:
    """The record of these claims."""
    instead = [id for id in whole["instead"] if id in {one["id"] for one in claims}]
    return counted(whole | {"claims": claims, "instead": instead})


def counted(plain: Any) -> Any:
    """A record whose counts are those of its verdicts, as far as it has any."""
    rows = plain.get("claims") if isinstance(plain, dict) else None
    if isinstance(rows, list):
        verdicts = [one.get("verdict") for one in rows if isinstance(one, dict)]
        plain["summary"] = (
            {word: verdicts.count(word) for word in plain.get("summary", {})} if isinstance(plain.get("summary"), dict) else {}
        )
    return plain


# Git is asked when a file was committed, by a program of that name: what it does is its own affair.
WITHOUT_GIT = patch("reports.record.checkout._said", return_value=b"")
