"""The record, `reports/verdicts.json`: one strict JSON document from which every page, table and export is made.

Sorted keys; the same evidence gives the same bytes. What changes from run to run (time, machine, commit, clock readings)
lies beside it in `run.json`, which git ignores.
"""

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from inspect import cleandoc
from pathlib import Path
from typing import Any, Literal

import msgspec

from claims.evidence.evidence import EvidenceError, ReadingEvidence, as_json, write_whole
from claims.evidence.files import UNREADABLE, content_of, told
from claims.evidence.outcomes import WORDS, Verified, Word
from claims.evidence.source import digest
from claims.evidence.stability import Flip, Stamp
from claims.evidence.verdict import pinned
from claims.texts import About, the_text
from reports.record.checkout import edition
from reports.record.digests import canonical_digest
from reports.record.whole import is_time, unfit

SCHEMA = 2
RUN = "run.json"
Engine = Literal["search", "exhaustion", "trials"]


class ReadingRecord(ReadingEvidence, frozen=True, kw_only=True, omit_defaults=True):
    """What happened to one reading. `domain` has all arguments for the reading as written, for any other those in which it
    differs from that, and none for a witness, which is its case; `engine` is empty where it is what the claim is checked `by`.
    `cases` are valid ones, each counted once; a search drew some of them again, `repeated` times in all. `enough` says how many a
    *held* needs, `complete` that there were no others; `strain` is the largest share of an allowance that a valid case used, in
    the case `tightest`."""

    domain: str = ""
    engine: Engine | Literal[""] = ""
    why: str = ""


class ChangedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An amended reading that came out otherwise than the one as written, and what of the training was `varied` for it."""

    claim: str
    reading: str
    varied: list[str]


class ArmRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The `runs` of one network in one experiment, those on discarded seeds left out: its arguments in words, how many
    `diverged`, the number of parameters, the learning rates `tried` on the discarded seeds and the one used, the most steps
    that a run took and after how many it `ended` in the middle. Empty where nothing of that was measured."""

    arm: str
    runs: int
    diverged: int = 0
    size: int | None = None
    tried: list[float] = []
    rate: float | None = None
    steps: int | None = None
    ended: float | None = None


class ExperimentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment, what it `does`, and its arms."""

    name: str
    does: str
    arms: list[ArmRecord]


class TrainingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The claims whose figures are shown, in that order; the outcomes that changed; the learning rates that are tried for every
    network, and all experiments."""

    figures: list[str]
    changed: list[ChangedRecord]
    rates: list[float]
    experiments: list[ExperimentRecord]


class MachineRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A device that was recorded. `rate` in operations a second, `launch` in seconds, `bandwidth` in bytes a second, `clock` in
    cycles a second or none; how many `comparisons` were timed, and in words what was `left_out`. A Transformer layer took
    less time than an LSTM, both 128 wide on 4 sequences, `ahead_at` these of the lengths that were `timed`. By the prediction it
    is ahead `ahead_from` so many tokens on `ahead_until` its n² has eaten the gain; none where it never is, or stays so."""

    name: str
    device: str
    processors: int
    clock: float | None
    driver: str
    versions: dict[str, str]
    date: str
    commit: str
    rate: float
    launch: float
    bandwidth: float
    comparisons: int
    left_out: list[str]
    timed: list[int]
    ahead_at: list[int]
    ahead_from: int | None
    ahead_until: int | None


class CountedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A layer's work in a training step on n tokens, in operations, and how many stand in a row."""

    layer: str
    n: int
    work: float
    chain: float


class MachinesRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What to say instead, the machines, the claims whose figures are shown, in that order, and what was counted."""

    why_faster: str
    machines: list[MachineRecord]
    figures: list[str]
    counted: list[CountedRecord]


class LibraryRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A library that was asked: its name with its version, and where and when."""

    name: str
    versions: dict[str, str]
    system: str
    date: str


class SmallestCase(msgspec.Struct, frozen=True, kw_only=True):
    """Two units over two steps, a row a step: what the printed equation gives, what the library does, and a program for it."""

    printed: list[list[float]]
    library: list[list[float]]
    code: str


class LayerRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A layer of a library. For each equation of its `kind` that it `computes`, the ways to put parameters in under which it
    does, none where it never does; the `order` in which it keeps its gates and how many `biases` each has; the decades of a
    gradient that its start costs over 50 steps; a smallest case where it `differs` from the printed equation under whatever name;
    and how it `refuses`."""

    library: str
    layer: str
    kind: str
    precision: str
    computes: dict[str, list[str]]
    order: str = ""
    biases: int = 0
    arrives: float | None = None
    differs: SmallestCase | None = None
    refuses: str = ""


class LibrariesRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of libraries, and the claims whose figures are shown beside it."""

    libraries: list[LibraryRecord]
    layers: list[LayerRecord]
    figures: list[str]


class FigureRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A figure's finding and its text alternative; the chart itself lies with the evidence."""

    title: str
    says: str


class PrintRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A published figure. `of` is what sets it apart from what the text speaks of; `decides` if nothing does and it was read."""

    prints: str
    of: str = ""
    source: str
    where: str
    verified: Verified
    decides: bool = False


class FactRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the text prints, of what, beside what was published."""

    measures: str
    prints: str
    of: str
    published: list[PrintRecord]


class EarlierRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict that a claim had `until` the end of a day, and why it changed."""

    until: str
    was: Word
    because: str


class AcceptedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader held against a claim, and rightly: by whom, and what."""

    by: str
    what: str


class StabilityRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether anything moved where a claim was examined otherwise than usual: the number of other seeds, threads and so on that
    were `tried`, which `versions`, and each outcome that was another one there. Of trials, how many fresh seeds each reading
    won, of how many."""

    stamp: Stamp
    tried: dict[str, int] = {}
    versions: list[str] = []
    flips: list[Flip] = []
    won: dict[str, tuple[int, int]] = {}


class ClaimRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A claim, its verdict and what the verdict rests on; what is empty is left out. `scope` says where it was tried, if
    it may be otherwise elsewhere; `uses` are claims that it rests on; `contrary` are readings that are pinned to come out against
    what is usual for their role; `why_not` answers who would give another verdict; `accepted` are challenges by readers. One that
    is not in the text has where it was `asked`: place, year, question and address. `oracles` are the ways in which its answer is
    found, by the names that the record explains; those `crossed` with its check by a test are among them."""

    id: str
    chapter: str
    says: str
    verdict: Word
    why: str
    expected: Word
    teach: str
    not_shown: str = ""
    scope: str = ""
    by: Engine
    cites: list[str] = []
    lines: list[int] = []
    defined_at: str
    readings: list[ReadingRecord]
    figure: FigureRecord | None = None
    fact: FactRecord | None = None
    uses: list[str] = []
    contrary: list[str] = []
    why_not: dict[Word, str] = {}
    earlier: list[EarlierRecord] = []
    accepted: list[AcceptedRecord] = []
    asked: str = ""
    oracles: list[str] = []
    crossed: list[str] = []
    stability: StabilityRecord | None = None


class TermRecord(msgspec.Struct, frozen=True, kw_only=True):
    """All names of one thing that people ask for, and the claims that answer, the best answer first."""

    names: list[str]
    claims: list[str]


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


class Run(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What may differ between two runs; but for the profile it lies beside the record, in `run.json`. By claim, when it was
    `examined`, now or before; by claim and reading, the seconds it `took`, where there were any to speak of, and what
    clocks decided (`clocked`); by experiment, the seconds that training took, the middle run of each arm in their order.
    The `address` is that of the folder where the pages are published, if it was said, the `digest` that of the record, by its
    canonical form."""

    profile: str
    date: str = ""
    commit: str = ""
    address: str = ""
    machine: str = ""
    versions: dict[str, str] = {}
    seconds: float = 0.0
    examined: dict[str, str] = {}
    took: dict[str, dict[str, float]] = {}
    clocked: dict[str, dict[str, dict[str, Any]]] = {}
    training: dict[str, list[float]] = {}
    digest: str = ""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """All verdicts of one run. The `summary` counts those on the statements of the `text`; those on what is not in it count
    `apart`, by their chapters. `instead` are its statements that need a correction, those that matter most first;
    `training` is what training showed, `machines` what was timed on which, `libraries` what others answered, where there was any;
    `terms` are for a search, and so is what claims are `heard` as, other ways to say them. `oracles` says what each is that a
    claim names."""

    schema: int
    text: About
    run: Run
    summary: dict[str, int]
    apart: dict[str, dict[str, int]] = {}
    claims: list[ClaimRecord]
    tables: list[TableRecord] = []
    elsewhere: list[ElsewhereRecord] = []
    instead: list[str] = []
    training: TrainingRecord | None = None
    machines: MachinesRecord | None = None
    libraries: LibrariesRecord | None = None
    terms: list[TermRecord] = []
    heard: dict[str, list[str]] = {}
    oracles: dict[str, str] = {}

    @property
    def of_text(self) -> list[ClaimRecord]:
        """The text's own statements."""
        return [one for one in self.claims if not self.is_apart(one)]

    @property
    def beyond(self) -> dict[str, list[ClaimRecord]]:
        """What is not in the text, by its chapters."""
        found: dict[str, list[ClaimRecord]] = {}
        for one in self.claims:
            if self.is_apart(one):
                found.setdefault(one.chapter, []).append(one)
        return found

    def is_apart(self, claim: ClaimRecord) -> bool:
        """Whether it is not in the text."""
        return bool(self.text.chapter(claim.chapter).apart)


def counts(claims: Iterable[ClaimRecord]) -> dict[str, int]:
    """How many of these have which verdict; nothing where there are none."""
    found = Counter(one.verdict for one in claims)
    return {word: found[word] for word in WORDS} if found else {}


def steady(record: Record) -> Record:
    """Without what changes from run to run, as it is written and digested."""
    return msgspec.structs.replace(record, run=Run(profile=record.run.profile))


def with_digest(record: Record) -> Record:
    """A record whose run knows the digest, for all that is made of the two."""
    digest = canonical_digest(msgspec.to_builtins(steady(record)))
    return msgspec.structs.replace(record, run=msgspec.structs.replace(record.run, digest=digest))


def write_record(record: Record, folder: Path) -> None:
    """The record, its schema and what is of this run alone, each replaced in one step."""
    content = as_json(steady(record))
    write_whole(folder / "verdicts.schema.json", as_json(schema()))
    write_whole(folder / "verdicts.json", content)
    write_whole(folder / RUN, as_json({"of": digest(content.decode()), "run": record.run}))


class _RunFile(msgspec.Struct):
    of: str
    run: Run


def read_record(path: Path) -> Record:
    """The record in a file, with the run that made it if that lies beside it; else with its last commit."""
    try:
        content = content_of(path)
        run = msgspec.structs.replace(read_run(path, content), digest=canonical_digest(json.loads(content)))
        record = msgspec.structs.replace(msgspec.json.decode(content, type=Record), run=run)
    except FileNotFoundError as problem:
        raise EvidenceError(f"{path}: there is no record yet; run python -m reports{the_text().option}") from problem
    except UNREADABLE as problem:
        raise EvidenceError(
            f"{path}: not readable as a record ({told(problem)}); run python -m reports{the_text().option} to make it anew"
        ) from problem
    apart = {chapter: counts(claims) for chapter, claims in record.beyond.items()}
    fits = (record.summary, record.apart) == (dict.fromkeys(WORDS, 0) | counts(record.of_text), apart)
    if what := unfit((one.id for one in record.claims), record.instead) if fits else "its counts are not those of its verdicts":
        raise EvidenceError(f"{path}: {what}; run python -m reports{the_text().option} to make it anew")
    return record


def read_run(path: Path, content: bytes) -> Run:
    """The run that made a record."""
    own = msgspec.json.decode(content, type=_Own).run
    if is_time(own.date):
        return own
    with suppress(*UNREADABLE):
        found = msgspec.json.decode(content_of(path.with_name(RUN)), type=_RunFile)
        if found.of == digest(content.decode()) and is_time(found.run.date):
            return found.run
    date, commit = edition(path)
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
    return msgspec.structs.replace(own, date=date or written, commit=commit)


class _Own(msgspec.Struct):
    run: Run


def schema() -> dict[str, Any]:
    """The JSON Schema of the record."""
    described = _as_every_version_has_it(msgspec.json.schema(Record))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Verdicts on textbook claims", **described}


def _as_every_version_has_it(part: Any) -> Any:
    """A part of a schema without what tells one msgspec from another: how a docstring is indented, whether the keys of a
    mapping are described, and where *nothing* stands among what is possible."""
    if isinstance(part, dict):
        known = {name: _as_every_version_has_it(one) for name, one in part.items() if name != "propertyNames"}
        if "anyOf" in known:
            known["anyOf"].sort(key=lambda one: one.get("type") == "null")
        return known | ({"description": cleandoc(known["description"])} if isinstance(known.get("description"), str) else {})
    return [_as_every_version_has_it(one) for one in part] if isinstance(part, list) else part


def is_as_pinned(record: Record) -> tuple[list[ClaimRecord], list[ClaimRecord]]:
    """The claims whose verdict changed, and those undecided that were not expected to be."""
    off = [one for one in record.claims if one.verdict != one.expected or astray(one)]
    undecided = [one for one in off if one.verdict == "undecided"]
    return [one for one in off if one.verdict != "undecided"], undecided


def astray(claim: ClaimRecord) -> list[ReadingRecord]:
    """The readings whose outcome is not as pinned: what is usual for their role, or against it where they are `contrary`. Clocks
    are not pinned, and what has not run is not astray."""
    ran = [(one, pinned(one.role, one.name, claim.expected, claim.contrary)) for one in claim.readings if not one.timed]
    return [one for one, right in ran if right and one.outcome != "not run" and one.outcome not in right]
