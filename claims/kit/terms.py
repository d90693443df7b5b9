"""The words that people ask with, and the claims that answer them: a text's `terms.toml`, for the search of the report."""

from pathlib import Path

import msgspec

from claims.evidence.files import UNREADABLE, text_of, told, toml_of


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All names of one thing, and the claims that it leads to, the best answer first."""

    names: list[str]
    claims: list[str]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    term: list[Term]


def read_terms(path: Path) -> tuple[Term, ...]:
    """In the order of the file. ValueError, with the file, where it has mistakes."""
    try:
        return tuple(msgspec.convert(toml_of(text_of(path)), _File).term)
    except UNREADABLE as problem:
        raise ValueError(f"{path}: {told(problem)}; a row has names and claims") from problem
