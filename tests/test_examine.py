"""Toy claims through the real engines: outcomes, counts, counterexamples, and the same evidence every time."""

import random
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from claims.evidence.codec import NotStorable
from claims.evidence.evidence import Case, as_json
from claims.evidence.profiles import EXPLORE, PROFILES, QUICK, VERDICT, Profile
from claims.evidence.verdict import judge
from claims.kit import ClaimError, Domain, Falsified, cases, claim, exhaustion, holds, reading, search, trials
from claims.kit.domains import reals, seeds, whole
from claims.kit.engines.engine import Happened
from claims.kit.engines.trials import independent_seeds
from claims.kit.examine import entropy_of, examine_reading, examined, put_once, rebuilt
from claims.kit.reading import Reading
from tests import toys


def examine(toy, name="as written", profile=VERDICT, entropy=None):
    """One reading's evidence."""
    return examine_reading(toy, toy.reading(name), profile, entropy)


def examine_all(toy, profile=VERDICT):
    return [examine(toy, one.name, profile) for one in toy.readings]


def steady(found):
    """The evidence as bytes: nothing of it depends on the time that it took."""
    return as_json(found)


@pytest.mark.parametrize("toy", toys.TOYS, ids=lambda toy: toy.id)
def test_a_toy_gets_the_verdict_that_it_must_get(toy):
    assert judge(examine_all(toy)).word == toy.expect


@pytest.mark.parametrize(("toy", "outcome", "words"), [
    (toys.supported, "held", ""),
    (toys.refuted, "fell", "n: 11, must be at most 10"),
    (toys.toothless, "held", ""),
    (toys.crashing, "error", "ValueError: no idea what"),
    (toys.asserting, "error", "AssertionError"),
    (toys.falls_and_crashes, "error", "ValueError: too large"),
    (toys.vacuous, "error", "FailedHealthCheck"),
    (toys.filtered_away, "error", "FailedHealthCheck"),
    (toys.impossible, "error", "Unsatisfiable"),
    (toys.flaky, "error", "every other time"),
    (toys.half_discarded, "held", ""),
    (toys.every_entry_is_a_square, "fell", "8 is no square"),
    (toys.nine_in_ten, "held", "seeds"),
    (toys.a_toss_up, "undecided", "seeds"),
    (toys.open_question, "undecided", "nobody knows about 3"),
    (toys.open_search, "undecided", "nobody knows about"),
    (toys.open_trials, "undecided", "nobody knows about"),
], ids=lambda part: getattr(part, "id", None))  # fmt: skip
def test_the_reading_as_written_of(toy, outcome, words):
    found = examine(toy)

    assert found.outcome == outcome
    assert words in found.why


def test_a_crash_names_the_line_and_no_folder_of_this_machine():
    why = examine(toys.crashing).why

    assert "(tests/toys.py:" in why
    assert "/tests" not in why


def test_a_crash_is_never_stored_as_a_counterexample():
    for toy in (toys.crashing, toys.asserting, toys.falls_and_crashes, toys.flaky):
        assert examine(toy).counterexample is None


def test_what_hypothesis_advises_on_silencing_it_does_not_reach_the_report():
    assert "suppress" not in examine(toys.vacuous).why


def test_a_list_is_gone_through_to_its_end_though_a_case_fell():
    found = examine(toys.every_entry_is_a_square)

    assert (found.cases, found.complete) == (6, True)


def test_one_case_that_falls_outweighs_all_that_cannot_be_told():
    assert examine(toys.open_question, "three and four").why == "four"


def test_a_case_that_cannot_be_told_says_so_when_it_is_run_again():
    assert put_once(toys.open_question.check, {"n": 3}) == ("cannot be told: nobody knows about 3", [])


def test_a_list_is_gone_through_in_order_and_in_all_combinations():
    seen = []

    @claim("toys.pairs", says="x.", teach="x.", expect="supported", by=exhaustion(),
           as_written=reading(a=cases([1, 2]), b=cases("xy"), c=7), holds_for={"one": reading(a=1, b="x", c=7)})  # fmt: skip
    def pairs(a, b, c):
        seen.append((a, b, c))

    examine(pairs)
    assert seen == [(1, "x", 7), (1, "y", 7), (2, "x", 7), (2, "y", 7)]


@pytest.mark.parametrize("engine", [exhaustion(), trials()], ids=lambda engine: engine.name)
def test_an_exception_of_hypothesis_counts_as_an_error_under_every_engine(engine):
    @claim("toys.event", says="x.", teach="x.", expect="undecided", scope="Toys", by=engine,
           as_written=reading(seed=seeds() if engine.name == "trials" else cases([1, 2, 3])),
           holds_for={"one": reading(seed=seeds() if engine.name == "trials" else 1)})  # fmt: skip
    def out_of_place(seed):
        raise hypothesis.errors.InvalidArgument("not here")

    assert examine(out_of_place).outcome == "error"


def test_trials_count_wins_and_stop_once_decided():
    found = examine(toys.nine_in_ten)

    assert 30 < found.wins <= found.cases < found.trials == 60
    assert examine(toys.nine_in_ten, "divisor one").wins == 0
    assert len(found.measured) == found.cases


def test_a_profile_without_trials_runs_none():
    assert examine(toys.nine_in_ten, profile=QUICK).outcome == "not run"


def test_seeds_are_distinct_and_depend_on_the_entropy_alone():
    assert len(set(independent_seeds(1, 1000))) == 1000
    assert independent_seeds(1, 20) == independent_seeds(1, 20)
    assert not set(independent_seeds(1, 1000)) & set(independent_seeds(2, 1000))
    assert all(0 <= seed < 2**63 for seed in independent_seeds(3, 1000))


# --- counterexamples ------------------------------------------------------------------------------------------------


def test_the_counterexample_is_the_smallest_there_is():
    found = examine(toys.qualified)

    assert found.counterexample.arguments == {"n": 11}
    assert found.counterexample.text == {"n": "11"}
    assert found.counterexample.says == found.why == "n: 11, must be at most 10"


def test_the_counterexample_comes_with_its_arithmetic():
    assert examine(toys.qualified).counterexample.shown == [("twice the number", "22")]


def test_the_counterexample_of_a_list_is_the_first_and_is_stored_by_its_place():
    case = examine(toys.every_entry_is_a_square).counterexample

    assert case.arguments == {"n": {"choice": 3}}
    assert rebuilt(toys.every_entry_is_a_square.reading("as written"), case) == {"n": 8}


def test_a_place_in_a_list_is_found_by_identity_for_arrays_have_no_plain_equality_and_true_equals_one():
    @claim("toys.arrays", says="x.", teach="x.", expect="refuted", by=exhaustion(),
           as_written=reading(a=cases([np.zeros(2), 1, True])), holds_for={"one": reading(a=1)})  # fmt: skip
    def is_no_boolean(a):
        holds(not isinstance(a, bool), "a boolean")

    case = examine(is_no_boolean).counterexample
    assert case.arguments == {"a": {"choice": 2}}
    assert rebuilt(is_no_boolean.reading("as written"), case) == {"a": True}


def test_a_counterexample_falls_again_when_rebuilt():
    case = examine(toys.refuted).counterexample

    assert put_once(toys.refuted.check, rebuilt(toys.refuted.reading("as written"), case))[0] == case.says


def test_a_list_through_which_a_flaky_property_went_is_an_error_and_no_counterexample():
    outcomes = iter([True, False, True, True])

    @claim("toys.once", says="x.", teach="x.", expect="undecided", by=exhaustion(),
           as_written=reading(n=cases([1, 2, 3])), holds_for={"one": reading(n=1)})  # fmt: skip
    def falls_once(n):
        holds(next(outcomes), "once")

    assert examine(falls_once).outcome == "error"


def test_a_property_that_changes_its_arguments_is_found_out():
    @claim("toys.changing", says="x.", teach="x.", expect="undecided",
           as_written=reading(numbers=Domain("lists", st.lists(st.integers(0, 9), min_size=1))),
           holds_for={"none": reading(numbers=())})  # fmt: skip
    def changes_its_argument(numbers):
        empty = not numbers
        if numbers:
            numbers.clear()
        holds(empty, "not empty")

    assert examine(changes_its_argument).outcome == "error"


def test_the_tightest_case_is_the_one_nearest_to_failing():
    found = examine(toys.tight)

    assert found.strain == float(f"{found.tightest.arguments['x'] / 20:.4g}"), "the digits that every processor agrees on"
    assert found.strain == 0.5, "target() climbs to the end of the domain"
    assert found.tightest.says == "x"


def test_a_witness_is_stored_with_its_arithmetic_and_needs_no_argument_to_be_rebuilt():
    found = examine(toys.qualified, "a dozen")

    assert (found.engine, found.cases, found.outcome) == ("exhaustion", 1, "fell")
    assert found.counterexample.text == {"n": "12"}
    assert found.counterexample.shown == [("twice the number", "24")]
    assert rebuilt(toys.qualified.reading("a dozen"), found.counterexample) == {"n": 12}


def test_a_witness_that_holds_is_stored_with_its_arithmetic_as_well():
    holding = reading(n=7)
    made = replace(toys.qualified, readings=(*toys.qualified.readings, replace(holding, role="witness", name="seven")))
    found = examine(made, "seven")

    assert (found.outcome, found.counterexample, found.tightest.found_by) == ("held", None, "stored witness")
    assert found.tightest.text == {"n": "7"}
    assert found.tightest.shown == [("twice the number", "14")]


# --- the same evidence every time -----------------------------------------------------------------------------------


@pytest.mark.parametrize("toy", [toys.qualified, toys.tight, toys.half_discarded, toys.nine_in_ten], ids=lambda toy: toy.id)
def test_the_same_evidence_comes_twice_byte_for_byte(toy):
    for one in toy.readings:
        random.seed(None)
        assert steady(examine(toy, one.name)) == steady(examine(toy, one.name))


def recorder():
    """A claim that writes down what is drawn, and the list that it writes to."""
    drawn = []

    @claim("toys.recorder", says="x.", teach="x.", expect="undecided",
           as_written=reading(x=reals(-5, 5)), holds_for={"the same again": reading(x=reals(-5, 5))})  # fmt: skip
    def record(x):
        drawn.append(x)

    return record, drawn


def drawn_for(name="as written", profile=VERDICT, entropy=None):
    toy, drawn = recorder()
    examine(toy, name, profile, entropy=entropy)
    return drawn


def test_another_reading_gets_other_cases():
    assert drawn_for("as written") != drawn_for("the same again")
    assert entropy_of(toys.qualified, Reading({})) != entropy_of(toys.refuted, Reading({}))


def test_trials_of_all_claims_have_the_same_seeds():
    assert entropy_of(toys.nine_in_ten, Reading({})) == entropy_of(toys.nine_in_ten, Reading({}, name="divisor one"))


def test_exploring_with_other_entropy_gets_other_cases():
    assert drawn_for(entropy=1) == drawn_for(entropy=1)
    assert drawn_for(entropy=1) != drawn_for(entropy=2)


def test_exploring_tries_more_and_is_the_one_profile_that_is_not_repeatable():
    assert EXPLORE.effort > VERDICT.effort > QUICK.effort
    assert [name for name, profile in PROFILES.items() if not profile.repeatable] == ["explore"]
    assert [name for name, profile in PROFILES.items() if not profile.may_conclude] == ["quick"]


@pytest.mark.parametrize("toy", [toys.supported, toys.qualified, toys.refuted], ids=lambda toy: toy.id)
def test_a_quick_look_never_concludes(toy):
    assert judge(examine_all(toy, QUICK), QUICK.may_conclude).word == "undecided"


def test_the_cases_do_not_depend_on_which_modules_happen_to_be_loaded(tmp_path, monkeypatch):
    """Hypothesis draws constants from the source of all loaded modules of a checkout: an edit anywhere would change the cases."""
    before = drawn_for()
    (tmp_path / "a_module_full_of_constants.py").write_text(f"A = {[n / 7 for n in range(-30, 30)]}")
    monkeypatch.syspath_prepend(tmp_path)
    import_module("a_module_full_of_constants")
    try:
        assert drawn_for() == before
    finally:
        del sys.modules["a_module_full_of_constants"]


@pytest.mark.parametrize("name", hypothesis.settings._profiles)
def test_the_cases_do_not_depend_on_the_hypothesis_profile_in_force(name):
    before, in_force = drawn_for(), hypothesis.settings.get_current_profile_name()
    hypothesis.settings.load_profile(name)
    try:
        assert drawn_for() == before
    finally:
        hypothesis.settings.load_profile(in_force)


def test_when_and_how_fast_stand_apart_from_the_evidence():
    one = toys.qualified.reading("as written")
    first, second = examined(toys.qualified, one, VERDICT), examined(toys.qualified, one, VERDICT)

    assert first.evidence == second.evidence == examine(toys.qualified)
    assert datetime.now(UTC) - datetime.fromisoformat(first.date) < timedelta(minutes=5)
    assert 0 < first.seconds < 60
    assert first.clocked is None
    assert not {"date", "seconds"} & set(first.evidence.__struct_fields__)


# --- claims that cannot be put to the test --------------------------------------------------------------------------

GOOD = {
    "id": "toys.good", "says": "x.", "teach": "x.", "expect": "supported",
    "as_written": reading(n=whole(0, 9)), "fails_for": {"beyond": reading(n=whole(10, 19))},
}  # fmt: skip
SEEDED = {"as_written": reading(n=1, seed=seeds()), "fails_for": {"beyond": reading(n=10, seed=seeds())}}
BAD = {
    "no control": ({"fails_for": {}}, "has no control"),
    "an amendment and a witness, but no control": (
        {"fails_for": {}, "amended": {"a": reading(n=1)}, "witness": {"w": reading(n=2)}}, "has no control",
    ),
    "no chapter": ({"id": "good"}, "chapter.sentence-like-name"),
    "an unknown verdict": ({"expect": "proved"}, "'proved'"),
    "one name for two readings": ({"amended": {"beyond": reading(n=1)}}, "'beyond'"),
    "an argument left open": ({"as_written": reading()}, "fills in []"),
    "an argument too many": ({"as_written": reading(n=1, m=2)}, "['m', 'n']"),
    "too few cases": ({"by": search(cases=5)}, "5 cases"),
    "a witness that is no single case": ({"witness": {"w": reading(n=cases([1, 2]))}}, "single case"),
    "a list without end": ({"by": exhaustion()}, "no finite list"),
}  # fmt: skip


def test_what_is_written_of_a_claim_stands_in_it():
    written = {
        "id": "toys.good", "says": "It says.", "teach": "Say it.", "expect": "supported", "by": search(cases=300),
        "not_shown": "x", "scope": "Toys", "cites": ("a",), "lines": (1, 2), "figure": len, "uses": ("toys.other",),
        "contrary": ("beyond",), "why_not": {"refuted": "no"}, "asked": "A forum 2019: Why? https://example.org/q",
    }  # fmt: skip

    @claim(as_written=GOOD["as_written"], fails_for=GOOD["fails_for"], **written)
    def check(n): ...

    assert {name: getattr(check, name) for name in written} == written
    assert [(one.role, one.name) for one in check.readings] == [("as written", "as written"), ("fails for", "beyond")]


@pytest.mark.parametrize("place", [0, 1, 2, 3, -1, "1"])
def test_of_a_list_that_case_is_put_again_which_is_stored_by_its_place(place):
    one, case = reading(n=cases((4, 5, 6))), Case(found_by="x", arguments={"n": {"choice": place}}, text={}, says="x")
    if place in (0, 1, 2):
        assert rebuilt(one, case) == {"n": 4 + place}
    else:
        with pytest.raises(NotStorable, match=r"there is no case .* among 3; examine the claim again"):
            rebuilt(one, case)


def test_cases_are_drawn_by_the_same_numbers_as_ever():
    """Other ones would draw other cases for all claims."""
    assert entropy_of(toys.supported, toys.supported.readings[0]) == 7828968837945198
    assert entropy_of(toys.nine_in_ten, toys.nine_in_ten.readings[0]) == 0, "trials have all the same seeds"


@pytest.mark.parametrize("defect", BAD)
def test_a_claim_is_refused_that_has(defect):
    changed, words = BAD[defect]

    with pytest.raises(ClaimError, match=r"tests/test_examine\.py:\d+: claim '.+' ") as caught:

        @claim(**(GOOD | changed))
        def check(n): ...

    assert words in str(caught.value)


@pytest.mark.parametrize(("changed", "words"), [
    ({"by": trials()}, "is decided by trials and does not say where"),
    ({"scope": "Toys", "by": trials(seeds=5)}, "5 seeds, which at the level 1e-05 against 0.5 decide 0.0%"),
    ({"scope": "Toys", "by": trials(), "as_written": reading(n=whole(0, 9), seed=seeds())}, "only the seed open"),
], ids=["no scope", "too few seeds", "more than the seed open"])  # fmt: skip
def test_a_claim_by_trials_is_refused_that_has(changed, words):
    with pytest.raises(ClaimError) as caught:

        @claim(**(GOOD | SEEDED | changed))
        def check(n, seed): ...

    assert words in str(caught.value)


def test_a_claim_by_trials_is_refused_that_has_no_seed():
    with pytest.raises(ClaimError, match="needs an argument seed"):

        @claim(**(GOOD | {"scope": "Toys", "by": trials(), "as_written": reading(n=1), "fails_for": {"beyond": reading(n=10)}}))
        def check(n): ...


def test_a_claim_can_be_called_like_the_function_it_is_made_of():
    toys.supported(3)
    with pytest.raises(Falsified):
        toys.supported(n=11)


def test_a_happening_that_crashed_first_keeps_the_first_reason():
    happened = Happened()
    happened.crashed(ValueError("first"))
    happened.crashed(KeyError("second"))

    assert happened.why.startswith("ValueError: first")


def test_effort_never_rounds_to_no_case_at_all():
    assert examine(toys.toothless, profile=Profile("lazy", effort=1e-9)).cases == 1
