"""A scheduler of Dask and its workers: those that are alike are given work, the others are refused by name."""

import asyncio
import importlib.util
import logging
import os
import pickle
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from time import monotonic, sleep
from typing import Any

from claims.evidence.keys import ROOT
from claims.texts import the_text
from reports.running.elsewhere import hand, likeness

LOCAL = "local"
PATIENCE = 30  # seconds without a scheduler, or without anybody who may help, after which a run gives up
AGAIN = 2  # seconds after which one looks who has come and who has gone
A_FILE = "reports/running/elsewhere/likeness.py"  # which lies where a worker was started, if that is a checkout
LOOK_HERE = "import os, sys; os.getcwd() in sys.path or sys.path.insert(0, os.getcwd())"
INSTALL = "python -m pip install --group dask"
KEPT = "what was done is kept, and the same command goes on from there"


class ClusterError(Exception):
    """No help is to be had, in a line that says what to do."""


@dataclass
class Cluster:
    """Where work is sent to: `local`, which starts so many workers here, or the address of a scheduler. The text is named by its
    place in the checkout; `say` tells whoever looks on who is refused."""

    address: str
    text: str
    workers: int
    say: Callable[[str], None] = print
    client: Any = None
    started: Any = None
    greeted: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    helped_at: float = 0
    looked_at: float = 0
    fit: set[str] = field(default_factory=set)
    generation: int = 0  # another one whenever there may have been nobody, if for a moment: what was sent then waits for ever

    @cached_property
    def mark(self) -> str:
        """What those are known by who are as this process is."""
        return likeness.mark(likeness.likeness(self.text))

    def connect(self) -> None:
        """Find the scheduler, and somebody who may help. ClusterError where there is none."""
        must_be_installed()
        from distributed import Client

        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is told in words of our own
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # other versions of Dask, which need not be alike
                self.client = Client(self._scheduler(), timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError, RuntimeError, ImportError) as problem:
            self.close()
            why = f"{type(problem).__name__}: {problem}".partition("\n")[0]
            raise self._error(f"no scheduler answers there ({why}); start one: dask scheduler") from problem
        self.helped_at = monotonic()
        while not self.look():
            sleep(0.2)

    def close(self) -> None:
        """Leave the scheduler; end what was started for this run."""
        for one in (self.client, self.started):
            if one is not None:
                with suppress(Exception):  # it may have gone already
                    one.close()
        self.client = self.started = None

    def send(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Have somebody do this; a future of Dask's. The scheduler reads what it hands on, and has nothing of ours: so it gets
        bytes, which are read where they are done."""
        return self.client.submit(pickle.loads, pickle.dumps(_Call(work, arguments)), pure=False, resources={self.mark: 1})

    def look(self) -> int:
        """How many may help. Those that are new are asked what they are; ClusterError where nobody could help for long, or where
        all who are there to begin with are refused."""
        if self.fit and monotonic() - self.looked_at < AGAIN:
            return len(self.fit)
        self._greet(self._there().keys() - self.greeted)
        there, before = self._there(), self.fit
        self.fit = {name for name, one in there.items() if self.mark in one.get("resources", {})}
        self.looked_at = monotonic()
        if self.fit:
            self.generation += before.isdisjoint(self.fit)
            self.helped_at = self.looked_at
            return len(self.fit)
        all_are_refused = bool(there) and self.refused.keys() >= there.keys()
        if self.looked_at - self.helped_at > PATIENCE or (all_are_refused and not self.generation):
            raise self._error(self._nobody(there))
        return 0

    def is_lost(self) -> bool:
        """Whether the scheduler has gone. Dask looks for it meanwhile."""
        return self.client.status != "running"

    def find_again(self) -> None:
        """Wait until the scheduler is back; those who help come by themselves. ClusterError where it stays away."""
        began = monotonic()
        while self.is_lost():
            if self.client.status == "closed" or monotonic() - began > PATIENCE:
                raise self._error(f"the scheduler has gone, for more than {PATIENCE} s; start it again: {KEPT}")
            sleep(0.2)
        for one in (self.greeted, self.refused, self.fit):
            one.clear()
        self.generation, self.helped_at = self.generation + 1, monotonic()

    def _scheduler(self) -> Any:
        if self.address != LOCAL:
            return self.address
        from distributed import LocalCluster

        # Whoever reaches a scheduler runs code: this one talks to those alone that it gave a certificate.
        self.started = LocalCluster(
            n_workers=self.workers, threads_per_worker=1, host="127.0.0.1", protocol="tls://", security=True,
            dashboard_address=None, silence_logs=logging.CRITICAL,
        )  # fmt: skip
        return self.started

    def _there(self) -> dict[str, Mapping[str, Any]]:
        with suppress(OSError, TimeoutError):
            return dict(self.client.scheduler_info()["workers"])
        return {}

    def _greet(self, new: set[str]) -> None:
        """Ask each what it is. One that has gone meanwhile is nobody's; one that is as we are gets its mark."""
        if not new:
            return
        stands = self._ask(new, os.path.exists, A_FILE)
        fit = {one for one, is_so in stands.items() if is_so is True}
        self._ask(fit, exec, LOOK_HERE, {})
        here, told = likeness.likeness(self.text), self._ask(fit, announce, self.text)
        for one in stands:
            if one not in fit:
                self._refuse(one, "it was not started in a checkout of this version")
            elif not isinstance(there := told.get(one), dict):
                self._refuse(one, f"it cannot tell what it is ({type(there).__name__}: {there})")
            elif others := likeness.differences(here, there):
                self._refuse(one, "; ".join(others))
        self.greeted |= stands.keys()

    def _ask(self, whom: set[str], work: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
        if not whom:
            return {}
        with suppress(OSError, TimeoutError):
            return dict(self.client.run(work, *arguments, workers=sorted(whom), on_error="return"))
        return {}

    def _refuse(self, worker: str, why: str) -> None:
        self.refused[worker] = why
        self.say(f"Refused: the worker {worker}: {why}.")

    def _nobody(self, there: Mapping[str, Any]) -> str:
        refused = [f"{one}: {self.refused[one]}" for one in there if one in self.refused]
        if refused:
            return f"every worker is refused; make one as this checkout is: {'; '.join(refused)}"
        return f"no worker for {PATIENCE} s; start one in a checkout: dask worker {self.address} --nthreads 1; {KEPT}"

    def _error(self, what: str) -> ClusterError:
        return ClusterError(f"--dask {self.address}: {what}")


class _Call:
    """Whoever reads it makes the call, and gets what comes of it."""

    def __init__(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self.call = work, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.call


@contextmanager
def helped_by(address: str, workers: int, say: Callable[[str], None]) -> Iterator[Cluster | None]:
    """Those who help at an address, for as long as the block lasts; None where no address is given. ClusterError where nobody
    does, and for a text that they have not."""
    if not address:
        yield None
        return
    if not (text := likeness.place_of(the_text().folder)):
        raise ClusterError(
            f"--dask: {the_text().folder} lies outside {ROOT}, where no worker finds it; put it inside, everywhere"
        )
    cluster = Cluster(address, text, workers, say)
    try:
        cluster.connect()
        say(f"Helping: {len(cluster.fit)} worker{'s' * (len(cluster.fit) > 1)} of {cluster.address}.")
        yield cluster
    finally:
        cluster.close()


async def announce(text: str, dask_worker: Any) -> likeness.Likeness:
    """On a worker: say what it is, and let those find it who are the same. It takes one of our tasks at a time."""
    if hand.THE.process is None or text not in hand.THE.told:  # else it need not wait for what it is at
        hand.THE.told[text] = await asyncio.to_thread(hand.THE.do, likeness.likeness, text)
    told = hand.THE.told[text]
    await dask_worker.set_resources(**{likeness.mark(told): 1})
    return told


def must_be_installed() -> None:
    """ClusterError where Dask is not."""
    if importlib.util.find_spec("distributed") is None:
        raise ClusterError(f"--dask needs the package distributed, which is not installed: {INSTALL}")
