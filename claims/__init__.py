"""The essay, chapter by chapter: one module a chapter, one function a claim.

Nothing registers itself: `every_claim()` looks into the chapters and takes the claims it finds, in the order of the page.
"""

import importlib
import pkgutil
from functools import cache

from claims.kit.claim import Claim, ClaimError

CHAPTERS = (
    "promise", "sequential", "gradients", "bottleneck", "forgetting", "long_range",
    "gated", "complexity", "benchmarks", "needed", "attention", "interview",
)  # fmt: skip


@cache
def every_claim() -> tuple[Claim, ...]:
    """All claims in the order of the essay; two claims of one id are refused."""
    present = {module.name for module in pkgutil.iter_modules(__path__)}
    chapters = [importlib.import_module(f"claims.{name}") for name in CHAPTERS if name in present]
    found = [thing for chapter in chapters for thing in vars(chapter).values() if isinstance(thing, Claim)]
    seen: dict[str, Claim] = {}
    for one in found:
        if (other := seen.setdefault(one.id, one)) is not one:
            raise ClaimError(f"{one.defined_at}: claim {one.id!r} is already defined at {other.defined_at}; give it another id")
    return tuple(seen.values())
