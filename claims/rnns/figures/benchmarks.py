"""Figures of chapter 9: what making rare words one token does to a perplexity, and how many times less training it was."""

from fractions import Fraction

import altair as alt

from claims.kit.facts.printed import Between
from claims.kit.figures import Seen, dots, lines
from claims.rnns.subjects.translation import BASE, BASE_PUBLISHED, GNMT, GNMT_PUBLISHED, by_the_clock, gpu_hours, operations
from impls.learning.perplexity import merge, perplexity

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


def times_less_training(_: Seen) -> alt.LayerChart:
    """GNMT's training as a multiple of the base Transformer's, by what is counted; the middle of what the figures stand for."""
    pairs = {"by the essay's figures": (GNMT, BASE), "as published": (GNMT_PUBLISHED, BASE_PUBLISHED)}
    counted = {by_the_clock: "hours", gpu_hours: "GPU-hours", operations: "operations"}
    rows = [
        {"counted in": unit, "times as much": _middle(cost(rival)) / _middle(cost(model)), "figures": name}
        for name, (rival, model) in pairs.items()
        for cost, unit in counted.items()
        if not (cost is operations and rival is GNMT)  # of which the essay says nothing
    ]
    said = alt.Chart(alt.Data(values=[{"times as much": 10}])).mark_rule(color="#555", strokeDash=[2, 2])
    marks = dots(rows, x="counted in", y="times as much", series="figures", title="", says="")
    return alt.layer(marks, said.encode(y="times as much:Q")).properties(
        title="Ten times less training? From 2 to 24 times, by what is counted and by whose figures",
        description="GNMT's training as a multiple of the base Transformer's, beside a line at ten. By the essay's figures 14 in "
        "hours and 7 in GPU-hours; as published 2 in hours, 24 in GPU-hours and 7 in operations. None of the five is 10.",
    )


def _middle(figure: Between) -> float:
    return round(float(figure.low + figure.high) / 2, 6)
