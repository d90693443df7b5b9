"""A challenge to a claim, as a reader writes it into a file: a counterexample, a rival reading, or a broken variant.

`python -m reports challenge FILE.py` runs it; docs/challenge.md shows one of each.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from claims.kit.given import place_of
from claims.kit.reading import Reading, reading

Kind = Literal["counterexample", "rival", "variant"]


@dataclass(frozen=True)
class Challenge:
    """What a reader holds against the claim `id`. Of a counterexample, `name` is that of the reading that it is against, and the
    arguments are one value each; of a rival reading and of a variant, `name` is its own. It stands at `place`."""

    kind: Kind
    id: str
    name: str
    given: Reading
    place: str


MADE: list[Challenge] = []  # by the file that is being read


def counterexample(id: str, against: str = "as written", /, **arguments: object) -> None:
    """A case in which the claim falls: a value for each argument that the reading leaves open."""
    _make("counterexample", id, against, arguments)


def rival(id: str, name: str, /, **arguments: object) -> None:
    """Another way to take the sentence, or a condition: a domain or a value for each argument that is another one than as
    written. The name is what it says, read after “true if”."""
    _make("rival", id, name, arguments)


def variant(id: str, name: str, /, **arguments: object) -> None:
    """Something broken that the claim should refuse: a function or a value for each argument that is another one than as
    written."""
    _make("variant", id, name, arguments)


def _make(kind: Kind, id: str, name: str, arguments: Mapping[str, object]) -> None:
    if not (isinstance(id, str) and isinstance(name, str)):
        raise TypeError(f"the id is {id!r} and the name {name!r}: write both in quotation marks")
    frame = inspect.currentframe()
    caller = frame.f_back.f_back if frame and frame.f_back else None
    MADE.append(Challenge(kind, id, name, reading(**arguments), place_of(caller)))
