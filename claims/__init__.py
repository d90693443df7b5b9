"""The essay, chapter by chapter: one function a claim; a chapter is a module, or a package with a list of its SECTIONS.

Nothing registers itself: `every_claim()` looks into the chapters and takes the claims it finds, in the order of the page;
after a chapter's own come those that rows of `facts` make of its published figures.
"""

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from claims.facts import fact_claims
from claims.kit.claim import Claim, ClaimError

CHAPTERS = (
    "promise", "sequential", "gradients", "bottleneck", "forgetting", "long_range",
    "gated", "complexity", "benchmarks", "needed", "attention", "interview",
)  # fmt: skip


@cache
def every_claim() -> tuple[Claim, ...]:
    """All claims in the order of the essay; two claims of one id are refused, and uses of what is not there."""
    present = {module.name for module in pkgutil.iter_modules(__path__)}
    found = [one for name in CHAPTERS for one in (*_own(name, present), *(one for one in fact_claims() if one.chapter == name))]
    for one in fact_claims():
        if one.chapter not in CHAPTERS:
            raise ClaimError(f"{one.defined_at}: id: {one.id!r} names no chapter; begin it with one of {', '.join(CHAPTERS)}")
    seen: dict[str, Claim] = {}
    for one in found:
        if (other := seen.setdefault(one.id, one)) is not one:
            raise ClaimError(f"{one.defined_at}: claim {one.id!r} is already defined at {other.defined_at}; give it another id")
    for one in found:
        if unknown := [id for id in one.uses if id not in seen or id == one.id]:
            raise ClaimError(f"{one.defined_at}: claim {one.id!r} uses {', '.join(unknown)}; name other claims, by their ids")
    return tuple(seen.values())


def _own(name: str, present: set[str]) -> list[Claim]:
    """The claims that a chapter's modules define, in the order in which they stand."""
    if name not in present:
        return []
    sections = _sections(importlib.import_module(f"claims.{name}"))
    return [thing for section in sections for thing in vars(section).values() if isinstance(thing, Claim)]


def _sections(chapter: ModuleType) -> list[ModuleType]:
    """A chapter's own modules in the order in which they are read: itself, unless it lists others."""
    names = getattr(chapter, "SECTIONS", None)
    return [chapter] if names is None else [importlib.import_module(f"{chapter.__name__}.{name}") for name in names]
