"""What a search tried, to be seen: the lines that Tyche reads, the summary, and the branches that no search came to."""

import ast
import json
from itertools import count

import pytest
from hypothesis.internal import observability

from claims.evidence.evidence import EvidenceError
from claims.evidence.keys import Target
from claims.evidence.profiles import VERDICT
from claims.evidence.tried import Branch, TriedClaim, keep_tried, read_tried
from claims.kit import cases, claim, holds, reading
from claims.kit.domains import whole
from claims.kit.engines.inside import Moved
from claims.kit.engines.rarity import how_many_fall
from claims.kit.examine import examine_reading
from impls.counting import exact
from reports.running import branches
from reports.running.branches import files_of, lines_run, never_reached, nothing_run
from reports.running.observing import as_line, searched, watch
from tests import toys

DOCUMENTED = {  # of a test case, by Hypothesis' own documentation
    "type", "run_start", "property", "status", "status_reason", "representation", "arguments", "how_generated", "features",
    "coverage", "timing", "metadata",
}  # fmt: skip


def watched(toy, reached=frozenset()):
    lines = []
    return watch(toy, "", set(reached), lambda one: lines.append(json.loads(as_line(one)))), lines


def test_a_line_has_the_fields_that_are_documented_and_names_claim_and_reading():
    _, lines = watched(toys.tight)
    cases = [one for one in lines if one["type"] == "test_case"]

    assert {frozenset(one) for one in cases} == {frozenset(DOCUMENTED)}
    assert {one["status"] for one in cases} == {"passed", "failed"}
    assert {one["property"] for one in cases} == {"toys.tight[as written]", "toys.tight[near miss: a limit just below]"}
    assert {one["type"] for one in lines} == {"test_case", "info"}
    assert {one["features"]["numbers in a case"] for one in cases} == {1}
    assert all(one["representation"].startswith(f"{one['property']}(") for one in cases), "Tyche tells cases apart by it"


@pytest.mark.parametrize("toy", [toys.tight, toys.qualified, toys.half_discarded, toys.crashing], ids=lambda toy: toy.id)
def test_what_is_observed_is_what_the_evidence_counts(toy):
    seen, _ = watched(toy)
    wanted = [examine_reading(toy, toy.reading(one.name), VERDICT) for one in seen.readings]

    assert [(one.outcome, one.cases, one.drawn) for one in seen.readings] == [
        (one.outcome, one.cases, one.cases + one.repeated) for one in wanted
    ]


def test_the_summary_tells_sizes_and_how_near_a_bound_it_came():
    written = watched(toys.tight)[0].readings[0]

    assert written.sizes == (1, 1, 1)
    assert written.strain[2] == 0.5  # of a limit of 20, by numbers up to 10


def test_of_a_control_that_falls_it_is_told_how_many_of_its_cases_do():
    by_luck, at_once = (watched(toy)[0].readings[-1] for toy in (toys.caught_by_luck, toys.qualified))
    written = watched(toys.refuted)[0].readings[0]

    assert by_luck.is_rare, "one number in 37"
    assert at_once.fall == (5, 5), "after five there is no more to ask"
    assert not at_once.is_rare
    assert (written.outcome, written.fall) == ("fell", None), "that of the statement is asked for nothing"


def test_a_control_of_few_cases_is_not_rare_for_that():
    few = claim(
        "toys.few",
        **toys.UNUSED,
        expect="supported",
        as_written=reading(n=whole(0, 3)),
        fails_for={"a six": reading(n=whole(0, 6))},
    )(lambda n: holds(n < 6, "a six"))
    fell, of = how_many_fall(few.check, few.reading("a six"), 0)

    assert (fell, of) == (1, 7), "all of them"
    assert not watched(few)[0].readings[-1].is_rare


def test_a_crash_is_no_fall():
    assert how_many_fall(toys.crashing.check, toys.crashing.reading("as written"), 0)[0] == 0


def test_hypothesis_is_left_as_it_was():
    before = observability.OBSERVABILITY_COLLECT_COVERAGE
    watched(toys.supported)

    assert observability.OBSERVABILITY_COLLECT_COVERAGE is before
    assert not observability.observability_enabled()


def test_a_hypothesis_that_tells_nothing_is_told(monkeypatch):
    monkeypatch.delattr(observability, "with_observability_callback")

    with pytest.raises(Moved, match="install that one"):
        watched(toys.supported)


def test_what_is_no_json_is_named():
    assert json.loads(as_line({"x": float("nan"), "y": (1, float("inf")), 3: {1}})) == {"x": "nan", "y": [1, "inf"], "3": "{1}"}


# --- branches -------------------------------------------------------------------------------------------------------

ROOT_OF = Target("impls.counting.exact", "farthest_root")


def after_running(*polynomials):
    """The branches of `farthest_root` that are never reached on these."""
    run = nothing_run()
    with lines_run(files_of([ROOT_OF]), run):
        for one in polynomials:
            exact.farthest_root(one)
    return never_reached([ROOT_OF], run)


def test_a_branch_counts_as_reached_once_one_of_its_lines_ran():
    a_constant, a_root_inside = after_running([5]), after_running([5], [1, 2])

    assert {one.function for one in a_constant} == {"impls.counting.exact.farthest_root"}
    assert set(a_root_inside) < set(a_constant)
    assert all(one.place == "impls/counting/exact.py" for one in a_constant)


def test_a_function_that_never_ran_has_no_branch_to_miss():
    assert never_reached([ROOT_OF], nothing_run()) == []


SOURCE = """
def f(x):
    if x > 3:
        if x > 4:
            return 4
        return 3
    elif x > 2:
        return 2
    else:
        for y in range(x):
            print(y)
    try:
        match x:
            case 1:
                return 1
    except KeyError:
        x = 0
    if x < 0:
        raise ValueError(x)
    while x:
        x -= 1
    return x
"""


@pytest.mark.parametrize(("ran", "missed"), [
    ({3, 4, 5}, ["else of if x > 3", "case 1", "except KeyError", "while x"]),
    ({3, 7, 10}, ["if x > 3", "if x > 2", "for y in range(x)", "case 1", "except KeyError", "while x"]),
    ({3, 6, 7, 8, 10, 11, 15, 17, 21}, ["if x > 4"]),
])  # fmt: skip
def test_a_branch_that_was_missed_is_told_by_its_condition_and_what_lies_in_it_is_not(ran, missed):
    found = branches._missed(branches._branches(ast.parse(SOURCE).body[0]), ran)
    assert sorted(when for _, when in found) == sorted(missed)


def test_a_method_is_known_by_its_class(tmp_path):
    (file := tmp_path / "of.py").write_text(
        "class A:\n    class B:\n        def f(self):\n            if self:\n                ...\ndef g():\n    ...\n"
    )
    (f, (_, (branch,))), (g, _) = branches._functions(file).items()

    assert (f, branch.when, g) == ("A.B.f", "if self", "g")


def test_a_stored_case_reaches_what_a_search_does_not():
    stored = claim(
        "toys.stored", **toys.UNUSED, expect="supported", as_written=reading(polynomial=cases([[5], [7]])),
        holds_for={"a root inside": reading(polynomial=[1, 2])},
    )(lambda polynomial: holds(exact.farthest_root(polynomial) is not None, "no root"))  # fmt: skip
    never = {Branch(*one) for one in watched(stored, [ROOT_OF])[0].never}

    assert [one.name for one in searched(stored)] == ["as written"]
    assert never == set(after_running([5], [7], [1, 2])) < set(after_running([5], [7]))


def test_what_a_function_keeps_of_calls_before_hides_no_branch(monkeypatch):
    calls = count()
    monkeypatch.setattr(exact.farthest_root, "cache_clear", lambda: next(calls), raising=False)
    watched(toys.tight, [ROOT_OF])

    assert next(calls) == 1


# --- the command ----------------------------------------------------------------------------------------------------


def test_what_was_tried_is_kept_beside_what_is_known_of_other_claims(tmp_path):
    keep_tried(tmp_path, {"a.one": TriedClaim(rests_on="1", readings=[])})
    keep_tried(tmp_path, {"a.two": TriedClaim(rests_on="2", readings=[])})

    assert {id: one.rests_on for id, one in read_tried(tmp_path).items()} == {"a.one": "1", "a.two": "2"}


ONE = (
    '{"a.one": {"rests_on": "1", "readings": [{"name": "n", "role": "as written", "outcome": "held", "cases": %s, "drawn": 7}]}}'
)


@pytest.mark.parametrize("text", ["{", ONE % -1, ONE % 10**400], ids=["torn", "fewer than none", "more than can be divided"])
def test_a_summary_that_cannot_be_is_told(tmp_path, text):
    (tmp_path / "tried.json").write_text(text)

    with pytest.raises(EvidenceError, match="delete it"):
        read_tried(tmp_path)


def test_a_summary_that_can_be_is_read(tmp_path):
    (tmp_path / "tried.json").write_text(ONE % 5)

    assert read_tried(tmp_path)["a.one"].readings[0].share == 5 / 7


def test_a_torn_summary_is_told_before_any_work_and_nothing_is_written(reports, tmp_path):
    reports.folder.mkdir()
    (reports.folder / "tried.json").write_text("{")
    before = sorted(reports.folder.rglob("*"))

    for call in (("--workers", 1), ("observe", toys.qualified.id, "--into", tmp_path / "seen")):
        assert "tried.json: not readable" in reports.refuses(*call)
    assert [one for one in sorted(reports.folder.rglob("*")) if one not in before and one.name != ".run.lock"] == []
    assert not (tmp_path / "seen").exists()


def test_the_command_tells_a_line_a_reading_and_writes_what_tyche_reads(reports, tmp_path):
    code, said, _ = reports.run("observe", toys.qualified.id, "--into", tmp_path / "seen")
    (file,) = (tmp_path / "seen").iterdir()

    assert code == 0
    assert "as written\tfell\t2 cases, 100% of those drawn\t" in said
    assert {json.loads(line)["type"] for line in file.read_text("utf-8").splitlines()} == {"test_case", "info"}
    assert list(read_tried(reports.folder)) == [toys.qualified.id]
    assert not (reports.folder / "evidence").exists(), "no evidence is written"


def test_what_is_not_searched_is_not_observed(reports, tmp_path):
    code, said, _ = reports.run("observe", toys.every_entry_is_a_square.id, "--into", tmp_path / "seen")

    assert (code, "none of these claims is searched" in said) == (0, True)
    assert not (tmp_path / "seen").exists()


def test_a_folder_that_cannot_be_written_is_named(reports, tmp_path):
    (tmp_path / "file").write_text("")

    assert "file" in reports.refuses("observe", toys.qualified.id, "--into", tmp_path / "file" / "below")
