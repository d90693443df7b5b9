"""A module of the project as its source tells it, never imported: what it defines, what each definition mentions, its claims.

A definition is a statement at the top of a module that gives a name to something: a function, a class, a constant. Comments,
docstrings, the annotations of functions, line numbers and the file are no part of its meaning.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPE = (*FUNCTION, ast.Lambda)
COMPREHENSION = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
UNREAD = {
    "ctx",
    "kind",
    "type_comment",
    "type_params",
    "type_ignores",
    "returns",
    "lineno",
}  # mean nothing, or not in every Python
READ_BY_DATACLASSES = ("ClassVar", "InitVar", "KW_ONLY")
ROLES = ("as_written", "amended", "fails_for", "holds_for", "witness", "also")
CLAIM = "claim"  # the decorator; what it is given is no part of the property's meaning


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
    of it, words included; `defines` is the name that it is given."""

    id: str
    line: int
    check: Piece
    by: Piece | None
    figure: Piece | None
    readings: list[ReadingSource]
    whole: Piece
    defines: str = ""


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
    return _Reader(ast.parse(content, file)).source()


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
        elif pairs := list(_defines(statement)):
            for name, part in pairs:
                self.statements.setdefault(name, []).append(part)
        elif not _is_docstring(statement):
            self.effects.append(statement)

    def _defined(self, statements: list[ast.stmt]) -> Defined:
        lines = [(_start_of(one), one.end_lineno or one.lineno) for one in statements]
        return Defined(self._piece(*statements), lines, _path(statements[0]))

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
            inner = {**known, **dict.fromkeys(_stored(one.target for one in node.generators), "")}
            self._look_at(parts(node), inner, found)
        else:
            self._look_at(parts(node), known, found)

    def _look_at(self, nodes: Iterable[ast.AST], known: Mapping[str, str], found: dict[str, str]) -> None:
        for node in nodes:
            self._look(node, known, found)

    def _look_into_function(self, node: Any, known: Mapping[str, str], found: dict[str, str]) -> None:
        outside = [*node.args.defaults, *filter(None, node.args.kw_defaults), *_decorators(node)]
        self._look_at(outside, known, found)
        body = node.body if isinstance(node.body, list) else [node.body]
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        inner = {**known, **dict.fromkeys([one.arg for one in given if one], ""), **dict.fromkeys(_stored(body), "")}
        for one in _within(body):
            if isinstance(one, ast.Import | ast.ImportFrom):
                inner |= imports(one)
            elif isinstance(one, ast.Global):
                hidden = {name: full for name, full in inner.items() if name not in one.names}
                inner = hidden | {name: self.imported[name] for name in one.names if name in self.imported}
        self._look_at((one for one in body if not _is_docstring(one)), inner, found)

    # --- claims

    def _claims(self, statement: ast.stmt) -> Iterator[ClaimSource]:
        """The claims that a statement makes, the lowest decorator first."""
        if isinstance(statement, ast.FunctionDef):
            calls = [one for one in reversed(statement.decorator_list) if _is_claim(one)]
            yield from (self._claim(call, statement, statement.name) for call in calls)
        elif isinstance(value := getattr(statement, "value", None), ast.Call) and _is_claim(value.func) and value.args:
            yield self._claim(value.func, value.args[0], next(iter(_defines(statement)), ("",))[0])

    def _claim(self, call: Any, check: ast.AST, defines: str) -> ClaimSource:
        given = {one.arg: one.value for one in call.keywords if one.arg}
        readings = [one for role in ROLES if role in given for one in self._readings(role, given[role])]
        id = str(call.args[0].value) if call.args and isinstance(call.args[0], ast.Constant) else ""
        by, figure = (self._piece(given[name]) if name in given else None for name in ("by", "figure"))
        return ClaimSource(id, call.lineno, self._piece(check), by, figure, readings, self._piece(call, check), defines)

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


# --- names ------------------------------------------------------------------------------------------------------------------


def words_of(node: ast.AST) -> str:
    """A dotted name as it is written; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (inner := words_of(node.value)):
        return f"{inner}.{node.attr}"
    return ""


def imports(statement: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """Local names and what they stand for, in full."""
    if isinstance(statement, ast.ImportFrom):
        if statement.level:
            raise SyntaxError(f"line {statement.lineno} imports by a relative name; write it in full")
        return {alias.asname or alias.name: f"{statement.module}.{alias.name}" for alias in statement.names}
    plain = {alias.name.partition(".")[0] for alias in statement.names if not alias.asname}
    return {name: name for name in plain} | {alias.asname: alias.name for alias in statement.names if alias.asname}


def _defines(statement: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    """The names that a statement defines, each with its part of it: of `A, B = 1, 2` the first is `A = 1`."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name, statement
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if _pairwise(names, values):
            for name, value in zip(names, values, strict=True):
                yield from ((one, ast.copy_location(ast.Assign([name], value), statement)) for one in _stored([name]))
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from ((name, statement) for name in dict.fromkeys(_stored(targets)))


def _pairwise(names: list[ast.expr], values: list[ast.expr]) -> bool:
    return len(names) == len(values) and not any(isinstance(one, ast.Starred) for one in (*names, *values))


def _stored(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The names that are bound in these, functions and comprehensions within them left aside."""
    for node in _within(nodes):
        match node:
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name


def _within(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """These and what is below them in the same scope; in a comprehension only `:=` binds names outside of it."""
    for node in nodes:
        yield node
        if isinstance(node, COMPREHENSION):
            yield from (one.target for one in ast.walk(node) if isinstance(one, ast.NamedExpr))
        elif not isinstance(node, (*SCOPE, ast.ClassDef)):
            yield from _within(ast.iter_child_nodes(node))


# --- what has a meaning ------------------------------------------------------------------------------------------------------


def shape(node: object) -> str:
    """A piece of source as one line of text, the same in every Python that can read it."""
    if isinstance(node, ast.AST):
        return f"{type(node).__name__}({','.join(f'{name}={shape(value)}' for name, value in _fields(node))})"
    if isinstance(node, list):
        return f"[{','.join(map(shape, node))}]"
    return f"{type(node).__name__}:{node!r}"


def parts(node: ast.AST) -> Iterator[ast.AST]:
    """The pieces of a piece that have a meaning."""
    for _, value in _fields(node):
        yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, ast.AST))


def _fields(node: ast.AST) -> Iterator[tuple[str, object]]:
    for name, value in ast.iter_fields(node):
        if name in UNREAD or value is None or value == []:
            continue
        if name == "body" and isinstance(node, ast.ClassDef):
            yield name, [_field(one, bool(node.bases)) for one in node.body if not _is_docstring(one)]
        elif name == "body" and isinstance(node, FUNCTION):
            yield name, [one for one in node.body if not _is_docstring(one)]
        elif name == "decorator_list":
            yield name, _decorators(node)
        elif name != "annotation":
            yield name, value


def _field(statement: ast.stmt, has_bases: bool) -> ast.AST:
    """A statement of a class. Bases such as msgspec's read the annotations of fields; a plain dataclass looks for some words."""
    if not isinstance(statement, ast.AnnAssign):
        return statement
    said = (
        [statement.annotation]
        if has_bases or any(word in ast.unparse(statement.annotation) for word in READ_BY_DATACLASSES)
        else []
    )
    return ast.Tuple([statement.target, *said, *([statement.value] if statement.value else [])], ast.Load())


def _decorators(node: Any) -> list[ast.expr]:
    return [one for one in getattr(node, "decorator_list", ()) if not _is_claim(one)]


def _is_claim(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and words_of(node.func) == CLAIM


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _start_of(statement: ast.stmt) -> int:
    """Its first line, decorators included."""
    return min([statement.lineno, *(one.lineno for one in getattr(statement, "decorator_list", ()))])


def _path(statement: ast.stmt) -> str:
    """What a constant such as `ROOT / "a" / "b"` names, from the checkout's root."""
    node = statement.value if isinstance(statement, ast.Assign) else None
    words: list[str] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant):
        words.insert(0, str(node.right.value))
        node = node.left
    return "/".join(words) if words and isinstance(node, ast.Name) and node.id == "ROOT" else ""
