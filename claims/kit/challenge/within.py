"""Whether a value is one of those that a domain speaks of, by the words of the domain: no strategy can be asked that.

Known are finite lists and the domains of `claims.kit.domains`; of any other it cannot be told, and nobody pretends that it can.
"""

import math
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from claims.kit.domain import Domain, name_of
from claims.kit.domains.numbers import LARGEST_SEED

CANNOT_TELL = None
Interval = tuple[float, float]
Why = str | None  # why a value is outside, empty if it is inside, CANNOT_TELL
NUMBER = r"[-+.\de]+"
BOUNDS = rf"(?:\[({NUMBER}), ({NUMBER})\]|({NUMBER}))"
ROUNDED = 1e-5  # of a bound: words have six digits of it


def outside(domain: Domain, value: Any) -> Why:
    """Why the value is none of the domain; empty if it is one; CANNOT_TELL where the domain's words are not known here."""
    if domain.values is not None:
        return "" if any(_same(value, one) for one in domain.values) else f"{_short(value)} is not {domain.words}"
    for pattern, look in _known().items():
        if found := re.fullmatch(pattern, domain.words):
            try:
                return look(value, *_numbers(found.groups()))
            except (TypeError, ValueError, np.linalg.LinAlgError):
                return f"{_short(value)} is none of: {domain.words}"
    return CANNOT_TELL


def _same(value: Any, other: Any) -> bool:
    if value is other:
        return True
    try:
        return type(value) is type(other) and bool(np.all(value == other))
    except (TypeError, ValueError):
        return False


def _numbers(groups: Sequence[str | None]) -> list[Interval]:
    """The bounds in the words, one after another; those of one number are that number."""
    triples = [groups[at : at + 3] for at in range(0, len(groups), 3)]
    return [(float(low or one or "nan"), float(high or one or "nan")) for low, high, one in triples]


def _short(value: Any) -> str:
    line = " ".join(name_of(value).split())
    return line if len(line) <= 60 else f"{line[:60]}…"


def _beyond(what: str, values: Any, bounds: Interval) -> str:
    """Which of the values is not within the bounds, but for how these are rounded in words."""
    low, high = (one + sign * ROUNDED * abs(one) for one, sign in zip(bounds, (-1, 1), strict=True))
    wrong = [float(one) for one in np.ravel(np.asarray(values, float)) if not low <= one <= high]
    return f"{what} {wrong[0]:g} is not within [{bounds[0]:g}, {bounds[1]:g}]" if wrong else ""


def _whole(value: Any, bounds: Interval) -> str:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        return f"{_short(value)} is no whole number"
    return _beyond("the number", value, bounds)


def _real(value: Any, bounds: Interval) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not math.isfinite(value):
        return f"{_short(value)} is no finite number"
    return _beyond("the number", value, bounds)


def _vector(value: Any, size: Interval, entries: Interval) -> str:
    array = np.asarray(value, float)
    return (
        ("" if array.ndim == 1 else "it is no vector")
        or _beyond("its length", len(array), size)
        or _beyond("its entry", array, entries)
    )


def _matrix(value: Any, size: Interval, entries: Interval) -> str:
    array = np.asarray(value, float)
    square = array.ndim == 2 and array.shape[0] == array.shape[1]
    if not square:
        return "it is no square matrix"
    return _beyond("its width", len(array), size) or _beyond("its entry", array, entries)


def _chain(of: Callable[[Any], Any], what: str, some: bool = False) -> Callable[..., str]:
    """Matrices in turn, of which each number that is `of` them lies within bounds, or `some` number, and the others within 0
    and 1."""

    def look(value: Any, length: Interval, bounds: Interval, size: Interval, off: Interval) -> str:
        if why := _beyond("the number of matrices", len(value), length):
            return why
        largest = math.inf if of is _singular else max(off[1], bounds[1])  # whose entries are what the stretches come to
        for one in value:
            if why := _matrix(one, size, (-largest, largest)):
                return why
            numbers = of(np.asarray(one, float))
            found = [_beyond(what, number, bounds) for number in numbers]
            if some:
                found = [min(found)] + [_beyond(what, number, (0, 1)) for number, off in zip(numbers, found, strict=True) if off]
            if any(found):
                return next(filter(None, found))
        return ""

    return look


def _eigen(matrix: Any) -> Any:
    return np.abs(np.linalg.eigvals(matrix))


def _singular(matrix: Any) -> Any:
    return np.linalg.svd(matrix, compute_uv=False)


def _chains() -> dict[str, Callable[..., str]]:
    """One matrix or several, by which of their numbers they are bounded."""
    many = {"one matrix at every step": (1, 1), "1 to 3 matrices in turn": (1, 3)}
    numbers = {
        "every singular value in": _chain(_singular, "the singular value"),
        "every eigenvalue of modulus in": _chain(_eigen, "the modulus of an eigenvalue"),
        "one eigenvalue of modulus in": _chain(_eigen, "the modulus of an eigenvalue", some=True),
    }
    return {
        rf"{words}, {of} {BOUNDS}, width {BOUNDS}, other entries up to {BOUNDS}": partial(_of_length, look, length)
        for words, length in many.items() for of, look in numbers.items()
    }  # fmt: skip


def _of_length(look: Callable[..., str], length: Interval, value: Any, *bounds: Interval) -> str:
    return look(value, length, *bounds)


def _known() -> dict[str, Callable[..., str]]:
    """What is asked of a value, and of the bounds of its domain, by the words of the domain."""
    return {
        rf"whole numbers from {BOUNDS} to {BOUNDS}": lambda value, low, high: _whole(value, (low[0], high[0])),
        rf"real numbers from {BOUNDS} to {BOUNDS}": lambda value, low, high: _real(value, (low[0], high[0])),
        "seeds of a random generator": lambda value: _whole(value, (0, LARGEST_SEED)),
        rf"vectors of {BOUNDS} entries within {BOUNDS}": _vector,
        rf"square matrices {BOUNDS} wide, entries within {BOUNDS}": _matrix,
        **_chains(),
    }
