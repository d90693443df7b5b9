"""The record, `reports/verdicts.json`: one strict JSON document from which every page, table and export is made.

Sorted keys; the same evidence gives the same bytes. What changes from run to run (time, machine, commit, clock readings)
stands under `run` alone.
"""

import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from claims.kit.claim import MUST_COME_OUT, WORDS, Claim, Word
from claims.kit.evidence import (
    ROOT,
    Case,
    ClaimEvidence,
    EvidenceError,
    ReadingEvidence,
    as_json,
    machine,
    versions,
    write_whole,
)  # fmt: skip
from claims.kit.profiles import Profile
from claims.kit.table import Cell, Table
from claims.kit.verdict import judge

SCHEMA = 1


class FigureRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A figure's finding and its text alternative; the chart itself lies with the evidence."""

    title: str
    says: str


class ClaimRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A claim, its verdict and what the verdict rests on."""

    id: str
    chapter: str
    says: str
    verdict: Word
    why: str
    expected: Word
    teach: str
    not_shown: str
    by: str
    cites: list[str]
    lines: list[int]
    defined_at: str
    readings: list[ReadingEvidence]
    figure: FigureRecord | None = None


class CellRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A cell and what became of it: the outcome of a reading, or the verdict where no reading is named; empty if it was not
    examined in this run."""

    claim: str
    reading: str
    prints: str
    came: str


class TableRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A rebuilt table: headings, each with its cells."""

    id: str
    chapter: str
    title: str
    says: str
    lines: list[int]
    columns: list[str]
    rows: list[tuple[str, list[CellRecord | str | None]]]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What may differ between two runs. `readings` holds, by claim and reading, the seconds and what clocks decided."""

    date: str
    commit: str
    machine: str
    versions: dict[str, str]
    profile: str
    seconds: float
    readings: dict[str, dict[str, dict[str, Any]]]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """All verdicts of one run."""

    schema: int
    run: Run
    summary: dict[str, int]
    claims: list[ClaimRecord]
    tables: list[TableRecord] = []


def make_record(
    claims: Sequence[Claim], evidence: Mapping[str, ClaimEvidence], profile: Profile, seconds: float, tables: Sequence[Table] = ()
) -> Record:
    """Judge the evidence, claim by claim; tables of which no cell was examined are left out."""
    judged = [_claim_record(one, evidence[one.id], profile) for one in claims]
    counts = Counter(one.verdict for one in judged)
    volatile = {one.id: {seen.name: _volatile(seen) for seen in evidence[one.id].readings} for one in claims}
    run = Run(
        date=datetime.now(UTC).isoformat(timespec="seconds"), commit=commit(), machine=machine(), versions=versions(),
        profile=profile.name, seconds=round(seconds, 1), readings=volatile,
    )  # fmt: skip
    filled = [_table_record(one, {claim.id: claim for claim in judged}) for one in tables]
    return Record(
        schema=SCHEMA, run=run, summary={word: counts[word] for word in WORDS}, claims=judged,
        tables=[one for one in filled if any(getattr(cell, "came", "") for _, cells in one.rows for cell in cells)],
    )  # fmt: skip


def _table_record(table: Table, judged: Mapping[str, ClaimRecord]) -> TableRecord:
    def filled(cell: Cell) -> CellRecord:
        return CellRecord(claim=cell.claim, reading=cell.reading, prints=cell.prints, came=_came(cell, judged))

    rows = [(name, [filled(cell) if isinstance(cell, Cell) else cell for cell in cells]) for name, cells in table.rows]
    return TableRecord(
        id=table.id, chapter=table.chapter, title=table.title, says=table.says, lines=list(table.lines),
        columns=list(table.columns), rows=rows,
    )  # fmt: skip


def _came(cell: Cell, judged: Mapping[str, ClaimRecord]) -> str:
    if (claim := judged.get(cell.claim)) is None:
        return ""
    if not cell.reading:
        return claim.verdict
    return next((one.outcome for one in claim.readings if one.name == cell.reading), "")


def _claim_record(claim: Claim, seen: ClaimEvidence, profile: Profile) -> ClaimRecord:
    verdict = judge(seen.readings, may_conclude=profile.may_conclude)
    chart = seen.figure
    return ClaimRecord(
        id=claim.id, chapter=claim.chapter, says=claim.says, verdict=verdict.word, why=verdict.why,
        expected=claim.expect, teach=claim.teach, not_shown=claim.not_shown, by=claim.by.name,
        cites=list(claim.cites), lines=list(claim.lines), defined_at=claim.defined_at,
        readings=[_steady(one) for one in seen.readings],
        figure=None if chart is None else FigureRecord(title=str(chart["title"]), says=chart["description"]),
    )  # fmt: skip


def _steady(one: ReadingEvidence) -> ReadingEvidence:
    """A reading without what a clock decided. What a replay needs is left to the evidence, and a control's cases altogether,
    for its outcome is all that counts."""
    steady = msgspec.structs.replace(one, seconds=0.0, measured=[])
    kept = (None, None) if one.role in MUST_COME_OUT else (_in_words(one.counterexample), _in_words(one.tightest))
    steady = msgspec.structs.replace(steady, counterexample=kept[0], tightest=kept[1])
    if not one.timed:
        return steady
    return msgspec.structs.replace(steady, cases=0, wins=None, counterexample=None, tightest=None)


def _in_words(case: Case | None) -> Case | None:
    """A stored case as it is printed."""
    return case and msgspec.structs.replace(case, arguments={})


def _volatile(one: ReadingEvidence) -> dict[str, Any]:
    seconds = {"seconds": round(one.seconds, 3)}
    return seconds | ({"cases": one.cases, "wins": one.wins, "median": _medians(one)} if one.timed else {})


def _medians(one: ReadingEvidence) -> dict[str, float]:
    """The middle of what was measured, name by name."""
    numbers: dict[str, list[float]] = {}
    for name, number in (item for each in one.measured for item in each.items()):
        if number is not None:
            numbers.setdefault(name, []).append(number)
    return {name: round(median(found), 3) for name, found in numbers.items()}


def write_record(record: Record, folder: Path) -> None:
    """The record and its schema, each replaced in one step."""
    write_whole(folder / "verdicts.schema.json", as_json(schema()))
    write_whole(folder / "verdicts.json", as_json(record))


def read_record(path: Path) -> Record:
    """The record in a file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except FileNotFoundError as problem:
        raise EvidenceError(f"{path}: there is no record yet; run python -m reports") from problem
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise EvidenceError(f"{path}: not readable as a record ({problem}); run python -m reports to make it anew") from problem


def schema() -> dict[str, Any]:
    """The JSON Schema of the record."""
    described = msgspec.json.schema(Record)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Verdicts on textbook claims", **described}


def commit() -> str:
    """The commit of the checkout, with a plus sign when there are changes on top; empty outside of a checkout."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return described.stdout.strip()


def is_as_pinned(record: Record) -> tuple[list[ClaimRecord], list[ClaimRecord]]:
    """The claims whose verdict changed, and those undecided that were not expected to be."""
    off = [one for one in record.claims if one.verdict != one.expected]
    undecided = [one for one in off if one.verdict == "undecided"]
    return [one for one in off if one.verdict != "undecided"], undecided
