"""Small matrices of rational numbers, multiplied without rounding.

Every float is a rational number, k/2^m, so `exactly` loses nothing; what follows is done in whole numbers. Meant for
matrices that a reader can check by hand: the numbers of digits grow with every product.

The eigenvalues of a 2 x 2 matrix A are the roots of s² - tr(A) s + det(A): they need not be rational, but what is asked
about them can often be asked of the trace and the determinant, which are.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Rational = tuple[tuple[Fraction, ...], ...]  # the rows


def exactly(J: NDArray[np.float64]) -> Rational:
    return tuple(tuple(Fraction(entry) for entry in row) for row in J.tolist())


def after(later: Rational, earlier: Rational) -> Rational:
    """later @ earlier."""
    columns = list(zip(*earlier, strict=True))
    return tuple(
        tuple(sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for column in columns) for row in later
    )


def product(factors: Sequence[Rational]) -> Rational:
    """A_n ... A_1 from factors given earliest first."""
    return reduce(lambda P, A: after(A, P), factors)


def power(A: Rational, exponent: int) -> Rational:
    """By squaring; the exponent is at least 1."""
    if exponent == 1:
        return A
    half = power(after(A, A), exponent // 2)
    return after(A, half) if exponent % 2 else half


def trace(A: Rational) -> Fraction:
    return sum((row[place] for place, row in enumerate(A)), Fraction(0))


def determinant(A: Rational) -> Fraction:
    """Of a 2 x 2 matrix."""
    (a, b), (c, d) = A
    return a * d - b * c


def as_text(A: Rational) -> str:
    """On one line: [0 2; 1/8 0]."""
    return "[" + "; ".join(" ".join(map(str, row)) for row in A) + "]"
