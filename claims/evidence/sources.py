"""A bibliography, the `sources.bib` of a text, as the report cites it."""

import string
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from claims.evidence.evidence import EvidenceError
from claims.evidence.files import UNREADABLE, text_of, told

if TYPE_CHECKING:  # it takes a while to load, and who has the sources already does not need it
    from pybtex.database import Entry, Person

NEEDED = ("title", "year")


@dataclass(frozen=True)
class Source:
    """One publication: `short` is how a sentence refers to it, `where` the journal or book, `url` empty where there is none."""

    key: str
    short: str
    authors: str
    year: str
    title: str
    where: str
    url: str


def read_sources(path: Path) -> Mapping[str, Source]:
    """Every entry by key; those that would read the same (two of Cho et al. 2014) get a letter, in the order of the file.

    A text is parsed once: LaTeX takes a fifth of a second to decode, and facts, claims and pages all ask for it."""
    try:
        return _parsed(path, text_of(path))
    except UNREADABLE as problem:
        raise _unreadable(path, problem) from problem


@cache
def _parsed(path: Path, text: str) -> Mapping[str, Source]:
    from pybtex.database import PybtexError
    from pybtex.database.input.bibtex import Parser  # by name, it is looked for among all packages that are installed

    try:
        entries = Parser().parse_string(text).entries
    except PybtexError as problem:
        raise _unreadable(path, problem) from problem
    found = []
    for key, entry in entries.items():
        try:
            found.append(_source(path, key, entry))
        except PybtexError as problem:  # a brace too many, which only whoever decodes a field minds
            raise EvidenceError(f"{path}: the entry {key} is not readable ({told(problem)}); mend it") from problem
    return _told_apart(found)


def _unreadable(path: Path, problem: Exception) -> EvidenceError:
    return EvidenceError(f"{path}: not readable as a bibliography ({told(problem)}); mend the file")


def cited(keys: Iterable[str], sources: Mapping[str, Source], path: Path | str = "sources.bib") -> list[Source]:
    """The sources of these keys, each once, by author and year."""
    wanted = set(keys)
    if unknown := sorted(wanted - set(sources)):
        raise EvidenceError(f"{path}: has no entry {', '.join(unknown)}, which a claim cites; add it or mend the claim")
    return sorted((sources[key] for key in wanted), key=lambda one: (one.short.casefold(), one.key))


def _source(path: Path, key: str, entry: "Entry") -> Source:
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    missing = [name for name in NEEDED if not entry.fields.get(name)] + ([] if people else ["author"])
    if missing:
        raise EvidenceError(f"{path}: the entry {key} has no {' and no '.join(missing)}; add it")
    year = _field(entry, "year")
    return Source(
        key=key, short=f"{_surnames(people)} {year}", authors=_names(people), year=year,
        title=_field(entry, "title"), where=_where(entry), url=_url(path, key, entry),
    )  # fmt: skip


def _surnames(people: "list[Person]") -> str:
    surnames = [_decoded(person.prelast_names + person.last_names) for person in people]
    return f"{surnames[0]} et al." if len(surnames) > 2 else " and ".join(surnames)


def _names(people: "list[Person]") -> str:
    names = [
        _decoded([*person.first_names, *person.middle_names, *person.prelast_names, *person.last_names, *person.lineage_names])
        for person in people
    ]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _where(entry: "Entry") -> str:
    """The journal with volume and pages, else the book, publisher or institution, else the preprint's number."""
    if journal := _field(entry, "journal"):
        number = f"({_field(entry, 'number')})" if entry.fields.get("number") else ""
        return ", ".join(filter(None, [f"{journal} {_field(entry, 'volume')}{number}".strip(), _field(entry, "pages")]))
    parts = [_field(entry, name) for name in ("booktitle", "publisher", "institution", "school", "howpublished")]
    parts += [f"{_field(entry, 'edition')} edition" if entry.fields.get("edition") else ""]
    parts += [_field(entry, "number")] if entry.type == "techreport" else []
    return ", ".join(filter(None, parts)) or (f"arXiv:{_field(entry, 'eprint')}" if entry.fields.get("eprint") else "")


def _url(path: Path, key: str, entry: "Entry") -> str:
    if doi := entry.fields.get("doi"):
        return f"https://doi.org/{doi}"
    if eprint := entry.fields.get("eprint"):
        return f"https://arxiv.org/abs/{eprint}"
    url = entry.fields.get("url", "")
    if url and not url.startswith(("https://", "http://")):
        raise EvidenceError(f"{path}: the entry {key} has the address {url!r}; it must begin with https:// or http://")
    return str(url)


def _field(entry: "Entry", name: str) -> str:
    return _decoded([entry.fields.get(name, "")])


def _decoded(words: list[str]) -> str:
    """LaTeX spelling as plain text."""
    from pybtex.richtext import Text

    return " ".join(str(Text.from_latex(word)) for word in words)


def _told_apart(sources: list[Source]) -> dict[str, Source]:
    same: dict[str, list[Source]] = defaultdict(list)
    for one in sources:
        same[one.short].append(one)
    lettered = {
        one.key: replace(one, short=one.short + letter, year=one.year + letter)
        for group in same.values() if len(group) > 1
        for one, letter in zip(group, string.ascii_lowercase, strict=False)
    }  # fmt: skip
    return {one.key: lettered.get(one.key, one) for one in sources}
