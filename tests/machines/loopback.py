"""A scheduler of Dask and its workers, on this machine, each a process of its own, as people start them."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

from claims.evidence.keys import ROOT

DASK = Path(sys.executable).with_name("dask")
HOST = "127.0.0.1"


class Loopback:
    """None is there until it is started; all are gone at the end of the block."""

    def __init__(self, folder):
        self.folder, self.port = folder, _free_port()
        self.scheduler, self.workers = None, []
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in [*self.workers, self.scheduler]:
            end(one)

    @property
    def address(self):
        return f"tcp://{HOST}:{self.port}"

    def start(self, workers=0):
        """A scheduler, always at the same address, and so many workers."""
        self.scheduler = self._started("scheduler", "--host", HOST, "--port", self.port)
        listening(self.port)
        for _ in range(workers):
            self.start_worker()
        return self

    def start_worker(self, cwd=ROOT, **environment):
        """One that nobody starts again once it has died."""
        options = ("--nthreads", 1, "--no-nanny", "--host", HOST, "--local-directory", self.folder)
        self.workers.append(self._started("worker", self.address, *options, cwd=cwd, **environment))
        return self.workers[-1]

    def _started(self, what, *options, cwd=ROOT, **environment):
        with (self.folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                [DASK, what, *map(str, options), "--no-dashboard"],
                cwd=cwd, env=os.environ | environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip


def end(process):
    """Kill it, and see it go. What it started sees to itself."""
    if process is not None and process.poll() is None:
        process.send_signal(signal.SIGKILL)
    if process is not None:
        process.wait()


def listening(port, seconds=60):
    """Wait until somebody does."""
    until = monotonic() + seconds
    while monotonic() < until:
        with socket.socket() as one:
            if one.connect_ex((HOST, port)) == 0:
                return
        sleep(0.1)
    raise TimeoutError(f"nobody listens at {port}")


def _free_port():
    with socket.socket() as one:
        one.bind((HOST, 0))
        return one.getsockname()[1]
