"""What examining costs beyond bare Hypothesis: `python -m tests.overhead`. Not collected, for a clock decides it.

All run the same property on the same strategies, with the same seed, settings and number of cases, in turns; a ratio is that
of medians of processor time. Exit code 1 if one is above 1.25. The second ratio is to Hypothesis that climbs towards failure
as well: what lies between the two is the price of `target()`, not of the book-keeping.
"""

import sys
from contextlib import suppress
from statistics import median
from time import process_time

import hypothesis
import torch
from hypothesis import HealthCheck, Phase, Verbosity

from claims import every_claim
from claims.evidence.profiles import VERDICT
from claims.kit import Falsified
from claims.kit.engines.inside import the_same_everywhere
from claims.kit.examine import entropy_of, examine_reading
from claims.kit.property import listening

ALLOWED, ROUNDS = 1.25, 5
PLACES = (
    ("gradients.eigenvalues-below-one-vanish", "the same Jacobian at every step"),
    ("gradients.tanh-saturates", "as written"),
    ("gradients.clipping-bounds-the-norm", "the norm is taken in float64"),
)


def bare(one, reading, check=None):
    """Hypothesis alone; fixing the settings is part of it, as it is for us."""
    put = check or one.check
    settings = hypothesis.settings(
        max_examples=one.by.cases, database=None, deadline=None, phases=(Phase.generate, Phase.target, Phase.shrink),
        report_multiple_bugs=False, print_blob=False, verbosity=Verbosity.quiet, suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    strategies = {name: domain.strategy for name, domain in reading.arguments.items()}
    test = settings(hypothesis.seed(entropy_of(one, reading))(hypothesis.given(**strategies)(lambda **drawn: put(**drawn))))
    with the_same_everywhere(), suppress(Falsified):  # else it would draw other cases than we do
        test()


def climbing(one, reading):
    """Hypothesis alone, told after every case how near it came to failing, as the search tells it."""

    def check(**drawn):
        with listening() as seen:
            one.check(**drawn)
        one.by._climb(seen)

    bare(one, reading, check)


def examined(one, reading):
    """The same through the kit."""
    examine_reading(one, reading, VERDICT)


def seconds(run, *arguments):
    """How long one run takes."""
    started = process_time()
    run(*arguments)
    return process_time() - started


def medians(one, reading):
    """The median time of each way, run in turns."""
    ways = (bare, climbing, examined)
    for run in ways:  # whatever is imported or cached on the first call
        run(one, reading)
    rounds = [[seconds(run, one, reading) for run in ways] for _ in range(ROUNDS)]
    return [median(way) for way in zip(*rounds, strict=True)]


def main():
    """Print a line for each place and say whether all are within what is allowed."""
    torch.set_num_threads(1)
    known = {one.id: one for one in every_claim()}
    ratios = []
    for id, name in PLACES:
        alone, climbed, ours = medians(known[id], known[id].reading(name))
        print(f"{ours / alone:5.2f} ({ours / climbed:.2f} with target)  {ours:6.3f} s instead of {alone:6.3f} s  {id}, {name}")
        ratios.append(ours / alone)
    return int(max(ratios) > ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
