"""When a count of wins settles something: three-valued rules that may stop early, and what they err and decide, exactly.

Two rules. An exact binomial test has so many seeds and no more. A bet against a win rate may stop at any seed and be taken up
again, and errs no more often for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import comb, fsum, log
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Outcome = Literal["held", "fell", "undecided"]
OFTEN = 0.95  # of the seeds: what a rule is to notice
REST = 1 / 64  # of the stake, on all win rates beyond; the other seeds of a clean sweep are 14 at the level 6.2e-5, as without it

LOG_FACTORIALS = np.append(0, np.cumsum(np.log(np.arange(1, 10_000))))  # for that many seeds


class Look(NamedTuple):
    """An exact binomial test that was made before: on how many of the seeds, at which level, and whether on other runs."""

    seeds: int
    level: float
    on_other_runs: bool = False


class Chances(NamedTuple):
    """How often a rule decides, and how it stands where it does not: a share for each count of wins at the last seed."""

    held: float
    fell: float
    open: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rule:
    """*Held* after n seeds with `held_from[n]` wins or more, *fell* with `fell_to[n]` or fewer, from 0 seeds to the most."""

    held_from: tuple[int, ...]
    fell_to: tuple[int, ...]

    @property
    def seeds(self) -> int:
        return len(self.held_from) - 1

    @property
    def fewest(self) -> int:
        """How many seeds it takes at least, all of them won or all lost."""
        swept = (n for n in range(self.seeds + 1) if self.settled(n, 0) or self.settled(0, n))
        return next(swept, self.seeds)

    def settled(self, wins: int, losses: int) -> Outcome | None:
        """The decision, also that there will be none, once no seed can change it any more; None before that."""
        n = wins + losses
        if wins >= self.held_from[n]:
            return "held"
        if wins <= self.fell_to[n]:
            return "fell"
        within_reach = self.seeds - losses >= self.held_from[-1] or wins <= self.fell_to[-1]
        return None if within_reach else "undecided"

    def chances(self, rate: float) -> Chances:
        """Of what comes out if each seed is won with this chance, one after the other until it is decided: exact but for
        rounding."""
        held = fell = 0.0
        at = np.ones(1)
        for n in range(1, self.seeds + 1):
            at = np.append(at * (1 - rate), 0) + np.append(0, at * rate)
            above, below = slice(self.held_from[n], None), slice(0, self.fell_to[n] + 1)
            held, fell = held + at[above].sum(), fell + at[below].sum()
            at[above] = at[below] = 0
        return Chances(float(held), float(fell), at)


@cache
def counted(seeds: int, beats: float, level: float) -> Rule:
    """The exact binomial test with so many seeds (Clopper & Pearson 1934), settled as soon as the seeds that remain cannot change
    it. At most `level` is how often it says *held* of a win rate up to `beats`, and *fell* of one beyond."""
    wins = range(seeds + 1)
    held = next((k for k in wins if _probability(range(k, seeds + 1), seeds, beats) <= level), seeds + 1)
    fell = next((k for k in reversed(wins) if _probability(range(k + 1), seeds, beats) <= level), -1)
    return Rule((held,) * (seeds + 1), tuple(max(fell - (seeds - n), -1) for n in range(seeds + 1)))


def _probability(wins: range, seeds: int, rate: float) -> float:
    """Of so many wins among the seeds: a sum of a few terms, each exact but for a rounding."""
    return fsum(comb(seeds, k) * rate**k * (1 - rate) ** (seeds - k) for k in wins)


@cache
def bet(seeds: int, beats: float, level: float) -> Rule:
    """A stake of 1 is put on more wins than `beats`, seed after seed, at odds that are fair for `beats`; *held* as soon as it has
    grown to 1 / level. A stake on more losses likewise, for *fell*.

    If the win rate is not beyond, a stake grows that much with a chance of `level` at most, however long one looks (Ville 1939):
    so seeds may be added later (Ramdas, Grünwald, Vovk & Shafer 2023). Nearly all of it is put on no loss at all, as the exact
    test of a clean sweep does; the `REST` lies evenly on all win rates beyond, and is there when a seed is lost."""
    held = [_first(grown(n, beats) >= -log(level)) for n in range(seeds + 1)]
    fell = [n - _first(grown(n, 1 - beats) >= -log(level)) for n in range(seeds + 1)]
    return Rule(tuple(held), tuple(fell))


def grown(n: int, beats: float) -> npt.NDArray[np.float64]:
    """What the stake has grown to after n seeds, as a logarithm, for 0 to n wins (n + 1)."""
    wins = np.arange(n + 1)
    up_to = np.cumsum(np.exp(_log_binomial(n + 1, beats)))[:-1]
    with np.errstate(divide="ignore"):  # a chance too small for a number
        evenly = np.log(up_to) - log((1 - beats) * (n + 1)) - _log_binomial(n, beats)
    on_all = np.where(wins == n, -n * log(beats), -np.inf)
    together: npt.NDArray[np.float64] = np.logaddexp(log(1 - REST) + on_all, log(REST) + evenly)
    return together


def _log_binomial(n: int, rate: float) -> npt.NDArray[np.float64]:
    """The logarithm of the chance of 0 to n wins among n."""
    wins = np.arange(n + 1)
    ways = LOG_FACTORIALS[n] - LOG_FACTORIALS[: n + 1] - LOG_FACTORIALS[n::-1]
    chances: npt.NDArray[np.float64] = ways + wins * log(rate) + (n - wins) * log(1 - rate)
    return chances


def _first(where: npt.NDArray[Any]) -> int:
    """The first place at which this is so, or the place behind the last."""
    return int(where.argmax()) if where.any() else len(where)


def error(rule: Rule, beats: float, level: float, looked: Sequence[Look] = ()) -> float:
    """How often the rule and all earlier looks together decide wrongly, at most, also if a bet of this level is taken up again
    after the last seed; a test that cannot be has the level 0 there. Looks at the same seeds largely err together."""
    here = [one for one in looked if not one.on_other_runs]
    tests = {one.seeds: counted(one.seeds, beats, one.level) for one in here}
    wins = [min(need, tests[n].held_from[n]) if n in tests else need for n, need in enumerate(rule.held_from)]
    most = [max(none, tests[n].fell_to[n]) if n in tests else none for n, none in enumerate(rule.fell_to)]
    losses = [n - none for n, none in enumerate(most)]
    elsewhere = fsum(_ever(counted(one.seeds, beats, one.level).held_from, beats, 0) for one in looked if one.on_other_runs)
    return elsewhere + max(_ever(wins, beats, level), _ever(losses, 1 - beats, level))


def _ever(needed: Sequence[int], rate: float, level: float) -> float:
    """How often so many wins are reached at this rate, within these seeds or by a bet that goes on: its stake, where it is
    open, times its level is how often that happens at most."""
    ends = Rule(tuple(needed), (-1,) * len(needed)).chances(rate)
    stake = np.exp(np.minimum(grown(len(needed) - 1, rate), -log(level))) if level else 0.0
    return ends.held + level * float((ends.open * stake).sum())


@cache
def power(rule: Rule, beats: float) -> float:
    """How often it decides, and rightly, where 95 of 100 seeds are won, or where 5 are: the rarer of the two."""
    return min(rule.chances(max(OFTEN, (1 + beats) / 2)).held, rule.chances(min(1 - OFTEN, beats / 2)).fell)
