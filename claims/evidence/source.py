"""A module of the project as its source tells it, never imported: what it defines, what each definition mentions, its claims.

A definition is a statement at the top of a module that gives a name to something: a function, a class, a constant. Comments,
docstrings, the annotations of functions, line numbers and the file are no part of its meaning.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from claims.evidence.syntax import (
    COMPREHENSION,
    SCOPE,
    decorators,
    defines,
    imports,
    is_claim,
    is_docstring,
    parts,
    path_of,
    shape,
    start_of,
    stored,
    within,
    words_of,
)  # fmt: skip

ROLES = ("as_written", "amended", "fails_for", "holds_for", "altered", "witness", "also")


class Piece(msgspec.Struct, frozen=True):
    """A piece of source: a fingerprint of its own `shape`, and what it mentions, from the words in which it does to the full
    name; that of the same module's definitions begins with a full stop."""

    shape: str
    mentions: dict[str, str]


class Defined(msgspec.Struct, frozen=True):
    """A definition: its piece, the first and last lines of its statements, and for a constant such as `ROOT / "folder"` the path
    that it names."""

    piece: Piece
    lines: list[tuple[int, int]]
    path: str = ""


class ReadingSource(msgspec.Struct, frozen=True):
    """A reading as it is written, by its role; without a name where the names are computed."""

    role: str
    name: str
    piece: Piece


class ClaimSource(msgspec.Struct, frozen=True):
    """A claim as it is written. `check` is the property, `by` the engine and `figure` its figure, if they are named, `whole` all
    of it, words included; `defines` is the name that it is given,
    and it `says` this, where that is a plain text."""

    id: str
    line: int
    check: Piece
    by: Piece | None
    figure: Piece | None
    readings: list[ReadingSource]
    whole: Piece
    defines: str = ""
    says: str = ""


class Source(msgspec.Struct, frozen=True):
    """A file: definitions by name, what imports call what, what is done and defines nothing, and claims in their order."""

    defined: dict[str, Defined]
    imported: dict[str, str]
    effects: Piece
    claims: list[ClaimSource]
    sections: list[str] | None = None


def digest(*words: str) -> str:
    """A fingerprint of some words."""
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:24]


def read(content: bytes, file: str = "") -> Source:
    """A file's source. SyntaxError where it is none."""
    try:
        return _Reader(ast.parse(content, file)).source()
    except SyntaxError as problem:
        problem.filename = file
        raise


class _Reader:
    """One file, being read."""

    def __init__(self, tree: ast.Module) -> None:
        self.imported: dict[str, str] = {}
        self.statements: dict[str, list[ast.stmt]] = {}
        self.effects: list[ast.stmt] = []
        for statement in tree.body:
            self._take(statement)

    def source(self) -> Source:
        every = [one for found in self.statements.values() for one in found]
        sections = next((one.value for one in self.statements.get("SECTIONS", []) if isinstance(one, ast.Assign)), None)
        return Source(
            defined={name: self._defined(found) for name, found in self.statements.items()},
            imported=self.imported,
            effects=self._piece(*self.effects),
            claims=[made for one in every for made in self._claims(one)],
            sections=None if sections is None else list(ast.literal_eval(sections)),
        )

    def _take(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            self.imported |= imports(statement)
        elif isinstance(statement, ast.If) and words_of(statement.test) == "TYPE_CHECKING":
            for inner in [*statement.body, *statement.orelse]:  # what a lazy front door hands out stands here
                self._take(inner)
        elif pairs := list(defines(statement)):
            for name, part in pairs:
                self.statements.setdefault(name, []).append(part)
        elif not is_docstring(statement):
            self.effects.append(statement)

    def _defined(self, statements: list[ast.stmt]) -> Defined:
        lines = [(start_of(one), one.end_lineno or one.lineno) for one in statements]
        return Defined(self._piece(*statements), lines, path_of(statements[0]))

    def _piece(self, *nodes: ast.AST) -> Piece:
        found: dict[str, str] = {}
        for node in nodes:
            self._look(node, self.imported, found)
            if isinstance(node, ast.AnnAssign):  # of a constant it says what will be held there
                self._look(node.annotation, self.imported, found)
        return Piece(digest(*map(shape, nodes)), dict(sorted(found.items())))

    # --- what is mentioned

    def _look(self, node: ast.AST, known: Mapping[str, str], found: dict[str, str]) -> None:
        """`known` are names and what they stand for; local ones for nothing, which hides what is called the same outside."""
        words = words_of(node)
        first = words.partition(".")[0]
        if first in known:
            if known[first]:
                found[words] = known[first] + words.removeprefix(first)
        elif first in self.statements:
            if not isinstance(getattr(node, "ctx", None), ast.Store):
                found[first] = f".{first}"
        elif isinstance(node, SCOPE):
            self._look_into_function(node, known, found)
        elif isinstance(node, COMPREHENSION):
            self._look(node.generators[0].iter, known, found)  # which is evaluated outside
            inner = {**known, **dict.fromkeys(stored(one.target for one in node.generators), "")}
            self._look_at(parts(node), inner, found)
        else:
            self._look_at(parts(node), known, found)

    def _look_at(self, nodes: Iterable[ast.AST], known: Mapping[str, str], found: dict[str, str]) -> None:
        for node in nodes:
            self._look(node, known, found)

    def _look_into_function(self, node: Any, known: Mapping[str, str], found: dict[str, str]) -> None:
        outside = [*node.args.defaults, *filter(None, node.args.kw_defaults), *decorators(node)]
        self._look_at(outside, known, found)
        body = node.body if isinstance(node.body, list) else [node.body]
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        inner = {**known, **dict.fromkeys([one.arg for one in given if one], ""), **dict.fromkeys(stored(body), "")}
        for one in within(body):
            if isinstance(one, ast.Import | ast.ImportFrom):
                inner |= imports(one)
            elif isinstance(one, ast.Global):
                hidden = {name: full for name, full in inner.items() if name not in one.names}
                inner = hidden | {name: self.imported[name] for name in one.names if name in self.imported}
        self._look_at((one for one in body if not is_docstring(one)), inner, found)

    # --- claims

    def _claims(self, statement: ast.stmt) -> Iterator[ClaimSource]:
        """The claims that a statement makes, the lowest decorator first."""
        if isinstance(statement, ast.FunctionDef):
            calls = [one for one in reversed(statement.decorator_list) if is_claim(one)]
            yield from (self._claim(call, statement, statement.name) for call in calls)
        elif isinstance(value := getattr(statement, "value", None), ast.Call) and is_claim(value.func) and value.args:
            yield self._claim(value.func, value.args[0], next(iter(defines(statement)), ("",))[0])

    def _claim(self, call: Any, check: ast.AST, defines: str) -> ClaimSource:
        given = {one.arg: one.value for one in call.keywords if one.arg}
        readings = [one for role in ROLES if role in given for one in self._readings(role, given[role])]
        id, says = _text(next(iter(call.args), None)), _text(given.get("says"))
        by, figure = (self._piece(given[name]) if name in given else None for name in ("by", "figure"))
        return ClaimSource(id, call.lineno, self._piece(check), by, figure, readings, self._piece(call, check), defines, says)

    def _readings(self, role: str, value: ast.AST) -> Iterator[ReadingSource]:
        named = role.replace("_", " ")
        if role == "as_written":
            yield ReadingSource(named, named, self._piece(value))
        elif isinstance(value, ast.Dict):
            for key, one in zip(value.keys, value.values, strict=True):
                name = str(key.value) if isinstance(key, ast.Constant) else ""
                yield ReadingSource(named, name, self._piece(*filter(None, (key, one))))
        else:
            yield ReadingSource(named, "", self._piece(value))


def _text(node: ast.AST | None) -> str:
    """A plain text; empty for anything else."""
    return str(node.value) if isinstance(node, ast.Constant) else ""
