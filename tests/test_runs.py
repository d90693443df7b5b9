"""Training runs that are kept: taken while nothing that they rest on has changed, run anew otherwise, never lost by half."""

import json
import math

import pytest

from claims.evidence import runs
from claims.evidence.evidence import EvidenceError
from claims.evidence.keys import KEEPERS, ROOT, Sources, Target, here
from claims.evidence.runs import Ran, Run, experiment, keep_runs, key_of, ran, read_runs, shelf
from claims.kit import Unsettled

DONE = []


@experiment
def squaring(seed: int, times: int = 2) -> Ran:
    DONE.append(seed)
    return ran([1.0, 0.5], result=float(seed**times))


@experiment
def diverging(seed: int) -> Ran:
    return ran([1.0, math.nan], result=math.inf)


@experiment
def growing(seed: int, budgets: int = 1, ends_in: int = 100):
    """Yields after the first budget and after the last, as training does, or where it ends."""
    for spent in sorted({min(1, budgets), min(budgets, ends_in)}):
        DONE.append(spent)
        yield spent, ran([1.0], result=float(seed + spent))


@pytest.fixture(autouse=True)
def _nothing_done_yet():
    DONE.clear()


def test_an_experiment_called_by_hand_just_runs():
    assert squaring(3)["result"] == squaring(3)["result"] == 9
    assert DONE == [3, 3]


def test_a_run_that_is_known_is_not_done_again_and_both_are_kept():
    with shelf() as first:
        squaring(3)
        squaring(4)
    with shelf(first.used) as second:
        assert squaring(3)["result"] == 9

    assert DONE == [3, 4]
    assert set(second.used) < set(first.used)


def test_a_long_run_has_passed_the_shorter_ones_by_and_keeps_them(tmp_path):
    with shelf(folder=tmp_path) as made:
        assert growing(10, budgets=5)["result"] == 15
        assert growing(10, budgets=1)["result"] == 11
    assert DONE == [1, 5]
    assert [one.arguments["budgets"] for one in made.used.values()] == [5, 1]

    with shelf(folder=tmp_path) as other:  # another process, say
        growing(10, budgets=1)
        growing(10, budgets=3)
    assert DONE == [1, 5, 1, 3]
    assert {one.ran["result"] for one in other.used.values()} == {11, 13}


@pytest.mark.parametrize(("ends_in", "passed"), [(1, [1, 2, 3, 4, 5]), (3, [1, 3, 4, 5]), (5, [1, 5])])
def test_one_that_ends_early_came_to_the_same_after_all_that_were_left(tmp_path, ends_in, passed):
    with shelf(folder=tmp_path):
        assert growing(10, budgets=5, ends_in=ends_in)["result"] == 10 + ends_in
    came = {one.arguments["budgets"]: one.ran["result"] for path in tmp_path.iterdir() for one in runs._runs_in(path)}
    assert came == {budgets: 10 + min(budgets, ends_in) for budgets in passed}


def test_without_a_shelf_or_a_budget_it_comes_to_what_it_ends_with():
    assert growing(10, budgets=5)["result"] == 15
    assert growing(10, budgets=0)["result"] == 10


def test_an_argument_counts_however_it_is_passed():
    with shelf() as made:
        squaring(3)
        squaring(seed=3)
        squaring(3, times=3)

    assert DONE == [3, 3]
    assert [one.arguments for one in made.used.values()] == [{"seed": 3, "times": 2}, {"seed": 3, "times": 3}]


@pytest.mark.parametrize("changed", ["_code", "_torch"])
def test_a_run_is_stale_once_what_it_rests_on_has_changed(monkeypatch, changed):
    with shelf() as made:
        squaring(3)
    monkeypatch.setattr(runs, changed, lambda *_: "other")
    with shelf(made.used) as again:
        squaring(3)

    assert DONE == [3, 3]
    assert set(again.used) != set(made.used)


RECALLING = Target("claims.subjects.trained.recall", "recalling")
TRAINING, KEEPING = ROOT / "impls" / "learning" / "training.py", ROOT / "claims" / "evidence" / "runs.py"


def code(changed=None):
    """A fingerprint of an experiment, where one file has another text."""
    return Sources(here().read, changed or {}).fingerprint(RECALLING, KEEPERS)


def test_a_key_rests_on_the_experiment_and_what_it_reaches_but_not_on_how_runs_are_kept():
    files = {here().file_of(one.module) for one in here().reached([RECALLING])}
    assert TRAINING in files

    training, keeping = TRAINING.read_bytes(), KEEPING.read_bytes()
    assert code({TRAINING: training.replace(b"beta2=0.999", b"beta2=0.99")}) != code()
    assert b"POINTS = 25" in keeping
    assert code({KEEPING: keeping.replace(b"perf_counter() - began", b"0.0")}) == code()
    assert code({KEEPING: keeping.replace(b"POINTS = 25", b"POINTS = 24")}) != code(), "a curve is what a run comes to"
    assert code({TRAINING: training + b"\n\ndef nobody_asks_for():\n    return 1\n"}) == code()


def test_what_diverged_is_told_as_such_and_is_strict_json(tmp_path):
    with shelf() as made:
        found = diverging(1)
    keep_runs(tmp_path, made.used.values())

    assert found.curve == [1.0, None]
    with pytest.raises(Unsettled, match="result is not finite: the run diverged"):
        found["result"]
    assert json.loads((tmp_path / "tests.test_runs.diverging.json").read_bytes())[0]["ran"]["measured"] == {"result": None}


def test_a_curve_is_thinned_out_and_keeps_its_ends():
    found = ran([float(step) for step in range(1201)])

    assert (found.curve[0], found.curve[-1], len(found.curve)) == (0, 1200, runs.POINTS)
    assert ran([5.0]).curve == [5.0]
    assert ran([]).curve == []


FILE = "tests.test_runs.squaring.json"


def test_runs_are_written_by_experiment_in_an_order_of_their_own_a_line_each_and_read_back(tmp_path):
    with shelf() as made:
        for seed in (3, 1, 2):
            squaring(seed)
    keep_runs(tmp_path / "one", made.used.values())
    keep_runs(tmp_path / "two", reversed(list(made.used.values())))
    with shelf() as other:
        diverging(1)
    keep_runs(tmp_path / "one", other.used.values())

    assert (tmp_path / "one" / FILE).read_bytes() == (tmp_path / "two" / FILE).read_bytes()
    assert len((tmp_path / "one" / FILE).read_text().splitlines()) == 3 + 2
    assert read_runs(tmp_path / "two") == made.used
    assert read_runs(tmp_path / "one", tmp_path / "absent") == made.used | other.used


def test_new_runs_stand_beside_the_older_ones_or_in_their_place(tmp_path):
    with shelf() as first:
        squaring(1)
        diverging(1)
    with shelf() as second:
        squaring(2)
    keep_runs(tmp_path, first.used.values())
    keep_runs(tmp_path, second.used.values())
    assert read_runs(tmp_path) == first.used | second.used

    keep_runs(tmp_path, second.used.values(), older=False)
    assert read_runs(tmp_path) == second.used
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "broken.json").write_text("[{")
    with pytest.raises(EvidenceError, match=r"broken\.json: not readable as runs .*delete it"):
        read_runs(tmp_path)


def test_the_key_names_the_experiment():
    arguments = {"seed": 1}

    assert key_of(squaring.__wrapped__, arguments) != key_of(diverging.__wrapped__, arguments)
    assert isinstance(Run(key="k", experiment="e", arguments=arguments, ran=Ran(measured={}), seconds=0.0), Run)
