"""How hard to try."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """`effort` multiplies every search's cases; `repeatable` draws the same cases each time; a profile that may not
    `conclude` is for looking, not for verdicts: it leaves *supported* to the others."""

    name: str
    effort: float
    repeatable: bool = True
    runs_trials: bool = True
    may_conclude: bool = True


VERDICT = Profile("verdict", effort=1)
EXPLORE = Profile("explore", effort=25, repeatable=False)
QUICK = Profile("quick", effort=0.1, runs_trials=False, may_conclude=False)

PROFILES = {profile.name: profile for profile in (VERDICT, EXPLORE, QUICK)}
