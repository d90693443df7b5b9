"""`claim-reviews.jsonld`: each verdict as a schema.org `ClaimReview`, which collections of fact checks read.

The rating is a scale of truth with a step a decided verdict: 1 *refuted*, 2 *qualified* (true under a condition that the text
leaves out), 3 *supported*. *Undecided* is no degree of truth, neither worse than refuted nor between two others, so it has its
word and its reason but no number: a harvester that sorts or averages by number must not count it."""

from typing import Any

from reports.record.record import ClaimRecord, Record
from reports.text.citing import address
from reports.text.plain import plain
from reports.text.wording import CORRECTED, TRUTH, question

CONTEXT = "https://schema.org"


def claim_reviews(record: Record) -> dict[str, Any]:
    """All of them; the addresses are relative to the report's folder, unless it is said where that is published."""
    reviews = [claim_review(one, record, pages="site/claims/") for one in record.claims]
    return {"@context": CONTEXT, "@graph": [{key: part for key, part in one.items() if key != "@context"} for one in reviews]}


def claim_review(claim: ClaimRecord, record: Record, pages: str = "claims/") -> dict[str, Any]:
    """One of them. `pages` is where the pages of claims lie as seen from where this is put: empty in such a page itself."""
    return {
        "@context": CONTEXT, "@type": "ClaimReview", "url": address(record, claim) or f"{pages}{claim.id}.html",
        "identifier": claim.id, "claimReviewed": plain(claim.says), "datePublished": record.run.date,
        "author": {"@type": "Organization", "name": record.text.authors},
        "reviewBody": f"{_why(claim)} {CORRECTED[claim.verdict]}: {plain(claim.teach)}", "reviewRating": _rating(claim),
        "itemReviewed": {"@type": "Claim", "text": plain(claim.says), "appearance": _appearance(claim, record)},
    }  # fmt: skip


def _why(claim: ClaimRecord) -> str:
    return plain(f"{claim.why} Scope: {claim.scope}." if claim.scope else claim.why)


def _rating(claim: ClaimRecord) -> dict[str, Any]:
    told = {"@type": "Rating", "alternateName": claim.verdict, "ratingExplanation": _why(claim)}
    if claim.verdict not in TRUTH:
        return told
    return told | {"ratingValue": TRUTH[claim.verdict], "worstRating": min(TRUTH.values()), "bestRating": max(TRUTH.values())}


def _appearance(claim: ClaimRecord, record: Record) -> dict[str, Any]:
    """Where the statement is made: the text, and the lines of it; or the page on which it is asked."""
    if claim.asked:
        place, asks, address = question(claim)
        return {"@type": "WebPage", "name": plain(place), "description": plain(asks), "url": address}
    where = {"pagination": f"lines {', '.join(map(str, claim.lines))}"} if claim.lines else {}
    return {"@type": "Article", "name": record.text.title, **where}
