"""Orders of growth: what is counted, the exact law that it follows, and whether that law is O(f).

The law is compared with traces at small sizes. A polynomial of degree 2 in each size is settled by three values of each; the
others are held out. Then leading terms are compared along every way in which the sizes may grow (impls.counting.laws).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import product
from math import gcd

from claims.kit import Domain, cases, holds, show
from impls.counting.laws import Law

Count = Callable[[int, int, int], int]  # of n tokens, width d, and the kernel's or window's width k
Formula = Callable[[int, int, int], Fraction | float]
Sizes = tuple[tuple[int, int, int], ...]


def sizes(n: Iterable[int], d: Iterable[int], k: Iterable[int] = (0,)) -> Sizes:
    return tuple(product(n, d, k))


SMALL = sizes((1, 2, 3, 5, 8, 12), (1, 2, 3, 5))


@dataclass(frozen=True)
class Entry:
    """What is counted; the law that it must equal at all these sizes; the order that is printed.

    A law that rounds is no sum of terms. `like` is one below it, whose multiple by `within` is above it."""

    name: str
    count: Count
    law: Law | Formula
    printed: Law
    like: Law | None = None
    within: int = 1
    at: Sizes = SMALL

    @property
    def terms(self) -> Law:
        terms = self.law if self.like is None else self.like
        if isinstance(terms, Law):
            return terms
        raise TypeError(f"{self.name}: the law is no sum of terms, so say what it is like")


def less(entry: Entry, printed: Law) -> Entry:
    """The same count under another order."""
    return replace(entry, name=f"{entry.name}, held to O({printed})", printed=printed)


def off_by_one(entry: Entry) -> Entry:
    return replace(entry, law=lambda n, d, k: entry.law(n, d, k) + 1, like=entry.terms)


@cache
def astray(entry: Entry) -> str:
    """Where the count is not what the law says; nothing if it is that everywhere."""
    for n, d, k in entry.at:
        counted, law = entry.count(n, d, k), entry.law(n, d, k)
        if counted != law:
            found = "no path at all" if counted < 0 else f"counted {counted}"
            return f"{entry.name}: {found} at {at(n, d, k)}, not {law}"
        stays_alike(entry, n, d, k)
    return ""


def stays_alike(entry: Entry, n: int, d: int, k: int) -> None:
    share = entry.law(n, d, k) / entry.terms(n, d, k)
    if not 1 - 1e-12 <= share <= entry.within + 1e-12:
        raise ArithmeticError(f"{entry.name}: {share} times what it is to grow like, at {at(n, d, k)}")


def at(n: int, d: int, k: int) -> str:
    return f"n = {n}, d = {d}" + (f", width {k}" if k else "")


@dataclass(frozen=True)
class Way:
    """With a number t grow the tokens, 64·t^a of them, the width 64·t^b, and a kernel or window 8·t^c + 1 wide."""

    a: int
    b: int
    c: int | None = None  # neither kernel nor window

    @property
    def exponents(self) -> tuple[int, int, int]:
        return self.a, self.b, self.c or 0

    def sizes(self, t: int) -> tuple[int, int, int]:
        return 64 * t**self.a, 64 * t**self.b, 0 if self.c is None else 8 * t**self.c + 1

    @property
    def name(self) -> str:
        grown = zip("ndk", *(self.sizes(t) for t in DOUBLINGS), strict=True)
        return "; ".join(f"{size} = {', '.join(map(str, dict.fromkeys(values)))}" for size, *values in grown if any(values))


DOUBLINGS = (1, 2, 4, 8)


def ways(words: str, where: Callable[[int, int, int], bool] = lambda a, b, c: True, wide: bool = False) -> Domain:
    """Each size stays as it is, grows, or grows like a square; with `wide` a kernel or window grows too, but never beyond n."""
    exponents = [
        (a, b, c)
        for a, b, c in product(range(3), range(3), range(3) if wide else (0,))
        if gcd(a, b, c) == 1 and c <= a and where(a, b, c)
    ]
    return cases([Way(a, b, c if wide else None) for a, b, c in sorted(exponents, key=lambda way: (sum(way), way[::-1]))], words)


EVERY_WAY = ways("n and d grow: one alone, both alike, one like the other's square")
WITH_A_WIDTH = ways("n, d and k ≤ n grow: one alone, some alike, some like another's square", wide=True)
N_ALONE = ways("n alone grows", lambda a, b, c: b == c == 0)
D_ALONE = ways("d alone grows", lambda a, b, c: a == c == 0)
N_KEEPS_UP = ways("n and d grow, n as fast as d at least", lambda a, b, c: a >= b)
D_KEEPS_UP = ways("n and d grow, d as fast as n at least", lambda a, b, c: b >= a)


def compared(entry: Entry, way: Way) -> int:
    """-1, 0 or 1: along this way the law grows more slowly than the printed order, like it, or faster. It must be the law."""
    holds(not astray(entry), astray(entry))
    show("sizes", way.name)
    grown = [way.sizes(t) for t in DOUBLINGS]
    for n, d, k in grown:
        stays_alike(entry, n, d, k)
    show(f"{entry.name}, at these sizes", [int(entry.law(*at)) for at in grown])
    show(f"over {entry.printed}", [float(entry.law(*at) / entry.printed(*at)) for at in grown])
    law, printed = entry.terms.order(way.exponents), entry.printed.order(way.exponents)
    return (law > printed) - (law < printed)


def without_bound(entry: Entry, way: Way) -> str:
    return f"{entry.name}: over {entry.printed} it grows without bound when {way.name}"
