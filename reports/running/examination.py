"""Putting many claims to the test: what this machine has examined is taken from its store, all else is spread over processes, and
evidence is written as soon as a claim is done."""

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
from claims.evidence.store import Store
from claims.kit.told import Told
from reports.running import work
from reports.running.hands import Hands
from reports.running.telling import tell
from reports.running.work import Came, Task

FEW = 12  # readings for which no other process is started
EVERYTHING, PLAIN = "reports.running.everything", "reports.running.work"  # what processes import beforehand


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
    """How a run goes about it. `luck` sets other cases than usual; runs that lie in the folder `kept` and are not stale are not
    trained again, and without that folder all are; the store is for what may be repeated."""

    keys: Keys
    store: Store
    profile: Profile
    workers: int
    folder: Path
    luck: int = 0
    kept: Path | None = None
    fresh: bool = False

    def examine(self, entries: Sequence[Entry], finished: Finished, begun: Begun = lambda told, readings: None) -> Examination:
        """Evidence of these claims: `folder/<id>.json` for each, `folder/runs/<experiment>.json` where networks were trained."""
        pool = Hands()
        try:
            known = read_runs(self.kept) if self.kept else {}
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
            for task, came in self._run(tasks, pool):
                finished(task, came.evidence)
                self._keep(by_id[task.id], came)
                done.readings[task.id][task.reading] = came.examined
                done.runs.update(came.runs)
                done.new.add(task.id)
                self._conclude(by_id[task.id], done, pool)
            for entry in entries:
                self._conclude(entry, done, pool)
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
            return pool.ask(self.workers, EVERYTHING).submit(work.tell, ids).result()

        return tell(entries, self.keys, self.store, anew)

    def rests_on(self, entry: Entry) -> str:
        """A fingerprint of the code that the evidence of a claim rests on."""
        return self.keys.rests_on(entry) if entry.has_keys else ""

    # --- what is known

    def known(self, entry: Entry, told: Told, runs: Mapping[str, Run]) -> dict[str, Examined]:
        """The readings that this machine has examined, by name. One whose training runs are no more, or others, is not known."""
        if not self._may_repeat(entry):
            return {}
        found = ((one.name, self.store.get("readings", self._key(entry, one.role, one.name), Examined)) for one in told.readings)
        return {
            name: one
            for name, one in found
            if one and all(key in runs and runs[key].content == of for key, of in one.runs.items())
        }

    def _may_repeat(self, entry: Entry) -> bool:
        return entry.has_keys and self.profile.repeatable

    def _key(self, entry: Entry, role: str, name: str) -> str:
        return self.keys.reading(entry, role, name, self.profile.name)

    def _keep(self, entry: Entry, came: Came) -> None:
        clocked = came.examined.clocked
        passes = came.evidence.outcome == "error" or (clocked is not None and clocked.disturbed)  # next time it may be otherwise
        if self._may_repeat(entry) and not passes:
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

    def _run(self, tasks: list[Task], pool: Hands) -> Iterator[tuple[Task, Came]]:
        if not tasks:
            return
        is_small = len(tasks) <= FEW and (self.kept is not None or not any(one.trains for one in tasks))
        processes = 0 if is_small or self.workers == 1 else self.workers
        many = EVERYTHING if len({one.id for one in tasks}) > FEW else PLAIN
        if together := [one for one in tasks if not one.timed]:
            yield from _spread(together, pool.ask(processes, many), max(processes, 1))
        if alone := [one for one in tasks if one.timed]:  # a clock wants the machine to itself
            work.MEASURED.clear()
            one_at_a_time = pool.ask(min(processes, 1), many)
            yield from ((task, one_at_a_time.submit(work.examine, task).result()) for task in alone)

    # --- what is done

    def _conclude(self, entry: Entry, done: Examination, pool: Hands) -> None:
        """Write the evidence of a claim once all its readings are there."""
        told, readings = done.told[entry.id], done.readings[entry.id]
        if entry.id in done.evidence or len(readings) < len(told.readings):
            return
        seen = ClaimEvidence(
            id=entry.id, profile=self.profile.name, rests_on=self.rests_on(entry),
            readings=[readings[one.name].evidence for one in told.readings],
        )  # fmt: skip
        done.evidence[entry.id] = seen = self._with_figure(entry, told, seen, pool)
        write_whole(self.folder / f"{entry.id}.json", as_json(seen))

    def _with_figure(self, entry: Entry, told: Told, seen: ClaimEvidence, pool: Hands) -> ClaimEvidence:
        if not told.draws:
            return seen
        key = self.keys.figure(entry, seen) if entry.has_keys else ""
        chart = self.store.get("figures", key, dict[str, Any])
        if chart is None:
            chart = pool.any().submit(work.draw, entry.id, entry.module, seen.readings).result()
            self.store.put("figures", key, chart)
        return ClaimEvidence(id=seen.id, profile=seen.profile, rests_on=seen.rests_on, readings=seen.readings, figure=chart)


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
