"""Every claim as the source tells it, in the order of its text, and the keys of all that is known of it. Nothing is imported."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from claims import FACTS, chapters, in_chapters, in_their_places, making_claims, refuse, source_of, unique
from claims.evidence.evidence import ReadingEvidence, as_json, versions
from claims.evidence.files import UNREADABLE, text_of, toml_of
from claims.evidence.keys import Meant, Sources, Target, here
from claims.evidence.outcomes import READ
from claims.evidence.source import ClaimSource, Piece, digest
from claims.texts import Text, the_text

EXAMINES = Target("claims.kit.examine", "examine_reading"), Target("claims.kit.reading", "in_their_roles")
TELLS = Target("claims.kit.told", "told"), Target("impls.broken", "BEFORE_NAMES")
SEARCHES = Target("claims.kit.engines.search", "search")  # where a claim names no engine
MAKES = Target("claims.kit.facts.comparison", "claims_of")  # claims of rows
HELD = Target("claims.kit.facts.fact", "Fact"), Target("claims.kit.facts.fact", "Stated")  # which nothing there calls by name
Row = tuple[str, dict[str, Any]]  # where it stands, and what it says
# Of a row: they are told, and examined by nobody.
WORDS = ("says", "teach", "not_shown", "lines", "expect", "contrary", "why_not", "cites")


@dataclass(frozen=True)
class Entry:
    """A claim, where it stands, and what it is made of: `written` in Python, or a `row` of facts with a digest, `beside`, of what
    it is examined with. One that is neither has no keys, and is examined whenever it is asked for."""

    id: str
    module: str
    defined_at: str
    written: ClaimSource | None = None
    row: str = ""
    beside: str = ""

    @property
    def chapter(self) -> str:
        return self.id.partition(".")[0].replace("-", "_")

    @property
    def says(self) -> str:
        """The statement, where the source has it as a plain text."""
        if self.written is not None:
            return self.written.says
        return str(json.loads(self.row)[0]["says"]) if self.row else ""

    @property
    def has_keys(self) -> bool:
        return bool(self.written or self.row)


@dataclass(frozen=True)
class Keys:
    """The keys of what is known about claims, by a reading of the source."""

    sources: Sources

    def words(self, entry: Entry) -> str:
        """Of what a claim says of itself. It calls functions by their modules, too, so that the names of these count."""
        told = [*map(self.sources.fingerprint, TELLS), *self._modules_of(entry)]
        if entry.written is None:
            return digest("words", *told, self.sources.fingerprint(MAKES), entry.row, entry.beside)
        return digest("words", *told, self.sources.meaning(entry.written.whole, entry.module))

    def reading(self, entry: Entry, role: str, name: str, profile: str) -> str:
        """Of what came of a reading: its code, how hard it was tried, and the versions that count."""
        return digest("reading", self.code(entry, role, name), profile, *versions_that_count())

    def code(self, entry: Entry, role: str = "", name: str = "") -> str:
        """Of the code that a reading rests on; that all readings do, where none is named."""
        targets, pieces = self._rests_on(entry, role, name)
        meant = (f"{of} {self.sources.meaning(piece, entry.module)}" for of, piece in pieces)
        return digest(entry.id, role, name, entry.beside, *map(self.sources.fingerprint, targets), *meant)

    def rests_on(self, entry: Entry) -> str:
        """Of the code that all readings of a claim rest on."""
        return self.code(entry)

    def figure(self, entry: Entry, readings: Sequence[ReadingEvidence]) -> str:
        """Of the chart that a claim draws from what was seen."""
        drawn = entry.written and entry.written.figure
        return digest("figure", self.sources.meaning(drawn, entry.module) if drawn else "", as_json(readings).decode())

    def reached(self, entry: Entry, role: str = "", name: str = "") -> set[Target]:
        """Every definition that this code is made of."""
        targets, pieces = self._rests_on(entry, role, name)
        meant: list[Meant] = [found for _, piece in pieces for _, found in self.sources.mentioned(piece, entry.module)]
        own = {Target(entry.module, entry.written.defines)} if entry.written and entry.written.defines else set()
        return self.sources.reached([*targets, *meant]) | own

    def _rests_on(self, entry: Entry, role: str, name: str) -> tuple[list[Target], list[tuple[str, Piece]]]:
        """The definitions that a reading rests on, and the pieces of the claim's own source, each with what it is there for."""
        written = entry.written
        if written is None:
            return [*EXAMINES, MAKES, *HELD], []
        settled = [("by", written.by)] if written.by else []
        chosen = [
            (f"{one.role} {one.name}", one.piece) for one in written.readings
            if not role or (one.role == role and one.name in (name, ""))  # of those whose names are computed it may be any
        ]  # fmt: skip
        return [*EXAMINES, *([] if written.by else [SEARCHES])], [("check", written.check), *settled, *chosen]

    def _modules_of(self, entry: Entry) -> list[str]:
        if entry.written is None:
            return []
        meant = [found for _, found in self.sources.mentioned(entry.written.whole, entry.module)]
        return sorted({one.module for one in self.sources.reached(meant)})


def versions_that_count() -> list[str]:
    """Those of Python without the last number, and of torch without what tells one build from another."""
    return [f"{name} {_short(name, version)}" for name, version in sorted(versions().items())]


def _short(name: str, version: str) -> str:
    return version.rpartition(".")[0] if name == "python" else version.partition("+")[0]


# --- the catalogue ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Catalogue:
    """All claims of a text, read off the source."""

    sources: Sources
    text: Text

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """In the order of the text; two of one id are refused, and those that no chapter has among its sections."""
        facts = list(self._facts())
        in_chapters(self.text, facts)
        names = chapters(self.text, self.sources)
        found = [one for name in names for one in (*self._own(name), *(each for each in facts if each.chapter == name))]
        unique(found)
        making = {module: next(entries_of(module, self.sources)) for module in making_claims(self.text, self.sources)}
        in_their_places(self.text, found, making)
        return tuple(found)

    def _own(self, chapter: str) -> Iterator[Entry]:
        module = f"{self.text.package}.{chapter}"
        home = source_of(module, self.sources)
        if home is None:
            return
        for name in [module] if home.sections is None else [f"{module}.{one}" for one in home.sections]:
            if self.sources.module(name) is None:
                refuse(Entry("", name, self.sources.place(module)), f"lists {name}, which is not there; mend SECTIONS")
            yield from entries_of(name, self.sources)

    def _facts(self) -> Iterator[Entry]:
        """As `claims.facts` reads them, which knows what to say of one with mistakes."""
        try:
            rows = [row for file in sorted(self.text.facts.glob("*.toml")) for row in self._rows(file)]
            sources = _published(text_of(self.text.bibliography)) if rows else {}
            module = f"{self.text.package}.{FACTS}"
            yield from (_fact(at, rows, sources, module) for at in range(len(rows)))
        except (KeyError, TypeError, AttributeError, *UNREADABLE) as problem:
            from claims.facts import read_rows

            read_rows(self.text)
            raise AssertionError("a row that nothing is wrong with could not be read") from problem

    def _rows(self, file: Path) -> Iterator[Row]:
        text = text_of(file)
        lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[fact]]"]
        place = self.text.called(file.relative_to(self.text.folder).as_posix())
        yield from ((f"{place}:{line}", row) for line, row in zip(lines, toml_of(text).get("fact", []), strict=True))


def entries_of(module: str, sources: Sources) -> Iterator[Entry]:
    """The claims of a module."""
    home = sources.module(module)
    for one in home.claims if home else ():
        yield Entry(one.id, module, f"{sources.place(module)}:{one.line}", one)


def catalogue() -> Catalogue:
    """Of the text that is meant, as the source lies on disk."""
    return Catalogue(here(), the_text())


# --- rows of facts ------------------------------------------------------------------------------------------------------------


def _fact(at: int, rows: list[Row], sources: dict[str, str], module: str) -> Entry:
    """With the row that figures are exchanged with, those that measure the same, in whose terms it is altered, and the entries of
    the bibliography that all of them name. A row of which no source was read borrows one of another, whichever that is."""
    place, row = rows[at]
    ring = [each for _, each in (*rows[at + 1 :], *rows[:at])]
    partner = next(
        (each for each in ring if _given(each, "unit") == _given(row, "unit") and _given(each, "value") != _given(row, "value")),
        {},
    )
    alike = [each for each in ring if _given(each, "measures") == _given(row, "measures")]
    named = [*row.get("cites", []), *(one["source"] for one in row.get("published", []))]
    borrowed = [] if _was_read(row) else [*(_plain(each) for _, each in rows if _was_read(each)), *sources.values()]
    beside = [
        *map(_plain, (row, partner, *alike)),
        *(sources[one] for one in dict.fromkeys([*named, *_sources_of(alike)])),
        *borrowed,
    ]
    return Entry(row["id"], module, place, row=json.dumps([row, named], sort_keys=True), beside=digest(*beside))


def _sources_of(rows: list[dict[str, Any]]) -> list[str]:
    return [one["source"] for row in rows for one in row.get("published", [])]


def _was_read(row: dict[str, Any]) -> bool:
    return any(one.get("verified") == READ for one in row.get("published", []))


def _given(row: dict[str, Any], name: str) -> str:
    return str(row.get(name, ""))


def _plain(row: dict[str, Any]) -> str:
    return json.dumps({name: part for name, part in row.items() if name not in WORDS}, sort_keys=True)


def _published(text: str) -> dict[str, str]:
    """The entries of a bibliography as they stand, by their keys."""
    found = re.split(r"^@\w+\{", text, flags=re.MULTILINE)[1:]
    return {one.partition(",")[0].strip(): one for one in found}
