"""Implementations with one guard taken away, each of which some claim must notice.

    python -m tests.mutants [PART OF A NAME]    tries every claim that rests on the spoilt module, and prints who noticed

A mutant changes one piece of text in one function. Its code replaces the function's own while a claim is examined, so
whoever holds the function, under whatever name, runs the spoilt one.
"""

import ast
import importlib
import inspect
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, reduce
from pathlib import Path
from types import CodeType

from claims import every_claim
from claims.catalogue import Keys, catalogue
from claims.evidence.keys import ROOT, here
from claims.evidence.profiles import PROFILES
from claims.evidence.verdict import judge
from claims.kit.claim import Claim
from claims.kit.examine import examine_reading
from tests.mutating.operators import code_of, functions


@dataclass(frozen=True)
class Mutant:
    """`place` is a function, `was` the text in it that becomes `now`; `caught_by` are claims whose verdict must change."""

    place: str
    was: str
    now: str
    breaks: str
    caught_by: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.place.removeprefix('impls.')}: {self.breaks}"

    @property
    def module(self) -> str:
        """The module that it stands in: all of the place that is a file."""
        parts = self.place.split(".")
        heads = (parts[:n] for n in range(len(parts), 0, -1))
        return next(".".join(head) for head in heads if (ROOT / Path(*head)).with_suffix(".py").exists())

    @property
    def function(self) -> str:
        """By the name of its code: `step`, or `_Online.forward` for a method."""
        return self.place.removeprefix(f"{self.module}.")


@contextmanager
def spoilt(mutant: Mutant) -> Iterator[None]:
    """The function runs the mutant's code inside the block, and its own again afterwards."""
    module = importlib.import_module(mutant.module)
    function = inspect.unwrap(reduce(getattr, mutant.function.split("."), module))
    own = function.__code__
    function.__code__ = spoilt_code(Path(str(module.__file__)), mutant)
    forget()
    try:
        yield
    finally:
        function.__code__ = own
        forget()


def spoilt_code(file: Path, mutant: Mutant) -> CodeType:
    """The code of the function with the change made to its source; the text must stand there exactly once."""
    source = file.read_text(encoding="utf-8")
    node = next(one for name, one in functions(ast.parse(source)) if name == mutant.function)
    lines = source.splitlines(keepends=True)
    before, body, after = lines[: node.lineno - 1], "".join(lines[node.lineno - 1 : node.end_lineno]), lines[node.end_lineno :]
    if body.count(mutant.was) != 1:
        raise LookupError(f"{mutant.place}: {mutant.was!r} stands {body.count(mutant.was)} times in it, not once")
    module = compile("".join([*before, body.replace(mutant.was, mutant.now), *after]), str(file), "exec")
    return code_of(module, mutant.function)


def forget() -> None:
    """Empty what claims keep from one case to the next: traces of systems, for instance."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("claims.", "impls.")) and not name.startswith("claims.kit"):
            for thing in vars(module).values():
                if hasattr(thing, "cache_clear"):
                    thing.cache_clear()


def verdict(claim: Claim) -> str:
    """The verdict that this run gives, or the crash that kept it from giving one. An ArithmeticError is no accident: a claim
    raises it where an implementation does not compute what it is to compute, and is undecided then."""
    seen = [examine_reading(claim, one, PROFILES["verdict"]) for one in claim.readings]
    crashes = [one.why for one in seen if one.outcome == "error" and not one.why.startswith("ArithmeticError")]
    return f"crash: {crashes[0]}" if crashes else judge(seen).word


def notices(claim: Claim, mutant: Mutant) -> bool:
    """The verdict changes. A crash is no verdict: it shows that the mutant is ill made, not that the claim is watchful."""
    with spoilt(mutant):
        given = verdict(claim)
    return given != claim.expect and not given.startswith("crash")


def resting_on(module: str, function: str | None = None) -> list[Claim]:
    """The claims that are no trials and whose evidence rests on a definition of the module, on that one if it is named, directly
    or not."""
    return [one for one in every_claim() if one.by.name != "trials" and (module, function) in _reached()[one.id]]


@cache
def _reached() -> dict[str, set[tuple[str, str | None]]]:
    """By claim, the definitions that it rests on and, without a name, their modules."""
    keys, found = Keys(here()), {}
    for one in catalogue().entries:
        at = keys.reached(one)
        found[one.id] = {(each.module, each.name) for each in at} | {(each.module, None) for each in at}
    return found


def read_mutants(file: Path = Path(__file__).with_suffix(".toml")) -> tuple[Mutant, ...]:
    """The rows of the table, in its order."""
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["mutant"]
    return tuple(Mutant(**row | {"caught_by": tuple(row["caught_by"])}) for row in rows)


MUTANTS = read_mutants()


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for mutant in (one for one in MUTANTS if wanted in str(one)):
        caught = [claim.id for claim in resting_on(mutant.module) if notices(claim, mutant)]
        print(f"{mutant}\n    {', '.join(caught) or 'NOBODY'}", flush=True)


if __name__ == "__main__":
    main()
