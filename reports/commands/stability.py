"""`stability`: examine claims under other seeds, threads, processors and versions, and write down what moved."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from threading import Lock

from rich.console import Console

from claims.catalogue import Entry, Keys
from claims.evidence.evidence import ClaimEvidence
from claims.evidence.keys import here
from claims.evidence.profiles import VERDICT
from claims.evidence.stability import (
    FILE,
    NEEDED,
    SEED,
    Came,
    Tried,
    key_of,
    read_stability,
    stamp_of,
    with_what_came,
    write_stability,
)  # fmt: skip
from claims.evidence.store import Store, alone
from claims.kit.told import Told
from claims.texts import the_text
from reports.commands import statements
from reports.commands.verify.run import progress_on
from reports.running.elsewhere.cluster import Cluster, helped_by
from reports.running.elsewhere.errands import Errand, spread
from reports.running.examination import Examiner
from reports.running.fresh import Trying, engines
from reports.running.grid import Cell, examined, grid, run
from reports.text import wording

FRAGILE = 1
TOGETHER = 5  # seeds in a process
AWAY = 20  # claims that are sent to others at once
ENGINES = ("search", "exhaustion")  # what a cell can examine; trials are tried on fresh seeds


@dataclass
class Grid:
    """What is known of each claim, and what lies where; it is written after each cell, so that nothing is asked twice."""

    file: Path
    entries: Mapping[str, Entry]
    told: Mapping[str, Told]
    evidence: Mapping[str, ClaimEvidence]
    tried: dict[str, Tried] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)  # several cells are done at once

    def read(self, ids: Collection[str]) -> None:
        """What is on disk, of the claims that there are still; what was tried before a claim changed is forgotten."""
        self.tried = {id: one for id, one in read_stability(self.file).items() if id in ids}
        for id, seen in self.evidence.items():
            if id not in self.tried or self.tried[id].key != key_of(seen):
                self.tried[id] = Tried(key=key_of(seen))

    def missing(self, cell: Cell) -> list[str]:
        """The claims that have not been tried so since they changed."""
        return [
            id for id in self.evidence
            if self.told[id].by.name in ENGINES and (cell.axis != SEED or self.told[id].by.name == "search")
            and cell.value not in self.tried[id].cells.get(cell.axis, [])
        ]  # fmt: skip

    def take(self, cell: Cell, came: Came) -> None:
        """Remember what came of a claim."""
        if not came.left_out:
            with self.lock:
                known = self.tried[came.id]
                self.tried[came.id] = with_what_came(known, self.evidence[came.id], cell.axis, cell.value, came)

    def write(self) -> None:
        """Put it on disk."""
        with self.lock:
            write_stability(self.file, self.tried)


def stability(ids: Sequence[str], seeds: int, pythons: Sequence[Path], workers: int, dask: str) -> int:
    """Try what has not been tried, and tell what is fragile."""
    console, store = Console(), Store(statements.KEPT)
    known = statements.entries(store)
    entries, cells = statements.named(ids, known), grid(seeds, [str(one) for one in pythons])
    folder = statements.scratch() / "stability"
    with helped_by(dask, workers, partial(console.print, markup=False, highlight=False)) as cluster, alone(folder):
        kept = statements.kept_runs()
        examiner = Examiner(Keys(here()), store, VERDICT, workers, folder / "evidence", kept=kept, cluster=cluster)
        found, trials = _as_usual(entries, examiner, console)
        found.read({one.id for one in known})
        left_out = _examine(found, cells, workers, cluster, console)
        _try_fresh(found, trials, seeds, workers, cluster, console)
    statements.keep_sources(store)
    for line in _told(found, left_out):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return FRAGILE if any(found.tried[id].flips for id in found.evidence) else 0


def _as_usual(entries: Sequence[Entry], examiner: Examiner, console: Console) -> tuple[Grid, Trying]:
    """The claims that seeds, threads and versions might move, and what usually comes of them: known to this machine, or else
    examined now, which the next run then takes from here. Trials among them apart as well."""
    told = examiner.tell(entries)
    chosen = [one for one in entries if one.has_keys and not told[one.id].by.timed and told[one.id].by.name in NEEDED]
    with progress_on(console) as progress:
        bar = progress.add_task("as usual", total=None)
        seen = examiner.examine(
            chosen, lambda *_: progress.update(bar, advance=1), lambda _, readings: progress.update(bar, total=readings)
        )
    evidence = {one.id: seen.evidence[one.id] for one in chosen}
    found = Grid(statements.reports() / FILE, {one.id: one for one in chosen}, told, evidence)
    by = engines([one for one in chosen if told[one.id].by.name == "trials"])
    trials = Trying(statements.reports(), by, {id: found.entries[id] for id in by}, {id: evidence[id] for id in by})
    trials.read()
    return found, trials


def _examine(found: Grid, cells: Sequence[Cell], workers: int, cluster: Cluster | None, console: Console) -> list[Came]:
    """So many cells at once; a bar on a terminal. What could not be asked is left out."""
    left_out = _examine_elsewhere(found, [one for one in cells if not one.python], cluster, console) if cluster else []
    due = _batches(found, cells)
    stopped: list[bool] = []
    with progress_on(console) as progress, ThreadPoolExecutor(workers) as pool:
        bar = progress.add_task("starting", total=sum(len(some) * len(ids) for some, ids in due))

        def one(some: Sequence[Cell], ids: Sequence[str]) -> None:
            claims = [(id, found.entries[id].module) for id in ids]
            for cell, came in run(some, claims, statements.kept_runs()):
                found.take(cell, came)
                left_out.extend([came] if came.left_out else [])
                progress.update(bar, advance=1, description=f"{cell} · {came.id}")
                if stopped:
                    return
                if came.id == ids[-1]:
                    found.write()
                    if not console.is_terminal:
                        console.print(f"{cell}: {len(ids)} claims", markup=False, highlight=False, soft_wrap=True)

        running: list[Future[None]] = []
        try:
            running += [pool.submit(one, *each) for each in due]
            wait(running, return_when=FIRST_EXCEPTION)
        finally:
            stopped.append(True)
            pool.shutdown(wait=True, cancel_futures=True)
            found.write()
    for each in running:
        if each.done() and not each.cancelled():
            each.result()
    return left_out


def _examine_elsewhere(found: Grid, cells: Sequence[Cell], cluster: Cluster, console: Console) -> list[Came]:
    """By those who help, some claims at a time. Other versions are known here alone."""
    errands, left_out = [], list[Came]()
    for some, ids in _batches(found, cells):
        for at in range(0, len(ids), AWAY):
            claims = [(id, found.entries[id].module) for id in ids[at : at + AWAY]]
            errands.append(Errand(name=str(some[0]), work=examined, arguments=(some, claims, ())))
    with progress_on(console) as progress:
        bar = progress.add_task("elsewhere", total=len(errands))
        for one in spread(errands, 0, cluster):
            for cell, came in one.answer:
                found.take(cell, came)
                left_out.extend([came] if came.left_out else [])
            found.write()
            progress.update(bar, advance=1, description=one.name)
    return left_out


def _try_fresh(found: Grid, trials: Trying, count: int, workers: int, cluster: Cluster | None, console: Console) -> None:
    """Trials, on seeds beyond those that decide; what is known of them beside what is known of the others."""
    with progress_on(console) as progress:
        due = trials.due(count, statements.kept_runs())
        bar = progress.add_task("fresh seeds", total=len(due))
        try:
            for one in spread(due, workers, cluster):
                trials.take(one)
                progress.update(bar, advance=1, description=one.name)
                if not console.is_terminal:
                    console.print(one.name, markup=False, highlight=False, soft_wrap=True)
        finally:
            found.tried |= trials.stamped(found.tried)
            found.write()


def _batches(found: Grid, cells: Sequence[Cell]) -> list[tuple[list[Cell], list[str]]]:
    """What is missing, by processes: a few seeds of the same claims share one."""
    batches: list[tuple[list[Cell], list[str]]] = []
    for cell in cells:
        if not (ids := found.missing(cell)):
            continue
        some, others = batches[-1] if batches else ([], [])
        alike = bool(some) and len(some) < TOGETHER and ids == others and cell.axis == some[0].axis == SEED
        if alike:
            some.append(cell)
        else:
            batches.append(([cell], ids))
    return batches


def _told(found: Grid, left_out: Sequence[Came]) -> Iterator[str]:
    stamps = {id: stamp_of(found.tried[id], seen, found.told[id].by.name) for id, seen in found.evidence.items()}
    for id, stamp in stamps.items():
        if stamp == "fragile":
            yield f"{id}: fragile"
            yield from (f"  {line}" for line in wording.moved(found.tried[id].flips))
    for why, some in groupby(sorted(left_out, key=lambda one: one.left_out), key=lambda one: one.left_out):
        yield f"Left out: {', '.join(sorted({one.id for one in some}))}: {why}"
    counted = [f"{sum(one == word for one in stamps.values())} {word}" for word in ("stable", "fragile", "in part")]
    yield f"{len(stamps)} claims: {', '.join(counted)}. python -m reports{the_text().option} puts it on the pages."
