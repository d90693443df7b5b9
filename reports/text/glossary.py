"""Words that a reader may not have at hand: those of this report, and those of a text's subject from its `glossary.toml`, which
also says how arguments and measured numbers are told. Nothing that is examined reads them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from claims.evidence.files import UNREADABLE, text_of, told, toml_of
from claims.texts import the_text

FILE = "glossary.toml"


class Word(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word, `also` in other forms, and what it `says`. Those that everybody reads rightly enough are no `link`."""

    name: str
    also: list[str] = []
    link: bool = True
    says: str

    @property
    def place(self) -> str:
        """Its anchor in the page."""
        return "word-" + self.name.lower().replace(" ", "-")


class Glossary(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"words": "word"}):
    """What a file says. An argument is told by a sentence with {} for its value, or by one for each value; a `measured` number by
    what it is, or not at all where that is empty."""

    words: list[Word] = []
    arguments: dict[str, str | dict[str, str]] = {}
    measured: dict[str, str] = {}

    def phrase(self, name: str, value: str) -> str:
        """An argument with its value; nothing where that is not said."""
        said = self.arguments.get(name, {})
        return said.get(value, "") if isinstance(said, Mapping) else said.replace("{}", value)

    def number(self, name: str) -> str:
        """What a measured number is."""
        return self.measured.get(name, name.replace("_", " "))


def the_glossary() -> Glossary:
    """That of the text that is meant. ClaimError where it has mistakes."""
    return read_glossary(the_text().folder / FILE)


def own_words() -> list[Word]:
    """Those of the report itself."""
    return read_glossary(Path(__file__).with_name(FILE)).words


@cache
def read_glossary(path: Path) -> Glossary:
    """What stands in a file; nothing where there is none."""
    if not path.is_file():
        return Glossary()
    try:
        return msgspec.convert(toml_of(text_of(path)), Glossary)
    except UNREADABLE as problem:
        from claims.kit.claim import ClaimError  # with it hypothesis, which takes long to load

        raise ClaimError(
            f"{path}: {told(problem)}; a word has a name and what it says, docs/your-own-text.md has an example"
        ) from problem
