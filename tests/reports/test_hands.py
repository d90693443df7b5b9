"""Who does the work of a run: called when another number is asked for, alone on a core each, and gone when the run is."""

import os
import pickle
import sys
import threading
from queue import SimpleQueue

import pytest
import torch

from claims.catalogue import Entry, Keys
from claims.evidence.keys import here
from claims.evidence.profiles import VERDICT
from claims.evidence.store import Store
from claims.kit.told import told
from reports.running import hands, work
from reports.running.elsewhere import hand
from reports.running.examination import Examiner
from reports.running.hands import Hands, InThisProcess
from tests import toys


@pytest.fixture
def started(monkeypatch):
    """How many were called, time and again."""
    called = []

    class Some(InThisProcess):
        def __init__(self, number):
            called.append(number)

    monkeypatch.setattr(hands, "_started", lambda number, preload: Some(number))
    return called


def test_nobody_is_called_twice_for_the_same_number(started):
    some = Hands()
    first = some.ask(2)
    assert some.ask(2) is some.any() is first
    assert some.ask(3) is not first
    assert started == [2, 3]
    some.go()
    assert some.any() is not first
    assert started == [2, 3, 0], "whoever is there, or this process"


def test_this_process_hands_back_what_comes_and_what_is_raised():
    def breaks():
        raise KeyError("x")

    some = InThisProcess()
    assert some.submit(lambda a, b: a - b, 3, b=1).result() == 2
    assert isinstance(some.submit(breaks).exception(), KeyError)


def test_each_begins_with_one_thread_and_a_watch_that_keeps_nobody_waiting(monkeypatch):
    over, threads = threading.Event(), torch.get_num_threads()
    monkeypatch.setattr(hands, "_wait_for_the_end", over.wait)
    before = set(threading.enumerate())
    try:
        torch.set_num_threads(2)
        hands.begin()
        (watch,) = set(threading.enumerate()) - before
        assert torch.get_num_threads() == 1
        assert watch.daemon, "or the process would not end before the run does"
    finally:
        over.set()
        torch.set_num_threads(threads)


def test_no_number_is_this_process_with_one_thread():
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        assert isinstance(hands._started(0, "json"), InThisProcess)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(threads)


@pytest.mark.skipif(not hands.FORKS, reason="there is no server to fork from")
def test_processes_begin_anew_and_each_with_one_thread(monkeypatch):
    monkeypatch.setitem(sys.modules, "here_alone", threading)
    with hands._started(1, "json") as some:
        assert not some.submit(eval, "'here_alone' in __import__('sys').modules").result()
        assert some.submit(eval, "__import__('torch').get_num_threads()").result() == 1


def test_while_processes_import_the_claims_something_else_is_done(tmp_path):
    """And where few claims are asked for, no process is."""
    done, ids = [], [Entry(f"toys.a{place}", "tests.toys", "tests/toys.py:1") for place in range(20)]

    class Elsewhere(Hands):
        def ask(self, processes, preload="x"):
            done.append(processes)
            return InThisProcess()

    one = Examiner(Keys(here()), Store(None), VERDICT, 2, tmp_path, meanwhile=lambda: done.append("meanwhile"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "tell", lambda asked: [told(toys.supported) for _ in asked])
        assert len(one.tell(ids, Elsewhere())) == 20
        assert done == [2, "meanwhile"]
        assert len(one.tell(ids[:3], Elsewhere())) == 3
        assert done == [2, "meanwhile"]


def test_what_is_said_to_a_hand_is_heard_in_its_order_and_it_ends_when_nothing_more_can_come(monkeypatch):
    class Ended(Exception):
        pass

    def end(code):
        raise Ended(code)

    read, write = os.pipe()
    os.write(write, b"".join(pickle.dumps((len, (word,))) for word in ("a", "bc")))
    os.close(write)
    monkeypatch.setattr(hand.os, "dup", {0: read}.__getitem__)
    monkeypatch.setattr(hand.os, "_exit", end)
    heard = SimpleQueue()
    with pytest.raises(Ended):
        hand._listen(heard)
    assert [heard.get_nowait() for _ in range(heard.qsize())] == [(len, ("a",)), (len, ("bc",))]
