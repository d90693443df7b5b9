"""Which statement a sentence is about, as learned from sentences that say the same."""

import msgspec
import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_softmax

from claims.kit.heard import ASIDE
from reports.record.record import TermRecord
from reports.search import learned as tuned
from reports.search.index import index_of
from reports.search.learned import learned, nearest, taught, vectors
from tests.reports.made import claim, record

GATES = claim("supported", says="A forget gate keeps the cell.", teach="", readings=[], cites=[], id="a.gates")
CELLS = claim("refuted", says="The cell explodes.", teach="", readings=[], cites=[], id="a.cells")
HEARD = {
    "a.gates": ["What was written stays while the gate is open.", "An open gate forgets nothing."],
    "a.cells": ["Activations diverge.", "The cell grows and grows."],
    ASIDE: ["Beam search keeps the best hypotheses.", "The exercises are due on Friday.", "A gate is drawn as a circle."],
}
TERMS = [TermRecord(names=["label smoothing"], claims=[])]


@pytest.fixture(scope="module")
def known():
    return msgspec.structs.replace(record(GATES, CELLS), heard=HEARD, terms=TERMS)


@pytest.fixture(scope="module")
def find(known):
    index, by = index_of(known), learned(known)
    return lambda text, least=1, most=3: nearest(index, by, text, least, most)


def test_a_sentence_is_given_the_statement_that_others_like_it_are_about(find):
    assert find("Activations grow.")[0].id == "a.cells"
    assert find("While it is open, nothing is forgotten.")[0].id == "a.gates"


@pytest.mark.parametrize(
    "text", ["Beam search again.", "We use label smoothing.", "This circle is a gate.", "Nothing at all.", ""]
)
def test_what_no_statement_is_about_is_given_none(find, text):
    assert find(text) == []


def test_the_first_is_near_enough_and_no_more_are_shown_than_asked_for(find):
    (first, *others) = find("An open gate keeps the cell.")

    assert [first, *others] == sorted([first, *others], key=lambda hit: -hit.score)
    assert find("An open gate keeps the cell.", least=first.score) == [first, *others]
    assert find("An open gate keeps the cell.", least=first.score + 1) == []
    assert find("An open gate keeps the cell.", most=1) == [first]


def test_nothing_is_drawn(known):
    assert learned(known).chances("An open gate.") == learned(known).chances("An open gate.")


def test_the_chances_are_those_of_another_optimiser(known, monkeypatch):
    """The same penalised likelihood, which has one maximum, by L-BFGS in float64."""
    monkeypatch.setattr(tuned, "STEPS", 2000)
    monkeypatch.setattr(tuned, "RATE", 0.02)
    by, (texts, abouts) = learned(known), zip(*taught(known), strict=True)
    shown, wanted = vectors(texts, by.words).to_dense().double().numpy(), np.eye(3)[list(abouts)]
    shape = (shown.shape[1] + 1, 3)

    def loss(flat):
        weights, bias = np.split(flat.reshape(shape), [-1])
        return -(wanted * log_softmax(shown @ weights + bias, axis=1)).sum() + tuned.SHRINKS / 2 * (weights**2).sum()

    weights, bias = np.split(minimize(loss, np.zeros(shape).ravel(), method="L-BFGS-B").x.reshape(shape), [-1])
    text = vectors(["Activations grow while the gate is open."], by.words).to_dense().double().numpy()
    expected = np.exp(log_softmax(text @ weights + bias, axis=1))[0]

    assert by.chances("Activations grow while the gate is open.") == pytest.approx(expected, abs=2e-3)
