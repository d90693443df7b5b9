"""Formulas to turn by hand: they say what they are, and their tables say what they come to."""

import re

import pytest

from claims import every_claim
from claims.texts import the_text
from reports.pages.explore import CURVES, power_of_ten
from reports.pages.pages import Pages
from reports.pages.render import asset
from tests.reports.made import claim, record

BY_ID = {one.id: one for one in CURVES}


@pytest.mark.parametrize(("curve", "at", "x", "value"), [
    ("radius", {"rho": 0.5}, 2, 0.25), ("radius", {"rho": 1.0}, 100, 1.0), ("gain", {"w": 2, "T": 3}, 0, 8.0),
    ("gain", {"w": 1, "T": 1}, 0.5, 0.786447733), ("forget", {"b": 0}, 3, 0.125), ("forget", {"b": 1}, 1, 0.731058579),
])  # fmt: skip
def test_a_formula_comes_to_what_it_says(curve, at, x, value):
    assert 10 ** BY_ID[curve].power(at, x) == pytest.approx(value)


def test_numbers_of_unusual_size_are_powers_of_ten():
    assert [power_of_ten(power) for power in (0, -1, -9.4, 30, 3.5)] == ["1", "0.1", "4.0·10^-10", "1.0·10^30", "3.2·10^3"]


def test_the_page_says_that_it_is_no_evidence_and_can_be_read_without_a_script():
    page = Pages(record(claim("qualified", id="gradients.eigenvalues-below-one-vanish")), {}, {}).explore()

    assert "no evidence" in page
    assert "<td>7.9·10<sup>-31</sup></td>" in page, "0.5 to the power of 100"
    assert "claims/gradients.eigenvalues-below-one-vanish.html" in page
    assert "gradients.tanh-saturates" not in page, "it is not of this record"


def test_the_script_has_a_formula_for_every_curve_and_every_slider():
    for one in CURVES:
        assert re.search(
            rf"^  {one.id}: \(\{{ {', '.join(each.name for each in one.sliders)} \}}, \w\) =>", asset("explore.js"), re.M
        )


def test_the_claims_concerned_are_claims_that_there_are():
    formulas = the_text().about.formulas
    assert {id for ids in formulas.values() for id in ids} <= {one.id for one in every_claim()}
    assert set(formulas) == {one.id for one in CURVES}
