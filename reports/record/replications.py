"""`replications.toml` beside a record: who else ran it, where, when, and with which digest.

It is no part of the record: a row names the record's digest, and would change it.
"""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from claims.evidence.evidence import EvidenceError
from claims.evidence.files import UNREADABLE, text_of, told, toml_of
from claims.texts import the_text

FILE = "replications.toml"
ROW = "a row is [[replication]] with who, where, when (a day), digest (64 hexadecimal digits) and, if you like, address"
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Replication(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One run by somebody else: `who`, on which machine (`where`), on which day, the `digest` of the record that came out, and
    an `address` where it can be looked at, if there is one."""

    who: str
    where: str
    when: date
    digest: str
    address: str = ""

    def __post_init__(self) -> None:
        if not self.who.strip() or not self.where.strip():
            raise ValueError("`who` and `where` are not empty")
        if not _DIGEST.fullmatch(self.digest):
            raise ValueError(f"`digest` is {self.digest!r}, and no SHA-256 in small hexadecimal digits")
        if self.address and not re.match(r"https?://\S+$", self.address):
            raise ValueError(f"`address` is {self.address!r}, and none that begins with https://")


class _File(msgspec.Struct, forbid_unknown_fields=True):
    replication: list[Replication] = []


def read_replications(path: Path | None = None) -> Sequence[Replication]:
    """In the order of the file, none where there is no file. EvidenceError, with file and row, where it has mistakes."""
    path = path or _file()
    try:
        found = msgspec.convert(toml_of(text_of(path)), _File).replication if path.exists() else []
    except UNREADABLE as problem:
        raise EvidenceError(f"{path}: {_with_row(told(problem))}; {ROW}") from problem
    rows = [(one.who, one.where, one.digest) for one in found]
    if twice := next((one for place, one in enumerate(rows) if one in rows[:place]), None):
        raise EvidenceError(f"{path}: {twice[0]}, {twice[1]} stands there twice with one digest; leave out one of the rows")
    return found


def _file() -> Path:
    return the_text().report / FILE


def _with_row(problem: str) -> str:
    """Rows are counted from 1 by people."""
    return re.sub(r" - at `\$\.replication\[(\d+)\]", lambda one: f" - in row {int(one[1]) + 1} `", problem).replace("``", "")
