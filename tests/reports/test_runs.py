"""Examinations that train: runs are kept beside the evidence, taken from there, done again when asked, and never half lost."""

import pytest

from claims.kit import claim, holds, measure, reading, trials
from claims.kit.domains import seeds
from claims.kit.runs import Ran, experiment, ran, read_runs
from reports import examination
from tests import toys
from tests.reports.running import files

DONE = []


@experiment
def learning(seed: int, able: bool) -> Ran:
    DONE.append(seed)
    return ran([1.0, 0.0], score=float(able))


@claim(
    "toys.learner", says="It learns.", teach="It does.", expect="supported", by=trials(seeds=20),
    as_written=reading(seed=seeds(), able=True), fails_for={"not able": reading(seed=seeds(), able=False)},
)  # fmt: skip
def learner(seed, able):
    score = learning(seed, able)["score"]
    measure(score=score)
    holds(score > 0.5, "not learnt")


@pytest.fixture
def trained(reports):
    DONE.clear()
    reports.claims(learner, toys.supported)
    reports.examine()
    return reports


def runs_of(reports):
    return reports.folder / "evidence" / "runs" / "toys.learner.json"


def test_runs_lie_beside_the_evidence_of_the_claims_that_train(trained):
    assert [name for name in files(trained.folder) if "/runs/" in name] == ["evidence/runs/toys.learner.json"]
    assert len(read_runs(runs_of(trained))) == len(DONE) > 20


def test_a_second_examination_trains_nothing_and_comes_to_the_same(trained):
    before, done = files(trained.folder), len(DONE)
    trained.examine()

    assert len(DONE) == done
    assert files(trained.folder)["evidence/runs/toys.learner.json"] == before["evidence/runs/toys.learner.json"]
    assert files(trained.folder)["verdicts.md"] == before["verdicts.md"]


def test_fresh_trains_all_again(trained):
    done = len(DONE)
    trained.examine("--fresh")

    assert len(DONE) == 2 * done


def test_runs_that_a_claim_does_not_use_any_more_go(trained):
    path, all_runs = runs_of(trained), read_runs(runs_of(trained))
    stale = path.read_text().replace(all_runs[0].key, "0" * 16)
    path.write_text(stale)
    done = len(DONE)
    trained.examine()

    assert len(DONE) == done + 1
    assert {one.key for one in read_runs(path)} == {one.key for one in all_runs}


def test_until_all_readings_are_done_the_older_runs_stay(trained):
    path, all_runs = runs_of(trained), read_runs(runs_of(trained))
    examination._keep(path, {all_runs[0].key: all_runs[0]}, done=False)
    assert len(read_runs(path)) == len(all_runs)

    examination._keep(path, {all_runs[0].key: all_runs[0]}, done=True)
    assert read_runs(path) == all_runs[:1]


def test_runs_of_a_claim_that_is_no_more_go_with_its_evidence(trained):
    trained.claims(toys.supported)
    trained.examine()

    assert [name for name in files(trained.folder) if "learner" in name] == []


def test_a_quick_look_trains_nothing(trained):
    done = len(DONE)
    trained.examine("--profile", "quick", "--only", "toys.learner")

    assert len(DONE) == done
