"""Whom a cluster takes help from, and what it says where there is none: on a client of Dask's that is made up.

With a real scheduler and workers: tests/machines/."""

import asyncio
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from reports.running.elsewhere import cluster, hand, likeness
from reports.running.elsewhere.cluster import Cluster, ClusterError, helped_by

distributed = pytest.importorskip("distributed")
TEXT = "claims/rnns"
ALIKE = {"sources": "a", "python": "b"}


class Client:
    """Of a scheduler whose workers are known by name: what each says of itself; None where it was not started in a checkout."""

    def __init__(self, workers, **asked):
        self.workers, self.asked, self.status, self.marked, self.closed = workers, asked, "running", set(), False

    def scheduler_info(self):
        return {"workers": {one: {"resources": {likeness.mark(ALIKE): 1} if one in self.marked else {}} for one in self.workers}}

    def run(self, work, *arguments, workers, on_error):
        assert on_error == "return"
        return {one: self.answer(one, work) for one in workers}

    def answer(self, one, work):
        said = self.workers[one]
        if work is os.path.exists:
            return said is not None
        if work is cluster.announce and said == ALIKE:
            self.marked.add(one)
        return said if work is cluster.announce else None

    def close(self):
        self.closed = True


class Clock:
    """Time passes by sleeping alone."""

    def __init__(self, monkeypatch):
        self.now = 1000.0
        monkeypatch.setattr(cluster, "monotonic", lambda: self.now)
        monkeypatch.setattr(cluster, "sleep", self.sleep)

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(likeness, "likeness", lambda text: ALIKE)
    return Clock(monkeypatch)


@pytest.fixture
def scheduler(monkeypatch, clock):
    """A function that starts one with these workers, and gives what clients connected to it."""

    def start(**workers):
        met = []

        def connect(address, **asked):
            warnings.warn("another version of something", stacklevel=2)
            met.append(Client(workers, **asked))
            return met[-1]

        monkeypatch.setattr(distributed, "Client", connect)
        return met

    return start


def joined(said=None, address="tcp://there:8786"):
    found = Cluster(address, TEXT, 1, (said if said is not None else []).append)
    found.connect()
    return found


def test_those_that_are_alike_help_and_each_other_is_refused_by_name(scheduler):
    said = []
    scheduler(alike=ALIKE, other=ALIKE | {"python": "c"}, elsewhere=None, broken=OSError("no disk"))
    found = joined(said)
    assert found.fit == {"alike"}
    assert found.look() == 1
    assert found.refused.keys() == {"other", "elsewhere", "broken"}
    told = {one.partition(": ")[2].partition(": ")[0]: one for one in said}
    assert "checkout" in told["the worker elsewhere"]
    assert "OSError: no disk" in told["the worker broken"]
    assert len(said) == 3


def test_a_run_waits_as_long_as_it_says_and_is_no_client_for_others(scheduler):
    met = scheduler(alike=ALIKE)
    with warnings.catch_warnings(record=True) as warned:
        joined()
    assert warned == [], "whoever is not alike is told in our words"
    assert met[0].asked == {"timeout": cluster.PATIENCE, "set_as_default": False}


def test_where_all_are_refused_nobody_waits(scheduler, clock):
    began = clock.now
    scheduler(elsewhere=None)
    with pytest.raises(ClusterError, match=r"--dask tcp://there:8786: every worker is refused.*elsewhere: it was not started"):
        joined()
    assert clock.now - began < cluster.AGAIN


def test_where_nobody_comes_one_waits_for_a_while(scheduler, clock):
    began = clock.now
    scheduler()
    with pytest.raises(ClusterError, match="--dask tcp://there:8786: no worker for 30 s"):
        joined()
    assert cluster.PATIENCE < clock.now - began < cluster.PATIENCE + cluster.AGAIN


def test_one_that_comes_late_is_asked_and_helps_and_one_that_goes_is_missed(scheduler, clock):
    met, found = scheduler(alike=ALIKE), joined()
    (client,) = met
    client.workers["late"] = ALIKE
    assert found.look() == 1, "one looked a moment ago"
    clock.sleep(cluster.AGAIN)
    assert found.look() == 2
    before = found.generation
    client.workers.clear()
    clock.sleep(cluster.AGAIN)
    assert found.look() == 0
    client.workers["another"] = ALIKE
    assert found.look() == 1
    assert found.generation == before + 1, "what was sent before is sent again"


def test_a_scheduler_that_has_gone_is_waited_for_and_one_that_was_left_is_not(scheduler, clock):
    met, found = scheduler(alike=ALIKE), joined()
    (client,) = met
    client.status, began = "connecting", clock.now
    assert found.is_lost()
    with pytest.raises(ClusterError, match="the scheduler has gone, for more than 30 s"):
        found.find_again()
    assert cluster.PATIENCE < clock.now - began < cluster.PATIENCE + cluster.AGAIN
    client.status, began = "closed", clock.now
    with pytest.raises(ClusterError, match="the scheduler has gone"):
        found.find_again()
    assert clock.now == began
    client.status = "running"
    found.find_again()
    assert (found.fit, found.greeted) == (set(), set())


def test_work_is_sent_as_bytes_to_those_alone_who_are_alike_and_is_done_where_they_are_read(scheduler):
    met, found = scheduler(alike=ALIKE), joined()
    asked = {}
    met[0].submit = lambda work, *of, **more: asked.update(more) or work(*of)
    assert found.send(divmod, 17, 5) == (3, 2)
    assert asked == {"pure": False, "resources": {likeness.mark(ALIKE): 1}}


def test_help_lasts_as_long_as_the_block_and_is_told(scheduler):
    met, said = scheduler(one=ALIKE, two=ALIKE), []
    with helped_by("tcp://there:8786", 1, said.append) as found:
        assert found.fit == {"one", "two"}
        assert said == ["Helping: 2 workers of tcp://there:8786."]
    assert met[0].closed
    assert found.client is None


def test_without_an_address_nobody_is_asked(scheduler):
    met = scheduler(one=ALIKE)
    with helped_by("", 1, print) as found:
        assert found is None
    assert met == []


def test_without_dask_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(cluster.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ClusterError, match="python -m pip install --group dask"):
        cluster.must_be_installed()


def test_a_worker_says_what_it_is_and_takes_one_task_at_a_time(monkeypatch):
    asked = {}

    async def set_resources(**given):
        asked.update(given)

    monkeypatch.setattr(hand, "THE", SimpleNamespace(process=None, told={}, do=lambda work, text: ALIKE))

    def announced():
        return asyncio.run(cluster.announce(TEXT, SimpleNamespace(set_resources=set_resources)))

    with ThreadPoolExecutor(1) as pool:  # a test in a browser leaves a loop running in this thread
        assert pool.submit(announced).result() == ALIKE
    assert asked == {likeness.mark(ALIKE): 1}
