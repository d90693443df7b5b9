"""An essay in Markdown, LaTeX or plain text, read from a file and taken apart into sentences with their places in it.

A *sentence* is the least thing that is accounted for: a sentence of a paragraph or of a list item, a heading, a cell of a
table, a line of code or of a drawing. What has no letter and no digit is none.
"""

import os
import re
import stat
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import accumulate, pairwise
from pathlib import Path

from markdown_it.token import Token

from claims.evidence.evidence import EvidenceError
from reports.reading.building import Essay as Essay
from reports.reading.building import Sentence as Sentence
from reports.reading.parsing import BEGINS, CELLS, CODE, none_is_rubbish, parsed
from reports.reading.plain import plain_text
from reports.text.formulas import read_out

LARGEST = 5_000_000  # bytes: three long novels
MOST_SIGNS = 750_000  # that are no letter and no single blank; such novels have fewer, and each may take 3 kB of memory
STANDARD_INPUT = Path("-")
LATEX, PLAIN = {".tex", ".latex", ".ltx"}, {".txt", ".text"}  # how names end; everything else is Markdown
_SIGNS = re.compile(r"[^\w ]| {3,}")
_PREAMBLE = re.compile(r"\s*(%.*\s*)*\\documentclass\b")


def read_essay(path: Path) -> Essay:
    """The essay in a file, or in what is piped in where the path is a dash. EvidenceError if it is no text in UTF-8, is empty, is
    larger than any essay, or is no file, so that reading it might never end."""
    raw = _raw(path)
    if b"\0" in raw:
        raise EvidenceError(f"{path}:{_line_of(raw, raw.index(0))}: byte 0x00, so this is no text; give the essay as Markdown")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        found = f"{path}:{_line_of(raw, problem.start)}: byte 0x{raw[problem.start]:02x} is not UTF-8"
        raise EvidenceError(f"{found}; save the essay as UTF-8") from problem
    if not text.strip():
        raise EvidenceError(f"{path}: empty; give the essay as Markdown, LaTeX or plain text")
    if (signs := sum(1 for _ in _SIGNS.finditer(text))) > MOST_SIGNS:
        raise EvidenceError(f"{path}: {signs:,} signs that are no letters are more than are followed; give a chapter at a time")
    name = "standard input" if path == STANDARD_INPUT else os.fsencode(path.name).decode(errors="replace")
    return replace(taken_apart(text, name), sha256=sha256(raw).hexdigest())


def _raw(path: Path) -> bytes:
    try:
        if path == STANDARD_INPUT:
            raw = sys.stdin.buffer.read(LARGEST)
            size = len(raw)
        else:
            size = _size_of(path)
            raw = path.read_bytes() if size < LARGEST else b""
    except OSError as problem:
        raise EvidenceError(f"{path}: {problem.strerror or problem}; give a text that can be read") from problem
    if size >= LARGEST:
        much = f"{path}: {size / 1e6:.0f} MB is no essay"
        raise EvidenceError(f"{much}; give a text of less than {LARGEST / 1e6:.0f} MB, a chapter at a time")
    return raw


def _size_of(path: Path) -> int:
    """In bytes. A pipe that nobody writes to, or a device, would be waited for, and is refused."""
    seen = path.stat()
    if stat.S_ISDIR(seen.st_mode):
        raise EvidenceError(f"{path}: Is a directory; give a text that can be read")
    if not stat.S_ISREG(seen.st_mode):
        raise EvidenceError(f"{path}: no regular file but a pipe or a device; give a file, or - for what is piped in")
    return seen.st_size


def _line_of(raw: bytes, place: int) -> int:
    return raw.count(b"\n", 0, place) + 1


@none_is_rubbish()
def taken_apart(text: str, name: str = "essay.md") -> Essay:
    """The essay's sentences; how the name ends tells how to read it. EvidenceError where it is nested too deeply to follow."""
    text = re.sub("\r\n?", "\n", text)
    kind = Path(name).suffix.lower()
    try:
        if kind in LATEX or (name == "standard input" and _PREAMBLE.match(text)):
            from reports.reading.latex import latex  # which few essays need

            return latex(text, name)
        return plain_text(text, name) if kind in PLAIN else _markdown(text, name)
    except RecursionError as problem:
        raise EvidenceError(
            f"{name}: brackets are nested too deeply or too many are open to be followed; take some out"
        ) from problem


def _markdown(text: str, name: str) -> Essay:
    tokens = parsed(text)
    source = _Source(text)
    sentences: list[Sentence] = []
    within: dict[int, dict[int, int]] = {}
    for number, token in enumerate(tokens):
        if found := source.sentences(token):
            within[number] = {where: len(sentences) + place for place, where in enumerate(found)}
            sentences += found.values()
    return Essay(name, text, sentences, tokens, within)


def _words(children: Sequence[Token]) -> Iterator[str]:
    """What is read of each sentence: no marks, of a link what it is called, and of a picture what it shows."""
    words: list[str] = []
    for token in children:
        if token.type == BEGINS:
            yield read_out(" ".join("".join(words).split()))
            words.clear()
        words.append(" " if token.type in ("softbreak", "hardbreak") else token.content)
    yield read_out(" ".join("".join(words).split()))


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
                found[number] = self._between(line, start, line, start + len(piece), piece)
        return found

    def _cell(self, token: Token, line: int) -> Sentence:
        """A cell, found behind the one before."""
        printed = token.content.replace("|", "\\|")
        start = self.lines[line].find(printed, self.after.get(line, 0))
        self.after[line] = start + len(printed)
        return self._between(line, start, line, start + len(printed), next(_words(token.children or [])))

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
        words = _words(token.children or [])
        for (start, following), said in zip(pairwise([*starts, len(content)]), words, strict=True):
            end = start + len(content[start:following].rstrip())
            line, column = placed(start)
            last, final = placed(end - 1)
            found[start] = self._between(line, column, last, final + 1, said)
        return found

    def _blank(self, token: Token, first: int, pieces: list[str]) -> int:
        """How many lines the parser left out at the beginning, for they hold none but exotic white space."""
        spare = (token.map or [first, first])[1] - first - len(pieces)
        shifts = range(max(spare, 0) + 1)
        fits = (shift for shift in shifts if all(one.strip() in self.lines[first + shift + at] for at, one in enumerate(pieces)))
        return next(fits, 0)

    def _between(self, line: int, start: int, last: int, end: int, words: str) -> Sentence:
        at = self.offsets[line] + start
        return Sentence(line + 1, start, last + 1, end, at, self.text[at : self.offsets[last] + end], words)
