"""Rows of facts with a slip: whatever the sentence states is compared, so that another figure, year, unit, name or pair of
languages comes out otherwise than the row did."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

import msgspec
import pytest

from claims.evidence.sources import read_sources
from claims.facts import fact_claims
from claims.kit.claim import Claim
from claims.kit.facts.altered import Alteration, alterations, read_out, stated_of, turned_round
from claims.kit.facts.comparison import (
    IMAGINED,
    SLIPS,
    Said,
    Sources,
    comes_of,
    imagined_for,
    prints_of,
    said_by,
    senses_of,
    stands,
)
from claims.kit.facts.fact import ANY, UNITS, Fact, Of, Stated
from claims.kit.reading import Reading
from claims.rnns.facts import facts
from claims.texts import the_text

ROWS = list(facts().values())
SOURCES = read_sources(the_text().bibliography)
HOURS = {"hours": 1, "days": 24, "weeks": 168}
LARGE = {"million tokens": 10**6}
NUMBERS = {"four": "4", "seven": "7", "eight": "8", "twelve": "12", "ten": "10", "three and a half": "3.5", "three": "3"}


def made(fact: Fact) -> Claim:
    """The claim of a row, made when it is asked for."""
    return next(one for one in fact_claims(the_text()) if one.id == fact.id)


by_id = pytest.mark.parametrize("fact", ROWS, ids=lambda fact: fact.id)


def slipped(said: Said, one: Alteration) -> Said:
    return replace(said, stated=one.stated(said.stated), of=said.of.but(one.of))


def reach(stated: Stated) -> tuple[float, float]:
    """The smallest and the largest number that a figure stands for, worked out by hand: half a unit of the last digit around."""
    found = [re.fullmatch(r"(~?)(\d+)\.?(\d*)", one) for one in re.findall(r"~?\d+(?:\.\d+)?", stated.value)]
    ends = []
    for one in found:
        assert one is not None
        zeros = len(one[2]) - len(one[2].rstrip("0")) if one[1] and not one[3] else 0
        half = 10.0 ** (zeros - len(one[3])) / 2
        number = float(f"{one[2]}.{one[3] or 0}")
        ends.append((number - half, number + half))
    low, high = ends[0][0], ends[-1][1]
    if stated.value.startswith("up to ") or stated.value.startswith("under "):
        low, high = 0.0, high if stated.value.startswith("up to ") else low
    if stated.value.endswith("+"):
        high = float("inf")
    unit = HOURS.get(stated.unit) or LARGE.get(stated.unit) or 1
    return low * unit, high * unit


def is_true_as_well(slip: Said, one: Alteration, sources: Sources) -> bool:
    """Whether what is printed is among what an altered figure stands for: a weaker statement, or another rounding, is no slip."""
    if one.field not in ("value", "direction", "about", "unit"):
        return False
    of_it = [each.stated for each in sources if each.verified == "read" and not slip.of.clashes_with(each.of)]
    low, high = reach(slip.stated)
    return all((low <= reach(each)[0] and reach(each)[1] <= high + slip.cut_off) or overlap(low, high, each) for each in of_it)


def overlap(low: float, high: float, printed: Stated) -> bool:
    """Whether the coarser of the two has the middle of the finer one."""
    p_low, p_high = reach(printed)
    if high - low >= p_high - p_low:
        return low <= (p_low + p_high) / 2 <= high
    return p_low <= (low + high) / 2 <= p_high


def speaks_of_it(fact: Fact, one: Alteration) -> bool:
    """Whether the row's own sources print something of just what the altered sentence speaks of."""
    return any(one.of.given.items() <= each.of.given.items() for each in fact.published)


@by_id
def test_whatever_a_row_states_comes_out_otherwise_when_it_is_altered(fact: Fact) -> None:
    sources, written = prints_of(fact, SOURCES), said_by(fact)
    came = comes_of(written, sources)
    senses = [one for one in senses_of(fact, sources) if comes_of(one, sources) == "held"]
    unnoticed = []
    for one in alterations(fact, ROWS):
        if came == "undecided":
            wrong = comes_of(slipped(written, one), sources) != "undecided" and not speaks_of_it(fact, one)
        elif senses:
            slips = [slipped(said, one) for said in senses]
            wrong = any(comes_of(slip, sources) == "held" and not is_true_as_well(slip, one, sources) for slip in slips)
        else:  # no condition saves it: sources of another thing cannot refute it again
            wrong = bool(one.of.given) and comes_of(slipped(written, one), sources) == "fell" and not speaks_of_it(fact, one)
        unnoticed += [one.name] if wrong else []

    assert unnoticed == []


@by_id
def test_what_is_measured_is_compared_as_well(fact: Fact) -> None:
    sources = prints_of(fact, SOURCES)
    for measured in {one.measures for one in ROWS} - {fact.measures}:
        assert comes_of(replace(said_by(fact), measures=measured), sources) == "undecided"


@by_id
def test_every_stated_field_of_a_row_is_altered(fact: Fact) -> None:
    """But where no other row has that field, and there is nothing to put there."""
    wanted = {name for name in stated_of(fact) if len(texts(name)) > 1} | {"answer" if fact.answer else "kind"}
    wanted |= {"by"} if fact.by else {"value"} if fact.value else set()
    if turned_round(fact.value) != fact.value:
        wanted.add("direction")

    assert wanted <= {one.field for one in alterations(fact, ROWS)}


@by_id
def test_other_units_are_taken_of_the_same_kind_first_and_of_these_the_nearest(fact: Fact) -> None:
    units = [one.replaces["unit"] for one in alterations(fact, ROWS) if "unit" in one.replaces]
    if not fact.value:
        assert units == []
        return
    kind, size = UNITS[fact.unit]
    same = [UNITS[one][0] == kind for one in units]
    ratios = [max(UNITS[one][1] / size, size / UNITS[one][1]) for one, like in zip(units, same, strict=True) if like]
    assert {*units, fact.unit} == set(UNITS)
    assert same == sorted(same, reverse=True)
    assert ratios == sorted(ratios)


def test_what_is_said_of_all_is_no_field_to_be_altered() -> None:
    row = ROWS[0]
    (name, text), *_ = next(one.of.given for one in ROWS if stated_of(one)).items()
    assert stated_of(msgspec.structs.replace(row, of=Of(**{name: text}))) == {name: text}
    assert stated_of(msgspec.structs.replace(row, of=Of(**{name: ANY}))) == {}


@cache
def texts(name: str) -> set[str]:
    of = [each for row in ROWS for each in (row.of, row.taken, *(one.of for one in row.published))]
    return {getattr(one, name) for one in of} - {"", ANY}


@by_id
def test_the_numbers_and_names_of_its_sentence_stand_in_its_fields(fact: Fact) -> None:
    fields = " ".join([
        fact.value, fact.unit, fact.word, fact.answer, fact.by, fact.measures, *fact.among,
        *fact.of.given.values(), *fact.taken.given.values(),
    ])  # fmt: skip
    for words, digits in NUMBERS.items():
        fields = fields.replace(f"{words} ", f"{digits} ")

    assert [one for one in numbers_and_names(fact.says) if one not in fields] == []


def numbers_and_names(sentence: str) -> Iterator[str]:
    """In words or digits, and whatever begins with a capital within the sentence."""
    for words, digits in NUMBERS.items():
        sentence = sentence.replace(f" {words} ", f" {digits} ")
    _, *rest = sentence.split()
    yield from (one.strip(".,():").removesuffix("s") for one in rest if re.match(r"[(]?[A-Z0-9]", one))


@by_id
def test_altered_sentences_come_out_otherwise_than_the_row(fact: Fact) -> None:
    sources = prints_of(fact, SOURCES)
    stood = any(comes_of(one, sources) == "held" for one in senses_of(fact, sources))
    for one in (each for each in made(fact).readings if each.role == "altered"):
        said, beside = (one.arguments[name].values for name in ("said", "sources"))
        assert said is not None
        assert beside is not None
        assert comes_of(said[0], beside[0]) == ("fell" if stood else "held"), one.name
        assert stood or said[0].of != fact.of, f"{one.name}: with the published figure alone it is a control already"


@by_id
def test_only_a_row_that_no_source_decides_borrows_the_controls_of_another(fact: Fact) -> None:
    borrowed = [one.name for one in made(fact).readings if one.is_control and "another row" in one.name]

    assert fact.expect == "undecided" or borrowed == []


def imagining(fact: Fact) -> bool:
    return not stands(fact, prints_of(fact, SOURCES))


def says_no_more(slip: Stated, said: Stated) -> bool:
    """Whether the slip is implied by what is said: it stands for the same numbers and perhaps for others, of one kind."""
    if slip.answer or said.answer or slip.kind != said.kind or slip.by != said.by:
        return False
    (low, high), (s_low, s_high) = reach(slip), reach(said)
    return low <= s_low and s_high <= high


@by_id
def test_what_does_not_stand_is_told_from_every_slip_of_it_beside_imagined_sources(fact: Fact) -> None:
    """With another figure, unit, kind of unit, answer, name or word of the configuration it falls where the statement holds. Only
    a slip that says less is true as well, such as “two days or more” for three."""
    written, unnoticed = said_by(fact), []
    for one in alterations(fact, ROWS) if imagining(fact) else ():
        beside, slip = imagined_for(fact, one), slipped(written, one)
        wanted = "held" if not one.of.given and says_no_more(slip.stated, written.stated) else "fell"
        told = (comes_of(written, beside), comes_of(slip, beside)) == ("held", wanted)
        unnoticed += [] if told else [one.name]

    assert unnoticed == []


@by_id
def test_a_row_that_does_not_stand_shows_a_slip_beside_imagined_sources_and_no_other_row_does(fact: Fact) -> None:
    beside = [one for one in made(fact).readings if IMAGINED in {each.source for each in sources_of(one)}]
    held = [one for one in beside if one.role == "holds for"]
    fell = [one for one in beside if one.role == "fails for"]

    assert beside == fell + held or beside == held + fell
    assert len(held) == imagining(fact)
    assert (1 if imagining(fact) else 0) <= len(fell) <= (SLIPS if imagining(fact) else 0)
    for one in beside:
        said, *_ = one.arguments["said"].values or ()
        assert comes_of(said, sources_of(one)) == ("held" if one in held else "fell"), one.name


def sources_of(one: Reading) -> Sources:
    found, *_ = one.arguments["sources"].values or ((),)
    return found


def test_most_rows_that_are_decided_have_altered_sentences() -> None:
    """A row that fails, whatever its words mean, has one only where the sentence is true of something else."""
    without = [one for one in ROWS if not any(each.role == "altered" for each in made(one).readings)]

    assert {one.expect for one in without} <= {"refuted", "undecided"}


SAID = Stated(value="12", unit="hours", answer="")


@pytest.mark.parametrize(("changed", "of"), [
    ({"value": "13"}, Of()), ({"unit": "days"}, Of()), ({"unit": "GPUs"}, Of()), ({"by": "Wu et al."}, Of()),
    ({"value": "13+"}, Of()), ({"value": "under 12"}, Of()), ({}, Of(pair="English to French")), ({}, Of(than="GNMT")),
], ids=str)  # fmt: skip
def test_every_kind_of_slip_is_told_from_what_is_printed(changed: dict[str, str], of: Of) -> None:
    row = facts()["benchmarks.mt-table.base-training"]
    row = msgspec.structs.replace(row, of=row.of.but(Of(than="ByteNet")))
    said = said_by(row)
    slip = replace(said, stated=msgspec.structs.replace(SAID, **changed), of=said.of.but(of))

    assert comes_of(said, prints_of(row, SOURCES)) == "held"
    assert comes_of(slip, prints_of(row, SOURCES)) != "held"


@pytest.mark.parametrize(("value", "unit", "words"), [
    ("12", "hours", "12 hours"), ("~380", "million parameters", "about 380 million parameters"), ("85+", "%", "85 % or more"),
    ("~85+", "%", "about 85 % or more"), ("under ~85", "%", "under about 85 %"), ("78.4", "perplexity", "a perplexity of 78.4"),
])  # fmt: skip
def test_a_figure_is_read_out(value: str, unit: str, words: str) -> None:
    assert read_out(Stated(value=value, unit=unit, answer="")) == words


def test_more_is_turned_into_less_and_less_into_more() -> None:
    turned: Sequence[str] = [turned_round(one) for one in ("85+", "up to 500", "under 27.3", "26.3", "40 to 60")]

    assert turned == ["under 85", "500+", "27.3+", "26.3", "40 to 60"]
