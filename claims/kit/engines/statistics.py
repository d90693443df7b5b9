"""The exact binomial test, three-valued, with curtailment."""

from functools import cache
from math import comb, fsum
from typing import Literal

Outcome = Literal["held", "fell", "undecided"]


@cache
def decide(wins: int, seeds: int, beats: float, level: float) -> Outcome:
    """*Held* if so many wins are too many for a win rate of `beats` or less, *fell* if too few for `beats` or more.

    Each error has probability at most `level`, whatever the true rate (Clopper & Pearson 1934)."""
    if _probability(range(wins, seeds + 1), seeds, beats) <= level:
        return "held"
    if _probability(range(wins + 1), seeds, beats) <= level:
        return "fell"
    return "undecided"


def _probability(wins: range, seeds: int, rate: float) -> float:
    """Of so many wins among the seeds: a sum of a few terms, each exact but for a rounding."""
    return fsum(comb(seeds, k) * rate**k * (1 - rate) ** (seeds - k) for k in wins)


def settled(wins: int, losses: int, seeds: int, beats: float, level: float) -> Outcome | None:
    """The decision, once the seeds that remain can no longer change it; None before that.

    The decision rises with the wins, so it is settled when the fewest and the most wins still possible agree."""
    fewest = decide(wins, seeds, beats, level)
    most = decide(seeds - losses, seeds, beats, level)
    return fewest if fewest == most else None


def fewest(seeds: int, beats: float, level: float) -> int:
    """How many seeds it takes at least, all of them won or all lost."""
    counts = range(1, seeds + 1)
    return next((n for n in counts if any(settled(*all_alike, seeds, beats, level) for all_alike in ((n, 0), (0, n)))), seeds)


def can_decide(seeds: int, beats: float, level: float) -> bool:
    """Whether a clean sweep would be enough either way: 5 seeds can never reach the level .01."""
    return decide(seeds, seeds, beats, level) == "held" and decide(0, seeds, beats, level) == "fell"
