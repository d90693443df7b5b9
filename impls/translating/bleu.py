"""Corpus BLEU (Papineni et al. 2002) of strings of symbols, as sacrebleu computes it by default.

    BLEU = min(1, e^(1 - r/c)) · exp(¼ Σ_{n=1..4} log p_n)

p_n is the share of n-grams written that stand in the reference, c and r are the lengths of all that was written and of all
references. BLEU is a number only together with its convention. Here:

tokens      a symbol is a word; nothing is cut, joined or put into small letters
corpus      matches, n-grams and lengths of all strings are added up before any share is formed; no mean over strings
matches     an n-gram counts at most as often as it stands in the reference
orders      1 to 4, always all of them: where no string has four symbols there is no p_4, and even a perfect copy has 0
smoothing   exponential: the k-th order without a match counts as 1/2^k of one; without a common symbol it stays 0
brevity     one reference a string and as long as it, so the factor is 1 (several: the closest length, of two the shorter)
nothing     an empty corpus has 0

nltk's corpus_bleu does not smooth unless asked to, and counts at least one n-gram of each order in every string, so that a
perfect corpus with a string of three symbols stays below 100. torchmetrics does not smooth either, and of two references equally
close in length takes the one that was listed first; so does its SacreBLEUScore. tests/impls/test_bleu.py has them side by side.
"""

from jaxtyping import Int
from sacrebleu.metrics.bleu import BLEU
from torch import Tensor


def corpus(written: Int[Tensor, "m strings"], target: Int[Tensor, "m strings"]) -> float:
    """From 0 to 100; a column is a string and a symbol a word."""
    metric = BLEU(tokenize="none", force=True)
    return float(metric.corpus_score(_lines(written), [_lines(target)]).score)


def _lines(strings: Int[Tensor, "m strings"]) -> list[str]:
    return [" ".join(map(str, string)) for string in strings.T.tolist()]
