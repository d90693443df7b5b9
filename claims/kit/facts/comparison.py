"""A fact as a claim: what the text states is compared with what the sources print, field by field and digit by digit.

The verdict follows from the fields alone. Sources that were read and speak of the same configuration decide; all of them
must agree. One that is known at second hand or from memory decides nothing, and neither does the absence of a source.
Controls are the row itself, doctored: a digit changed, figures of two rows exchanged, configurations exchanged. What would be
the statement over again is no control. A row with no source that was read borrows its controls from one that has. Altered
sentences are the row with one field changed, beside all sources of what it measures: they have more to say of its neighbours.
A row that does not stand comes out as its neighbours do, open or fallen. It is told from them beside imagined sources, which are
named so and decide nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from claims.evidence.outcomes import HOW, READ, Outcome
from claims.evidence.sources import Source
from claims.kit.claim import Claim, ClaimError, problems_of
from claims.kit.domain import only
from claims.kit.engines.exhaustion import exhaustion
from claims.kit.facts.altered import Alteration, alterations, read_out
from claims.kit.facts.fact import ANY, Fact, Of, Placed, Published, Stated, Verified
from claims.kit.facts.printed import just_inside, just_outside
from claims.kit.property import cannot_tell, holds, show
from claims.kit.reading import Reading, in_their_roles, reading

IMAGINED, MADE_UP = "an imagined source", "made up for this check"  # named and placed so that nobody takes it for a real one
SLIPS = 6  # of one row beside imagined sources, at most


@dataclass(frozen=True)
class Said:
    """What is stated, and of what. `cut_off`: digits may have been dropped rather than rounded."""

    stated: Stated
    of: Of
    measures: str
    cut_off: bool = False

    @property
    def name(self) -> str:
        return described(self.stated, self.of)


@dataclass(frozen=True)
class Print:
    """What a source prints, and of what."""

    stated: Stated
    of: Of
    measures: str
    source: str
    where: str
    verified: Verified

    @property
    def name(self) -> str:
        return f"{described(self.stated, self.of)}, {self.source}, {self.where}"

    def beside(self, said: Of) -> str:
        """The figure and its source, with those words of its configuration that the statement does not have."""
        return f"{described(self.stated, self.of.without(said))}, {self.source}, {self.where}"


Sources = tuple[Print, ...]


def described(stated: Stated, of: Of) -> str:
    """A figure with what it is of, in a line."""
    return ", ".join([stated.name, *(text for text in of.given.values() if text != ANY)])


def the_sources_print_it(said: Said, sources: Sources) -> None:
    """Every source that was read and speaks of the same prints what the text states, within rounding."""
    show("stated", said.name)
    of_it = [one for one in sources if _is_of(said, one)]
    for one in sources:
        show("published" if one in of_it else "published of something else", one.beside(said.of))
    decisive = [one for one in of_it if one.verified == READ]
    if not decisive:
        cannot_tell(_why_open(said, sources, of_it))
    for one in decisive:
        agrees = said.stated.agrees_with(one.stated, said.cut_off)
        holds(agrees, f"stated: {said.stated.name}; published: {one.beside(said.of)}")


def comes_of(said: Said, sources: Iterable[Print]) -> Outcome:
    """What the property makes of it, without the words."""
    decisive = [one for one in sources if _settles(said, one)]
    if not decisive:
        return "undecided"
    return "held" if all(said.stated.agrees_with(one.stated, said.cut_off) for one in decisive) else "fell"


def decides(fact: Fact, published: Published) -> bool:
    """Whether a published figure was read and is of just what the text speaks of."""
    return published.verified == READ and not fact.configuration.clashes_with(published.of)


def _settles(said: Said, one: Print) -> bool:
    return one.verified == READ and _is_of(said, one)


def _is_of(said: Said, one: Print) -> bool:
    """Whether the two speak of one thing. What either leaves unsaid clashes with nothing, so a row's few words will do."""
    return said.measures == one.measures and not said.of.clashes_with(one.of)


def _why_open(said: Said, sources: Sources, of_it: Sequence[Print]) -> str:
    if of_it:
        return "not checked at the source: " + "; ".join(f"{one.beside(said.of)}, {HOW[one.verified]}" for one in of_it)
    if sources:
        return "no source found for just this; published: " + "; ".join(one.beside(said.of) for one in sources)
    return "no source found"


# --- the claim --------------------------------------------------------------------------------------------------------


def claims_of(facts: Sequence[Placed], sources: Mapping[str, Source]) -> list[Claim]:
    """A claim of each row; figures are exchanged with the next row that has another one in the same unit."""
    return [_claim(placed, _others(placed, facts), sources) for placed in facts]


def _others(placed: Placed, facts: Sequence[Placed]) -> list[Fact]:
    """The other rows, those that follow first."""
    start = facts.index(placed)
    return [one.fact for one in (*facts[start + 1 :], *facts[:start])]


def _partner(fact: Fact, others: Sequence[Fact]) -> Fact | None:
    return next((one for one in others if one.unit == fact.unit and one.value != fact.value), None)


def _claim(placed: Placed, others: Sequence[Fact], known: Mapping[str, Source]) -> Claim:
    fact = placed.fact
    sources = prints_of(fact, known)
    written = _reading(said_by(fact), sources)
    amended = {name: _reading(one, sources, fact.configuration) for name, one in _amended(fact, sources).items()}
    controls = _controls(fact, sources, _partner(fact, others)) or _borrowed(fact, others, known)
    judged = [_put(one) for one in amended.values()]  # which no control may be under another name
    for role, group in controls.items():
        kept = {name: one for name, one in group.items() if _put(one) not in judged}
        controls[role] = kept or (_borrowed(fact, others, known).get(role, {}) if group else group)
    if not stands(fact, sources):
        for role, group in _beside_imagined(fact, alike(fact, others)).items():
            controls[role] = controls.get(role, {}) | group
    made = Claim(
        id=fact.id, says=fact.says, check=the_sources_print_it, by=exhaustion(), expect=fact.expect, teach=fact.teach,
        readings=in_their_roles(
            written, amended=amended, altered=_altered(fact, alike(fact, others), known), **controls,
        ),
        not_shown=fact.not_shown, cites=tuple(dict.fromkeys([*(one.source for one in fact.published), *fact.cites])),
        lines=tuple(fact.lines), figure=None, defined_at=placed.defined_at, fact=fact,
        contrary=tuple(fact.contrary), why_not=fact.why_not,
    )  # fmt: skip
    if problems := problems_of(made):
        raise ClaimError(f"{made.defined_at}: fact {made.id!r} " + "; ".join(problems))
    return made


def _put(one: Reading) -> list[object]:
    """What a reading puts to the property."""
    return [domain.values for domain in one.arguments.values()]


def said_by(fact: Fact) -> Said:
    """The row as it is written."""
    return Said(fact.said, fact.configuration, fact.measures)


def prints_of(fact: Fact, known: Mapping[str, Source]) -> Sources:
    """What the sources print; of the row's own configuration where they do not say otherwise."""
    return tuple(
        Print(fact.stated(one), fact.configuration.but(one.of), fact.measures, known[one.source].short, one.where, one.verified)
        for one in fact.published
    )


def _reading(said: Said, sources: Sources, usual: Of = Of()) -> Reading:
    """In words only that of the configuration which is not as `usual`."""
    words = described(said.stated, said.of.without(usual)) + (", cut off" if said.cut_off else "")
    return reading(said=only(said, words), sources=only(sources, _counted(sources)))


def _counted(sources: Sources) -> str:
    if sources and sources[0].source == IMAGINED:
        return IMAGINED if len(sources) == 1 else "two imagined sources"
    return f"{len(sources)} published figure{'s' if len(sources) != 1 else ''}" if sources else "nothing published"


def _amended(fact: Fact, sources: Sources) -> dict[str, Said]:
    """The senses that the words leave open: other configurations that sources speak of, digits cut off, and the row's own."""
    said = said_by(fact)
    found = {}
    for one in sources:
        clashes = fact.of.clashes_with(one.of)
        other = {
            name: text for name, text in one.of.given.items() if name in fact.taken.given and text != getattr(fact.taken, name)
        }
        if other and not clashes and (one.verified == READ or said.stated.agrees_with(one.stated)):
            meant = f"one means {', '.join(other.values())}"
            found[meant] = replace(said, of=said.of.but(Of(**other)))
    if fact.value and any(_is_finer(one, said) for one in sources):
        found["digits are cut off, not rounded"] = replace(said, cut_off=True)
    for sense in fact.senses:
        found[sense.condition] = replace(said, stated=fact.stated(sense))
    return found


def senses_of(fact: Fact, sources: Sources) -> list[Said]:
    """The row as it is written, and under each of its conditions."""
    return [said_by(fact), *_amended(fact, sources).values()]


def stands(fact: Fact, sources: Sources) -> bool:
    """Whether the sources settle the row as it is written, and bear it out in one of its senses."""
    came = [comes_of(one, sources) for one in senses_of(fact, sources)]
    return came[0] != "undecided" and "held" in came


def _is_finer(one: Print, said: Said) -> bool:
    """One number printed with more digits than another, of the same thing: only then can digits have been dropped."""
    if not _settles(said, one):
        return False
    finer, coarser = one.stated.figure, said.stated.figure
    return len(finer.ends) == len(coarser.ends) == 1 and finer.digit < coarser.digit


# --- controls: the row, doctored --------------------------------------------------------------------------------------


Controls = dict[str, dict[str, Reading]]


def _controls(fact: Fact, sources: Sources, partner: Fact | None) -> Controls:
    """None where no source was read."""
    read = [one for one in sources if one.verified == READ]
    if not read:
        return {}
    of_it = [one for one in sources if _settles(said_by(fact), one)] or read
    decisive = of_it[0]
    right = _said_by_a_source(decisive)
    falls = {
        f"{name}: {stated.name}": (replace(right, stated=stated), decisive) for name, stated in _doctored(fact, decisive, of_it)
    }
    if partner and not decisive.stated.agrees_with(partner.said):
        exchanged = msgspec.structs.replace(partner.said, by=decisive.stated.by)
        falls[f"two rows exchanged: {exchanged.name}"] = replace(right, stated=exchanged), decisive
    falls |= dict(_exchanged(decisive, read))
    return {
        "holds_for": _beside_one(fact, {f"as published: {one.stated.name}": (_said_by_a_source(one), one) for one in of_it}),
        "fails_for": _beside_one(fact, falls),
    }


def _said_by_a_source(one: Print) -> Said:
    return Said(one.stated, one.of, one.measures)


def _beside_one(fact: Fact, made: Mapping[str, tuple[Said, Print]]) -> dict[str, Reading]:
    """A reading of each, beside one source; those left out that are the statement itself."""
    return {
        name: _reading(said, (source,), fact.configuration)
        for name, (said, source) in made.items()
        if said.stated != fact.said or said.of.clashes_with(fact.configuration)
    }


def _doctored(fact: Fact, decisive: Print, of_it: Sequence[Print]) -> Iterator[tuple[str, Stated]]:
    """What no source prints: a figure with its last digit changed, or another answer."""
    if decisive.stated.value:
        yield "near miss: a digit changed", msgspec.structs.replace(decisive.stated, value=just_outside(decisive.stated.value))
    published = {one.stated.answer for one in of_it}
    for answer in fact.among:
        if answer not in published:
            yield "another answer", msgspec.structs.replace(decisive.stated, answer=answer)


def _exchanged(decisive: Print, read: Sequence[Print]) -> Iterator[tuple[str, tuple[Said, Print]]]:
    """A figure in the place of one that is of something else: that of eight models as one model's, and the reverse."""
    for one in read:
        if one.of.clashes_with(decisive.of) and not one.stated.agrees_with(decisive.stated):
            for figure, of in ((one, decisive), (decisive, one)):
                of_another = ", ".join(theirs for _, theirs in figure.of.clashes_with(of.of).values())
                yield f"near miss: {figure.stated.name} for {of_another}", (Said(figure.stated, of.of, of.measures), of)


def _borrowed(fact: Fact, others: Sequence[Fact], known: Mapping[str, Source]) -> Controls:
    """Where nothing was found or read: the next row of the same kind, beside a source of its own, shows that one would decide."""
    for other in others:
        found = [one for one in prints_of(other, known) if _settles(said_by(other), one)]
        if found and bool(other.value) == bool(fact.value):
            source, name = found[0], f"another row, {other.id}"
            right = _said_by_a_source(source)
            wrong = next((stated for _, stated in _doctored(other, source, found)), None)
            if wrong is None:
                continue
            return {
                "holds_for": {f"{name}, as published: {right.stated.name}": _reading(right, (source,))},
                "fails_for": {f"near miss: {name}, as {wrong.name}": _reading(replace(right, stated=wrong), (source,))},
            }
    return {}


# --- beside sources that are imagined: a row that does not stand --------------------------------------------------------


def imagined_for(fact: Fact, one: Alteration) -> Sources:
    """Beside these the statement holds and the slip falls, unless it says less than the statement and so is true as well.

    One prints what is stated; where the slip is a number that this stands for as well, it prints another of those. Where the slip
    is in what the row is said of, a second prints something else of that."""
    said = said_by(fact)
    if one.of.given:
        return (_imagined(said), _imagined(Said(_something_else(fact), said.of.but(one.of), said.measures)))
    slip = replace(said, stated=one.stated(said.stated))
    figures = [fact.value, *just_inside(fact.value)] if fact.value else [""]
    prints = [_imagined(replace(said, stated=msgspec.structs.replace(said.stated, value=each))) for each in figures]
    return (next((each for each in prints if comes_of(slip, [each]) == "fell"), prints[0]),)


def _imagined(said: Said) -> Print:
    """A source that prints just this."""
    return Print(said.stated, said.of, said.measures, IMAGINED, MADE_UP, READ)


def _something_else(fact: Fact) -> Stated:
    """A figure just outside the row's, or another answer."""
    if fact.value:
        return msgspec.structs.replace(fact.said, value=just_outside(fact.value))
    return msgspec.structs.replace(fact.said, answer=next(one for one in fact.among if one != fact.answer))


def _beside_imagined(fact: Fact, rows: Sequence[Fact]) -> Controls:
    """The statement, and one slip a field. In a unit of another kind only where there is none of the same, and never of years."""
    said = said_by(fact)
    found: dict[str, tuple[str, Reading]] = {}
    for one in sorted(alterations(fact, rows), key=lambda each: each.field == "kind"):
        if one.field in found or (one.field == "kind" and (fact.unit == "year" or "unit" in found)) or len(found) == SLIPS:
            continue
        slip, beside = replace(said, stated=one.stated(said.stated), of=said.of.but(one.of)), imagined_for(fact, one)
        if comes_of(slip, beside) == "fell":
            found[one.field] = f"a slip beside {_counted(beside)}: {one.name}", _reading(slip, beside, fact.configuration)
    itself = f"beside {IMAGINED} that prints just this: {read_out(said.stated)}"
    return {"holds_for": {itself: _reading(said, (_imagined(said),), fact.configuration)}, "fails_for": dict(found.values())}


# --- altered sentences: one field changed -----------------------------------------------------------------------------


def alike(fact: Fact, others: Sequence[Fact]) -> list[Fact]:
    """The row, and those that measure the same."""
    return [fact, *(one for one in others if one.measures == fact.measures)]


def _altered(fact: Fact, rows: Sequence[Fact], known: Mapping[str, Source]) -> dict[str, Reading]:
    """One a field, but for units of another kind, which nobody mistakes. Of a row that stands, in whatever senses, a sentence
    that falls in all of them; of one that falls, a sentence that holds, for only that comes out otherwise."""
    sources = tuple(dict.fromkeys(one for row in rows for one in prints_of(row, known)))
    own = prints_of(fact, known)
    written, *amended = senses_of(fact, own)
    stands = [one for one in (written, *amended) if comes_of(one, own) == "held"]
    if comes_of(written, own) == "undecided":
        return {}
    senses, must = (stands, "fell") if stands else ([written], "held")
    found: dict[str, tuple[str, Reading]] = {}
    for one in alterations(fact, rows):
        if one.field in (*found, "kind") or (must == "held" and not one.of.given):  # what is published is a control already
            continue
        slips = [replace(said, stated=one.stated(said.stated), of=said.of.but(one.of)) for said in senses]
        if all(comes_of(slip, sources) == must for slip in slips):
            decisive = tuple(each for each in sources if _settles(slips[0], each))
            found[one.field] = one.name, _reading(slips[0], decisive, fact.configuration)
    return dict(found.values())
