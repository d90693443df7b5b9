"""The claims that a command speaks of, by their ids, and where things lie."""

import difflib
import platform
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NoReturn

import click

from claims.catalogue import Entry, catalogue
from claims.evidence import source, syntax
from claims.evidence.keys import ROOT, here
from claims.evidence.source import Source, digest
from claims.evidence.store import KEPT as KEPT
from claims.evidence.store import Store
from claims.texts import the_text


def reports() -> Path:
    """Where the report of the text lies."""
    return the_text().report


def kept_runs() -> tuple[Path, ...]:
    """Where training runs lie that need not be trained again: the text's own, and the project's, whose experiments are there for
    all texts."""
    homes = [reports()] if the_text().is_this_projects else [ROOT / "reports", reports()]
    return tuple(one / "evidence" / "runs" for one in homes)


def scratch() -> Path:
    """Where runs go that are not a whole verdict run; never committed."""
    return reports() / "scratch"


def entries(store: Store, if_new: Callable[[], None] = lambda: None) -> tuple[Entry, ...]:
    """All claims of the text, in its order. Files that were read before need not be read again; `if_new` is called before they
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
            meant = _stands(id) or _hint(id, _names(known), "--list shows them all")
            raise click.UsageError(f"no claim or chapter is called {id!r}; {meant}")
        chosen += found
    return [one for one in known if one in chosen] if ids else list(known)


def the_one(id: str, known: Sequence[Entry]) -> Entry:
    """The claim of this id; a chapter of several is too many."""
    first, *others = named([id], known)
    if others:
        raise click.UsageError(f"{id} is a chapter of {1 + len(others)} statements; name one of them, {first.id} for instance")
    return first


def stray(word: str, commands: Sequence[str], options: Sequence[str]) -> NoReturn:
    """Refuse a word that stands alone, with what was meant perhaps: a command, an option without its dashes, a claim."""
    if word in commands:
        raise click.UsageError(f"{word} comes first, before all options: python -m reports {word}")
    known = {name: f"--only {id}" for name, id in _names(entries(Store(KEPT))).items()}
    meant = known | {one.lstrip("-"): one for one in options} | {one: one for one in commands}
    raise click.UsageError(f"nothing is called {word!r} here; {_hint(word, meant, '--help shows what there is')}")


def _names(known: Sequence[Entry]) -> dict[str, str]:
    """What claims and chapters may be called by mistake, each with its name: the last part alone, for instance."""
    ids = {one.id: one.id for one in known}
    return {id.partition(".")[2]: id for id in ids} | ids | {id.partition(".")[0]: id.partition(".")[0] for id in ids}


def _stands(id: str) -> str:
    """Where an id stands and makes no claim."""
    wanted = f'"{id}"'.encode(errors="replace")
    text = the_text()
    files = (one for one in sorted(text.folder.rglob("*.py")) if wanted in one.read_bytes())
    if "." in id and (file := next(files, None)):
        place = text.called(file.relative_to(text.folder).as_posix())
        return f"{place} has it, and makes no claim of it: put @claim(…) right above the property"
    return ""


def _hint(word: str, names: Mapping[str, str], otherwise: str) -> str:
    near = difflib.get_close_matches(word.strip().lower().replace("_", "-"), names, n=1)
    return f"did you mean {names[near[0]]}?" if near else otherwise
