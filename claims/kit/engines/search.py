"""For all: Hypothesis looks for a counterexample and shrinks it. Its cases have no frequency to read off."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import HypothesisException

from claims.evidence.codec import as_key
from claims.evidence.profiles import Profile
from claims.kit.engines.engine import Arguments, Check, Fallen, Happened
from claims.kit.engines.inside import the_books, the_same_everywhere
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
        tried = Tried(reading, check, happened)
        test = self._test(lambda **drawn: self._climb(tried.call(drawn)), reading, wanted, entropy)
        with the_same_everywhere(), the_books() as books:
            try:
                test()
            except Falsified:
                happened.outcome = "error" if happened.outcome == "error" else "fell"
            except Unsettled as unsettled:
                happened.left_open(unsettled)
            except Exception as crash:  # a health check, an empty domain, or the property itself
                happened.crashed(crash)
        tried.count(books)
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

        with the_same_everywhere(), suppress(Unsettled):
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


@dataclass
class Tried:
    """The valid cases of a search, each of which counts once however often it was drawn, up to the first that falls: shrinking is
    not counted as searching."""

    reading: Reading
    check: Check
    happened: Happened
    distinct: set[bytes] = field(default_factory=set)
    drawn: int = 0
    is_over: bool = False

    def call(self, arguments: Arguments) -> Seen:
        """Put one case to the property and count it."""
        key = b"" if self.is_over else self._key(arguments)  # before the property can change what it is given
        try:
            seen = self.happened.call(self.check, arguments)
        except HypothesisException:  # not valid: it was discarded
            raise
        except Exception:
            self._add(key)
            self.is_over = True
            raise
        self._add(key)
        return seen

    def _add(self, key: bytes) -> None:
        if not self.is_over:
            self.distinct.add(key)
            self.drawn += 1

    def _key(self, arguments: Arguments) -> bytes:
        """One of a finite list by its place there; what a reading leaves no choice about tells nothing apart."""
        values = {name: self.reading.arguments[name].values for name in arguments}
        return as_key({
            name: value if (known := values[name]) is None else next(place for place, one in enumerate(known) if one is value)
            for name, value in arguments.items()
        })  # fmt: skip

    def count(self, books: dict[str, Any]) -> None:
        """Write down how much was tried; what was discarded, and that nothing is left to do, Hypothesis knows."""
        self.happened.cases, self.happened.repeated = len(self.distinct), self.drawn - len(self.distinct)
        found = books.get("generate-phase", {}).get("test-cases", [])  # an overrun among them is one that Hypothesis cut short
        self.happened.discarded = sum(one["status"] == "invalid" for one in found)
        stopped = books.get("stopped-because")
        self.happened.complete = self.happened.outcome == "held" and stopped == "nothing left to do"


def search(cases: int = 200) -> Search:
    """For all: try that many cases."""
    return Search(cases)
