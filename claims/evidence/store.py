"""What this machine has seen to, kept under the key of all that it rests on: the folder `.checked` of the checkout.

Git ignores it, and it may be deleted at any time. An entry carries a seal that only this store on this machine can make. One
that is torn, was made elsewhere or changed by hand is as good as none: what it told is found out again.
"""

import hashlib
import os
import platform
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from claims.evidence.evidence import write_whole
from claims.evidence.keys import ROOT

KEPT = ROOT / ".checked"
T = TypeVar("T")
BYTES = 32


@dataclass(frozen=True)
class Store:
    """Entries by kind and key in a folder; without one, nothing is found and nothing kept. A folder that cannot be written to is
    no trouble for a run, only for the next one: `trouble` says what it was."""

    folder: Path | None
    trouble: list[str] = field(default_factory=list, compare=False)

    def get(self, kind: str, key: str, type: type[T]) -> T | None:
        """What was kept under this key."""
        if self.folder is None or not key:
            return None
        try:
            content = self._place(kind, key).read_bytes()
            seal, text = content[: 2 * BYTES], content[2 * BYTES + 1 :]
            return msgspec.json.decode(text, type=type) if secrets.compare_digest(seal, self._seal(kind, key, text)) else None
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None

    def put(self, kind: str, key: str, value: Any) -> None:
        """Keep this, if that is possible."""
        if self.folder is None or not key:
            return
        text = msgspec.json.encode(value)
        try:
            write_whole(self._place(kind, key), self._seal(kind, key, text) + b"\n" + text)
        except OSError as problem:
            self.trouble.append(problem.strerror or str(problem))

    def once(self, kind: str, key: str, type: type[T], make: Callable[[], T]) -> T:
        """What was kept under this key, or else what is made, and kept then."""
        if (found := self.get(kind, key, type)) is None:
            self.put(kind, key, found := make())
        return found

    def _place(self, kind: str, key: str) -> Path:
        return Path(self.folder or "") / kind / key[:2] / key

    def _seal(self, kind: str, key: str, text: bytes) -> bytes:
        made = hashlib.blake2b(f"{kind} {key} ".encode() + text, key=self._secret, digest_size=BYTES)
        return made.hexdigest().encode()

    @cached_property
    def _secret(self) -> bytes:
        """Of this store and this machine: a copy of the folder is another machine's, and of no use here."""
        path = Path(self.folder or "") / "secret"
        with suppress(FileExistsError):
            path.parent.mkdir(parents=True, exist_ok=True)
            drawn = path.with_name(f".secret.{os.getpid()}")
            try:
                drawn.write_bytes(secrets.token_bytes(BYTES))
                os.link(drawn, path)  # whole or not at all, and the first of two runs wins
            finally:
                drawn.unlink(missing_ok=True)
        return hashlib.sha256(path.read_bytes() + _machine()).digest()


def _machine() -> bytes:
    """What tells this machine from others."""
    told = [platform.node(), platform.machine(), str(os.cpu_count())]
    with suppress(OSError):
        told.append(Path("/etc/machine-id").read_text(encoding="utf-8"))
    with suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        told.append(next(line for line in lines if line.startswith("model name")))
    return "\0".join(told).encode()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One run at a time writes into a folder: another one waits for it. Where files cannot be locked, it does not."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".run.lock").open("wb") as file:
        try:
            import fcntl
        except ImportError:
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
