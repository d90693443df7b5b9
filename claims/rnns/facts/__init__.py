"""The rows, for properties that reckon with what they print."""

from functools import cache

from claims.evidence.keys import ROOT
from claims.evidence.sources import read_sources
from claims.kit.facts.fact import Fact
from claims.kit.facts.rows import read_facts

FOLDER = ROOT / "claims" / "rnns" / "facts"
BIBLIOGRAPHY = ROOT / "claims" / "rnns" / "sources.bib"


@cache
def facts() -> dict[str, Fact]:
    """Every row by its id. ClaimError, with all mistakes at once, if a row is malformed."""
    rows, _ = read_facts(sorted(FOLDER.glob("*.toml")), read_sources(BIBLIOGRAPHY))
    return {placed.fact.id: placed.fact for placed in rows}
