"""Evidence of a claim, put together in this process and without any store."""

from claims.evidence.evidence import ClaimEvidence
from claims.evidence.profiles import VERDICT
from claims.kit.examine import chart_of, examine_reading


def collect(claim, profile, readings):
    """What was seen of these readings, with the figure that the claim draws from it."""
    chart = chart_of(claim, readings)
    return ClaimEvidence(id=claim.id, profile=profile.name, rests_on="", readings=readings, figure=chart)


def examine_claim(claim, profile=VERDICT):
    """Every reading put to the property, and the evidence of the claim."""
    return collect(claim, profile, [examine_reading(claim, one, profile) for one in claim.readings])
