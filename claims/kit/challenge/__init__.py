"""What a reader holds against a claim: how it is written, whether a case is one that a reading speaks of, and who is credited."""

from claims.kit.challenge.made import MADE, Challenge, counterexample, rival, variant

__all__ = ["MADE", "Challenge", "counterexample", "rival", "variant"]
