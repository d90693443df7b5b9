"""impls.counting.exact against numpy, where numbers are small enough for floats to be exact."""

from fractions import Fraction
from math import lcm

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from impls.counting import exact

EIGHTHS = st.integers(-9, 9).map(lambda eighths: eighths / 8)
SMALL = arrays(np.float64, (2, 2), elements=EIGHTHS)


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


WIDER = st.integers(1, 3).flatmap(lambda d: arrays(np.float64, (d, d), elements=EIGHTHS))


@given(WIDER)
def test_the_characteristic_polynomial_has_the_eigenvalues_for_roots(A):
    want = np.polynomial.polynomial.polyfromroots(np.linalg.eigvals(A))
    found = exact.characteristic(exact.exactly(A))
    assert np.allclose(np.array(found) / found[-1], want.real, atol=1e-9)


# Factors with their roots known: z - m and z² - 2m cos(α) z + m², whose roots are m·e^(±iα).
ON_THE_WAY = st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(7, 8), Fraction(1), Fraction(9, 8), Fraction(2)])
REAL = st.builds(lambda m, sign: (m, [-sign * m, Fraction(1)]), ON_THE_WAY, st.sampled_from([1, -1]))
PAIR = st.builds(lambda m, cosine: (m, [m * m, -2 * m * cosine, Fraction(1)]), ON_THE_WAY, st.fractions(-1, 1, max_denominator=8))


def multiplied(p, q):
    product = [Fraction(0)] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            product[i + j] += a * b
    return product


@given(st.lists(REAL | PAIR, min_size=1, max_size=4), st.fractions(-3, 3).filter(bool))
def test_the_farthest_root_is_placed_without_rounding(factors, scale):
    p = [scale]
    for _, factor in factors:
        p = multiplied(p, factor)
    whole = lcm(*(a.denominator for a in p))
    largest = max(modulus for modulus, _ in factors)
    assert exact.farthest_root([int(whole * a) for a in p]) == (largest > 1) - (largest < 1)


@given(WIDER)
def test_the_spectral_radius_is_numpys_but_for_defective_matrices(A):
    found, numpys = exact.spectral_radius(exact.exactly(A)), np.abs(np.linalg.eigvals(A)).max()
    assert np.isclose(found, numpys, rtol=1e-4, atol=1e-4)  # where eigenvalues fall together numpy has a third of its digits


def test_a_defective_matrix_is_not_misread():
    nearly, defective = Fraction(2**40 - 1, 2**40), np.eye(3) + np.eye(3, k=1)
    below = [[float(nearly) if i == j else entry for j, entry in enumerate(row)] for i, row in enumerate(defective.tolist())]
    assert exact.against_one(exact.exactly(defective)) == 0
    assert exact.against_one(exact.exactly(np.array(below))) == -1


def test_a_float_is_taken_as_the_rational_number_that_it_is():
    assert exact.exactly(np.array([[0.1]])) == ((Fraction(3602879701896397, 36028797018963968),),)


def test_a_matrix_is_written_on_one_line():
    assert exact.as_text(exact.exactly(np.array([[0.0, 2.0], [0.125, -1.0]]))) == "[0 2; 1/8 -1]"
