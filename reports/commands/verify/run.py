"""A run: examine what is not known, judge, write the record and the pages, and say what came of it."""

import secrets
from collections.abc import Collection, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column

from claims import known_uses
from claims.catalogue import Entry, Keys
from claims.evidence.evidence import (
    ClaimEvidence,
    EvidenceError,
    Examined,
    ReadingEvidence,
    forget_torn,
    read_evidence,
    write_whole,
)  # fmt: skip
from claims.evidence.keys import here
from claims.evidence.profiles import PROFILES, Profile
from claims.evidence.runs import keep_runs, read_runs
from claims.evidence.store import Store, alone
from claims.evidence.tried import read_tried
from claims.kit.told import Told
from claims.texts import the_text
from reports.commands import statements
from reports.commands.site import lead_there, write_report
from reports.commands.verify.around import around
from reports.commands.verify.keeping import forget_outdated, must_not_shrink, record_in
from reports.commands.verify.verdicts import lines_of, pinned_otherwise
from reports.commands.waiting import about_to
from reports.essay.page import Copy, copy_of, write_copy
from reports.exports import write_exports
from reports.pages.pages import write_single
from reports.reading.sentences import read_essay
from reports.record.making import make_record
from reports.record.published import differing, published
from reports.record.record import Record, is_as_pinned, read_record, write_record
from reports.record.replications import read_replications
from reports.running.elsewhere.cluster import Cluster, helped_by
from reports.running.examination import EVERYTHING, Examination, Examiner
from reports.running.hands import import_ahead
from reports.running.work import Task
from reports.text.comparison import Changes, as_lines, as_text, compare, read_older
from reports.text.wording import how_many

VERDICT_CHANGED, NOT_DECIDED = 1, 2
FOR_A_BAR = 70  # columns
# Where a killed run leaves halves.
WRITTEN = (".verdicts.*", "evidence/.*", "evidence/runs/.*", "badges/.*", "site/.*", "site/*/.*")


@dataclass(frozen=True)
class Asked:
    """What a run was asked for."""

    only: Sequence[str]
    profile: Profile
    workers: int
    out: Path | None
    fresh: bool
    no_examine: bool
    single: bool
    older: Path | None
    essay: Path | None
    address: str = ""
    dask: str = ""

    @property
    def whole(self) -> bool:
        """A run whose verdicts are those of the project."""
        return not self.only and self.profile.name == "verdict"

    @property
    def folder(self) -> Path:
        """Where record, evidence and site go."""
        of = "only" if self.only else self.profile.name
        return self.out or (statements.reports() if self.whole else statements.scratch() / of)


def run(asked: Asked) -> int:
    """Do it, and return the exit code."""
    console, store = Console(), Store(statements.KEPT)
    essay = read_essay(asked.essay) if asked.essay else None
    known = _with_claims(statements.entries(store, partial(_nothing_is_known, asked)))
    entries, ids = statements.named(asked.only, known), {one.id for one in known}
    copy = copy_of(essay, ids) if essay else None
    before = read_older(asked.older, asked.only and [one.id for one in entries]) if asked.older else None
    _must_be_writable(asked, [one.id for one in entries], ids)
    read_replications(), read_tried(asked.folder)  # a mistake there is told before any work
    if asked.dask:
        about_to(f"Looking for help at {asked.dask}")
    with helped_by(asked.dask, asked.workers, partial(_say, console)) as cluster, alone(asked.folder):
        forget_torn(one for place in WRITTEN for one in asked.folder.glob(place))
        started, came_with = perf_counter(), published(asked.folder / "evidence") if asked.whole else {}
        examiner = _examiner(asked, store, cluster)
        seen = _stored(entries, examiner) if asked.no_examine else _examine(entries, ids, examiner, console)
        statements.keep_sources(store)
        if asked.no_examine:
            known_uses(seen.told.values(), ids)
        about_to("Writing the record and the pages")
        record = make_record(
            list(seen.told.values()), seen.evidence, asked.profile, perf_counter() - started,
            around(store, not asked.only), seen.runs.values(), seen.readings, store, seen.new, the_text().about, asked.address,
        )  # fmt: skip
        was = record_in(asked.folder)
        write_record(record, asked.folder)
        record, evidence = _as_anybody_reads_it(asked.folder)
        write_exports(record, asked.folder)
        if before:
            _tell_changes(console, compare(before, record), asked.folder)
        if record_in(asked.folder) != was:
            _forget_outdated(console, asked)
        if not asked.only:
            _forget_others(asked.folder / "evidence", {one.id for one in entries})
            if not asked.no_examine:
                keep_runs(asked.folder / "evidence" / "runs", seen.runs.values(), older=False)
        page = _write_pages(console, record, evidence, asked, copy)
    if not asked.no_examine:
        _say_how_it_was_examined(console, seen, asked, came_with)
    if store.trouble:
        _say(console, f"Not all of it could be kept in {store.folder} ({store.trouble[0]}): the next run finds it out again.")
    if asked.only:
        _tell_each(console, record, asked.folder / "site")
    return _conclude(console, record, page, told=bool(asked.only))


def _nothing_is_known(asked: Asked) -> None:
    """All will be examined, so that processes may begin to import it."""
    if asked.whole and asked.workers > 1 and not asked.no_examine:
        import_ahead(EVERYTHING)


def _examiner(asked: Asked, store: Store, cluster: Cluster | None) -> Examiner:
    luck = 0 if asked.profile.repeatable else secrets.randbits(48)
    folder = asked.folder / "evidence"  # by --out it may be one that has runs of its own, of another torch for instance
    kept = () if asked.fresh else tuple(dict.fromkeys((*statements.kept_runs(), folder / "runs")))
    return Examiner(
        Keys(here()), store, asked.profile, asked.workers, folder, luck, kept, asked.fresh,
        cluster, meanwhile=partial(around, store, not asked.only),
    )  # fmt: skip


def mark(asked: Asked) -> int:
    """`--essay`: the reader's copy, marked by the record that is there, with the site that goes with it."""
    console, store = Console(), Store(statements.KEPT)
    essay = read_essay(asked.essay) if asked.essay else None
    copy = copy_of(essay, {one.id for one in statements.entries(store)}) if essay else None
    statements.keep_sources(store)
    about_to("Reading the evidence that is there, and writing the pages")
    record, evidence = _as_anybody_reads_it(asked.folder)
    with alone(asked.folder):
        page = _write_pages(console, record, evidence, asked, copy)
    return _conclude(console, record, page, told=False)


def _as_anybody_reads_it(folder: Path) -> tuple[Record, dict[str, ClaimEvidence]]:
    """Record and evidence from disk, where keys are sorted: what is made of them then can be made again."""
    record = read_record(folder / "verdicts.json")
    return record, {one.id: read_evidence(folder / "evidence" / f"{one.id}.json") for one in record.claims}


def _write_pages(
    console: Console, record: Record, evidence: Mapping[str, ClaimEvidence], asked: Asked, copy: Copy | None
) -> Path:
    """The site, and beside it what was asked for; the page to read first."""
    page = write_report(record, evidence, asked.folder)
    if asked.single:
        _say(console, f"One file: {write_single(record, evidence, asked.folder, the_text().bibliography)}")
    if copy is None:
        return page
    for line in (copy.summary, *copy.to_review()):
        _say(console, line)
    written = write_copy(copy, record, asked.folder)
    lead_there(record, asked.folder)
    return written


def _forget_outdated(console: Console, asked: Asked) -> None:
    written = (["single.html"] if asked.single else []) + (["essay.html", "annotations.json"] if asked.essay else [])
    for line in forget_outdated(asked.folder, but=written):
        _say(console, line)


def _forget_others(folder: Path, ids: set[str]) -> None:
    """Once the new record is whole: the evidence of claims that are no more speaks for nothing. Only evidence is deleted, for
    --out may name a folder that holds other files."""
    for file in folder.glob("*.json"):
        with suppress(EvidenceError):
            if file.stem not in ids and read_evidence(file).id == file.stem:
                file.unlink()


def _mark_newest(folder: Path, entries: Sequence[Entry]) -> None:
    """A file that came out as it was is not written again, and is this run's evidence all the same: a replay goes by the time."""
    for one in entries:
        (folder / f"{one.id}.json").touch()


def _with_claims(known: Sequence[Entry]) -> Sequence[Entry]:
    """The claims of the text; one that has none is refused."""
    if not known:
        text = the_text()
        begin = f"python -m reports new{text.option} chapter.what-it-says --new-chapter"
        raise click.UsageError(f"{text.folder} has no claims yet; begin one: {begin}")
    return known


def _must_be_writable(asked: Asked, ids: Collection[str], known: Collection[str]) -> None:
    """Find out now, not after minutes of work. A folder for passing looks is written over."""
    folder = asked.folder
    if asked.out:
        must_not_shrink(folder, ids, known, asked.profile.name)
    if asked.no_examine and not (folder / "evidence").is_dir():
        raise click.UsageError(f"{folder} holds no evidence to judge; run without --no-examine, or choose a folder with --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as problem:
        raise click.UsageError(f"cannot write to {folder}: {problem.strerror}; choose another with --out") from problem


def _stored(entries: Sequence[Entry], examiner: Examiner) -> Examination:
    """Evidence and runs from disk; what was made with other sources is stale and refused, what was made with less effort or was
    changed by hand as well."""
    about_to("Reading the evidence that is there")
    folder, profile = examiner.folder, examiner.profile
    stored = {one.id: read_evidence(folder / f"{one.id}.json") for one in entries}
    if stale := [one.id for one in entries if stored[one.id].rests_on != examiner.rests_on(one)]:
        raise EvidenceError(f"{folder}: older than the code for {', '.join(stale)}; run without --no-examine")
    if others := sorted({one.profile for one in stored.values()} - {profile.name}):
        raise EvidenceError(f"{folder}: made with --profile {', '.join(others)}; give it again with --no-examine")
    runs = read_runs(folder / "runs")
    told = examiner.tell(entries)
    readings = {one.id: examiner.known(one, told[one.id], runs) for one in entries}
    if others := [id for id, known in readings.items() if not _as_seen(stored[id], known)]:
        raise EvidenceError(f"{folder}: not as this machine has seen it for {', '.join(others)}; run without --no-examine")
    return Examination(told, stored, readings, runs)


def _as_seen(stored: ClaimEvidence, known: Mapping[str, Examined]) -> bool:
    """Whether evidence agrees with what is known of its readings. Clocks may have come to something else another time."""
    return all(known[one.name].evidence == one for one in stored.readings if one.name in known and not one.timed)


def progress_on(console: Console) -> Progress:
    """Of which the words give way where a terminal is narrow, and then the bar, but never the numbers."""
    words = TextColumn("{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"))
    bars = [BarColumn(20)] if console.width >= FOR_A_BAR else []
    columns = (words, *bars, MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal, expand=True)


def _examine(entries: Sequence[Entry], ids: Container[str], examiner: Examiner, console: Console) -> Examination:
    """Examine with a progress bar, which only a terminal gets to see."""
    with progress_on(console) as progress:
        bar = progress.add_task("starting", total=None)

        def begun(told: Mapping[str, Told], readings: int) -> None:
            known_uses(told.values(), ids)
            progress.update(bar, total=readings)
            if readings and not console.is_terminal:
                _say(console, f"To be examined: {readings} reading{'s' * (readings > 1)} …")

        def finished(task: Task, found: ReadingEvidence) -> None:
            progress.update(bar, advance=1, description=f"{task.id} · {found.engine}, {found.cases} cases")

        found = examiner.examine(entries, finished, begun)
    _mark_newest(examiner.folder, entries)
    return found


def _say_how_it_was_examined(console: Console, seen: Examination, asked: Asked, came_with: Mapping[str, ClaimEvidence]) -> None:
    """What was examined now, and what this machine had examined before; what came with the clone is compared, not trusted."""
    now, all_of_them = len(seen.new), len(seen.evidence)
    parts = [f"{now} examined now"] if now else []
    parts += [f"{all_of_them - now} on this machine before, which nothing has changed since"] if all_of_them > now else []
    trained = f"; {len(seen.runs)} training runs, {seen.trained or 'none'} of them trained now" if seen.runs else ""
    _say(console, f"Examined: {', '.join(parts)}{trained}.")
    if not came_with:
        return
    others = differing(came_with, seen.evidence)
    _say(console, f"{all_of_them - len(others)} of {all_of_them} came out as published.")
    for id, what in others.items():
        _say(console, f"  {id}: {what}")


def _conclude(console: Console, record: Record, page: Path, told: bool) -> int:
    """The counts, what differs from the pinned verdicts, unless that was `told`, and where to read on."""
    changed, undecided = is_as_pinned(record)
    if not PROFILES[record.run.profile].may_conclude:  # only a crash is news there: all is undecided by design
        undecided = [one for one in undecided if any(seen.outcome == "error" for seen in one.readings)]
    for one in [] if told else changed + undecided:
        _say(console, f"{one.id}: {one.verdict}, pinned as {one.expected}. {one.why}")
        for line in pinned_otherwise(one):
            _say(console, line)
    _say(console, f"{how_many(record)} ({record.run.seconds:.0f} s)")
    _say(console, f"Report: {page}")
    return VERDICT_CHANGED if changed else NOT_DECIDED if undecided else 0


def _tell_each(console: Console, record: Record, site: Path) -> None:
    for line in (line for one in record.claims for line in lines_of(one, site)):
        _say(console, line)


def _tell_changes(console: Console, changes: Changes, folder: Path) -> None:
    write_whole(folder / "changes.md", as_text(changes).encode())
    for line in as_lines(changes):
        _say(console, line)


def _say(console: Console, line: str) -> None:
    """A line as it is: [nan, 1] is a list here, no markup."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)
