"""Plain text: paragraphs between blank lines, items of lists, tables drawn with tabs, bars or wide gaps, code that is indented.

Every sign is shown as it is. Stars and the like right around some words are shown, and are none of the words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.essay.building import Builder, Essay, Piece

_ITEM = re.compile(r"[ \t]*(?:[-*+•‣◦>]|#{1,6}|\(?(?:\d{1,3}|[a-z])[.)])[ \t]+(?=\S)")
_MARKED = re.compile(r"(?<![\w*`~])(\*\*|__|[*_`])(?=[^\s*_`])([^\n]{0,200}?[^\s*_`])\1(?![\w*`~])")  # as in a letter: *this*
_CODE = re.compile(r" {4}|\t")
_GAP = re.compile(r"\t+|(?<![.!?:\s])[ ]{3,}|(?:^|(?<=[ \t]))\|(?=[ \t]|$)")


@dataclass(frozen=True)
class _Line:
    text: str
    at: int  # its offset in the whole text


def plain_text(text: str, name: str) -> Essay:
    """Its sentences, and tokens that show it as it is."""
    builder, at = Builder(text), 0
    lines: list[_Line] = []
    for one in text.split("\n"):
        lines.append(_Line(one, at))
        at += len(one) + 1
    for blank, block in groupby(lines, lambda one: not one.text.strip()):
        if not blank:
            _block(builder, list(block))
    return builder.essay(name, "text/plain")


def _block(builder: Builder, lines: Sequence[_Line]) -> None:
    rows = [list(_cells(one)) for one in lines]
    if all(_CODE.match(one.text) and not _ITEM.match(one.text) for one in lines):
        builder.code([Piece(one.text, one.at, one.at + len(one.text)) for one in lines])
    elif (of_several := sum(len(cells) > 1 for cells in rows)) > 1 and of_several * 2 >= len(lines):
        _table(builder, rows)
    else:
        for item in _items(lines):
            builder.running(list(item))


def _table(builder: Builder, rows: Sequence[Sequence[Piece]]) -> None:
    builder.open("table")
    builder.open("tbody")
    for cells in rows:
        if cells:
            builder.open("tr")
            for cell in cells:
                builder.cell([cell])
            builder.close("tr")
    builder.close("tbody")
    builder.close("table")


def _cells(line: _Line) -> Iterator[Piece]:
    """What stands between the gaps of a line; rules that are drawn with dashes are none."""
    start = 0
    for end, following in [*((gap.start(), gap.end()) for gap in _GAP.finditer(line.text)), (len(line.text), 0)]:
        words = line.text[start:end]
        if re.search(r"\w", words):
            begin = line.at + start + len(words) - len(words.lstrip())
            yield Piece(words.strip(), begin, begin + len(words.strip()))
        start = following


def _items(lines: Sequence[_Line]) -> Iterator[list[Piece]]:
    """A paragraph, parted where a line begins an item: its number or sign is shown, and is none of its words."""
    pieces: list[Piece] = []
    for line in lines:
        sign = _ITEM.match(line.text)
        if sign:
            if pieces:
                yield pieces
            pieces = [Piece(sign[0].lstrip(), line.at, line.at + sign.end(), silent=True)]
        begin = sign.end() if sign else len(line.text) - len(line.text.lstrip())
        words = line.text[begin:].rstrip() + "\n"
        pieces += _unmarked(words, line.at + begin)
    yield pieces


def _unmarked(words: str, at: int) -> Iterator[Piece]:
    done = 0
    for found in _MARKED.finditer(words):
        for start, end in (found.span(1), (found.end(2), found.end())):
            yield Piece(words[done:start], at + done, at + start)
            yield Piece(words[start:end], at + start, at + end, silent=True)
            done = end
    yield Piece(words[done:], at + done, at + len(words))
