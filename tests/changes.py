"""Small changes of the project's definitions, drawn by a seed: what an edit might do. The table of mutants is among them."""

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from claims.evidence.keys import ROOT, Sources, Target, here
from claims.evidence.source import Piece, Source
from tests.mutants import MUTANTS, Mutant

PLACES = ("impls", "claims/subjects", "claims/kit")
OTHERS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.MatMult: ast.Mult, ast.Pow: ast.Mult,
          ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
          ast.And: ast.Or, ast.Or: ast.And, ast.Is: ast.IsNot, ast.IsNot: ast.Is}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A definition, and the file with the change made."""

    target: Target
    file: Path
    content: bytes
    what: str

    def __str__(self) -> str:
        return f"{self.target}: {self.what}"

    @property
    def after(self) -> Sources:
        """The source with the change made."""
        return Sources(here().read | here().known, {self.file: self.content})

    @property
    def targets(self) -> set[Target]:
        """The definitions of the file that are no longer what they were: of `A, B = 1, 2` it may be B."""
        before, after = here().module(self.target.module), self.after.module(self.target.module)
        assert before is not None
        assert after is not None
        others = {name for name in before.defined | after.defined if _piece(before, name) != _piece(after, name)}
        return {Target(self.target.module, name) for name in others}


def _piece(source: Source, name: str) -> Piece | None:
    return source.defined[name].piece if name in source.defined else None


def drawn(count: int, seed: int) -> Iterator[Change]:
    """So many changes: all mutants of the table, and then definitions drawn at random, no two changes alike."""
    yield from map(of_mutant, MUTANTS)
    draw, found = random.Random(seed), set()
    definitions = list(every_definition())
    while len(found) < count - len(MUTANTS):
        change = changed(draw.choice(definitions), draw)
        if change and change.content not in found:
            found.add(change.content)
            yield change


def every_definition() -> Iterator[Target]:
    """All definitions of the places where an edit can change evidence."""
    for place in PLACES:
        for file in sorted((ROOT / place).rglob("*.py")):
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            source = here().module(name)
            assert source is not None
            yield from (Target(name, one) for one in source.defined)


def of_mutant(mutant: Mutant) -> Change:
    """A row of the table."""
    module, _, name = mutant.place.rpartition(".")
    file = here().file_of(module)
    assert file is not None
    text = file.read_text(encoding="utf-8")
    node = next(one for one in ast.parse(text).body if getattr(one, "name", "") == name)
    lines = text.splitlines(keepends=True)
    body = "".join(lines[node.lineno - 1 : node.end_lineno])
    assert body.count(mutant.was) == 1, mutant
    content = [*lines[: node.lineno - 1], body.replace(mutant.was, mutant.now), *lines[node.end_lineno :]]
    return Change(Target(module, name), file, "".join(content).encode(), mutant.breaks)


def changed(target: Target, draw: random.Random) -> Change | None:
    """A definition with one operator, comparison, number, truth or text changed; None where it has none."""
    file = here().file_of(target.module)
    assert file is not None
    tree = ast.parse(file.read_bytes())
    first, last = here().module(target.module).defined[target.name].lines[0]  # type: ignore[union-attr]
    statement = next(one for one in tree.body if first <= one.lineno <= last or one.lineno == first)
    places = [one for one in _running(statement) if _can_change(one)]
    if not places:
        return None
    place = draw.choice(places)
    before = ast.unparse(place)
    _change(place)
    return Change(target, file, ast.unparse(tree).encode(), f"{before} becomes {ast.unparse(place)}")


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """What is carried out: neither annotations nor docstrings."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for one in value if isinstance(value, list) else [value]:
            is_text = isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
            if isinstance(one, ast.AST) and not is_text:
                yield one
                yield from _running(one)


def _can_change(node: ast.AST) -> bool:
    match node:
        case ast.BinOp() | ast.BoolOp():
            return type(node.op) in OTHERS
        case ast.Compare():
            return type(node.ops[0]) in OTHERS
        case ast.Constant():
            return isinstance(node.value, int | float | str)
    return False


def _change(node: ast.AST) -> None:
    match node:
        case ast.BinOp() | ast.BoolOp():
            node.op = OTHERS[type(node.op)]()
        case ast.Compare():
            node.ops[0] = OTHERS[type(node.ops[0])]()
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=str(value)):
            node.value = f"{value}!"
        case ast.Constant(value=value):
            node.value = value + 1
