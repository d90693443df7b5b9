"""What is sent elsewhere, and what comes back. A reading travels whole. Of one that trains only its runs travel: it is asked here
what it needs, seed by seed, each run is done once for all that wait for it, and what is settled by then is settled here.

Everything that comes back is on disk before the next thing is looked at, so that whoever dies loses what it was at, and no more.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from claims.evidence.keys import ROOT
from claims.evidence.runs import Run, Shelf, Wanted, done_anew
from claims.texts import use
from reports.running import work
from reports.running.elsewhere import hand, likeness
from reports.running.elsewhere.cluster import KEPT, Cluster, ClusterError
from reports.running.hands import one_thread
from reports.running.work import Came, Task

AHEAD = 2  # tasks for each who helps, so that nobody waits for the next one
LIVES = 3  # times that Dask gives a task up whose workers died, each time after some
TICK = 1.0  # seconds
T = TypeVar("T")
LOST = ("cancelled", "lost")


class Edited(Exception):
    """A worker whose files are others by now: what it imports from them is nothing that anybody asked for."""


@dataclass(eq=False)
class Training:
    """A reading that trains. Its `seeds` are those that are not settled; it is examined `alone` where training broke elsewhere,
    for it does so again where it counts."""

    rank: int
    task: Task
    seeds: set[int]
    alone: bool = False


@dataclass(eq=False)
class Waiting:
    """A seed of a reading, or the reading itself, with the keys of the runs that it cannot go on without."""

    training: Training
    seed: int | None
    keys: set[str]


@dataclass(eq=False)
class Sent:
    """Something that others are to do: a reading, or a run."""

    task: Task
    wanted: Wanted | None = None
    waiting: list[Waiting] = field(default_factory=list)
    future: Any = None
    lives: int = LIVES


@dataclass
class Sharing:
    """The readings of a run, and the training runs that they need, shared between those who help."""

    cluster: Cluster
    to_send: list[tuple[int, int, Sent]] = field(default_factory=list)  # a heap: by the rank of the reading, and as it came
    in_flight: list[Sent] = field(default_factory=list)
    runs: dict[str, Sent] = field(default_factory=dict)  # that are under way, by their keys
    done: list[tuple[Task, Came]] = field(default_factory=list)
    back: SimpleQueue[Sent] = field(default_factory=SimpleQueue)
    places: Iterator[int] = field(default_factory=count)
    generation: int = 0  # of those who help, that all in flight was sent to

    def share(self, tasks: list[Task]) -> Iterator[tuple[Task, Came]]:
        """What comes of them, in the order in which it does."""
        one_thread()
        for rank, task in enumerate(tasks):
            if task.trains:
                training = Training(rank, task, set(seeds := work.first_seeds(task)))
                for seed in seeds:
                    self._go_on(training, seed)
            else:
                self._queue(rank, Sent(task))
            self._send()
            yield from self._settled()
        while self.to_send or self.in_flight:
            self._send()
            if (one := self._next()) is not None:
                self._take(one)
            yield from self._settled()

    def _settled(self) -> Iterator[tuple[Task, Came]]:
        while self.done:
            yield self.done.pop()

    def _queue(self, rank: int, one: Sent) -> None:
        heappush(self.to_send, (rank, next(self.places), one))

    # --- there and back ---------------------------------------------------------------------------------------------------

    def _send(self) -> None:
        """Keep everybody busy, and see that nothing was lost with a scheduler."""
        to_be_sent_again = self.generation != self.cluster.generation
        if self.cluster.is_lost() or (not to_be_sent_again and any(one.future.status in LOST for one in self.in_flight)):
            self.cluster.find_again()
        helping = self.cluster.look()
        if helping and self.generation != self.cluster.generation:
            self.generation = self.cluster.generation
            for one in self.in_flight:
                self._submit(one)
        while self.to_send and len(self.in_flight) < AHEAD * helping:
            one = heappop(self.to_send)[-1]
            self.in_flight.append(one)
            self._submit(one)

    def _submit(self, one: Sent) -> None:
        text = self.cluster.text
        if one.wanted is not None:
            one.future = self.cluster.send(train, text, self.cluster.mark, one.wanted)
        else:
            one.future = self.cluster.send(examine, text, self.cluster.mark, replace(one.task, kept=(), anew=None))
        one.future.add_done_callback(lambda _: self.back.put(one))

    def _next(self) -> Sent | None:
        try:
            one = self.back.get(timeout=TICK)
        except Empty:
            return None
        return one if one in self.in_flight and one.future.status in ("finished", "error") else None

    def _take(self, one: Sent) -> None:
        """Keep what came back, and go on with all that waited for it."""
        problem = one.future.exception() if one.future.status == "error" else None
        if why := fault_of_the_worker(problem):
            one.lives -= 1
            if not one.lives:
                raise ClusterError(f"{one.task.id}, {one.task.reading}: given up, for {why}; {KEPT}") from problem
            self._submit(one)
            return
        self.in_flight.remove(one)
        if one.wanted is None:
            self.done.append((one.task, one.future.result()))
            return
        found = [] if problem else list[Run](one.future.result())
        keep(found, one.task.anew)
        del self.runs[one.wanted.key]
        for each in one.waiting:
            each.keys.discard(one.wanted.key)
            each.training.alone |= not found
            if not each.keys:
                self._go_on(each.training, each.seed)

    # --- readings that train ----------------------------------------------------------------------------------------------

    def _go_on(self, training: Training, seed: int | None) -> None:
        """With a seed, as far as that goes with the runs that are there; with the reading, once all of its seeds are settled."""
        if seed is not None and not training.alone and (wanted := work.missing(training.task, seed)):
            self._wait_for(wanted, training, seed)
            return
        training.seeds -= {seed}
        if not training.seeds:
            self._settle(training)

    def _settle(self, training: Training) -> None:
        """Examine it with the runs that are there; where it takes more seeds than the least, it asks for the next one."""
        task = training.task
        try:
            self.done.append((task, work.examine(task, None if training.alone else work.leave)))
        except work.NotThere as more:
            self._wait_for([more.wanted], training, None)

    def _wait_for(self, wanted: list[Wanted], training: Training, seed: int | None) -> None:
        """Have these done, but for those that are under way, or passed by on the way to a larger budget."""
        waiting = Waiting(training, seed, set())
        for one in wanted:
            key = next((key for key, other in self.runs.items() if other.wanted and passes(other.wanted, one)), one.key)
            if key not in self.runs:
                self.runs[key] = Sent(training.task, one)
                self._queue(training.rank, self.runs[key])
            if key not in waiting.keys:
                waiting.keys.add(key)
                self.runs[key].waiting.append(waiting)


def fault_of_the_worker(problem: BaseException | None) -> str:
    """What was wrong with it, where the task was not: somebody else may do it."""
    from distributed import KilledWorker

    if isinstance(problem, Edited):
        return "a worker's files were edited since it was started: start it again"
    return "each worker that had it died, for want of memory perhaps" if isinstance(problem, KilledWorker | hand.Died) else ""


def passes(one: Wanted, other: Wanted) -> bool:
    """Whether a run comes by another one: the same but for a budget, which is no larger."""

    def of(wanted: Wanted) -> tuple[str, str]:
        rest = {name: value for name, value in wanted.arguments.items() if name != "budgets"}
        return wanted.experiment, json.dumps(rest, sort_keys=True)

    budgets: Callable[[Wanted], float] = lambda wanted: wanted.arguments.get("budgets", 1)  # noqa: E731
    return of(one) == of(other) and budgets(one) >= budgets(other)


def keep(runs: list[Run], folder: Path | None) -> None:
    """Put them where readings look."""
    here = Shelf(folder=folder)
    for one in runs:
        here.add(one)


# --- on a worker ----------------------------------------------------------------------------------------------------------


def examine(text: str, mark: str, task: Task) -> Came:
    """Put a reading to its property, in the process that does the work there."""
    came: Came = hand.THE.do(as_agreed, text, mark, work.examine, task)
    return came


def train(text: str, mark: str, wanted: Wanted) -> list[Run]:
    """Do a training run."""
    runs: list[Run] = hand.THE.do(as_agreed, text, mark, done_anew, wanted)
    return runs


def as_agreed(text: str, mark: str, work: Callable[..., T], *arguments: Any) -> T:
    """Do this with the sources and versions that were agreed upon. Edited where they are others before it or after it."""
    use(ROOT / text)
    one_thread()
    _must_be(text, mark)
    found = work(*arguments)
    _must_be(text, mark)
    return found


def _must_be(text: str, mark: str) -> None:
    if likeness.mark(likeness.likeness(text)) != mark or not likeness.is_as_it_was(text):
        raise Edited(text)
