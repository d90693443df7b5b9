"""How a run of pytest goes about claims: as hard as a profile says, with the report's own cases or under another seed."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, settings

from claims.evidence.profiles import EXPLORE, PROFILES, VERDICT, Profile

CASES = 200  # of a test that somebody puts over a reading: as many as a search has that names no number
HANDED_ON = "claims_seed"  # from the process that shares the work to those that do it


@dataclass(frozen=True)
class How:
    """The profile, and the seed of all searches; without one, each draws what it draws for the report."""

    profile: Profile = VERDICT
    seed: int | None = None

    @property
    def words(self) -> str:
        """A line for the head of a run."""
        if self.seed is None:
            return f"claims: profile {self.profile.name}, searched with the report's own cases"
        return f"claims: profile {self.profile.name}, searched under the seed {self.seed} in place of the report's own cases"


def chosen(profile: str | None, seed: str | None, handed_on: int | None = None) -> How:
    """What the options come to. A profile of another name is for other tests; explore draws a seed if none is given."""
    known = PROFILES.get(profile or "", VERDICT)
    if seed is None and known == EXPLORE:
        return How(known, secrets.randbits(48) if handed_on is None else handed_on)
    return How(known, None if seed is None else _number(seed))


def register_profiles() -> None:
    """For `given`, the profiles of the same names."""
    for name, profile in PROFILES.items():
        asked: dict[str, Any] = {"database": None, "derandomize": True} if profile.repeatable else {}
        settings.register_profile(
            name,
            max_examples=max(1, round(CASES * profile.effort)),
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
            **asked,
        )


def _number(seed: str) -> int:
    """Hypothesis takes any text."""
    try:
        return int(seed)
    except ValueError:
        return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:7])
