"""The verbs of a property: what they let pass, and that they need no engine around them."""

import os
import subprocess
import sys
from math import inf, nan

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from claims.evidence.keys import ROOT
from claims.kit import Falsified, at_least, at_most, close, holds, less_than, measure, more_than, rounding, show
from claims.kit.property import listening

FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)


def falls(verb, *arguments):
    """Whether the verb raises Falsified; anything else that it raises passes through."""
    try:
        verb(*arguments)
    except Falsified:
        return True
    return False


@pytest.mark.parametrize("true", [True, 1, [0], np.bool_(True), torch.tensor(True)])
def test_holds_lets_what_is_true_pass(true):
    assert not falls(holds, true, "")


@pytest.mark.parametrize("false", [False, 0, [], None, np.bool_(False), torch.tensor(False)])
def test_holds_says_what_was_found_instead(false):
    with pytest.raises(Falsified, match=r"^seven instead$"):
        holds(false, "seven instead")


@given(FINITE, FINITE, st.floats(0, 100))
def test_close_means_within_the_allowance_and_not_beyond(got, want, within):
    assert falls(close, got, want, within, "x") == (abs(got - want) > within)


@pytest.mark.parametrize(("got", "want"), [(nan, nan), (nan, 0.0), (0.0, nan), (inf, inf), (inf, 0.0), ([1.0, nan], [1.0, nan])])
def test_nothing_is_close_to_nan_nor_infinity_to_itself(got, want):
    assert falls(close, got, want, 1e300, "x")


@pytest.mark.parametrize(("got", "want"), [
    ([1.0, 1.0], 1.0),
    (np.ones((3, 1)), np.ones((1, 3))),
    (np.ones((2, 3)), np.ones(3)),
    (torch.ones(1), torch.ones(())),
    (np.ones((0, 3)), np.ones((3, 0))),
], ids=["a vector and a number", "a column and a row", "a matrix and a row", "one entry and a number", "empty ones"])  # fmt: skip
def test_close_never_broadcasts(got, want):
    with pytest.raises(Falsified, match="shape"):
        close(got, want, inf, "x")


def test_an_allowance_of_zero_means_exactly():
    assert not falls(close, [0.1, 0.2], [0.1, 0.2], 0.0, "x")
    assert falls(close, [0.1, 0.2], [0.1, np.nextafter(0.2, 1)], 0.0, "x")


def test_an_allowance_that_is_nan_allows_nothing():
    assert falls(close, 1.0, 1.0, nan, "x")


def test_one_entry_of_many_is_enough_to_fall():
    wrong = torch.zeros(100, 100)
    wrong[37, 59] = 1e-3

    assert falls(close, wrong, torch.zeros(100, 100), 1e-4, "x")


def test_close_refuses_complex_numbers_rather_than_drop_their_imaginary_part():
    with pytest.raises(TypeError, match="imaginary"):
        close(np.array([1 + 1j]), np.array([1 + 2j]), 0.1, "x")


def test_close_takes_tensors_that_carry_a_gradient():
    assert not falls(close, torch.ones(2, requires_grad=True) * 2, [2.0, 2.0], 0.0, "x")


@given(FINITE, FINITE)
def test_at_most_and_at_least_are_the_two_inequalities(got, bound):
    assert falls(at_most, got, bound, "x") == (got > bound)
    assert falls(at_least, got, bound, "x") == (got < bound)


@given(FINITE, FINITE)
def test_more_than_and_less_than_are_the_strict_ones(got, bound):
    assert falls(more_than, got, bound, "x") == (got <= bound)
    assert falls(less_than, got, bound, "x") == (got >= bound)


@given(FINITE)
def test_as_much_is_neither_more_nor_less(number):
    assert falls(more_than, number, number, "x")
    assert falls(less_than, number, number, "x")


def test_one_bit_is_more():
    assert not falls(more_than, np.nextafter(1.0, 2), 1.0, "x")
    assert not falls(less_than, np.nextafter(1.0, 0), 1.0, "x")


@pytest.mark.parametrize("verb", [at_most, at_least, more_than, less_than])
@pytest.mark.parametrize(("got", "bound"), [(nan, 1.0), (1.0, nan), (nan, nan)])
def test_nan_satisfies_no_inequality(verb, got, bound):
    assert falls(verb, got, bound, "x")


@given(FINITE, FINITE, st.floats(0, 100))
def test_an_inequality_may_be_missed_by_what_is_allowed_for_rounding_and_not_by_more(got, bound, within):
    assert falls(at_most, got, bound, "x", within) == (got > bound + within)
    assert falls(at_least, got, bound, "x", within) == (got < bound - within)


def test_infinity_exceeds_every_bound_but_itself():
    assert falls(at_most, inf, 1e308, "x")
    assert falls(at_least, -inf, -1e308, "x")
    assert not falls(at_most, inf, inf, "x")
    assert falls(more_than, inf, inf, "x")
    assert not falls(more_than, inf, 1e308, "x")


@pytest.mark.parametrize(("verb", "arguments", "words"), [
    (close, (2.0, 1.0, 0.5), ["x", "off by 1", "allowed 0.5"]),
    (at_most, (2.0, 1.0), ["x", "2", "at most 1"]),
    (at_least, (1.0, 2.0), ["x", "1", "at least 2"]),
    (more_than, (1.0, 2.0), ["x", "1", "more than 2"]),
    (more_than, (2.0, 2.0), ["x: 2.0, must be more than 2.0"]),
    (less_than, (2.0, 1.0), ["x", "2", "less than 1"]),
])  # fmt: skip
def test_a_falsification_says_what_was_got_and_what_was_wanted(verb, arguments, words):
    with pytest.raises(Falsified) as caught:
        verb(*arguments, "x")

    assert [word for word in words if word not in str(caught.value)] == []


@given(st.integers(0, 10))
def test_a_property_runs_under_plain_given_with_every_verb(n):
    show("n", n)
    measure(n=n)
    close(n, n + 0.5, 1.0, "n")
    close(n, n + 0.25, 1.0, "n")
    at_most(n, 10, "n")
    at_least(n, 0, "n")
    more_than(n, -1, "n")
    less_than(n, 11, "n")


def test_a_property_falls_under_plain_given():
    @given(st.integers(0, 10))
    def all_are_below_ten(n):
        at_most(n, 9, "n")

    with pytest.raises(Falsified, match="n: 10, must be at most 9"):
        all_are_below_ten()


def test_a_listener_hears_the_largest_strain_and_what_it_came_from():
    with listening() as seen:
        at_most(1, 4, "a quarter")
        at_most(3, 4, "three quarters")
        at_least(10, 5, "a half")

        more_than(5, 3, "three fifths")
        less_than(7, 10, "seven tenths")

    assert (seen.strain, seen.strained_by) == (0.75, "three quarters")


def test_a_listener_hears_the_strain_of_a_strict_inequality():
    with listening() as seen:
        less_than(9, 10, "nine tenths")
        more_than(5, 3, "three fifths")

    assert (seen.strain, seen.strained_by) == (0.9, "nine tenths")


@pytest.mark.parametrize("put", [
    lambda: close(0.0, 0.0, 0.0, "x"), lambda: at_most(-1.0, 0.0, "x"), lambda: at_least(0.0, -1.0, "x"), lambda: holds(True, ""),
    lambda: close(0.0, 1e-16, 1e-15, "x"), lambda: at_most(1e-16, 0.0, "x", 1e-15), lambda: at_least(1e-16, 0.0, "x", 1e-15),
], ids=["no allowance", "a bound of zero", "nothing to share", "no number",
        "rounding in place of an equality", "rounding beyond zero", "rounding below zero"])  # fmt: skip
def test_there_is_no_strain_where_there_is(put):
    with listening() as seen:
        put()

    assert seen.strain is None


def test_listeners_do_not_hear_each_other():
    with listening() as outer:
        with listening() as inner:
            show("x", 1)
            measure(y=2)
        show("z", 3)

    assert (inner.shown, inner.measured) == ([("x", 1)], {"y": 2.0})
    assert (outer.shown, outer.measured) == ([("z", 3)], {})


def test_a_measured_number_that_json_lacks_is_kept_as_nothing():
    with listening() as seen:
        measure(loss=nan, ratio=inf, accuracy=0.5)

    assert seen.measured == {"loss": None, "ratio": None, "accuracy": 0.5}


@given(st.floats(1, 1e6), st.floats(0, 1e6))
def test_the_rounding_allowance_grows_with_operations_and_size_and_is_never_zero(operations, scale):
    assert rounding(operations) > 0
    assert rounding(operations + 1, scale) >= rounding(operations, scale) >= rounding(operations)


def test_the_verbs_work_when_python_throws_asserts_away():
    program = """
from claims.kit import Falsified, at_least, at_most, close, holds, less_than, more_than
for verb, arguments in [(holds, (False, "x")), (close, (1, 2, .5, "x")), (at_most, (2, 1, "x")), (at_least, (1, 2, "x")),
                        (less_than, (1, 1, "x")), (more_than, (1, 1, "x"))]:
    try:
        verb(*arguments)
    except Falsified:
        print("fell")
"""
    run = subprocess.run(
        [sys.executable, "-O", "-c", program], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )

    assert run.stdout.split() == ["fell"] * 6
