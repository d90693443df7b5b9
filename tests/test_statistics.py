"""Rules of trials: against scipy and exact fractions, their error rates and power exactly and on drawn sequences, and that they
may stop early. Rules that are spoilt on purpose show that the audit can tell."""

from fractions import Fraction
from itertools import pairwise, product
from math import comb, exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from claims.kit.engines import statistics
from claims.kit.engines.statistics import Look, Rule, bet, counted, error, grown, power
from claims.kit.engines.trials import ENOUGH, independent_seeds, trials
from claims.subjects.machines import repetitions
from tests import error_rates
from tests.error_rates import audited, of_the_suite, suspicious

SEEDS, SHARES, LEVELS = st.integers(1, 60), st.floats(0.05, 0.95), st.floats(1e-4, 0.2)
RULES = st.sampled_from([counted, bet])
DRAWN = error_rates.DRAWN


@st.composite
def counts(draw):
    """Wins among seeds."""
    seeds = draw(SEEDS)
    return draw(st.integers(0, seeds)), seeds


def chance(wins, seeds, rate):
    """The probability of so many wins."""
    return comb(seeds, wins) * rate**wins * (1 - rate) ** (seeds - wins)


def of_all(sequence, rule):
    """What a rule says of a sequence that is gone through to its end, whatever it says on the way: the first decision stands."""
    said = (_at(rule, sum(sequence[:n]), n) for n in range(len(sequence) + 1))
    return next(filter(None, said), "undecided")


def _at(rule, wins, n):
    return "held" if wins >= rule.held_from[n] else "fell" if wins <= rule.fell_to[n] else None


def at_once(sequence, rule):
    """What it says as soon as it can, and after how many seeds."""
    early = ((rule.settled(sum(sequence[:n]), n - sum(sequence[:n])), n) for n in range(len(sequence) + 1))
    return next((said, n) for said, n in early if said)


# --- the exact binomial test ------------------------------------------------------------------------------------------


@given(counts(), SHARES, LEVELS)
def test_held_and_fell_are_the_one_sided_tests_of_scipy(drawn, beats, level):
    wins, seeds = drawn
    many = binomtest(wins, seeds, beats, alternative="greater").pvalue <= level
    few = binomtest(wins, seeds, beats, alternative="less").pvalue <= level

    assert counted(seeds, beats, level).settled(wins, seeds - wins) == ("held" if many else "fell" if few else "undecided")


def test_twenty_seeds_at_one_per_cent_need_sixteen_wins_and_fall_at_four():
    rule = counted(20, 0.5, 0.01)
    assert [wins for wins in range(21) if rule.settled(wins, 20 - wins) == "held"] == [16, 17, 18, 19, 20]
    assert [wins for wins in range(21) if rule.settled(wins, 20 - wins) == "fell"] == [0, 1, 2, 3, 4]


def test_twenty_seeds_find_a_rate_of_nine_in_ten_with_power_96_per_cent():
    assert counted(20, 0.5, 0.01).chances(0.9).held == pytest.approx(0.957, abs=0.001)


def test_five_seeds_can_never_decide_at_one_per_cent_and_seven_can():
    assert {counted(5, 0.5, 0.01).settled(wins, 5 - wins) for wins in range(6)} == {"undecided"}
    assert counted(7, 0.5, 0.01).settled(7, 0) == "held"


def test_fourteen_seeds_that_must_all_be_won_decide_half_of_what_is_true_for_95_in_100():
    """Which is why nothing is decided by them alone any more."""
    assert power(counted(14, 0.5, 6.2e-5), 0.5) == pytest.approx(0.95**14)


# --- the bet ----------------------------------------------------------------------------------------------------------


def stake_by_fractions(wins, losses, beats):
    """The same in exact fractions: what lies on no loss, and the integral over all rates beyond, multiplied out."""
    rest, b = Fraction(statistics.REST), Fraction(beats)
    fair = b**wins * (1 - b) ** losses
    terms = (Fraction((-1) ** k * comb(losses, k), wins + k + 1) * (1 - b ** (wins + k + 1)) for k in range(losses + 1))
    return (1 - rest) * (0 if losses else 1 / fair) + rest * sum(terms) / (1 - b) / fair


@given(counts(), st.sampled_from([0.5, 0.25, 0.75, 0.875]))
def test_the_stake_is_what_an_integral_in_fractions_says(drawn, beats):
    wins, seeds = drawn
    wanted = stake_by_fractions(wins, seeds - wins, beats)
    assert grown(seeds, beats)[wins] == pytest.approx(log(wanted.numerator) - log(wanted.denominator), abs=1e-8)


@given(SEEDS, SHARES, st.floats(0, 1))
def test_the_odds_are_fair_at_the_rate_itself_and_against_the_bet_below(seeds, beats, share):
    """On average the stake is what it was, which is all that Ville's inequality needs."""
    stake = np.exp(grown(seeds, beats))
    assert sum(stake * [chance(wins, seeds, beats) for wins in range(seeds + 1)]) == pytest.approx(1)
    assert sum(stake * [chance(wins, seeds, share * beats) for wins in range(seeds + 1)]) <= 1 + 1e-9


@given(SEEDS, SHARES)
def test_a_win_in_the_place_of_a_loss_never_makes_the_stake_smaller(seeds, beats):
    stakes = grown(seeds, beats)
    assert all(less <= more + 1e-9 for less, more in pairwise(stakes))


@given(SEEDS, SHARES, LEVELS)
def test_losses_are_to_the_other_side_what_wins_are_to_this_one(seeds, beats, level):
    """But for rounding: 1 - beats is a number of its own."""
    rule, other = bet(seeds, beats, level), bet(seeds, 1 - beats, level)
    assert [n - most for n, most in enumerate(rule.fell_to)] == list(other.held_from)


def test_a_clean_sweep_takes_as_many_seeds_as_the_exact_test_and_a_loss_can_be_made_good():
    rule = bet(41, 0.5, 6.2e-5)
    assert rule.fewest == counted(14, 0.5, 6.2e-5).fewest == 14
    needed = [next(wins for wins in range(42) if rule.settled(wins, losses) == "held") for losses in range(5)]
    assert needed == [14, 28, 32, 35, 37]


def test_what_fourteen_seeds_have_settled_a_bet_settles_as_well_so_that_no_error_is_added():
    """A bet on no loss at all is the exact test of a clean sweep."""
    rule = bet(41, 0.5, 6.2e-5)
    assert error(rule, 0.5, 6.2e-5, [Look(14, 6.2e-5)]) == error(rule, 0.5, 6.2e-5) < 6.2e-5
    assert error(rule, 0.5, 6.2e-5, [Look(20, 2.2e-5)]) > 6.2e-5
    assert error(rule, 0.5, 6.2e-5, [Look(14, 6.2e-5, on_other_runs=True)]) == error(rule, 0.5, 6.2e-5) + 2**-14


# --- what either errs, exactly ----------------------------------------------------------------------------------------


@given(RULES, SEEDS, SHARES, LEVELS, st.floats(0, 1))
def test_each_error_is_at_most_the_level_at_the_rate_itself_and_rarer_beyond(make, seeds, beats, level, share):
    rule = make(seeds, beats, level)
    assert rule.chances(beats).held <= level + 1e-12
    assert rule.chances(beats).fell <= level + 1e-12
    assert rule.chances(share * beats).held <= level + 1e-12
    assert rule.chances(beats + share * (1 - beats)).fell <= level + 1e-12


@given(SEEDS, SHARES, LEVELS, st.integers(0, 60))
def test_a_bet_that_is_taken_up_again_errs_no_more_often_than_was_said_of_it(seeds, beats, level, more):
    said = error(bet(seeds, beats, level), beats, level)
    later = bet(seeds + more, beats, level).chances(beats)
    assert max(later.held, later.fell) <= said + 1e-12
    assert said <= level + 1e-12


@pytest.mark.parametrize("rule", [counted(9, 0.5, 0.05), bet(11, 0.6, 0.1)], ids=["counted", "bet"])
@pytest.mark.parametrize("rate", [0.2, 0.5, 0.95])
def test_its_chances_are_those_of_all_sequences_added_up(rule, rate):
    added = dict.fromkeys(("held", "fell", "undecided"), 0.0)
    for sequence in product([True, False], repeat=rule.seeds):
        added[at_once(sequence, rule)[0]] += rate ** sum(sequence) * (1 - rate) ** (rule.seeds - sum(sequence))
    chances = rule.chances(rate)
    assert (chances.held, chances.fell, chances.open.sum()) == pytest.approx(tuple(added.values()))


def test_earlier_looks_err_as_often_as_all_sequences_say_in_which_one_of_them_errs():
    rule, looks = bet(12, 0.5, 0.02), [Look(8, 0.05), Look(10, 0.02)]
    tests = [rule, *(counted(one.seeds, 0.5, one.level) for one in looks)]
    erring = sum(
        any(of_all(sequence[: one.seeds], one) == "held" for one in tests) for sequence in product([True, False], repeat=12)
    )
    ends = Rule(rule.held_from, (-1,) * 13)
    assert erring / 2**12 <= error(rule, 0.5, 0.02, looks) <= erring / 2**12 + 0.02
    assert error(rule, 0.5, 0, looks) == pytest.approx(erring / 2**12)
    assert erring / 2**12 > ends.chances(0.5).held


# --- stopping early ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [counted, bet])
@pytest.mark.parametrize(("seeds", "beats", "level"), [(8, 0.5, 0.05), (9, 0.5, 0.01), (10, 0.7, 0.05), (10, 0.3, 0.1)])
def test_stopping_early_never_changes_the_decision_of_any_sequence(make, seeds, beats, level):
    rule = make(seeds, beats, level)
    for sequence in product([True, False], repeat=seeds):
        assert at_once(sequence, rule)[0] == of_all(sequence, rule)


@given(st.lists(st.booleans(), min_size=1, max_size=60), RULES, SHARES, LEVELS)
def test_nor_of_a_long_one(sequence, make, beats, level):
    rule = make(len(sequence), beats, level)
    said, n = at_once(sequence, rule)
    assert said == of_all(sequence, rule)
    assert said == "undecided" or rule.fewest <= n


def test_a_test_that_is_gone_through_to_the_end_is_the_one_of_its_last_count():
    rule = counted(9, 0.5, 0.05)
    for sequence in product([True, False], repeat=9):
        assert at_once(sequence, rule)[0] == rule.settled(sum(sequence), 9 - sum(sequence))


def test_nothing_is_settled_while_both_ends_are_open():
    rule = counted(20, 0.5, 0.01)
    assert rule.settled(0, 0) is None
    assert rule.settled(15, 0) is None
    assert rule.settled(16, 0) == "held"


def test_that_nothing_will_be_decided_is_said_as_soon_as_it_is_sure():
    rule = bet(41, 0.5, 6.2e-5)
    assert [rule.settled(wins, 5) for wins in (4, 5, 35)] == [None, "undecided", "undecided"]
    assert rule.settled(0, 0) is None


# --- the audit: drawn sequences, true rate by true rate ---------------------------------------------------------------


@pytest.mark.parametrize("make", [counted, bet])
@pytest.mark.parametrize(("beats", "level"), [(0.5, 0.05), (0.5, 0.01), (0.9, 0.05)])
def test_drawn_sequences_are_decided_as_often_as_the_rule_says_and_no_more_often_wrongly(make, beats, level):
    assert suspicious(make(60, beats, level), beats, level) == []


def test_so_are_they_by_the_rules_of_the_suite():
    assert [found for one in of_the_suite() if (found := suspicious(*one, rates=(0.05, 0.5, 0.9, 0.95)))] == []


def peeking(seeds, beats, level):
    """Spoilt: the exact test, asked again after every seed."""
    asked = [counted(n, beats, level) for n in range(1, seeds + 1)]
    return Rule((1, *(one.held_from[-1] for one in asked)), (-1, *(one.fell_to[-1] for one in asked)))


def too_generous(seeds, beats, level):
    """Spoilt: a bet at odds for a lower win rate."""
    return bet(seeds, beats - 0.1, level)


def one_too_few(seeds, beats, level):
    """Spoilt: a win less will do."""
    rule = counted(seeds, beats, level)
    return Rule(tuple(need - 1 for need in rule.held_from), rule.fell_to)


def lenient_level(seeds, beats, level):
    """Spoilt: both errors together are taken for the level of each."""
    return bet(seeds, beats, 4 * level)


@pytest.mark.parametrize("spoilt", [peeking, too_generous, one_too_few, lenient_level])
def test_the_audit_finds_out_a_rule_that_errs_more_often(spoilt):
    assert 0.5 in suspicious(spoilt(60, 0.5, 0.05), 0.5, 0.05)


def test_a_power_that_is_only_said_is_found_out(monkeypatch):
    rule = bet(41, 0.5, 6.2e-5)
    monkeypatch.setattr(Rule, "chances", lambda self, rate: statistics.Chances(1.0, 0.0, np.zeros(42)))
    assert suspicious(rule, 0.5, 6.2e-5, rates=(0.95,)) == [0.95]


# --- timed trials, on a clock that says what it is told ---------------------------------------------------------------


def clocks(ratio, luck=0):
    """Whether the first of two arms takes longer: each blurred by itself, both by what the machine does besides, a drift, and
    now and then a pause that hits one of the two (sittings, repetitions)."""
    rng, shape = np.random.default_rng(luck), (DRAWN, repetitions().seeds)
    drift = np.linspace(0, 0.3, shape[1])
    arms = [np.exp(rng.normal(0, 0.1, shape) + drift) + 5.0 * (rng.random(shape) < 0.005) for _ in range(2)]
    return np.cumsum(ratio * arms[0] >= arms[1], axis=1)[:, -1]


def test_equal_arms_under_noise_are_told_apart_no_more_often_than_the_level_allows_and_unequal_ones_are():
    by = repetitions()
    decided = {ratio: [by.rule.settled(int(w), by.seeds - int(w)) for w in clocks(ratio)] for ratio in (1.0, 2.0, 0.5)}
    assert binom.sf(sum(one != "undecided" for one in decided[1.0]) - 1, DRAWN, 2 * by.alpha) > 1e-6
    assert decided[2.0].count("held") > 0.999 * DRAWN
    assert decided[0.5].count("fell") > 0.999 * DRAWN


def test_a_clock_that_favours_the_second_arm_would_be_noticed():
    by = repetitions()
    decided = [by.rule.settled(int(w), by.seeds - int(w)) for w in clocks(1.2)]
    assert binom.sf(sum(one != "undecided" for one in decided) - 1, DRAWN, 2 * by.alpha) < 1e-6


# --- what is said of it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seeds", "beats", "level"), [(41, 0.5, 6.2e-5), (45, 0.5, 1e-5), (1500, 0.9, 1e-5)])
def test_so_many_seeds_decide_nine_in_ten_of_what_is_true_for_95_seeds_in_100(seeds, beats, level):
    rule = bet(seeds, beats, level)
    assert power(rule, beats) >= ENOUGH
    for rate, place in ((0.95, 0), (0.05, 1)):
        assert audited(rule, rate)[place] / DRAWN == pytest.approx(rule.chances(rate)[place], abs=0.015)


def test_no_count_at_which_a_claim_is_decided_is_so_near_that_rounding_could_tell():
    for rule, beats, level in of_the_suite():
        if rule.seeds < 1000 and rule == counted(rule.seeds, beats, level):
            continue
        stakes = [(grown(n, beats), rule.held_from[n]) for n in range(rule.seeds + 1)]
        near = [abs(stake[place] + log(level)) for stake, need in stakes for place in (need - 1, need) if 0 <= place < len(stake)]
        assert min(near) > 1e-6


def test_weak_trials_are_refused_unless_they_say_why():
    assert [said.partition(", not")[0] for said in trials(seeds=40, alpha=6.2e-5).problems_of([])] == [
        "has 40 seeds, which at the level 6.2e-05 against 0.5 decide 89.8% of what is true for 95% of seeds"
    ]
    assert trials(seeds=40, alpha=6.2e-5, why_weak="so many were recorded").problems_of([]) == []
    assert trials(seeds=41, alpha=6.2e-5).problems_of([]) == []


def test_more_seeds_are_the_same_seeds_and_others_behind_them():
    assert independent_seeds(0, 2000)[:41] == independent_seeds(0, 41)
    assert exp(grown(0, 0.5)[0]) == pytest.approx(1)


def test_trials_that_are_timed_end_with_their_last_repetition_and_err_by_that_test_alone():
    timed, untimed = (trials(seeds=24, alpha=1e-3, timed=each, why_weak="a toy") for each in (True, False))
    need = timed.rule.held_from[-1]
    assert timed.error == pytest.approx(binom.sf(need - 1, 24, 0.5))
    assert untimed.error == error(untimed.rule, 0.5, 1e-3) > error(untimed.rule, 0.5, 0)
