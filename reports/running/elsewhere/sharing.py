"""What is sent elsewhere, and what comes back. A reading travels whole. Of one that trains only its runs travel: it is asked here
what it needs, seed by seed, each run is done once for all that wait for it, and what is settled by then is settled here.

Everything that comes back is on disk before the next thing is looked at, so that whoever dies loses what it was at, and no more.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from claims.evidence.runs import Run, Shelf, Wanted, done_anew
from reports.running import work
from reports.running.elsewhere.cluster import Cluster
from reports.running.elsewhere.errands import Errand, Errands
from reports.running.hands import one_thread
from reports.running.work import Came, Task


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


@dataclass(eq=False, kw_only=True)
class Sent(Errand):
    """Something that others are to do for a reading: all of it, or a run."""

    task: Task
    wanted: Wanted | None = None
    waiting: list[Waiting] = field(default_factory=list)


@dataclass
class Sharing:
    """The readings of a run, and the training runs that they need, shared between those who help."""

    cluster: Cluster
    runs: dict[str, Sent] = field(default_factory=dict)  # that are under way, by their keys
    done: list[tuple[Task, Came]] = field(default_factory=list)

    @cached_property
    def errands(self) -> Errands[Sent]:
        """What is to be sent, and what is under way."""
        return Errands(self.cluster)

    def share(self, tasks: list[Task]) -> Iterator[tuple[Task, Came]]:
        """What comes of them, in the order in which it does."""
        one_thread()
        for rank, task in enumerate(tasks):
            if task.trains:
                training = Training(rank, task, set(seeds := work.first_seeds(task)))
                for seed in seeds:
                    self._go_on(training, seed)
            else:
                self._send(rank, task, work.examine, replace(task, kept=(), anew=None))
            self.errands.send()
            yield from self._settled()
        for one in self.errands:
            self._take(one)
            yield from self._settled()

    def _settled(self) -> Iterator[tuple[Task, Came]]:
        while self.done:
            yield self.done.pop()

    def _send(self, rank: int, task: Task, do: Callable[..., object], what: Task | Wanted) -> Sent:
        wanted = what if isinstance(what, Wanted) else None
        one = Sent(name=f"{task.id}, {task.reading}", work=do, arguments=(what,), task=task, wanted=wanted)
        self.errands.add(rank, one)
        return one

    def _take(self, one: Sent) -> None:
        """Keep what came back, and go on with all that waited for it."""
        if one.wanted is None:
            self.done.append((one.task, one.answer))
            return
        found = [] if one.problem else list[Run](one.answer)
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
                self.runs[key] = self._send(training.rank, training.task, done_anew, one)
            if key not in waiting.keys:
                waiting.keys.add(key)
                self.runs[key].waiting.append(waiting)


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
