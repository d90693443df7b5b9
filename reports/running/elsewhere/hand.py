"""A process beside a worker of Dask that does the work, one thing after the other: `python -m reports.running.elsewhere.hand`.

Nothing else goes on in it, as in the processes of a run at home: a worker's own threads would draw from the same random state and
share its warnings and limits. It ends with its worker, whatever it is at.
"""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from claims.evidence.keys import ROOT


class Died(Exception):
    """The process ended before it had answered."""


class Hand:
    """The process, started when it is first asked for something."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.told: dict[str, dict[str, str]] = {}  # what it said of itself, by the text
        self.one_at_a_time = threading.Lock()

    def do(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """What it answers; what it raises is raised here. Died where it ended instead."""
        with self.one_at_a_time:
            try:
                answer, problem = self._asked(pickle.dumps((work, arguments)))
            except (OSError, EOFError, pickle.UnpicklingError) as end:
                self._bury()
                raise Died("the process that did the work ended") from end
        if problem is not None:
            raise problem
        return answer

    def _asked(self, what: bytes) -> tuple[Any, Exception | None]:
        if self.process is None:
            command = [sys.executable, "-m", __name__]
            self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        to, from_ = self.process.stdin, self.process.stdout
        assert to is not None
        assert from_ is not None
        to.write(what)
        to.flush()
        found: tuple[Any, Exception | None] = pickle.load(from_)
        return found

    def _bury(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
        self.process = None
        self.told.clear()


THE = Hand()


def main() -> None:
    """Do what is read, and write what comes of it, until whoever asks is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed is no answer
    asked = SimpleQueue[tuple[Callable[..., Any], tuple[Any, ...]]]()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    while True:
        work, arguments = asked.get()
        try:
            answer = pickle.dumps((work(*arguments), None))
        except Exception as problem:
            answer = pickle.dumps((None, _told(problem)))
        answers.write(answer)
        answers.flush()


def _listen(asked: SimpleQueue[tuple[Callable[..., Any], tuple[Any, ...]]]) -> None:
    with os.fdopen(os.dup(0), "rb") as said:
        while True:
            try:
                asked.put(pickle.load(said))
            except Exception:  # nobody is there any more, or nothing can be understood
                os._exit(0)


def _told(problem: Exception) -> Exception:
    """The problem, or its words where it cannot travel."""
    try:
        pickle.loads(pickle.dumps(problem))
    except Exception:
        return RuntimeError(f"{type(problem).__name__}: {problem}")
    return problem


if __name__ == "__main__":
    main()
