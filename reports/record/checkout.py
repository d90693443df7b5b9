"""The checkout: at which commit it is, and what git has of a file."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from claims.evidence.keys import ROOT

# What a run writes into the folder of a report. What was recorded of machines and libraries is what it goes by.
WRITTEN = ("evidence/*.json", "evidence/runs/**", "badges/*", "verdicts.*", "changes.md")


def commit(report: Path) -> str:
    """The commit of the checkout, with a plus sign when there are changes on top; empty outside of a checkout. What a run writes
    into the `report` is no change: it follows from the rest."""
    short = _said("describe", "--always", "--abbrev=12", "--exclude=*").decode().strip()
    below = report.relative_to(ROOT).as_posix() if report.is_relative_to(ROOT) else ""
    written = [f":(exclude,glob){below}/{one}" for one in WRITTEN if below]
    changed = short and _said("status", "--porcelain", "--untracked-files=no", "--", ".", *written)
    return f"{short}+" if changed else short


def edition(path: Path) -> tuple[str, str]:
    """When and with which commit a file was committed last; both empty where git does not know it."""
    date, _, short = _said("log", "-1", "--format=%cI %h", "--abbrev=12", "--", str(path)).decode().strip().partition(" ")
    return date, short


def committed(paths: Iterable[Path]) -> dict[Path, bytes]:
    """What git has of these files, of those that it has."""
    asked = [one for one in paths if one.is_relative_to(ROOT)]
    names = "".join(f"HEAD:{one.relative_to(ROOT).as_posix()}\n" for one in asked)
    said, found = _said("cat-file", "--batch", given=names.encode()), {}
    for one in asked:
        head, _, said = said.partition(b"\n")
        if head and not head.endswith(b"missing"):
            size = int(head.rpartition(b" ")[2])
            found[one], said = said[:size], said[size + 1 :]
    return found


def _said(*words: str, given: bytes = b"") -> bytes:
    try:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, input=given, check=False).stdout
    except OSError:  # no git here
        return b""
