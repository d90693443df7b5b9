"""What a small change may be: one node of a function's syntax tree, changed in one of these ways.

    comparison        < and ≤, > and ≥, = and ≠, `in` and `not in`, `is` and `is not` for each other; or turned round
    arithmetic        + and -, · and /, // and /, % and ·, ** and · for each other; the factors of a matrix product exchanged
    logic             `and` and `or` for each other; a `not` or a minus dropped; a condition that is always true, or never
    constant          a number one more or one less, True for False
    arguments         the first two exchanged, a named one left out
    slice             a bound one more or one less, and one where there was none
    statement         left out: a call, an assignment in place, a raise; `break` for `continue`
    return            nothing in place of what was returned
    choice            the branches of a conditional expression exchanged; a filter of a comprehension left out

Words are not changed: what stands in strings, docstrings, annotations and messages of errors. Nor is what runs at import alone:
a module's constants, defaults of arguments, fields.
"""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from types import CodeType

Functions = ast.FunctionDef | ast.AsyncFunctionDef
Change = Callable[[ast.AST], ast.AST | None]

OTHER: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}


@dataclass(frozen=True)
class Site:
    """A change of one node: `place` counts the nodes of the function, `way` the changes of that node."""

    place: int
    way: int
    kind: str
    line: int


def functions(tree: ast.Module) -> Iterator[tuple[str, Functions]]:
    """The functions and methods of a module with the names by which their code is known; nested ones belong to theirs."""

    def within(body: list[ast.stmt], before: str) -> Iterator[tuple[str, Functions]]:
        for node in body:
            if isinstance(node, Functions):
                yield before + node.name, node
            elif isinstance(node, ast.ClassDef):
                yield from within(node.body, f"{before}{node.name}.")

    yield from within(tree.body, "")


def code_of(module: CodeType, name: str) -> CodeType:
    """The code that bears this name in a compiled module."""

    def nested(code: CodeType) -> Iterator[CodeType]:
        for one in code.co_consts:
            if isinstance(one, CodeType):
                yield one
                yield from nested(one)

    return next(code for code in nested(module) if code.co_qualname == name)


def sites(function: Functions) -> list[Site]:
    """All that can be changed in a function, in the order of its text."""
    return [
        Site(place, way, kind, node.lineno)
        for place, node in enumerate(_nodes(function))
        for way, (kind, _) in enumerate(_changes(node))
    ]


def changed(function: Functions, site: Site) -> tuple[str, str]:
    """Change the function in place; what stood there, and what does now. LookupError where there is no such site."""
    nodes = list(_nodes(function))
    if site.place >= len(nodes) or site.way >= len(ways := _changes(nodes[site.place])):
        raise LookupError(f"{function.name} has no site {site}")
    node = nodes[site.place]
    before = ast.unparse(node)
    new = ways[site.way][1]()
    ast.copy_location(new, node)
    ast.fix_missing_locations(new)
    _Instead(node, new).visit(function)
    return before, ast.unparse(new)


class _Instead(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _nodes(function: Functions) -> Iterator[ast.expr | ast.stmt]:
    """The statements and expressions of a body, words left out."""
    first = function.body[0]
    words = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    for statement in function.body[words:]:
        yield from _below(statement)


def _below(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    if isinstance(node, ast.JoinedStr):
        return
    if isinstance(node, ast.expr | ast.stmt):
        yield node
    if isinstance(node, ast.Raise):
        return
    for name, field in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "args") and not isinstance(node, ast.Call):
            continue
        for child in field if isinstance(field, list) else [field]:
            if isinstance(child, ast.AST):
                yield from _below(child)


Way = tuple[str, Callable[[], ast.AST]]


def _changes(node: ast.AST) -> list[Way]:
    """The ways to change one node, each made when it is asked for."""
    return [*_operators(node), *_values(node), *_calls(node), *_bounds(node), *_statements(node)]


def _other(kind: str, node: ast.AST, **fields: object) -> Way:
    return kind, lambda: _with(node, **fields)


def _operators(node: ast.AST) -> Iterator[Way]:
    match node:
        case ast.Compare(ops=[operator]):
            yield from (_other("comparison", node, ops=[other()]) for other in OTHER[type(operator)])
        case ast.BinOp(op=ast.MatMult()) if ast.dump(node.left) != ast.dump(node.right):
            yield _other("arithmetic", node, left=node.right, right=node.left)
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator):
            yield from (_other("arithmetic", node, op=other()) for other in OTHER.get(type(operator), ()))
        case ast.BoolOp(op=operator):
            yield from (_other("logic", node, op=other()) for other in OTHER[type(operator)])
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield "logic", lambda: node.operand


def _values(node: ast.AST) -> Iterator[Way]:
    match node:
        case ast.Constant(value=bool()):
            yield _other("constant", node, value=not node.value)
        case ast.Constant(value=int() | float()):
            yield _other("constant", node, value=node.value + 1)
            yield _other("constant", node, value=node.value - 1)
        case ast.IfExp():
            yield _other("choice", node, body=node.orelse, orelse=node.body)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            if any(one.ifs for one in node.generators):
                yield _other("choice", node, generators=[_with(one, ifs=[]) for one in node.generators])


def _calls(node: ast.AST) -> Iterator[Way]:
    if not isinstance(node, ast.Call):
        return
    first = node.args[:2]
    if len({ast.dump(one) for one in first}) == 2 and not any(isinstance(one, ast.Starred) for one in first):
        yield _other("arguments", node, args=[node.args[1], node.args[0], *node.args[2:]])
    for i, named in enumerate(node.keywords):
        if named.arg is not None:
            yield _other("arguments", node, keywords=[*node.keywords[:i], *node.keywords[i + 1 :]])


def _bounds(node: ast.AST) -> Iterator[Way]:
    if not isinstance(node, ast.Slice):
        return
    one = ast.Constant(1)
    for name, bound in (("lower", node.lower), ("upper", node.upper)):
        if bound is None:
            yield _other("slice", node, **{name: one if name == "lower" else ast.UnaryOp(ast.USub(), one)})
        else:
            yield _other("slice", node, **{name: ast.BinOp(bound, ast.Add(), one)})
            yield _other("slice", node, **{name: ast.BinOp(bound, ast.Sub(), one)})


def _statements(node: ast.AST) -> Iterator[Way]:
    match node:
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise() | ast.Delete():
            yield "statement", ast.Pass
        case ast.If() | ast.While():
            if isinstance(node, ast.If):
                yield _other("logic", node, test=ast.Constant(True))
            yield _other("logic", node, test=ast.Constant(False))
        case ast.Continue():
            yield "statement", ast.Break
        case ast.Break():
            yield "statement", ast.Continue
        case ast.Return(value=ast.expr()) if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield _other("return", node, value=ast.Constant(None))


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """A copy of a node that has other fields; what it holds is shared."""
    new = type(node)(**{name: getattr(node, name) for name in node._fields if hasattr(node, name)} | fields)
    return deepcopy(new)
