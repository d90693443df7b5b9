"""Whose challenges were accepted: a text's `challenges.toml`, shown on the pages of the claims."""

from collections.abc import Container
from pathlib import Path

import msgspec

from claims.evidence.files import UNREADABLE, text_of, told, toml_of


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`what` was held against a claim, and `by` whom and when: “A. Reader, 2027”."""

    claim: str
    by: str
    what: str


class _File(msgspec.Struct, forbid_unknown_fields=True):
    challenge: list[Accepted] = []


def read_challenged(path: Path, known: Container[str]) -> tuple[Accepted, ...]:
    """In the order of the file. ValueError, with the file, where it has mistakes or names a claim that is not `known`."""
    try:
        found = msgspec.convert(toml_of(text_of(path)), _File).challenge
    except UNREADABLE as problem:
        raise ValueError(f"{path}: {told(problem)}; a row is [[challenge]] with claim, by (name and year) and what") from problem
    if unknown := [one.claim for one in found if one.claim not in known]:
        raise ValueError(f"{path}: there is no claim {unknown[0]!r}")
    return tuple(found)
