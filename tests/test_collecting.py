"""pytest knows claims: every reading is a test that passes as pinned, by the report's own examination; what pytest is asked for
it does, and tests of one's own draw from readings."""

import os
import re
import subprocess
import sys
from functools import cache

import msgspec
import numpy as np
import pytest

from claims import every_claim
from claims.evidence.evidence import read_evidence
from claims.evidence.keys import ROOT
from claims.evidence.profiles import EXPLORE, QUICK, VERDICT
from claims.kit import ClaimError, Falsified
from claims.testing import arguments, the_claim
from claims.testing.how import How, chosen
from claims.testing.items import came_of
from claims.testing.pins import amiss, pin_of, too_little

ID, SAME = "gradients.eigenvalues-below-one-vanish", "the same Jacobian at every step"
EVIDENCE = ROOT / "reports" / "evidence"
OTHER = {"held": "fell", "fell": "held"}


@cache
def run(*arguments, python=("-m", "pytest")):
    """Exit code and output of a process of its own: options are told to Hypothesis for good. CI has whole summaries."""
    environment = os.environ | {"CI": "true", "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        [sys.executable, *python, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    return done.returncode, done.stdout + done.stderr


def toys(*arguments, file="tests/collected.py"):
    return run("-p", "tests.collecting", "-p", "no:cacheprovider", "-rA", file, *arguments)


def summary(text, word):
    """What came of a reading of the toys, and why, as the end of a run tells it."""
    return dict(re.findall(rf"^{word} tests/collected\.py::toys\.(.*?\])(?: - (.*))?$", text, re.MULTILINE))


def seen():
    for claim in every_claim():
        for one in read_evidence(EVIDENCE / f"{claim.id}.json").readings:
            if not one.timed:
                yield claim, claim.reading(one.name), one


# --- when a reading is as pinned --------------------------------------------------------------------------------------


def test_what_the_report_has_seen_is_as_pinned_reading_by_reading():
    found = [(claim.id, one.name, amiss(claim, one, evidence, VERDICT)) for claim, one, evidence in seen()]

    assert len(found) > 2000
    assert [(id, name, wrong) for id, name, wrong in found if wrong] == []


def test_a_reading_that_came_out_the_other_way_is_not_as_pinned():
    passed = [
        (claim.id, one.name) for claim, one, evidence in seen()
        if evidence.outcome in OTHER and not pin_of(claim, one).right >= {"held", "fell"}
        and not amiss(claim, one, msgspec.structs.replace(evidence, outcome=OTHER[evidence.outcome]), VERDICT)
    ]  # fmt: skip

    assert passed == []


def test_only_sentences_altered_where_the_statement_falls_and_holds_or_is_open_may_come_out_either_way():
    free = {(claim.expect, one.role) for claim, one, _ in seen() if pin_of(claim, one).right >= {"held", "fell"}}

    assert free <= {("qualified", "altered"), ("undecided", "altered")}


def test_an_error_is_never_as_pinned():
    assert all(amiss(claim, one, msgspec.structs.replace(evidence, outcome="error"), VERDICT) for claim, one, evidence in seen())


def test_held_in_too_few_cases_counts_for_nothing_and_under_a_quick_profile_says_nothing():
    claim = the_claim(ID)
    one = claim.reading(SAME)
    few = msgspec.structs.replace(came_of(claim, one, How()), cases=3)

    assert "3 distinct cases only" in amiss(claim, one, few, VERDICT)
    assert not amiss(claim, one, few, QUICK)
    assert too_little(few, QUICK)
    assert not too_little(few, VERDICT)


# --- which cases ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [SAME, "two nilpotent matrices take turns"])
def test_without_a_seed_the_evidence_is_the_reports_own(name):
    claim = the_claim(ID)
    known = next(one for one in read_evidence(EVIDENCE / f"{ID}.json").readings if one.name == name)

    assert came_of(claim, claim.reading(name), How()) == known


def test_a_seed_is_searched_under_in_place_of_the_pinned_one():
    claim = the_claim(ID)

    assert came_of(claim, claim.reading(SAME), How(QUICK, 7)).entropy == 7


def test_options_are_read_as_hypothesis_reads_them():
    assert chosen(None, None) == chosen("verdict", None) == chosen("of somebody else's", None) == How(VERDICT, None)
    assert chosen("quick", "0") == How(QUICK, 0)
    assert chosen(None, "a word").seed == chosen(None, "a word").seed != chosen(None, "another").seed
    assert chosen("explore", None, 5) == chosen("explore", "5") == How(EXPLORE, 5)
    assert chosen("explore", None).seed != chosen("explore", None).seed


# --- what pytest is told ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [(), ("-n", "2")], ids=["alone", "with another process"])
def test_readings_pass_as_pinned_fail_otherwise_and_are_skipped_where_they_want_a_clock_or_training(shared):
    code, text = toys(*shared)

    assert code == 1
    assert summary(text, "PASSED").keys() == {
        "as-pinned[as written]", "as-pinned[the numbers go up to ten]", "as-pinned[numbers beyond ten]",
        "as-pinned[Numbers are at most eleven.]", "as-pinned[a dozen]", "as-pinned[[half a dozen]]", "falls[numbers beyond ten]",
    }  # fmt: skip
    failed = summary(text, "FAILED")
    assert failed["falls[as written]"] == "fell and must hold, for the claim is pinned as supported: n: 11, must be at most 10"
    assert failed["falls[no numbers beyond]"] == "held in all 10 cases and must fall, for it is a control (fails for)"
    assert re.fullmatch(r"error: ValueError: no idea what \d+ is \(tests/collected\.py:\d+\)", failed["crashes[as written]"])
    assert failed.keys() == {
        "falls[as written]", "falls[no numbers beyond]", "crashes[as written]", "crashes[numbers beyond ten]",
    }  # fmt: skip
    assert "not trained yet: python -m reports --only toys.not-trained" in text
    assert "clocks decide it" in text
    assert "4 skipped" in text


def test_a_failure_shows_the_case_its_arithmetic_and_how_to_see_it_again_and_no_traceback():
    _, text = toys()
    told = text.partition("toys.falls, as written")[2].partition("___ toys.")[0]

    for line in (
        "toys.falls (tests/collected.py:", "All numbers are at most ten.", "as written: n: whole numbers from 0 to 1000",
        "counterexample (search, smallest found):\n    n = 11\n    twice the number = 22\n    → n: 11, must be at most 10",
        "python -m pytest 'tests/collected.py::toys.falls[as written]'\n",
        "python -m reports --only toys.falls\n", "python -m reports --replay toys.falls\n",
    ):  # fmt: skip
        assert line in told
    assert "Traceback" not in text
    assert "raise " not in text


def test_a_seed_of_a_run_is_said_handed_to_other_processes_and_repeats_what_was_found():
    _, text = toys("--hypothesis-profile=explore", "-n", "2", "-k", "falls and written")
    seed = re.search(r"claims: profile explore, searched under the seed (\d+) ", text)[1]
    options = re.search(r"'tests/collected\.py::toys\.falls\[as written\]' (.*)", text)[1].split()
    _, again = toys(*options, "-k", "falls and written")

    assert options == ["--hypothesis-profile=explore", f"--hypothesis-seed={seed}"]
    assert f"searched under the seed {seed} " in again


def test_the_quick_profile_is_there_and_runs_no_trials():
    _, text = toys("--hypothesis-profile=quick", "-k", "trained or pinned")

    assert "claims: profile quick, searched with the report's own cases" in text
    assert "the profile quick runs no trials" in text


def test_what_failed_last_is_run_again_and_nothing_else(tmp_path):
    first = ("-p", "tests.collecting", "tests/collected.py", "-o", f"cache_dir={tmp_path}", "-k", "falls or pinned")

    assert "2 failed, 7 passed" in run(*first)[1]
    assert "run-last-failure: rerun previous 2 failures" in run(*first, "--lf", "-v")[1]


def test_a_mistake_in_a_chapter_is_one_line():
    code, text = toys(file="tests/toys.py")

    assert code == 2
    assert re.search(r"_ ERROR collecting tests/toys\.py _+\n.*No module named 'tests\.not_there'.*\n=", text)
    assert "Traceback" not in text


def test_fuzzers_find_the_searches_that_are_to_hold():
    _, text = toys("--collect-only", "-s")
    found = re.findall(r"^to fuzz: tests/collected\.py::(.*)$", text, re.MULTILINE)

    assert found == ["toys.as-pinned[the numbers go up to ten]", "toys.falls[as written]", "toys.crashes[as written]"]


def test_hypofuzz_takes_them_for_tests():
    pytest.importorskip("hypofuzz")
    code = "from hypofuzz.collection import collect_tests; print([one.nodeid for one in collect_tests(ARGS).fuzz_targets])"
    args = ["-p", "tests.collecting", "tests/collected.py", "-k", "pinned"]
    _, text = run("-c", code.replace("ARGS", repr(args)), python=())

    assert "['tests/collected.py::toys.as-pinned[the numbers go up to ten]']" in text


# --- the claims themselves --------------------------------------------------------------------------------------------


def test_a_reading_is_named_on_the_command_line_and_nothing_is_written_for_the_report():
    fact = next(one for one in every_claim() if one.fact)
    ids = [
        f"{one.defined_at.rpartition(':')[0]}::{one.id}[{name}]" for one, name in ((the_claim(ID), SAME), (fact, "as written"))
    ]
    before = as_it_lies()
    code, text = run(*ids, "-v", "-p", "no:cacheprovider", "--hypothesis-seed=7", "--durations=1")

    assert code == 0
    assert all(f"{id} PASSED" in text for id in ids)
    assert "searched under the seed 7 in place of the report's own cases" in text
    assert f"call     {ids[0]}" in text
    assert as_it_lies() == before


def as_it_lies():
    return {one: one.stat().st_mtime_ns for one in [ROOT / "reports" / "verdicts.json", *EVIDENCE.rglob("*.json")]}


def test_every_reading_of_every_claim_is_collected():
    code, text = run("claims", "--collect-only", "-q", "-p", "no:cacheprovider")

    assert code == 0
    assert f"\n{sum(len(one.readings) for one in every_claim())} tests collected" in text


# --- tests of one's own -----------------------------------------------------------------------------------------------


def test_the_example_that_stands_in_the_readme_passes(tmp_path):
    section = (ROOT / "claims" / "README.md").read_text(encoding="utf-8").partition("## With pytest")[2].partition("\n## ")[0]
    (example,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    file = tmp_path / "test_mine.py"
    file.write_text(example, encoding="utf-8")
    code, text = run(str(file), "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"))

    assert code == 0, text
    assert "2 passed" in text


def test_a_claim_may_be_called_with_a_case():
    with pytest.raises(Falsified):
        the_claim(ID)([np.eye(2)])


@pytest.mark.parametrize(("id", "name", "complaint"), [
    ("gradients.eigenvalues-below-one-vanishes", "as written", f"did you mean {ID}?"),
    ("nothing of the kind whatever", "as written", "--list shows them all"),
    (ID, "as writen", f"has no reading 'as writen'; choose one of 'as written', '{SAME}'"),
])  # fmt: skip
def test_what_is_not_there_is_told_with_what_is(id, name, complaint):
    with pytest.raises(ClaimError, match=re.escape(complaint)):
        arguments(id, name)
