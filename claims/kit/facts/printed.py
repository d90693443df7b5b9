"""Figures as they are printed: each stands for every number that prints so.

    26.3        26.25 to 26.35: half a unit of the last digit to either side
    ~380        375 to 385: final zeros after ~ are taken for a round number
    40 to 60    39.5 to 60.5
    85+         84.5 or more
    up to 500   500.5 or less
    under 27.3  27.25 or less

What is worked out from figures here rises or falls with each of them, so it is smallest and largest at the ends of what they
stand for: two ends settle all the numbers between.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import inf, isinf, log2

_NUMBER = r"~?\d+(?:\.\d+)?(?:e\d+)?"
_FIGURE = re.compile(rf"(?P<bound>up to |under )?(?P<first>{_NUMBER})(?: to (?P<last>{_NUMBER})|(?P<more>\+))?")
End = Fraction | float  # a float is an infinity: there is no end on that side


@dataclass(frozen=True)
class Between:
    """Every number from `low` to `high`, all of them positive where they are multiplied or divided."""

    low: Fraction
    high: End

    @property
    def name(self) -> str:
        return f"{float(self.low):.5g} to {float(self.high):.5g}"

    @property
    def width(self) -> End:
        return self.high - self.low

    @property
    def doublings(self) -> tuple[float, float]:
        """Both ends as powers of 2."""
        return log2(self.low), log2(self.high)

    def __sub__(self, other: "Between") -> "Between":
        return Between(self.low - Fraction(other.high), self.high - other.low)

    def __mul__(self, times: int) -> "Between":
        return Between(self.low * times, self.high * times)

    def __truediv__(self, other: "Between") -> "Between":
        return Between(self.low / Fraction(other.high), self.high / other.low)

    def __contains__(self, number: End) -> bool:
        return self.low <= number <= self.high


@dataclass(frozen=True)
class Printed:
    """A figure: the `ends` that are printed, the numbers `between` which print so, and a unit of the last `digit`."""

    ends: tuple[End, ...]
    between: Between
    digit: Fraction

    def __mul__(self, unit: Fraction) -> "Printed":
        """The same in a unit so many times smaller."""
        between = Between(self.between.low * unit, self.between.high * unit)
        return Printed(tuple(end * unit for end in self.ends), between, self.digit * unit)

    def agrees_with(self, other: "Printed") -> bool:
        """Whether the finer of two figures is one of the numbers that the coarser stands for: 23.75 is printed 23.7 or 23.8.
        Between two lower bounds the other may be the higher: 200+ bears out 50+. “Under 50” is borne out by itself, though not
        by a bare 50, where it ends."""
        if self == other:
            return True
        narrow, wide = (other, self) if other.between.width <= self.between.width else (self, other)
        return all(end in wide.between for end in narrow.ends)

    def is_cut_off(self, other: "Printed") -> bool:
        """Whether this is the other figure with its last digits dropped instead of rounded: 48 for 48.7."""
        return all(self.ends[0] <= end < self.ends[-1] + self.digit for end in other.ends)


def as_printed(figure: str) -> Printed:
    """Read a figure; ValueError if it is none."""
    found = _FIGURE.fullmatch(figure)
    if found is None or (found["bound"] and (found["last"] or found["more"])):
        raise ValueError(f"{figure!r} is no figure: write it like 26.3, ~380, 40 to 60, 85+, up to 500 or under 27.3")
    first, digit = _read(found["first"])
    last = _read(found["last"])[0] if found["last"] else first
    low, high = first - digit / 2, last + digit / 2
    if found["more"]:
        return Printed((first, inf), Between(low, inf), digit)
    if found["bound"]:
        return Printed((Fraction(0), first), Between(Fraction(0), low if found["bound"] == "under " else high), digit)
    return Printed((first,) if first == last else (first, last), Between(low, high), digit)


def printed(figure: str, unit: int = 1) -> Between:
    """The numbers, in that unit, that print so: 65 is 64.5 to 65.5, both ends included, since customs differ on halves."""
    return (as_printed(figure) * Fraction(unit)).between


def just_outside(figure: str, above: bool = False) -> str:
    """The nearest number of as many digits that would be printed otherwise: below, or `above`, as where nothing is below."""
    found = as_printed(figure)
    low, high = (Decimal(end.numerator) / end.denominator for end in (Fraction(found.ends[0]), _last_finite(found)))
    digit = Decimal(found.digit.numerator) / found.digit.denominator
    return _digits(low - digit if low > digit and not above else high + digit)


def just_inside(figure: str) -> list[str]:
    """The smallest and the largest number that it stands for, where there is one: 375 and 385 for ~380, 84.5 for 85+."""
    ends = (as_printed(figure).between.low, as_printed(figure).between.high)
    return [_digits(Decimal(end.numerator) / end.denominator) for end in ends if isinstance(end, Fraction) and end > 0]


def _digits(number: Decimal) -> str:
    return str(number).replace("E+", "e")


def _last_finite(figure: Printed) -> Fraction:
    return Fraction(next(end for end in reversed(figure.ends) if not isinf(end)))


def _read(number: str) -> tuple[Fraction, Fraction]:
    """A number and a unit of its last digit; final zeros count as digits unless it is marked as rounded."""
    decimal = Decimal(number.removeprefix("~"))
    exact = decimal.normalize() if number.startswith("~") else decimal
    return Fraction(decimal), Fraction(10) ** int(exact.as_tuple().exponent)
