"""Putting many claims to the test: what this machine has examined is taken from its store, all else is spread over processes, and
evidence is written as soon as a claim is done, and drawn."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from claims.catalogue import Entry, Keys
from claims.evidence.evidence import ClaimEvidence, Examined, ReadingEvidence, as_json, write_whole
from claims.evidence.profiles import Profile
from claims.evidence.runs import Run, keep_runs, read_runs
from claims.evidence.source import digest
from claims.evidence.store import Store
from claims.kit.told import Told
from reports.running import work
from reports.running.elsewhere.cluster import Cluster
from reports.running.elsewhere.sharing import Sharing
from reports.running.hands import Hands
from reports.running.telling import tell
from reports.running.work import Came, Task

FEW = 12  # readings for which no other process is started
EVERYTHING, PLAIN = "reports.running.everything", "reports.running.work"  # what processes import beforehand


def rests_on(keys: Keys, entry: Entry, profile: Profile) -> str:
    """A fingerprint of the code that the evidence of a claim rests on, and of how hard it was tried."""
    return digest(keys.rests_on(entry), repr(profile)) if entry.has_keys else ""


@dataclass(frozen=True)
class Examination:
    """The claims as told, the evidence of each, what came of its readings, and by their keys the training runs that it rests on.
    Those that are `new` were examined now, and not taken from the store."""

    told: dict[str, Told]
    evidence: dict[str, ClaimEvidence] = field(default_factory=dict)
    readings: dict[str, dict[str, Examined]] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    before: frozenset[str] = frozenset()
    new: set[str] = field(default_factory=set)

    @property
    def trained(self) -> int:
        """How many of the runs were trained now."""
        return sum(one.key not in self.before for one in self.runs.values())


Begun = Callable[[Mapping[str, Told], int], None]  # with what is told, before anything is examined
Finished = Callable[[Task, ReadingEvidence], None]


@dataclass(frozen=True)
class Examiner:
    """How a run goes about it. `luck` sets other cases than usual; runs that lie in the folders `kept` and are not stale are not
    trained again, and without such folders all are; the store is for what may be repeated. Where there is a `cluster`, it does
    what no clock decides."""

    keys: Keys
    store: Store
    profile: Profile
    workers: int
    folder: Path
    luck: int = 0
    kept: tuple[Path, ...] = ()
    fresh: bool = False
    cluster: Cluster | None = None
    meanwhile: Callable[[], object] = field(default=lambda: None)  # to be done while processes that are started import the claims

    def examine(self, entries: Sequence[Entry], finished: Finished, begun: Begun = lambda told, readings: None) -> Examination:
        """Evidence of these claims: `folder/<id>.json` for each, `folder/runs/<experiment>.json` where networks were trained."""
        pool = Hands()
        try:
            known = read_runs(*self.kept)
            done = Examination(self.tell(entries, pool), before=frozenset(known))
            for entry in entries:
                done.readings[entry.id] = {} if self.fresh else self.known(entry, done.told[entry.id], known)
            # Each run is written as soon as it is done: an interrupted examination loses those that it was at, and no others.
            anew = self.folder / "runs" / "anew"
            if not self.kept:
                shutil.rmtree(anew, ignore_errors=True)
            by_id = {one.id: one for one in entries}
            tasks = self.tasks(entries, done, anew)
            begun(done.told, len(tasks))
            for some in (_apart(tasks, timed=False), _apart(tasks, timed=True)):
                for task, came in self._run(some, tasks, pool):
                    finished(task, came.evidence)
                    self._take(by_id[task.id], task.reading, came, done)
                # Charts are drawn together: whoever waits for one gives nobody anything to do.
                complete = [one for one in entries if _is_complete(done, one.id)]
                charts = self._charts(complete, done, pool)
                for entry in complete:
                    self._write(entry, done, charts.get(entry.id))
            done.runs.update(_used(done, known))
            keep_runs(self.folder / "runs", done.runs.values())
            shutil.rmtree(anew, ignore_errors=True)
        finally:
            pool.go()
        return done

    # --- words

    def tell(self, entries: Sequence[Entry], pool: Hands | None = None) -> dict[str, Told]:
        """What these claims say of themselves; many are imported where they are examined."""

        def anew(ids: Sequence[tuple[str, str]]) -> list[Told]:
            if pool is None or len(ids) <= FEW or self.workers == 1:
                return work.tell(ids)
            told = pool.ask(self.workers, EVERYTHING).submit(work.tell, ids)
            self.meanwhile()
            return told.result()

        return tell(entries, self.keys, self.store, anew)

    def rests_on(self, entry: Entry) -> str:
        """A fingerprint of the code that the evidence of a claim rests on, and of how hard it was tried."""
        return rests_on(self.keys, entry, self.profile)

    # --- what is known

    def known(self, entry: Entry, told: Told, runs: Mapping[str, Run]) -> dict[str, Examined]:
        """The readings that this machine has examined, by name. One whose training runs are no more, or others, is not known."""
        if not self._may_repeat(entry):
            return {}
        found = ((one.name, self.store.get("readings", self._key(entry, one.role, one.name), Examined)) for one in told.readings)
        return {
            name: one for name, one in found if one and all(key in runs and runs[key].check == of for key, of in one.runs.items())
        }

    def _may_repeat(self, entry: Entry) -> bool:
        return entry.has_keys and self.profile.repeatable

    def _key(self, entry: Entry, role: str, name: str) -> str:
        return self.keys.reading(entry, role, name, repr(self.profile))

    def _keep(self, entry: Entry, came: Came) -> None:
        busy = came.examined.clocked is not None and came.examined.clocked.disturbed
        # Next time it may be otherwise. What rests on a recording, for the machine was busy, is decided and says so.
        passes = came.evidence.outcome == "error" or (busy and came.evidence.outcome == "undecided")
        if self._may_repeat(entry) and not passes and self.keys.sources.still_stands():
            self.store.put("readings", self._key(entry, came.evidence.role, came.evidence.name), came.examined)

    # --- what is to be done

    def tasks(self, entries: Sequence[Entry], done: Examination, anew: Path) -> list[Task]:
        """The readings that are not known. The long ones come first, so that no process is left with one at the end, and a large
        budget before a small one, which is passed by on its way; those with a clock come last."""
        missing = [
            self._task(entry, done.told[entry.id], one.name, one.budgets, anew)
            for entry in entries for one in done.told[entry.id].readings if one.name not in done.readings[entry.id]
        ]  # fmt: skip
        return sorted(missing, key=lambda one: (1, 0) if not one.is_trial else (2, 0) if one.timed else (0, -one.budgets))

    def _task(self, entry: Entry, told: Told, reading: str, budgets: float, anew: Path) -> Task:
        if told.by.name != "trials":
            return Task(entry.id, entry.module, reading, self.profile.name, self.luck)
        trains = frozenset(told.trains) if self.profile.runs_trials else frozenset[str]()
        return Task(
            entry.id, entry.module, reading, self.profile.name, self.luck, told.by.timed, budgets, True, self.kept, anew, trains
        )

    def _run(self, some: list[Task], tasks: list[Task], pool: Hands) -> Iterator[tuple[Task, Came]]:
        """Some of the tasks; those with a clock one after the other, for a clock wants the machine to itself."""
        if not some:
            return
        if self.cluster and not some[0].timed:
            yield from Sharing(self.cluster).share(some)
            return
        is_small = len(tasks) <= FEW and (self.kept or not any(one.trains for one in tasks))
        processes = 0 if is_small or self.workers == 1 else 1 if some[0].timed else self.workers
        preload = EVERYTHING if len({one.id for one in tasks}) > FEW else PLAIN
        work.MEASURED.clear()
        yield from _spread(some, pool.ask(processes, preload), max(processes, 1))

    # --- what is done

    def _take(self, entry: Entry, reading: str, came: Came, done: Examination) -> None:
        """Keep what came of a reading, and write the evidence of its claim if that is all, and nothing is to be drawn."""
        self._keep(entry, came)
        done.readings[entry.id][reading] = came.examined
        done.runs.update(came.runs)
        done.new.add(entry.id)
        if not done.told[entry.id].draws:
            self._write(entry, done)

    def _write(self, entry: Entry, done: Examination, figure: dict[str, Any] | None = None) -> None:
        """Write the evidence of a claim once all its readings are there."""
        told, readings = done.told[entry.id], done.readings[entry.id]
        if entry.id in done.evidence or not _is_complete(done, entry.id):
            return
        done.evidence[entry.id] = seen = ClaimEvidence(
            id=entry.id,
            profile=self.profile.name,
            rests_on=self.rests_on(entry),
            readings=_in_order(told, readings),
            figure=figure,
        )
        write_whole(self.folder / f"{entry.id}.json", as_json(seen))

    def _charts(self, entries: Sequence[Entry], done: Examination, pool: Hands) -> dict[str, dict[str, Any] | None]:
        """The figures of the claims that have one."""
        charts, asked = {}, {}
        for entry in (one for one in entries if done.told[one.id].draws and one.id not in done.evidence):
            seen = _in_order(done.told[entry.id], done.readings[entry.id])
            key = self.keys.figure(entry, seen) if entry.has_keys else ""
            charts[entry.id] = self.store.get("figures", key, dict[str, Any])
            if charts[entry.id] is None:
                asked[entry.id] = key, pool.any().submit(work.draw, entry.id, entry.module, seen)
        for id, (key, drawn) in asked.items():
            charts[id] = chart = drawn.result()
            self.store.put("figures", key, chart)
        return charts


def _apart(tasks: list[Task], timed: bool) -> list[Task]:
    return [one for one in tasks if one.timed == timed]


def _is_complete(done: Examination, id: str) -> bool:
    return len(done.readings[id]) == len(done.told[id].readings)


def _in_order(told: Told, readings: Mapping[str, Examined]) -> list[ReadingEvidence]:
    return [readings[one.name].evidence for one in told.readings]


def _used(done: Examination, known: Mapping[str, Run]) -> dict[str, Run]:
    """The runs that readings taken from the store rest on."""
    keys = (key for found in done.readings.values() for one in found.values() for key in one.runs)
    return {key: known[key] for key in keys if key not in done.runs}


def _spread(tasks: list[Task], pool: Executor, workers: int) -> Iterator[tuple[Task, Came]]:
    """Give the tasks to so many at once. One that is free, and would train what another trains, helps it from the other end."""
    waiting, running = list(tasks), dict[Future[Came], Task]()
    helped, helping = set[Task](), dict[Future[None], Task]()
    while waiting or running:
        while len(running) + len(helping) < workers:
            if task := _taken_from(waiting, [*running.values(), *helping.values()]):
                running[pool.submit(work.examine, task)] = task
            elif task := next((one for one in running.values() if one.trains and one not in helped), None):
                helped.add(task)
                helping[pool.submit(work.from_the_other_end, task)] = task
            elif waiting:
                task = waiting.pop(0)
                running[pool.submit(work.examine, task)] = task
            else:
                break
        at_work: list[Future[Any]] = [*running, *helping]
        wait(at_work, return_when=FIRST_COMPLETED)
        for help_ in [one for one in helping if one.done()]:
            helping.pop(help_)
            help_.result()
        yield from [(running.pop(one), one.result()) for one in list(running) if one.done()]


def _taken_from(waiting: list[Task], busy: Iterable[Task]) -> Task | None:
    """The first that trains no networks of a kind that is being trained already: two would train the same ones."""
    trained = {kind for task in busy for kind in task.trains}
    chosen = next((task for task in waiting if trained.isdisjoint(task.trains)), None)
    if chosen:
        waiting.remove(chosen)
    return chosen
