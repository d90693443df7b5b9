"""The record, `reports/verdicts.json`: one strict JSON document from which every page, table and export is made.

Sorted keys; the same evidence gives the same bytes. What changes from run to run (time, machine, commit, clock readings)
stands under `run` alone.
"""

import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from claims.kit.claim import WORDS, Claim, Word
from claims.kit.evidence import runs as kept
from claims.kit.evidence.evidence import ROOT, ClaimEvidence, EvidenceError, as_json, machine, versions, write_whole
from claims.kit.facts.comparison import decides
from claims.kit.facts.fact import ANY, Elsewhere, Fact, Published, Verified
from claims.kit.profiles import Profile
from claims.kit.table import Cell, Table
from claims.kit.verdict import judge
from reports.record.machines import MachinesRecord, machines_record
from reports.record.readings import ReadingRecord, clocked, reading_record
from reports.record.training import TrainingRecord, arms_of, seconds_of, training_record

SCHEMA = 2


class FigureRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A figure's finding and its text alternative; the chart itself lies with the evidence."""

    title: str
    says: str


class PrintRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A published figure. `of` is what sets it apart from what the essay speaks of; `decides` if nothing does and it was read."""

    prints: str
    of: str = ""
    source: str
    where: str
    verified: Verified
    decides: bool = False


class FactRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the essay prints, of what, beside what was published."""

    measures: str
    prints: str
    of: str
    published: list[PrintRecord]


class ClaimRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A claim, its verdict and what the verdict rests on; what is empty is left out. `uses` are claims that it rests on."""

    id: str
    chapter: str
    says: str
    verdict: Word
    why: str
    expected: Word
    teach: str
    not_shown: str = ""
    by: str
    cites: list[str] = []
    lines: list[int] = []
    defined_at: str
    readings: list[ReadingRecord]
    figure: FigureRecord | None = None
    fact: FactRecord | None = None
    uses: list[str] = []


class CellRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cell and what became of it: the outcome of a reading, or the verdict where no reading is named; empty if it was not
    examined in this run. What was published beside a fact stands with its claim."""

    claim: str
    reading: str = ""
    prints: str = ""
    came: str = ""


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
    """What may differ between two runs. By claim and reading, the seconds it `took`, where there were any to speak of, and what
    clocks decided (`clocked`); by experiment, the seconds that training took, the middle run of each arm in their order."""

    date: str
    commit: str
    machine: str
    versions: dict[str, str]
    profile: str
    seconds: float
    took: dict[str, dict[str, float]] = {}
    clocked: dict[str, dict[str, dict[str, Any]]] = {}
    training: dict[str, list[float]] = {}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """All verdicts of one run. `instead` are the statements that need a correction, those that matter most first; `training` is
    what training showed and `machines` what was timed on which, where there was any."""

    schema: int
    run: Run
    summary: dict[str, int]
    claims: list[ClaimRecord]
    tables: list[TableRecord] = []
    elsewhere: list[ElsewhereRecord] = []
    instead: list[str] = []
    training: TrainingRecord | None = None
    machines: MachinesRecord | None = None


class Around(NamedTuple):
    """What the record has beside the claims: tables to fill in, statements settled elsewhere, what to correct first, and whose
    figures show what training showed, and what was timed."""

    tables: Sequence[Table] = ()
    elsewhere: Sequence[Elsewhere] = ()
    first: Sequence[str] = ()
    figures: Sequence[str] = ()
    timed: Sequence[str] = ()


def make_record(
    claims: Sequence[Claim],
    evidence: Mapping[str, ClaimEvidence],
    profile: Profile,
    seconds: float,
    around: Around = Around(),
    runs: Iterable[kept.Run] = (),
) -> Record:
    """Judge the evidence, claim by claim; tables of which no cell was examined are left out. `runs` are those of networks in
    training that the evidence rests on."""
    judged = [_claim_record(one, evidence[one.id], profile) for one in claims]
    counts = Counter(one.verdict for one in judged)
    arms = arms_of(runs)
    run = Run(
        date=datetime.now(UTC).isoformat(timespec="seconds"), commit=commit(), machine=machine(), versions=versions(),
        profile=profile.name, seconds=round(seconds, 1), took=_took(evidence), clocked=_clocked(evidence),
        training={name: seconds_of(found) for name, found in arms.items()},
    )  # fmt: skip
    by_id = {one.id: one for one in judged}
    filled = [_table_record(one, by_id) for one in around.tables]
    settled = [_elsewhere_record(one, by_id) for one in around.elsewhere]
    return Record(
        schema=SCHEMA, run=run, summary={word: counts[word] for word in WORDS}, claims=judged,
        tables=[one for one in filled if any(getattr(cell, "came", "") for _, cells in one.rows for cell in cells)],
        elsewhere=settled, instead=_instead(by_id, around.first),
        training=training_record(claims, evidence, around.figures, arms), machines=machines_record(evidence, around.timed),
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
        readings=[reading_record(claim, one) for one in seen.readings],
        figure=None if chart is None else FigureRecord(title=str(chart["title"]), says=chart["description"]),
        fact=None if claim.fact is None else _fact_record(claim.fact), uses=list(claim.uses),
    )  # fmt: skip


def _took(evidence: Mapping[str, ClaimEvidence]) -> dict[str, dict[str, float]]:
    took = {id: {one.name: round(one.seconds, 3) for one in seen.readings} for id, seen in evidence.items()}
    return {id: {name: seconds for name, seconds in of.items() if seconds} for id, of in took.items() if any(of.values())}


def _clocked(evidence: Mapping[str, ClaimEvidence]) -> dict[str, dict[str, dict[str, Any]]]:
    timed = {id: {one.name: clocked(one) for one in seen.readings if one.timed} for id, seen in evidence.items()}
    return {id: of for id, of in timed.items() if of}


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
