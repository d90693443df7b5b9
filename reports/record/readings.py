"""A reading as the record has it: what happened, without what a clock decided or a replay needs, and nothing said twice."""

from statistics import median, quantiles
from typing import Any

import msgspec

from claims.evidence.evidence import Case, Clocked, ReadingEvidence
from claims.evidence.outcomes import MUST_COME_OUT
from claims.kit.claim import Claim
from claims.kit.reading import Reading
from claims.kit.told import Told, ToldReading
from reports.record.record import ReadingRecord

ELSEWHERE = ("entropy", "measured")  # the evidence has what a replay or a figure needs


def differing(first: Reading | ToldReading, other: Reading | ToldReading) -> dict[str, str]:
    """The arguments in which the second reading differs from the first, in words."""
    mine = {name: domain.words for name, domain in first.arguments.items()}
    return {name: here.words for name, here in other.arguments.items() if here.words != mine.get(name)}


def reading_record(claim: Claim | Told, seen: ReadingEvidence) -> ReadingRecord:
    """This reading for the record. Cases are left out where they tell no more: a control's, for its outcome is all that
    counts, and a fact's, for all its figures are there."""
    nothing_more = claim.fact is not None or seen.role in (*MUST_COME_OUT, "altered") or seen.timed
    steady = {name: part for name, part in msgspec.structs.asdict(seen).items() if name not in ELSEWHERE}
    return ReadingRecord(**steady | {
        "domain": _domain(claim, seen),
        "engine": "" if seen.engine == claim.by.name else seen.engine,
        "counterexample": None if nothing_more else as_printed(seen.counterexample),
        "worst": None if nothing_more else as_printed(seen.worst),
        "tightest": None if nothing_more else as_printed(seen.tightest),
    })  # fmt: skip


def _domain(claim: Claim | Told, seen: ReadingEvidence) -> str:
    if seen.role in ("as written", "witness"):
        return claim.reading(seen.name).words if seen.role == "as written" else ""
    differs = differing(claim.readings[0], claim.reading(seen.name))
    return "; ".join(f"{name}: {words}" for name, words in differs.items())


def as_printed(case: Case | None) -> Case | None:
    """A stored case as it is printed."""
    return case and msgspec.structs.replace(case, arguments={})


def clocked(one: Clocked) -> dict[str, Any]:
    """What the machine's clock decided of a timed reading: the median of what was measured, where the middle `half` lies, and
    where it was `recorded`, if not in this run."""
    found = _numbers(one)
    return {
        "cases": one.cases, "wins": one.wins, "median": {name: round(median(numbers), 3) for name, numbers in found.items()},
        "half": {name: _half(numbers) for name, numbers in found.items() if len(numbers) > 1}, "recorded": one.recorded,
    }  # fmt: skip


def _numbers(one: Clocked) -> dict[str, list[float]]:
    """What was measured, name by name."""
    numbers: dict[str, list[float]] = {}
    for name, number in (item for each in one.measured for item in each.items()):
        if number is not None:
            numbers.setdefault(name, []).append(number)
    return numbers


def _half(numbers: list[float]) -> list[float]:
    low, _, high = quantiles(numbers, n=4, method="inclusive")
    return [round(low, 3), round(high, 3)]
