"""Who does the work of a run: this process, or several that are started for it. They begin here: nothing slow is imported."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import forkserver
from typing import Any, ParamSpec, TypeVar

FORKS = "forkserver" in multiprocessing.get_all_start_methods()
P = ParamSpec("P")
T = TypeVar("T")


class InThisProcess(Executor):
    """Does at once what it is asked for."""

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        done: Future[T] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except Exception as problem:
            done.set_exception(problem)
        return done


class Hands:
    """Those who work for a run; others are called when another number of them is asked for."""

    def __init__(self) -> None:
        self.number = -1
        self.there: Executor | None = None

    def ask(self, processes: int, preload: str = "reports.running.work") -> Executor:
        """So many processes, or this one where none are asked for. `preload` is a module that all of them need."""
        if self.there is None or self.number != processes:
            self.go()
            self.number, self.there = processes, _started(processes, preload)
        return self.there

    def any(self) -> Executor:
        """Whoever is there."""
        return self.there or self.ask(0)

    def go(self) -> None:
        """End them; what they have not begun is left undone."""
        if self.there is not None:
            self.there.shutdown(wait=True, cancel_futures=True)
        self.there = None


def _started(processes: int, preload: str) -> Executor:
    if processes == 0:
        one_thread()
        return InThisProcess()
    return ProcessPoolExecutor(processes, mp_context=_context(preload), initializer=begin)


def _context(preload: str) -> Any:
    """How processes are started: where there is a server to fork from, the module is imported once, and not once a process."""
    method = "forkserver" if FORKS else "spawn"
    context: Any = multiprocessing.get_context(method)
    if FORKS:
        context.set_forkserver_preload([preload])
    return context


def import_ahead(preload: str) -> None:
    """Let a module that processes will need be imported while nobody needs them yet."""
    if FORKS:
        _context(preload)
        forkserver.ensure_running()


def begin() -> None:
    """What a process begins with."""
    one_thread()
    leave_with_the_run()


def one_thread() -> None:
    """One thread a worker: the same sums in the same order everywhere, and no two workers on one core."""
    import torch

    torch.set_num_threads(1)


def leave_with_the_run() -> None:
    """Have this process end when the run does: killed, the run could not tell it to, and it would wait for work for ever."""
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    if (run := multiprocessing.parent_process()) is not None:
        run.join()
        os._exit(1)
