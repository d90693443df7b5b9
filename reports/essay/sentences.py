"""An essay in Markdown, taken apart into sentences with their places in the file.

A *sentence* is the least thing that is accounted for: a sentence of a paragraph or of a list item, a heading, a cell of a
table, a line of code or of a drawing. What has no letter and no digit is none.
"""

import os
import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

from markdown_it.token import Token

from claims.evidence.evidence import EvidenceError
from reports.essay.parsing import BEGINS, CELLS, CODE, parsed

LARGEST = 20_000_000  # bytes; a long novel has a tenth of that


@dataclass(frozen=True)
class Sentence:
    """From offset `start` of `line` to before offset `end` of line `last`; lines count from 1, offsets are characters from 0.
    `at` is the offset in the whole text."""

    line: int
    start: int
    last: int
    end: int
    at: int
    text: str = field(repr=False)

    @property
    def digest(self) -> str:
        """A fingerprint of the words and their markup, wherever the lines are broken."""
        return digest(self.text)


@dataclass(frozen=True)
class Essay:
    """The text with newlines for line ends, the sentences in order, and the parser's tokens. `within` gives, by the number of a
    token, the numbers of its sentences by where they begin: an offset in running text, a line in code. `sha256` is that of the
    file's bytes, whatever its line ends are."""

    name: str
    text: str = field(repr=False)
    sentences: list[Sentence] = field(repr=False)
    tokens: list[Token] = field(repr=False)
    within: dict[int, dict[int, int]] = field(repr=False)
    sha256: str = field(default="", repr=False)


def digest(text: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the text, every run of white space taken for one blank."""
    return sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def read_essay(path: Path) -> Essay:
    """The essay in a file. EvidenceError if it is no text in UTF-8, is empty, or is larger than any essay."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST)  # what is no file on a disk may have no end
        if len(raw) == LARGEST:
            size = max(LARGEST, path.stat().st_size)
            raise EvidenceError(f"{path}: {size / 1e6:.0f} MB is no essay; give a text of less than {LARGEST / 1e6:.0f} MB")
    except OSError as problem:
        raise EvidenceError(f"{path}: {problem.strerror or problem}; give a Markdown file that can be read") from problem
    if b"\0" in raw:
        raise EvidenceError(f"{path}:{_line_of(raw, raw.index(0))}: byte 0x00, so this is no text; give the essay as Markdown")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        found = f"{path}:{_line_of(raw, problem.start)}: byte 0x{raw[problem.start]:02x} is not UTF-8"
        raise EvidenceError(f"{found}; save the essay as UTF-8") from problem
    if not text.strip():
        raise EvidenceError(f"{path}: empty; give the essay as Markdown")
    essay = taken_apart(text, os.fsencode(path.name).decode(errors="replace"))
    return replace(essay, sha256=sha256(raw).hexdigest())


def _line_of(raw: bytes, place: int) -> int:
    return raw.count(b"\n", 0, place) + 1


def taken_apart(text: str, name: str = "essay.md") -> Essay:
    """The essay's sentences. EvidenceError where its Markdown is nested deeper than can be followed."""
    text = re.sub("\r\n?", "\n", text)
    try:
        tokens = parsed(text)
    except RecursionError as problem:
        raise EvidenceError(f"{name}: brackets are nested too deeply to be followed; take some out") from problem
    source = _Source(text)
    sentences: list[Sentence] = []
    within: dict[int, dict[int, int]] = {}
    for number, token in enumerate(tokens):
        if found := source.sentences(token):
            within[number] = {where: len(sentences) + place for place, where in enumerate(found)}
            sentences += found.values()
    return Essay(name, text, sentences, tokens, within)


class _Source:
    """Finds where in the file a token's text stands: the parser knows the lines, and their markers are not part of the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.offsets = [0, *accumulate(len(one) + 1 for one in self.lines)]
        self.after: dict[int, int] = {}  # by line, where in a row of a table the next cell begins at the earliest

    def sentences(self, token: Token) -> dict[int, Sentence]:
        """The sentences of a token, by where in it they begin."""
        if not re.search(r"\w", token.content):
            return {}
        first = (token.map or [0])[0]
        if token.type in CODE:
            return self._code(token, first + CODE[token.type])
        if token.type != "inline":
            return {}
        return {0: self._cell(token, first)} if token.meta["in"] in CELLS else self._running(token, first)

    def _code(self, token: Token, first: int) -> dict[int, Sentence]:
        """The lines that say something."""
        found = {}
        for number, piece in enumerate(one.strip() for one in token.content.split("\n")):
            if re.search(r"\w", piece):
                line = first + number
                start = self.lines[line].rfind(piece)
                found[number] = self._between(line, start, line, start + len(piece))
        return found

    def _cell(self, token: Token, line: int) -> Sentence:
        """A cell, found behind the one before."""
        printed = token.content.replace("|", "\\|")
        start = self.lines[line].find(printed, self.after.get(line, 0))
        self.after[line] = start + len(printed)
        return self._between(line, start, line, start + len(printed))

    def _running(self, token: Token, first: int) -> dict[int, Sentence]:
        """The sentences of running text: each of its lines ends where the file's line does, or before closing signs."""
        content, found = token.content, {}
        pieces = content.split("\n")
        first += self._blank(token, first, pieces)
        begins = [0, *accumulate(len(one) + 1 for one in pieces)]
        columns = [
            line.rfind(piece.strip()) - (len(piece) - len(piece.lstrip()))
            for line, piece in zip(self.lines[first : first + len(pieces)], pieces, strict=True)
        ]

        def placed(at: int) -> tuple[int, int]:
            """Line, from 0, and offset in it of a character that is no white space."""
            number = bisect_right(begins, at) - 1
            return first + number, columns[number] + at - begins[number]

        starts = [0, *(one.meta["at"] for one in token.children or [] if one.type == BEGINS)]
        for start, following in zip(starts, [*starts[1:], len(content)], strict=True):
            end = start + len(content[start:following].rstrip())
            line, column = placed(start)
            last, final = placed(end - 1)
            found[start] = self._between(line, column, last, final + 1)
        return found

    def _blank(self, token: Token, first: int, pieces: list[str]) -> int:
        """How many lines the parser left out at the beginning, for they hold none but exotic white space."""
        spare = (token.map or [first, first])[1] - first - len(pieces)
        shifts = range(max(spare, 0) + 1)
        fits = (shift for shift in shifts if all(one.strip() in self.lines[first + shift + at] for at, one in enumerate(pieces)))
        return next(fits, 0)

    def _between(self, line: int, start: int, last: int, end: int) -> Sentence:
        at = self.offsets[line] + start
        return Sentence(line + 1, start, last + 1, end, at, self.text[at : self.offsets[last] + end])
