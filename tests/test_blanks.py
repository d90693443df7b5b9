"""Blanks: numbers in words that are filled in from the evidence."""

from dataclasses import replace

import pytest

from claims.evidence.evidence import ClaimEvidence, ReadingEvidence
from claims.evidence.profiles import VERDICT
from claims.kit import ClaimError, cases, claim, exhaustion, holds, measure, reading, search
from claims.kit.blanks import NOT_MEASURED, BlankError, filled, in_words
from claims.kit.examine import examine_reading
from reports.record.making import make_record
from tests import toys


def seen(name="as written", role="as written", measured=()):
    return ReadingEvidence(name=name, role=role, engine="trials", outcome="held", why="", measured=list(measured))


READINGS = [
    seen(measured=[{"share": 0.25, "at 8": 3.0}, {"share": 0.75, "at 8": 5.0}, {"share": None, "at 8": 4.0}]),
    seen("near miss: one less", "fails for", [{"share": 3e-11}]),
    seen("the gates are open", "amended", [{"share": 1.0}]),
    seen("the gates are closed", "also"),
]


@pytest.mark.parametrize(("text", "came"), [
    ("{median share:.0%} of it", "50 % of it"),
    ("{least share:.2f} to {most share:.2f}", "0.25 to 0.75"),
    ("{sum at 8:.0f} in all", "12 in all"),
    ("{median share | amended:.0%}", "100 %"),
    ("{median share | near miss: one less:.0g}", "3 · 10⁻¹¹"),
    ("{median share | near miss:.0g}", "3 · 10⁻¹¹"),
    ("{median share | also:.0%}", NOT_MEASURED),
    ("h_{t-1} and W_{hh} stay", "h_{t-1} and W_{hh} stay"),
])  # fmt: skip
def test_it_is_filled_in(text, came):
    assert filled(text, READINGS) == came


@pytest.mark.parametrize(("text", "told"), [
    ("{median shere:.0%}", "no 'shere' was measured in “as written”; choose one of at 8, share"),
    ("{median share | the gates:.0%}", "'the gates' is not one reading"),
    ("{median share | holds for:.0%}", "'holds for' is not one reading"),
])  # fmt: skip
def test_one_that_nothing_fits_is_refused(text, told):
    with pytest.raises(BlankError, match="the blank") as problem:
        filled(text, READINGS)
    assert told in str(problem.value)


@pytest.mark.parametrize(("number", "form", "came"), [
    (0.0123, ".1%", "1.2 %"), (1e-17, ".0g", "10⁻¹⁷"), (2.34e12, ".2g", "2.3 · 10¹²"), (164.0, ".0f", "164"),
])  # fmt: skip
def test_numbers_read_as_they_are_printed_in_books(number, form, came):
    assert in_words(number, form) == came


@pytest.mark.parametrize("teach", ["{middle share:.0%}.", "{median share}.", "{median share | nobody:.0%}."])
def test_a_claim_with_a_misshapen_blank_is_refused(teach):
    with pytest.raises(ClaimError, match="blank"):
        claim("toys.blank", says="It is.", teach=teach, expect="supported", as_written=reading(n=1),
              fails_for={"two": reading(n=2)})(lambda n: None)  # fmt: skip


def test_one_that_was_not_measured_is_the_claims_mistake_and_is_told_with_its_line():
    claim = replace(toys.nine_in_ten, teach="{median shere:.0%} of it.")
    seen = ClaimEvidence(id=claim.id, profile="verdict", rests_on="", readings=READINGS)
    with pytest.raises(ClaimError, match=rf"^{claim.defined_at}: .*no 'shere' was measured"):
        make_record([claim], {claim.id: seen}, VERDICT, 0.0)


@pytest.mark.parametrize(
    ("engine", "says"), [(exhaustion(), "from 1 to 2"), (search(cases=20), f"from {NOT_MEASURED} to {NOT_MEASURED}")]
)
def test_the_cases_of_a_finite_list_are_all_there_are_and_those_of_a_search_a_sample_of_nothing(engine, says):
    @claim("toys.measured", says="x.", teach="from {least n:.0f} to {most n:.0f}", expect="supported", by=engine,
           as_written=reading(n=cases([1, 2])), fails_for={"three": reading(n=3)})  # fmt: skip
    def measured(n):
        measure(n=n)
        holds(n < 3, "three")

    assert filled(measured.teach, [examine_reading(measured, one, VERDICT) for one in measured.readings]) == says
