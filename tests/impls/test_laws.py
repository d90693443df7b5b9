"""impls.counting.laws against numbers: what a law comes to, and which of two grows faster."""

from fractions import Fraction
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impls.counting.laws import LOG_K, LOG_N, ONE, D, K, N

SIZES = st.integers(1, 50)
WAYS = st.tuples(*[st.integers(0, 3)] * 3).filter(any)
SEVERAL = st.lists(st.tuples(st.integers(1, 9), *[st.integers(0, 3)] * 3), min_size=1, max_size=4)


def law(terms):
    return sum((c * N**i * D**j * K**h for c, i, j, h in terms), 0 * N)


@given(SIZES, SIZES, SIZES)
def test_a_law_comes_to_what_its_formula_says(n, d, k):
    windows = 6 * N * D**2 + (4 * D + 6) * (N * K - (K**2 - 1) / 4)
    assert windows(n, d, k) == 6 * n * d * d + (4 * d + 6) * (n * k - Fraction(k * k - 1, 4))
    assert (N / K)(n, d, k) == Fraction(n, k)
    assert (LOG_N * N + 1)(n, d, 0) == pytest.approx(n * log2(n) + 1)


@given(SEVERAL, SEVERAL, WAYS)
def test_that_of_two_laws_outgrows_the_other_whose_share_goes_to_nothing(one, other, way):
    one, other = law(one), law(other)

    def share(t):
        sizes = [t**a for a in way]
        return other(*sizes) / one(*sizes)

    far = share(2**80) / share(2**40)  # t squared: a share of t^-1 is multiplied by 2^-40
    assert (one.order(way) > other.order(way)) == (far < 2**-20)


def test_logarithms_decide_among_equal_powers_and_only_where_they_grow():
    n_alone, k_alone = (1, 0, 0), (0, 0, 1)
    assert (N * LOG_N).order(n_alone) > N.order(n_alone) > LOG_N.order(n_alone) > ONE.order(n_alone)
    assert LOG_N.order(k_alone) == ONE.order(k_alone)
    assert (LOG_N / LOG_K).order((1, 0, 1)) == ONE.order((1, 0, 1))


def test_a_law_is_written_as_it_is_read():
    assert [str(law) for law in (4 * N**2 * D - 2 * N + 1, N * D**2 / LOG_N, N / K, LOG_N / LOG_K, ONE)] == [
        "4·n²·d - 2·n + 1", "n·d²/log n", "n/k", "log n/log k", "1",
    ]  # fmt: skip


def test_a_law_to_the_power_0_is_the_law_1():
    assert N**0 == ONE
    assert (N**0).order((1, 0, 0)) == (0, 0)
