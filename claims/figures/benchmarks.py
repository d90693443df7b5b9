"""The figure of chapter 9: what making rare words one token does to a perplexity."""

from fractions import Fraction

import altair as alt

from claims.figures import Seen
from claims.kit.figures import lines
from impls.perplexity import merge, perplexity

WORDS = 64
COUNTS = {"in proportion to 1/rank": [640 // rank for rank in range(1, WORDS + 1)], "equally often": [1] * WORDS}


def perplexity_by_words_kept(_: Seen) -> alt.Chart:
    """Of word counts themselves, on the text that they were counted in."""
    rows = []
    for name, counts in COUNTS.items():
        for kept in range(0, WORDS + 1, 4):
            merged = merge(counts, WORDS - kept)
            text = [token for token, count in enumerate(merged) for _ in range(count)]
            told = [Fraction(merged[token], sum(merged)) for token in text]
            rows.append({"words kept": kept, "perplexity": perplexity(told), "64 words occur": name})
    return lines(
        rows, x="words kept", y="perplexity", series="64 words occur",
        title="Perplexity falls as rarer words are made one token, though no model gets better",
        says="Two curves over 0 to 64 words kept, all others being one token. Where words occur in proportion to 1/rank, "
        "perplexity is 29 with all words, 18 with half of them and 1 with none; where all occur equally often, 64, 11 and 1.",
    )  # fmt: skip
