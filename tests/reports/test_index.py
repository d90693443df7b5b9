"""The index: which words are the same, what they weigh, and which statements lead."""

import math

import msgspec
import pytest

from reports.record.record import TermRecord
from reports.search import index as tuned
from reports.search.index import answers, index_of, nearness
from reports.search.words import rules, words
from tests.reports.made import claim, record

GATES = claim("supported", says="A forget gate keeps the cell.", teach="", readings=[], cites=[], id="a.gates")
CELLS = claim("refuted", says="The cell explodes.", teach="", readings=[], cites=[], id="a.cells")
TERMS = [TermRecord(names=["throw away", "leak"], claims=["a.cells", "a.gates"]), TermRecord(names=["beam search"], claims=[])]


@pytest.fixture
def made():
    return index_of(msgspec.structs.replace(record(GATES, CELLS), terms=TERMS))


@pytest.mark.parametrize(("one", "other"), [
    ("vanishing", "vanishes"), ("The parameters", "a parameter"), ("parallelization", "parallelise"), ("modeling", "modelling"),
    ("back-propagation", "backpropagation"), ("BPTT", "back-propagation through time"), ("LSTMs", "long short-term memory"),
    (r"$\mathcal{O}(n^2 d)$", "O(n²d)"), (r"\emph{gates} \cite{cho2014}", "gate"), ("[gates](https://x.y/z)", "gates"),
    ("Schmidhuber’s naïve cell", "Schmidhuber naive cell"), ("encoder–decoder", "seq2seq"), ("in parallel", "at once"),
])  # fmt: skip
def test_what_is_written_otherwise_is_one_word(one, other):
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("gate", "gain"), ("loss", "lost"), ("26.3", "263"), ("100", "1000"), ("memory", "keep"), ("below one", "above one")],
)
def test_what_is_something_else_stays_so(one, other):
    assert words(one) != words(other)


def test_empty_words_tell_nothing():
    assert words("What is it that we have, and why?") == []


def test_a_name_stands_for_one_thing():
    same = rules().same
    assert all(same.get(to, to) == to for to in same.values())


def test_the_weight_of_a_word_is_that_of_bm25(made):
    """By hand: `cell` stands in what both say and in an id, of three places; says has 3 and 2 words, an id one, beside two."""
    rare = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    says, id, b, k = tuned.FIELDS["says"], tuned.FIELDS["id"], tuned.BY_LENGTH, tuned.SATURATES
    usual = (words_in("A forget gate keeps the cell.") + words_in("The cell explodes.")) / 2
    first = says / (1 - b + b * words_in("A forget gate keeps the cell.") / usual)
    second = says / (1 - b + b * words_in("The cell explodes.") / usual) + id
    (word,) = words("cell")

    assert made.weights(word) == {n: round(100 * rare * count / (k + count)) for n, count in enumerate([first, second])}


def words_in(text):
    return len(words(text))


def test_all_words_must_stand_in_an_answer_and_one_that_is_being_typed_may_go_on(made):
    assert [one.id for one in answers(made, "cell")] == ["a.cells", "a.gates"]
    assert [one.id for one in answers(made, "cell forget")] == ["a.gates"]
    assert [one.id for one in answers(made, "cell expl")] == ["a.cells"]
    assert answers(made, "cell zzz") == answers(made, "the") == answers(made, "beam") == []


def test_the_claims_of_a_term_that_is_named_lead_in_its_order(made):
    assert [one.id for one in answers(made, "leak")] == ["a.cells", "a.gates"]
    assert answers(made, "leak")[0].score - answers(made, "leak")[1].score >= tuned.NEXT


def test_a_claim_is_found_by_what_else_it_is_heard_as():
    made = index_of(msgspec.structs.replace(record(GATES, CELLS), heard={"a.cells": ["Activations diverge."]}))

    assert [one.id for one in answers(made, "activation diverges")] == ["a.cells"]
    assert list(nearness(made, "The activations diverge.")) == [1]


def test_a_statement_is_the_nearer_the_less_else_a_text_is_about(made):
    """By hand: of all that the words of a text tell, `gate` and `forget` stand in one of three places, `apples` in none."""
    gate, forget = (made.weights(one)[0] for (one,) in map(words, ("gate", "forget")))
    score, one_has, none_has = gate + forget, math.log(1 + 2.5 / 1.5), math.log(1 + 3.5 / 0.5)

    assert nearness(made, "forget gate") == {0: math.isqrt(score**3 // round(100 * 2 * one_has))}
    assert nearness(made, "forget gate apples") == {0: math.isqrt(score**3 // round(100 * (2 * one_has + none_has)))}
    assert nearness(made, "Nothing at all.") == {}
