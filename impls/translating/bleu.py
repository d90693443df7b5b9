"""Corpus BLEU (Papineni et al. 2002) of strings of symbols, as sacrebleu computes it.

    BLEU = min(1, e^(1 - r/c)) · exp(¼ Σ_{n=1..4} log p_n)

p_n is the share of n-grams written that stand in the reference, c and r are the lengths of all that was written and of all
references. A corpus without a single common n-gram of some order would be zero; sacrebleu then halves a count at each such order
(exponential smoothing), its default.
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
