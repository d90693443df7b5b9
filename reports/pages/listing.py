"""A claim's own source code, as it stands in the checkout: its decorator with the property below, or its row of facts."""

import ast
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from markupsafe import Markup

from claims.evidence.keys import file_at
from reports.pages.highlighting import LANGUAGES, highlighted

ROW = "[[fact]]"


def listing(defined_at: str, root: Path | None = None) -> Markup:
    """What stands at this `file:line`, highlighted; nothing where the sources are not there or have moved on."""
    name, _, line = defined_at.rpartition(":")
    path = root / name if root else file_at(name)
    if path.suffix not in LANGUAGES or not line.isdigit() or not path.is_file():
        return Markup()
    of = _statement if path.suffix == ".py" else _row
    return highlighted(of(path, int(line)), path.suffix)


@cache
def code_of(path: Path) -> str:
    """What is in a file of sources; nothing where it is none or is not there."""
    return path.read_text(encoding="utf-8") if path.suffix in LANGUAGES and path.is_file() else ""


@cache
def _parsed(path: Path) -> tuple[Sequence[str], ast.Module]:
    text = path.read_text(encoding="utf-8")
    return text.splitlines(), ast.parse(text)


def _statement(path: Path, line: int) -> str:
    """The statement that makes the claim, and the property that it hands on if that is another's."""
    lines, tree = _parsed(path)
    made = next((node for node in tree.body if _first(node) <= line <= (node.end_lineno or 0)), None)
    if made is None:
        return ""
    named = {node.id for node in ast.walk(made) if isinstance(node, ast.Name)}
    handed_on = [] if isinstance(made, ast.FunctionDef) else [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in named and node.decorator_list
    ]  # fmt: skip
    parts = [lines[_first(made) - 1 : made.end_lineno], *(lines[node.lineno - 1 : node.end_lineno] for node in handed_on)]
    return "\n\n\n".join("\n".join(part) for part in parts)


def _first(node: ast.stmt) -> int:
    """The line it begins on, decorators included."""
    return min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])


def _row(path: Path, line: int) -> str:
    """From this line to the next row."""
    first, *rest = path.read_text(encoding="utf-8").splitlines()[line - 1 :] or [""]
    after = next((number for number, text in enumerate(rest) if text.strip() == ROW), len(rest))
    return "\n".join([first, *rest[:after]]).rstrip()
