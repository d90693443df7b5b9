"""Python's syntax: which names a statement binds, and what of a piece of source has a meaning."""

import ast
from collections.abc import Iterable, Iterator
from typing import Any

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPE = (*FUNCTION, ast.Lambda)
COMPREHENSION = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
READ_BY_DATACLASSES = ("ClassVar", "InitVar", "KW_ONLY")
CLAIM = "claim"  # the decorator; what it is given is no part of the property's meaning
# What means nothing, or is not there in every Python.
UNREAD = {"ctx", "kind", "type_comment", "type_params", "type_ignores", "returns", "lineno"}

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
        if statement.names[0].name == "*":
            raise SyntaxError(f"line {statement.lineno} imports whatever there is; name what is needed")
        return {alias.asname or alias.name: f"{statement.module}.{alias.name}" for alias in statement.names}
    plain = {alias.name.partition(".")[0] for alias in statement.names if not alias.asname}
    return {name: name for name in plain} | {alias.asname: alias.name for alias in statement.names if alias.asname}


def defines(statement: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    """The names that a statement defines, each with its part of it: of `A, B = 1, 2` the first is `A = 1`."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name, statement
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if _pairwise(names, values):
            for name, value in zip(names, values, strict=True):
                yield from ((one, ast.copy_location(ast.Assign([name], value), statement)) for one in stored([name]))
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from ((name, statement) for name in dict.fromkeys(stored(targets)))


def _pairwise(names: list[ast.expr], values: list[ast.expr]) -> bool:
    return len(names) == len(values) and not any(isinstance(one, ast.Starred) for one in (*names, *values))


def stored(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The names that are bound in these, functions and comprehensions within them left aside."""
    for node in within(nodes):
        match node:
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name


def within(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """These and what is below them in the same scope; in a comprehension only `:=` binds names outside of it."""
    for node in nodes:
        yield node
        if isinstance(node, COMPREHENSION):
            yield from (one.target for one in ast.walk(node) if isinstance(one, ast.NamedExpr))
        elif not isinstance(node, (*SCOPE, ast.ClassDef)):
            yield from within(ast.iter_child_nodes(node))


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
            yield name, [_field(one, bool(node.bases)) for one in node.body if not is_docstring(one)]
        elif name == "body" and isinstance(node, FUNCTION):
            yield name, [one for one in node.body if not is_docstring(one)]
        elif name == "decorator_list":
            yield name, decorators(node)
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


def decorators(node: Any) -> list[ast.expr]:
    """But for claims."""
    return [one for one in getattr(node, "decorator_list", ()) if not is_claim(one)]


def is_claim(node: ast.AST) -> bool:
    """A call of the decorator."""
    return isinstance(node, ast.Call) and words_of(node.func) == CLAIM


def is_docstring(node: ast.AST) -> bool:
    """A text by itself."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def start_of(statement: ast.stmt) -> int:
    """Its first line, decorators included."""
    return min([statement.lineno, *(one.lineno for one in getattr(statement, "decorator_list", ()))])


def path_of(statement: ast.stmt) -> str:
    """What a constant such as `ROOT / "a" / "b"` names, from the checkout's root."""
    node = statement.value if isinstance(statement, ast.Assign) else None
    words: list[str] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant):
        words.insert(0, str(node.right.value))
        node = node.left
    return "/".join(words) if words and isinstance(node, ast.Name) and node.id == "ROOT" else ""
