"""What a reading must come out as, seen by itself: what its role demands, and what follows from the verdict that is pinned."""

from dataclasses import dataclass
from typing import get_args

from claims.evidence.evidence import ReadingEvidence
from claims.evidence.outcomes import MUST_COME_OUT, Outcome
from claims.evidence.profiles import Profile
from claims.evidence.verdict import how_often, pinned, told_from, trouble_with
from claims.kit.claim import Claim
from claims.kit.reading import Reading

DECIDED: tuple[Outcome, ...] = ("held", "fell")
MUST: dict[Outcome, str] = {"held": "hold", "fell": "fall", "undecided": "stay undecided"}
ANY: frozenset[Outcome] = frozenset(get_args(Outcome))  # where nothing is pinned


@dataclass(frozen=True)
class Pin:
    """The outcomes that are right, and why in words. An error is news in any case."""

    right: frozenset[Outcome]
    why: str


def pin_of(claim: Claim, one: Reading) -> Pin:
    """A control comes out as its role says, an altered sentence otherwise than the statement, any other as the verdict has it."""
    if must := MUST_COME_OUT.get(one.role):
        return Pin(frozenset(each for each in DECIDED if each == must), f"for it is a control ({one.role})")
    if one.role == "altered":
        return Pin(_of_altered(claim, one) or ANY, "or the altered sentence is not told from the statement")
    contrary = ", and this reading as contrary" if one.name in claim.contrary else ""
    return Pin(_of(claim, one) or ANY, f"for the claim is pinned as {claim.expect}{contrary}")


def amiss(claim: Claim, one: Reading, seen: ReadingEvidence, profile: Profile) -> str:
    """What is wrong with what came of a reading, in a line; nothing where it is as pinned."""
    if seen.outcome == "error":
        return f"error: {seen.why}"
    pin = pin_of(claim, one)
    if seen.outcome not in pin.right:
        must = " or ".join(words for outcome, words in MUST.items() if outcome in pin.right)
        came = f"held in {how_often(seen)}" if seen.outcome == "held" else seen.outcome
        return f"{came} and must {must}, {pin.why}" + (f": {seen.why}" if seen.why else "")
    counts = seen.outcome in DECIDED and one.role != "also" and profile.may_conclude
    return (trouble_with(seen) or "") if counts else ""


def too_little(seen: ReadingEvidence, profile: Profile) -> bool:
    """Whether a search that held was cut short by the profile: it says nothing."""
    return not profile.may_conclude and seen.engine == "search" and seen.outcome == "held" and not seen.complete


def _of(claim: Claim, one: Reading) -> frozenset[Outcome]:
    found = pinned(one.role, one.name, claim.expect, claim.contrary)
    open_: frozenset[Outcome] = frozenset({"undecided"})  # an undecided statement is one that its own reading leaves open
    return found or (open_ if one.role == "as written" else frozenset())


def _of_altered(claim: Claim, one: Reading) -> frozenset[Outcome]:
    """As the judge tells it from the statement, if that came out as pinned."""
    stated = [_as_if(each, came) for each in claim.readings if each.role in ("as written", "amended")
              for came in DECIDED if came in _of(claim, each)]  # fmt: skip
    return frozenset(came for came in DECIDED if told_from(_as_if(one, came), stated))


def _as_if(one: Reading, came: Outcome) -> ReadingEvidence:
    return ReadingEvidence(name=one.name, role=one.role, engine="", outcome=came, why="")
