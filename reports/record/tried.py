"""What the searches tried, for the pages: what is known of each claim as it is now, and summed up over all."""

from collections.abc import Mapping
from statistics import median
from typing import NamedTuple

from claims.evidence.tried import Branch, TriedClaim, TriedReading
from reports.record.record import ClaimRecord, Record

MUST_HOLD = ("as written", "amended", "holds for")
INSTRUMENTS = ("impls.tracing.", "impls.counting.", "impls.clocks.")  # they serve many claims, and none needs all of one


class Searched(NamedTuple):
    """A reading of a claim, by its name."""

    claim: str
    tried: TriedReading


class Summed(NamedTuple):
    """Of so many claims that are `searched`: what is known of these (`known`), and not of those that changed since or were never
    looked at (`unknown`); the readings that `held`, fewest distinct cases of those drawn first; those of which half of the cases
    lie in a corner; what must fall and hardly does; and the branches that the searches of a claim never came to."""

    searched: int
    known: list[str]
    unknown: list[str]
    held: list[Searched]
    cornered: list[Searched]
    rare: list[Searched]
    never: dict[str, list[Branch]]

    @property
    def median(self) -> float:
        """Of the shares of distinct cases."""
        return median(one.tried.share for one in self.held) if self.held else 1.0


def is_searched(claim: ClaimRecord) -> bool:
    """Whether there is anything to look at: a stored case is none."""
    return claim.by == "search"


def never_reached(tried: TriedClaim) -> list[Branch]:
    """Of the systems and of the check, without the instruments that trace and count."""
    return [one for one in tried.never if not one.function.startswith(INSTRUMENTS)]


def summed_up(record: Record, tried: Mapping[str, TriedClaim]) -> Summed | None:
    """What is known of the claims as they are now; None where nothing is known of any."""
    searched = [one.id for one in record.claims if is_searched(one)]
    known = [id for id in searched if id in tried]
    every = [Searched(id, one) for id in known for one in tried[id].readings]
    held = [one for one in every if one.tried.role in MUST_HOLD and one.tried.outcome == "held"]
    return Summed(
        len(searched), known, [id for id in searched if id not in tried], sorted(held, key=lambda one: one.tried.share),
        [one for one in held if one.tried.crowded], [one for one in every if one.tried.is_rare],
        {id: found for id in known if (found := never_reached(tried[id]))},
    ) if known else None  # fmt: skip
