"""What a module of this project rests on: the project's own modules that it imports, and those that they import."""

import ast
import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
OURS = ("claims", "impls")


def digest(*files: Path, besides: Path | None = None, of: Callable[[Path], bytes] = Path.read_bytes) -> str:
    """A fingerprint of source files and of all that they rest on, wherever the checkout lies; of all `besides` a folder, and of
    what counts in a file."""
    total = hashlib.sha256()
    found = set(files).union(*map(reached, files))
    for one in sorted(one for one in found if besides is None or not one.is_relative_to(besides)):
        total.update(one.relative_to(ROOT).as_posix().encode() + b"\0" + of(one) + b"\0")
    return total.hexdigest()[:16]


def reached(file: Path) -> set[Path]:
    """The project's files that a file imports, directly or by way of others."""
    found: set[Path] = set()
    waiting = [file]
    while waiting:
        new = _imports(waiting.pop()) - found
        found |= new
        waiting += new
    return found


@cache
def _imports(file: Path) -> frozenset[Path]:
    """The project's files that one file imports. A package's front door counts with what is taken through it, and with the
    data that lie beside it."""
    if file.suffix != ".py":
        return frozenset()
    beside = frozenset(file.parent.glob("*.toml")) if file.name == "__init__.py" else frozenset()
    names = _imported_names(ast.parse(file.read_bytes(), str(file)))
    places = (_file_of(name) for name in names if name.partition(".")[0] in OURS)
    return beside.union(place for place in places if place is not None)


def _imported_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _file_of(name: str) -> Path | None:
    path = ROOT.joinpath(*name.split("."))
    candidates = path.with_suffix(".py"), path / "__init__.py"
    return next((candidate for candidate in candidates if candidate.is_file()), None)
