"""How often the rules of trials decide, rightly and wrongly, on sequences that are drawn: `python -m tests.error_rates`."""

import sys
from functools import cache

import numpy as np
from scipy.stats import binom, binomtest

from claims import every_claim
from claims.kit.engines.trials import Trials

DRAWN = 10_000  # sequences at each true rate
RATES = (0.0, 0.05, 0.3, 0.45, 0.5, 0.55, 0.7, 0.9, 0.95, 1.0)
BY_CHANCE = 1e-6  # how often a rule that is as it says would be suspected, at one rate


@cache
def audited(rule, rate, drawn=DRAWN, luck=0):
    """How many of the sequences a rule calls held, and how many fell."""
    rng, found = np.random.default_rng(luck), np.zeros(2, int)
    for some in np.diff([*range(0, drawn, 1000), drawn]):  # not all of them in memory
        wins = np.cumsum(rng.random((some, rule.seeds)) < rate, axis=1, dtype=np.int32)
        both = wins >= np.array(rule.held_from[1:]), wins <= np.array(rule.fell_to[1:])
        held, fell = (np.where(one.any(axis=1), one.argmax(axis=1), rule.seeds) for one in both)
        found += (held < fell).sum(), (fell < held).sum()
    return int(found[0]), int(found[1])


def suspicious(rule, beats, level, rates=RATES, drawn=DRAWN):
    """The rates at which a rule errs more often than it may, or decides otherwise than it says of itself."""
    found = []
    for rate in rates:
        counts, said = audited(rule, rate, drawn), rule.chances(rate)
        too_often = binom.sf(counts[0 if rate <= beats else 1] - 1, drawn, level) < BY_CHANCE
        otherwise = (binomtest(n, drawn, min(p, 1.0)).pvalue < BY_CHANCE for n, p in zip(counts, said[:2], strict=True))
        found += [rate] if too_often or any(otherwise) else []
    return found


def of_the_suite():
    """Every rule that claims are decided by, with what it is to beat, and its level."""
    return sorted({(one.by.rule, one.by.beats, one.by.alpha) for one in every_claim() if isinstance(one.by, Trials)}, key=repr)


def main(drawn):
    """Print what came of it beside what is said, and end with 1 where something is suspicious."""
    rules = of_the_suite()
    for rule, beats, level in rules:
        print(f"\n{rule.seeds} seeds at most against {beats:g}, level {level:g}: held and fell, in {drawn} sequences each")
        for rate in RATES:
            counts, said = audited(rule, rate, drawn), rule.chances(rate)
            wanted = f"expected {drawn * said.held:8.1f} and {drawn * said.fell:8.1f}"
            print(f"  true rate {rate:4g}: {counts[0]:6} and {counts[1]:6}, {wanted}")
    bad = [one for each in rules for one in suspicious(*each, drawn=drawn)]
    print(f"\n{len(bad)} of {len(rules) * len(RATES)} are suspicious")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else DRAWN))
