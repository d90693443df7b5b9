"""A reading as the record has it: what happened, without what a clock decided or a replay needs, and nothing said twice."""

from statistics import median, quantiles
from typing import Any

import msgspec

from claims.kit.claim import MUST_COME_OUT, Claim, Reading
from claims.kit.evidence.evidence import Case, ReadingEvidence

ELSEWHERE = ("seconds", "entropy", "measured")  # the run has the seconds, the evidence what a replay or a figure needs


class ReadingRecord(ReadingEvidence, frozen=True, kw_only=True, omit_defaults=True):
    """What happened to one reading. `domain` has all arguments for the reading as written, for any other those in which it
    differs from that, and none for a witness, which is its case; `engine` is empty where it is what the claim is checked `by`.
    `cases` are valid ones, `enough` how many a *held* needs, `complete` that there were no others; `strain` is the largest share
    of an allowance that a valid case used, in the case `tightest`."""

    domain: str = ""
    engine: str = ""
    why: str = ""


def differing(first: Reading, other: Reading) -> dict[str, str]:
    """The arguments in which the second reading differs from the first, in words."""
    return {name: here.words for name, here in other.arguments.items() if here.words != first.arguments[name].words}


def reading_record(claim: Claim, seen: ReadingEvidence) -> ReadingRecord:
    """This reading for the record. Cases are left out where they tell no more: a control's, for its outcome is all that
    counts, and a fact's, for all its figures are there."""
    nothing_more = claim.fact is not None or seen.role in MUST_COME_OUT or seen.timed
    steady = {name: part for name, part in msgspec.structs.asdict(seen).items() if name not in ELSEWHERE}
    return ReadingRecord(**steady | {
        "domain": _domain(claim, seen),
        "engine": "" if seen.engine == claim.by.name else seen.engine,
        "counterexample": None if nothing_more else _in_words(seen.counterexample),
        "tightest": None if nothing_more else _in_words(seen.tightest),
        "cases": 0 if seen.timed else seen.cases,
        "wins": None if seen.timed else seen.wins,
    })  # fmt: skip


def _domain(claim: Claim, seen: ReadingEvidence) -> str:
    if seen.role in ("as written", "witness"):
        return seen.domain if seen.role == "as written" else ""
    differs = differing(claim.readings[0], claim.reading(seen.name))
    return "; ".join(f"{name}: {words}" for name, words in differs.items())


def _in_words(case: Case | None) -> Case | None:
    """A stored case as it is printed."""
    return case and msgspec.structs.replace(case, arguments={})


def clocked(one: ReadingEvidence) -> dict[str, Any]:
    """What the machine's clock decided of a timed reading: the median of what was measured, and where the middle `half` lies."""
    found = _numbers(one)
    return {
        "cases": one.cases, "wins": one.wins, "median": {name: round(median(numbers), 3) for name, numbers in found.items()},
        "half": {name: _half(numbers) for name, numbers in found.items() if len(numbers) > 1},
    }  # fmt: skip


def _numbers(one: ReadingEvidence) -> dict[str, list[float]]:
    """What was measured, name by name."""
    numbers: dict[str, list[float]] = {}
    for name, number in (item for each in one.measured for item in each.items()):
        if number is not None:
            numbers.setdefault(name, []).append(number)
    return numbers


def _half(numbers: list[float]) -> list[float]:
    low, _, high = quantiles(numbers, n=4, method="inclusive")
    return [round(low, 3), round(high, 3)]
