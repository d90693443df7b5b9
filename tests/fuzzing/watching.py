"""What a reader does beside reading: whether it opens other files, writes, imports, runs anything, or talks to anybody.

Python tells an audit hook of all that (PEP 578). A hook cannot be taken away again, so there is one, which looks only while
somebody is watched.
"""

import os
import re
import resource
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

FORBIDDEN = (
    "exec", "compile", "import", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.putenv",
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown", "os.truncate", "os.utime",
    "os.kill", "os.chdir", "shutil.", "tempfile.", "socket.", "urllib.", "http.", "ftplib.", "smtplib.", "pickle.find_class",
    "marshal.", "ctypes.", "webbrowser.", "builtins.input", "code.__new__", "function.__new__", "sys.settrace", "sys.setprofile",
)  # fmt: skip
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CLEAR, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")  # see proc(5)
SECONDS = 10  # of the processor, that one small file may take
GROWTH = 256  # MB that it may take

_watched: list["Seen"] = []


class Misdeed(Exception):
    """A reader did what no reader does; or took much longer, or much more memory, than a small file is worth."""


class TooLong(BaseException):
    """Raised by the clock, past whatever catches errors."""


class Seen:
    """What happened while a reader was watched that may open files below `folder` alone."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.misdeeds = str(folder.resolve()), list[str]()

    def told(self, event: str, given: tuple[Any, ...]) -> None:
        """By the interpreter."""
        if event.startswith(FORBIDDEN):
            self.misdeeds.append(f"{event} {str(given)[:200]}")
        elif event in ("open", "os.listdir", "os.scandir"):
            self._opened(event, given)

    def _opened(self, event: str, given: tuple[Any, ...]) -> None:
        path, flags = given[0], given[2] if event == "open" else 0
        if not isinstance(path, str | bytes | os.PathLike):
            return  # one that is open already
        name = os.path.realpath(os.fsdecode(path))
        if not (name == self.folder or name.startswith(f"{self.folder}{os.sep}")):
            self.misdeeds.append(f"{event} {name}")
        elif isinstance(flags, int) and flags & WRITES:
            self.misdeeds.append(f"{event} {name} for writing")


def _hook(event: str, given: tuple[Any, ...]) -> None:
    if _watched:
        seen = _watched.pop()  # what it does itself is nobody's deed
        try:
            seen.told(event, given)
        finally:
            _watched.append(seen)


sys.addaudithook(_hook)


@contextmanager
def watched(folder: Path) -> Iterator[None]:
    """Misdeed where the block did more than to read below that folder, or took too much; what it raises itself goes first."""
    _forget_the_most()
    seen, before = Seen(folder), _most()
    signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a warning shows the line of ours that it comes from, whose file is opened for it
            _watched.append(seen)
            yield
    except TooLong:
        raise Misdeed(f"more than {SECONDS} seconds") from None
    finally:
        _watched.clear()
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        if seen.misdeeds:
            raise Misdeed("; ".join(dict.fromkeys(seen.misdeeds)))
        if _most() - before > GROWTH:
            raise Misdeed(f"{_most() - before:.0f} MB")


def _ring(*_: object) -> None:
    raise TooLong


def _forget_the_most() -> None:
    """Where Linux can: else what takes less than anything did before in this process is not seen."""
    with suppress(OSError):
        CLEAR.write_text("5", encoding="ascii")


def _most() -> float:
    """The most memory that this process held since, in MB."""
    with suppress(OSError):
        return int(re.findall(r"VmHWM:\s+(\d+) kB", STATUS.read_text(encoding="ascii"))[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
