"""Which reading a free process takes next: not one that trains what another process is training."""

from types import SimpleNamespace

from claims import every_claim
from reports.examination import _experiments, _taken_from


def task(name, *trains):
    return SimpleNamespace(name=name, trains=frozenset(trains))


def order(waiting, running):
    return _taken_from(waiting, running).name, [one.name for one in waiting]


def test_the_first_is_taken_that_trains_nothing_of_what_is_trained():
    waiting = [task("a", "recall"), task("b", "recall", "reading"), task("c", "reading"), task("d")]
    assert order(waiting, [task("x", "recall")]) == ("c", ["a", "b", "d"])
    assert order(waiting, []) == ("a", ["b", "d"])


def test_where_all_train_the_same_the_first_is_taken_for_no_process_may_stand_idle():
    assert order([task("a", "recall"), task("b", "recall")], [task("x", "recall")]) == ("a", ["b"])


def test_a_property_is_known_by_the_experiments_that_it_names_also_within_a_comprehension():
    known = {one.id: {name.rpartition(".")[2] for name in _experiments(one)} for one in every_claim()}
    assert known["gated.start-decides"] == {"recall"}
    assert known["bottleneck.quality-falls-with-length"] == {"translation"}
    assert known["long-range.agreement-by-distance.trained"] == {"agreement"}
    assert known["bottleneck.collapse-is-capacity"] == set()
