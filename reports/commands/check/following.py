"""Whether each verdict follows from the evidence beside the record, by the judge; and each reading from what was seen."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from claims.evidence.evidence import Case, ClaimEvidence, EvidenceError, ReadingEvidence, read_evidence
from claims.evidence.profiles import PROFILES
from claims.evidence.verdict import judge
from reports.commands.check.trouble import GET_IT_BACK, Trouble, few, run_again
from reports.exports.statement import RECORD
from reports.record.readings import ELSEWHERE, as_printed
from reports.record.record import ClaimRecord, ReadingRecord, Record

CASES = ("counterexample", "worst", "tightest")  # which the record leaves out where they tell no more
SEEN = [one for one in ReadingEvidence.__struct_fields__ if one not in (*ELSEWHERE, *CASES, "engine")]


def evidence_of(record: Record, folder: Path, told: list[Trouble]) -> dict[str, ClaimEvidence]:
    """By claim; of what is missing or cannot be read it is told."""
    found = {}
    for one in record.claims:
        path = folder / "evidence" / f"{one.id}.json"
        try:
            if not path.is_file():
                raise EvidenceError("it is missing, so that nothing speaks for the verdict")
            found[one.id] = read_evidence(path)
        except EvidenceError as problem:
            told.append(Trouble(path, str(problem).removeprefix(f"{path}: "), f"{GET_IT_BACK}, or {run_again()}"))
    return found


def verdict_troubles(record: Record, evidence: dict[str, ClaimEvidence], folder: Path) -> Iterator[Trouble]:
    """Of every claim whose verdict or readings are not what its evidence comes to."""
    found = []
    for one in record.claims:
        if one.id not in evidence:
            continue
        path = folder / "evidence" / f"{one.id}.json"
        if what := _otherwise(one, evidence[one.id], record.run.profile):
            found.append(Trouble(folder / RECORD, f"claim {one.id}: {what} (evidence: {path})", _mend()))
    yield from few(found, folder / RECORD)
    known = {one.id for one in record.claims}
    strangers = [one for one in sorted((folder / "evidence").glob("*.json")) if one.stem not in known]
    of_none = [Trouble(one, "it is evidence of no claim of the record", f"remove it, or {run_again()}") for one in strangers]
    yield from few(of_none, folder / "evidence")


def _mend() -> str:
    return f"one of the two was changed: {GET_IT_BACK}, or {run_again()}"


def _otherwise(claim: ClaimRecord, seen: ClaimEvidence, profile: str) -> str:
    """In which way the record differs from the evidence, if it does."""
    if seen.id != claim.id:
        return f"its evidence is that of {seen.id}"
    if seen.profile != profile:
        return f"its evidence was made with the profile {seen.profile}, the record with {profile}"
    verdict = judge(seen.readings, may_conclude=PROFILES[profile].may_conclude)
    if verdict.word != claim.verdict:
        return f"the record says {claim.verdict}, the judge by the evidence {verdict.word}"
    if verdict.why != claim.why:
        return f"the record says why in other words than the judge by the evidence ({verdict.why})"
    if [one.name for one in seen.readings] != [one.name for one in claim.readings]:
        return "the readings of the record are others than those of the evidence"
    pairs = zip(seen.readings, claim.readings, strict=True)
    return next((what for one, told in pairs if (what := _differs(one, told, claim.by))), "")


def _differs(seen: ReadingEvidence, told: ReadingRecord, by: str) -> str:
    """In which field a reading of the record differs from the evidence."""
    fields: list[tuple[str, Any, Any]] = [(name, getattr(seen, name), getattr(told, name)) for name in SEEN]
    fields.append(("engine", seen.engine, told.engine or by))
    shown: list[tuple[str, Case | None]] = [(name, getattr(told, name)) for name in CASES]
    fields += [(name, as_printed(getattr(seen, name)), one) for name, one in shown if one is not None]
    for name, was, now in fields:
        if was != now:
            values = "" if isinstance(was, list | Case) else f": {now!r} beside {was!r}"
            return f"“{seen.name}” has another {name} than the evidence{values}"
    return ""
