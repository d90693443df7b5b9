"""Corners of a domain: cases of a kind that teaches little. A search that draws half of its cases from one tries half as much.

Where all of a domain lies is no corner of it: a state that is always zero there, weights that never have an inverse.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from itertools import chain
from typing import Any

import numpy as np

NAMES = ("zero array", "singular matrix", "single numbers", "empty or length one")


@dataclass
class Shape:
    """The cases of a search: how many `numbers` each of them has, how long its longest list or array is, and whether its parts
    lie in a corner, by their paths."""

    numbers: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    parts: dict[tuple[str, str], list[bool]] = field(default_factory=lambda: defaultdict(list))

    def add(self, arguments: dict[str, Any]) -> None:
        """One case more."""
        found = list(chain.from_iterable(_parts(name, value) for name, value in arguments.items()))
        sizes = [part.size for _, part in found if isinstance(part, np.ndarray)]
        self.numbers.append(sum(sizes))
        self.lengths.append(max((len(part) for _, part in found if not isinstance(part, np.ndarray) or part.ndim), default=0))
        if any(isinstance(part, np.ndarray) and part.ndim for _, part in found):
            self.parts["", "single numbers"].append(max(sizes) <= 1)
        for path, part in found:
            for corner, is_there in _corners_of(part):
                self.parts[path, corner].append(is_there)

    def shares(self) -> dict[str, tuple[int, int]]:
        """Of each corner: how many parts lie in it, of how many that might."""
        found = dict.fromkeys(NAMES, (0, 0))
        for (_, corner), seen in self.parts.items():
            if not all(seen):
                inside, of = found[corner]
                found[corner] = inside + sum(seen), of + len(seen)
        return found


def _corners_of(part: np.ndarray | Sequence[Any]) -> Iterator[tuple[str, bool]]:
    if not isinstance(part, np.ndarray):
        yield "empty or length one", len(part) <= 1
    elif part.ndim:  # a number by itself is in no corner
        yield "zero array", not part.any()
        if part.ndim == 2 and part.shape[0] == part.shape[1] > 1:
            yield "singular matrix", bool(np.linalg.matrix_rank(part) < len(part))


def _parts(path: str, value: Any) -> Iterator[tuple[str, np.ndarray | Sequence[Any]]]:
    """Arrays, numbers and lists in a case, however deep, each with where it stands; those of one list stand in one place."""
    if hasattr(value, "detach"):
        value = value.detach().numpy()
    if isinstance(value, bool | int | float | np.ndarray):
        if not isinstance(value, np.ndarray) or value.dtype.kind in "fiu":
            yield path, np.asarray(value)
    elif isinstance(value, list | tuple):
        yield path, value
        for item in value:
            yield from _parts(f"{path}[]", item)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _parts(f"{path}.{one.name}", getattr(value, one.name))
