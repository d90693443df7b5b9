"""Other ways to say what claims say, as lecture notes do: a text's `heard.toml`, for the search and for notes; and many more in
its `said.toml`, for notes to learn from, with what notes say that no claim is about."""

from collections.abc import Container
from pathlib import Path

import msgspec

from claims.evidence.files import UNREADABLE, text_of, told, toml_of

SAID = "said.toml"
ASIDE = "aside"  # stands for the id where no claim is about the sentences
Heard = tuple[tuple[str, list[str]], ...]  # of each claim that has some, its id and the sentences


def read_heard(path: Path, known: Container[str]) -> Heard:
    """In the order of the file. ValueError, with the file, where it has mistakes or names a claim that is not `known`."""
    try:
        found = tuple(msgspec.convert(toml_of(text_of(path)), dict[str, list[str]]).items())
    except UNREADABLE as problem:
        raise ValueError(f'{path}: {told(problem)}; a row is "a claim\'s id" = ["a sentence", …]') from problem
    if unknown := [id for id, _ in found if id not in known and id != ASIDE]:
        raise ValueError(f"{path}: there is no claim {unknown[0]!r}")
    return found
