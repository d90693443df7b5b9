"""What was tried otherwise than usual: of a claim for the record, and summed up over all by the axes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from claims.evidence.evidence import ClaimEvidence
from claims.evidence.stability import AXES, VERSIONS, Tried, stamp_of
from reports.record.record import ClaimRecord, StabilityRecord

if TYPE_CHECKING:  # pages do without the kit
    from claims.kit.claim import Claim
    from claims.kit.told import Told


class Axis(NamedTuple):
    """How many claims were tried on this axis and how many times in all; how many outcomes, verdicts and claims moved there. Of
    versions, which there were."""

    axis: str
    named: list[str]
    claims: int
    times: int
    outcomes: int
    verdicts: int
    moved: int


def stability_record(claim: "Claim | Told", seen: ClaimEvidence, tried: Tried | None) -> StabilityRecord | None:
    """None where a claim was never tried. What was tried before it changed is not told."""
    if tried is None or claim.by.timed:
        return None
    if (stamp := stamp_of(tried, seen, claim.by.name)) == "outdated":
        return StabilityRecord(stamp=stamp)
    counts = {axis: len(tried.cells[axis]) for axis in AXES if axis in tried.cells}
    return StabilityRecord(stamp=stamp, tried=counts, versions=tried.cells.get(VERSIONS, []), flips=tried.flips, won=tried.won)


def axes_tried(claims: Sequence[ClaimRecord]) -> list[Axis]:
    """The axes on which anything was tried, in their order."""
    known = [one.stability for one in claims if one.stability]
    return [_summed_up(axis, some) for axis in AXES if (some := [one for one in known if axis in one.tried])]


def _summed_up(axis: str, tried: Sequence[StabilityRecord]) -> Axis:
    flips = [[each for each in one.flips if each.axis == axis] for one in tried]
    every = [each for some in flips for each in some]
    verdicts, times = sum(not one.reading for one in every), sum(one.tried[axis] for one in tried)
    named = sorted({name for one in tried for name in one.versions}) if axis == VERSIONS else []
    return Axis(axis, named, len(tried), times, len(every) - verdicts, verdicts, sum(bool(some) for some in flips))
