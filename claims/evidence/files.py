"""Files that anybody may have written: read whole if they are of a size to be, and taken for what they say or refused.

Whoever reads one catches what is `UNREADABLE` and tells the file and what to do. Nothing that a file says is ever carried out.
"""

import errno
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

import msgspec

LARGEST = 20_000_000  # bytes, of data; the largest record of ours has a twelfth of that
LARGEST_TEXT = 2_000_000  # bytes, of what people write by hand
MOST_PARTS = 20  # of a key; nobody writes more
UNREADABLE = (OSError, ValueError, RecursionError, msgspec.MsgspecError)  # what reading it may end with

_TOML = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)|' r"'''.*?(?:'''|\Z)|" r'"(?:\\.|[^"\\\n])*+"?|' r"'[^'\n]*+'?|#[^\n]*+|[.,=\[\]{}\n]",
    re.DOTALL,
)


def content_of(path: Path, largest: int = LARGEST) -> bytes:
    """What is in a file. OSError where that is larger than it should be, or is no file, so that there may be no end of it."""
    seen = path.stat()
    if not stat.S_ISREG(seen.st_mode) and not stat.S_ISDIR(seen.st_mode):
        raise OSError(errno.EINVAL, "no regular file but a pipe or a device", str(path))
    with path.open("rb") as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        size = max(seen.st_size, len(content)) / 1e6
        raise OSError(errno.EFBIG, f"{size:.0f} MB, and no more than {largest / 1e6:.0f} MB are read", str(path))
    return content


def text_of(path: Path) -> str:
    """What people wrote, with newlines for line ends. OSError, UnicodeDecodeError."""
    return content_of(path, LARGEST_TEXT).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def toml_of(text: str) -> dict[str, Any]:
    """What a text in TOML says. ValueError, RecursionError."""
    parts = 0
    for found in _TOML.finditer(text):
        parts = parts + 1 if found[0] == "." else 0 if found[0] in ",=[]{}\n" else parts
        if parts > MOST_PARTS:
            line = text.count("\n", 0, found.start()) + 1
            raise ValueError(f"a key of more than {MOST_PARTS} parts (at line {line})")
    return tomllib.loads(text)


def told(problem: BaseException) -> str:
    """What was wrong, in some words."""
    if isinstance(problem, RecursionError):
        return "nested too deeply"
    said = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return said if len(said) < 300 else f"{said[:250]} … {said[-40:]}"
