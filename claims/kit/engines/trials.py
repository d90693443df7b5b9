"""Typically: independent seeds, counted. Trials alone carry error rates, and a power."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from claims.evidence.profiles import Profile
from claims.kit.engines.engine import Check, Happened, constants
from claims.kit.engines.statistics import OFTEN, Look, Rule, bet, counted, error, power
from claims.kit.property import Falsified, Unsettled, measured_once, records_only
from claims.kit.reading import Reading

ENOUGH = 0.9  # power that trials have, unless they say why they are weak


@dataclass(frozen=True)
class Trials:
    """Typically: independent seeds, counted, until a bet against a win rate of `beats` is decided (`statistics.bet`).

    A reading is *held* if the property holds on more than a share `beats` of seeds, *fell* if on no more, each with error at most
    `alpha`, also if seeds are added later; `seeds` is how many it takes at most. The suite's readings together err with at most
    the sum of theirs, however they depend on each other; a level of one's own leaves a verdict as it is when another claim is
    added. Earlier tests of the same question are `looked`, and their errors are added. Trials that are `timed` measure, or take
    what was recorded where the profile runs none: so many repetitions and no more, by an exact binomial test."""

    seeds: int
    alpha: float
    beats: float
    timed: bool = False
    looked: tuple[Look, ...] = ()
    why_weak: str = ""
    name: str = "trials"

    @property
    def rule(self) -> Rule:
        return (counted if self.timed else bet)(self.seeds, self.beats, self.alpha)

    @property
    def power(self) -> float:
        """The share of statements true for 95 seeds in 100, or for 5, that is decided, and rightly."""
        return power(self.rule, self.beats)

    @property
    def error(self) -> float:
        """How often this and all earlier looks decide wrongly, at most."""
        return error(self.rule, self.beats, 0 if self.timed else self.alpha, self.looked)

    def problems_of(self, readings: Sequence[Reading]) -> list[str]:
        problems = [] if self.power >= ENOUGH or self.why_weak else [
            f"has {self.seeds} seeds, which at the level {self.alpha:g} against {self.beats:g} decide {self.power:.1%} of what "
            f"is true for {OFTEN:.0%} of seeds, not {ENOUGH:.0%}: take more, or say why_weak='…'"
        ]  # fmt: skip
        for one in readings:
            if free := set(one.arguments) - set(constants(one)) - {"seed"}:
                problems.append(f"is decided by trials, so reading {one.name!r} may leave only the seed open, not {free}")
            if "seed" not in one.arguments:
                problems.append("is decided by trials, so its property needs an argument seed=seeds()")
        return problems

    def put(self, check: Check, reading: Reading, profile: Profile, entropy: int) -> Happened:
        if self.timed:
            return self._by_the_clock(check, reading, profile, entropy)
        if profile.runs_trials:
            return self._count(check, reading, entropy)
        return self._happened("not run", f"the profile {profile.name} runs no trials")

    def _by_the_clock(self, check: Check, reading: Reading, profile: Profile, entropy: int) -> Happened:
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
        happened.disturbed = bool(busy)
        if busy and happened.recorded:
            happened.recorded += f", for {busy}"
        if busy and happened.outcome == "undecided":
            happened.why = f"{busy}; {happened.why}"
        return happened

    def _happened(self, outcome: str = "held", why: str = "") -> Happened:
        return Happened(outcome, why, wins=0, trials=self.seeds, level=self.alpha, power=told(self.power))

    def _count(self, check: Check, reading: Reading, entropy: int) -> Happened:
        happened, rule, wins, losses, outcome = self._happened(), self.rule, 0, 0, None
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
            if outcome := rule.settled(wins, losses):
                break
        happened.wins, happened.cases, happened.outcome = wins, wins + losses, outcome or "undecided"
        happened.why = f"{wins} of {wins + losses} seeds" if not self.timed else "repetitions counted, see the run"
        return happened


def trials(
    seeds: int = 45,
    alpha: float = 1e-5,
    beats: float = 0.5,
    timed: bool = False,
    looked: Sequence[Look] = (),
    why_weak: str = "",
) -> Trials:
    """Typically: so many independent seeds at most, and an error of at most `alpha` a reading. `timed` trials compare clocks:
    they run alone, and their counts are volatile. `looked` are earlier tests of the same, `why_weak` excuses a low power."""
    return Trials(seeds, alpha, beats, timed, tuple(looked), why_weak)


def told(share: float) -> float:
    """A share as it is stored, without its last bits."""
    return float(f"{share:.4g}")


def independent_seeds(entropy: int, count: int) -> list[int]:
    """Seeds without overlap or correlation (O'Neill's seed sequences, as in numpy)."""
    return [int(word) for word in np.random.SeedSequence(entropy).generate_state(count, np.uint64) >> np.uint64(1)]
