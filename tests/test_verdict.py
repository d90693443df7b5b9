"""The judge, row by row of the verdict rule, on evidence made by hand."""

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from claims.evidence.evidence import ReadingEvidence
from claims.evidence.outcomes import MUST_COME_OUT, WORDS
from claims.evidence.verdict import judge, told_from


def seen(role, outcome, **more):
    """One reading's evidence: 200 distinct cases unless told otherwise."""
    given = {"name": f"{role} {outcome}", "engine": "search", "why": "n = 11", "cases": 200, "enough": 100}
    return ReadingEvidence(role=role, outcome=outcome, **(given | more))


HELD, FELL = seen("as written", "held"), seen("as written", "fell")
CAUGHT, SPARED = seen("fails for", "fell"), seen("holds for", "held")
AMENDED, NOT_AMENDED = seen("amended", "held"), seen("amended", "fell")
WITNESS_FELL = seen("witness", "fell", engine="exhaustion", complete=True, cases=1, enough=0)
WITNESS_HELD = seen("witness", "held", engine="exhaustion", complete=True, cases=1, enough=0)

RULE = {
    "it held and a control fell": ("supported", [HELD, CAUGHT]),
    "it held, a control fell and another held": ("supported", [HELD, CAUGHT, SPARED]),
    "it held and so did its witness": ("supported", [HELD, CAUGHT, WITNESS_HELD]),
    "it held, and what an amendment does is beside the point": ("supported", [HELD, CAUGHT, NOT_AMENDED]),
    "it held, but no control fell": ("undecided", [HELD, SPARED]),
    "it fell and an amendment held": ("qualified", [FELL, AMENDED, CAUGHT]),
    "it fell and one amendment of two held": ("qualified", [FELL, NOT_AMENDED, AMENDED, CAUGHT]),
    "only the stored case fell and an amendment held": ("qualified", [HELD, WITNESS_FELL, AMENDED, CAUGHT]),
    "an amendment held, but no control fell": ("undecided", [FELL, AMENDED, SPARED]),
    "it fell and a control held": ("refuted", [FELL, SPARED]),
    "it fell, its amendment fell and a control held": ("refuted", [FELL, NOT_AMENDED, SPARED, CAUGHT]),
    "only the stored case fell and a control held": ("refuted", [HELD, WITNESS_FELL, SPARED]),
    "it fell, but no control held": ("undecided", [FELL, CAUGHT]),
    "it fell, its amendment fell and no control held": ("undecided", [FELL, NOT_AMENDED, CAUGHT]),
    "there is no control": ("undecided", [HELD]),
    "there is no control, only a witness and an amendment": ("undecided", [FELL, AMENDED, WITNESS_FELL]),
    "there is no reading as written": ("undecided", [AMENDED, CAUGHT, SPARED]),
    "there is nothing at all": ("undecided", []),
    "it held, and one control of two did too that must fall": ("undecided", [HELD, CAUGHT, seen("fails for", "held")]),
    "it fell, and one control of two did too that must hold": ("undecided", [FELL, SPARED, seen("holds for", "fell")]),
    "an amendment held, and a control did too that must fall": ("undecided", [FELL, AMENDED, CAUGHT, seen("fails for", "held")]),
}


@pytest.mark.parametrize("row", RULE)
def test_the_verdict_when(row):
    expected, readings = RULE[row]

    assert judge(readings).word == expected


TROUBLES = {
    "a crash": {"outcome": "error", "why": "ValueError: no"},
    "an undecided trial": {"outcome": "undecided", "why": "12 of 20 seeds"},
    "absent hardware": {"outcome": "not run", "why": "no clock"},
    "one case too few": {"outcome": "held", "cases": 99},
    "no case at all": {"outcome": "held", "cases": 0, "enough": 0},
    "no case at all in a complete list": {"outcome": "held", "cases": 0, "complete": True},
    "a third discarded": {"outcome": "held", "cases": 200, "discarded": 100},
    "a third discarded before it fell": {"outcome": "fell", "cases": 2, "discarded": 1},
}
WHOLE = {"supported": [HELD, CAUGHT], "qualified": [FELL, AMENDED, CAUGHT], "refuted": [FELL, SPARED]}


@pytest.mark.parametrize("role", ["as written", "amended", "fails for", "holds for", "witness"])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_nothing_is_decided_beside(trouble, role):
    troubled = seen(role, **(TROUBLES[trouble] | {"name": "the troubled one"}))

    for readings in WHOLE.values():
        verdict = judge([*readings, troubled])
        assert verdict.word == "undecided"
        assert "the troubled one" in verdict.why


@pytest.mark.parametrize("outcome", ["held", "fell", "undecided", "error", "not run"])
@pytest.mark.parametrize("word", WHOLE)
def test_what_was_also_tried_decides_nothing_whatever_came_of_it(word, outcome):
    assert judge([*WHOLE[word], seen("also", outcome)]) == judge(WHOLE[word])


@pytest.mark.parametrize("fine", [
    {"outcome": "held", "cases": 100},
    {"outcome": "held", "cases": 3, "complete": True},
    {"outcome": "fell", "cases": 1},
    {"outcome": "held", "cases": 201, "discarded": 100},
], ids=["just enough cases", "few cases and no others", "a single case that fell", "just under a third discarded"])  # fmt: skip
def test_a_verdict_stands_beside(fine):
    assert judge([*WHOLE["supported"], seen("amended", **fine)]).word == "supported"


@pytest.mark.parametrize("word", WHOLE)
def test_a_run_that_may_not_conclude_only_points_to(word):
    verdict = judge(WHOLE[word], may_conclude=False)

    assert verdict.word == "undecided"
    assert word in verdict.why


def test_the_reason_of_a_refutation_is_the_counterexample():
    assert "n = 11" in judge([FELL, SPARED]).why


def test_the_reason_of_a_qualification_is_the_condition_that_held_and_no_other():
    why = judge([FELL, seen("amended", "held", name="n is odd"), seen("amended", "fell", name="n is even"), CAUGHT]).why

    assert "n is odd" in why
    assert "n is even" not in why


def test_the_reason_of_support_counts_the_cases_as_what_they_are():
    assert "200 distinct cases" in judge([HELD, CAUGHT]).why
    assert "all 7 cases" in judge([seen("as written", "held", cases=7, complete=True), CAUGHT]).why
    assert "18 of 19 seeds" in judge([seen("as written", "held", engine="trials", cases=19, wins=18, enough=0), CAUGHT]).why


def test_the_reason_of_support_by_a_clock_has_no_count_that_would_change_from_run_to_run():
    why = judge([seen("as written", "held", engine="trials", cases=19, wins=18, enough=0, timed=True), CAUGHT]).why

    assert not any(sign.isdigit() for sign in why)


LOOKING_HARD = settings(max_examples=300)  # judging costs next to nothing, and some verdicts are rare among what is drawn
OUTCOMES = ["held", "fell", "undecided", "error", "not run"]


@st.composite
def evidence(draw, outcomes=("held", "fell")):
    """A reading as written and a few others, with all their counts."""
    roles = ["as written", *draw(st.lists(st.sampled_from(["amended", "fails for", "holds for", "witness"]), max_size=6))]
    return [
        seen(
            role, draw(st.sampled_from(outcomes)), name=f"{place}", cases=draw(st.sampled_from([0, 1, 99, 100, 200])),
            discarded=draw(st.sampled_from([0, 0, 0, 50, 100])), complete=draw(st.booleans()),
        )
        for place, role in enumerate(roles)
    ]  # fmt: skip


@st.composite
def sound(draw):
    """Evidence without trouble, whose controls mostly come out as they must, so that every verdict is common."""
    readings = [seen(one.role, one.outcome, name=one.name) for one in draw(evidence())]
    if draw(st.integers(0, 3)):
        return [seen(one.role, MUST_COME_OUT.get(one.role, one.outcome), name=one.name) for one in readings]
    return readings


def fell(readings, *roles):
    return any(one.outcome == "fell" for one in readings if one.role in roles)


def held(readings, *roles):
    return any(one.outcome == "held" for one in readings if one.role in roles)


@LOOKING_HARD
@given(evidence(OUTCOMES) | sound(), st.booleans())
def test_the_same_evidence_gives_the_same_verdict_and_stays_as_it_was(readings, may_conclude):
    before = list(readings)

    assert judge(readings, may_conclude) == judge(list(readings), may_conclude)
    assert readings == before


@LOOKING_HARD
@given(sound(), st.data())
def test_the_order_of_the_readings_does_not_change_the_word(readings, data):
    assert judge(data.draw(st.permutations(readings))).word == judge(readings).word


@LOOKING_HARD
@given(evidence(OUTCOMES) | sound())
def test_every_verdict_is_one_of_four_words_with_a_reason(readings):
    verdict = judge(readings)

    assert verdict.word in WORDS
    assert verdict.why


@LOOKING_HARD
@given(evidence() | sound())
def test_a_verdict_stands_only_if_the_opposite_one_was_reachable(readings):
    word = judge(readings).word
    controls = [one for one in readings if one.role in MUST_COME_OUT]

    assert word != "supported" or fell(controls, "fails for")
    assert word != "refuted" or held(controls, "holds for")
    assert word != "qualified" or (held(readings, "amended") and fell(controls, "fails for"))
    assert word == "undecided" or all(one.outcome == MUST_COME_OUT[one.role] for one in controls)


@LOOKING_HARD
@given(evidence() | sound())
def test_support_and_what_is_not_support_agree_with_the_statement_as_written(readings):
    word = judge(readings).word
    against = fell(readings, "as written", "witness")

    assert word != "supported" or not against
    assert word not in ("qualified", "refuted") or against


@LOOKING_HARD
@given(sound(), st.sampled_from(["error", "undecided", "not run"]), st.integers(0, 10))
def test_an_error_anywhere_leaves_everything_undecided(readings, outcome, place):
    spoilt = place % len(readings)
    readings[spoilt] = seen(readings[spoilt].role, outcome)

    assert judge(readings).word == "undecided"


@LOOKING_HARD
@given(sound(), st.sampled_from(list(MUST_COME_OUT)))
def test_a_misbehaving_control_leaves_everything_undecided(readings, role):
    astray = seen(role, "held" if MUST_COME_OUT[role] == "fell" else "fell")

    assert judge([*readings, astray]).word == "undecided"


@LOOKING_HARD
@given(evidence(OUTCOMES) | sound())
def test_a_run_that_may_not_conclude_never_does(readings):
    assert judge(readings, may_conclude=False).word == "undecided"


@pytest.mark.parametrize("word", ["supported", "qualified", "refuted"])
def test_the_evidence_that_these_tests_draw_reaches(word):
    readings = find(
        sound(), lambda readings: judge(readings).word == word, settings=settings(max_examples=2000, phases=[Phase.generate])
    )

    assert judge(readings).word == word


@pytest.mark.parametrize(("slip", "beside", "told"), [
    ("fell", [HELD, CAUGHT], True), ("fell", [FELL, AMENDED, CAUGHT], True), ("held", [FELL, NOT_AMENDED, SPARED], True),
    ("held", [HELD, CAUGHT], False), ("held", [HELD, NOT_AMENDED, WITNESS_FELL], False), ("fell", [FELL, SPARED], False),
    ("fell", [FELL, NOT_AMENDED, WITNESS_HELD, SPARED], False), ("undecided", [HELD, FELL, AMENDED], False),
])  # fmt: skip
def test_an_altered_sentence_is_told_by_the_statement_and_its_conditions_alone(slip, beside, told):
    assert told_from(seen("altered", slip), beside) is told
