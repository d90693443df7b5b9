"""What a claim is made of, how it is put to the test, and how it is judged. Knows no chapter and no model.

A statement travels: **Claim** (one property plus the readings that fill in its arguments) -> **Evidence** (what
happened to each reading) -> **Verdict** (a pure function of the evidence). A chapter needs only what is imported here.
"""

from claims.kit.claim import Claim, ClaimError, claim
from claims.kit.domain import Domain, cases, domain, only
from claims.kit.engines.exhaustion import exhaustion
from claims.kit.engines.search import search
from claims.kit.engines.statistics import Look
from claims.kit.engines.trials import trials
from claims.kit.property import (
    Falsified,
    Unsettled,
    at_least,
    at_most,
    cannot_tell,
    close,
    holds,
    less_than,
    measure,
    more_than,
    rounding,
    show,
)  # fmt: skip
from claims.kit.reading import reading

__all__ = [
    "Claim", "ClaimError", "Domain", "Falsified", "Look", "Unsettled",
    "at_least", "at_most", "cannot_tell", "cases", "claim", "close", "domain", "exhaustion", "holds",
    "less_than", "measure", "more_than", "only", "reading", "rounding", "search", "show", "trials",
]  # fmt: skip
