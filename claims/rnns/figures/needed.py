"""Figures of chapter 10: what a longer text does to weights, what gets across, and which keys a softmax can put first."""

from math import exp, log

import altair as alt
import numpy as np
import torch

from claims.kit.figures import Seen, lines
from claims.rnns.subjects.requirements import numbers_that_cross
from impls.attending import attention
from impls.tracing.systems import LSTM, SCAN, SELF_ATTENTION


def weight_by_length(_: Seen) -> alt.Chart:
    """The weight of one token whose score leads all others, against how many there are."""
    leads = {"no lead": lambda n: 0.0, "lead 5": lambda n: 5.0, "lead 10": lambda n: 10.0, "lead log n + 5": lambda n: log(n) + 5}
    rows = []
    for name, lead in leads.items():
        for n in (2**power for power in range(1, 17)):
            keys = torch.zeros(n, 1, dtype=torch.float64)
            keys[0] = lead(n)
            weight = attention.weights(torch.ones(1, 1, dtype=torch.float64), keys)[0, 0]
            rows.append({"tokens": n, "weight of the one": float(weight), "its score": name})
    return lines(
        rows, x="tokens", y="weight of the one", series="its score", log_x=True,
        title="A fixed lead in score is diluted by length; a lead that grows like log n is not",
        says="Four curves over 2 to 65 536 tokens. Without a lead the weight falls as 1/n; with a lead of 5 it is one half at "
        "about 150 tokens, with 10 at about 22 000; with a lead of log n + 5 it stays above 0.99.",
    )  # fmt: skip


def numbers_that_cross_by_length(_: Seen) -> alt.Chart:
    """The rank of the later half's outputs by the earlier half's tokens, width 4."""
    rows = [
        {"tokens in the first half": n // 2, "independent numbers that get across": numbers_that_cross(system, n),
         "system": system.name}
        for system in (SELF_ATTENTION, LSTM, SCAN)
        for n in (2, 4, 6, 8, 10, 12)
    ]  # fmt: skip
    return lines(
        rows, x="tokens in the first half", y="independent numbers that get across", series="system",
        title="A recurrence hands on no more than its state holds; attention more and more",
        says="Three lines, tokens of width 4. Self-attention rises by 4 with each token, up to 24 at six tokens; the LSTM stays "
        "at 8, which are h and C, and the scan at 4.",
    )  # fmt: skip


def greatest_weight_on_a_line(_: Seen) -> alt.Chart:
    """The most weight that any query gives to the key x beside -1 and 1, on the line and at height 1 above it."""
    queries = np.concatenate([[0.0], np.geomspace(0.01, 1e4, 400)])
    rows = []
    for x in sorted([1.01, *(0.125 * step for step in range(17))]):
        on_the_line = max(1 / (exp(-min(q * (1 + x), 700)) + 1 + exp(min(q * (1 - x), 700))) for q in queries)
        rows.append({"key x": x, "greatest weight of x": on_the_line, "keys": "-1, 1 and x on a line"})
        rows.append({"key x": x, "greatest weight of x": 1.0, "keys": "x lifted off the line"})
    return lines(
        rows, x="key x", y="greatest weight of x", series="keys",
        title="Between two others a key gets half of the weight at most; outside it can get all",
        says="Two lines. On a line the most weight that any query can give to the key x rises from one third at 0 to one half "
        "towards 1, and beyond 1 it is 1. Lifted off the line the key can always get everything.",
    )  # fmt: skip
