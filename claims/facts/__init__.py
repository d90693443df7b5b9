"""Published figures, dates and attributions: what the essay states beside what the sources print, a TOML file a chapter.

README.md beside the files explains a row. `elsewhere.toml` lists statements that no source is compared with, and why.
"""

from functools import cache
from pathlib import Path

from claims.evidence.sources import read_sources
from claims.kit.claim import Claim
from claims.kit.facts.comparison import claims_of
from claims.kit.facts.fact import Elsewhere, Fact, Placed
from claims.kit.facts.rows import read_facts

FOLDER = Path(__file__).parent


@cache
def _everything() -> tuple[list[Placed], list[Elsewhere]]:
    return read_facts(sorted(FOLDER.glob("*.toml")), read_sources())


@cache
def facts() -> dict[str, Fact]:
    """Every row by its id. ClaimError, with all mistakes at once, if a row is malformed."""
    return {placed.fact.id: placed.fact for placed in _everything()[0]}


@cache
def fact_claims() -> tuple[Claim, ...]:
    """A claim of every row."""
    return tuple(claims_of(_everything()[0], read_sources()))


def elsewhere() -> list[Elsewhere]:
    """The statements that are settled otherwise."""
    return _everything()[1]
