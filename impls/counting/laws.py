"""Exact laws for what is counted, as sums of terms in three sizes n, d and k, and how fast they grow.

A way of growth makes every size a power of one number t: n = t^a, d = t^b, k = t^c. Along it a term nⁱdʲkˡ is t^(ai + bj + cl),
and the largest exponent decides; among equals the one with more logarithms that grow. What is subtracted is left out: in no
law here is it more than half of what it is subtracted from.

    g is O(f) when g/f is bounded along every way. Let f be a single term. Each exponent is linear in (a, b, c), and so is how far
    one lies above another: if a term of g outgrows f at all, it does so where one size grows alone, or where a condition such as
    k ≤ n holds with equality.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import log2, prod

Term = tuple[int, ...]  # the exponents of n, d, k and of their logarithms
Order = tuple[int, int]  # the power of t, and how many logarithms
POWER = ("", "", "²", "³", "⁴")


@dataclass(frozen=True)
class Law:
    """Terms, each with its coefficient."""

    terms: tuple[tuple[Term, Fraction], ...]

    def __call__(self, n: int, d: int, k: int) -> Fraction | float:
        """Exact where there are no logarithms, which are to the base 2."""
        return sum((c * _value(term, (n, d, k)) for term, c in self.terms), Fraction(0))

    def order(self, way: tuple[int, int, int]) -> Order:
        """How fast it grows along a way (a, b, c)."""
        return max(_order(term, way) for term, c in self.terms if c > 0)

    def __add__(self, other: "Law | int | Fraction") -> "Law":
        return _collected((*self.terms, *_law(other).terms))

    def __mul__(self, other: "Law | int | Fraction") -> "Law":
        pairs = ((one, two) for one in self.terms for two in _law(other).terms)
        return _collected((tuple(i + j for i, j in zip(p, q, strict=True)), a * b) for (p, a), (q, b) in pairs)

    def __pow__(self, exponent: int) -> "Law":
        return prod([self] * exponent, start=_law(1))

    def __truediv__(self, other: "Law | int") -> "Law":
        """By a number or a single term."""
        ((term, c),) = _law(other).terms
        return self * Law(((tuple(-i for i in term), 1 / c),))

    def __sub__(self, other: "Law | int | Fraction") -> "Law":
        return self + _law(other) * -1

    __radd__ = __add__
    __rmul__ = __mul__

    def __str__(self) -> str:
        """As in 4·n²·d + 6·n²."""
        return " + ".join(_as_text(term, c) for term, c in sorted(self.terms, reverse=True)).replace("+ -", "- ")


def _value(term: Term, sizes: tuple[int, int, int]) -> Fraction | float:
    """Logarithms are looked at where they occur: log k means nothing where there is no k."""
    powers = prod((Fraction(size) ** i for size, i in zip(sizes, term[:3], strict=True) if i), start=Fraction(1))
    logs = [log2(size) ** i for size, i in zip(sizes, term[3:], strict=True) if i]
    return float(powers) * prod(logs) if logs else powers


def _as_text(term: Term, c: Fraction) -> str:
    powers = dict(zip(("n", "d", "k", "log n", "log d", "log k"), term, strict=True))
    above = [size + POWER[i] for size, i in powers.items() if i > 0]
    below = [size + POWER[-i] for size, i in powers.items() if i < 0]
    return "/".join(["·".join(([str(c)] if c != 1 or not above else []) + above), *below])


def _order(term: Term, way: tuple[int, int, int]) -> Order:
    return sum(i * a for i, a in zip(term[:3], way, strict=True)), sum(i for i, a in zip(term[3:], way, strict=True) if a)


def _law(value: "Law | int | Fraction") -> Law:
    return value if isinstance(value, Law) else Law((((0,) * 6, Fraction(value)),))


def _collected(terms: Iterable[tuple[Term, Fraction]]) -> Law:
    together: dict[Term, Fraction] = {}
    for term, c in terms:
        together[term] = together.get(term, Fraction(0)) + c
    return Law(tuple(sorted((term, c) for term, c in together.items() if c)))


ONE = _law(1)
N, D, K, LOG_N, LOG_D, LOG_K = (Law(((tuple(int(i == j) for j in range(6)), Fraction(1)),)) for i in range(6))
