"""Small matrices of rational numbers, multiplied without rounding.

Every float is a rational number, k/2^m, so `exactly` loses nothing; what follows is done in whole numbers. Meant for
matrices that a reader can check by hand: the numbers of digits grow with every product.

Eigenvalues need not be rational, but what is asked about them can often be asked of the characteristic polynomial, whose
coefficients are: for a 2 x 2 matrix A it is s² - tr(A) s + det(A). So whether the powers of A die out or grow is decided
without rounding, for ρ(A) < 1 and ρ(A) > 1 are.

    Schur (1917), Cohn (1922): where the roots of a polynomial lie, inside the unit circle, on it or beyond it.
    Gelfand (1941): ‖Aᵏ‖^(1/k) → ρ(A), the largest modulus of an eigenvalue, in every norm.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from math import lcm

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


def characteristic(A: Rational) -> list[int]:
    """The coefficients of a multiple of det(z - A), the constant first, by the method of Faddeev and LeVerrier."""
    M, coefficients = A, [Fraction(1)]
    for k in range(1, len(A) + 1):
        c = -trace(M) / k
        coefficients.append(c)
        M = after(A, tuple(tuple(entry + c * (i == j) for j, entry in enumerate(row)) for i, row in enumerate(M)))
    whole = lcm(*(c.denominator for c in coefficients))
    return [int(whole * c) for c in reversed(coefficients)]


def farthest_root(p: Sequence[int]) -> int:
    """Does the root of largest modulus lie inside the unit circle, on it or beyond it: -1, 0 or 1? The constant comes first.

    With p*, the coefficients in reverse, every root z turns into 1/z."""
    p, first, last = list(p), p[0], p[-1]
    mirrored = p[::-1]
    if len(p) == 1:
        return -1
    if abs(first) < abs(last):  # (last·p - first·p*)/z has one root fewer inside, as many on the circle and as many beyond it
        return farthest_root([last * a - first * b for a, b in zip(p, mirrored, strict=True)][1:])
    if p in (mirrored, [-a for a in mirrored]):  # all roots on the circle if and only if the derivative has none beyond it
        return max(0, farthest_root([k * a for k, a in enumerate(p)][1:]))
    return 1  # the moduli multiply to more than 1; or to 1, and not all of them are 1


def against_one(A: Rational) -> int:
    """Is the spectral radius below 1, equal to it or above: -1, 0 or 1?"""
    return farthest_root(characteristic(A))


def spectral_radius(A: Rational, halvings: int = 30) -> float:
    """The largest modulus of an eigenvalue, by halving an interval that holds it, so to as many bits of its largest row sum.

    For a reader. `against_one` decides."""
    p = characteristic(A)
    low, high = Fraction(0), max(sum(map(abs, row), Fraction(0)) for row in A)
    for _ in range(halvings if any(p[:-1]) else 0):
        middle = (low + high) / 2
        r, s = middle.as_integer_ratio()  # p(rz/s), times a power of s
        inside = farthest_root([a * r**k * s ** (len(A) - k) for k, a in enumerate(p)]) < 0
        low, high = (low, middle) if inside else (middle, high)
    return float(high) if any(p[:-1]) else 0.0


def as_text(A: Rational) -> str:
    """On one line: [0 2; 1/8 0]."""
    return "[" + "; ".join(" ".join(map(str, row)) for row in A) + "]"
