"""A printed figure stands for the numbers that print so."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.kit.facts.printed import Between, as_printed, just_inside, just_outside, printed


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


@pytest.mark.parametrize(("figure", "low", "high"), [
    ("40 to 60", 39.5, 60.5), ("85+", 84.5, float("inf")), ("up to 500", 0, 500.5), ("under 27.3", 0, 27.25),
])  # fmt: skip
def test_may_be_a_range_or_a_bound(figure, low, high):
    assert (as_printed(figure).between.low, as_printed(figure).between.high) == (low, high)


@pytest.mark.parametrize("figure", ["", "a dozen", "12 to", "up to 3+", "under 1 to 2", "-3", "1,000", "12 %", "nan", "inf"])
def test_anything_else_is_refused_with_what_was_given(figure):
    with pytest.raises(ValueError, match=r"is no figure: write it like"):
        as_printed(figure)


@pytest.mark.parametrize(("essay", "source", "agree"), [
    ("23.7", "23.75", True), ("26.3", "26.30", True), ("7", "6", False), ("26.4", "26.36", True), ("~48", "48.7", False),
    ("85+", "82.6", False), ("85+", "89.2", True), ("2 to 3", "7.57", False), ("2 to 3", "2.4", True), ("up to 500", "200", True),
    ("under 27.3", "28.49", False), ("under 27.3", "27.2", True), ("50+", "200+", True), ("200+", "50+", False),
    ("~380", "384", True),
])  # fmt: skip
def test_two_figures_agree_when_the_finer_prints_as_the_coarser(essay, source, agree):
    assert as_printed(essay).agrees_with(as_printed(source)) is agree


@pytest.mark.parametrize(("essay", "source", "cut"), [
    ("~48", "48.7", True), ("23.7", "23.79", True), ("48", "49.0", False), ("40 to 60", "60.9", True),
    ("40 to 60", "39.9", False),
])  # fmt: skip
def test_digits_that_were_dropped_are_told_from_digits_that_were_rounded(essay, source, cut):
    assert as_printed(essay).is_cut_off(as_printed(source)) is cut


@given(
    st.decimals(1, 10_000, places=2, allow_nan=False),
    st.sampled_from(["{}", "~{}", "{}+", "up to {}", "under {}", "{} to 20000.00"]),
)
def test_what_is_just_outside_never_prints_so(number, form):
    figure = form.format(number)

    assert not as_printed(just_outside(figure)).agrees_with(as_printed(figure))
    assert not as_printed(figure).agrees_with(as_printed(just_outside(figure)))


@pytest.mark.parametrize(("figure", "ends"), [
    ("~380", ["375", "385"]), ("26.3", ["26.25", "26.35"]), ("85+", ["84.5"]), ("~30+", ["25"]), ("40 to 60", ["39.5", "60.5"]),
    ("0.4", ["0.35", "0.45"]), ("up to 50", ["50.5"]), ("under 27.3", ["27.25"]),
    ("2.3e19", ["225" + 17 * "0", "235" + 17 * "0"]),
])  # fmt: skip
def test_the_ends_of_what_a_figure_stands_for_print_so(figure, ends):
    assert just_inside(figure) == ends
    assert all(as_printed(figure).agrees_with(as_printed(one)) for one in ends)


@pytest.mark.parametrize("figure", ["65", "~380", "40 to 60", "85+", "~30+", "up to 500", "under 27.3", "under ~85", "2.3e19"])
def test_a_figure_bears_itself_out(figure):
    assert as_printed(figure).agrees_with(as_printed(figure))
