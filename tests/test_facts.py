"""Facts: rows are read whole or refused with every mistake named, and their verdicts follow from the fields alone."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from claims import _claims_of, every_claim
from claims.evidence.outcomes import MUST_COME_OUT
from claims.evidence.profiles import VERDICT
from claims.evidence.sources import read_sources
from claims.evidence.verdict import judge
from claims.facts import elsewhere, fact_claims
from claims.kit.claim import Claim, ClaimError
from claims.kit.examine import examine_reading
from claims.kit.facts.comparison import IMAGINED, claims_of
from claims.kit.facts.fact import ANY, Fact, Of, Placed, Published
from claims.kit.facts.printed import just_outside
from claims.kit.facts.rows import read_facts
from claims.rnns.facts import FOLDER, facts
from claims.texts import the_text

TEXT = the_text()
SOURCES = read_sources(TEXT.bibliography)
FIRST = "the first public version"
LENDERS = "sequential.wmt14-table.transformer-base-gpus", "sequential.wmt14-table.dataset"  # of controls
ROW = """[[fact]]
id = "toys.size"
lines = [7]
says = "A toy has a size of 12."
measures = "size"
value = "12"
unit = "tokens"
of = { system = "a toy" }
expect = "supported"
teach = "It has."

[[fact.published]]
value = "12"
source = "vaswani2017"
where = "Table 2"
verified = "read"
"""


def facts_in(folder: Path, text: str, name: str = "toys.toml") -> list[Placed]:
    (folder / name).write_text(text, encoding="utf-8")
    return read_facts(sorted(folder.glob("*.toml")), SOURCES)[0]


def toy(folder: Path, **changed: object) -> Fact:
    return msgspec.structs.replace(facts_in(folder, ROW)[0].fact, **changed)


def published(value: str = "12", verified: str = "read", **more: object) -> Published:
    return Published(value=value, source="vaswani2017", where="Table 2", verified=verified, **more)  # type: ignore[arg-type]


def verdict_on(fact: Fact, *others: Fact) -> str:
    """What the real engine and the judge make of the row. Its pins are those of another: they are left out."""
    alone = msgspec.structs.replace(fact, contrary=[])
    placed = [Placed(one, FOLDER / "toys.toml", 1) for one in (alone, *others, *(facts()[id] for id in LENDERS))]
    claim = claims_of(placed, SOURCES)[0]
    return judge([examine_reading(claim, one, VERDICT) for one in claim.readings]).word


# --- reading --------------------------------------------------------------------------------------------------------


def test_a_row_is_read_with_the_line_that_it_begins_at(tmp_path: Path) -> None:
    second = ROW.replace("toys.size", "toys.other-size")
    first, other = facts_in(tmp_path, f"# A comment.\n\n{ROW}\n{second}")

    assert (first.line, other.line) == (3, 3 + len(ROW.splitlines()) + 1)
    assert other.defined_at.endswith(f"toys.toml:{other.line}")
    assert first.fact.published[0].source == "vaswani2017"


@pytest.mark.parametrize(("right", "wrong", "line", "words"), [
    ('value = "12"\nunit', 'value = "a dozen"\nunit', 6, "value: 'a dozen' is no figure"),
    ('unit = "tokens"\n', "", 1, "unit: a figure needs a unit; choose one of"),
    ('unit = "tokens"', 'unit = "inches"', 7, "unit: 'inches' is no unit that is known"),
    ("vaswani2017", "nobody1999", 14, "published.source: 'nobody1999' is not in sources.bib"),
    ('where = "Table 2"\n', "", 12, "'where' is a required property"),
    ('"read"', '"believed"', 16, "published.verified: 'believed' is not one of"),
    ('expect = "supported"', 'expect = "proved"', 9, "expect: 'proved' is not one of"),
    ('measures = "size"', 'mesures = "size"', 1, "'mesures' was unexpected"),
    ("lines = [7]", 'lines = "7"', 3, "lines: '7' is not of type 'array'"),
    ("lines = [7]", "lines = [7.0]", 3, "lines: Expected `int`, got `float`"),
    ('teach = "It has."', 'teach = "It has."\nwhy_not = { proved = "x" }', 11, "'proved'"),  # in words that msgspec chooses
    ("toys.size", "Toys", 2, "id: 'Toys' is no id"),
    ("{ system =", "{ sistem =", 8, "of: Additional properties are not allowed ('sistem' was unexpected)"),
    ('value = "12"\nsource', 'value = "12"\nunit = "days"\nsource', 14, "unit: 'days' cannot be compared"),
    ('expect = "supported"', 'taken = { system = "a doll" }\nexpect = "supported"', 9, "taken: ['system'] are fixed by `of`"),
    ('value = "12"\nunit = "tokens"', 'answer = "big"\namong = ["small", "tiny"]', 6, "answer: 'big' is not among"),
    ('value = "12"\nunit', 'answer = "big"\nvalue = "12"\nunit', 1, "give one of the two"),
    ('teach = "It has."', 'cites = ["nobody1999"]\nteach = "It has."', 10, "cites: 'nobody1999' is not in sources.bib"),
], ids=lambda part: part if isinstance(part, str) and " " in part and "=" not in part else None)  # fmt: skip
def test_a_mistake_is_named_with_file_line_field_and_value(tmp_path: Path, right: str, wrong: str, line: int, words: str) -> None:
    assert right in ROW
    with pytest.raises(ClaimError) as refused:
        facts_in(tmp_path, ROW.replace(right, wrong, 1))

    assert f"toys.toml:{line}: " in str(refused.value)
    assert words in str(refused.value)


def test_all_mistakes_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(ROW.replace("size", "girth").replace('unit = "tokens"\n', ""), encoding="utf-8")
    (tmp_path / "worse.toml").write_text("[[fact]\n", encoding="utf-8")
    with pytest.raises(ClaimError) as refused:
        facts_in(tmp_path, ROW.replace("vaswani2017", "nobody1999").replace('value = "12"\nunit', 'value = "x"\nunit'))
    named = [line.strip().rpartition("/")[2] for line in str(refused.value).splitlines()[1:]]

    for mistake, words in zip(named, (
        "bad.toml:1: unit: a figure needs a unit", "toys.toml:6: value: 'x' is no figure",
        "toys.toml:14: published.source: 'nobody1999'", "worse.toml: not readable as TOML",
    ), strict=True):  # fmt: skip
        assert mistake.startswith(words), mistake


def test_all_mistakes_of_one_row_are_named_at_once(tmp_path: Path) -> None:
    row = ROW.replace('value = "12"\nunit = "tokens"\n', 'value = "x"\nwidth = "3"\n').replace("vaswani2017", "nobody1999")
    with pytest.raises(ClaimError) as refused:
        facts_in(tmp_path, row.replace('where = "Table 2"\n', ""))

    for words in (
        "'width' was unexpected",
        "'where' is a required",
        "'x' is no figure",
        "needs a unit",
        "'nobody1999' is not in",
    ):
        assert words in str(refused.value)
    assert str(refused.value).startswith("5 mistakes in the facts")


def test_an_id_that_is_used_twice_is_named_with_both_places(tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match=r"toys\.toml:18: id: 'toys\.size' is taken by .*toys\.toml:1;"):
        facts_in(tmp_path, f"{ROW}\n{ROW}")


# --- verdicts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("prints", "word"), [
    ([published("12")], "supported"),
    ([published("12.4")], "supported"),
    ([published("13")], "refuted"),
    ([published("12"), published("13")], "refuted"),
    ([published("13"), published("12", of=Of(models="eight"))], "qualified"),
    ([published("12.7")], "qualified"),
    ([published("13"), published("14", of=Of(models="eight"))], "refuted"),
    ([published("13"), published("12", of=Of(system="a doll"))], "refuted"),
    ([published("12", of=Of(system="a doll"))], "undecided"),
    ([published("12", "memory")], "undecided"),
    ([published("13", "secondary")], "undecided"),
    ([published("13"), published("12", "memory", of=Of(models="eight"))], "undecided"),
    ([], "undecided"),
], ids=[
    "equal", "equal within rounding", "different", "two sources that differ", "equal for another configuration",
    "equal if digits are cut off", "different for every configuration", "equal for something that the words exclude",
    "published of something else only", "known from memory", "read at second hand",
    "rescued from memory only", "no source",
])  # fmt: skip
def test_the_verdict_where_the_published_figure_is(tmp_path: Path, prints: list[Published], word: str) -> None:
    assert verdict_on(toy(tmp_path, published=prints, taken=Of(models="one"))) == word


def test_what_is_said_of_all_falls_with_one_and_may_be_narrowed(tmp_path: Path) -> None:
    prints = [published("12", of=Of(models="one")), published("13", of=Of(models="eight"))]

    assert verdict_on(toy(tmp_path, published=prints, taken=Of(models="any"))) == "qualified"
    assert verdict_on(toy(tmp_path, published=prints[:1], taken=Of(models="any"))) == "supported"


def test_words_are_compared_as_figures_are(tmp_path: Path) -> None:
    said = toy(tmp_path, value="", unit="", answer="big", among=["big", "small"])
    print_of = {answer: Published(answer=answer, source="vaswani2017", where="1", verified="read") for answer in said.among}

    assert verdict_on(msgspec.structs.replace(said, published=[print_of["big"]])) == "supported"
    assert verdict_on(msgspec.structs.replace(said, published=[print_of["small"]])) == "refuted"


def test_times_are_compared_across_units(tmp_path: Path) -> None:
    said = toy(tmp_path, value="2", unit="days")

    assert verdict_on(msgspec.structs.replace(said, published=[published("48", unit="hours")])) == "supported"
    assert verdict_on(msgspec.structs.replace(said, published=[published("2", unit="weeks")])) == "refuted"


# --- the project's own ----------------------------------------------------------------------------------------------

by_id = pytest.mark.parametrize("fact", facts().values(), ids=lambda fact: fact.id)
DECIDED = pytest.mark.parametrize(
    "fact", [one for one in facts().values() if one.expect != "undecided" and one.value], ids=lambda fact: fact.id
)


@by_id
def test_what_is_unverified_makes_no_verdict_stronger_than_undecided(fact: Fact) -> None:
    for verified in ("memory", "secondary"):
        prints = [msgspec.structs.replace(one, verified=verified) for one in fact.published]
        assert verdict_on(msgspec.structs.replace(fact, published=prints)) == "undecided"


def as_held(fact: Fact) -> Iterator[Fact]:
    """The row with each figure that decides it, or saves it, in the essay's place: rows that must be supported."""
    for one in (one for one in fact.published if one.verified == "read"):
        configuration = fact.configuration.but(one.of)
        alone = [msgspec.structs.replace(one, of=Of())]
        yield msgspec.structs.replace(
            fact, value=one.value, unit=one.unit or fact.unit, of=configuration, taken=Of(), published=alone, senses=[]
        )


@DECIDED
def test_a_figure_that_is_doctored_is_caught(fact: Fact) -> None:
    """A digit changed in the essay's place, or the figure of another row put there."""
    for right in as_held(fact):
        rows = [one for one in facts().values() if one.unit == right.unit]
        assert verdict_on(right) == "supported"
        assert verdict_on(msgspec.structs.replace(right, value=just_outside(right.value))) == "refuted"
        for other in rows:
            exchanged = msgspec.structs.replace(right, value=other.value)
            if not exchanged.said.agrees_with(right.said, cut_off=True):
                assert verdict_on(exchanged) == "refuted"


def saved_by(fact: Fact) -> Published | None:
    """The published figure that the essay's is, of a configuration that its words leave open."""
    other = (one for one in fact.published if set(one.of.given) & set(fact.taken.given))
    return next(
        (one for one in other if "any" not in fact.taken.given.values() and fact.said.agrees_with(fact.stated(one))), None
    )


SAVED = pytest.mark.parametrize("fact", [one for one in facts().values() if saved_by(one)], ids=lambda fact: fact.id)


@SAVED
def test_configurations_that_are_exchanged_are_caught(fact: Fact) -> None:
    """With the single model's figure under the ensemble's name, and the other way round, the row is no longer what it is."""
    other = saved_by(fact)
    assert other is not None
    swapped = Of(**{name: text for name, text in other.of.given.items() if name in fact.taken.given})
    usual = Of(**{name: getattr(fact.taken, name) for name in swapped.given})
    exchanged = [
        msgspec.structs.replace(one, of=one.of.but(usual if one.of.but(swapped) == one.of else swapped))
        for one in fact.published if one.of.but(swapped) == one.of or not set(one.of.given) & set(swapped.given)
    ]  # fmt: skip

    assert verdict_on(msgspec.structs.replace(fact, published=exchanged)) == "supported" != verdict_on(fact)


ASKED_FOR = {"refuted": {"held"}, "undecided": {"held", "fell"}}  # of controls, by a verdict; by the others that one falls


def made(fact: Fact) -> Claim:
    """The claim of a row, made when it is asked for."""
    return next(one for one in fact_claims(the_text()) if one.id == fact.id)


@by_id
def test_has_the_controls_that_its_verdict_asks_for(fact: Fact) -> None:
    come_out = {MUST_COME_OUT[one.role] for one in made(fact).readings if one.role in MUST_COME_OUT}

    assert come_out >= ASKED_FOR.get(fact.expect, {"fell"})


@by_id
def test_no_control_is_the_statement_over_again_or_has_a_source_that_was_made_up(fact: Fact) -> None:
    """But for those of a row that does not stand, whose sources are all made up, and said to be wherever they are named."""
    written, *_ = made(fact).readings
    for control in (one for one in made(fact).readings if one.is_control):
        said, other = (one.arguments["said"].values[0] for one in (written, control))
        sources = control.arguments["sources"]
        named = {one.source for one in sources.values[0]}
        if IMAGINED in named:
            assert fact.expect in ("undecided", "refuted")
            assert named == {IMAGINED}
            assert "imagined source" in control.name
            assert sources.words == (IMAGINED if len(sources.values[0]) == 1 else "two imagined sources")
            continue

        assert said.stated != other.stated or said.of.clashes_with(other.of), control.name
        assert named <= {one.short for one in SOURCES.values()}


@by_id
def test_an_imagined_source_is_no_source_of_the_row_and_none_that_there_is(fact: Fact) -> None:
    judged = [one for one in made(fact).readings if not one.is_control]

    assert IMAGINED not in {each.source for one in judged for each in one.arguments["sources"].values[0]}
    assert IMAGINED not in {one.short for one in SOURCES.values()}


def test_the_same_figure_of_the_same_place_is_the_same_in_every_row() -> None:
    places = defaultdict(set)
    for fact in facts().values():
        for one in fact.published:
            of = tuple(sorted(fact.configuration.but(one.of).given.items()))
            places[fact.measures, of, one.source].add((one.value or one.answer, one.unit or fact.unit))

    assert {place: found for place, found in places.items() if len(found) > 1} == {}


DATES = [one for one in facts().values() if one.unit == "year"]


@pytest.mark.parametrize("fact", DATES, ids=lambda fact: fact.id)
def test_a_date_is_that_of_the_first_public_version(fact: Fact) -> None:
    later = [one for one in fact.published if one.of.appeared not in ("", FIRST)]
    first = [one for one in fact.published if one not in later]

    assert fact.taken.appeared in (FIRST, ANY)
    assert all(one.value < other.value for one in first for other in later if one.of.system == other.of.system)
    assert fact.taken.appeared == FIRST or not any(fact.value == one.value for one in fact.published if not one.of.system)


def test_every_row_is_a_claim_and_every_statement_elsewhere_names_claims_that_there_are() -> None:
    known = {one.id for one in every_claim()}

    assert set(facts()) <= known
    assert {id for one in elsewhere(TEXT) for id in one.claims} <= known
    names = [one.name for one in elsewhere(TEXT)]
    assert len(names) == len(set(names))
    assert all(one.why for one in elsewhere(TEXT))


def test_a_row_of_no_chapter_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = claims_of([Placed(toy(tmp_path), FOLDER / "toys.toml", 5)], SOURCES)
    monkeypatch.setattr("claims.facts.fact_claims", lambda text: lost)
    with pytest.raises(ClaimError, match=r"toys\.toml:5: id: 'toys\.size' names no chapter"):
        _claims_of.__wrapped__(TEXT)
