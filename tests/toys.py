"""Tiny claims with known outcomes, most of them wrong on purpose and named by their defect.

They are what the real engines, the examination and the command line are tried on. `TOYS` are those that a whole run can
take in; each pins the verdict that it must get.
"""

import itertools
import os

import torch
from hypothesis import assume
from hypothesis import strategies as st

from claims.kit import Domain, at_most, cannot_tell, cases, claim, exhaustion, holds, measure, reading, search, show, trials
from claims.kit.domains import reals, seeds, whole

UNUSED = {"says": "A toy.", "teach": "Nothing."}
NEVER = Domain("numbers of which there are none", st.nothing())
RARE = Domain("numbers of which a filter leaves hardly any", st.integers(0, 10**6).filter(lambda n: n % 1000 == 1))

_calls = itertools.count()


@claim(
    "toys.small-numbers-are-small",
    says="Numbers up to ten are at most ten.",
    expect="supported",
    as_written=reading(n=whole(0, 10)),
    fails_for={"near miss: numbers up to eleven": reading(n=whole(0, 11))},
    teach="Count your fingers.",
)
def supported(n):
    at_most(n, 10, "n")


@claim(
    "toys.numbers-are-small",
    says="Numbers are at most ten.",
    expect="qualified",
    as_written=reading(n=whole(0, 1000)),
    amended={"the numbers go up to ten": reading(n=whole(0, 10))},
    fails_for={"numbers beyond ten": reading(n=whole(11, 1000))},
    witness={"a dozen": reading(n=12)},
    teach="Say up to what.",
)
def qualified(n):
    show("twice the number", 2 * n)
    at_most(n, 10, "n")


@claim(
    "toys.all-numbers-are-small",
    says="All numbers are at most ten.",
    expect="refuted",
    as_written=reading(n=whole(0, 1000)),
    holds_for={"numbers up to ten": reading(n=whole(0, 10))},
    teach="Eleven is not.",
)
def refuted(n):
    at_most(n, 10, "n")


@claim(
    "toys.toothless",
    **UNUSED,
    expect="undecided",
    as_written=reading(n=whole(0, 1000)),
    fails_for={"numbers that are negative": reading(n=whole(-1000, -1))},
)
def toothless(n):
    holds(True, "never said")


@claim(
    "toys.only-kind-controls",
    **UNUSED,
    expect="undecided",
    as_written=reading(n=whole(0, 1000)),
    holds_for={"numbers that are negative": reading(n=whole(-1000, -1))},
)
def only_kind_controls(n):
    holds(True, "never said")


@claim(
    "toys.only-harsh-controls",
    **UNUSED,
    expect="undecided",
    as_written=reading(n=whole(0, 1000)),
    fails_for={"numbers that are negative": reading(n=whole(-1000, -1))},
)
def only_harsh_controls(n):
    holds(False, "always said")


@claim(
    "toys.crashing",
    **UNUSED,
    expect="undecided",
    as_written=reading(n=whole(0, 1000)),
    fails_for={"numbers that are negative": reading(n=whole(-1000, -1))},
)
def crashing(n):
    holds(n >= 0, "negative")
    if n > 100:
        raise ValueError(f"no idea what {n} is")


@claim(
    "toys.asserting",
    **UNUSED,
    expect="undecided",
    as_written=reading(n=whole(0, 1000)),
    holds_for={"numbers up to ten": reading(n=whole(0, 10))},
)
def asserting(n):
    assert n <= 10


@claim(
    "toys.falls-and-crashes",
    **UNUSED,
    expect="undecided",
    as_written=reading(n=whole(0, 1000)),
    holds_for={"numbers up to ten": reading(n=whole(0, 10))},
)
def falls_and_crashes(n):
    if n > 500:
        raise ValueError("too large to look at")
    at_most(n, 10, "n")


@claim(
    "toys.vacuous",
    **UNUSED,
    expect="undecided",
    as_written=reading(n=whole(0, 1000)),
    fails_for={"numbers that are negative": reading(n=whole(-1000, -1))},
)
def vacuous(n):
    holds(n >= 0, "negative")
    assume(n < 0)


@claim(
    "toys.filtered-away",
    **UNUSED,
    expect="undecided",
    as_written=reading(n=RARE),
    fails_for={"numbers beyond ten": reading(n=whole(11, 1000))},
)
def filtered_away(n):
    at_most(n % 1000, 10, "n")


@claim(
    "toys.impossible",
    **UNUSED,
    expect="undecided",
    as_written=reading(n=NEVER),
    fails_for={"numbers beyond ten": reading(n=whole(11, 1000))},
)
def impossible(n):
    at_most(n, 10, "n")


@claim(
    "toys.half-discarded",
    **UNUSED,
    expect="undecided",
    as_written=reading(n=whole(0, 10**9)),
    fails_for={"numbers that are negative": reading(n=whole(-(10**9), -1))},
)
def half_discarded(n):
    holds(n >= 0, "negative")
    assume(n % 2)


@claim(
    "toys.flaky",
    **UNUSED,
    expect="undecided",
    as_written=reading(n=whole(0, 1000)),
    holds_for={"numbers up to ten": reading(n=whole(0, 10))},
)
def flaky(n):
    holds(n <= 10 or next(_calls) % 2, "every other time")


@claim(
    "toys.only-a-stored-case-falls",
    **UNUSED,
    expect="refuted",
    as_written=reading(n=whole(0, 1000)),
    holds_for={"numbers that are negative": reading(n=whole(-1000, -1))},
    witness={"a million": reading(n=10**6)},
)
def only_a_stored_case_falls(n):
    at_most(n, 1000, "n")


@claim(
    "toys.tight",
    **UNUSED,
    expect="supported",
    as_written=reading(x=reals(0, 10), limit=20.0),
    fails_for={"near miss: a limit just below": reading(x=reals(0, 10), limit=9.99)},
)
def tight(x, limit):
    at_most(x, limit, "x")


@claim(
    "toys.squares-of-a-table",
    says="Every entry of the table is a square.",
    expect="refuted",
    by=exhaustion(),
    as_written=reading(n=cases([0, 1, 4, 8, 9, 15])),
    holds_for={"the first three": reading(n=cases([0, 1, 4]))},
    teach="Eight is not.",
)
def every_entry_is_a_square(n):
    show("root", n**0.5)
    holds(n**0.5 % 1 == 0, f"{n} is no square")


@claim(
    "toys.nine-in-ten",
    says="Typically a seed is no multiple of ten.",
    expect="supported",
    scope="Toys",
    by=trials(seeds=60, alpha=0.01, beats=0.5),
    as_written=reading(seed=seeds(), divisor=10),
    fails_for={"divisor one": reading(seed=seeds(), divisor=1)},
    teach="Nine in ten are not.",
)
def nine_in_ten(seed, divisor):
    measure(rest=seed % divisor)
    holds(seed % divisor, f"a multiple of {divisor}")


@claim(
    "toys.a-toss-up",
    **UNUSED,
    expect="undecided",
    scope="Toys",
    by=trials(seeds=25, alpha=0.01, beats=0.5),
    as_written=reading(seed=seeds(), divisor=2),
    fails_for={"divisor one": reading(seed=seeds(), divisor=1)},
)
def a_toss_up(seed, divisor):
    holds(seed % divisor, f"a multiple of {divisor}")


@claim(
    "toys.crashing-trials",
    **UNUSED,
    expect="undecided",
    scope="Toys",
    by=trials(seeds=25, alpha=0.01, beats=0.5),
    as_written=reading(seed=seeds(), divisor=10),
    fails_for={"divisor zero": reading(seed=seeds(), divisor=0)},
)
def crashing_trials(seed, divisor):
    holds(seed % divisor, f"a multiple of {divisor}")


@claim(
    "toys.open-question",
    **UNUSED,
    expect="undecided",
    by=exhaustion(),
    as_written=reading(n=cases([1, 2, 3])),
    fails_for={"three and four": reading(n=cases([3, 4]))},
)
def open_question(n):
    holds(n < 4, "four")
    if n > 2:
        cannot_tell(f"nobody knows about {n}")


@claim(
    "toys.open-search",
    **UNUSED,
    expect="undecided",
    as_written=reading(n=whole(0, 1000)),
    fails_for={"numbers that are negative": reading(n=whole(-1000, -1))},
)
def open_search(n):
    holds(n >= 0, "negative")
    if n > 500:
        cannot_tell(f"nobody knows about {n}")


@claim(
    "toys.open-trials",
    **UNUSED,
    expect="undecided",
    scope="Toys",
    by=trials(seeds=25, alpha=0.01, beats=0.5),
    as_written=reading(seed=seeds(), known=False),
    fails_for={"known": reading(seed=seeds(), known=True)},
)
def open_trials(seed, known):
    if not known:
        cannot_tell(f"nobody knows about {seed % 2}")
    holds(False, "known to be false")


@claim(
    "toys.caught-by-luck",
    says="Numbers up to a thousand leave no rest of 5 by 37, as far as was tried.",
    expect="undecided",
    by=search(20),
    as_written=reading(n=whole(0, 4)),
    fails_for={"numbers up to a million, one in 37 of which does": reading(n=whole(0, 10**6))},
    teach="Store the case.",
)
def caught_by_luck(n):
    holds(n % 37 != 5, "rest 5")


@claim(
    "toys.says-where-it-runs",
    **UNUSED,
    expect="refuted",
    by=exhaustion(),
    as_written=reading(n=cases([1])),
    holds_for={"two": reading(n=cases([2]))},
)
def says_where_it_runs(n):
    threads, processor = torch.get_num_threads(), torch.backends.cpu.get_cpu_capability()
    holds(n == 2, f"hash seed {os.environ['PYTHONHASHSEED']}, threads {threads}, {processor}")


TOYS = (
    supported, qualified, refuted, toothless, only_kind_controls, only_harsh_controls, crashing, asserting, falls_and_crashes,
    vacuous, filtered_away, impossible, half_discarded, flaky, only_a_stored_case_falls, tight, every_entry_is_a_square,
    nine_in_ten, a_toss_up, crashing_trials, open_question, open_search, open_trials,
)  # fmt: skip
QUICK_TOYS = (supported, qualified, refuted, every_entry_is_a_square)
