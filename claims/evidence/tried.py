"""What the searches of claims tried, as plain data in one file beside the record: what `observe` saw when it last looked.

It is no evidence and decides nothing. Where the code has changed since, a summary says nothing about the claim as it is now.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec

from claims.evidence.evidence import ClaimEvidence, EvidenceError, Outcome, as_json, write_whole
from claims.evidence.files import UNREADABLE, content_of, told
from claims.evidence.outcomes import Role

TRIED = "tried.json"
FEW = 20  # of which a share says nothing
ASKED = 100  # cases of a control that are looked at, to see how many of them fall
RARE = 5  # of so many: fewer are so few that a search may miss them under another seed
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]  # up to which a float tells all whole numbers apart
Three = tuple[float, float, float]  # the least, the median and the most


class Branch(NamedTuple):
    """Where a branch begins, the function that it belongs to, and when it is taken, as the source has it."""

    function: str
    place: str
    line: int
    when: str


class TriedReading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a search of a reading tried: distinct `cases` of so many `drawn`; how many numbers a case has (`sizes`), how long its
    longest list or array is (`lengths`), and the share of a bound that it used (`strain`), each the least, the median and the
    most; `corners`: how many parts of cases lie in one, of how many. Of one that must fall, how many cases `fall`, of how many
    that were drawn at random until it was plain that they are not rare."""

    name: str
    role: Role
    outcome: Outcome
    cases: Count
    drawn: Count
    sizes: Three | None = None
    lengths: Three | None = None
    strain: Three | None = None
    corners: dict[str, tuple[Count, Count]] = {}
    fall: tuple[Count, Count] | None = None

    @property
    def share(self) -> float:
        """Of the cases that were drawn, how many were new."""
        return self.cases / self.drawn if self.drawn else 1.0

    @property
    def crowded(self) -> list[str]:
        """The corners in which half of the parts of its cases lie, or more. A search that fell at once has few of them, and these
        small, and says nothing."""
        return crowded(self.corners) if self.outcome == "held" else []

    @property
    def has_lists(self) -> bool:
        """Some case has a list or an array that is not empty."""
        return self.lengths is not None and self.lengths[2] > 0

    @property
    def is_rare(self) -> bool:
        """It must fall, and a case in which it does is one among many."""
        return self.fall is not None and self.fall[0] * ASKED < self.fall[1] * RARE


class TriedClaim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the searches of a claim tried. `rests_on` is the fingerprint of the code, as evidence has it; `never` are the branches
    of what it rests on to which none of its searches came, and none of its stored cases."""

    rests_on: str
    readings: list[TriedReading]
    never: list[Branch] = []


def crowded(shares: Mapping[str, tuple[int, int]]) -> list[str]:
    """The corners in which half of the parts lie, or more."""
    return [name for name, (inside, of) in shares.items() if of >= FEW and 2 * inside >= of]


def read_tried(folder: Path) -> dict[str, TriedClaim]:
    """What was tried when it was last looked at, by the claims' ids; nothing where it never was. EvidenceError."""
    path = folder / TRIED
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(content_of(path), type=dict[str, TriedClaim])
    except UNREADABLE as problem:
        raise EvidenceError(f"{path}: not readable ({told(problem)}); delete it, and observe again") from problem


def keep_tried(folder: Path, seen: Mapping[str, TriedClaim]) -> None:
    """Beside what is known of other claims."""
    write_whole(folder / TRIED, as_json(dict(sorted({**read_tried(folder), **seen}.items()))))


def up_to_date(tried: Mapping[str, TriedClaim], evidence: Mapping[str, ClaimEvidence]) -> dict[str, TriedClaim]:
    """Those that speak of the code which the evidence was made with."""
    return {id: one for id, one in tried.items() if id in evidence and one.rests_on == evidence[id].rests_on}
