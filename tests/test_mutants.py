"""Every guard of an implementation is watched: take it away, and a verdict changes."""

import inspect

import pytest

from claims import every_claim
from impls.attending import attention
from tests.mutants import MUTANTS, Mutant, notices, spoilt, verdict

CLAIMS = {one.id: one for one in every_claim()}
NO_MASK = Mutant("impls.attending.attention.causal_mask", ".tril()", "", "the mask hides nothing", ())
LOST = Mutant("impls.recurrent.lstm.step", "no such text", "", "nothing", ())


@pytest.mark.usefixtures("no_shrinking")
@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # what a spoilt memory is made of
@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_claim_notices_that(mutant, record_property):
    caught = [id for id in mutant.caught_by if notices(CLAIMS[id], mutant)]
    record_property("mutant", f"{mutant}  →  {', '.join(caught)}")

    assert caught, f"nobody noticed that {mutant.breaks}"
    assert caught == list(mutant.caught_by)


def test_there_are_enough_mutants_and_each_is_another():
    assert len({(one.place, one.was, one.now) for one in MUTANTS}) == len(MUTANTS) >= 40
    assert len({one.module for one in MUTANTS}) >= 10


def test_a_spoilt_function_is_whole_again_afterwards():
    before = inspect.unwrap(attention.causal_mask).__code__
    with spoilt(NO_MASK):
        assert attention.causal_mask(2).all()

    assert inspect.unwrap(attention.causal_mask).__code__ is before
    assert not attention.causal_mask(2).all()


def test_a_change_that_fits_nowhere_is_refused():
    with (
        pytest.raises(LookupError, match="0 times"),
        spoilt(Mutant("impls.recurrent.lstm.step", "no such text", "", "nothing", ())),
    ):
        pass


def test_an_unspoilt_claim_gets_the_verdict_that_it_pins():
    assert verdict(CLAIMS["gradients.tanh-saturates"]) == CLAIMS["gradients.tanh-saturates"].expect
