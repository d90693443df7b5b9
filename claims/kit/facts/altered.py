"""A row of facts with a slip: one field that its sentence states has another value, as a wrong slide has it.

A figure is exchanged for another row's, a year for its neighbours; “or more” is turned into “under”, “about” is dropped; a
unit, an answer, a name and every word of the configuration are exchanged for what stands in that field elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from claims.kit.facts.fact import ANY, UNITS, Fact, Of, Stated
from claims.kit.facts.printed import just_outside

# How a field of the configuration is read where it stands in place of another.
PHRASES = {
    "task": "at {}", "data": "on {}", "split": "on the {} sentences", "pair": "from {}", "system": "said of {}",
    "models": "with {}", "variant": "for {}", "scope": "for {}", "than": "than {}", "hardware": "on {}", "appeared": "of {}",
}  # fmt: skip


@dataclass(frozen=True)
class Alteration:
    """The field that is altered, what the altered sentence is called, and what it says instead: for the figure or the answer, or
    of what this is said."""

    field: str
    name: str
    replaces: Mapping[str, str]
    of: Of

    def stated(self, said: Stated) -> Stated:
        """The same with what is said instead. A sense of the row may have a figure of its own, which is then turned round."""
        turned = {"direction": turned_round, "about": exactly}.get(self.field)
        return (
            msgspec.structs.replace(said, value=turned(said.value)) if turned else msgspec.structs.replace(said, **self.replaces)
        )


def alterations(fact: Fact, rows: Sequence[Fact]) -> Iterator[Alteration]:
    """Every slip in one field, with what stands in it in these rows."""
    said = fact.said
    for name, replaces in _of_what_is_stated(fact, rows):
        other = msgspec.structs.replace(said, **replaces)
        yield Alteration(name, _exchanged(name, fact, other), replaces, Of())
    for name, text in stated_of(fact).items():
        for exchanged in dict.fromkeys(each for row in rows for each in _texts(row, name)):
            if exchanged not in (text, ANY):
                yield Alteration(name, f"{PHRASES[name].format(exchanged)}, not {text}", {}, Of(**{name: exchanged}))


def stated_of(fact: Fact) -> dict[str, str]:
    """Of what the row is said, field by field, but for what is said of all."""
    return {name: text for name, text in fact.of.given.items() if text != ANY}


def _of_what_is_stated(fact: Fact, rows: Sequence[Fact]) -> Iterator[tuple[str, dict[str, str]]]:
    for other in fact.among:
        if other != fact.answer:
            yield "answer", {"answer": other}
    if fact.value:
        for value in _other_figures(fact, rows):
            yield "value", {"value": value}
        for name, value in (("direction", turned_round(fact.value)), ("about", exactly(fact.value))):
            if value != fact.value:
                yield name, {"value": value}
        for unit in _other_units(fact.unit):
            yield "unit" if UNITS[unit][0] == fact.said.kind else "kind", {"unit": unit}
    if fact.by:
        for other in dict.fromkeys(one.by for one in rows if one.by not in ("", fact.by)):
            yield "by", {"by": other}


def _other_figures(fact: Fact, rows: Sequence[Fact]) -> Iterator[str]:
    if fact.unit == "year":
        yield str(int(fact.value) + 1)
        yield str(int(fact.value) - 1)
    yield from dict.fromkeys(one.value for one in rows if one.unit == fact.unit and one.value != fact.value)
    yield just_outside(fact.value, above=True)
    yield just_outside(fact.value)


def _other_units(unit: str) -> list[str]:
    """The nearest of the same kind first."""
    kind, size = UNITS[unit]
    return sorted(
        UNITS.keys() - {unit}, key=lambda one: (UNITS[one][0] != kind, max(UNITS[one][1] / size, size / UNITS[one][1]), one)
    )


def turned_round(value: str) -> str:
    """Less for more, more for less; a figure without an open end stays as it is."""
    bare = value.removeprefix("up to ").removeprefix("under ").removesuffix("+")
    return value if bare == value else f"under {bare}" if value.endswith("+") else f"{bare}+"


def exactly(value: str) -> str:
    """What is about so, taken for exact."""
    return value.removeprefix("~")


def _exchanged(name: str, fact: Fact, other: Stated) -> str:
    said = fact.said
    if name == "answer":
        return f"{fact.measures}: {other.answer}, not {said.answer}"
    if name == "by":
        return f"by {other.by}, not {said.by}"
    if name in ("unit", "kind"):
        return f"in {other.unit}, not {said.unit}"
    if name == "value" and said.unit == "year":
        return f"in {other.value}, not in {said.value}"
    return f"{'exactly ' if name == 'about' else ''}{read_out(other)}, not {read_out(said)}"


def read_out(stated: Stated) -> str:
    """A figure as a sentence has it: “5000 tokens or more”, “about 85 %”."""
    bare = msgspec.structs.replace(stated, value=stated.value.removesuffix("+").replace("~", "about "))
    figure = f"a perplexity of {bare.value}" if stated.unit == "perplexity" else bare.what
    return f"{figure} or more" if stated.value.endswith("+") else figure


def _texts(row: Fact, name: str) -> Iterator[str]:
    """What stands in this field of a row, and of what was published beside it."""
    yield from filter(None, (getattr(one, name) for one in (row.of, row.taken, *(each.of for each in row.published))))
