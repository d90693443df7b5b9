"""The essay, chapter by chapter: one function a claim; a chapter is a module, or a package with a list of its SECTIONS. The last
two are not of the essay: what is asked in class, and what comes of it in the libraries that people use.

Nothing registers itself: `every_claim()` looks into the chapters and takes the claims it finds, in the order of the page;
after a chapter's own come those that rows of `facts` make of its published figures. What is read off the source alone, nothing
imported, is in `claims.catalogue`.
"""

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from claims.kit.claim import Claim

CHAPTERS = (
    "promise", "sequential", "gradients", "bottleneck", "forgetting", "long_range",
    "gated", "complexity", "benchmarks", "needed", "attention", "interview", "asked", "libraries",
)  # fmt: skip
FACTS = "claims.facts"


@cache
def every_claim() -> "tuple[Claim, ...]":
    """All claims in the order of the essay; two claims of one id are refused, and uses of what is not there."""
    from claims.facts import fact_claims

    present = {module.name for module in pkgutil.iter_modules(__path__)}
    found = [one for name in CHAPTERS for one in (*_own(name, present), *(one for one in fact_claims() if one.chapter == name))]
    in_chapters(fact_claims())
    unique(found)
    known_uses(found)
    return tuple({one.id: one for one in found}.values())


def find_claim(id: str, module: str) -> "Claim":
    """The claim of that id, of which it is known where it stands: nothing else is imported."""
    if module == FACTS:
        from claims.facts import fact_claims

        return next(one for one in fact_claims() if one.id == id)
    return next(one for one in claims_in(importlib.import_module(module)) if one.id == id)


def claims_in(module: ModuleType) -> "list[Claim]":
    """The claims that a module defines, in the order in which they stand."""
    from claims.kit.claim import Claim

    return [thing for thing in vars(module).values() if isinstance(thing, Claim)]


def unique(found: Iterable[Any]) -> None:
    """Two claims of one id are refused."""
    seen: dict[str, Any] = {}
    for one in found:
        if (other := seen.setdefault(one.id, one)) is not one:
            _refuse(one, f"claim {one.id!r} is already defined at {other.defined_at}; give it another id")


def known_uses(found: Iterable[Any]) -> None:
    """Uses of what is not there are refused."""
    known = {one.id: one for one in found}
    for one in known.values():
        if unknown := [id for id in one.uses if id not in known or id == one.id]:
            _refuse(one, f"claim {one.id!r} uses {', '.join(unknown)}; name other claims, by their ids")


def in_chapters(found: Iterable[Any]) -> None:
    """Rows of facts that name no chapter are refused."""
    for one in found:
        if one.id.partition(".")[0].replace("-", "_") not in CHAPTERS:
            _refuse(one, f"id: {one.id!r} names no chapter; begin it with one of {', '.join(CHAPTERS)}")


def _refuse(one: Any, why: str) -> None:
    from claims.kit.claim import ClaimError

    raise ClaimError(f"{one.defined_at}: {why}")


def _own(name: str, present: set[str]) -> "list[Claim]":
    """The claims that a chapter's modules define, in the order in which they stand."""
    if name not in present:
        return []
    return [one for section in _sections(importlib.import_module(f"claims.{name}")) for one in claims_in(section)]


def _sections(chapter: ModuleType) -> list[ModuleType]:
    """A chapter's own modules in the order in which they are read: itself, unless it lists others."""
    names = getattr(chapter, "SECTIONS", None)
    return [chapter] if names is None else [importlib.import_module(f"{chapter.__name__}.{name}") for name in names]
