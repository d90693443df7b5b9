"""What is shared with others, and in which order: on a cluster that is made up and does at once, or never, what it is sent."""

from types import SimpleNamespace

import pytest

from claims.catalogue import Entry, Keys
from claims.evidence.keys import here
from claims.evidence.profiles import VERDICT
from claims.evidence.runs import Wanted, experiment, ran
from claims.evidence.store import Store
from claims.kit import claim, holds, measure, reading, trials
from claims.kit import told as telling
from claims.kit.domains import seeds
from claims.kit.engines.trials import independent_seeds
from claims.kit.told import told
from claims.subjects.trained.fair import DISCARDED, RATES, at_best_rate
from reports.running import work
from reports.running.elsewhere import errands, hand, likeness, sharing
from reports.running.elsewhere.cluster import ClusterError
from reports.running.elsewhere.errands import Edited
from reports.running.elsewhere.sharing import Sharing, passes
from reports.running.examination import Examination, Examiner
from tests import toys

DONE = []


@experiment
def rising(seed: int, rate: float, kind: str = "new", budgets: int = 1):
    for spent in range(1, budgets + 1):
        DONE.append((seed, rate, kind, spent))
        yield spent, ran([1.0, 0.0], score=seed % 7 + (kind == "new"), steps=1.0, loss=rate)


@claim(
    "toys.rises", says="It rises.", teach="It does.", expect="supported", scope="Toys", by=trials(),
    as_written=reading(seed=seeds(), kind="new", budgets=1), amended={"at length": reading(seed=seeds(), kind="new", budgets=3)},
    fails_for={"as it was": reading(seed=seeds(), kind="old", budgets=1)},
)  # fmt: skip
def rises(seed, kind, budgets):
    new, old = (at_best_rate(rising, seed, kind=each, budgets=budgets)["score"] for each in (kind, "old"))
    measure(new=new, old=old)
    holds(new > old, "not higher")


@claim(
    "toys.breaks", says="It breaks.", teach="It does.", expect="undecided", scope="Toys", by=trials(),
    as_written=reading(seed=seeds()), fails_for={"as well": reading(seed=seeds())},
)  # fmt: skip
def breaks(seed):
    holds(rising(seed=seed, rate="none")["score"] > 0, "never asked")


CLAIMS = (rises, breaks, toys.supported, toys.qualified)


@pytest.fixture(autouse=True)
def known(monkeypatch):
    DONE.clear()
    monkeypatch.setattr(telling, "TRAINED", "tests.")
    monkeypatch.setattr(telling, "NO_EXPERIMENT", "claims.subjects.trained.fair")
    monkeypatch.setattr(work, "find_claim", lambda name, module: next(one for one in CLAIMS if one.id == name))


def examiner(folder, *claims, cluster=None):
    entries = [Entry(one.id, one.check.__module__, one.defined_at) for one in claims]
    return Examiner(Keys(here()), Store(None), VERDICT, 1, folder, cluster=cluster), entries


def tasks_of(folder, *claims):
    one, entries = examiner(folder, *claims)
    of = {each.id: told(each) for each in claims}
    return one.tasks(entries, Examination(of, readings={id: {} for id in of}), folder / "anew")


class AtOnce:
    """A cluster whose workers are this process. `fate` says of each thing that is sent what becomes of it."""

    text, mark, address = "claims/rnns", "m", "made up"

    def __init__(self, helping=3, fate=lambda number: "finished"):
        self.helping, self.fate, self.sent, self.generation = helping, fate, [], 1

    def look(self):
        return self.helping

    def is_lost(self):
        return False

    def find_again(self):
        self.generation += 1

    def send(self, how, text, mark, do, what):
        assert how is errands.done
        self.sent.append(what)
        return Answer(self.fate(len(self.sent)), do, what)


class Answer:
    def __init__(self, fate, do, what):
        self.status, self.problem = (fate, None) if isinstance(fate, str) else ("error", fate)
        try:
            self.found = do(what)
        except Exception as problem:
            self.status, self.problem = "error", problem

    def add_done_callback(self, back):
        back(self)

    def exception(self):
        return self.problem

    def result(self):
        if self.problem:
            raise self.problem
        return self.found


def shared(cluster, tasks):
    return {(task.id, task.reading): came for task, came in Sharing(cluster).share(tasks)}


def steady(came):
    return came.evidence, {key: (one.ran, one.arguments) for key, one in came.runs.items()}


@pytest.mark.parametrize("helping", [1, 3, 64])
def test_what_comes_of_readings_is_what_comes_of_them_at_home(tmp_path, helping):
    here_ = {(one.id, one.reading): work.examine(one) for one in tasks_of(tmp_path / "home", rises, toys.supported)}
    there = shared(AtOnce(helping), tasks_of(tmp_path / "away", rises, toys.supported))
    assert {name: steady(one) for name, one in there.items()} == {name: steady(one) for name, one in here_.items()}
    assert there["toys.rises", "as written"].evidence.outcome == "held"
    assert there["toys.rises", "as it was"].evidence.outcome == "fell"


def test_no_run_is_sent_twice_and_none_that_a_larger_budget_passes(tmp_path):
    cluster = AtOnce()
    shared(cluster, tasks_of(tmp_path, rises))
    wanted = [one for one in cluster.sent if isinstance(one, Wanted)]
    assert len({one.key for one in wanted}) == len(wanted)
    assert len(DONE) == len(set(DONE)) > 20
    assert not [one for one in wanted for other in wanted if one is not other and passes(one, other)]


def test_a_run_passes_those_of_smaller_budgets_by_and_of_one_where_none_is_named():
    def run(experiment="a.b", **arguments):
        return Wanted("", experiment, arguments)

    assert passes(run(seed=1, budgets=3), run(seed=1, budgets=3))
    assert passes(run(seed=1, budgets=3), run(budgets=2, seed=1))
    assert not passes(run(seed=1, budgets=2), run(seed=1, budgets=3))
    assert passes(run(seed=1, budgets=1), run(seed=1))
    assert passes(run(seed=1), run(seed=1, budgets=1))
    assert not passes(run(seed=1), run(seed=1, budgets=2))
    assert not passes(run(seed=1), run(seed=2))
    assert not passes(run(seed=1), run("a.c", seed=1))


def test_a_run_that_is_known_is_not_sent(tmp_path):
    tasks = tasks_of(tmp_path, rises)
    shared(AtOnce(), tasks)
    cluster = AtOnce()
    shared(cluster, tasks)
    assert cluster.sent == []


def test_of_a_reading_that_trains_runs_alone_travel_and_of_others_no_folder_of_ours(tmp_path):
    cluster = AtOnce()
    shared(cluster, tasks_of(tmp_path, rises, toys.supported))
    readings = [one for one in cluster.sent if not isinstance(one, Wanted)]
    assert {one.id for one in readings} == {toys.supported.id}
    assert {(one.kept, one.anew) for one in readings} == {((), None)}


def test_what_is_asked_for_whatever_the_answers_are_is_asked_for_at_once(tmp_path):
    task = next(one for one in tasks_of(tmp_path, rises) if one.reading == "as written")
    seed = work.first_seeds(task)[0]
    first = work.missing(task, seed)
    tried = {(one.arguments["rate"], one.arguments["seed"], one.arguments["kind"]) for one in first}
    assert tried == {(rate, seed_, kind) for rate in RATES for seed_ in DISCARDED for kind in ("new", "old")}
    for one in first:
        sharing.keep(sharing.done_anew(one), task.anew)
    assert [one.arguments["seed"] for one in work.missing(task, seed)] == [seed, seed]


def test_who_asks_until_an_answer_suits_is_left(tmp_path, monkeypatch):
    def for_ever(seed, kind, budgets):
        tried = 0
        while rising(seed=tried, rate=0.1)["score"] < 100:
            tried += 1

    task = tasks_of(tmp_path, rises)[0]
    stubborn = SimpleNamespace(check=for_ever, reading=rises.reading, by=rises.by)
    monkeypatch.setattr(work, "find_claim", lambda *_: stubborn)
    assert len(work._asked_for(task, 1, work.repeat(0))) == work.MANY


def test_what_breaks_elsewhere_breaks_here_and_is_told_as_it_is_at_home(tmp_path):
    home = work.examine(tasks_of(tmp_path / "home", breaks)[0])
    away = shared(AtOnce(), tasks_of(tmp_path / "away", breaks))
    assert home.evidence.outcome == "error"
    assert away["toys.breaks", home.evidence.name].evidence == home.evidence


# --- what becomes of what is sent -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("problem", [hand.Died("x"), Edited("x")], ids=["died", "edited"])
@pytest.mark.parametrize("numbers", [{1}, {2, 5}, {1, 3, 6}], ids=str)
def test_what_a_worker_had_that_fell_out_is_sent_again(tmp_path, numbers, problem):
    cluster = AtOnce(1, lambda number: problem if number in numbers else "finished")
    tasks = tasks_of(tmp_path, toys.supported, toys.qualified)
    assert len(shared(cluster, tasks)) == len(tasks)
    assert len(cluster.sent) == len(tasks) + len(numbers)


def test_what_kills_every_worker_that_has_it_is_given_up_by_name(tmp_path):
    with pytest.raises(ClusterError, match=r"toys.small-numbers-are-small.*want of memory.*goes on from there"):
        shared(AtOnce(1, lambda _: hand.Died("x")), tasks_of(tmp_path, toys.supported))


def test_what_was_lost_with_a_scheduler_is_sent_to_the_next(tmp_path):
    cluster = AtOnce(3, lambda number: "cancelled" if number < 3 else "finished")
    tasks = tasks_of(tmp_path, toys.supported)
    assert len(shared(cluster, tasks)) == len(tasks)
    assert cluster.generation >= 2


def test_what_a_clock_decides_is_not_sent(tmp_path, monkeypatch):
    one, _ = examiner(tmp_path, toys.supported, cluster=AtOnce())
    timed = SimpleNamespace(timed=True, trains=frozenset(), id="a")
    monkeypatch.setattr(
        "reports.running.examination._spread", lambda some, pool, workers: iter([(each, "here") for each in some])
    )
    pool = SimpleNamespace(ask=lambda *_: None)
    assert list(one._run([timed], [timed], pool)) == [(timed, "here")]
    assert one.cluster.sent == []


# --- who is alike -----------------------------------------------------------------------------------------------------------


def test_everything_that_differs_is_told_by_name():
    here_ = {"torch": "2.13.0", "numpy": "2.4", "claims/a.py": "1", "claims/b.py": "2", "c.toml": "3", "d.py": "4", "e.py": "5"}
    there = here_ | {"torch": "2.11.0", "claims/a.py": "0", "claims/b.py": "0", "c.toml": "0", "d.py": "0"}
    del there["e.py"]
    assert likeness.differences(here_, there) == [
        "torch 2.11.0, here 2.13.0", "other sources: claims/a.py, claims/b.py, c.toml and 2 more",
    ]  # fmt: skip
    assert likeness.differences(here_, dict(here_)) == []
    assert likeness.mark(here_) != likeness.mark(there)


def test_versions_processor_and_sources_are_told_and_what_a_run_writes_is_not():
    told_ = likeness.likeness("claims/rnns")
    assert {"python", "torch", "hypothesis", "numpy", "scipy", "the processor's vector units"} <= told_.keys()
    assert {"claims/rnns/facts/gated.toml", "impls/recurrent/gru.py", "reports/running/work.py"} <= told_.keys()
    assert not [name for name in told_ if name.startswith(("reports/evidence/runs", "reports/site", "tests/"))]
    assert [name for name in told_ if name.startswith("reports/evidence/recorded")]


def test_a_file_that_is_edited_after_it_was_seen_is_noticed(tmp_path, monkeypatch):
    (tmp_path / "claims").mkdir()
    (tmp_path / "pyproject.toml").write_text("")
    (file := tmp_path / "claims" / "a.py").write_text("1")
    monkeypatch.setattr(likeness, "ROOT", tmp_path)
    monkeypatch.setattr(likeness, "_first", {})
    before = likeness.likeness("claims")
    assert likeness.is_as_it_was("claims")
    file.write_text("2")
    assert not likeness.is_as_it_was("claims")
    assert likeness.likeness("claims") == before, "what was imported may be what was there first"


def test_with_other_sources_nothing_is_done(monkeypatch):
    with pytest.raises(Edited):
        errands.as_agreed("claims/rnns", "another mark", DONE.append, 1)
    assert DONE == []


# --- the process that does it -----------------------------------------------------------------------------------------------


def test_a_hand_answers_raises_and_is_another_one_after_it_died():
    one = hand.Hand()
    try:
        assert one.do(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            one.do(divmod, 7, 0)
        first = one.process.pid
        with pytest.raises(hand.Died):
            one.do(hand.os._exit, 1)
        assert one.do(divmod, 7, 2) == (3, 1)
        assert one.process.pid != first
    finally:
        one._bury()


def test_a_hand_ends_with_whoever_asks_whatever_it_is_at():
    one = hand.Hand()
    assert one.do(abs, -1) == 1
    process = one.process
    process.stdin.close()
    assert process.wait(timeout=30) == 0
    process.stdout.close()


def test_seeds_that_are_sent_are_those_of_the_examination(tmp_path):
    task = next(one for one in tasks_of(tmp_path, rises) if one.reading == "as written")
    assert work.first_seeds(task) == independent_seeds(0, 20)[: len(work.first_seeds(task))]
