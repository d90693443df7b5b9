"""What a text is taken apart into, and a builder for texts that are not Markdown: it makes tokens like those of Markdown, so that
one page shows them all.

A reader of such a text says block by block what stands in it; each *piece* of a block knows where it comes from.
"""

import re
import string
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from markdown_it.token import Token

from reports.reading.folding import digest
from reports.reading.parsing import BEGINS, candidates

BLOCKS = {
    "paragraph": "p", "blockquote": "blockquote", "bullet_list": "ul", "ordered_list": "ol", "list_item": "li", "table": "table",
    "thead": "thead", "tbody": "tbody", "tr": "tr", "th": "th", "td": "td",
}  # fmt: skip
_SILENT = "\0"  # stands in no text
_NOT_HEARD = _SILENT + string.whitespace


@dataclass(frozen=True)
class Sentence:
    """From offset `start` of `line` to before offset `end` of line `last`; lines count from 1, offsets are characters from 0.
    `at` is the offset in the whole text, `text` what stands there, and `words` what of it is read."""

    line: int
    start: int
    last: int
    end: int
    at: int
    text: str = field(repr=False)
    words: str = field(repr=False)

    @property
    def digest(self) -> str:
        """A fingerprint of the words, wherever the lines are broken and however they are marked up."""
        return digest(self.words)


@dataclass(frozen=True)
class Essay:
    """The text with newlines for line ends, the sentences in order, and tokens as Markdown has them. `within` gives, by the
    number of a token, the numbers of its sentences by where they begin: an offset in running text, a line in code. `sha256` is
    that of the file's bytes, whatever its line ends are."""

    name: str
    text: str = field(repr=False)
    sentences: list[Sentence] = field(repr=False)
    tokens: list[Token] = field(repr=False)
    within: dict[int, dict[int, int]] = field(repr=False)
    format: str = "text/markdown"
    sha256: str = field(default="", repr=False)


@dataclass(frozen=True)
class Piece:
    """Words that stand from `start` to before `end` of the file, sign for sign if they are as long as that. What is `silent` is
    shown and is none of the words: a reference, for instance. Marks around other pieces (`nesting` 1 and -1) have no words."""

    words: str
    start: int
    end: int
    type: str = "text"
    tag: str = ""
    nesting: int = 0
    silent: bool = False
    href: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether each sign of it is known to stand in its place."""
        return self.type == "text" and len(self.words) == self.end - self.start


class Builder:
    """Collects the tokens of a text and its sentences, block by block in the order of the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self.sentences: list[Sentence] = []
        self.within: dict[int, dict[int, int]] = {}
        self.offsets = [0, *accumulate(len(one) + 1 for one in text.split("\n"))]

    def essay(self, name: str, format: str) -> Essay:
        """What was collected."""
        return Essay(name, self.text, self.sentences, self.tokens, self.within, format)

    def open(self, block: str) -> None:
        """Begin a block in which others stand."""
        self.tokens.append(Token(f"{block}_open", BLOCKS[block], 1, block=True))

    def close(self, block: str) -> None:
        """End it."""
        self.tokens.append(Token(f"{block}_close", BLOCKS[block], -1, block=True))

    def running(self, pieces: Sequence[Piece]) -> None:
        """A paragraph, of sentences."""
        if any(one.words.strip() for one in pieces):
            self.open("paragraph")
            self._inline(pieces, candidates)
            self.close("paragraph")

    def cell(self, pieces: Sequence[Piece], block: str = "td") -> None:
        """A cell of a table, which is one sentence, and may be empty."""
        self.open(block)
        self._inline(pieces)
        self.close(block)

    def heading(self, pieces: Sequence[Piece], level: int) -> None:
        """A heading, from level 1, which is one sentence."""
        if any(one.words.strip() for one in pieces):
            self.tokens.append(Token("heading_open", f"h{level}", 1, block=True))
            self._inline(pieces)
            self.tokens.append(Token("heading_close", f"h{level}", -1, block=True))

    def code(self, lines: Sequence[Piece], info: str = "") -> None:
        """Lines of code, or of formulas: each that says something is a sentence."""
        within = {}
        for number, line in enumerate(lines):
            words = line.words.strip()
            if re.search(r"\w", words):
                start, end = _narrowed(line)
                within[number] = len(self.sentences)
                self.sentences.append(self._sentence(start, end, words))
        if within:
            self.within[len(self.tokens)] = within
        content = "".join(f"{line.words}\n" for line in lines)
        self.tokens.append(Token("fence", "code", 0, info=info, content=content, block=True))

    def _sentence(self, start: int, end: int, words: str) -> Sentence:
        line, last = (bisect_right(self.offsets, at) - 1 for at in (start, end - 1))
        column, final = start - self.offsets[line], end - self.offsets[last]
        return Sentence(line + 1, column, last + 1, final, start, self.text[start:end], words)

    def _inline(self, pieces: Sequence[Piece], divided: Callable[[str], list[int]] = lambda _: []) -> None:
        row = _Row(pieces)
        starts = [at for at in divided(row.content) if row.may_begin(at)]
        within = {}
        for start, following in zip([0, *starts], [*starts, len(row.content)], strict=True):
            words = row.heard[start:following]
            if re.search(r"\w", words):
                first, last = start + len(words) - len(words.lstrip(_NOT_HEARD)), start + len(words.rstrip(_NOT_HEARD)) - 1
                said = " ".join(words.replace(_SILENT, "").split())
                within[start] = len(self.sentences)
                self.sentences.append(self._sentence(row.source(first)[0], row.source(last)[1], said))
        if within:
            self.within[len(self.tokens)] = within
        children = list(_children(pieces, row, starts))
        self.tokens.append(Token("inline", "", 0, content=row.content, children=children, block=True))


class _Row:
    """The pieces of a block, one behind the other. `heard` has a sign of no meaning for each that is silent."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = [one for one in pieces if one.words]
        self.places = [0, *accumulate(len(one.words) for one in self.pieces)]
        self.content = "".join(one.words for one in self.pieces)
        self.heard = "".join(_SILENT * len(one.words) if one.silent else one.words for one in self.pieces)

    def _at(self, place: int) -> int:
        return bisect_right(self.places, place) - 1

    def may_begin(self, place: int) -> bool:
        """Whether it is known where in the file that is: within a formula, it is not."""
        number = self._at(place)
        return self.places[number] == place or self.pieces[number].is_exact

    def source(self, place: int) -> tuple[int, int]:
        """Where in the file a sign begins and ends; the whole piece where no more is known."""
        piece, offset = self.pieces[number := self._at(place)], place - self.places[number]
        return (piece.start + offset, piece.start + offset + 1) if piece.is_exact else (piece.start, piece.end)


def _children(pieces: Sequence[Piece], row: _Row, starts: Sequence[int]) -> Iterator[Token]:
    """Tokens, with a mark where a sentence begins: before the emphasis that begins there, and behind the one that ends there."""
    at, waiting = 0, list(reversed(starts))
    for piece in pieces:
        if waiting and waiting[-1] == at and piece.nesting >= 0:
            yield _begins(waiting.pop())
        if piece.nesting or not piece.words:
            attrs: dict[str, str | int | float] = {"href": piece.href} if piece.type == "link_open" else {}
            yield Token(piece.type, piece.tag, piece.nesting, attrs=attrs)
            continue
        done, at = at, at + len(piece.words)
        while waiting and waiting[-1] < at:
            yield Token(piece.type, piece.tag, 0, content=row.content[done : waiting[-1]])
            done = waiting.pop()
            yield _begins(done)
        yield Token(piece.type, piece.tag, 0, content=row.content[done:at])


def _begins(at: int) -> Token:
    return Token(BEGINS, "", 0, meta={"at": at})


def _narrowed(line: Piece) -> tuple[int, int]:
    """Where the words of a line stand without the blanks around them, if that is known."""
    if not line.is_exact:
        return line.start, line.end
    start = line.start + len(line.words) - len(line.words.lstrip())
    return start, start + len(line.words.strip())
