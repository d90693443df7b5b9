"""A reading's arguments as a reader would say them: by the text's own phrases, and by what functions say of themselves first."""

import ast
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from claims.evidence.keys import ROOT
from claims.evidence.store import KEPT, Store
from claims.texts import the_text
from reports.text.glossary import the_glossary

BROKEN = "broken_"  # what stands before the name of a module whose functions are wrong on purpose
MOST_TOLD = 2  # functions of one argument whose sentences are told; of more, the names alone

_FUNCTION = re.compile(r"(?<![\w.:])([a-z_]\w*)\.([A-Za-z_]\w*)(?![\w.(])")
_SLICE = re.compile(r"slice\((\w+), (\w+), None\)")
_TUPLE = re.compile(r"\(((?:'[^']*',? ?)+)\)")
_RANGE = re.compile(r"(?<!within )(?<!in )\[(\d+), (\d+)\](?= [a-z])")


def by_argument(domain: str) -> list[tuple[str, str]]:
    """A reading's domain, argument by argument: the name in words, which is empty where a phrase says it all, and the value in
    words. Empty where it has none of its own."""
    return [_told(name, value) for name, value in _parts(domain)]


def names_in(domain: str) -> set[str]:
    """The arguments that a domain has, by their names in the code."""
    return {name for name, _ in _parts(domain)}


def _parts(domain: str) -> list[tuple[str, str]]:
    parts = (part.partition(": ") for part in re.split(r"; (?=\w+: )", domain))
    return [(name, value) for name, _, value in parts if name]


def _told(name: str, value: str) -> tuple[str, str]:
    if phrase := the_glossary().phrase(name, value):
        return "", phrase
    return spaced(name), in_words(value)


def spaced(name: str) -> str:
    """A name of the code as words."""
    return name.replace("_", " ").strip()


def in_words(value: str) -> str:
    """A value that the code printed, as words."""
    if value in ("True", "False"):
        return "yes" if value == "True" else "no"
    value = _SLICE.sub(lambda one: _part(one[1], one[2]), value)
    value = _TUPLE.sub(lambda one: re.sub(r"'([^']*)',?", r"\1,", one[1]).rstrip(", "), value)
    value = _RANGE.sub(r"\1 to \2", value)
    many = sum(f"{one[1]}.{one[2]}" in functions() for one in _FUNCTION.finditer(value)) > MOST_TOLD
    return _FUNCTION.sub(lambda one: _function(one, many), value)


def _part(first: str, last: str) -> str:
    """A slice, its places counted from one."""
    if first == last == "None":
        return "all of it"
    if not (first.isdigit() or first == "None") or not last.isdigit():
        return f"from place {int(first) + 1} on" if first.isdigit() else f"up to {last}"
    start = int(first) + 1 if first.isdigit() else 1
    return f"place {start}" if start == int(last) else f"places {start} to {last}"


def _function(found: re.Match[str], many: bool) -> str:
    room, name = found.groups()
    says = functions().get(f"{room}.{name}")
    if says is None:
        return found[0]
    told = spaced(name) + (" (wrong on purpose)" if room.startswith(BROKEN) else "")
    return f"{told}: {says}" if says and not many else told


@cache
def functions() -> dict[str, str]:
    """By room and name, the first sentence of every function of ours and of the text; it is empty where there is none, or where
    two of one name differ."""
    files = sorted(file for one in (ROOT / "impls", ROOT / "claims", the_text().folder) for file in one.rglob("*.py"))
    contents = [file.read_bytes() for file in files]
    key = hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in [str(files).encode(), *contents])).hexdigest()
    return Store(KEPT).once("functions", key, dict[str, str], lambda: _found(files, contents))


def _found(files: list[Path], contents: list[bytes]) -> dict[str, str]:
    known: dict[str, set[str]] = {}
    for file, content in zip(files, contents, strict=True):
        room = (BROKEN if file.parent == ROOT / "impls" / "broken" else "") + file.stem
        for name, says in _sentences(content):
            known.setdefault(f"{room}.{name}", set()).add(says)
    return {name: (says - {""} or {""}).pop() if len(says - {""}) < 2 else "" for name, says in known.items()}


def _sentences(content: bytes) -> Iterator[tuple[str, str]]:
    """Functions at the top of a module, each with its first sentence."""
    for one in ast.parse(content).body:
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            said = " ".join((ast.get_docstring(one) or "").partition("\n\n")[0].split())
            first = re.split(r"(?<=[^.\s])\. (?=[A-Z])", said)[0].removesuffix(".")
            yield one.name, first[:1].lower() + first[1:] if re.match(r"[A-Z][a-z]* ", first) else first
