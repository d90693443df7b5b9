"""What an engine is: it puts one reading to the property and returns what happened; none of them judges."""

import math
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from hypothesis.errors import HypothesisException

from claims.evidence.keys import HOMES, ROOT, from_root
from claims.evidence.profiles import Profile
from claims.kit.property import Disturbed, Falsified, Seen, Unsettled, listening
from claims.kit.reading import Reading

Check = Callable[..., None]
Arguments = dict[str, Any]


class Fallen(NamedTuple):
    """A case in which the property falls, what it says there, and how many times the bound was used, where there is one."""

    arguments: Arguments
    says: str
    strain: float | None


@dataclass
class Happened:
    """What one reading's cases did: counts, the last falsification (where shrunk: the smallest) and the worst, the tightest
    escape."""

    outcome: str = "held"
    why: str = ""
    cases: int = 0
    enough: int = 0
    discarded: int = 0
    repeated: int = 0
    complete: bool = False
    wins: int | None = None
    trials: int | None = None
    level: float | None = None
    power: float | None = None
    fallen: Fallen | None = None
    worst: Fallen | None = None
    tightest: tuple[Arguments, Seen] | None = None
    measured: list[dict[str, float | None]] = field(default_factory=list)
    recorded: str = ""
    disturbed: bool = False

    def call(self, check: Check, arguments: Arguments) -> Seen:
        """Put one case to the property and remember what came of it; falsifications and errors are passed on."""
        with listening() as seen:
            try:
                check(**arguments)
            except Falsified as falsified:
                self.fallen = Fallen(arguments, str(falsified), _beyond(seen))
                if (self.fallen.strain or 0) > (self.worst.strain or 0 if self.worst else 0):
                    self.worst = self.fallen
                raise
            except (HypothesisException, Unsettled):
                raise
            except Exception as crash:
                self.crashed(crash)
                raise
            finally:
                if seen.measured:
                    self.measured.append(seen.measured)
                self.recorded = seen.recorded or self.recorded
            if seen.strain is not None and (self.tightest is None or seen.strain > (self.tightest[1].strain or 0)):
                self.tightest = (arguments, seen)
            return seen

    def left_open(self, unsettled: Unsettled) -> None:
        """Nothing follows from a case that cannot be told."""
        self.outcome, self.why, self.disturbed = "undecided", str(unsettled), isinstance(unsettled, Disturbed)

    def crashed(self, crash: BaseException) -> None:
        """A crash is an error, whatever else was found."""
        if self.outcome != "error":
            line = str(crash).partition("\n")[0]  # what Hypothesis adds is advice on how to be quiet about it
            self.outcome, self.why = "error", f"{type(crash).__name__}: {line}{_place(crash)}"


def _beyond(seen: Seen) -> float | None:
    """How many times a case that fell has used its bound, where it is a bound that it broke."""
    return seen.strain if seen.strain is not None and 1 < seen.strain < math.inf else None


class Engine(Protocol):
    """Puts one reading to the property."""

    @property
    def name(self) -> str: ...

    @property
    def timed(self) -> bool: ...

    def problems_of(self, readings: Sequence[Reading]) -> list[str]: ...

    def put(self, check: Check, reading: Reading, profile: Profile, entropy: int) -> Happened: ...


def constants(reading: Reading) -> Arguments:
    """The arguments that a reading leaves no choice about."""
    return {name: domain.values[0] for name, domain in reading.arguments.items() if domain.values and domain.is_one_value}


def _place(crash: BaseException) -> str:
    """The last line of this project that the crash passed, whoever raised it."""
    homes = [ROOT, *(home / name for name, home in HOMES.items())]
    frames = traceback.extract_tb(crash.__traceback__)
    ours = [one for one in frames if any(Path(one.filename).is_relative_to(home) for home in homes)]
    return f" ({from_root(ours[-1].filename)}:{ours[-1].lineno})" if ours else ""
