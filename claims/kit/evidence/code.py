"""Source files without what cannot change what they do, so that a better comment costs no training."""

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of text: lines from 0, columns in bytes."""

    first: int
    start: int
    last: int
    end: int


def code_of(file: Path) -> bytes:
    """A Python file without comments, docstrings, annotations and blank lines; any other file as it is.

    What is left is the text itself: a syntax tree would be printed otherwise by another Python."""
    source = file.read_bytes()
    if file.suffix != ".py":
        return source
    lines = source.splitlines()
    for span in sorted({*_annotations(source), *_comments(source)}, reverse=True):
        lines[span.first : span.last + 1] = [lines[span.first][: span.start] + lines[span.last][span.end :]]
    return b"\n".join(line.rstrip() for line in lines if line.strip())


def _annotations(source: bytes) -> Iterator[Span]:
    """Docstrings among them."""
    for node in ast.walk(ast.parse(source)):
        found = [getattr(node, "returns", None), getattr(node, "annotation", None)]
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            found.append(node.body[0])
        for one in filter(None, found):
            yield Span(one.lineno - 1, one.col_offset, one.end_lineno - 1, one.end_col_offset)


def _comments(source: bytes) -> Iterator[Span]:
    lines = source.splitlines()
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type == tokenize.COMMENT:
            place = token.start[0] - 1
            yield Span(place, len(lines[place].decode()[: token.start[1]].encode()), place, len(lines[place]))
