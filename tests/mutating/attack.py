"""A plugin of pytest that runs tests not once but for each change of our code that one of them reaches.

First the map: each test runs once, undisturbed, and what functions it enters is written down with how long it took. Then, for
each change, a child of this process (fork: nothing is imported again) puts the changed code in place and runs the tests that
enter the function, the quickest first, up to the first that fails. A child that says nothing for long is ended: it timed out.
Both are written line by line and taken up again where they were left.

mutmut and cosmic-ray do much of this; the one keeps no sample and no time limit by test, the other starts an interpreter for each
change, which spends its seconds on importing torch. Neither can ask a claim.
"""

import contextlib
import gc
import json
import os
import resource
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings

from tests.mutants import forget
from tests.mutating.swapping import Change, Held, held, loaded, put_in_place, telling, watch

PATIENCE = 20  # times what a test takes undisturbed, and
FEW = 4  # rows of one test that are asked
GRACE = 20.0  # seconds more, before it counts as one that does not end
MEMORY = 6 << 30  # bytes that a child may take beyond what it is born with
QUICK = SimpleNamespace(generate=Phase.generate, target=Phase.target, shrink=Phase.target)  # the smallest case matters to nobody


@dataclass
class Reach:
    """What one test enters when nothing is changed, and what that takes."""

    test: str
    seconds: float
    passed: bool
    enters: list[str]


@dataclass
class Map:
    """By test, and kept in a file, a line a test; where there is no file it is as it is given, and nothing is explored."""

    file: Path | None
    tests: dict[str, Reach] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.file and self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                one = Reach(**json.loads(line))
                self.tests[one.test] = one

    def add(self, one: Reach) -> None:
        self.tests[one.test] = one
        assert self.file
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(vars(one)) + "\n")


@dataclass(eq=False)  # pytest 9.0 keeps plugins in a set
class Attack:
    """The plugin. `took` is told of each change that was tried: how it ended, by which test, in how many seconds."""

    map: Map
    modules: Sequence[str]
    changes: Sequence[Change]
    took: Callable[[Change, str, str, float], None]
    at_most: float  # seconds of tests, as they take undisturbed, for one change
    progress: Callable[[str], None]
    every_row: bool = False  # of a test with parameters, or those alone that were explored
    there: Held = field(default_factory=dict)  # the functions of this process, found once

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Of a test that fails nobody asks why: neither shrink nor explain, which take most of the time then."""
        settings.register_profile("attack", settings.default, phases=(Phase.explicit, Phase.generate, Phase.target))
        settings.load_profile("attack")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for module in self.modules:
            with contextlib.suppress(ImportError):  # an adapter of a library that is not here
                loaded(module)
        warm(session.items)
        self.there = held()
        gc.freeze()  # a child that collects garbage leaves its parent's pages alone
        if self.map.file:
            self.explore(session.items)
        known = {item.nodeid: item for item in session.items}
        for change in self.changes:
            began = time.monotonic()
            tests = self.reaching(change, known)
            how, by = ("not reached", "") if not tests else self.try_one(change, tests)
            self.took(change, how, by, time.monotonic() - began)
        gc.unfreeze()
        return True

    def explore(self, tests: list[pytest.Item]) -> None:
        """Run what the map lacks, each in a child of its own, so that nothing is kept from one to the next."""
        missing = [item for item in thinned(tests) if item.nodeid not in self.map.tests]
        for module in self.modules if missing else ():
            telling(module)  # once, for all children
        for i, item in enumerate(missing):
            self.progress(f"map {i + 1} of {len(missing)}: {item.nodeid}")
            told = list(child(lambda tell, item=item: _explored(item, self.modules, self.there, tell), lambda _: 600.0))
            seen = json.loads(told[-1]) if told and told[-1].startswith("{") else {"passed": False, "seconds": 0.0, "enters": []}
            self.map.add(Reach(item.nodeid, **seen))

    def reaching(self, change: Change, known: dict[str, pytest.Item]) -> list[pytest.Item]:
        """The tests that enter the function, quickest first, as many as there is time for."""
        found = [one for one in self.map.tests.values() if one.passed and change.of in one.enters and one.test in known]
        takes = {one.test: one.seconds for one in found}
        if self.every_row:  # one that was not explored takes as long as the quickest of its like
            like: dict[str, float] = {}
            for one in found:
                like[_plain(one.test)] = min(one.seconds, like.get(_plain(one.test), one.seconds))
            takes = {test: like[_plain(test)] for test in known if _plain(test) in like and self.may_pass(test)} | takes
        spent, chosen = 0.0, []
        for test, seconds in sorted(takes.items(), key=lambda one: (one[1], one[0])):
            spent += seconds
            if spent > self.at_most and chosen:
                break
            chosen.append(known[test])
        return chosen

    def may_pass(self, test: str) -> bool:
        """Whether a row that was not explored, or passed, may be asked."""
        return test not in self.map.tests or self.map.tests[test].passed

    def try_one(self, change: Change, tests: list[pytest.Item]) -> tuple[str, str]:
        """How a change ends: killed by a test, timed out, survived, skipped as its tests were, or impossible to make."""
        running = ""

        def patience(last: str) -> float:
            reach = self.map.tests.get(last)
            return GRACE + PATIENCE * (reach.seconds if reach else 0)

        for told in child(lambda tell: _attacked(change, tests, self.there, tell), patience):
            if told.startswith(("killed ", "impossible")):
                return told.partition(" ")[0], told.partition(" ")[2]
            if told in ("survived", "skipped", "timed out"):
                return told, running if told == "timed out" else ""
            running = told
        return "killed", running  # it died without a word: a crash of the interpreter, or out of memory


def thinned(tests: list[pytest.Item]) -> list[pytest.Item]:
    """Of a test with many parameters a few that lie far apart."""
    of: dict[str, list[pytest.Item]] = {}
    for one in tests:
        of.setdefault(_plain(one.nodeid), []).append(one)
    return [
        some[i * len(some) // FEW] if len(some) > FEW else some[i] for some in of.values() for i in range(min(FEW, len(some)))
    ]


def _plain(test: str) -> str:
    """Without its parameters."""
    return test.partition("[")[0]


def warm(tests: list[pytest.Item]) -> None:
    """Load what loads itself at its first use, once for all children; of what was computed nothing is kept."""
    for one in tests[:1]:
        _run(one, None)
    forget()


def _explored(item: pytest.Item, modules: Sequence[str], there: Held, tell: Callable[[str], None]) -> None:
    entered = watch(modules, there)
    began = time.process_time()
    passed, skipped = _run(item, None)
    seconds = time.process_time() - began
    tell(json.dumps({"passed": passed and not skipped, "seconds": seconds, "enters": sorted(entered)}))


def _attacked(change: Change, tests: list[pytest.Item], there: Held, tell: Callable[[str], None]) -> None:
    try:
        found = put_in_place(change, there)
    except Exception as problem:
        tell(f"impossible {problem!r}")
        return
    if not found:
        tell("impossible nobody holds the function")
        return
    resource.setrlimit(resource.RLIMIT_AS, (_now_used() + MEMORY,) * 2)
    asked = False
    for item, after in zip(tests, [*tests[1:], None], strict=True):
        tell(item.nodeid)
        passed, skipped = _run(item, after)
        if not passed:
            tell(f"killed {item.nodeid}")
            return
        asked |= not skipped
    tell("survived" if asked else "skipped")


def _run(item: pytest.Item, after: pytest.Item | None) -> tuple[bool, bool]:
    """Whether it passed, and whether it was skipped."""
    reports = runtestprotocol(item, nextitem=after, log=False)
    return not any(one.failed for one in reports), any(one.skipped for one in reports)


def child(work: Callable[[Callable[[str], None]], None], patience: Callable[[str], float]) -> Iterator[str]:
    """Run something in a child and yield what it tells, line by line; `timed out` where it is silent for longer than there is
    patience for what it told last."""
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.close(out)
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        try:  # whatever becomes of it, no child goes on as if it were its parent
            work(lambda line: os.write(into, (line.replace("\n", " ") + "\n").encode()) and None)
        finally:
            os._exit(0)
    os.close(into)
    rest, last = b"", ""
    try:
        while True:
            if not select.select([out], [], [], patience(last))[0]:
                yield "timed out"
                return
            got = os.read(out, 1 << 16)
            if not got:
                return
            *lines, rest = (rest + got).split(b"\n")
            for line in lines:
                last = line.decode()
                yield last
    finally:
        os.close(out)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _now_used() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
