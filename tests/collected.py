"""A plugin of pytest, `-p tests.collected`: it takes the claims of this file for those of a chapter, and one of another file that
cannot be imported. Most are pinned wrongly, and named by what comes of them."""

import pytest
from hypothesis import is_hypothesis_test

from claims.catalogue import Entry, entries_of
from claims.evidence.keys import ROOT, here
from claims.evidence.runs import Ran, experiment
from claims.kit import at_most, claim, holds, reading, show, trials
from claims.kit.domains import seeds, whole
from claims.testing import plugin
from claims.testing.plugin import pytest_collect_file, pytest_configure, pytest_configure_node, pytest_report_header

__all__ = ["pytest_collect_file", "pytest_configure", "pytest_configure_node", "pytest_report_header"]


def by_file():
    return {
        ROOT / "tests" / "collected.py": list(entries_of("tests.collected", here())),
        ROOT / "tests" / "toys.py": [Entry("toys.gone", "tests.not_there", "tests/toys.py:1")],
    }


plugin.by_file = by_file


def pytest_collection_finish(session):
    """Say what a fuzzer finds."""
    for item in session.items:
        if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj):
            print("to fuzz:", item.nodeid)


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
    by=trials(seeds=20, alpha=0.01),
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
