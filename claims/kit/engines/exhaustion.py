"""A finite list, every case of it."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hypothesis.errors import UnsatisfiedAssumption

from claims.evidence.profiles import Profile
from claims.kit.engines.engine import Arguments, Check, Happened
from claims.kit.property import Falsified, Unsettled
from claims.kit.reading import Reading


@dataclass(frozen=True)
class Exhaustion:
    """A finite list, every case of it."""

    name: str = "exhaustion"
    timed: bool = False

    def problems_of(self, readings: Sequence[Reading]) -> list[str]:
        return [
            f"goes through every case, but {name!r} of reading {one.name!r} is no finite list: use cases(...)"
            for one in readings for name, domain in one.arguments.items() if domain.values is None
        ]  # fmt: skip

    def put(self, check: Check, reading: Reading, profile: Profile, entropy: int) -> Happened:
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
            happened.outcome, happened.fallen, happened.why = "fell", first, first.says
        return happened


def exhaustion() -> Exhaustion:
    """Every case of a finite list."""
    return Exhaustion()


def every_case(reading: Reading) -> Iterator[Arguments]:
    """All combinations of the arguments' values, the last argument changing fastest."""
    names = list(reading.arguments)
    lists = [domain.values or () for domain in reading.arguments.values()]
    for chosen in itertools.product(*lists):
        yield dict(zip(names, chosen, strict=True))
