"""What settles a claim: an adversarial search, every case of a finite list, or independent trials.

Each engine puts one reading to the property and returns what happened; none of them judges. *Search* is Hypothesis
looking for a counterexample: its cases have no frequency to read off. *Trials* count, so they alone carry error rates.
"""

import itertools
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import HypothesisException, UnsatisfiedAssumption
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.statistics import collector

from claims.kit.engines.statistics import can_decide, decide, settled
from claims.kit.evidence.dependencies import ROOT
from claims.kit.profiles import Profile
from claims.kit.property import Disturbed, Falsified, Seen, Unsettled, listening, measured_once, records_only

if TYPE_CHECKING:
    from claims.kit.claim import Claim, Reading

Check = Callable[..., None]
Arguments = dict[str, Any]


@dataclass
class Happened:
    """What one reading's cases did: counts, the last falsification (where shrunk: the smallest), the tightest escape."""

    outcome: str = "held"
    why: str = ""
    cases: int = 0
    enough: int = 0
    discarded: int = 0
    complete: bool = False
    wins: int | None = None
    trials: int | None = None
    level: float | None = None
    fallen: tuple[Arguments, str] | None = None
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
                self.fallen = (arguments, str(falsified))
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


class Engine(Protocol):
    """Puts one reading to the property."""

    @property
    def name(self) -> str: ...

    @property
    def timed(self) -> bool: ...

    def problems_of(self, claim: "Claim") -> list[str]: ...

    def put(self, check: Check, reading: "Reading", profile: Profile, entropy: int) -> Happened: ...


@dataclass(frozen=True)
class Search:
    """For all: Hypothesis tries to break the property and shrinks what it finds."""

    cases: int
    name: str = "search"
    timed: bool = False

    def problems_of(self, claim: "Claim") -> list[str]:
        return [] if self.cases >= 20 else [f"searches {self.cases} cases; fewer than 20 support nothing"]

    def put(self, check: Check, reading: "Reading", profile: Profile, entropy: int) -> Happened:
        wanted = max(1, round(self.cases * profile.effort))
        happened = Happened(enough=self.cases // 2)
        statistics: dict[str, Any] = {}
        test = self._test(lambda **drawn: self._climb(happened.call(check, drawn)), reading, wanted, entropy)
        with nothing_read_from_source(), collector.with_value(statistics.update):  # type: ignore[arg-type]
            try:
                test()
            except Falsified:
                happened.outcome = "error" if happened.outcome == "error" else "fell"
            except Unsettled as unsettled:
                happened.left_open(unsettled)
            except Exception as crash:  # a health check, an empty domain, or the property itself
                happened.crashed(crash)
        self._count(happened, statistics)
        if happened.outcome == "fell" and happened.fallen:
            happened.why = happened.fallen[1]
        return happened

    @staticmethod
    def _test(case: Callable[..., None], reading: "Reading", wanted: int, entropy: int) -> Callable[[], None]:
        """Settings are fixed when `given` is applied, so it is applied here, with the profile in hand."""
        strategies = {name: domain.strategy for name, domain in reading.arguments.items()}
        # Readers see the smallest case in which the statement falls. That a control falls is all that matters there.
        shrink = () if reading.is_control else (Phase.shrink,)
        chosen = hypothesis.settings(
            max_examples=wanted,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.target, *shrink),
            report_multiple_bugs=False,
            print_blob=False,
            verbosity=Verbosity.quiet,
            # Only what depends on the clock: the machine's speed must not change a verdict. All other checks stay.
            suppress_health_check=[HealthCheck.too_slow],
        )
        return chosen(hypothesis.seed(entropy)(hypothesis.given(**strategies)(case)))

    @staticmethod
    def _climb(seen: Seen) -> None:
        """Steer Hypothesis towards cases that use up more of their allowance; it refuses what is not finite."""
        if seen.strain is not None and isfinite(seen.strain):
            hypothesis.target(seen.strain)

    @staticmethod
    def _count(happened: Happened, statistics: dict[str, Any]) -> None:
        """Valid and discarded cases, from Hypothesis' own book-keeping; shrinking is not counted as searching."""
        statuses = Counter(case["status"] for case in statistics.get("generate-phase", {}).get("test-cases", []))
        happened.cases = statuses["valid"] + statuses["interesting"]
        happened.discarded = statuses["invalid"]  # an overrun is a mutation that Hypothesis itself cut short
        happened.complete = happened.outcome == "held" and statistics.get("stopped-because") == "nothing left to do"


@dataclass(frozen=True)
class Exhaustion:
    """A finite list, every case of it."""

    name: str = "exhaustion"
    timed: bool = False

    def problems_of(self, claim: "Claim") -> list[str]:
        return [
            f"goes through every case, but {name!r} of reading {one.name!r} is no finite list: use cases(...)"
            for one in claim.readings for name, domain in one.arguments.items() if domain.values is None
        ]  # fmt: skip

    def put(self, check: Check, reading: "Reading", profile: Profile, entropy: int) -> Happened:
        happened = Happened(complete=True)
        first = None
        for arguments in every_case(reading):
            try:
                happened.call(check, arguments)
            except UnsatisfiedAssumption:
                happened.discarded += 1
                continue
            except Falsified:
                first = first or happened.fallen
            except Unsettled as unsettled:
                happened.left_open(unsettled)
            except Exception as crash:
                happened.crashed(crash)
                return happened
            happened.cases += 1
        if first:
            happened.outcome, happened.fallen, happened.why = "fell", first, first[1]
        return happened


@dataclass(frozen=True)
class Trials:
    """Typically: independent seeds, counted, with an exact binomial test.

    A reading is *held* if the property holds on more than a share `beats` of seeds, *fell* if on less, each with
    error at most `alpha`. The suite's readings together err with at most the sum of theirs, however they depend on each
    other; a level of one's own leaves a verdict as it is when another claim is added. Trials that are `timed` measure, or
    take what was recorded where the profile runs none."""

    seeds: int
    alpha: float
    beats: float
    timed: bool = False
    name: str = "trials"

    def problems_of(self, claim: "Claim") -> list[str]:
        problems = [] if can_decide(self.seeds, self.beats, self.alpha) else [
            f"has {self.seeds} seeds, which can never reach the level {self.alpha:g} against {self.beats:g}: take more"
        ]  # fmt: skip
        for one in claim.readings:
            if free := set(one.arguments) - set(constants(one)) - {"seed"}:
                problems.append(f"is decided by trials, so reading {one.name!r} may leave only the seed open, not {free}")
            if "seed" not in one.arguments:
                problems.append("is decided by trials, so its property needs an argument seed=seeds()")
        return problems

    def put(self, check: Check, reading: "Reading", profile: Profile, entropy: int) -> Happened:
        if self.timed:
            return self._by_the_clock(check, reading, profile, entropy)
        if profile.runs_trials:
            return self._count(check, reading, entropy)
        return self._happened("not run", f"the profile {profile.name} runs no trials")

    def _by_the_clock(self, check: Check, reading: "Reading", profile: Profile, entropy: int) -> Happened:
        """From repetitions that were measured; where the machine was doing something else as well, from those recorded."""
        busy = ""
        if profile.runs_trials:
            with measured_once():
                happened = self._count(check, reading, entropy)
            if not happened.disturbed:
                return happened
            busy = happened.why
        with records_only():
            happened = self._count(check, reading, entropy)
        if busy and happened.recorded:
            happened.recorded += f", for {busy}"
        if busy and happened.outcome == "undecided":
            happened.why = f"{busy}; {happened.why}"
        return happened

    def _happened(self, outcome: str = "held", why: str = "") -> Happened:
        return Happened(outcome, why, wins=0, trials=self.seeds, level=self.alpha)

    def _count(self, check: Check, reading: "Reading", entropy: int) -> Happened:
        happened, wins, losses = self._happened(), 0, 0
        for seed in independent_seeds(entropy, self.seeds):
            try:
                happened.call(check, constants(reading) | {"seed": seed})
                wins += 1
            except Falsified:
                losses += 1
            except Unsettled as unsettled:
                happened.left_open(unsettled)
                return happened
            except Exception as crash:
                happened.crashed(crash)
                return happened
            if settled(wins, losses, self.seeds, self.beats, self.alpha):
                break
        happened.wins, happened.cases = wins, wins + losses
        # Whatever the remaining seeds bring, the decision stays, so it may be read off as if they were all lost.
        happened.outcome = decide(wins, self.seeds, self.beats, self.alpha)
        happened.why = f"{wins} of {wins + losses} seeds" if not self.timed else "repetitions counted, see the run"
        return happened


@contextmanager
def nothing_read_from_source() -> Iterator[None]:
    """Keep Hypothesis from drawing the constants it finds in every loaded module of the checkout: an edit anywhere, another
    number of workers or a folder called `tests` above the checkout would change the cases."""
    usual = providers._get_local_constants
    providers._get_local_constants = Constants
    providers.CONSTANTS_CACHE.cache.clear()
    try:
        yield
    finally:
        providers._get_local_constants = usual
        providers.CONSTANTS_CACHE.cache.clear()


def _place(crash: BaseException) -> str:
    """The last line of this project that the crash passed, whoever raised it."""
    ours = [frame for frame in traceback.extract_tb(crash.__traceback__) if Path(frame.filename).is_relative_to(ROOT)]
    return f" ({Path(ours[-1].filename).relative_to(ROOT).as_posix()}:{ours[-1].lineno})" if ours else ""


def search(cases: int = 200) -> Search:
    """For all: try that many cases."""
    return Search(cases)


def exhaustion() -> Exhaustion:
    """Every case of a finite list."""
    return Exhaustion()


def trials(seeds: int = 20, alpha: float = 2.2e-5, beats: float = 0.5, timed: bool = False) -> Trials:
    """Typically: so many independent seeds, and an error of at most `alpha` a reading. `timed` trials compare clocks: they run
    alone, and their counts are volatile."""
    return Trials(seeds, alpha, beats, timed)


def constants(reading: "Reading") -> Arguments:
    """The arguments that a reading leaves no choice about."""
    return {name: domain.values[0] for name, domain in reading.arguments.items() if domain.values and domain.is_one_value}


def every_case(reading: "Reading") -> Iterator[Arguments]:
    """All combinations of the arguments' values, the last argument changing fastest."""
    names = list(reading.arguments)
    lists = [domain.values or () for domain in reading.arguments.values()]
    for chosen in itertools.product(*lists):
        yield dict(zip(names, chosen, strict=True))


def independent_seeds(entropy: int, count: int) -> list[int]:
    """Seeds without overlap or correlation (O'Neill's seed sequences, as in numpy)."""
    return [int(word) for word in np.random.SeedSequence(entropy).generate_state(count, np.uint64) >> np.uint64(1)]
