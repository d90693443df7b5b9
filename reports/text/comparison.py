"""`--compare OLD.json`: which verdicts changed since an older record, which came and went, and the readings responsible."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from claims.evidence.evidence import EvidenceError, Outcome
from claims.evidence.files import UNREADABLE, content_of, told
from reports.record.record import SCHEMA, ClaimRecord, ReadingRecord, Record, Run
from reports.text.markdown import marked
from reports.text.wording import ICONS

CAME_OUT: dict[Outcome, str] = {
    "held": "held", "fell": "fell", "undecided": "was undecided", "error": "broke off", "not run": "was not run",
}  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """A reading that came out otherwise, came or went: None where it was not there."""

    was: ReadingRecord | None
    now: ReadingRecord | None


@dataclass(frozen=True)
class Change:
    """A claim whose verdict changed, with the readings responsible; or one that came or went, None where it was not there."""

    was: ClaimRecord | None
    now: ClaimRecord | None
    turns: tuple[Turn, ...] = ()

    @property
    def claim(self) -> ClaimRecord:
        """The claim as it is, or as it was when it went."""
        found = self.now or self.was
        assert found is not None
        return found


@dataclass(frozen=True)
class Changes:
    """What is otherwise in the newer of two records; in its order, and what disappeared in the order of the older."""

    since: Run
    until: Run
    changed: tuple[Change, ...]
    appeared: tuple[Change, ...]
    disappeared: tuple[Change, ...]


class Older(msgspec.Struct, frozen=True):
    """As much of a record as is compared: what else it holds may have had another shape."""

    run: Run
    claims: list[ClaimRecord]


class _Version(msgspec.Struct):
    schema: int


def read_older(path: Path, ids: Collection[str] = ()) -> Older:
    """The record to compare with; of these claims alone, where any are named, for what was not examined did not disappear."""
    try:
        content = content_of(path)
        version = msgspec.json.decode(content, type=_Version).schema
        if version == SCHEMA:
            found = msgspec.json.decode(content, type=Older)
            return Older(found.run, [one for one in found.claims if not ids or one.id in ids])
    except UNREADABLE as problem:
        raise EvidenceError(f"{path}: not readable as a record ({told(problem)}); give --compare a verdicts.json") from problem
    raise EvidenceError(f"{path}: a record of schema {version}; only those of schema {SCHEMA} can be compared")


def compare(old: Record | Older, new: Record | Older) -> Changes:
    """Claim by claim, by id. A reading that came out otherwise under the same verdict is no change."""
    before, after = ({one.id: one for one in record.claims} for record in (old, new))
    return Changes(
        since=old.run, until=new.run,
        changed=tuple(
            Change(before[id], now, _turns(before[id], now))
            for id, now in after.items() if id in before and before[id].verdict != now.verdict
        ),
        appeared=tuple(Change(None, now) for id, now in after.items() if id not in before),
        disappeared=tuple(Change(was, None) for id, was in before.items() if id not in after),
    )  # fmt: skip


def _turns(was: ClaimRecord, now: ClaimRecord) -> tuple[Turn, ...]:
    """By role and name: what must hold where it had to fall is another reading."""
    before, after = ({(one.role, one.name): one for one in claim.readings} for claim in (was, now))
    pairs = [(before.get(key), after.get(key)) for key in before | after]
    return tuple(Turn(*pair) for pair in pairs if None in pair or len({one.outcome for one in pair if one}) > 1)


def as_lines(changes: Changes) -> list[str]:
    """For a terminal."""
    lines = [_summary(changes)]
    for name, found in _groups(changes):
        for one in found:
            verdicts = f"{one.was.verdict}, now {one.now.verdict}" if one.was and one.now else f"{name}, {one.claim.verdict}"
            lines += [f"{one.claim.id}: {verdicts}. {one.claim.why}", *(f"  {sentence}" for sentence in reasons(one))]
    return lines


def as_text(changes: Changes) -> str:
    """`changes.md`."""
    parts = ["# What changed", "", marked(_summary(changes)), ""]
    for name, found in _groups(changes):
        parts += [f"## {name.capitalize()}", ""]
        for one in found:
            verdicts = " → ".join(f"{ICONS[each.verdict]} {each.verdict}" for each in (one.was, one.now) if each)
            parts.append(f"- {verdicts}: {marked(one.claim.says)} `{one.claim.id}`<br>{marked(one.claim.why)}")
            parts += [f"  - {marked(sentence)}" for sentence in reasons(one)]
        parts.append("")
    return "\n".join(parts)


def reasons(change: Change) -> list[str]:
    """The readings responsible, a sentence each; where there are none, what was said before."""
    if change.was and change.now and not change.turns:
        return [f"No reading came out otherwise. Before, it was said: {change.was.why}"]
    return [_sentence(one.was, one.now) for one in change.turns]


def _sentence(was: ReadingRecord | None, now: ReadingRecord | None) -> str:
    name = next(f"“{one.name}”" + f" ({one.role})" * (one.role != one.name) for one in (now, was) if one)
    if not now:
        return f"{name} is gone" + (f"; it {CAME_OUT[was.outcome]} before." if was else ".")
    happened = f"{CAME_OUT[was.outcome]} before and {CAME_OUT[now.outcome]} now" if was else f"is new and {CAME_OUT[now.outcome]}"
    return f"{name} {happened}" + (f": {now.why}" if now.why else ".")


def _groups(changes: Changes) -> Iterable[tuple[str, tuple[Change, ...]]]:
    groups = {"changed": changes.changed, "appeared": changes.appeared, "disappeared": changes.disappeared}
    return [(name, found) for name, found in groups.items() if found]


def _summary(changes: Changes) -> str:
    counts = [
        f"{len(found) or 'no'} {what}{'' if len(found) == 1 else 's'} {name}"
        for found, what, name in (
            (changes.changed, "verdict", "changed"), (changes.appeared, "statement", "appeared"),
            (changes.disappeared, "statement", "disappeared"),
        )
    ]  # fmt: skip
    return f"From {_edition(changes.since)} to {_edition(changes.until)}: {', '.join(counts)}."


def _edition(run: Run) -> str:
    commit = f"commit {run.commit}, " if run.commit else ""
    return f"the run of {run.date} ({commit}profile {run.profile})"
