"""What is not as it should be, told in a line."""

from pathlib import Path
from typing import NamedTuple

from claims.texts import the_text

GET_IT_BACK = "take it from where you had it, git or the archive"
MOST = 10  # lines of one kind; that there are more is said


class Trouble(NamedTuple):
    """A file, what is wrong with it, and what to do."""

    file: Path
    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}; {self.do}"


def run_again() -> str:
    """How a report is made."""
    return f"run python -m reports{the_text().option} to make it anew"


def few(found: list[Trouble], folder: Path) -> list[Trouble]:
    """Not more of one kind than anybody reads."""
    if len(found) <= MOST:
        return found
    return [*found[:MOST], Trouble(folder, f"{len(found) - MOST} more files are like this", found[0].do)]
