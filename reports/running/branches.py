"""Which branches of our functions a search has run through, and which of those that a claim rests on it never came to."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from claims.evidence.keys import Target, file_at, here
from claims.evidence.tried import Branch

Lines = dict[str, set[int]]  # by the file
LONGEST = 70  # signs of a condition
# What examines claims, every claim alike, is no claim's own.
EXAMINES = ("claims.kit.", "claims.evidence.", "claims.texts", "claims.catalogue", "claims.facts")


@contextmanager
def lines_run(files: frozenset[str], so_far: Lines) -> Iterator[None]:
    """Collect the lines of these files that run while the block lasts; other files are not slowed down. Where something else
    traces already, a debugger for instance, nothing is collected."""

    def of_a_call(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        so_far[frame.f_code.co_filename].add(frame.f_lineno)
        return of_a_line

    def of_a_line(frame: FrameType, event: str, _: Any) -> Any:
        so_far[frame.f_code.co_filename].add(frame.f_lineno)
        return of_a_line

    if sys.gettrace() is not None:
        yield
        return
    sys.settrace(of_a_call)
    try:
        yield
    finally:
        sys.settrace(None)


def nothing_run() -> Lines:
    """No line of any file."""
    return defaultdict(set)


def forget(reached: Iterable[Target]) -> None:
    """What these functions keep of calls before: else they would not run again, and seem never to come to their branches."""
    for one in reached:
        clear = getattr(getattr(sys.modules.get(one.module), one.name, None), "cache_clear", None)
        if clear:
            clear()


def never_reached(reached: Iterable[Target], run: Lines) -> list[Branch]:
    """The branches of implementations and of the property that a search did not come to, in functions that it did come to; of
    those that lie within one another the outermost. One that only raises is no branch of what is computed: it refuses what no
    domain holds."""
    found = []
    for one in sorted(reached):
        file = here().file_of(one.module)
        if one.module.startswith(EXAMINES) or file is None:
            continue
        lines = run.get(str(file), set())
        for function, (body, branches) in _functions(file).items():
            if function.partition(".")[0] == one.name and lines & _lines_of(body):
                name = f"{one.module}.{function}"
                found += [Branch(name, here().place(one.module), at, when) for at, when in _missed(branches, lines)]
    return sorted(set(found))


class Part(NamedTuple):
    """What is carried out, or is not, as a whole; and when it is."""

    when: str
    body: list[ast.stmt]


def _missed(branches: Iterable[Part], lines: set[int]) -> Iterator[tuple[int, str]]:
    """Of the outermost branches to which no line belongs: where each begins, and when it is taken."""
    within: set[int] = set()
    for when, body in branches:  # those around a branch come before it
        own = _lines_of(body)
        if not own & lines and not own <= within and not isinstance(body[-1], ast.Raise):
            yield body[0].lineno, when
        if not own & lines:
            within |= own


@cache
def _functions(file: Path) -> dict[str, tuple[list[ast.stmt], list[Part]]]:
    """Of each function and method in a file: its body, and its branches."""
    found: dict[str, tuple[list[ast.stmt], list[Part]]] = {}

    def look(nodes: Iterable[ast.AST], before: str) -> None:
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                look(node.body, f"{before}{node.name}.")
            elif isinstance(node, ast.FunctionDef):
                found[f"{before}{node.name}"] = node.body, list(_branches(node))

    look(ast.parse(file.read_text(encoding="utf-8")).body, "")
    return found


def _branches(function: ast.FunctionDef) -> Iterator[Part]:
    for node in ast.walk(function):  # floor by floor
        if isinstance(node, ast.If | ast.For | ast.While):
            kind = type(node).__name__.lower()
            when = _said(kind, node.target, "in", node.iter) if isinstance(node, ast.For) else _said(kind, node.test)
            yield Part(when, node.body)
            if node.orelse:
                yield Part(f"else of {when}", node.orelse)
        elif isinstance(node, ast.Try):
            yield from (Part(_said("except", one.type), one.body) for one in node.handlers)
        elif isinstance(node, ast.Match):
            yield from (Part(_said("case", one.pattern), one.body) for one in node.cases)


def _said(*parts: str | ast.AST | None) -> str:
    """As the source has it, in one line."""
    said = " ".join(one if isinstance(one, str) else ast.unparse(one) for one in parts if one)
    return said if len(said) <= LONGEST else f"{said[:LONGEST]} …"


def _lines_of(body: list[ast.stmt]) -> set[int]:
    return set(range(body[0].lineno, (body[-1].end_lineno or body[-1].lineno) + 1))


def files_of(reached: Iterable[Target]) -> frozenset[str]:
    """The files in which these definitions stand, a property's own among them."""
    return frozenset(str(file_at(here().place(one.module)).resolve()) for one in reached if here().place(one.module))
