"""Claims that tests/collecting.py has pytest collect. Most are pinned wrongly, and named by what comes of them."""

from claims.evidence.runs import Ran, experiment
from claims.kit import at_most, claim, holds, reading, show, trials
from claims.kit.domains import seeds, whole


@claim(
    "toys.as-pinned",
    says="Numbers are at most ten.",
    expect="qualified",
    as_written=reading(n=whole(0, 1000)),
    amended={"the numbers go up to ten": reading(n=whole(0, 10))},
    fails_for={"numbers beyond ten": reading(n=whole(11, 1000))},
    altered={"Numbers are at most eleven.": reading(n=whole(11, 12))},
    witness={"a dozen": reading(n=12), "[half a dozen]": reading(n=6)},
    contrary=("[half a dozen]",),
    teach="Say up to what.",
)
def as_pinned(n):
    show("twice the number", 2 * n)
    at_most(n, 10, "n")


@claim(
    "toys.falls",
    says="All numbers are at most ten.",
    expect="supported",
    as_written=reading(n=whole(0, 1000)),
    fails_for={"numbers beyond ten": reading(n=whole(11, 1000)), "no numbers beyond": reading(n=whole(0, 9))},
    teach="Eleven is not.",
)
def falls(n):
    show("twice the number", 2 * n)
    at_most(n, 10, "n")


@claim(
    "toys.crashes",
    says="Numbers are at most ten.",
    expect="supported",
    as_written=reading(n=whole(0, 10)),
    fails_for={"numbers beyond ten": reading(n=whole(11, 1000))},
    teach="Nothing.",
)
def crashes(n):
    if n > 5:
        raise ValueError(f"no idea what {n} is")
    at_most(n, 10, "n")


@experiment
def never_run(seed: int) -> Ran:
    raise RuntimeError(f"trained on {seed}")


@claim(
    "toys.not-trained",
    says="It learns.",
    expect="supported",
    scope="Toys",
    by=trials(seeds=25, alpha=0.01),
    as_written=reading(seed=seeds()),
    fails_for={"again": reading(seed=seeds())},
    teach="Nothing.",
)
def not_trained(seed):
    holds(never_run(seed)["loss"] < 1, "it does not learn")


@claim(
    "toys.by-the-clock",
    says="It is quick.",
    expect="supported",
    scope="Toys",
    by=trials(seeds=20, alpha=0.01, timed=True),
    as_written=reading(seed=seeds()),
    fails_for={"again": reading(seed=seeds())},
    teach="Nothing.",
)
def by_the_clock(seed):
    raise RuntimeError(f"timed on {seed}")
