"""Two routes to one answer: of each case, drawn from a claim's own readings, its check and its second oracle say the same."""

import importlib
from contextlib import suppress

import hypothesis
import msgspec
import pytest
from hypothesis import HealthCheck, Phase

import claims
from claims.catalogue import catalogue
from claims.kit import Falsified
from claims.texts import the_text
from reports.record.oracles import ORACLES as VOCABULARY
from reports.record.oracles import is_mathematical, read_crossed, rests_of, summed
from tests.oracles import BY, SECOND, NotMine
from tests.reports import made

CLAIMS = {one.id: one for one in claims.every_claim()}
CROSSED = read_crossed(the_text().folder / "crossed.toml", CLAIMS)
RESTS = rests_of(CLAIMS.values(), CROSSED)
DECIDED = [
    id for id, rests in RESTS.items()
    if CLAIMS[id].expect in ("supported", "refuted")
    and is_mathematical(CLAIMS[id].by.name, rests.check, the_text().about.chapter(CLAIMS[id].chapter))
]  # fmt: skip
CASES = 2  # of each reading, and three times as many of the one that is claimed


def falls(claim, arguments):
    with suppress(Falsified):
        claim.check(**arguments)
        return False
    return True


def both_answers(claim, one):
    """What the second oracle and the check say of cases of a reading, where the former has an opinion."""
    found = []

    @hypothesis.settings(
        max_examples=CASES * (3 if one.role == "as written" else 1), phases=[Phase.generate], database=None, deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )  # fmt: skip
    @hypothesis.seed(len(one.name))
    @hypothesis.given(**{name: domain.strategy for name, domain in one.arguments.items()})
    def put(**arguments):
        with suppress(NotMine):
            found.append((bool(SECOND[claim.id](**arguments)), falls(claim, arguments), arguments))

    put()
    return found


def answers(claim):
    """By the reading's role and name; an altered sentence is another one, and a witness stands among what was drawn for."""
    asked = [one for one in claim.readings if one.check is None and one.role not in ("witness", "altered")]
    return {(one.role, one.name): both_answers(claim, one) for one in asked}


def test_oracles_are_summed_up_with_the_claims_that_two_of_them_decide():
    one, two, *_ = VOCABULARY
    given = [
        made.claim("supported", id="gradients.a", oracles=[one, two], crossed=[two]),
        made.claim("refuted", id="gradients.b", oracles=[two]),
        made.claim("refuted", id="gradients.d", oracles=[two], crossed=[two]),
        made.claim("supported", id="gradients.c", by="trials", oracles=[two]),
        made.claim("supported", "libraries", id="libraries.a", oracles=[two], crossed=[two]),
        made.claim("qualified", id="gradients.e", oracles=[one, two], crossed=[one]),
    ]
    names = {one: "the first", two: "the second"}
    found = summed(msgspec.structs.replace(made.record(*given), oracles=names))
    assert [(row.name, row.says, row.claims, row.crossed) for row in found.rows] == [
        (two, "the second", 6, 3), (one, "the first", 2, 1)
    ]  # fmt: skip
    assert (found.decided, found.crossed) == (3, 1)


@pytest.mark.parametrize("id", sorted(SECOND))
def test_a_claim_and_its_second_oracle_say_the_same_of_each_case(id):
    found = answers(CLAIMS[id])

    assert [(one, case) for one, some in found.items() for theirs, ours, case in some if theirs != ours] == []
    assert found["as written", "as written"], "it has no opinion on what is claimed"
    assert {ours for some in found.values() for _, ours, _ in some} == {True, False}, "it says the same of everything"


def nearly(found):
    """The same numbers, off by one part in 10⁸."""
    return type(found)(map(nearly, found)) if isinstance(found, tuple | list) else found * (1 + 1e-8)


SPOILT = {  # what a check asks, and how it is spoilt
    ("gradients.chain-of-jacobians", "gradients.chain_rule", "by_autograd"): nearly,
    ("gradients.parameter-gradient-sums-the-steps", "gradients.chain_rule", "parameters_by_autograd"): nearly,
    ("gradients.tanh-saturates", "gradients.remedies", "slope_of"): lambda slope: slope + 1e-9,
    ("gradients.clipping-does-not-restore-flow", "gradients.clipping", "shares"): lambda shares: 0 * shares,
    ("forgetting.lstm-equations", "forgetting.cell", "torch_lstm"): nearly,
    ("forgetting.chain-of-gates", "forgetting.chain", "fewest_gates"): lambda gates: gates - 1,
    ("gated.bidirectional-both-sides", "gated.bidirectional", "by_torch"): nearly,
    ("attention.solved-bottleneck", "attention.mechanism", "without_the_final_state"): lambda found: (0 * found[0], found[1]),
    ("promise.state-sees-only-the-prefix", "promise.equations", "first_states"): lambda states: 0 * states,
    ("interview.bigger-state-same-path", "interview.wider", "path"): lambda length: 7,
    ("asked.corpus-bleu-is-no-mean", "asked.averages", "whole"): lambda score: 50.0,
}  # fmt: skip


@pytest.mark.parametrize(("id", "module", "name"), SPOILT, ids=[id for id, _, _ in SPOILT])
def test_a_check_that_asks_a_spoilt_oracle_is_contradicted(id, module, name, monkeypatch):
    home = importlib.import_module(f"claims.rnns.{module}")
    right, spoil = getattr(home, name), SPOILT[id, module, name]
    monkeypatch.setattr(home, name, lambda *args, **more: spoil(right(*args, **more)))

    assert [case for some in answers(CLAIMS[id]).values() for theirs, ours, case in some if theirs != ours]


def test_what_is_supported_or_refuted_in_mathematics_has_a_second_oracle_of_another_kind():
    assert len(DECIDED) > 50
    assert [id for id in DECIDED if id not in SECOND] == []
    assert [id for id in DECIDED if not set(RESTS[id].crossed) - set(RESTS[id].check)] == []


def test_the_table_says_which_oracles_there_are():
    written = {id: sorted(set(names), key=list(VOCABULARY).index) for id, names in BY.items()}
    assert {one.id: written[one.id] for one in catalogue().entries if one.id in written} == CROSSED
    assert list(CROSSED) == [one.id for one in catalogue().entries if one.id in CROSSED], "it is in the order of the text"


@pytest.mark.parametrize(
    ("id", "asked"),
    [
        ("gradients.chain-of-jacobians", ["automatic differentiation"]),
        ("gated.gru-smaller-faster", ["torch's layers"]),  # a field of its pairs is called like a module that asks more
        ("gated.still-sequential", ["trace"]),
        ("promise.any-length-one-size", ["carried out"]),
        ("libraries.one-start", ["recorded answers"]),
        ("gradients.clipping-stabilises", ["trials"]),
    ],
)
def test_what_a_check_asks_is_read_off_the_source(id, asked):
    assert rests_of([CLAIMS[id]], {})[id].check == RESTS[id].check == asked


def test_facts_rest_on_sources_and_are_no_mathematics():
    facts = [id for id, claim in CLAIMS.items() if claim.fact]
    assert {name for id in facts for name in RESTS[id].check} == {"printed source"}
    assert set(facts).isdisjoint(DECIDED)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('"a.b" = "on paper"', 'Expected `array`, got `str`.*; a row is "id" = '),
        ('"a.b" = ["by heart"]', "a.b names the oracle 'by heart'; choose one of carried out, "),
        ('"a.c" = ["on paper"]', "there is no claim 'a.c'; name one that there is"),
    ],
)
def test_a_row_with_a_mistake_is_told_with_its_file(tmp_path, row, told):
    file = tmp_path / "crossed.toml"
    file.write_text(row, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"crossed\.toml: .*{told}"):
        read_crossed(file, {"a.b"})
