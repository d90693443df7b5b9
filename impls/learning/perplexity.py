"""How well a language model tells a text: between how many equally likely words it hesitates, on average.

    PPL(x_1 … x_n) = exp(-(1/n) Σ log p(x_t | x_1 … x_{t-1})) = p(x_1 … x_n)^(-1/n)

Jelinek et al. (1977). It falls where p rises, n being the same; with another text or other tokens it is another quantity.
The convention here:

tokens      each probability that is handed over counts once: the end of a sentence where it is among them. What starts a
            sentence is given and not told; it is no word, and has no probability
mean        over the tokens of the whole text, not over its sentences; by natural logarithms, e to their mean (no base shows)
no chance   nothing is clipped or smoothed: a probability of 0, or one that is 0 as a float, is refused, where others say infinite

torch's cross_entropy takes logits, and is exact where torchmetrics' Perplexity is infinite: that takes the logarithm of a softmax
in float32, and of probabilities too, which it softens once more. nltk.lm has the same mean, but its smoothed models leave a share
of the probability to the start symbol, which no text holds. tests/impls/test_perplexity.py has them side by side.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import exp, fsum, log


def perplexity(probabilities: Sequence[Fraction], pieces: int = 1) -> float:
    """From the probability of each word given those before; counted for each of the pieces into which words are cut.

    ValueError for a word of no probability, ZeroDivisionError for no word at all."""
    return exp(-fsum(map(log, probabilities)) / (pieces * len(probabilities)))


def merge(weights: Sequence[int], count: int) -> list[int]:
    """The last `count` words made one token, as is done with rare ones: its weight is the sum of theirs."""
    kept = len(weights) - count
    return [*weights[:kept], sum(weights[kept:])] if count else list(weights)
