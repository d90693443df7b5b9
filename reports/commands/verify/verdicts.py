"""What came of each claim that a run was asked for, claim by claim, as the terminal shows it."""

from collections.abc import Iterator
from pathlib import Path

from claims.evidence.evidence import Case
from claims.texts import the_text
from reports.record.record import ClaimRecord, ReadingRecord, astray
from reports.text.wording import as_it_must

LONGEST = 120  # characters of a value: the replay has all of it


def lines_of(claim: ClaimRecord, site: Path) -> Iterator[str]:
    """Its verdict and why, the condition, the counterexample, what was not as pinned, and its page."""
    pinned = "as pinned" if claim.verdict == claim.expected else f"pinned as {claim.expected}"
    yield f"{claim.id}: {claim.verdict}, {pinned}. {claim.why}"
    for one in claim.readings:
        if one.role == "amended" and one.outcome == "held":
            yield f"  true if: {one.name}"
    if found := _counterexample(claim):
        one, case = found
        yield f"  counterexample, {one.name} ({case.found_by}): {_in_a_line(case)}"
        yield f"  with its arithmetic: python -m reports{the_text().option} --replay {claim.id}"
    yield from _to_do(claim)
    yield f"  page: {site / 'claims' / claim.id}.html"


def _to_do(claim: ClaimRecord) -> Iterator[str]:
    """What is to be added for a verdict, or pinned if the one that came out is right."""
    there = {one.role for one in claim.readings}
    is_astray = any(as_it_must(one) is False for one in claim.readings)  # then a control more is no help
    held = any(one.role in ("as written", "amended") and one.outcome == "held" for one in claim.readings)
    fell = any(one.role == "as written" and one.outcome == "fell" for one in claim.readings)
    if claim.verdict == claim.expected:
        yield from pinned_otherwise(claim)
    elif claim.verdict != "undecided":
        yield f'  if that is right, pin it: expect="{claim.verdict}"'
    elif is_astray:
        return
    elif held and "fails for" not in there:
        yield "  to decide it, add fails_for=: a case where the property must fall"
    elif fell and not held and "holds for" not in there:
        yield "  to decide it, add amended=, the condition under which it holds, or holds_for=, a case where it must"


def pinned_otherwise(claim: ClaimRecord) -> Iterator[str]:
    """What to do where an outcome is not as pinned; of a crash the verdict has told."""
    for one in astray(claim):
        if one.outcome != "error":
            yield f"  “{one.name}” {one.outcome}, pinned otherwise: put it into contrary=, or take it out there."


def _counterexample(claim: ClaimRecord) -> tuple[ReadingRecord, Case] | None:
    """Of the statement as written, else of a witness."""
    fallen = [(one, one.counterexample) for one in claim.readings if one.role in ("as written", "witness") and one.counterexample]
    return min(fallen, key=lambda pair: pair[0].role != "as written", default=None)


def _in_a_line(case: Case) -> str:
    values = [f"{name} = {_short(text)}" for name, text in case.text.items()]
    return ", ".join(values) + (" " if values else "") + f"→ {case.says}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
