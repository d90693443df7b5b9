"""The code of a function, changed and put in place of its own wherever the function is held."""

import ast
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
    return [
        Change(module, name, site) for module in modules(folders) for name, node in _functions(module) for site in sites(node)
    ]


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
    node = _function(ast.parse(_source(change.module)), change.function)
    return hashlib.sha256(f"{ast.dump(node)}\0{change.site.place}.{change.site.way}".encode()).hexdigest()[:16]


def put_in_place(change: Change) -> int:
    """Give every function that runs this code the changed one; how many there were. LookupError where the change does not fit."""
    importlib.import_module(change.module.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    tree = ast.parse(_source(change.module))
    changed(_function(tree, change.function), change.site)
    new = code_of(compile(tree, str(ROOT / change.module), "exec"), change.function)
    held = [one for one in gc.get_objects() if type(one) is FunctionType and _is(one.__code__, change)]
    for function in held:
        if len(function.__code__.co_freevars) != len(new.co_freevars):
            raise LookupError(f"{change.of} closes over other names once it is changed")
        function.__code__ = new
    return len(held)


def _is(code: CodeType, change: Change) -> bool:
    return code.co_qualname == change.function and code.co_filename == str(ROOT / change.module)


def _function(tree: ast.Module, name: str) -> Functions:
    return next(node for known, node in functions(tree) if known == name)


def _functions(module: str) -> list[tuple[str, Functions]]:
    return list(functions(ast.parse(_source(module))))


@cache
def _source(module: str) -> str:
    """As it stood when it was first asked for: an edit in the middle of a run changes nothing."""
    return (ROOT / module).read_text(encoding="utf-8")
