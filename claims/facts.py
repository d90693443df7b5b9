"""Published figures, dates and attributions of a text: what it states beside what the sources print, a TOML file a chapter.

`claims/kit/facts/README.md` explains a row. `elsewhere.toml` lists statements that no source is compared with, and why.
"""

from functools import cache

from claims.evidence.sources import read_sources
from claims.kit.claim import Claim
from claims.kit.facts.comparison import claims_of
from claims.kit.facts.fact import Elsewhere, Placed
from claims.kit.facts.rows import read_facts
from claims.texts import Text


@cache
def read_rows(text: Text) -> tuple[list[Placed], list[Elsewhere]]:
    """All rows of the text. ClaimError, with all mistakes at once, if one is malformed."""
    files = sorted(text.facts.glob("*.toml"))
    return read_facts(files, read_sources(text.bibliography)) if files else ([], [])


@cache
def fact_claims(text: Text) -> tuple[Claim, ...]:
    """A claim of every row."""
    rows = read_rows(text)[0]
    return tuple(claims_of(rows, read_sources(text.bibliography))) if rows else ()


def elsewhere(text: Text) -> list[Elsewhere]:
    """The statements that are settled otherwise."""
    return read_rows(text)[1]
