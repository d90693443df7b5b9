"""What others are asked to do: it is sent to those who help, and sent again where it went with a worker or with a scheduler."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from claims.evidence.keys import ROOT
from claims.texts import use
from reports.running.elsewhere import hand, likeness
from reports.running.elsewhere.cluster import KEPT, Cluster, ClusterError
from reports.running.hands import Hands, InThisProcess, one_thread

AHEAD = 2  # errands for each who helps, so that nobody waits for the next one
LIVES = 3  # times that Dask gives an errand up whose workers died, each time after some
TICK = 1.0  # seconds
LOST = ("cancelled", "lost")


class Edited(Exception):
    """A worker whose files are others by now: what it imports from them is nothing that anybody asked for."""


@dataclass(eq=False, kw_only=True)
class Errand:
    """A function of the checkout and what it is to be given, in words that travel. It is given up by its `name`."""

    name: str
    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    future: Any = None
    lives: int = LIVES

    @property
    def problem(self) -> BaseException | None:
        """What it ended with, where it did not come to its end."""
        return self.future.exception() if self.future.status == "error" else None  # Dask's, which would wait else

    @property
    def answer(self) -> Any:
        """What came of it; its problem is raised here."""
        return self.future.result()


One = TypeVar("One", bound=Errand)


@dataclass
class Errands(Generic[One]):
    """Those that are waiting to be sent, the lowest rank first, and those that are under way."""

    cluster: Cluster
    waiting: list[tuple[int, int, One]] = field(default_factory=list)  # a heap: by the rank, and as it came
    in_flight: list[One] = field(default_factory=list)
    back: SimpleQueue[One] = field(default_factory=SimpleQueue)
    places: Iterator[int] = field(default_factory=count)
    generation: int = 0  # of those who help, that all in flight was sent to

    def add(self, rank: int, one: One) -> None:
        """To be sent in its turn."""
        heappush(self.waiting, (rank, next(self.places), one))

    def __len__(self) -> int:
        return len(self.waiting) + len(self.in_flight)

    def __iter__(self) -> Iterator[One]:
        """Each as it comes back, until none is left; more may be added meanwhile. ClusterError where one is given up."""
        while self:
            self.send()
            if (one := self.come_back()) is not None:
                yield one

    def send(self) -> None:
        """Keep everybody busy, and see that nothing was lost with a scheduler."""
        to_be_sent_again = self.generation != self.cluster.generation
        if self.cluster.is_lost() or (not to_be_sent_again and any(one.future.status in LOST for one in self.in_flight)):
            self.cluster.find_again()
        helping = self.cluster.look()
        if helping and self.generation != self.cluster.generation:
            self.generation = self.cluster.generation
            for one in self.in_flight:
                self._submit(one)
        while self.waiting and len(self.in_flight) < AHEAD * helping:
            one = heappop(self.waiting)[-1]
            self.in_flight.append(one)
            self._submit(one)

    def come_back(self) -> One | None:
        """The next that is done, if one is within a second. What a worker was to blame for somebody else may do."""
        try:
            one = self.back.get(timeout=TICK)
        except Empty:
            return None
        if one not in self.in_flight or one.future.status not in ("finished", "error"):
            return None
        if why := fault_of_the_worker(one.problem):
            one.lives -= 1
            if not one.lives:
                raise ClusterError(f"{one.name}: given up, for {why}; {KEPT}") from one.problem
            self._submit(one)
            return None
        self.in_flight.remove(one)
        return one

    def _submit(self, one: One) -> None:
        one.future = self.cluster.send(done, self.cluster.text, self.cluster.mark, one.work, *one.arguments)
        one.future.add_done_callback(lambda _: self.back.put(one))


def spread(some: Sequence[One], workers: int, cluster: Cluster | None) -> Iterator[One]:
    """Each as it is done: by those who help, or else by so many processes here."""
    if cluster:
        errands = Errands[One](cluster)
        for rank, one in enumerate(some):
            errands.add(rank, one)
        yield from errands
    elif workers == 1:
        for one in some:
            one.future = InThisProcess().submit(one.work, *one.arguments)
            yield one
    else:
        pool = Hands()
        try:
            by_future = {pool.ask(workers).submit(one.work, *one.arguments): one for one in some}
            for future in as_completed(by_future):
                by_future[future].future = future
                yield by_future[future]
        finally:
            pool.go()


def fault_of_the_worker(problem: BaseException | None) -> str:
    """What was wrong with it, where the errand was not: somebody else may do it."""
    from distributed import KilledWorker

    if isinstance(problem, Edited):
        return "a worker's files were edited since it was started: start it again"
    return "each worker that had it died, for want of memory perhaps" if isinstance(problem, KilledWorker | hand.Died) else ""


# --- on a worker ----------------------------------------------------------------------------------------------------------


def done(text: str, mark: str, work: Callable[..., Any], *arguments: Any) -> Any:
    """Do it, in the process that does the work there."""
    return hand.THE.do(as_agreed, text, mark, work, *arguments)


def as_agreed(text: str, mark: str, work: Callable[..., Any], *arguments: Any) -> Any:
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
