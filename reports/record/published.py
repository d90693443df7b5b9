"""What came with the clone, to compare with: it is read, and never taken for an examination."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from claims.evidence.evidence import ClaimEvidence, ReadingEvidence
from claims.evidence.files import UNREADABLE, content_of
from reports.record.checkout import committed


def published(folder: Path) -> dict[str, ClaimEvidence]:
    """The evidence in a folder as it was committed, or, where git knows nothing of it, as it lies there."""
    files = sorted(folder.glob("*.json"))
    known, found = committed(files), {}
    for one in known or files:
        with suppress(*UNREADABLE):
            found[one.stem] = msgspec.json.decode(known[one] if known else content_of(one), type=ClaimEvidence)
    return found


def differing(came_with: Mapping[str, ClaimEvidence], seen: Mapping[str, ClaimEvidence]) -> dict[str, str]:
    """The claims of which something came out otherwise, and what: outcomes, counts, counterexamples, witnesses."""
    return {id: what for id, one in seen.items() if (what := _difference(came_with.get(id), one))}


def _difference(was: ClaimEvidence | None, now: ClaimEvidence) -> str:
    if was is None:
        return "not published"
    before, after = ({one.name: one for one in each.readings} for each in (was, now))
    said = [f"“{name}” {_in_words(before.get(name), after.get(name))}" for name in before | after]
    others = [one for one, name in zip(said, before | after, strict=True) if before.get(name) != after.get(name)]
    return "; ".join(others)


def _in_words(was: ReadingEvidence | None, now: ReadingEvidence | None) -> str:
    if was is None or now is None:
        return "is new" if was is None else "is gone"
    fields = [name for name in was.__struct_fields__ if getattr(was, name) != getattr(now, name)]
    if "outcome" in fields:
        return f"{now.outcome}, published as {was.outcome}"
    return f"has another {', '.join(fields)}"
