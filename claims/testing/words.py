"""What a test of a reading says where it fails: what came out, the case with its arithmetic, and how to see it again."""

from collections.abc import Iterator

from claims.evidence.evidence import Case, ReadingEvidence
from claims.kit.claim import Claim
from claims.kit.reading import Reading
from claims.testing.how import How


def in_full(wrong: str, claim: Claim, one: Reading, seen: ReadingEvidence, how: How, nodeid: str) -> str:
    """All of it, the most important line first."""
    return "\n".join([wrong, "", *_what(claim, one), *_case(seen), "", *_again(claim, seen, how, nodeid)])


def _what(claim: Claim, one: Reading) -> Iterator[str]:
    yield f"{claim.id} ({claim.defined_at}): {claim.says}"
    name = f"{one.role}, {one.name}" if one.name != one.role else one.name
    yield from [name] if one.role == "witness" else _named(name, one.words)  # whose case says it better


def _case(seen: ReadingEvidence) -> Iterator[str]:
    case = seen.counterexample or seen.tightest
    if case is None:
        return
    yield f"{'counterexample' if seen.counterexample else 'case'} ({case.found_by}):"
    yield from (f"    {line}" for line in _lines_of(case))


def _lines_of(case: Case) -> Iterator[str]:
    for label, text in [*case.text.items(), *case.shown]:
        yield from _named(label, text, " =")
    yield f"→ {case.says}"


def _named(label: str, text: str, sign: str = ":") -> list[str]:
    """In one line, or a matrix below its name."""
    lines = text.split("\n")
    return [f"{label}{sign} {text}".rstrip()] if len(lines) == 1 else [f"{label}{sign}", *lines]


def _again(claim: Claim, seen: ReadingEvidence, how: How, nodeid: str) -> Iterator[str]:
    options = f" --hypothesis-profile={how.profile.name}" if how.profile != How().profile else ""
    if how.seed is not None:
        options += f" --hypothesis-seed={how.seed}"
    yield f"this reading again:       python -m pytest {_quoted(nodeid)}{options}"
    yield f"with the report's cases:  python -m reports --only {claim.id}"
    if seen.counterexample:
        yield f"replayed, after that:     python -m reports --replay {claim.id}"


def _quoted(nodeid: str) -> str:
    """For a shell."""
    return "'" + nodeid.replace("'", "'\\''") + "'"
