"""The verbs a property is written in.

A property is a plain function that raises `Falsified` when the statement fails for its arguments. It may be called by
hand, by Hypothesis' `given`, or by an engine; only an engine listens, and then the verbs also report how near the case
came to failing, what it measured, and the arithmetic that a reader would like to see.
"""

import math
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from claims.evidence.outcomes import Falsified, Unsettled, cannot_tell

FAR_ABOVE = 10**5  # times its rounding a number has some digits that every processor agrees on

__all__ = [
    "Falsified", "Unsettled", "at_least", "at_most", "cannot_tell", "close", "holds", "less_than", "measure", "more_than",
    "rounding", "show",
]  # fmt: skip


class Disturbed(Unsettled):
    """What was measured says nothing, for the machine was doing something else as well."""


@dataclass
class Seen:
    """What one case told the engine that listens."""

    strain: float | None = None  # largest share of a bound that was used; above 1 the case has fallen
    strained_by: str = ""
    shown: list[tuple[str, Any]] = field(default_factory=list)
    measured: dict[str, float | None] = field(default_factory=dict)
    recorded: str = ""


_listening: ContextVar[Seen | None] = ContextVar("_listening", default=None)


@contextmanager
def listening() -> Iterator[Seen]:
    """Collect what the verbs report while the block runs."""
    seen = Seen()
    token = _listening.set(seen)
    try:
        yield seen
    finally:
        _listening.reset(token)


def holds(condition: object, otherwise: str) -> None:
    """The condition is true; `otherwise` says in words what was found instead."""
    if not condition:
        raise Falsified(otherwise)


def close(got: object, want: object, within: float, what: str) -> None:
    """`got` equals `want` entry by entry, but for rounding: an absolute allowance. NaN is close to nothing.

    Shapes must agree: broadcasting would hide a lost dimension. How much of the allowance is used is no strain: another
    processor rounds otherwise, and a case that it chose would not be the same there."""
    left, right = as_array(got), as_array(want)
    holds(left.shape == right.shape, f"{what}: shape {left.shape}, want {right.shape}")
    with np.errstate(invalid="ignore"):  # inf - inf is NaN, and NaN is close to nothing
        error = float(np.max(np.abs(left - right), initial=0.0))
    holds(error <= within, f"{what}: off by {error:.3g}, allowed {within:.3g}")


def at_most(got: float, bound: float, what: str, within: float = 0.0) -> None:
    """`got` does not exceed `bound`, but for rounding `within` an allowance; NaN does."""
    _strain(float(got), float(bound), within, what)
    found, most = _told_apart(got, bound + within)
    holds(got <= bound + within, f"{what}: {found}, must be at most {most}")


def at_least(got: float, bound: float, what: str, within: float = 0.0) -> None:
    """`got` reaches `bound`, but for rounding `within` an allowance; NaN does not."""
    _strain(float(bound), float(got), within, what)
    found, least = _told_apart(got, bound - within)
    holds(got >= bound - within, f"{what}: {found}, must be at least {least}")


def more_than(got: float, bound: float, what: str) -> None:
    """`got` exceeds `bound`; as much is too little, and NaN exceeds nothing.

    Rounding has no allowance here, for it cannot tell more from as much: where numbers are rounded, say by how much more,
    `more_than(got, bound + rounding(…), …)`, or count in fractions."""
    _strain(float(bound), float(got), 0.0, what)
    found, least = _told_apart(got, bound)
    holds(got > bound, f"{what}: {found}, must be more than {least}")


def less_than(got: float, bound: float, what: str) -> None:
    """`got` stays below `bound`, as `more_than` exceeds it."""
    _strain(float(got), float(bound), 0.0, what)
    found, most = _told_apart(got, bound)
    holds(got < bound, f"{what}: {found}, must be less than {most}")


def show(label: str, value: object) -> None:
    """A line of the arithmetic, kept for the counterexample's page and printed by a replay."""
    if (seen := _listening.get()) is not None:
        seen.shown.append((label, value))


def measure(**numbers: float) -> None:
    """Numbers of one trial, or of one case of a finite list (an accuracy, a ratio), that a figure will draw or words name: six
    digits of them. One that is not finite is kept as None, for JSON has no such number."""
    if (seen := _listening.get()) is not None:
        seen.measured.update({name: float(f"{n:.6g}") if math.isfinite(n) else None for name, n in numbers.items()})


def from_record(words: str) -> None:
    """What this case rests on was not measured here and now but recorded: where and when."""
    if (seen := _listening.get()) is not None:
        seen.recorded = words


_records_only: ContextVar[bool] = ContextVar("_records_only", default=False)


@contextmanager
def records_only() -> Iterator[None]:
    """Let properties that measure take what was recorded instead while the block lasts."""
    token = _records_only.set(True)
    try:
        yield
    finally:
        _records_only.reset(token)


def asks_for_records() -> bool:
    """Whether what was recorded is to be taken where one could measure."""
    return _records_only.get()


_measured: ContextVar[dict[Any, Any] | None] = ContextVar("_measured", default=None)


@contextmanager
def measured_once(so_far: dict[Any, Any] | None = None) -> Iterator[None]:
    """While the block lasts, whatever is measured is measured once for all who ask, and kept in `so_far`. A block within another
    shares with it."""
    outer = _measured.get()
    token = _measured.set({} if so_far is None and outer is None else outer if so_far is None else so_far)
    try:
        yield
    finally:
        _measured.reset(token)


def once(what: Hashable, measure: Callable[[], Any]) -> Any:
    """What `measure` found when it was first asked for this; None outside of `measured_once`, where nobody shares."""
    if (known := _measured.get()) is None:
        return None
    if what not in known:
        known[what] = measure()
    return known[what]


def rounding(operations: float, scale: float = 1.0, dtype: type = np.float64) -> float:
    """The allowance that `operations` roundings in a row deserve, on numbers of size `scale` (Higham 2002, lemma 3.1).

    Operations are counted generously; a fault in a formula is larger by many orders of magnitude."""
    return float(operations * np.finfo(dtype).eps * max(scale, 1.0))


def as_array(value: object) -> np.ndarray:
    """A tensor, array, list or number as an array; the kit need not know torch for that."""
    array = np.asarray(value.detach() if hasattr(value, "detach") else value)
    if np.iscomplexobj(array):
        raise TypeError("complex numbers are compared by their real and imaginary parts, one after the other")
    return array.astype(np.float64, copy=False)


def _told_apart(got: float, bound: float) -> tuple[str, str]:
    """Both numbers with six digits, or with all of them where six look the same."""
    short = f"{float(got):.6g}", f"{float(bound):.6g}"
    return short if short[0] != short[1] else (repr(float(got)), repr(float(bound)))


def _strain(used: float, allowed: float, within: float, what: str) -> None:
    """Four digits of a share are the same on every processor, where both numbers are far above their rounding; what is not used
    up to there is none of it, and of a bound that is not there is no share."""
    seen = _listening.get()
    if seen is None or not (math.isfinite(used) and allowed > FAR_ABOVE * within):
        return
    share = float(f"{used / allowed:.4g}") if abs(used) > FAR_ABOVE * within else 0.0
    if seen.strain is None or share > seen.strain:
        seen.strain, seen.strained_by = share, what
