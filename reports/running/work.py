"""What is asked of whoever works for a run: to tell claims, to examine a reading, to train ahead of another, to draw."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, repeat
from pathlib import Path
from typing import Any

import msgspec

from claims import find_claim
from claims.evidence.evidence import Examined, ReadingEvidence
from claims.evidence.profiles import PROFILES
from claims.evidence.runs import Ran, Run, Shelf, Wanted, read_runs, shelf
from claims.kit.claim import Claim
from claims.kit.engines.engine import constants
from claims.kit.engines.trials import Trials, independent_seeds
from claims.kit.examine import chart_of, entropy_of, examined
from claims.kit.mistakes import told_as_mistakes
from claims.kit.property import measured_once
from claims.kit.reading import property_of
from claims.kit.told import Told, told

MEASURED: dict[Any, Any] = {}  # what one reading of this run has timed need not be timed again for another


@dataclass(frozen=True)
class Task:
    """One reading to examine, in words that travel between processes."""

    id: str
    module: str
    reading: str
    profile: str
    luck: int = 0
    timed: bool = False
    budgets: float = 1
    is_trial: bool = False
    kept: tuple[Path, ...] = ()  # where runs of earlier examinations are
    anew: Path | None = None  # runs of this one, each in a file of its own as soon as it is done
    trains: frozenset[str] = frozenset()  # modules of experiments


@dataclass(frozen=True)
class Came:
    """What came of a reading, and the training runs that it rests on."""

    examined: Examined
    runs: dict[str, Run]

    @property
    def evidence(self) -> ReadingEvidence:
        return self.examined.evidence


def tell(ids: Sequence[tuple[str, str]]) -> list[Told]:
    """The claims of these ids and modules, as data."""
    return [told(find_claim(id, module)) for id, module in ids]


def examine(task: Task, instead: Callable[[Wanted], Ran] | None = None) -> Came:
    """Put one reading to the property. A run that nobody has done is done now, or what is given `instead`."""
    claim = find_claim(task.id, task.module)
    one = claim.reading(task.reading)
    with _shelf_of(task, instead) as made, measured_once(MEASURED):
        came = examined(claim, one, PROFILES[task.profile], _entropy(claim, task))
    runs = {key: run.check for key, run in made.used.items()}
    return Came(msgspec.structs.replace(came, runs=runs), made.used)


def from_the_other_end(task: Task) -> None:
    """Train what a reading that another process is at will ask for, unless it is a toss-up: its last seed first, until the two
    meet."""
    claim = find_claim(task.id, task.module)
    one = claim.reading(task.reading)
    with _shelf_of(task) as made:
        for seed in reversed(first_seeds(task)):
            before = len(made.new)
            with suppress(Exception):  # what falls or breaks here does so again where it counts
                property_of(claim.check, one)(**constants(one) | {"seed": seed})
            if len(made.new) == before:
                return


# --- what others may train --------------------------------------------------------------------------------------------

MANY = 1000  # runs of one seed: who asks for more goes on until an answer suits, and a guess never does


class NotThere(BaseException):
    """A run that is wanted and that nobody has done. It is no error of a property, which it leaves at once."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(wanted.key)
        self.wanted = wanted


def leave(wanted: Wanted) -> Ran:
    """In place of training."""
    raise NotThere(wanted)


def first_seeds(task: Task) -> list[int]:
    """Those that a reading by trials asks for in any case: no fewer settle it."""
    claim = find_claim(task.id, task.module)
    by = claim.by
    assert isinstance(by, Trials)
    return independent_seeds(_entropy(claim, task), by.seeds)[: by.rule.fewest]


def missing(task: Task, seed: int) -> list[Wanted]:
    """Runs that this seed of a reading needs and nobody has done: those that it asks for whatever the ones before them come to,
    which is tried with answers that are all the same and with answers that get less and less. The first of them is certain."""
    same, less = (_asked_for(task, seed, numbers) for numbers in (repeat(0), count(0, -1)))
    return [one for one in same if one in less]


def _asked_for(task: Task, seed: int, numbers: Iterable[float]) -> list[Wanted]:
    claim = find_claim(task.id, task.module)
    one, asked, guessed = claim.reading(task.reading), list[Wanted](), iter(numbers)

    def guess(wanted: Wanted) -> Ran:
        asked.append(wanted)
        return Ran(measured=_Anything(next(guessed))) if len(asked) < MANY else leave(wanted)

    with _shelf_of(task, guess), suppress(Exception, NotThere):  # what falls or breaks does so again where it counts
        property_of(claim.check, one)(**constants(one) | {"seed": seed})
    return list(dict.fromkeys(asked))


class _Anything(dict[str, float | None]):
    """Whatever is measured comes to this number."""

    def __init__(self, number: float) -> None:
        super().__init__()
        self.number = number

    def __missing__(self, name: str) -> float:
        return self.number


# --- figures ----------------------------------------------------------------------------------------------------------


def draw(id: str, module: str, readings: Sequence[ReadingEvidence]) -> dict[str, Any] | None:
    """The figure of a claim."""
    claim = find_claim(id, module)
    with told_as_mistakes(f"the figure of {id}", claim.defined_at):
        return chart_of(claim, readings)


def _entropy(claim: Claim, task: Task) -> int:
    # The seeds of trials with a clock are places in what was recorded, so that luck must not change them.
    return entropy_of(claim, claim.reading(task.reading)) ^ (0 if claim.by.timed else task.luck)


def _shelf_of(task: Task, instead: Callable[[Wanted], Ran] | None = None) -> AbstractContextManager[Shelf]:
    return shelf(kept(task.kept), task.anew, instead)


def kept(folders: tuple[Path, ...]) -> dict[str, Run]:
    """The runs that lie in these folders, by their keys."""
    return _kept(folders, _as_they_lie(folders))


@lru_cache(maxsize=1)
def _kept(folders: tuple[Path, ...], _: object) -> dict[str, Run]:
    """The kept runs, read once a process: a thousand of them take longer than most readings."""
    return read_runs(*folders)


def _as_they_lie(folders: tuple[Path, ...]) -> tuple[tuple[str, int, int], ...]:
    told = [(one.name, one.stat()) for folder in folders for one in sorted(folder.glob("*.json"))]
    return tuple((name, each.st_size, each.st_mtime_ns) for name, each in told)
