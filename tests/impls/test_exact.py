"""impls.counting.exact against numpy, where numbers are small enough for floats to be exact."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from impls.counting import exact

SMALL = arrays(np.float64, (2, 2), elements=st.integers(-9, 9).map(lambda eighths: eighths / 8))


@given(st.lists(SMALL, min_size=1, max_size=4))
def test_a_product_is_numpys_latest_first(factors):
    want = np.linalg.multi_dot([np.eye(2), np.eye(2), *factors[::-1]])
    assert exact.product([exact.exactly(A) for A in factors]) == exact.exactly(want)


@given(SMALL, st.integers(1, 9))
def test_a_power_is_that_many_factors(A, exponent):
    assert exact.power(exact.exactly(A), exponent) == exact.product([exact.exactly(A)] * exponent)


@given(SMALL)
def test_trace_and_determinant_are_sum_and_product_of_the_eigenvalues(A):
    eigenvalues = np.linalg.eigvals(A)
    assert np.isclose(float(exact.trace(exact.exactly(A))), eigenvalues.sum().real)
    assert np.isclose(float(exact.determinant(exact.exactly(A))), eigenvalues.prod().real)


def test_a_float_is_taken_as_the_rational_number_that_it_is():
    assert exact.exactly(np.array([[0.1]])) == ((Fraction(3602879701896397, 36028797018963968),),)


def test_a_matrix_is_written_on_one_line():
    assert exact.as_text(exact.exactly(np.array([[0.0, 2.0], [0.125, -1.0]]))) == "[0 2; 1/8 -1]"
