"""`challenge`: what a reader holds against a claim, and what it would change."""

import re

import numpy as np
import pytest
from hypothesis import given, settings

from claims import find_claim
from claims.catalogue import catalogue
from claims.evidence.keys import ROOT
from claims.kit import at_most, claim, holds, reading
from claims.kit.challenge.accepted import read_challenged
from claims.kit.challenge.within import CANNOT_TELL, outside
from claims.kit.domain import cases, only
from claims.kit.domains import matrices, reals, seeds, vectors, whole
from claims.kit.domains.matrices import chains
from claims.kit.domains.numbers import any32
from claims.kit.engines.exhaustion import exhaustion
from claims.texts import the_text
from reports.commands import statements
from reports.commands.challenge import challenge
from reports.record.making import Around
from tests import toys
from tests.reports.running import ALL_PINNED, files

VANISH, ELMAN = "gradients.eigenvalues-below-one-vanish", "promise.elman-recurrence"
RARE = 123_456_789
STAYS, CHANGES = 0, 1
HEAD = """
import numpy as np
from claims.kit.challenge import counterexample, rival, variant
from claims.kit.domains import whole
from claims.kit.domains.matrices import chains
from impls.recurrent import elman
"""


def one_in_a_milliard(**more):
    """A claim that is wrong, of which no search of 200 cases finds that out."""

    @claim(
        "toys.never-that-number", says="No whole number up to a milliard is that one.", expect="supported", teach="Look closely.",
        as_written=reading(n=whole(0, 10**9)), fails_for={"that one": reading(n=RARE)},
        **more,
    )  # fmt: skip
    def never(n):
        holds(n != RARE, "it is that one")

    return never


@pytest.fixture
def challenged(reports, tmp_path):
    """What is told of a file, on claims of which the report has been made."""

    def tell(text, *claims, expected):
        reports.claims(*claims)
        assert reports.examine()[0] == ALL_PINNED
        before = files(reports.folder)
        file = tmp_path / "doubt.py"
        file.write_text(HEAD + text, encoding="utf-8")
        code, said, complaint = reports.run("challenge", file)
        assert files(reports.folder) == before, "nothing is recorded"
        assert (code, complaint) == (expected, ""), said + complaint
        return said

    return tell


# --- on claims made for it, every way that it may come out ---------------------------------------------------------


@pytest.mark.parametrize(("more", "becomes"), [
    ({}, "undecided"), ({"holds_for": {"one": reading(n=1)}}, "refuted"),
    ({"amended": {"below": reading(n=whole(0, 9))}}, "qualified"),
], ids=["without a control that holds", "with one", "with a condition"])  # fmt: skip
def test_a_counterexample_that_no_search_found_changes_the_verdict(challenged, more, becomes):
    said = challenged(f'counterexample("toys.never-that-number", n={RARE})', one_in_a_milliard(**more), expected=CHANGES)

    assert "“as written” would fall" in said
    assert f"would change: supported becomes {becomes}" in said


def test_a_condition_that_has_the_case_as_well_falls_with_it(challenged):
    whole_range = {"amended": {"up to two milliards": reading(n=whole(0, 2 * 10**9))}, "holds_for": {"one": reading(n=1)}}
    said = challenged(f'counterexample("toys.never-that-number", n={RARE})', one_in_a_milliard(**whole_range), expected=CHANGES)

    assert "“up to two milliards” would fall" in said
    assert "becomes refuted" in said


@pytest.mark.parametrize(("n", "words"), [
    (5, "holds there, so nothing would change"), (-5, "holds there"),
    (f"{RARE} + 0.0", "outside of the domain of “as written”, because of n 1.23457e+08 is no whole number"),
])  # fmt: skip
def test_a_counterexample_that_is_none_changes_nothing(challenged, n, words):
    assert words in challenged(f'counterexample("toys.never-that-number", n={n})', one_in_a_milliard(), expected=STAYS)


def test_where_no_program_can_tell_the_words_are_told(challenged):
    @claim(
        "toys.short", says="Vectors are short.", expect="supported", teach="Count.",
        fails_for={"three": reading(v=only([0, 0, 0]))}, as_written=reading(v=any32(size=(1, 2))),
    )  # fmt: skip
    def short(v):
        at_most(len(v), 2, "entries")

    said = challenged('counterexample("toys.short", v=[0.0, 0.0, 0.0])', short, expected=CHANGES)

    assert "No program can tell whether “as written” speaks of this case. It speaks of: v: float32 vectors of" in said


@pytest.mark.parametrize(("domain", "expected", "words"), [
    (f"whole({RARE}, {RARE})", CHANGES, "as written: toys.never-that-number would change: supported becomes"),
    ("whole(0, 3)", STAYS, "In place of the reading as written: toys.never-that-number would stay supported"),
], ids=["falls", "holds"])  # fmt: skip
def test_a_rival_reading_is_told_in_place_of_the_statement_and_as_a_condition(challenged, domain, expected, words):
    said = challenged(f'rival("toys.never-that-number", "a few", n={domain})', one_in_a_milliard(), expected=expected)

    assert words in said
    assert "As a condition beside it: " in said


def test_by_trials_one_seed_is_no_news(challenged):
    said = challenged('counterexample("toys.nine-in-ten", seed=3)', toys.nine_in_ten, expected=STAYS)

    assert "one seed that falls is no news" in said


# --- mistakes in the reader's file ----------------------------------------------------------------------------------


MISTAKES = {  # the line that is told, counted from the end of what all of them begin with, and words of it
    "counterexample(": (1, "'(' was never closed"),
    'counterexample("toys.never-that-numbr", n=1)': (1, "did you mean toys.never-that-number?"),
    'counterexample("toys", n=1)\nn = 1': (1, "2 statements"),
    'counterexample("toys.never-that-number", m=1)': (1, "gives m, and the property takes n"),
    'counterexample("toys.never-that-number")': (1, "leaves n open"),
    'counterexample("toys.never-that-number", "as writen", n=1)': (1, "no reading 'as writen'"),
    'counterexample("toys.never-that-number", n=whole(0, 3))': (1, "one case"),
    '\nrival("toys.never-that-number", "nothing")': (2, "changes nothing"),
    'rival("toys.never-that-number", "listed", k=whole(0, 1))': (1, "gives k"),
    'variant("toys.listed", "open", n=whole(0, 3))': (1, "no finite list"),
    'x = 1\ncounterexample("toys.never-that-number", n=x / 0)': (2, "ZeroDivisionError"),
    'counterexample("toys.never-that-number", n=wohle)': (1, "wohle"),
    "import nothing_of_that_name": (1, "nothing_of_that_name"),
    "raise SystemExit(0)": (1, "SystemExit"),
    "counterexample(1)": (1, "the id is 1"),
    "def f(n):\n    return n.x\n\n\nclass N(int):\n    __ne__ = f\n\n\ncounterexample('toys.never-that-number', n=N(1))": (
        9, "a crash is no counterexample"),
    "": (None, "makes no challenge"),
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: re.sub(r"\s+", " ", text)[:50] or "nothing")
def test_a_mistake_in_the_file_is_told_with_its_line(reports, tmp_path, text):
    @claim(
        "toys.listed", says="It is listed.", expect="supported", teach="Look.", by=exhaustion(),
        as_written=reading(n=cases((1, 2))), fails_for={"three": reading(n=3)},
    )  # fmt: skip
    def listed(n):
        at_most(n, 2, "the number")

    reports.claims(one_in_a_milliard(), listed)
    reports.examine()
    file = tmp_path / "doubt.py"
    file.write_text(HEAD + text, encoding="utf-8")
    line, words = MISTAKES[text]
    complaint = reports.refuses("challenge", file)

    assert words in complaint
    assert f"doubt.py:{HEAD.count(chr(10)) + line}: " in complaint if line else "doubt.py: " in complaint


def test_it_says_before_it_runs_that_it_runs_code_of_the_file(reports, tmp_path):
    reports.claims(one_in_a_milliard())
    reports.examine()
    file = tmp_path / "doubt.py"
    file.write_text("print('it ran')\n" + HEAD + 'counterexample("toys.never-that-number", n=1)', encoding="utf-8")
    _, said, _ = reports.run("challenge", file)

    assert said.index("It runs the code in ") < said.index("it ran")
    assert not list(tmp_path.glob("**/*.pyc"))


# --- a file to fill in ----------------------------------------------------------------------------------------------


def test_a_file_to_fill_in_names_the_arguments_and_is_never_written_over(reports, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    reports.claims(one_in_a_milliard())
    reports.examine()
    name = "challenge-toys.never-that-number.py"
    code, said, _ = reports.run("challenge", "--new", "toys.never-that-number")
    text = (tmp_path / name).read_text(encoding="utf-8")

    assert code == 0
    assert name in said
    assert "#   n: whole numbers from 0 to 1000000000" in text or "#   n: whole numbers from 0 to 1e+09" in text
    assert "makes no challenge" in reports.refuses("challenge", name)
    assert "is there already" in reports.refuses("challenge", "--new", "toys.never-that-number")
    filled = text.replace("# counterexample", "counterexample").replace("n=…", f"n={RARE}", 1)
    (tmp_path / name).write_text(filled, encoding="utf-8")
    assert reports.run("challenge", name)[0] == CHANGES


# --- which values are a domain's ------------------------------------------------------------------------------------


def half(size):
    return np.eye(size) / 2


WITHIN = [
    (whole(0, 10), 3, ""), (whole(0, 10), 11, "the number 11"), (whole(0, 10), 2.5, "no whole"), (whole(0, 1), True, "no whole"),
    (reals(0.1, 10), 3, ""), (reals(0.1, 10), 0.05, "0.05"), (reals(0.1, 10), float("inf"), "no finite"),
    (cases((2, 16)), 2, ""), (cases((2, 16)), 3, "is not one of 2, 16"), (only(half), half, ""), (only(half), abs, "is not"),
    (seeds(), 5, ""), (seeds(), -1, "-1"),
    (vectors(), [1, 2], ""), (vectors(), half(2), "no vector"), (vectors(), [3], "its entry 3"), (vectors(), [0] * 9, "length"),
    (matrices(size=(2, 2)), half(2), ""), (matrices(size=(2, 2)), half(3), "its width"),
    (matrices(size=(1, 3)), half(3)[:2], "no square matrix"), (matrices(), [1, 2], "no square matrix"),
    (matrices(size=(2, 2)), "no", "none of"),
    (chains(every_eigenvalue=(0, 0.875), size=(2, 2)), [half(2)], ""),
    (chains(every_eigenvalue=(0, 0.4)), [half(2)], "modulus of an eigenvalue 0.5"),
    (chains(every_eigenvalue=(0, 0.9)), [half(2)] * 4, "number of matrices"),
    (chains(every_eigenvalue=(0, 0.9)), [], "number of matrices"),
    (chains(every_singular_value=(0, 0.9), repeat=True), [], "number of matrices"),
    (chains(every_singular_value=(0, 0.9), repeat=True), [half(2)], ""),
    (chains(every_singular_value=(0, 0.9), repeat=True), [half(2)] * 2, "number of matrices"),
    (chains(some_eigenvalue=(0.5, 2)), [half(2)], ""), (chains(some_eigenvalue=(1.1, 2)), [half(2)], "eigenvalue 0.5"),
    (any32(size=(1, 3)), [1.0], CANNOT_TELL),
]  # fmt: skip


@pytest.mark.parametrize(("domain", "value", "why"), WITHIN)
def test_whether_a_value_is_a_domain_s_is_read_off_its_words(domain, value, why):
    found = outside(domain, value)

    assert found == why if why in ("", CANNOT_TELL) else why in found


@pytest.mark.parametrize("domain", [
    whole(-3, 3), reals(-1, 1), seeds(), vectors(), matrices(), chains(every_eigenvalue=(0, 0.875)),
    chains(some_eigenvalue=(1.1, 2)), chains(every_singular_value=(0.5, 0.9)),
    chains(every_eigenvalue=(1, 1.5), repeat=True), cases((1, "a", half)),
], ids=lambda domain: domain.words)  # fmt: skip
def test_whatever_a_domain_draws_is_one_of_its_own(domain):
    @settings(database=None, max_examples=200, derandomize=True)
    @given(domain.strategy)
    def look(value):
        assert outside(domain, value) == ""

    look()


# --- on claims of the report ----------------------------------------------------------------------------------------

REAL = {
    f'counterexample("{VANISH}", period=[np.eye(2)])': (STAYS, "outside of the domain of “as written”"),
    f'counterexample("{VANISH}", period=[np.eye(2) / 2])': (STAYS, "holds there"),
    f'rival("{VANISH}", "singular values", period=chains(every_singular_value=(0, 0.9)))': (
        CHANGES,
        "qualified becomes supported",
    ),
    f'rival("{VANISH}", "wider", period=chains(every_eigenvalue=(0, 0.9)))': (STAYS, "would stay qualified"),
    f'variant("{ELMAN}", "nothing is wrong", step=lambda *of: elman.step(*of))': (CHANGES, "supported becomes undecided"),
    f'variant("{ELMAN}", "no state", step=lambda net, h, x: elman.step(net, 0 * h, x))': (STAYS, "refuses the variant"),
}


@pytest.mark.parametrize("text", REAL, ids=lambda text: text.partition(",")[0])
def test_claims_of_the_report_are_challenged_by_its_own_engines(reports, tmp_path, monkeypatch, text):
    monkeypatch.setattr(statements, "reports", lambda: the_text().report)
    monkeypatch.setattr(challenge, "find_claim", find_claim)
    reports.entries(*catalogue().entries)
    expected, words = REAL[text]
    file = tmp_path / "doubt.py"
    file.write_text(HEAD + text, encoding="utf-8")
    code, said, complaint = reports.run("challenge", file)

    assert (code, complaint) == (expected, "")
    assert words in said


def test_the_example_of_the_guide_runs_and_changes_one_verdict(reports, tmp_path, monkeypatch):
    text = (ROOT / "docs" / "challenge.md").read_text(encoding="utf-8")
    monkeypatch.setattr(statements, "reports", lambda: the_text().report)
    monkeypatch.setattr(challenge, "find_claim", find_claim)
    monkeypatch.chdir(tmp_path)
    reports.entries(*catalogue().entries)
    commands = re.findall(r"^python -m reports (challenge .*)$", text, re.MULTILINE)
    assert len(commands) == 2
    assert reports.run(*commands[0].split())[0] == 0
    (written,) = tmp_path.glob("challenge-*.py")
    written.write_text(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], encoding="utf-8")
    code, said, _ = reports.run(*commands[1].split())

    assert code == CHANGES
    assert re.findall(r"\w+ becomes \w+", said) == ["qualified becomes supported"]
    assert "refuses the variant" in said


# --- credit ---------------------------------------------------------------------------------------------------------

ROW = '[[challenge]]\nclaim = "toys.never-that-number"\nby = "A. Reader, 2027"\nwhat = "It is *that* one."\n'


def test_an_accepted_challenge_stands_on_the_page_of_its_claim_with_its_author(reports, tmp_path):
    file = tmp_path / "challenges.toml"
    file.write_text(ROW, encoding="utf-8")
    found = read_challenged(file, {"toys.never-that-number"})
    reports.monkeypatch.setattr("reports.commands.verify.run.around", lambda *_: Around(accepted=found))
    reports.claims(one_in_a_milliard())
    reports.examine()
    page = (reports.folder / "site" / "claims" / "toys.never-that-number.html").read_text(encoding="utf-8")

    assert "<strong>Challenged by A. Reader, 2027, and rightly.</strong> It is <em>that</em> one." in page


@pytest.mark.parametrize(("content", "words"), [
    (ROW.replace("by", "buy"), "a row is"), (ROW.replace("never", "ever"), "there is no claim 'toys.ever-that-number'"),
    (ROW.replace("toys.never-that-number", ""), "there is no claim ''"),
    ("[[challenge]\n", "a row is"),
])  # fmt: skip
def test_a_mistake_in_the_list_of_them_is_told_with_its_file(tmp_path, content, words):
    file = tmp_path / "challenges.toml"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(ValueError, match=rf"challenges\.toml: .*{words}"):
        read_challenged(file, {"toys.never-that-number"})


def test_the_list_of_the_text_is_in_order():
    known = {one.id for one in catalogue().entries}

    assert [one for one in read_challenged(the_text().folder / "challenges.toml", known) if not one.by] == []
