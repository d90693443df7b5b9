"""Matrices whose spectrum is known because they were built from it.

Computed eigenvalues misread defective matrices (a Jordan block of .9 reads .993 at width 16), so nothing here is filtered
by an eigenvalue routine. Entries lie on a grid of eighths, on which small counterexamples are also legible ones.

A strategy that a case draws by the way is made once and kept: Hypothesis looks at each new one for longer than it draws. And
what a case does not use is not drawn: else the search would take many draws of one case for many cases.
"""

from functools import cache
from math import ceil, floor
from typing import Any

import numpy as np
from hypothesis import strategies as st

from claims.kit.domain import domain

Interval = tuple[float, float]
EIGHTHS = 8


@domain("vectors of {size} entries within {entries}")
def vectors(size: Interval = (1, 4), entries: Interval = (-2, 2)) -> st.SearchStrategy[np.ndarray]:
    """Real vectors on the grid of eighths. ValueError where `entries` are the wrong way round."""
    _in_order(entries)
    return st.integers(int(size[0]), int(size[1])).flatmap(lambda d: grid((d,), entries))


@domain("square matrices {size} wide, entries within {entries}")
def matrices(size: Interval = (1, 3), entries: Interval = (-2, 2)) -> st.SearchStrategy[np.ndarray]:
    """Real square matrices on the grid of eighths. ValueError as for `vectors`."""
    _in_order(entries)
    return st.integers(int(size[0]), int(size[1])).flatmap(lambda d: grid((d, d), entries))


def _in_order(entries: Interval) -> None:
    if not entries[0] <= entries[1]:
        raise ValueError(f"entries={entries}; write the lower end first")


def chains(
    *,
    every_eigenvalue: Interval | None = None,
    some_eigenvalue: Interval | None = None,
    every_singular_value: Interval | None = None,
    size: Interval = (1, 3),
    repeat: bool = False,
    off_diagonal: float = 2,
) -> Any:
    """A period of square matrices that is repeated for ever; with `repeat` the period is one matrix.

    `every_eigenvalue` bounds all moduli, `some_eigenvalue` one modulus only (the others lie within [0, 1]),
    `every_singular_value` all singular values. Give one of them."""
    factors = "one matrix at every step" if repeat else "1 to 3 matrices in turn"
    if every_singular_value is not None:
        return _chains(f"{factors}, every singular value in", every_singular_value, size, _with_singular_values, repeat, 0)
    if some_eigenvalue is not None:
        return _chains(
            f"{factors}, one eigenvalue of modulus in", some_eigenvalue, size, _with_one_eigenvalue, repeat, off_diagonal
        )
    if every_eigenvalue is None:
        raise TypeError("chains() needs every_eigenvalue=, some_eigenvalue= or every_singular_value=")
    return _chains(f"{factors}, every eigenvalue of modulus in", every_eigenvalue, size, _with_eigenvalues, repeat, off_diagonal)


@domain("{what} {bounds}, width {size}, other entries up to {off_diagonal}")
def _chains(what: str, bounds: Interval, size: Interval, make: Any, repeat: bool, off_diagonal: float) -> Any:
    length = st.just(1) if repeat else st.integers(1, 3)
    widths = st.integers(int(size[0]), int(size[1]))

    @cache
    def period(drawn: tuple[int, int]) -> Any:
        return st.lists(make(drawn[0], bounds, off_diagonal), min_size=drawn[1], max_size=drawn[1])

    return st.tuples(widths, length).flatmap(period)


@st.composite
def _with_eigenvalues(draw: Any, d: int, moduli: Interval, off_diagonal: float) -> np.ndarray:
    """A triangular matrix, upper or lower, has its eigenvalues on the diagonal; a scaled rotation has a complex pair.

    Two wide, everything is drawn either way, so that a rotation can shrink to a triangle."""
    triangle = draw(above_the_diagonal(d, off_diagonal))
    upper = triangle + np.diag([draw(_signed(*moduli)) for _ in range(d)])
    lower = d > 1 and draw(st.booleans())
    if d == 2 and (turns := draw(st.integers(-EIGHTHS, EIGHTHS))) > 0:
        return upper[0, 0] * _rotation(turns * np.pi / EIGHTHS)
    return upper.T if lower else upper


@st.composite
def _with_one_eigenvalue(draw: Any, d: int, moduli: Interval, off_diagonal: float) -> np.ndarray:
    triangle = draw(above_the_diagonal(d, off_diagonal))
    spectrum = [draw(_between(0, 1)) for _ in range(d - 1)]
    spectrum.insert(draw(st.integers(0, d - 1)), draw(_signed(*moduli)))
    return triangle + np.diag(spectrum)


@cache
def above_the_diagonal(d: int, most: float) -> st.SearchStrategy[np.ndarray]:
    """A square of zeros but for what stands above its diagonal."""
    rows, columns = np.triu_indices(d, 1)

    def put(entries: np.ndarray) -> np.ndarray:
        square = np.zeros((d, d))
        square[rows, columns] = entries
        return square

    return grid((len(rows),), (-most, most)).map(put)


@st.composite
def _with_singular_values(draw: Any, d: int, bounds: Interval, _: float) -> np.ndarray:
    """U·diag(s)·V with U and V orthogonal: plane rotations, then a reordering of the axes. A single number has a sign."""
    if d == 1:
        return np.array([[draw(_signed(*bounds))]])
    stretch = np.diag([draw(_between(*bounds)) for _ in range(d)])
    return times(times(draw(_orthogonal(d)), stretch), draw(_orthogonal(d)))


@cache
@st.composite
def _orthogonal(draw: Any, d: int) -> np.ndarray:
    axes = draw(st.permutations(range(d)))
    turned = np.eye(d)[list(axes)]
    for plane in range(d - 1):
        full = np.eye(d)
        full[plane : plane + 2, plane : plane + 2] = _rotation(draw(st.integers(0, EIGHTHS)) * np.pi / EIGHTHS)
        turned = times(full, turned)
    return turned


def times(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """A·B, to the last bit the same on every processor: a library's own product adds as the processor likes it best."""
    return np.add.reduce(A[:, :, None] * B[None], axis=1)


def _rotation(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


@cache
def _between(low: float, high: float) -> st.SearchStrategy[float]:
    """The two ends and fifteen steps between them: extreme values matter most and are drawn most, but for zero, which leaves a
    matrix without an inverse."""
    return _one_of(*_ends_and_inside(low, high))


@cache
def _signed(low: float, high: float) -> st.SearchStrategy[float]:
    """The same with either sign; zero has one."""
    return _one_of(*([*all_of, *(-one for one in all_of if one)] for all_of in _ends_and_inside(low, high)))


def _ends_and_inside(low: float, high: float) -> tuple[list[float], list[float]]:
    """Each number once, the lower end first of all: that is the simplest."""
    # A sixteenth step would round to something near the end, which may lie beyond it.
    inside = dict.fromkeys(low + (high - low) * step / 16 for step in range(1, 16))
    ends = list(dict.fromkeys([float(low), float(high)]))
    others = [one for one in inside if one not in ends]
    return ([0.0, *others], ends[1:]) if low == 0 else (ends, others)


def _one_of(some: list[float], others: list[float]) -> st.SearchStrategy[float]:
    return st.sampled_from(some) | st.sampled_from(others) if others else st.sampled_from(some)


@cache
def grid(shape: tuple[int, ...], entries: Interval) -> st.SearchStrategy[np.ndarray]:
    """Arrays of that shape whose entries are multiples of an eighth within the interval."""
    low, high = ceil(entries[0] * EIGHTHS), floor(entries[1] * EIGHTHS)
    count = int(np.prod(shape))
    return st.lists(st.integers(low, high), min_size=count, max_size=count).map(
        lambda eighths: np.array(eighths, dtype=np.float64).reshape(shape) / EIGHTHS
    )
