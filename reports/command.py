"""The command line: which claims, how hard to try, where to write."""

import difflib
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table
from rich.text import Text

from claims import every_claim
from claims.facts import elsewhere
from claims.instead import FIRST
from claims.kit.claim import WORDS, Claim
from claims.kit.evidence.evidence import ROOT, EvidenceError, ReadingEvidence, read_evidence, rests_on, write_whole
from claims.kit.evidence.runs import keep_runs, read_runs
from claims.kit.profiles import PROFILES, Profile
from claims.showed import FIGURES, TIMED
from claims.tables import TABLES
from reports.classroom.writing import write_handout, write_notebook, write_slides
from reports.essay.page import Copy, forget_copy, read_copy, write_copy
from reports.exports import write_exports
from reports.pages.pages import write_single, write_site
from reports.record.record import Around, Record, is_as_pinned, make_record, read_record, write_record
from reports.running.examination import Examination, Task, examine, how_many_readings
from reports.running.replay import replay
from reports.text.comparison import Changes, as_lines, as_text, compare, read_older

MOST_WORKERS = 64
REPORTS = ROOT / "reports"
SCRATCH = REPORTS / "scratch"  # where runs go that are not a whole verdict run; never committed
VERDICT_CHANGED, NOT_DECIDED = 1, 2


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", multiple=True, metavar="ID", help="Examine this claim only; may be given again, or name a chapter.")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="verdict", show_default=True, help="How hard to try.")
@click.option(
    "--workers", type=click.IntRange(1, MOST_WORKERS), default=min(2, os.cpu_count() or 1), show_default=True,
    help="Processes to share the readings between.",
)  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for record, evidence and site.")
@click.option("--fresh", is_flag=True, help="Train every network again, whatever runs are kept.")
@click.option("--no-examine", is_flag=True, help="Judge and render the evidence that is there.")
@click.option("--single", is_flag=True, help="Write the whole report as one file as well, to mail: site/single.html.")
@click.option("--compare", "older", type=click.Path(path_type=Path), metavar="OLD.json", help="Say what changed since.")
@click.option(
    "--essay", type=click.Path(path_type=Path), metavar="FILE",
    help="Mark the passages of your copy of the essay; judges the evidence that is there.",
)  # fmt: skip
@click.option("--replay", "replayed", metavar="ID", help="Run a stored counterexample or witness again, with its arithmetic.")
@click.option(
    "--slides", is_flag=True, help="Write a deck for the classroom, from the record that is there, --only these claims."
)
@click.option(
    "--handout", is_flag=True, help="Write worksheets and answers in the same way, to print from the browser, or to PDF."
)
@click.option("--notebook", metavar="ID", help="Write a Jupyter notebook in which a claim is replayed and its domain changed.")
@click.option("--list", "listing", is_flag=True, help="List the claims with their verdicts.")
def command(
    only: tuple[str, ...],
    profile: str,
    workers: int,
    out: Path | None,
    fresh: bool,
    no_examine: bool,
    single: bool,
    older: Path | None,
    essay: Path | None,
    replayed: str | None,
    slides: bool,
    handout: bool,
    notebook: str | None,
    listing: bool,
) -> int:
    """Put the essay's claims to the test and report what came of it."""
    console = Console()
    if replayed:
        return replay(_named([replayed])[0], out or REPORTS, console)
    if listing:
        return _list(console, out or REPORTS)
    if slides or handout or notebook:
        return _for_the_classroom(console, out or REPORTS, only, slides, handout, notebook)
    copy = read_copy(essay) if essay else None
    no_examine = no_examine or copy is not None
    claims, chosen = _named(only) if only else list(every_claim()), PROFILES[profile]
    whole = not only and chosen.name == "verdict"
    folder = out or (REPORTS if whole else SCRATCH / ("only" if only else chosen.name))
    _must_be_writable(folder)
    before = read_older(older, only and [one.id for one in claims]) if older else None  # it may lie where the new record goes
    started = perf_counter()
    seen = _stored(claims, chosen, folder) if no_examine else _examine(claims, chosen, workers, folder, console, fresh)
    around = Around(TABLES, () if only else elsewhere(), FIRST, FIGURES, TIMED)
    record = make_record(claims, seen.evidence, chosen, perf_counter() - started, around, seen.runs.values())
    write_record(record, folder)
    write_exports(record, folder)
    if before:
        _tell_changes(console, compare(before, record), folder)
    page = _write_pages(console, record, seen, folder, single, copy)
    if not only:
        _forget_others(folder / "evidence", {one.id for one in claims})
        if not no_examine:
            keep_runs(folder / "evidence" / "runs", seen.runs.values(), older=False)
    return _conclude(console, record, page)


def _write_pages(console: Console, record: Record, seen: Examination, folder: Path, single: bool, copy: Copy | None) -> Path:
    """The site, and beside it what was asked for; the page to read first."""
    page = write_site(record, seen.evidence, folder)
    if single:
        _say(console, f"One file: {write_single(record, seen.evidence, folder)}")
    if copy is None:
        forget_copy(folder)
        return page
    _say(console, copy.summary)
    return write_copy(copy, record, folder)


def _for_the_classroom(
    console: Console, folder: Path, only: Sequence[str], slides: bool, handout: bool, notebook: str | None
) -> int:
    """What was asked for, each in a file whose name says of which claims it is."""
    ids, of = [one.id for one in _named(only)], f"-{only[0]}" if len(only) == 1 else "-chosen" if only else ""
    written = [write_slides(folder, ids, f"slides{of}")] if slides else []
    written += [write_handout(folder, ids, f"handout{of}")] if handout else []
    written += [write_notebook(folder, one) for one in (_named([notebook]) if notebook else [])]
    for path in written:
        _say(console, f"Written: {path}")
    return 0


def _forget_others(folder: Path, ids: set[str]) -> None:
    """Once the new record is whole: the evidence of claims that are no more speaks for nothing. Only evidence is deleted, for
    --out may name a folder that holds other files."""
    for file in folder.glob("*.json"):
        with suppress(EvidenceError):
            if file.stem not in ids and read_evidence(file).id == file.stem:
                file.unlink()


def _named(ids: Sequence[str]) -> list[Claim]:
    """The claims of these ids, or of these chapters."""
    known = {one.id: one for one in every_claim()}
    chosen = []
    for id in ids:
        found = [known[id]] if id in known else [one for one in known.values() if one.chapter == id.replace("-", "_")]
        if not found:
            near = difflib.get_close_matches(id, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "--list shows them all"
            raise click.UsageError(f"no claim or chapter is called {id!r}; {hint}")
        chosen += found
    return [one for one in known.values() if one in chosen]


def _must_be_writable(folder: Path) -> None:
    """Find out now, not after minutes of work."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as problem:
        raise click.UsageError(f"cannot write to {folder}: {problem.strerror}; choose another with --out") from problem


def _stored(claims: Sequence[Claim], profile: Profile, folder: Path) -> Examination:
    """Evidence and runs from disk; what was made with other sources is stale and refused, what was made with less effort as
    well."""
    stored = {one.id: read_evidence(folder / "evidence" / f"{one.id}.json") for one in claims}
    if stale := [one.id for one in claims if stored[one.id].rests_on != rests_on(one)]:
        raise EvidenceError(f"{folder / 'evidence'}: older than the code for {', '.join(stale)}; run without --no-examine")
    if others := sorted({one.profile for one in stored.values()} - {profile.name}):
        raise EvidenceError(f"{folder / 'evidence'}: made with --profile {', '.join(others)}; give it again with --no-examine")
    return Examination(stored, read_runs(folder / "evidence" / "runs"))


def _examine(claims: Sequence[Claim], profile: Profile, workers: int, folder: Path, console: Console, fresh: bool) -> Examination:
    """Examine with a progress bar, which only a terminal gets to see."""
    kept = None if fresh else REPORTS / "evidence" / "runs"
    columns = (
        TextColumn("[progress.description]{task.description:60.60}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    luck = 0 if profile.repeatable else secrets.randbits(48)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("starting", total=how_many_readings(claims))

        def finished(task: Task, found: ReadingEvidence) -> None:
            progress.update(bar, advance=1, description=f"{task.id} · {found.engine}, {found.cases} cases")

        return examine(claims, profile, workers, folder / "evidence", finished, luck, kept)


def _conclude(console: Console, record: Record, page: Path) -> int:
    """The counts, what differs from the pinned verdicts, and where to read on."""
    changed, undecided = is_as_pinned(record)
    if not PROFILES[record.run.profile].may_conclude:  # only a crash is news there: all is undecided by design
        undecided = [one for one in undecided if any(seen.outcome == "error" for seen in one.readings)]
    for one in changed + undecided:
        _say(console, f"{one.id}: {one.verdict}, pinned as {one.expected}. {one.why}")
    counts = ", ".join(f"{record.summary[word]} {word}" for word in WORDS)
    _say(console, f"{len(record.claims)} statements: {counts} ({record.run.seconds:.0f} s)")
    _say(console, f"Report: {page}")
    return VERDICT_CHANGED if changed else NOT_DECIDED if undecided else 0


def _tell_changes(console: Console, changes: Changes, folder: Path) -> None:
    write_whole(folder / "changes.md", as_text(changes).encode())
    for line in as_lines(changes):
        _say(console, line)


def _say(console: Console, line: str) -> None:
    """A line as it is: [nan, 1] is a list here, no markup."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _list(console: Console, folder: Path) -> int:
    """Every claim with its verdict in the record, if there is one."""
    path = folder / "verdicts.json"
    verdicts = {one.id: one.verdict for one in read_record(path).claims} if path.exists() else {}
    whole = (Column(name, no_wrap=True) for name in ("claim", "verdict", "engine"))
    table = Table(*whole, "says", box=None, show_edge=False)
    for one in every_claim():
        says = Text(one.says, no_wrap=True, overflow="ellipsis")
        table.add_row(one.id, verdicts.get(one.id, "not examined"), one.by.name, says)
    console.print(table)
    return 0
