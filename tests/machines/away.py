"""Toys that take their time, so that whoever is at them can be killed meanwhile. Workers import them as they lie here."""

from time import sleep

from claims.evidence.runs import experiment, ran
from claims.kit import at_most, claim, holds, measure, reading, search, trials
from claims.kit.domains import seeds, whole


@experiment
def learning(seed: int, arm: int):
    sleep(0.1)
    return ran([1.0, 0.5], score=seed % 97 / 97 + arm)


@claim(
    "toys.slow-trials", says="It learns more.", teach="It does.", expect="supported", scope="Toys", by=trials(),
    as_written=reading(seed=seeds(), arm=1), fails_for={"no more": reading(seed=seeds(), arm=0)},
)  # fmt: skip
def learns(seed, arm):
    more, less = learning(seed, arm)["score"], learning(seed, 0)["score"]
    measure(more=more, less=less)
    holds(more > less, "no more was learnt")


@claim(
    "toys.slow-search", says="Numbers are at most ten.", teach="Say up to what.", expect="qualified", by=search(cases=40),
    as_written=reading(n=whole(0, 1000)), amended={"up to ten": reading(n=whole(0, 10))},
    fails_for={"beyond ten": reading(n=whole(11, 1000))},
)  # fmt: skip
def are_small(n):
    sleep(0.01)
    at_most(n, 10, "n")


SLOW = (learns, are_small)
