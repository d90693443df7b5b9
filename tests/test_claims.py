"""Every claim of the essay: well formed, cited, controlled, and fit to run under every profile and under plain Hypothesis.

What the verdicts are is for `python -m reports` to say; here is what every claim owes its reader.
"""

import ast
import inspect
import json
import re
import textwrap
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from pybtex.database import parse_file

import claims
from claims.evidence.evidence import as_json
from claims.evidence.outcomes import MUST_COME_OUT
from claims.evidence.profiles import QUICK
from claims.kit import ClaimError, cases, domains, only
from claims.kit.claim import Claim, problems_of
from claims.kit.engines.engine import constants
from claims.kit.examine import examine_reading, put_once
from claims.texts import the_text
from tests import toys
from tests.seen import collect

TEXT = the_text()
CLAIMS = claims.every_claim()
SEARCHED = [one for one in CLAIMS if one.by.name == "search"]
FOLDER = Path(claims.__file__).parent


AT_A_GLANCE = replace(QUICK, effort=0.03)  # six cases where two hundred are asked for: enough to trip over an error


def by_id(found):
    return pytest.mark.parametrize("one", found, ids=lambda one: one.id)


def comparisons(check):
    """The calls of `close` with an allowance that is not zero, in the property or in a function of its chapter that it calls."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(check)))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    found = [node for node in calls if node.func.id == "close" and not is_zero(node)]
    for node in calls:
        helper = check.__globals__.get(node.func.id)
        if inspect.isfunction(helper) and helper.__module__ == check.__module__ and helper is not check:
            found += comparisons(helper)
    return found


def is_zero(call):
    allowance = next((keyword.value for keyword in call.keywords if keyword.arg == "within"), None)
    allowance = call.args[2] if allowance is None and len(call.args) > 2 else allowance
    return isinstance(allowance, ast.Constant) and allowance.value == 0


def near_misses(one):
    return [control.name for control in one.readings if control.role == "fails for" and control.name.startswith("near miss")]


def thresholds(reading):
    """The numbers that a reading is held to: arguments that are one number and no domain."""
    return {
        name: domain.values[0]
        for name, domain in reading.arguments.items()
        if domain.is_one_value and isinstance(domain.values[0], float)
    }


def unwatched(one):
    """Thresholds as written to which no near miss is held, though near misses are held to another. One that changes nothing but
    the threshold is a near miss in that."""
    written, missed = one.readings[0], [control for control in one.readings if control.name in near_misses(one)]
    wanted = thresholds(written)
    same = [{name for name in wanted if thresholds(control).get(name) == wanted[name]} for control in missed]
    alone = [{name for name in wanted if is_the_one_difference(name, control, written)} for control in missed]
    return set(wanted).difference(*same, *alone) if missed else set()


def is_the_one_difference(name, control, written):
    return [other for other in written.arguments if control.arguments[other].words != written.arguments[other].words] == [name]


@by_id(CLAIMS)
def test_has_a_near_miss_for_every_threshold_of_the_reading_as_written(one):
    assert unwatched(one) == set()


@by_id(CLAIMS)
def test_is_well_formed(one):
    assert problems_of(one) == []
    assert one.readings[0].role == "as written"
    assert one.id.partition(".")[2] == one.id.partition(".")[2].lower().replace("_", "-").replace(" ", "-")


@by_id(CLAIMS)
def test_lives_in_the_chapter_that_its_id_names(one):
    written = Path(one.defined_at.partition(":")[0]).with_suffix("").parts
    assert (written[3] if one.fact else written[2]) == one.chapter
    assert one.fact or one.check.__module__.split(".") == list(written) or one.check.__module__.split(".")[2] == one.chapter
    assert one.chapter in TEXT.names


@by_id(CLAIMS)
def test_is_said_and_taught_in_sentences(one):
    for sentence in (one.says, one.teach):
        assert sentence.rstrip("”)").endswith("."), sentence
        assert sentence == sentence.strip()
        assert "  " not in sentence
    assert one.not_shown == "" or one.not_shown.endswith(".")


@by_id(CLAIMS)
def test_names_only_lines_of_the_essay(one):
    assert list(one.lines) == sorted(set(one.lines))
    assert all(line > 0 for line in one.lines)


@by_id([one for one in CLAIMS if one.chapter == "asked"])
def test_answers_a_public_question_whose_place_and_year_are_given_and_is_not_of_the_essay(one):
    place, _, asks = one.asked.partition(": ")
    assert 2010 <= int(re.search(r"\b(\d{4})$", place)[1]) <= date.today().year
    assert re.fullmatch(r".*\? https://\S+", asks)
    assert one.lines == ()


def test_no_question_is_answered_twice_and_none_outside_its_chapter():
    asked = [one.asked.rpartition(" ")[2] for one in CLAIMS if one.asked]
    assert len(set(asked)) == len(asked) >= 12
    assert {one.chapter for one in CLAIMS if one.asked} == {"asked"}


QUESTION = "GitHub 2024: Why is it so? https://example.org/1"


@pytest.mark.parametrize(("changed", "words"), [
    ({"asked": QUESTION}, "leave it out, or begin its id with asked."),
    ({"id": "asked.good"}, "has asked=''; write where and in which year"),
    ({"id": "asked.good", "asked": QUESTION, "lines": (1,)}, "has lines=; leave them out"),
], ids=["of the essay", "no question", "lines of the essay"])  # fmt: skip
def test_a_claim_is_refused_that_has_a_question_where_none_belongs(changed, words):
    with pytest.raises(ClaimError, match=re.escape(words)):
        claims.in_its_place(TEXT, replace(toys.supported, **changed))
    claims.in_its_place(TEXT, replace(toys.supported, id="asked.good", asked=QUESTION, lines=()))


@pytest.mark.parametrize(("asked", "words"), [
    ("GitHub: Why? https://example.org", "in which year"), ("GitHub 2024: Why?", "and its address"),
], ids=["no year", "no address"])  # fmt: skip
def test_a_claim_is_refused_that_has_a_wrong_question(asked, words):
    (problem,) = problems_of(replace(toys.supported, id="asked.good", asked=asked))
    assert words in problem


@by_id(CLAIMS)
def test_can_be_told_from_every_other_by_its_readings(one):
    assert all(control.name.strip() and control.words.strip() for control in one.readings)
    assert not any("0x" in control.words for control in one.readings), "an address would differ from run to run"


@by_id(CLAIMS)
def test_cites_what_the_bibliography_knows(one, bibliography):
    assert [key for key in one.cites if key not in bibliography] == []


@pytest.fixture(scope="module")
def bibliography():
    return set(parse_file(TEXT.bibliography, "bibtex").entries)


@by_id([one for one in CLAIMS if comparisons(one.check)])
def test_has_a_near_miss_because_it_allows_a_tolerance(one):
    assert near_misses(one), "without one, the tolerance could grow a thousandfold and nobody would notice"


@by_id(CLAIMS)
def test_expects_a_verdict_that_its_controls_make_reachable(one):
    outcomes = {MUST_COME_OUT[control.role] for control in one.readings if control.role in MUST_COME_OUT}
    needed = {"supported": {"fell"}, "qualified": {"fell"}, "refuted": {"held"}, "undecided": set()}[one.expect]

    assert needed <= outcomes
    assert one.expect != "qualified" or any(reading.role == "amended" for reading in one.readings)


@by_id(CLAIMS)
@pytest.mark.usefixtures("no_shrinking")
def test_runs_under_the_quick_profile_without_an_error(one):
    found = [examine_reading(one, reading, AT_A_GLANCE) for reading in one.readings if reading.role != "witness"]

    assert [(seen.name, seen.why) for seen in found if seen.outcome == "error"] == []
    controls = [seen for seen in found if seen.role in MUST_COME_OUT and seen.outcome != "not run"]
    assert [seen.name for seen in controls if seen.role == "holds for" and seen.outcome != "held"] == []


@by_id([one for one in CLAIMS if one.figure and one.by.name == "trials"])
@pytest.mark.usefixtures("no_shrinking")
def test_draws_its_figure_even_where_no_trial_was_run(one):
    found = [examine_reading(one, reading, QUICK) for reading in one.readings]

    chart = collect(one, QUICK, found).figure
    assert chart["description"]
    assert json.dumps(chart) == json.dumps(json.loads(as_json(chart))), "read back from disk it would be drawn again"


@by_id(SEARCHED)
def test_runs_under_plain_given(one):
    strategies = {name: domain.strategy for name, domain in one.reading("as written").arguments.items()}
    said = []

    @hypothesis.settings(max_examples=5, phases=[Phase.generate], database=None, suppress_health_check=[HealthCheck.too_slow])
    @hypothesis.seed(1)
    @hypothesis.given(**strategies)
    def put(**arguments):
        said.append(put_once(one.check, arguments)[0])

    put()
    assert said
    assert all(said), "a falsification says what was found"


@by_id([one for one in CLAIMS if any(reading.role == "witness" for reading in one.readings)])
def test_shows_the_arithmetic_of_its_stored_cases(one):
    for witness in (reading for reading in one.readings if reading.role == "witness"):
        says, shown = put_once(one.check, constants(witness))
        assert says
        assert shown, f"{witness.name}: use show() so that the page has something to show"


def test_all_trials_together_err_with_one_in_a_hundred_at_most():
    """Whatever they have in common: networks are shared between claims."""
    assert (
        sum(one.by.error * sum(seen.role != "also" for seen in one.readings) for one in CLAIMS if one.by.name == "trials") <= 0.01
    )


def test_every_claim_by_trials_decides_nine_in_ten_of_what_is_true_for_95_seeds_in_100_or_says_why_not():
    """Clocks were read so many times elsewhere, and cannot be again."""
    weak = [one for one in CLAIMS if one.by.name == "trials" and one.by.power < 0.9]
    assert all(one.by.timed and one.by.why_weak for one in weak)
    assert all(one.by.power > 0.88 for one in weak)


def test_no_two_claims_share_their_whole_check():
    """But for facts: the essay prints some figures twice."""
    checks = {}
    for one in CLAIMS:
        readings = frozenset((reading.role, reading.words) for reading in one.readings)
        checks.setdefault((one.check, readings, one.lines if one.fact else ()), []).append(one.id)

    assert [ids for ids in checks.values() if len(ids) > 1] == []


def test_every_claim_fits_on_a_screen():
    long = {}
    for file in (file for file in FOLDER.rglob("*.py") if "kit" not in file.parts):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            claimed = isinstance(node, ast.FunctionDef) and [one for one in node.decorator_list if is_claim(one)]
            if claimed and node.end_lineno - claimed[0].lineno >= 60:
                long[node.name] = node.end_lineno - claimed[0].lineno + 1

    assert long == {}


def is_claim(decorator):
    return isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "claim"


def test_there_are_claims_and_no_two_of_one_id():
    assert len({one.id for one in CLAIMS}) == len(CLAIMS) > 0


def test_no_claim_is_lost_to_a_name_used_twice_or_to_a_chapter_that_nobody_lists():
    written = 0
    for file in (file for file in FOLDER.rglob("*.py") if "kit" not in file.parts):
        calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        written += sum(getattr(call.func, "id", "") == "claim" for call in calls)
    rows = sum(file.read_text(encoding="utf-8").count("[[fact]]\n") for file in FOLDER.rglob("*.toml"))

    assert len(CLAIMS) == written + rows


def test_every_source_in_the_bibliography_is_cited(bibliography):
    assert sorted(bibliography - {key for one in CLAIMS for key in one.cites}) == []


def chapters_holding(monkeypatch, order=(), **chapters):
    """Let `every_claim` find these modules only."""
    monkeypatch.setattr(claims, "chapters", lambda text, sources: order or list(chapters))
    monkeypatch.setattr("claims.facts.fact_claims", lambda text: ())
    monkeypatch.setattr(claims.pkgutil, "iter_modules", lambda path: [type("Found", (), {"name": name}) for name in chapters])
    monkeypatch.setattr(claims.importlib, "import_module", lambda name: chapters[name.removeprefix("claims.rnns.")])


def module(name, **things):
    made = ModuleType(name)
    vars(made).update(things)
    return made


def test_two_claims_of_one_id_are_refused_with_both_places(monkeypatch):
    twin = Claim(**{name: getattr(toys.refuted, name) for name in Claim.__dataclass_fields__} | {"id": toys.supported.id})
    chapters_holding(monkeypatch, first=module("first", a=toys.supported), second=module("second", a=twin))

    with pytest.raises(ClaimError, match=r"tests/toys\.py:\d+: .*already defined at tests/toys\.py:\d+"):
        claims._claims_of.__wrapped__(TEXT)


def test_a_claim_that_another_chapter_imports_counts_once(monkeypatch):
    chapters_holding(monkeypatch, first=module("first", a=toys.supported), second=module("second", b=toys.supported))

    assert claims._claims_of.__wrapped__(TEXT) == (toys.supported,)


def test_claims_are_taken_in_the_order_of_the_page_and_missing_chapters_are_passed_over(monkeypatch):
    first, second = module("first", a=toys.refuted, b=toys.supported), module("second", c=toys.flaky)
    chapters_holding(monkeypatch, ("second", "third", "first"), first=first, second=second)

    assert claims._claims_of.__wrapped__(TEXT) == (toys.flaky, toys.refuted, toys.supported)


def test_all_chapters_that_are_written_are_listed():
    places = {one.defined_at.removeprefix("claims/rnns/").removeprefix("facts/") for one in CLAIMS}

    assert {place.partition("/")[0].partition(".")[0] for place in places} <= {*TEXT.names}


DOCUMENT = (FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_readme_prints_the_words_of_every_domain():
    """The table of claims/README.md is the one place that teaches them, so it must be right."""
    rows = re.findall(r"^\| `(\w+\(.*\))` \| (.*?) \|$", DOCUMENT.partition("## Domains")[2], re.M)
    known = {name: getattr(domains, name) for name in domains.__all__} | {"cases": cases, "only": only}

    assert {call.partition("(")[0] for call, _ in rows} == set(known)
    assert [words for _, words in rows] == [eval(call, known).words for call, _ in rows]


def test_the_readme_shows_a_claim_that_there_is():
    shown = re.search(r'@claim\(\n    "([^"]+)",\n    says="([^"]+)"', DOCUMENT)
    assert shown
    (one,) = [claim for claim in CLAIMS if claim.id == shown[1]]

    assert one.says == shown[2]
    assert f"def {one.check.__name__}(" in DOCUMENT
    assert all(f'"{reading.name}"' in DOCUMENT or reading.role == "as written" for reading in one.readings[:2])


def is_the_same(control, judged):
    """Whether every argument has the same domain: the same words and, where it is a finite list, the same values."""
    pairs = [(control.arguments.get(name), domain) for name, domain in judged.arguments.items()]
    return all(one and one.words == other.words and repr(one.values) == repr(other.values) for one, other in pairs)


@by_id(CLAIMS)
def test_no_control_is_the_reading_judged_under_another_name(one):
    judged = [each for each in one.readings if each.role in ("as written", "amended")]
    controls = [each for each in one.readings if each.role in MUST_COME_OUT]

    assert [(each.name, other.name) for each in controls for other in judged if is_the_same(each, other)] == []
