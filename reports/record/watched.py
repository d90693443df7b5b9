"""How watchful the checks are: what became of defects and of random changes that were put into our own code, as the tests wrote
it down beside the record (tests/defects.py, tests/random_mutants.py)."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from claims.evidence.evidence import EvidenceError
from claims.evidence.files import UNREADABLE, content_of, told

FOLDER = "watched"  # beside the record
KILLED = ("killed", "timed out")
Kind = TypeVar("Kind")


class Defect(msgspec.Struct, frozen=True):
    """A mistake that somebody made: where it was reported, the function of ours that it was put into, and the first claim whose
    verdict changed; `why_not` says why none can."""

    source: str
    place: str
    breaks: str
    noticed: Mapping[str, str]
    speaking: int
    why_not: str = ""

    @property
    def address(self) -> str:
        """The thread."""
        repository, _, number = self.source.partition("#")
        return f"https://github.com/{repository}/issues/{number}"


class Mutant(msgspec.Struct, frozen=True):
    """A small change: how it ended and which test or reading ended it; `why` says why nobody can notice it."""

    of: str
    was: str
    now: str
    how: str
    by: str
    why: str = ""

    @property
    def killed(self) -> bool:
        """Somebody noticed it."""
        return self.how in KILLED


class Defects(msgspec.Struct, frozen=True):
    """All of them, in the order of their table."""

    rows: tuple[Defect, ...]

    @property
    def noticed(self) -> int:
        """How many changed a verdict."""
        return sum(bool(one.noticed) for one in self.rows)


class Mutants(msgspec.Struct, frozen=True):
    """Those that were drawn under one seed."""

    seed: int
    rows: tuple[Mutant, ...]

    def by(self, how: str) -> int:
        """How many were noticed by `claims`, by `tests`, or by the clock because they did not end (`timed out`)."""
        if how == "timed out":
            return sum(one.how == how for one in self.rows)
        return sum(one.how == "killed" and one.by.startswith("claims") == (how == "claims") for one in self.rows)

    @property
    def killed(self) -> int:
        """All that somebody noticed."""
        return sum(one.killed for one in self.rows)

    @property
    def left(self) -> list[Mutant]:
        """Those that nobody noticed, the unexplained first."""
        return sorted((one for one in self.rows if not one.killed), key=lambda one: bool(one.why))


class Watched(msgspec.Struct, frozen=True):
    """All that was found out, as far as it was."""

    defects: Defects | None
    impls: Mutants | None
    judges: Mutants | None


def watched_in(report: Path) -> Watched | None:
    """What lies beside a report; None where nothing does. EvidenceError."""
    folder = report / FOLDER
    found = Watched(
        _read(folder / "defects.json", Defects), _read(folder / "impls.json", Mutants), _read(folder / "judges.json", Mutants)
    )
    return found if found.defects or found.impls or found.judges else None


def _read(file: Path, kind: type[Kind]) -> Kind | None:
    try:
        return msgspec.json.decode(content_of(file), type=kind)
    except FileNotFoundError:
        return None
    except UNREADABLE as problem:
        again = "defects" if kind is Defects else f"random_mutants --of {file.stem}"
        raise EvidenceError(f"{file}: not readable ({told(problem)}); delete it, and run python -m tests.{again}") from problem
