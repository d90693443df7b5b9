"""The rows of a text's `passages.toml`: where each claim sits in it, and why other sentences carry none."""

import re
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import msgspec

from claims.evidence.evidence import EvidenceError
from claims.evidence.files import UNREADABLE, text_of, told, toml_of
from claims.texts import the_text

MOST_TOLD = 10  # mistakes of one kind

Kind = Literal[
    "heading", "contents", "label", "drawing", "transition", "definition", "example", "question", "opinion", "vague"
]  # fmt: skip
KINDS: dict[Kind, str] = {
    "heading": "names what follows",
    "contents": "an entry of the table of contents",
    "label": "names a row, a column, or what does not apply",
    "drawing": "says how a drawing is laid out",
    "transition": "leads over to what follows, or states its setting",
    "definition": "settles what a word is to mean",
    "example": "gives an example of which nothing is said",
    "question": "asks",
    "opinion": "values, and states nothing that a check could speak against",
    "vague": "is worded so that no check could speak against it",
}


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A sentence of the text: its place, its digest, and one of the claims it states (`claims`), those that it says again in
    passing (`repeats`), or why it has none (`none`, `why`)."""

    line: int
    start: int
    end: int
    digest: str
    last: int = 0
    claims: list[str] = []
    repeats: list[str] = []
    none: Kind | None = None
    why: str = ""

    @property
    def place(self) -> tuple[int, int]:
        """What the rows are sorted by."""
        return self.line, self.start

    @property
    def stated(self) -> list[str]:
        """The claims that are in it, for the first time or again."""
        return [*self.claims, *self.repeats]

    @property
    def says(self) -> tuple[Any, ...]:
        """What is said of the sentence, wherever it stands."""
        return self.claims, self.repeats, self.none, self.why


class Passages(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file, its rows in the order of the text; `beyond` are claims that go further than it."""

    passages: list[Row]
    beyond: list[str] = []


def passages(known: Collection[str] | None = None) -> Passages:
    """Those of the text that is meant; none where it has no such file."""
    path = the_text().folder / "passages.toml"
    return read_passages(path, known) if path.exists() else Passages(passages=[])


def read_passages(path: Path, known: Collection[str] | None = None) -> Passages:
    """The rows in a file. EvidenceError with every mistake there is, each with its line, its value, and what to do; a claim that
    is not among the `known` ones is one."""
    try:
        text = text_of(path)
        plain = toml_of(text)
    except UNREADABLE as problem:
        raise EvidenceError(f"{path}: not readable as TOML ({told(problem)}); mend the file") from problem
    rows = [number for number, line in enumerate(text.splitlines(), 1) if line.lstrip().startswith("{")]
    lines = dict(enumerate(rows))  # of the rows, where each stands on a line of its own
    try:
        found = msgspec.convert(plain, Passages)
    except msgspec.ValidationError as problem:
        number = re.search(r"passages\[(\d+)\]", str(problem))
        where = f":{lines[int(number[1])]}" if number and int(number[1]) in lines else ""
        raise EvidenceError(f"{path}{where}: {problem}; mend the row as the head of the file says") from problem
    if wrong := [f"line {lines.get(number, '?')}: {what}" for number, what in _mistakes(found.passages)]:
        raise EvidenceError(f"{path}: {'; '.join(wrong)}")
    if known is not None:
        _must_be_known(path, text, found, known)
    return Passages(passages=sorted(found.passages, key=lambda one: one.place), beyond=found.beyond)


def _must_be_known(path: Path, text: str, found: Passages, known: Collection[str]) -> None:
    """Refuse ids that no claim has: of each the first line that it stands on, and the id that is nearest."""
    named = [*found.beyond, *(id for row in found.passages for id in row.stated)]
    lines = text.splitlines()
    wrong = []
    for id in dict.fromkeys(named):
        if id not in known:
            line = next((number for number, one in enumerate(lines, 1) if f'"{id}"' in one), 1)
            near = get_close_matches(id, known, n=1)
            wrong.append(f"{path}:{line}: no claim is called {id!r}; " + (f"did you mean {near[0]}?" if near else "mend it"))
    if wrong:
        more = f" (and {len(wrong) - MOST_TOLD} more)" if len(wrong) > MOST_TOLD else ""
        raise EvidenceError("; ".join(wrong[:MOST_TOLD]) + more)


def _mistakes(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    seen: set[tuple[int, int]] = set()
    for number, one in enumerate(rows):
        if sum(map(bool, (one.claims, one.repeats, one.none))) != 1:
            yield number, "give one of claims, repeats and none"
        if one.line < 1 or one.start < 0 or (one.last and one.last <= one.line) or (not one.last and one.end <= one.start):
            yield number, f"line {one.line}, start {one.start}, last {one.last}, end {one.end} is no place; run locate again"
        if not re.fullmatch(r"[0-9a-f]{16}", one.digest):
            yield number, f"digest {one.digest!r} is not of 16 hexadecimal digits; run locate again"
        if one.place in seen:
            yield number, f"line {one.line}, start {one.start} has a row already; leave one of the two"
        seen.add(one.place)
