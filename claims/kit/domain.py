"""A domain: the things a reading speaks about, in words and as a Hypothesis strategy.

The domain is ours, the distribution is Hypothesis': it looks for counterexamples and knows nothing of frequency.
"""

import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st


@dataclass(frozen=True)
class Domain:
    """`words` for the reader, `strategy` for the search, and all `values` in order where the domain is a finite list."""

    words: str
    strategy: st.SearchStrategy[Any]
    values: tuple[Any, ...] | None = None

    @property
    def is_one_value(self) -> bool:
        """An implementation or a constant rather than something drawn."""
        return self.values is not None and len(self.values) == 1


def only(value: object, words: str | None = None) -> Domain:
    """The domain of one value: an implementation, say."""
    return Domain(words or name_of(value), st.just(value), (value,))


def cases(values: Sequence[Any], words: str | None = None) -> Domain:
    """A finite list that `exhaustion` goes through in this order."""
    return Domain(words or "one of " + ", ".join(map(name_of, values)), st.sampled_from(list(values)), tuple(values))


def domain(words: str) -> Callable[[Callable[..., st.SearchStrategy[Any]]], Callable[..., Domain]]:
    """Turn a function that returns a strategy into one that returns a domain; `words` may name its parameters in braces.

    >>> @domain("integers from {low} to {high}")
    ... def whole(low, high):
    ...     return st.integers(low, high)
    >>> whole(1, 3).words
    'integers from 1 to 3'
    """

    def wrap(make: Callable[..., st.SearchStrategy[Any]]) -> Callable[..., Domain]:
        signature = inspect.signature(make)

        @functools.wraps(make)
        def made(*args: Any, **kwargs: Any) -> Domain:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            named = {name: in_words(value) for name, value in bound.arguments.items()}
            return Domain(words.format(**named), make(*args, **kwargs))

        return made

    return wrap


def name_of(value: object) -> str:
    """What a reader calls it: `elman.run` rather than `<function run at 0x…>`."""
    if isinstance(name := getattr(value, "name", None), str):
        return name
    if inspect.isroutine(value) or inspect.isclass(value):
        return f"{_room(value.__module__ or type(value).__module__)}.{value.__name__}"
    return in_words(value)


def _room(module: str) -> str:
    """The last part of a module's name, after what its package puts before the names of all that is in it: `broken_gru`."""
    package, _, last = module.rpartition(".")
    return getattr(sys.modules.get(package), "BEFORE_NAMES", "") + last


def in_words(value: object) -> str:
    """A parameter of a domain as a reader would write it: the pair (0, 0.9) is the interval [0, 0.9]."""
    match value:
        case (int() | float() as low, int() | float() as high):
            return f"{low:g}" if low == high else f"[{low:g}, {high:g}]"
        case float():
            return f"{value:g}"
        case Domain():
            return value.words
        case _:
            return str(value)
