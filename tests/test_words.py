"""No number that was measured is typed: in the words of claims that measure every number is a setting, or is filled in."""

import ast
import inspect
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from pybtex.database import parse_file

import claims
from claims.evidence.keys import ROOT
from claims.kit.blanks import BLANK
from claims.kit.earlier import read_earlier
from claims.rnns.figures import training
from claims.texts import the_text

CLAIMS = {one.id: one for one in claims.every_claim()}
MEASURED = [one for one in CLAIMS.values() if one.by.name == "trials"]
WORDS = ("says", "teach", "not_shown", "scope")

NUMBER = re.compile(r"(?<![\w.^/])\d+(?:[ .]\d+)*(?!\w)")  # stands by itself: not 16d², float32 or H100
SHARES = re.compile(
    r"\b(?:half|halves|(?:third|quarter|fifth|sixth|tenth|twentieth|fiftieth|hundredth|thousandth|millionth)s?|"
    r"twice|\w+fold|(?:two|three|four|five|six|ten|twenty|fifty|sixteen|hundred|a hundred) times)\b"
)


@cache
def typed(file, id):
    """What is typed of each word of a claim: of an f-string what stands between the values."""
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and getattr(node.args[0], "value", None) == id:
            return {one.arg: _typed(one.value) for one in node.keywords if one.arg in WORDS}
    raise LookupError(f"{file}: no claim {id}")


def _typed(node):
    return "".join(str(one.value) for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def without_ids(text):
    return re.sub(r"\b[a-z]+(?:-[a-z]+)*\.[a-z0-9.-]*[a-z]\b", "", text)


def numbers(text):
    return {one.replace(" ", "") for one in NUMBER.findall(without_ids(BLANK.sub("", text)))}


def settings(one):
    """The numbers that a claim is tried with: in the statement, the domains of its readings and its scope, and the years of its
    sources."""
    said = " ".join([one.says, one.scope, *(each.words for each in one.readings)])
    return set(re.findall(r"\d+(?:\.\d+)?", said)) | years(one)


def years(one):
    entries = parse_file(the_text().bibliography, "bibtex").entries
    return {entries[key].fields["year"] for key in one.cites}


@pytest.mark.parametrize("one", MEASURED, ids=lambda one: one.id)
def test_no_number_is_typed_that_is_no_setting(one):
    words = typed(one.defined_at.partition(":")[0], one.id)
    off = {name: found for name in ("teach", "not_shown") if (found := numbers(words.get(name, "")) - settings(one))}

    assert off == {}, "fill it in from the evidence, as {median accuracy:.0%}, or name it in the scope"


@pytest.mark.parametrize("one", MEASURED, ids=lambda one: one.id)
def test_no_share_is_typed_that_is_no_part_of_the_statement_or_a_condition(one):
    words = typed(one.defined_at.partition(":")[0], one.id)
    judged = " ".join([one.says, inspect.getdoc(one.check) or "", *(each.name for each in one.readings)])
    off = {word for name in ("teach", "not_shown") for word in SHARES.findall(BLANK.sub("", words.get(name, "")))}

    assert {word for word in off if word not in judged} == set(), "fill the share in from the evidence"


@pytest.mark.parametrize("name", [name for name, found in vars(training).items() if inspect.isfunction(found)])
def test_no_number_is_typed_in_a_figure_of_training(name):
    """Settings of an experiment may be: they are those of the claims that show the figure."""
    function = getattr(training, name)
    shown_by = [one for one in MEASURED if one.figure is function]
    known = set().union(*(settings(one) for one in shown_by))
    said = [
        _typed(one.value) for one in ast.walk(ast.parse(inspect.getsource(function)))
        if isinstance(one, ast.keyword) and one.arg in ("title", "says")
    ]  # fmt: skip
    off = {number for text in said for number in numbers(text)} - known

    assert off == set() or not shown_by, f"{Path(training.__file__).name}, {name}: work it out from what was seen"
    assert not shown_by or SHARES.findall(" ".join(said)) == []


@pytest.mark.parametrize(("text", "found"), [
    ("right in 85 % of them", {"85"}), ("16d² + 4nd in float32 on an H100", set()), ("from 26 000 up", {"26000"}),
    ("{median share:.0%} after 3", {"3"}), ("see sequential.512-steps.seconds.gpu.", set()), ("h_1 to h_n", set()),
])  # fmt: skip
def test_the_rule_finds_numbers_that_stand_by_themselves(text, found):
    assert numbers(text) == found


EARLIER = read_earlier(the_text().folder / "earlier.toml")


@pytest.mark.parametrize("one", EARLIER, ids=lambda one: f"{one.claim} {one.until}")
def test_an_earlier_verdict_is_of_a_claim_that_has_another_now(one):
    later = [each for each in EARLIER if each.claim == one.claim and each.until > one.until]
    assert one.was != (later[0].was if later else CLAIMS[one.claim].expect)
    assert date.fromisoformat(one.until)
    assert one.because.endswith(".")


def test_a_row_of_earlier_verdicts_with_a_mistake_is_told_with_its_file(tmp_path):
    file = tmp_path / "earlier.toml"
    file.write_text('[[earlier]]\nclaim = "a.b"\nuntil = "2026-11-28"\nwas = "true"\nbecause = "x"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"earlier\.toml: .*was.*; a row has claim, until, was and because"):
        read_earlier(file)
