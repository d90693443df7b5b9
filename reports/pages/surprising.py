"""The findings that would surprise a lecturer most, by a rule that reads nothing but the record."""

from collections import Counter

from reports.record.record import ClaimRecord, Record

SHOWN = 10
OF_A_CHAPTER = 2


def surprising(record: Record) -> list[ClaimRecord]:
    """Of what fell as written, ten: first what no condition rescues, then what is said or built on most often, then what one
    case settles before published figures before counts; then the order of the text, with two of a chapter at most."""
    by_id = {one.id: one for one in record.claims}
    built_on = Counter(id for one in record.claims for id in one.uses)
    place = {one.id: number for number, one in enumerate(record.claims)}
    ordered = sorted(
        (by_id[id] for id in record.instead),
        key=lambda one: (_is_rescued(one), -len(one.lines) - built_on[one.id], _strength(one), place[one.id]),
    )
    taken: Counter[str] = Counter()
    chosen = []
    for one in ordered:
        taken[one.chapter] += 1
        if taken[one.chapter] <= OF_A_CHAPTER:
            chosen.append(one)
    return chosen[:SHOWN]


def _is_rescued(claim: ClaimRecord) -> bool:
    return any(one.role == "amended" and one.outcome == "held" for one in claim.readings)


def _strength(claim: ClaimRecord) -> int:
    """A case that anyone can check, what was published, how often it came out so."""
    if claim.fact:
        return 1
    return 2 if claim.by == "trials" else 0
