"""Evidence: what happened when each reading was put to the property. Plain frozen data, on disk before anything is judged."""

import json
import os
import platform
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import msgspec

from claims.kit.claim import Claim, Role
from claims.kit.dependencies import ROOT, digest, reached

Outcome = Literal["held", "fell", "undecided", "error", "not run"]
BIBLIOGRAPHY = ROOT / "claims" / "sources.bib"
RECORDED = ROOT / "reports" / "evidence" / "recorded"  # what was measured on machines, here and elsewhere
MEASURES = "machines.py"  # a claim that rests on a module of this name may rest on what was recorded
PACKAGES = ("hypothesis", "numpy", "scipy", "torch")


class EvidenceError(Exception):
    """Evidence or a record that cannot be read; the message names the file and what to do."""


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One concrete case. `arguments` holds what was drawn, encoded so that a replay can rebuild it; constants of the
    reading are left out. `shown` is the arithmetic, `says` what the property found."""

    found_by: str
    arguments: dict[str, Any] = {}
    text: dict[str, str]
    says: str
    shown: list[tuple[str, str]] = []


class ReadingEvidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened to one reading. `cases` are valid ones, `enough` how many a *held* needs, `complete` that there were
    no others; `strain` is the largest share of a bound that a valid case used, in the case `tightest`; rounding is none."""

    name: str
    role: Role
    domain: str
    engine: str
    outcome: Outcome
    why: str
    cases: int = 0
    enough: int = 0
    discarded: int = 0
    complete: bool = False
    wins: int | None = None
    trials: int | None = None
    level: float | None = None
    entropy: int | None = None
    strain: float | None = None
    counterexample: Case | None = None
    tightest: Case | None = None
    measured: list[dict[str, float | None]] = []
    recorded: str = ""  # where and when it was measured, if not here and now
    timed: bool = False  # cases, wins and measured then depend on the machine's clock
    seconds: float = 0.0


class ClaimEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """Everything seen about one claim. `rests_on` is a digest of the sources it was made with: older evidence is stale."""

    id: str
    profile: str
    rests_on: str
    versions: dict[str, str]
    machine: str
    readings: list[ReadingEvidence]
    figure: dict[str, Any] | None = None


def versions() -> dict[str, str]:
    """The packages that evidence depends on."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}}


def machine() -> str:
    """The kind of machine, in a few words."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def rests_on(claim: Claim) -> str:
    """A digest of where the claim and its property stand, of how claims are examined, and of all of ours that these import."""
    stands = ROOT / claim.defined_at.partition(":")[0]
    check = ROOT.joinpath(*claim.check.__module__.split(".")).with_suffix(".py")
    names = [BIBLIOGRAPHY] if claim.fact else []  # a fact names its sources
    if any(one.name == MEASURES for one in reached(stands) | reached(check)):
        names += RECORDED.glob("*.json")
    return digest(stands, check, Path(__file__).with_name("examine.py"), *names)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, never half of either."""
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


def as_json(value: object) -> bytes:
    """Strict JSON, keys sorted, one fact a line: the same value is always the same bytes, and a change diffs well."""
    plain = msgspec.to_builtins(value)
    text = json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def read_evidence(path: Path) -> ClaimEvidence:
    """The evidence in a file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ClaimEvidence)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise EvidenceError(f"{path}: not readable as evidence ({problem}); examine the claim again") from problem
