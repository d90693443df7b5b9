"""What a free process does next: not what another process is training, rather the seeds that this one has not come to yet."""

from concurrent.futures import Executor, Future
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims import every_claim
from claims.catalogue import Keys, catalogue
from claims.evidence.keys import here
from claims.evidence.profiles import VERDICT
from claims.evidence.store import Store
from claims.kit.engines.engine import constants
from claims.kit.engines.trials import Trials
from claims.kit.told import experiments, told
from reports.running import work
from reports.running.examination import Examination, Examiner, _spread, _taken_from
from reports.running.work import Task


def task(name, *trains):
    return SimpleNamespace(name=name, trains=frozenset(trains))


def order(waiting, busy):
    chosen = _taken_from(waiting, busy)
    return chosen and chosen.name, [one.name for one in waiting]


def test_the_first_is_taken_that_trains_nothing_of_what_is_trained():
    waiting = [task("a", "recall"), task("b", "recall", "reading"), task("c", "reading"), task("d")]
    assert order(waiting, [task("x", "recall")]) == ("c", ["a", "b", "d"])
    assert order(waiting, []) == ("a", ["b", "d"])


def test_where_all_train_the_same_none_is_taken():
    assert order([task("a", "recall"), task("b", "recall")], [task("x", "recall")]) == (None, ["a", "b"])


def test_a_large_budget_comes_before_a_small_one_and_clocks_come_last(tmp_path):
    """So that what it passes by need not be trained again."""
    known = {one.id: one for one in every_claim()}
    told_of = {id: told(one) for id, one in known.items()}
    examiner = Examiner(Keys(here()), Store(None), VERDICT, 1, tmp_path)
    tasks = examiner.tasks(catalogue().entries, Examination(told_of, readings={id: {} for id in known}), tmp_path)
    budgets = [constants(known[one.id].reading(one.reading)).get("budgets", 1) for one in tasks if one.trains]
    assert budgets == sorted(budgets, reverse=True)
    assert {1, 4, 5} <= set(budgets)
    timed = [known[one.id].by.timed for one in tasks if isinstance(known[one.id].by, Trials)]
    assert timed == sorted(timed)
    assert len(tasks) == sum(len(one.readings) for one in known.values())


@pytest.mark.parametrize("workers", [2, 3, 5])
@given(st.lists(st.sampled_from([(), ("recall",), ("reading",), ("recall", "reading")]), max_size=8))
def test_every_reading_is_examined_once_however_many_processes_there_are(workers, kinds):
    tasks, done = (
        [Task("toys.x", "tests.toys", f"{place}", "verdict", trains=frozenset(kind)) for place, kind in enumerate(kinds)],
        [],
    )

    class AtOnce(Executor):
        def submit(self, asked, task):
            if asked is work.examine:
                done.append(task)
            found = Future()
            found.set_result(task)
            return found

    came = list(_spread(list(tasks), AtOnce(), workers))
    assert sorted(done, key=tasks.index) == tasks
    assert all(asked == found for asked, found in came)
    assert len(came) == len(tasks)


def test_a_property_is_known_by_the_experiments_that_it_names_also_within_a_comprehension():
    known = {one.id: {name.rpartition(".")[2] for name in experiments(one)} for one in every_claim()}
    assert known["gated.start-decides"] == {"recall"}
    assert known["bottleneck.quality-falls-with-length"] == {"translation"}
    assert known["long-range.agreement-by-distance.trained"] == {"agreement"}
    assert known["bottleneck.collapse-is-capacity"] == set()
