"""A printed figure stands for the numbers that print so."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.subjects.printed import Between, printed


@pytest.mark.parametrize(("figure", "low", "high"), [
    ("65", 64.5, 65.5), ("27.3", 27.25, 27.35), ("26.30", 26.295, 26.305), ("380", 379.5, 380.5), ("~380", 375, 385),
    ("~3.5", 3.45, 3.55), ("~7", 6.5, 7.5), ("2.3e19", 2.25e19, 2.35e19), ("2.0e19", 1.95e19, 2.05e19),
])  # fmt: skip
def test_reaches_half_a_unit_of_the_last_digit_to_either_side(figure, low, high):
    assert printed(figure) == Between(Fraction(str(low)), Fraction(str(high)))


def test_a_unit_multiplies_both_ends():
    assert printed("~7", unit=24) == Between(Fraction(156), Fraction(180))


@given(st.data())
def test_what_two_numbers_come_to_lies_between_the_ends(data):
    a, b = printed("~380"), printed("65")
    x, y = (data.draw(st.fractions(one.low, one.high)) for one in (a, b))

    for worked_out, ends in ((x - y, a - b), (x / y, a / b), (3 * x, a * 3)):
        assert ends.low <= worked_out <= ends.high
