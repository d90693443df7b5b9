"""The exact binomial test: against scipy's, its error rates by summing over all outcomes, and its early stopping."""

from itertools import product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from claims.kit.engines.statistics import can_decide, decide, fewest, settled

SEEDS, SHARES, LEVELS = st.integers(1, 60), st.floats(0.05, 0.95), st.floats(1e-4, 0.2)


@st.composite
def counts(draw):
    """Wins among seeds."""
    seeds = draw(SEEDS)
    return draw(st.integers(0, seeds)), seeds


def chance(wins, seeds, rate):
    """The probability of so many wins."""
    return comb(seeds, wins) * rate**wins * (1 - rate) ** (seeds - wins)


@given(counts(), SHARES, LEVELS)
def test_held_and_fell_are_the_one_sided_tests_of_scipy(drawn, beats, level):
    wins, seeds = drawn
    many = binomtest(wins, seeds, beats, alternative="greater").pvalue <= level
    few = binomtest(wins, seeds, beats, alternative="less").pvalue <= level

    assert decide(wins, seeds, beats, level) == ("held" if many else "fell" if few else "undecided")


@given(SEEDS, SHARES, LEVELS)
def test_at_the_boundary_rate_each_error_is_at_most_the_level(seeds, beats, level):
    chances = {wins: chance(wins, seeds, beats) for wins in range(seeds + 1)}

    for wrong in ("held", "fell"):
        assert sum(p for wins, p in chances.items() if decide(wins, seeds, beats, level) == wrong) <= level + 1e-12


@given(SEEDS, SHARES, LEVELS, st.floats(0, 1))
def test_beyond_the_boundary_the_wrong_decision_is_rarer_still(seeds, beats, level, share):
    for rate, wrong in ((share * beats, "held"), (beats + share * (1 - beats), "fell")):
        wrongly = (wins for wins in range(seeds + 1) if decide(wins, seeds, beats, level) == wrong)
        assert sum(chance(wins, seeds, rate) for wins in wrongly) <= level + 1e-12


@given(SEEDS, SHARES, LEVELS)
def test_the_decision_rises_with_the_wins(seeds, beats, level):
    rank = {"fell": 0, "undecided": 1, "held": 2}
    ranks = [rank[decide(wins, seeds, beats, level)] for wins in range(seeds + 1)]

    assert ranks == sorted(ranks)


def test_twenty_seeds_at_one_per_cent_need_sixteen_wins_and_fall_at_four():
    assert [wins for wins in range(21) if decide(wins, 20, 0.5, 0.01) == "held"] == [16, 17, 18, 19, 20]
    assert [wins for wins in range(21) if decide(wins, 20, 0.5, 0.01) == "fell"] == [0, 1, 2, 3, 4]


def test_twenty_seeds_find_a_rate_of_nine_in_ten_with_power_96_per_cent():
    assert sum(chance(wins, 20, 0.9) for wins in range(16, 21)) == pytest.approx(0.957, abs=0.001)


def test_five_seeds_can_never_decide_at_one_per_cent_and_seven_can():
    assert {decide(wins, 5, 0.5, 0.01) for wins in range(6)} == {"undecided"}
    assert [seeds for seeds in range(1, 9) if can_decide(seeds, 0.5, 0.01)] == [7, 8]


@pytest.mark.parametrize(("seeds", "beats", "level"), [(8, 0.5, 0.05), (9, 0.5, 0.01), (10, 0.7, 0.05), (10, 0.3, 0.1)])
def test_stopping_early_never_changes_the_decision_of_any_sequence(seeds, beats, level):
    for sequence in product([True, False], repeat=seeds):
        early = (settled(sum(sequence[:done]), done - sum(sequence[:done]), seeds, beats, level) for done in range(1, seeds + 1))
        assert next(filter(None, early)) == decide(sum(sequence), seeds, beats, level)


@given(st.lists(st.booleans(), min_size=1, max_size=60), SHARES, LEVELS, st.data())
def test_what_is_settled_stays_settled_whatever_the_remaining_seeds_bring(sequence, beats, level, data):
    seeds, done = len(sequence), data.draw(st.integers(0, len(sequence)))
    wins = sum(sequence[:done])
    early = settled(wins, done - wins, seeds, beats, level)

    assert early in (None, decide(sum(sequence), seeds, beats, level))


@given(st.lists(st.booleans(), min_size=1, max_size=60), SHARES, LEVELS)
def test_at_the_last_seed_everything_is_settled(sequence, beats, level):
    wins = sum(sequence)

    assert settled(wins, len(sequence) - wins, len(sequence), beats, level) == decide(wins, len(sequence), beats, level)


@given(st.integers(1, 40), st.floats(0.05, 0.95), st.floats(1e-6, 0.2))
def test_before_the_fewest_seeds_no_sequence_is_settled_and_with_them_one_is(seeds, beats, level):
    least = fewest(seeds, beats, level)
    early = (settled(wins, done - wins, seeds, beats, level) for done in range(least) for wins in range(done + 1))
    assert not any(one in ("held", "fell") for one in early)
    assert settled(least, 0, seeds, beats, level) or settled(0, least, seeds, beats, level)


def test_nothing_is_settled_while_both_ends_are_open():
    assert settled(0, 0, 20, 0.5, 0.01) is None
    assert settled(15, 0, 20, 0.5, 0.01) is None
    assert settled(16, 0, 20, 0.5, 0.01) == "held"
