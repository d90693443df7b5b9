"""Which files of the site are written again: those of which something that they show has changed, or that others have touched.

A page is a function of what it shows, of the digest of the record, of bibliography and glossary, and of the code that renders. A
digest of these is its key, and this machine's store has it beside a digest of the bytes that came of it. While both are as they
were, the page stays as it is, down to the time at which it was written.

The date, the commit and the seconds of a run are no part of a key: else every page would change with each run. Where a page names
its run, it names the one that wrote it, which came to the same record; the start page names the last one.
"""

import hashlib
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from claims.evidence.evidence import write_whole
from claims.evidence.keys import ROOT
from claims.evidence.sources import Source, read_sources
from claims.evidence.store import KEPT, Store

STORE = Store(KEPT)
GLOSSARY = "glossary.toml"  # beside the bibliography: how the words of all pages are told
RENDERS = (
    "reports/**/*.py",
    "reports/pages/templates/*",
    "claims/evidence/*.py",
    "claims/kit/**/*.py",
    "claims/texts.py",
    "reports/search/*.toml",
    "reports/text/*.toml",
)


@dataclass(frozen=True)
class Page:
    """A file of the site: what it `shows`, how its text comes about, and the claims whose `pictures` it has."""

    name: str
    shows: Any
    text: Callable[[], str]
    pictures: Sequence[str] = ()


@dataclass
class Upkeep:
    """What is known of the files of a site: for each its key, and a digest of its bytes. Each page says by a digest of which
    `record` it is made."""

    site: Path
    bibliography: Path
    record: str = ""
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = STORE.get("pages", self._name, dict[str, tuple[str, str]]) or {}
        self.common = _digest(_renders(), _bytes(self.bibliography), _bytes(self.bibliography.with_name(GLOSSARY)))

    def due(self, pages: Sequence[Page]) -> list[Page]:
        """Those to write; pages of pictures come last, for these are being drawn meanwhile."""
        self.keys = {one.name: _digest(self.common.encode(), self._made_of(one), _plain(one.shows)) for one in pages}
        due = [one for one in pages if self.known.get(one.name) != (self.keys[one.name], _digest(_bytes(self.site / one.name)))]
        return sorted(due, key=lambda one: len(one.pictures))

    def write(self, page: Page) -> None:
        """Write a page, unless its bytes stand there already."""
        content = page.text().encode()
        if content != _bytes(self.site / page.name):
            write_whole(self.site / page.name, content)
        self.known[page.name] = self.keys[page.name], _digest(content)

    def remember(self) -> None:
        """For the next time, what there is now."""
        STORE.put("pages", self._name, {name: self.known[name] for name in self.keys})

    def _made_of(self, page: Page) -> bytes:
        return self.record.encode() if page.name.endswith(".html") else b""

    @property
    def _name(self) -> str:
        return _digest(str(self.site.resolve()).encode())


def sources_of(bibliography: Path) -> Mapping[str, Source]:
    """The publications, parsed once: LaTeX takes half a second to load and to decode. A text that cites nothing needs none."""
    if not bibliography.exists():
        return {}
    key = _digest(_renders(), bibliography.read_bytes())
    kept = STORE.get("bibliography", key, dict[str, Source])
    if kept is None:
        kept = dict(read_sources(bibliography))
        STORE.put("bibliography", key, kept)
    return kept


@cache
def _renders() -> bytes:
    """A digest of all that turns a record into pages."""
    files = sorted(file for pattern in RENDERS for file in ROOT.glob(pattern) if file.is_file())
    packages = [metadata.version(name) for name in ("jinja2", "markupsafe", "pybtex")]
    told = [part for file in files for part in (file.relative_to(ROOT).as_posix().encode(), file.read_bytes())]
    return _digest(platform.python_version().encode(), *map(str.encode, packages), *told).encode()


def _plain(shown: Any) -> bytes:
    return msgspec.json.encode(shown, order="sorted")


def _bytes(path: Path) -> bytes:
    """What stands in a file; nothing where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _digest(*parts: bytes) -> str:
    """Of all parts, and of where one ends and the next begins."""
    total = hashlib.sha256()
    for one in parts:
        total.update(len(one).to_bytes(8, "big") + one)
    return total.hexdigest()
