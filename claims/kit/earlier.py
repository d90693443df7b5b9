"""What verdicts were before: `a text's earlier.toml`, for readers who cited them."""

from pathlib import Path

import msgspec

from claims.evidence.files import UNREADABLE, text_of, told, toml_of
from claims.evidence.outcomes import Word


class Earlier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`until` the end of that day the verdict of a claim `was` this one; it is another `because` of what the sentence says."""

    claim: str
    until: str
    was: Word
    because: str


class _File(msgspec.Struct, forbid_unknown_fields=True):
    earlier: list[Earlier]


def read_earlier(path: Path) -> tuple[Earlier, ...]:
    """In the order of the file. ValueError, with the file, where it has mistakes."""
    try:
        return tuple(msgspec.convert(toml_of(text_of(path)), _File).earlier)
    except UNREADABLE as problem:
        raise ValueError(f"{path}: {told(problem)}; a row has claim, until, was and because") from problem
