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
from typing import Any, NamedTuple

import msgspec

from claims.kit.claim import MUST_COME_OUT, WORDS, Claim, Word
from claims.kit.comparison import decides
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
from claims.kit.fact import ANY, Elsewhere, Fact, Published, Verified
from claims.kit.profiles import Profile
from claims.kit.table import Cell, Table
from claims.kit.verdict import judge

SCHEMA = 1
# The very default, which is left out: equal numbers are told from it.
NO_SECONDS = next(field.default for field in msgspec.structs.fields(ReadingEvidence) if field.name == "seconds")


class FigureRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A figure's finding and its text alternative; the chart itself lies with the evidence."""

    title: str
    says: str


class PrintRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A published figure. `of` is what sets it apart from what the essay speaks of; `decides` if nothing does and it was read."""

    prints: str
    of: str
    source: str
    where: str
    verified: Verified
    decides: bool


class FactRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the essay prints, of what, beside what was published."""

    measures: str
    prints: str
    of: str
    published: list[PrintRecord]


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
    fact: FactRecord | None = None


class CellRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A cell and what became of it: the outcome of a reading, or the verdict where no reading is named; empty if it was not
    examined in this run. What was published beside a fact stands with its claim."""

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


class ElsewhereRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that no source is compared with, why, and the verdicts of the claims that settle it."""

    name: str
    lines: list[int]
    says: str
    why: str
    claims: list[tuple[str, str]]


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
    """All verdicts of one run. `instead` are the statements that need a correction, those that matter most first."""

    schema: int
    run: Run
    summary: dict[str, int]
    claims: list[ClaimRecord]
    tables: list[TableRecord] = []
    elsewhere: list[ElsewhereRecord] = []
    instead: list[str] = []


class Around(NamedTuple):
    """What the record has beside the claims: tables to fill in, statements settled elsewhere, and what to correct first."""

    tables: Sequence[Table] = ()
    elsewhere: Sequence[Elsewhere] = ()
    first: Sequence[str] = ()


def make_record(
    claims: Sequence[Claim], evidence: Mapping[str, ClaimEvidence], profile: Profile, seconds: float, around: Around = Around()
) -> Record:
    """Judge the evidence, claim by claim; tables of which no cell was examined are left out."""
    judged = [_claim_record(one, evidence[one.id], profile) for one in claims]
    counts = Counter(one.verdict for one in judged)
    volatile = {one.id: {seen.name: _volatile(seen) for seen in evidence[one.id].readings} for one in claims}
    run = Run(
        date=datetime.now(UTC).isoformat(timespec="seconds"), commit=commit(), machine=machine(), versions=versions(),
        profile=profile.name, seconds=round(seconds, 1), readings=volatile,
    )  # fmt: skip
    by_id = {one.id: one for one in judged}
    filled = [_table_record(one, by_id) for one in around.tables]
    settled = [_elsewhere_record(one, by_id) for one in around.elsewhere]
    return Record(
        schema=SCHEMA, run=run, summary={word: counts[word] for word in WORDS}, claims=judged,
        tables=[one for one in filled if any(getattr(cell, "came", "") for _, cells in one.rows for cell in cells)],
        elsewhere=settled, instead=_instead(by_id, around.first),
    )  # fmt: skip


def _instead(judged: Mapping[str, ClaimRecord], first: Sequence[str]) -> list[str]:
    """What fell as the essay puts it: these first, all others as they stand."""
    fallen = [one.id for one in judged.values() if _fell(one)]
    return [id for id in first if id in fallen] + [id for id in fallen if id not in first]


def _fell(claim: ClaimRecord) -> bool:
    stands_for_it = ("as written", "witness")
    return claim.verdict != "undecided" and any(one.role in stands_for_it and one.outcome == "fell" for one in claim.readings)


def _elsewhere_record(one: Elsewhere, judged: Mapping[str, ClaimRecord]) -> ElsewhereRecord:
    verdicts: list[tuple[str, str]] = [(id, judged[id].verdict if id in judged else "") for id in one.claims]
    return ElsewhereRecord(name=one.name, lines=one.lines, says=one.says, why=one.why, claims=verdicts)


def _fact_record(fact: Fact) -> FactRecord:
    said = fact.configuration
    return FactRecord(
        measures=fact.measures, prints=fact.prints, of=", ".join(text for text in said.given.values() if text != ANY),
        published=[_print_record(fact, one) for one in fact.published],
    )  # fmt: skip


def _print_record(fact: Fact, one: Published) -> PrintRecord:
    of = one.of.without(fact.configuration).given.values()
    return PrintRecord(
        prints=fact.stated(one).name, of=", ".join(of), source=one.source, where=one.where, verified=one.verified,
        decides=decides(fact, one),
    )  # fmt: skip


def _table_record(table: Table, judged: Mapping[str, ClaimRecord]) -> TableRecord:
    def filled(cell: Cell) -> CellRecord:
        fact = judged[cell.claim].fact if cell.claim in judged else None
        prints = fact.prints if fact else cell.prints
        return CellRecord(claim=cell.claim, reading=cell.reading, prints=prints, came=_came(cell, judged))

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
        readings=[_steady(one, claim.fact is not None) for one in seen.readings],
        figure=None if chart is None else FigureRecord(title=str(chart["title"]), says=chart["description"]),
        fact=None if claim.fact is None else _fact_record(claim.fact),
    )  # fmt: skip


def _steady(one: ReadingEvidence, of_fact: bool) -> ReadingEvidence:
    """A reading without what a clock decided. What a replay needs is left to the evidence, and cases altogether where they tell
    no more: a control's, for its outcome is all that counts, and a fact's, for all its figures are there."""
    steady = msgspec.structs.replace(one, seconds=NO_SECONDS, measured=[])
    nothing_more = of_fact or one.role in MUST_COME_OUT
    kept = (None, None) if nothing_more else (_in_words(one.counterexample), _in_words(one.tightest))
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
