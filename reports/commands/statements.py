"""The claims that a command speaks of, by their ids, and where things lie."""

import difflib
import platform
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import click

from claims.catalogue import Entry, catalogue
from claims.evidence import source, syntax
from claims.evidence.keys import ROOT, here
from claims.evidence.source import Source, digest
from claims.evidence.store import KEPT as KEPT
from claims.evidence.store import Store

REPORTS = ROOT / "reports"
SCRATCH = REPORTS / "scratch"  # where runs go that are not a whole verdict run; never committed


def entries(store: Store, if_new: Callable[[], None] = lambda: None) -> tuple[Entry, ...]:
    """All claims, in the order of the essay. Files that were read before need not be read again; `if_new` is called before they
    are read where none was."""
    known = store.get("sources", _reader(), dict[str, Source])
    if known is None:
        if_new()
    here().known.update(known or {})
    return catalogue().entries


def keep_sources(store: Store) -> None:
    """What was read of the source."""
    if not here().read.keys() <= here().known.keys():
        store.put("sources", _reader(), here().known | here().read)


@cache
def _reader() -> str:
    """Of what reads source: another reader may see more in it."""
    files = [Path(module.__file__ or "") for module in (source, syntax)]
    return digest(platform.python_version(), *(one.read_text(encoding="utf-8") for one in files))


def named(ids: Sequence[str], known: Sequence[Entry]) -> list[Entry]:
    """The claims of these ids, or of these chapters; all of them where none is named."""
    chosen: list[Entry] = []
    for id in ids:
        found = [one for one in known if one.id == id] or [one for one in known if one.chapter == id.replace("-", "_")]
        if not found:
            raise click.UsageError(f"no claim or chapter is called {id!r}; {_hint(id, known)}")
        chosen += found
    return [one for one in known if one in chosen] if ids else list(known)


def _hint(id: str, known: Sequence[Entry]) -> str:
    """What may have been meant: a chapter is a name without a full stop; or where the id stands and makes no claim."""
    files = (one for one in sorted((here().root / "claims").rglob("*.py")) if f'"{id}"'.encode() in one.read_bytes())
    if "." in id and (file := next(files, None)):
        return (
            f"{file.relative_to(here().root).as_posix()} has it, and makes no claim of it: put @claim(…) right above the property"
        )
    names = [one.id for one in known] if "." in id else list(dict.fromkeys(one.chapter.replace("_", "-") for one in known))
    near = difflib.get_close_matches(id, names, n=1) or difflib.get_close_matches(id, [one.id for one in known], n=1)
    return f"did you mean {near[0]}?" if near else "--list shows them all"
