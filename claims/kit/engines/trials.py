"""Typically: independent seeds, counted. Trials alone carry error rates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from claims.evidence.profiles import Profile
from claims.kit.engines.engine import Check, Happened, constants
from claims.kit.engines.statistics import can_decide, decide, settled
from claims.kit.property import Falsified, Unsettled, measured_once, records_only
from claims.kit.reading import Reading


@dataclass(frozen=True)
class Trials:
    """Typically: independent seeds, counted, with an exact binomial test.

    A reading is *held* if the property holds on more than a share `beats` of seeds, *fell* if on less, each with
    error at most `alpha`. The suite's readings together err with at most the sum of theirs, however they depend on each
    other; a level of one's own leaves a verdict as it is when another claim is added. Trials that are `timed` measure, or
    take what was recorded where the profile runs none."""

    seeds: int
    alpha: float
    beats: float
    timed: bool = False
    name: str = "trials"

    def problems_of(self, readings: Sequence[Reading]) -> list[str]:
        problems = [] if can_decide(self.seeds, self.beats, self.alpha) else [
            f"has {self.seeds} seeds, which can never reach the level {self.alpha:g} against {self.beats:g}: take more"
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
        return Happened(outcome, why, wins=0, trials=self.seeds, level=self.alpha)

    def _count(self, check: Check, reading: Reading, entropy: int) -> Happened:
        happened, wins, losses = self._happened(), 0, 0
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
            if settled(wins, losses, self.seeds, self.beats, self.alpha):
                break
        happened.wins, happened.cases = wins, wins + losses
        # Whatever the remaining seeds bring, the decision stays, so it may be read off as if they were all lost.
        happened.outcome = decide(wins, self.seeds, self.beats, self.alpha)
        happened.why = f"{wins} of {wins + losses} seeds" if not self.timed else "repetitions counted, see the run"
        return happened


def trials(seeds: int = 20, alpha: float = 2.2e-5, beats: float = 0.5, timed: bool = False) -> Trials:
    """Typically: so many independent seeds, and an error of at most `alpha` a reading. `timed` trials compare clocks: they run
    alone, and their counts are volatile."""
    return Trials(seeds, alpha, beats, timed)


def independent_seeds(entropy: int, count: int) -> list[int]:
    """Seeds without overlap or correlation (O'Neill's seed sequences, as in numpy)."""
    return [int(word) for word in np.random.SeedSequence(entropy).generate_state(count, np.uint64) >> np.uint64(1)]
