"""Numbers and seeds."""

import numpy as np
from hypothesis import strategies as st

from claims.kit.domain import domain

LARGEST_SEED = 2**63 - 1


@domain("whole numbers from {low} to {high}")
def whole(low: int, high: int) -> st.SearchStrategy[int]:
    """Integers, both ends included."""
    return st.integers(low, high)


@domain("real numbers from {low} to {high}")
def reals(low: float, high: float) -> st.SearchStrategy[float]:
    """Finite floats, both ends included, without those too small to have full precision."""
    return st.floats(low, high, allow_subnormal=False)


@domain("seeds of a random generator")
def seeds() -> st.SearchStrategy[int]:
    """A seed stands for weights or data drawn at random: for trials, or where a shape and not a value is at stake."""
    return st.integers(0, LARGEST_SEED)


@domain("float32 vectors of {size} entries, each 0 or {magnitude} in size")
def finite32(size: tuple[int, int], magnitude: tuple[float, float] = (1e-6, 1e6)) -> st.SearchStrategy[np.ndarray]:
    """By default entries that float32 holds with full precision and whose squares it can add without overflow."""
    low, high = magnitude
    positive = st.floats(float(np.float32(low)), float(np.float32(high)), width=32)
    return _vectors(st.just(0.0) | positive | positive.map(lambda entry: -entry), size)


@domain("float32 vectors of {size} entries, infinite ones among them")
def any32(size: tuple[int, int]) -> st.SearchStrategy[np.ndarray]:
    """Everything that float32 holds but NaN, which would only stay what it is."""
    return _vectors(st.floats(width=32, allow_nan=False), size)


def _vectors(entries: st.SearchStrategy[float], size: tuple[int, int]) -> st.SearchStrategy[np.ndarray]:
    return st.lists(entries, min_size=size[0], max_size=size[1]).map(lambda drawn: np.array(drawn, dtype=np.float32))
