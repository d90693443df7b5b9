"""Facts as rows of TOML files. A file with mistakes is refused whole, and every mistake is named with its line."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema
import msgspec

from claims.evidence.files import UNREADABLE, text_of, told, toml_of
from claims.evidence.keys import from_root
from claims.kit.claim import ClaimError
from claims.kit.facts.fact import UNITS, Elsewhere, Fact, Placed, Published, Sense, Stated
from claims.kit.facts.printed import as_printed

Place = tuple[str | int, ...]  # ("fact", 2, "published", 0, "value")
Mistake = tuple[Place, str]
MOST_TOLD = 1_000  # mistakes of a file
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")  # on the way to a value, as msgspec writes it: `$.fact[2].lines[0]`
PARTS = {"published": Published, "senses": Sense}


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole file of facts."""

    fact: list[Fact] = []
    elsewhere: list[Elsewhere] = []


def read_facts(paths: Sequence[Path], sources: Collection[str]) -> tuple[list[Placed], list[Elsewhere]]:
    """All rows of these files. ClaimError with every mistake there is, a line each: file, line, field, value, what to do."""
    facts: list[Placed] = []
    elsewhere: list[Elsewhere] = []
    problems: list[str] = []
    for path in paths:
        try:
            text = text_of(path)
            plain = toml_of(text)
        except UNREADABLE as problem:
            problems.append(f"{from_root(path)}: not readable as TOML ({told(problem)}); mend the file")
            continue
        lines = _Lines(text)
        wrong = list(islice(_mistakes(plain, sources), MOST_TOLD))
        problems += [f"{from_root(path)}:{lines.of(place)}: {_field(place)}{message}" for place, message in wrong]
        if not wrong:
            found = msgspec.convert(plain, File)
            facts += [Placed(one, path, lines.of(("fact", number))) for number, one in enumerate(found.fact)]
            elsewhere += found.elsewhere
    problems += _twice(facts)
    if problems:
        raise ClaimError("\n  ".join([f"{len(problems)} mistakes in the facts; nothing was examined:", *problems]))
    return facts, elsewhere


def _mistakes(plain: dict[str, Any], sources: Collection[str]) -> Iterator[Mistake]:
    """Of shape, which a schema finds, and then of sense, in whatever is of the right shape."""
    found = [
        (tuple(error.absolute_path), error.message)
        for error in jsonschema.Draft202012Validator(msgspec.json.schema(File)).iter_errors(plain)
    ]
    yield from found or _let_pass(plain)
    rows = plain.get("fact", [])
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict):
            yield from ((("fact", number, *place), message) for place, message in mistakes_in(_sound(Fact, row), sources))


def _let_pass(plain: dict[str, Any]) -> Iterator[Mistake]:
    """What a schema finds nothing wrong with, such as 76.0 for a line."""
    try:
        msgspec.convert(plain, File)
    except msgspec.ValidationError as problem:
        message, _, where = str(problem).partition(" - at ")
        yield tuple(int(number) if number else name for name, number in STEP.findall(where)), told(ValueError(message))


def _sound(kind: Any, plain: dict[str, Any]) -> Any:
    """The fields that are of the right shape, and nothing in place of the others."""
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        given = plain.get(field.name)
        if (parts := PARTS.get(field.name)) and isinstance(given, list):
            found[field.name] = [_sound(parts, one) for one in given if isinstance(one, dict)]
            continue
        try:
            found[field.name] = msgspec.convert(given, field.type)
        except msgspec.ValidationError:
            if field.required:
                found[field.name] = ""
    return kind(**found)


def _field(place: Place) -> str:
    names = [str(part) for part in place[2:] if isinstance(part, str)]
    return f"{'.'.join(names)}: " if names else ""


def mistakes_in(fact: Fact, sources: Collection[str]) -> Iterator[Mistake]:
    """What is wrong with what a row says: where, and what to do about it."""
    if fact.id and not re.fullmatch(r"[a-z][a-z-]*(\.[a-z0-9][a-z0-9-]*)+", fact.id):
        yield ("id",), f"{fact.id!r} is no id; write chapter.sentence-like-name"
    if both := set(fact.of.given) & set(fact.taken.given):
        yield ("taken",), f"{sorted(both)} are fixed by `of` already; leave each in one of the two"
    for key in fact.cites:
        if key not in sources:
            yield ("cites",), _unknown(key)
    yield from _mistakes_in_statement(fact, fact.said, ())
    parts: list[tuple[str, int, Published | Sense]] = [("senses", place, one) for place, one in enumerate(fact.senses)]
    parts += [("published", place, one) for place, one in enumerate(fact.published)]
    for name, place, one in parts:
        yield from _mistakes_in_statement(fact, fact.stated(one), (name, place))
        if isinstance(one, Published) and one.source and one.source not in sources:
            yield (name, place, "source"), _unknown(one.source)


def _unknown(key: str) -> str:
    return f"{key!r} is not in sources.bib; add the entry or mend the key"


def _mistakes_in_statement(fact: Fact, stated: Stated, place: Place) -> Iterator[Mistake]:
    if bool(stated.value) == bool(stated.answer):
        yield place, f"value {stated.value!r} and answer {stated.answer!r}: give one of the two"
    elif stated.answer:
        if stated.answer not in fact.among:
            yield (*place, "answer"), f"{stated.answer!r} is not among {fact.among}; add it there or mend it"
        if len(set(fact.among)) < 2:
            yield ("among",), f"{fact.among} leaves nothing to choose; list the answers that there might have been"
    else:
        yield from _mistakes_in_figure(fact, stated, place)


def _mistakes_in_figure(fact: Fact, stated: Stated, place: Place) -> Iterator[Mistake]:
    try:
        as_printed(stated.value)
    except ValueError as problem:
        yield (*place, "value"), str(problem)
    if place and stated.unit == fact.unit:
        return  # the row's own, of which was spoken already
    if stated.unit not in UNITS:
        unknown = f"{stated.unit!r} is no unit that is known" if stated.unit else "a figure needs a unit"
        yield (*place, "unit"), f"{unknown}; choose one of {', '.join(UNITS)}"
    elif fact.unit in UNITS and UNITS[stated.unit][0] != UNITS[fact.unit][0]:
        yield (*place, "unit"), f"{stated.unit!r} cannot be compared with {fact.unit!r}; give both in units of one kind"


def _twice(facts: Sequence[Placed]) -> list[str]:
    first: dict[str, Placed] = {}
    return [
        f"{one.defined_at}: id: {one.fact.id!r} is taken by {other.defined_at}; give it another"
        for one in facts if (other := first.setdefault(one.fact.id, one)) is not one
    ]  # fmt: skip


class _Lines:
    """Where in a TOML file a field stands: its reader keeps no line numbers, so headers and keys are looked up in the text."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.headers: dict[str, list[int]] = {}
        for at, line in enumerate(self.lines):
            if (name := line.strip()).startswith("[["):
                self.headers.setdefault(name, []).append(at)

    def of(self, place: Place) -> int:
        """The line of a field such as ("fact", 2, "published", 0, "value"); of the nearest header where it is missing."""
        at, header = 0, ""
        parts = list(place)
        while len(parts) >= 2 and isinstance(parts[1], int):
            header = f"{header}.{parts[0]}".lstrip(".")
            if (found := self._header(header, parts[1], at)) is None:
                break
            at, parts = found, parts[2:]
        return (self._key(str(parts[0]), at) if parts else at) + 1

    def _header(self, name: str, number: int, start: int) -> int | None:
        places = self.headers.get(f"[[{name}]]", [])
        found = bisect_left(places, start) + number
        return places[found] if found < len(places) else None

    def _key(self, name: str, start: int) -> int:
        for at in range(start + 1, len(self.lines)):
            if self.lines[at].startswith("[["):
                break
            if re.match(rf"\s*{re.escape(name)}\s*=", self.lines[at]):
                return at
        return start
