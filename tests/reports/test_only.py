"""Some claims alone: what the terminal tells of each, and that a replay takes what the last run saw."""

from dataclasses import replace
from pathlib import Path

import pytest

from claims.evidence.evidence import Case
from reports.commands.verify.verdicts import _in_a_line
from tests import toys
from tests.reports.running import ALL_PINNED, VERDICT_CHANGED


def test_a_replay_takes_what_the_last_run_saw_wherever_that_is_and_says_where(reports):
    id = toys.qualified.id

    def replayed_from():
        code, said, _ = reports.run("--replay", id)
        assert code == ALL_PINNED
        (line,) = [one for one in said.splitlines() if one.startswith("from ")]
        return line

    reports.examine("--only", id)
    alone, whole = (str(folder / "evidence" / f"{id}.json") for folder in (reports.folder / "scratch" / "only", reports.folder))
    assert alone in replayed_from()
    reports.examine()
    assert whole in replayed_from()
    reports.examine("--only", id)
    assert alone in replayed_from(), "its file came out as it was, and is the newest all the same"
    reports.examine("--profile", "quick")
    assert "profile quick" in replayed_from()


def test_a_replay_from_a_folder_that_is_named_looks_nowhere_else(reports, tmp_path):
    reports.examine("--only", toys.qualified.id)

    complaint = reports.refuses("--replay", toys.qualified.id, "--out", tmp_path)
    assert str(tmp_path) in complaint
    assert f"python -m reports --only {toys.qualified.id} --out {tmp_path}" in complaint


def test_after_some_claims_were_examined_the_terminal_tells_what_came_of_each(reports):
    code, said, _ = reports.examine("--only", toys.qualified.id, "--only", toys.supported.id)
    lines = said.splitlines()

    assert code == ALL_PINNED
    for line in (
        "toys.small-numbers-are-small: supported, as pinned. It held in ",
        "toys.numbers-are-small: qualified, as pinned. As written it fell",
        "  true if: the numbers go up to ten",
        "  counterexample, as written (search, smallest found): n = 11 → n: 11, must be at most 10",
        "  with its arithmetic: python -m reports --replay toys.numbers-are-small",
        f"  page: {reports.folder / 'scratch' / 'only' / 'site' / 'claims' / 'toys.numbers-are-small.html'}",
    ):
        assert any(one.startswith(line) for one in lines), line
    assert all(Path(one.partition(": ")[2]).is_file() for one in lines if one.startswith("  page: "))


def test_a_changed_verdict_of_a_claim_that_was_asked_for_is_told_once(reports):
    reports.claims(replace(toys.refuted, expect="supported"))
    code, said, _ = reports.examine("--only", toys.refuted.id)

    assert code == VERDICT_CHANGED
    assert said.count("refuted, pinned as supported") == 1
    assert '  if that is right, pin it: expect="refuted"' in said.splitlines()
    assert "contrary=" not in said


HARSH, KIND = {"fails_for": {"more than ten": toys.reading(n=toys.whole(11, 99))}}, {"holds_for": {"two": toys.reading(n=2)}}


@pytest.mark.parametrize(("most", "controls", "told"), [
    (99, HARSH, ["add amended=, the condition under which it holds, or holds_for=, a case where it must"]),
    (10, KIND, ["add fails_for=: a case where the property must fall"]),
    (10, {"fails_for": KIND["holds_for"]}, []),
], ids=["that fell", "that held", "with a control astray, which no other helps"])  # fmt: skip
def test_a_claim_that_lacks_a_control_is_told_which_to_add(reports, most, controls, told):
    written = toys.reading(n=toys.whole(0, most))
    one = toys.claim("toys.lacks", **toys.UNUSED, as_written=written, expect="supported", **controls)(toys.refuted)
    reports.claims(one)
    _, said, _ = reports.examine("--only", one.id)

    assert "undecided, pinned as supported" in said
    assert [line.partition(", ")[2] for line in said.splitlines() if line.startswith("  to decide it, ")] == told


def test_of_a_large_case_a_line_shows_the_beginning():
    case = Case(found_by="search", text={"x": "[[1 2]\n " + "3 " * 100}, says="too much")

    assert _in_a_line(case).startswith("x = [[1 2] 3 3")
    assert _in_a_line(case).endswith("3… → too much")
    assert len(_in_a_line(case)) < 150


@pytest.mark.parametrize("arguments", [("--workers", 1), ("--no-examine",)], ids=["examined", "judged"])
def test_what_a_claim_uses_is_looked_up_among_all_claims_also_where_it_is_alone(reports, arguments):
    only = ("--only", toys.supported.id)

    def uses(id):
        reports.claims(replace(toys.supported, uses=(id,)), toys.refuted)

    uses(toys.refuted.id)
    assert reports.examine(*only)[0] == ALL_PINNED
    assert reports.run(*only, *arguments)[0] == ALL_PINNED
    uses("toys.of-which-nobody-heard")
    assert "uses toys.of-which-nobody-heard; name other claims" in reports.refuses(*only, *arguments)
