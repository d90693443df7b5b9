"""`python -m reports record-libraries [NAME …]`: ask the libraries that are installed what they compute, and keep what they
answer.

One file a library and version, `reports/evidence/libraries/<name>-<version>.json`. Each library is asked in a process of its own,
since some read their settings once. What a version answered before stays as it is where the new answers are the same but for
rounding; where they are not, the run says in which and ends with 1, with the new ones in place.
"""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from claims.evidence.evidence import EvidenceError, write_whole
from claims.evidence.files import UNREADABLE, content_of, told
from claims.evidence.keys import ROOT
from impls.elsewhere import ADAPTERS

RECORDED = ROOT / "reports" / "evidence" / "libraries"
OF_ITS_OWN = {"date", "system", "versions", "version", "digest", "printed"}  # what may differ without a word
NEAR = 1e-5  # of the larger one: float32 rounds otherwise on another processor
HUNDREDTHS = 5  # of a decade that a start may lie elsewhere: it is worked out in another order there
DIFFERENT = 1

Ask = Callable[[str], dict[str, Any]]


class CannotAsk(Exception):
    """A library that is not installed, or fell over: with its last words."""


def main(names: list[str]) -> int:
    """Record these, or all that are installed. 3 where a name is none that is known."""
    if unknown := [name for name in names if name not in ADAPTERS]:
        print(f"reports: no library is called {', '.join(unknown)}; choose among {', '.join(ADAPTERS)}", file=sys.stderr)
        return 3
    try:
        return record(names or list(ADAPTERS), named=bool(names))
    except EvidenceError as problem:
        print(f"reports: {problem}", file=sys.stderr)
        return 3


def record(
    names: Sequence[str],
    folder: Path = RECORDED,
    ask: Ask | None = None,
    say: Callable[[str], None] = partial(print, flush=True),
    named: bool = True,
) -> int:
    """0 if each answered as it did before, or for the first time; 1 if one answered otherwise, or was `named` and could not be
    asked: some need what a machine may not have."""
    came = [_record(name, folder, ask or answers_of, say, DIFFERENT if named else 0) for name in names]
    return max(came, default=0)


def _record(name: str, folder: Path, ask: Ask, say: Callable[[str], None], not_asked: int) -> int:
    began = perf_counter()
    try:
        answers = ask(name)
    except CannotAsk as why:
        say(f"{name}: not asked: {why}")
        return not_asked
    version = answers["version"].partition("+")[0]
    path, took = folder / f"{name}-{version}.json", f"{perf_counter() - began:.0f} s"
    for other in sorted(folder.glob(f"{name}-[0-9]*.json")):
        differing = list(differences(_recorded(other), answers))
        if other == path and not differing:
            say(f"{name} {version}: as recorded, {took}")
            return 0
        for line in differing[:5]:
            say(f"{name} {version}, beside {other.name}: {line}")
    was_there = path.exists()
    write_whole(path, as_text(answers).encode())
    say(f"{name} {version}: {path}, {took}")
    return DIFFERENT if was_there else 0


def _recorded(path: Path) -> Any:
    try:
        return json.loads(content_of(path).decode())
    except UNREADABLE as problem:
        raise EvidenceError(f"{path}: not readable as a recording ({told(problem)}); delete it, and ask again") from problem


def as_text(answers: Mapping[str, Any]) -> str:
    """Strict JSON, keys sorted, a layer a line."""
    compact = partial(json.dumps, sort_keys=True, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    parts = []
    for name, part in sorted(answers.items()):
        body = "[\n" + ",\n".join(map(compact, part)) + "\n]" if isinstance(part, list) and part else compact(part)
        parts.append(f"{compact(name)}:{body}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def answers_of(name: str) -> dict[str, Any]:
    """What a library answers in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "impls.elsewhere", name], capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise CannotAsk(next(reversed(done.stderr.strip().splitlines()), f"it ended with {done.returncode}"))
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def differences(was: Any, now: Any, where: str = "", near: float = NEAR) -> Iterator[str]:
    """Where two recordings differ by more than rounding, in words."""
    if isinstance(was, dict) and isinstance(now, dict):
        for name in sorted((was.keys() | now.keys()) - OF_ITS_OWN):
            yield from differences(was.get(name), now.get(name), f"{where}.{name}".lstrip("."), near)
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for place, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from differences(one, other, f"{where}[{_named(one, place)}]", near)
    elif not _same(was, now, near if "hundredths" not in where else math.inf):
        yield f"{where}: {was!r} was recorded, {now!r} now"


def _named(one: Any, place: int) -> str:
    return str(one["name"]) if isinstance(one, dict) and "name" in one else str(place)


def _same(was: Any, now: Any, near: float) -> bool:
    if isinstance(was, float | int) and isinstance(now, float | int):
        if near == math.inf:
            return abs(was - now) <= HUNDREDTHS
        return abs(was - now) <= near * max(abs(was), abs(now), 1e-3)
    return bool(was == now)
