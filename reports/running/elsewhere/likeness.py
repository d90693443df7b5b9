"""What has to be alike here and where work is sent to: our sources, the versions that count, and what the processor can do.

Nothing of Dask is known here, and nothing is imported that a worker has not: it is asked before it is trusted with anything.
"""

import hashlib
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path

from claims.catalogue import versions_that_count
from claims.evidence.keys import ROOT

OURS = ("claims", "impls", "reports/running")  # what examines
MEASURED = ("reports/evidence/recorded", "reports/evidence/libraries")  # what claims read
KINDS = {".py", ".toml", ".bib"}
GENERATED = "report"  # the folder of a text's report
SHOWN = 3  # files that are named, of those that differ
NOWHERE = "is not there"
Likeness = dict[str, str]
_first: Likeness = {}  # each file as it was when this process first looked, for it may have been imported since


def likeness(text: str) -> Likeness:
    """Of this process: a digest of each file as it was first seen, each version that counts, and the processor. The text is named
    by its place in the checkout."""
    now = files(text)
    for name, found in now.items():
        _first.setdefault(name, found)
    return {name: _first[name] for name in now} | _software() | {"the processor's vector units": _processor()}


def files(text: str) -> Likeness:
    """The digests of all files that evidence may rest on, as they lie there now."""
    known = dict(_lying(text))
    return {name: hashlib.sha256(one.read_bytes()).hexdigest()[:24] for name, one in sorted(known.items())}


def is_as_it_was(text: str) -> bool:
    """Whether the files are those that this process began with: what it imports after an edit is something else."""
    return all(_first.get(name) == found for name, found in files(text).items())


def mark(told: Likeness) -> str:
    """A name for all who are so."""
    content = "\n".join(f"{name} {found}" for name, found in sorted(told.items()))
    return f"claims-{hashlib.sha256(content.encode()).hexdigest()[:24]}"


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """What is otherwise there, in words: versions by name and number, files by their names."""
    names = [name for name in dict.fromkeys([*here, *there]) if here.get(name) != there.get(name)]
    sources = [name for name in names if Path(name).suffix]
    told = [
        f"{name} {there.get(name, NOWHERE)}, here {here.get(name, NOWHERE)}"
        for name in names if name not in sources
    ]  # fmt: skip
    if sources:
        others = len(sources) - SHOWN
        told.append(f"other sources: {', '.join(sources[:SHOWN])}" + (f" and {others} more" if others > 0 else ""))
    return told


def _lying(text: str) -> Iterator[tuple[str, Path]]:
    for folder in {*OURS, text}:
        yield from (
            (one.relative_to(ROOT).as_posix(), one)
            for one in (ROOT / folder).rglob("*")
            if one.suffix in KINDS and GENERATED not in one.parts
        )
    yield "pyproject.toml", ROOT / "pyproject.toml"
    for folder in MEASURED:
        yield from ((one.relative_to(ROOT).as_posix(), one) for one in (ROOT / folder).glob("*.json"))


def _software() -> Likeness:
    return dict(one.split(" ", 1) for one in versions_that_count())


def _processor() -> str:
    from torch.backends.cpu import get_cpu_capability

    return f"{platform.machine()} {get_cpu_capability()}"


def place_of(folder: Path) -> str:
    """How a text is called on every machine; empty where it lies outside the checkout."""
    return folder.relative_to(ROOT).as_posix() if folder.is_relative_to(ROOT) else ""
