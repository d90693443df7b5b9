"""How well a language model tells a text: between how many equally likely words it hesitates, on average.

    PPL(x_1 … x_n) = exp(-(1/n) Σ log p(x_t | x_1 … x_{t-1})) = p(x_1 … x_n)^(-1/n)

Jelinek et al. (1977). It falls where p rises, n being the same; with another text or other tokens it is another quantity.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import exp, fsum, log


def perplexity(probabilities: Sequence[Fraction], pieces: int = 1) -> float:
    """From the probability of each word given those before; counted for each of the pieces into which words are cut."""
    return exp(-fsum(map(log, probabilities)) / (pieces * len(probabilities)))


def merge(weights: Sequence[int], count: int) -> list[int]:
    """The last `count` words made one token, as is done with rare ones: its weight is the sum of theirs."""
    kept = len(weights) - count
    return [*weights[:kept], sum(weights[kept:])] if count else list(weights)
