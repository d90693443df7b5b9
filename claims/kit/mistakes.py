"""Mistakes in a chapter are told as such: the file, the line, what is wrong there, and what to do."""

import difflib
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from claims.evidence.keys import HOMES, ROOT, TEXT, from_root
from claims.kit.claim import ClaimError, claim
from claims.kit.given import nearly

OURS = ("claims", "impls", "reports", "tests")
TOOLS = ("claims/__init__.py", "claims/kit/", "claims/evidence/", "reports/")  # call what chapters write, and are called by it
MISSPELT = (NameError, ImportError, SyntaxError)  # whoever wrote the line did this, also in a tool
OFFERED = ("claims.kit", "claims.kit.domains")


@contextmanager
def told_as_mistakes(what: str = "", place: str = "") -> Iterator[None]:
    """Whatever goes wrong in the block is a mistake of whoever wrote `what` it does, which stands at that place if the error does
    not tell. ClaimError."""
    try:
        yield
    except ClaimError:
        raise
    except (Exception, SystemExit) as problem:
        raise ClaimError(_told(problem, what, place)) from problem


def _told(problem: BaseException, what: str, place: str) -> str:
    if isinstance(problem, SyntaxError) and problem.filename:
        return f"{from_root(problem.filename)}:{problem.lineno}: {problem.msg}; mend the file"
    wrong = " ".join(str(problem).partition("\n")[0].split())
    found = f"{type(problem).__name__}: {wrong}" if wrong else type(problem).__name__
    return ": ".join(filter(None, [_place(problem, place), what, f"{found}; {_advice(problem, wrong)}"]))


def _place(problem: BaseException, otherwise: str) -> str:
    """The last line that the chapter has in it; a tool's own only where that is misspelt, or nothing else is known."""
    frames = [(_own(one.filename), one.lineno) for one in traceback.extract_tb(problem.__traceback__)]
    ours = [(file, line) for file, line in frames if file]
    chapters = [(file, line) for file, line in ours if not file.startswith(TOOLS)]
    chosen = ours if isinstance(problem, MISSPELT) or not (chapters or otherwise) else chapters
    return f"{chosen[-1][0]}:{chosen[-1][1]}" if chosen else otherwise


def _own(file: str) -> str:
    """A file of the project, from the root; nothing for what is installed, also below it."""
    path, tops = Path(file), [one.partition(".")[0] for one in TEXT]
    homes = [ROOT / one for one in (*OURS, *tops)] + [home / name for name, home in HOMES.items()]
    return from_root(path) if any(path.is_relative_to(one) for one in homes) else ""


def _advice(problem: BaseException, wrong: str) -> str:
    if isinstance(problem, ModuleNotFoundError) and (problem.name or "").partition(".")[0] not in {
        *OURS,
        *(one.partition(".")[0] for one in TEXT),
    }:
        return f"the package {problem.name} is missing: mend the name, or tox run -e verify installs what is needed"
    if isinstance(problem, ImportError):
        return "mend the name; what there is to import stands in that module"
    if isinstance(problem, NameError):
        room = next((one for one in OFFERED if hasattr(sys.modules.get(one), problem.name or " ")), "")
        return f"write from {room} import {problem.name}" if room else "define it, import it, or mend its name"
    if unknown := re.match(r"claim\(\) got an unexpected keyword argument '(\w+)'", wrong):
        near = difflib.get_close_matches(unknown[1], nearly(claim), n=1)
        hint = f"did you mean {near[0]}=? " if near else ""
        return f"{hint}claims/README.md names the roles and all else that there is"
    if re.match(r"claim\(\) missing", wrong):
        return "add what is missing; claims/README.md says what it is for"
    return "mend it there"
