"""For all: Hypothesis looks for a counterexample and shrinks it. Its cases have no frequency to read off."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import isfinite
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.statistics import collector

from claims.evidence.profiles import Profile
from claims.kit.engines.engine import Check, Fallen, Happened
from claims.kit.property import Falsified, Seen, Unsettled
from claims.kit.reading import Reading

FOR_THE_WORST = 100  # cases


@dataclass(frozen=True)
class Search:
    """For all: Hypothesis tries to break the property and shrinks what it finds."""

    cases: int
    name: str = "search"
    timed: bool = False

    def problems_of(self, readings: Sequence[Reading]) -> list[str]:
        return [] if self.cases >= 20 else [f"searches {self.cases} cases; fewer than 20 support nothing"]

    def put(self, check: Check, reading: Reading, profile: Profile, entropy: int) -> Happened:
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
            happened.why = happened.fallen.says
            if happened.fallen.strain and not reading.is_control:
                happened.worst = self._worst(check, reading, min(wanted, FOR_THE_WORST), entropy)
        return happened

    def _worst(self, check: Check, reading: Reading, wanted: int, entropy: int) -> Fallen | None:
        """The case that misses its bound by most, of so many, steered towards it."""
        beyond = Happened()

        def case(**drawn: Any) -> None:
            with suppress(Falsified):
                self._climb(beyond.call(check, drawn))
                return
            if beyond.fallen and beyond.fallen.strain:
                hypothesis.target(beyond.fallen.strain)

        with nothing_read_from_source(), suppress(Unsettled):
            self._test(case, reading, wanted, entropy)()
        return beyond.worst if beyond.outcome != "error" else None

    @staticmethod
    def _test(case: Callable[..., None], reading: Reading, wanted: int, entropy: int) -> Callable[[], None]:
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


def search(cases: int = 200) -> Search:
    """For all: try that many cases."""
    return Search(cases)
