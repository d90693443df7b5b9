"""What is not as it should be, told in a line."""

from pathlib import Path
from typing import NamedTuple

from claims.texts import the_text

GET_IT_BACK = "take it from where you had it, git or the archive"
LONGEST = 120  # characters of what a file says
MOST = 10  # lines of one kind; that there are more is said


class Trouble(NamedTuple):
    """A file, what is wrong with it, and what to do."""

    file: Path
    what: str
    do: str

    def __str__(self) -> str:
        """In one line: what a file says may have others in it, which would tell what nobody found."""
        told = f"{self.file}: {self.what}; {self.do}"
        return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in told)


def run_again() -> str:
    """How a report is made."""
    return f"run python -m reports{the_text().option} to make it anew"


def shortly(said: str) -> str:
    """As much of it as anybody reads."""
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


def few(found: list[Trouble], folder: Path) -> list[Trouble]:
    """Not more of one kind than anybody reads."""
    if len(found) <= MOST:
        return found
    return [*found[:MOST], Trouble(folder, f"{len(found) - MOST} more files are like this", found[0].do)]
