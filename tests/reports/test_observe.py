"""What a search tried, to be seen: the lines that Tyche reads, the summary, and the branches that no search came to."""

import json

import pytest
from hypothesis.internal import observability

from claims.evidence.evidence import EvidenceError
from claims.evidence.keys import Target
from claims.evidence.profiles import VERDICT
from claims.kit.engines.inside import Moved
from claims.kit.examine import examine_reading
from impls.counting import exact
from reports.running.branches import files_of, lines_run, never_reached, nothing_run
from reports.running.observing import TriedClaim, as_line, keep_tried, read_tried, watch
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


@pytest.mark.parametrize("toy", [toys.tight, toys.qualified, toys.half_discarded, toys.crashing], ids=lambda toy: toy.id)
def test_what_is_observed_is_what_the_evidence_counts(toy):
    seen, _ = watched(toy)
    wanted = [examine_reading(toy, toy.reading(one.name), VERDICT) for one in seen.readings]

    assert [(one.outcome, one.cases, one.drawn) for one in seen.readings] == [
        (one.outcome, one.cases, one.cases + one.repeated) for one in wanted
    ]


def test_the_summary_tells_sizes_and_how_near_a_bound_it_came():
    written = watched(toys.tight)[0].readings[0]

    assert written.sizes == [1, 1, 1]
    assert written.strain[2] == 0.5  # of a limit of 20, by numbers up to 10


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

    assert {one.function for one in a_constant} == {"counting.exact.farthest_root"}
    assert set(a_root_inside) < set(a_constant)
    assert all(one.place == "impls/counting/exact.py" for one in a_constant)


def test_a_function_that_never_ran_has_no_branch_to_miss():
    assert never_reached([ROOT_OF], nothing_run()) == []


# --- the command ----------------------------------------------------------------------------------------------------


def test_what_was_tried_is_kept_beside_what_is_known_of_other_claims(tmp_path):
    keep_tried(tmp_path, {"a.one": TriedClaim(rests_on="1", readings=[])})
    keep_tried(tmp_path, {"a.two": TriedClaim(rests_on="2", readings=[])})

    assert {id: one.rests_on for id, one in read_tried(tmp_path).items()} == {"a.one": "1", "a.two": "2"}


def test_a_summary_that_is_torn_is_told(tmp_path):
    (tmp_path / "tried.json").write_text("{")

    with pytest.raises(EvidenceError, match="delete it"):
        read_tried(tmp_path)


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
