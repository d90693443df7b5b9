"""Evidence: what happened when each reading was put to the property. Plain frozen data, on disk before anything is judged.

Nothing of it depends on when, how fast or on which machine it was seen: what a clock decided stands apart, in `Clocked`.
"""

import json
import os
import platform
import re
import tempfile
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from claims.evidence.files import UNREADABLE, content_of, told
from claims.evidence.outcomes import Outcome, Role

PACKAGES = ("hypothesis", "numpy", "scipy", "torch")


class EvidenceError(Exception):
    """Evidence or a record that cannot be read; the message names the file and what to do."""


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One concrete case. `arguments` holds what was drawn, encoded so that a replay can rebuild it; constants of the
    reading are left out. `shown` is the arithmetic, `says` what the property found; a case that fell has used its bound so many
    times (`strain`), where there is one."""

    found_by: str
    arguments: dict[str, Any] = {}
    text: dict[str, str]
    says: str
    shown: list[tuple[str, str]] = []
    strain: float | None = None


class ReadingEvidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened to one reading. `cases` are valid ones, each counted once; a search drew some of them again, `repeated` times
    in all. `enough` says how many a *held* needs, `complete` that there were no others; `strain` is the largest share of a bound
    that a valid case used, in the case `tightest`; rounding is none. Of a `timed` reading only the outcome is told here."""

    name: str
    role: Role
    engine: str
    outcome: Outcome
    why: str
    cases: int = 0
    enough: int = 0
    discarded: int = 0
    repeated: int = 0
    complete: bool = False
    wins: int | None = None
    trials: int | None = None
    level: float | None = None
    power: float | None = None
    entropy: int | None = None
    strain: float | None = None
    counterexample: Case | None = None
    worst: Case | None = None
    tightest: Case | None = None
    measured: list[dict[str, float | None]] = []
    timed: bool = False


class Clocked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the machine's clock decided of a timed reading; `recorded` says where and when, if it was not here and now, and it is
    `disturbed` if it would have been here, but for what else the machine was doing."""

    cases: int = 0
    wins: int = 0
    measured: list[dict[str, float | None]] = []
    recorded: str = ""
    disturbed: bool = False


class Examined(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of a reading, when and how fast; `runs` are the networks in training that it rests on, by key and content."""

    evidence: ReadingEvidence
    date: str
    seconds: float
    clocked: Clocked | None = None
    runs: dict[str, str] = {}


class ClaimEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """Everything seen about one claim. `rests_on` is a fingerprint of the code that it was made with: older evidence is stale."""

    id: str
    profile: str
    rests_on: str
    readings: list[ReadingEvidence]
    figure: dict[str, Any] | None = None


@cache
def versions() -> dict[str, str]:
    """The packages that evidence depends on."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}}


def machine() -> str:
    """The kind of machine, in a few words."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"


TORN = re.compile(r"\..+\.[a-z0-9_]{8}")  # what `write_whole` calls a file while it is written


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, never half of either. One that is as it should be is left
    alone."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def forget_torn(files: Iterable[Path]) -> None:
    """Delete those that a run was writing when it was killed. Nobody may be writing them now."""
    for one in files:
        if TORN.fullmatch(one.name) and one.is_file():
            one.unlink()


def as_json(value: object) -> bytes:
    """Strict JSON, keys sorted, one fact a line: the same value is always the same bytes, and a change diffs well."""
    plain = msgspec.to_builtins(value)
    text = json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def read_evidence(path: Path) -> ClaimEvidence:
    """The evidence in a file."""
    try:
        return msgspec.json.decode(content_of(path), type=ClaimEvidence)
    except UNREADABLE as problem:
        raise EvidenceError(f"{path}: not readable as evidence ({told(problem)}); examine the claim again") from problem
