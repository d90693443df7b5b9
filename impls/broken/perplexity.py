"""Perplexities that are not."""

from collections.abc import Sequence
from fractions import Fraction


def mean_of_inverses(probabilities: Sequence[Fraction], pieces: int = 1) -> float:
    """The arithmetic mean of 1/p in place of the geometric one."""
    return float(sum(1 / p for p in probabilities) / len(probabilities))
