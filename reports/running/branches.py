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

Lines = dict[str, set[int]]  # by the file
IMPLEMENTATIONS = "impls."


class Branch(NamedTuple):
    """Where a branch begins, and the function that it belongs to."""

    function: str
    place: str
    line: int


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


def never_reached(reached: Iterable[Target], run: Lines) -> list[Branch]:
    """The branches of implementations that a search did not come to, in functions that it did come to. One that only raises is
    no branch of what is computed: it refuses what no domain holds."""
    found = []
    for one in sorted(reached):
        file = here().file_of(one.module)
        if not one.module.startswith(IMPLEMENTATIONS) or file is None:
            continue
        lines = run.get(str(file), set())
        for function, parts in _functions(file).items():
            if function.partition(".")[0] == one.name and lines & _own_lines(parts):
                found += [
                    Branch(f"{one.module.removeprefix(IMPLEMENTATIONS)}.{function}", here().place(one.module), part[0].lineno)
                    for part in parts[1:] if not isinstance(part[-1], ast.Raise) and not lines & _lines_of(part)
                ]  # fmt: skip
    return sorted(set(found))


Part = list[ast.stmt]


@cache
def _functions(file: Path) -> dict[str, list[Part]]:
    """Of each function and method in a file: its body, and behind that the body of each of its branches."""
    found: dict[str, list[Part]] = {}

    def look(nodes: Iterable[ast.AST], before: str) -> None:
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                look(node.body, f"{before}{node.name}.")
            elif isinstance(node, ast.FunctionDef):
                found[f"{before}{node.name}"] = [node.body, *_branches(node)]

    look(ast.parse(file.read_text(encoding="utf-8")).body, "")
    return found


def _branches(function: ast.FunctionDef) -> Iterator[Part]:
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.For | ast.While):
            yield node.body
            if node.orelse:
                yield node.orelse
        elif isinstance(node, ast.Try):
            yield from (handler.body for handler in node.handlers)
        elif isinstance(node, ast.Match):
            yield from (case.body for case in node.cases)


def _own_lines(parts: list[Part]) -> set[int]:
    return _lines_of(parts[0])


def _lines_of(part: Part) -> set[int]:
    return set(range(part[0].lineno, (part[-1].end_lineno or part[-1].lineno) + 1))


def files_of(reached: Iterable[Target]) -> frozenset[str]:
    """The files in which these definitions stand, a property's own among them."""
    return frozenset(str(file_at(here().place(one.module)).resolve()) for one in reached if here().place(one.module))
