"""A fact: what the text states, beside what was published, in typed fields. `claims/kit/facts/README.md` explains them.

A fact is data and no more: `rows` reads it, and whether the two agree is for `comparison` to find out.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec

from claims.evidence.keys import ROOT
from claims.evidence.outcomes import Verified, Word
from claims.kit.facts.printed import Printed, as_printed

ANY = "any"  # in a configuration: said of every one that there is

# What a unit measures, and how many of the dimension's own units it has: only figures of one dimension are compared.
UNITS: dict[str, tuple[str, Fraction]] = {
    "BLEU": ("BLEU", Fraction(1)),
    "perplexity": ("perplexity", Fraction(1)),
    "%": ("percent", Fraction(1)),
    "hours": ("time", Fraction(1)),
    "days": ("time", Fraction(24)),
    "weeks": ("time", Fraction(7 * 24)),
    "GPUs": ("GPUs", Fraction(1)),
    "million parameters": ("million parameters", Fraction(1)),
    "operations": ("operations", Fraction(1)),
    "operations at once": ("operations at once", Fraction(1)),
    "numbers": ("numbers", Fraction(1)),
    "tokens": ("tokens", Fraction(1)),
    "million tokens": ("tokens", Fraction(10**6)),
    "year": ("year", Fraction(1)),
    "times": ("times", Fraction(1)),
}


class Of(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What exactly is measured: every field that matters, in words that are the same wherever the same is meant."""

    task: str = ""
    data: str = ""
    split: str = ""
    pair: str = ""
    system: str = ""
    models: str = ""
    variant: str = ""
    scope: str = ""
    than: str = ""
    hardware: str = ""
    appeared: str = ""

    def but(self, other: "Of") -> "Of":
        """The same with what the other says instead."""
        return msgspec.structs.replace(self, **other.given)

    def without(self, other: "Of") -> "Of":
        """Those fields that the other does not have as well."""
        return Of(**{name: text for name, text in self.given.items() if text != getattr(other, name)})

    @property
    def given(self) -> dict[str, str]:
        """The fields that say something."""
        return {name: text for name in self.__struct_fields__ if (text := getattr(self, name))}

    def clashes_with(self, other: "Of") -> dict[str, tuple[str, str]]:
        """The fields in which the two speak of different things: what this says, and what the other does."""
        both = {name: (text, getattr(other, name)) for name, text in self.given.items() if getattr(other, name)}
        return {name: pair for name, pair in both.items() if pair[0] != pair[1] and ANY not in pair}


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with its unit, or one of several answers, and `by` whom where the sentence says so."""

    value: str
    unit: str
    answer: str
    by: str = ""

    @property
    def name(self) -> str:
        return f"{self.what}, by {self.by}" if self.by else self.what

    @property
    def what(self) -> str:
        """The figure or the answer alone."""
        if self.answer or self.unit in ("year", "perplexity"):
            return self.answer or self.value
        return f"{self.value} {self.unit.removesuffix('s') if self.value == '1' else self.unit}"

    @property
    def kind(self) -> str:
        """What its unit measures."""
        return UNITS[self.unit][0]

    @property
    def figure(self) -> Printed:
        return as_printed(self.value) * UNITS[self.unit][1]

    def agrees_with(self, other: "Stated", cut_off: bool = False) -> bool:
        """Whether the two are one and the same, as far as their digits tell: a figure of another kind is another figure."""
        if self.by != other.by:
            return False
        if self.answer or other.answer:
            return self.answer == other.answer
        if self.kind != other.kind:
            return False
        return self.figure.agrees_with(other.figure) or (cut_off and self.figure.is_cut_off(other.figure))


class Published(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a source prints. Unit and configuration are those of the row unless it says otherwise."""

    source: str
    where: str
    verified: Verified
    value: str = ""
    unit: str = ""
    answer: str = ""
    by: str = ""
    of: Of = Of()


class Sense(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Another sense that the words of the text allow; `condition` is read after “true if”."""

    condition: str
    value: str = ""
    unit: str = ""
    answer: str = ""


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A row. `of` is what the words of the text fix, `taken` what they leave open and a student takes them to mean; `word` is
    what the text has in place of a figure, where `value` is what it is taken for."""

    id: str
    lines: list[int]
    says: str
    measures: str
    expect: Word
    contrary: list[str] = []
    why_not: dict[Word, str] = {}
    teach: str
    word: str = ""
    value: str = ""
    unit: str = ""
    answer: str = ""
    among: list[str] = []
    by: str = ""
    of: Of = Of()
    taken: Of = Of()
    senses: list[Sense] = []
    published: list[Published] = []
    not_shown: str = ""
    cites: list[str] = []

    @property
    def said(self) -> Stated:
        """What the text states."""
        return Stated(value=self.value, unit=self.unit, answer=self.answer, by=self.by)

    @property
    def prints(self) -> str:
        """What the text prints."""
        return f"“{self.word}”, taken for {self.said.name}" if self.word else self.said.name

    @property
    def configuration(self) -> Of:
        """What it is taken to be said of."""
        return self.of.but(self.taken)

    def stated(self, other: Published | Sense) -> Stated:
        """What a source or another sense states, in the row's unit if it names none."""
        by = other.by if isinstance(other, Published) else self.by
        return Stated(value=other.value, unit=other.unit or self.unit, answer=other.answer, by=by)


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement that is not compared with sources: the claims that settle it by computation, or why nothing does."""

    name: str
    lines: list[int]
    says: str
    why: str
    claims: list[str]


@dataclass(frozen=True)
class Placed:
    """A row and the line that it begins at."""

    fact: Fact
    path: Path
    line: int

    @property
    def defined_at(self) -> str:
        return f"{short(self.path)}:{self.line}"


def short(path: Path) -> str:
    """The path as one would type it."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
