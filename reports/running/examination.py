"""Putting many claims to the test: readings are spread over processes, evidence is written as soon as a claim is done."""

import multiprocessing
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import torch

from claims import every_claim
from claims.kit.claim import Claim, Reading
from claims.kit.engines.engines import Trials, constants, independent_seeds
from claims.kit.engines.statistics import fewest
from claims.kit.evidence.evidence import ClaimEvidence, ReadingEvidence, as_json, write_whole
from claims.kit.evidence.runs import Run, Shelf, keep_runs, read_runs, shelf
from claims.kit.examine import collect, entropy_of, examine_reading
from claims.kit.profiles import PROFILES, Profile
from claims.kit.property import measured_once
from claims.subjects.trained.fair import at_best_rate
from reports.running.workers import leave_with_the_run

TRAINED = "claims.subjects.trained."


@dataclass(frozen=True)
class Task:
    """One reading to examine, in words that travel between processes."""

    id: str
    reading: str
    profile: str
    entropy: int
    kept: Path | None = None  # runs of an earlier examination
    anew: Path | None = None  # runs of this one, each in a file of its own as soon as it is done
    trains: frozenset[str] = frozenset()  # modules of experiments


@dataclass(frozen=True)
class Examined:
    """What came of a reading, and the training runs that it rests on."""

    evidence: ReadingEvidence
    runs: dict[str, Run]


@dataclass(frozen=True)
class Examination:
    """The evidence by claim, and by their keys all training runs that it rests on."""

    evidence: dict[str, ClaimEvidence]
    runs: dict[str, Run]


Finished = Callable[[Task, ReadingEvidence], None]


def examine(
    claims: Sequence[Claim],
    profile: Profile,
    workers: int,
    folder: Path,
    finished: Finished,
    luck: int = 0,
    kept: Path | None = None,
) -> Examination:
    """Examine every reading of these claims and write `folder/<id>.json` for each, and `folder/runs/<experiment>.json` where
    networks were trained. `luck` sets other cases than usual; runs that lie in the folder `kept` and are not stale are not done
    again, and without that folder all are."""
    seen: dict[str, dict[str, ReadingEvidence]] = {one.id: {} for one in claims}
    by_id = {one.id: one for one in claims}
    complete = Examination({}, {})
    # Each run is written as soon as it is done: an interrupted examination loses those that it was at, and no others.
    anew = folder / "runs" / "anew"
    if not kept:
        shutil.rmtree(anew, ignore_errors=True)
    for task, examined in _run(_tasks(claims, profile, luck, kept, anew), by_id, workers):
        finished(task, examined.evidence)
        claim, readings = by_id[task.id], seen[task.id]
        readings[task.reading] = examined.evidence
        complete.runs.update(examined.runs)
        if len(readings) == len(claim.readings):
            in_order = [readings[one.name] for one in claim.readings]
            complete.evidence[claim.id] = collect(claim, profile, in_order)
            write_whole(folder / f"{claim.id}.json", as_json(complete.evidence[claim.id]))
    keep_runs(folder / "runs", complete.runs.values())
    shutil.rmtree(anew, ignore_errors=True)
    return complete


def how_many_readings(claims: Sequence[Claim]) -> int:
    """The steps of a progress bar."""
    return sum(len(one.readings) for one in claims)


def _tasks(
    claims: Sequence[Claim], profile: Profile, luck: int, kept: Path | None = None, anew: Path | None = None
) -> list[Task]:
    """The long ones first, so that no process is left with one at the end, and a large budget before a small one, which is passed
    by on its way; those with a clock last."""
    trains = {claim.id: _experiments(claim) if profile.runs_trials else frozenset[str]() for claim in claims}

    def task(claim: Claim, one: Reading) -> Task:
        # The seeds of trials with a clock are places in what was recorded, so that luck must not change them.
        entropy = entropy_of(claim, one) ^ (0 if claim.by.timed else luck)
        if not isinstance(claim.by, Trials):
            return Task(claim.id, one.name, profile.name, entropy)
        return Task(claim.id, one.name, profile.name, entropy, kept, anew, trains[claim.id])

    def turn(claim: Claim, one: Reading) -> tuple[int, int]:
        if not isinstance(claim.by, Trials):
            return 1, 0
        return (2, 0) if claim.by.timed else (0, -constants(one).get("budgets", 1))

    every = sorted(((claim, one) for claim in claims for one in claim.readings), key=lambda each: turn(*each))
    return [task(claim, one) for claim, one in every]


def _experiments(claim: Claim) -> frozenset[str]:
    """The modules of networks in training that a property names, also within a comprehension."""
    known = claim.check.__globals__
    modules = {str(getattr(known.get(name), "__module__", "")) for name in _names(claim.check.__code__)}
    return frozenset(one for one in modules if one.startswith(TRAINED) and one != at_best_rate.__module__)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _run(tasks: list[Task], by_id: dict[str, Claim], workers: int) -> Iterator[tuple[Task, Examined]]:
    together = [task for task in tasks if not by_id[task.id].by.timed]
    alone = [task for task in tasks if by_id[task.id].by.timed]  # a clock wants the machine to itself
    if workers == 1:
        _prepare()
        yield from ((task, _examine(task)) for task in together)
    else:
        yield from _in_processes(together, workers)
    _prepare()
    measured = dict[Any, Any]()  # what one reading of this run has timed need not be timed again for another
    for task in alone:
        with measured_once(measured):
            examined = _examine(task)
        yield task, examined


def _in_processes(tasks: list[Task], workers: int) -> Iterator[tuple[Task, Examined]]:
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["reports.running.examination"])  # torch is imported once, not once a worker
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare_worker)
    try:
        waiting, running = list(tasks), dict[Future[Examined], Task]()
        helped, helping = set[Task](), dict[Future[None], Task]()
        while waiting or running:
            while len(running) + len(helping) < workers:
                if task := _taken_from(waiting, [*running.values(), *helping.values()]):
                    running[pool.submit(_examine, task)] = task
                elif task := next((one for one in running.values() if one.trains and one not in helped), None):
                    helped.add(task)
                    helping[pool.submit(_from_the_other_end, task)] = task
                elif waiting:
                    task = waiting.pop(0)
                    running[pool.submit(_examine, task)] = task
                else:
                    break
            at_work: list[Future[Any]] = [*running, *helping]
            wait(at_work, return_when=FIRST_COMPLETED)
            for help_ in [one for one in helping if one.done()]:
                helping.pop(help_)
                help_.result()
            yield from [(running.pop(one), one.result()) for one in list(running) if one.done()]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _taken_from(waiting: list[Task], busy: Iterable[Task]) -> Task | None:
    """The first that trains no networks of a kind that is being trained already: two would train the same ones."""
    trained = {kind for task in busy for kind in task.trains}
    chosen = next((task for task in waiting if trained.isdisjoint(task.trains)), None)
    if chosen:
        waiting.remove(chosen)
    return chosen


def _prepare() -> None:
    """One thread a worker: the same sums in the same order everywhere, and no two workers on one core."""
    torch.set_num_threads(1)


def _prepare_worker() -> None:
    _prepare()
    leave_with_the_run()


def _examine(task: Task) -> Examined:
    claim = next(one for one in every_claim() if one.id == task.id)
    with _shelf_of(task) as made:
        found = examine_reading(claim, claim.reading(task.reading), PROFILES[task.profile], task.entropy)
    return Examined(found, made.used)


def _from_the_other_end(task: Task) -> None:
    """Train what a reading that another process is at will ask for in any case, its last seed first, until the two meet."""
    claim = next(one for one in every_claim() if one.id == task.id)
    by, given = claim.by, constants(claim.reading(task.reading))
    assert isinstance(by, Trials)
    with _shelf_of(task) as made:
        for seed in reversed(independent_seeds(task.entropy, by.seeds)[: fewest(by.seeds, by.beats, by.alpha)]):
            before = made.trained
            with suppress(Exception):  # what falls or breaks here does so again where it counts
                claim.check(**given | {"seed": seed})
            if made.trained == before:
                return


def _shelf_of(task: Task) -> AbstractContextManager[Shelf]:
    return shelf(read_runs(task.kept) if task.kept else {}, task.anew)
