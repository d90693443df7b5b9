"""The code of a function, changed and put in place of its own wherever the function is held."""

import ast
import builtins
import gc
import hashlib
import importlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import CodeType, FunctionType

from claims.evidence.keys import ROOT
from tests.mutating.operators import Functions, Site, changed, code_of, functions, sites


@dataclass(frozen=True)
class Change:
    """One site of one function. `module` is a path from the root, `function` the name by which its code is known."""

    module: str
    function: str
    site: Site

    def __str__(self) -> str:
        return f"{self.of}:{self.site.place}.{self.site.way}"

    @property
    def of(self) -> str:
        """The function, as a map of what reaches what calls it."""
        return f"{self.module}:{self.function}"


def all_changes(folders: Sequence[str]) -> list[Change]:
    """Every change of every function in these modules or folders, in the order of paths and lines."""
    return [one for module in modules(folders) for one in _changes_of(module)]


@cache
def _changes_of(module: str) -> tuple[Change, ...]:
    return tuple(Change(module, name, site) for name, node in functions(ast.parse(_source(module))) for site in sites(node))


def modules(folders: Sequence[str]) -> list[str]:
    """The modules in these folders, or these themselves, as paths from the root."""
    files = [path for one in folders for path in ((ROOT / one).rglob("*.py") if not one.endswith(".py") else [ROOT / one])]
    return sorted({path.relative_to(ROOT).as_posix() for path in files})


def sample(changes: list[Change], seed: int, count: int) -> list[Change]:
    """Some of them in an order of chance: of a smaller count the first ones."""
    return random.Random(seed).sample(changes, len(changes))[:count]


def told(change: Change) -> tuple[str, str]:
    """What stands at the site, and what does after the change."""
    return changed(_function(ast.parse(_source(change.module)), change.function), change.site)


def digest(change: Change) -> str:
    """Of the function as it stands, and of the place in it: another one where either is another."""
    content = f"{_meaning(change.module, change.function)}\0{change.site.place}.{change.site.way}"
    return hashlib.sha256(content.encode()).hexdigest()[:16]


@cache
def _meaning(module: str, function: str) -> str:
    return ast.dump(_function(ast.parse(_source(module)), function))


def loaded(module: str) -> None:
    """Import the module of this path, unless it is there."""
    importlib.import_module(module.removesuffix(".py").removesuffix("/__init__").replace("/", "."))


Held = dict[str, list[FunctionType]]  # by the path of the file


def held() -> Held:
    """All functions that there are. A walk through every object, so best once for many children."""
    found: Held = {}
    for one in gc.get_objects():
        if type(one) is FunctionType:
            found.setdefault(one.__code__.co_filename, []).append(one)
    return found


def put_in_place(change: Change, there: Held | None = None) -> int:
    """Give every function that runs this code the changed one, and those that it made when the module was loaded what they run
    then; how many there were. LookupError where the change does not fit."""
    loaded(change.module)
    tree, file = ast.parse(_source(change.module)), str(ROOT / change.module)
    old = code_of(compile(tree, file, "exec"), change.function)
    changed(_function(tree, change.function), change.site)
    new = code_of(compile(tree, file, "exec"), change.function)
    within = _within(old, new)
    some = (there or held()).get(file, [])
    became = [(one, new if one.__code__.co_qualname == change.function else within.get(one.__code__)) for one in some]
    for function, code in became:
        if code and len(function.__code__.co_freevars) != len(code.co_freevars):
            raise LookupError(f"{change.of} closes over other names once it is changed")
        function.__code__ = code or function.__code__
    return sum(code is not None for _, code in became)


def watch(modules: Sequence[str], there: Held) -> set[str]:
    """Let every function of these modules enter its name in a set when it is called; for good. A trace of the interpreter tells
    the same and slows down all the rest, four times and more."""
    entered: set[str] = set()
    builtins._entered = entered.add  # type: ignore[attr-defined]
    for module in modules:
        if some := there.get(str(ROOT / module)):
            told = telling(module)
            named = {one.co_qualname: one for one in told.values()}  # a hook that checks types compiles the same otherwise
            for function in some:
                code = function.__code__
                telling_first = told.get(code) or ("<" not in code.co_qualname and named.get(code.co_qualname)) or code
                if len(telling_first.co_freevars) == len(code.co_freevars):
                    function.__code__ = telling_first
    return entered


@cache
def telling(module: str) -> dict[CodeType, CodeType]:
    """The code of each function, and the same that tells first that it was entered."""
    tree, file = ast.parse(_source(module)), str(ROOT / module)
    before = compile(tree, file, "exec")
    for name, outer in list(functions(tree)):
        tell = ast.Call(ast.Name("_entered", ast.Load()), [ast.Constant(f"{module}:{name}")], [])
        for node in list(ast.walk(outer)):
            if isinstance(node, Functions):
                line = ast.copy_location(ast.Expr(tell), node.body[0])
                node.body.insert(ast.get_docstring(node) is not None, line)
            elif isinstance(node, ast.Lambda):
                node.body = ast.copy_location(
                    ast.Subscript(ast.Tuple([tell, node.body], ast.Load()), ast.Constant(1), ast.Load()), node
                )
        ast.fix_missing_locations(outer)
    return _within(before, compile(tree, file, "exec"))


def _within(old: CodeType, new: CodeType) -> dict[CodeType, CodeType]:
    """What is defined in a function, before and after; nothing where the change took a definition away."""
    before, after = ([one for one in code.co_consts if isinstance(one, CodeType)] for code in (old, new))
    if [one.co_name for one in before] != [one.co_name for one in after]:
        return {}
    pairs = dict(zip(before, after, strict=True))
    return pairs | {a: b for x, y in pairs.items() for a, b in _within(x, y).items()}


def _function(tree: ast.Module, name: str) -> Functions:
    return next(node for known, node in functions(tree) if known == name)


@cache
def _source(module: str) -> str:
    """As it stood when it was first asked for: an edit in the middle of a run changes nothing."""
    return (ROOT / module).read_text(encoding="utf-8")
