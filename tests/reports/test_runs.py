"""Examinations that train: runs are kept beside the evidence, taken from there, done again when asked, and never half lost."""

from contextlib import suppress

import msgspec
import pytest

from claims.catalogue import Entry, Keys
from claims.evidence.keys import here
from claims.evidence.profiles import VERDICT
from claims.evidence.runs import Ran, experiment, keep_runs, ran, read_runs
from claims.evidence.store import Store
from claims.kit import claim, holds, measure, reading, trials
from claims.kit.domains import seeds
from claims.kit.engines.trials import independent_seeds
from claims.kit.told import told
from reports.running import work
from reports.running.examination import Examination, Examiner
from tests import toys
from tests.reports.running import files

DONE = []


@experiment
def learning(seed: int, able: bool) -> Ran:
    DONE.append(seed)
    return ran([1.0, 0.0], score=float(able))


@claim(
    "toys.learner", says="It learns.", teach="It does.", expect="supported", scope="Toys", by=trials(),
    as_written=reading(seed=seeds(), able=True), fails_for={"not able": reading(seed=seeds(), able=False)},
)  # fmt: skip
def learner(seed, able):
    score = learning(seed, able)["score"]
    measure(score=score)
    holds(score > 0.5, "not learnt")


as_able = claim(
    "toys.able", says="It learns as well.", teach="It does.", expect="supported", scope="Toys", by=trials(),
    as_written=reading(seed=seeds(), able=True), fails_for={"unable": reading(seed=seeds(), able=False)},
)(learner)  # fmt: skip


def interrupt(*_):
    raise KeyboardInterrupt


@pytest.fixture
def trained(reports):
    DONE.clear()
    reports.claims(learner, toys.supported)
    reports.examine()
    return reports


FILE = "evidence/runs/tests.reports.test_runs.learning.json"


def runs_of(reports):
    return read_runs(reports.folder / "evidence" / "runs")


def test_runs_lie_beside_the_evidence(trained):
    assert [name for name in files(trained.folder) if "/runs/" in name] == [FILE]
    assert len(runs_of(trained)) == len(DONE) > 20


def test_a_second_examination_trains_nothing_and_comes_to_the_same(trained):
    before, done = files(trained.folder), len(DONE)
    trained.examine()

    assert len(DONE) == done
    assert files(trained.folder)[FILE] == before[FILE]
    assert files(trained.folder)["verdicts.md"] == before["verdicts.md"]


def test_fresh_trains_all_again_and_leaves_nothing_beside(trained):
    before, done = set(files(trained.folder)), len(DONE)
    trained.examine("--fresh")

    assert len(DONE) == 2 * done
    assert set(files(trained.folder)) == before


def test_an_interrupted_fresh_examination_leaves_the_older_runs(trained, monkeypatch):
    before = runs_of(trained)

    monkeypatch.setattr(Examiner, "_write", interrupt)
    with suppress(KeyboardInterrupt):
        trained.examine("--fresh")

    assert runs_of(trained) == before


def test_what_was_trained_before_an_interruption_is_not_trained_again(trained, monkeypatch):
    path = trained.folder / FILE
    before, done = runs_of(trained), len(DONE)
    path.unlink()
    with monkeypatch.context() as once, suppress(KeyboardInterrupt):
        once.setattr(Examiner, "_write", interrupt)
        trained.examine()
    trained.examine()

    assert len(DONE) == 2 * done
    assert runs_of(trained).keys() == before.keys()


def test_claims_that_speak_of_the_same_network_share_it(trained):
    done = len(DONE)
    trained.claims(learner, as_able)
    trained.examine()

    assert len(DONE) == done


def test_runs_that_no_claim_uses_any_more_go_with_a_whole_examination(trained):
    path, all_runs = trained.folder / FILE, runs_of(trained)
    one = next(iter(all_runs.values()))
    stale = msgspec.structs.replace(one, key="0" * 24)
    others = [each for each in all_runs.values() if each is not one]
    path.unlink()
    keep_runs(path.parent, [msgspec.structs.replace(stale, check=stale.content), *others])
    done = len(DONE)
    trained.examine()

    assert len(DONE) == done + 1
    assert runs_of(trained).keys() == all_runs.keys()
    trained.claims(toys.supported)
    trained.examine()
    assert [name for name in files(trained.folder) if "learn" in name] == []


def test_what_was_trained_into_another_folder_is_not_trained_again_for_it(trained, tmp_path):
    """As with another torch, of which the project keeps no runs."""
    (trained.folder / FILE).unlink()
    done = len(DONE)
    for _ in range(2):
        said = trained.examine("--out", tmp_path / "other")[1]
        assert len(DONE) == 2 * done
    assert f"{done} training runs, none of them trained now" in said
    assert not (trained.folder / FILE).exists()
    trained.examine("--out", tmp_path / "other", "--fresh")
    assert len(DONE) == 3 * done


def test_a_quick_look_trains_nothing(trained):
    done = len(DONE)
    trained.examine("--profile", "quick", "--only", "toys.learner")

    assert len(DONE) == done


# --- a second process at the same reading -----------------------------------------------------------------------------


def asked_for(folder, by=learner):
    """The reading as written, as a task."""
    entry, done = Entry(by.id, __name__, by.defined_at), Examination({by.id: told(by)}, readings={by.id: {}})
    tasks = Examiner(Keys(here()), Store(None), VERDICT, 1, folder).tasks([entry], done, folder)
    return next(task for task in tasks if task.reading == "as written")


@pytest.fixture
def known(monkeypatch):
    DONE.clear()
    monkeypatch.setattr(work, "find_claim", lambda name, module: {one.id: one for one in (learner, as_able)}[name])


def test_from_the_other_end_the_seeds_are_trained_in_the_opposite_order_and_found_by_the_examination(known, tmp_path):
    task = asked_for(tmp_path)
    work.from_the_other_end(task)
    backwards = list(DONE)
    seen = work.examine(task)

    assert backwards == independent_seeds(0, 45)[16::-1], "17 in a row settle it, so that no other may be asked for"
    assert backwards == DONE
    assert {one.arguments["seed"] for one in seen.runs.values()} <= set(DONE)
    assert seen.evidence.outcome == "held"


@pytest.mark.parametrize("forwards", [0, 7, 16, 17])
def test_the_two_stop_where_they_meet(known, tmp_path, forwards):
    task, asked = asked_for(tmp_path), independent_seeds(0, 45)[:17]
    with work._shelf_of(task):
        for seed in asked[:forwards]:
            learner.check(seed=seed, able=True)
    work.from_the_other_end(task)

    assert asked[:forwards] + asked[forwards:][::-1] == DONE


def test_the_outcome_is_the_same_with_and_without_a_second_process(known, tmp_path):
    alone = work.examine(asked_for(tmp_path / "alone"))
    task = asked_for(tmp_path / "shared")
    work.from_the_other_end(task)

    def steady(seen):
        return seen.evidence, {key: one.ran for key, one in seen.runs.items()}

    assert steady(work.examine(task)) == steady(alone)
