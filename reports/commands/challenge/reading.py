"""The challenges in a reader's file. To read them the file is run; a mistake in it is told with its line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from claims.evidence.evidence import EvidenceError
from claims.evidence.files import LARGEST_TEXT, content_of, told
from claims.evidence.keys import HOMES
from claims.kit.challenge import MADE, Challenge
from claims.kit.claim import ClaimError
from claims.kit.mistakes import told_as_mistakes

NAME = "challenge"  # of the module that the file is, whatever it is called


def read_challenges(file: Path) -> list[Challenge]:
    """Those that the file makes, in its order. ClaimError or EvidenceError where it has mistakes, or makes none."""
    try:
        content = content_of(file, LARGEST_TEXT)
    except OSError as problem:
        raise EvidenceError(
            f"{file}: {told(problem)}; name a file such as python -m reports challenge --new ID writes"
        ) from problem
    MADE.clear()
    module = ModuleType(NAME)
    module.__file__ = str(file.resolve())
    sys.modules[NAME] = module  # for what looks up where a class or a function is from
    with as_ours(file), told_as_mistakes("", str(file)):
        exec(compile(content, module.__file__, "exec"), module.__dict__)
    if not MADE:
        raise ClaimError(
            f"{file}: it makes no challenge; write counterexample(…), rival(…) or variant(…), as docs/challenge.md does"
        )
    return list(MADE)


@contextmanager
def as_ours(file: Path) -> Iterator[None]:
    """The file is one whose lines are named where something goes wrong, and it finds what lies beside it."""
    whole = file.resolve()
    sys.path.insert(0, str(whole.parent))
    HOMES[whole.name] = whole.parent
    try:
        yield
    finally:
        sys.path.remove(str(whole.parent))
        HOMES.pop(whole.name, None)
