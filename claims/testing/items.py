"""A reading as a test, and the file that it stands in as what is collected."""

import functools
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import hypothesis
import pytest

from claims import find_claim
from claims.catalogue import Entry
from claims.evidence.evidence import ReadingEvidence
from claims.evidence.keys import ROOT
from claims.evidence.runs import Run, read_runs, shelf
from claims.kit.claim import Claim, ClaimError
from claims.kit.engines.engine import Engine
from claims.kit.engines.exhaustion import exhaustion
from claims.kit.examine import examine_reading
from claims.kit.reading import Reading, property_of
from claims.testing.found import strategies_of
from claims.testing.how import How
from claims.testing.pins import amiss, pin_of, too_little
from claims.testing.words import in_full

HOW = pytest.StashKey[How]()
RUNS = ROOT / "reports" / "evidence" / "runs"


class ClaimsFile(pytest.File):
    """A chapter's module, or a file of facts."""

    entries: tuple[Entry, ...] = ()

    def collect(self) -> "Iterator[ReadingTest]":
        """Every reading of every claim, in their order. A mistake in the file is told in a line."""
        for entry in self.entries:
            try:
                claim = find_claim(entry.id, entry.module)
            except ClaimError as problem:
                raise self.CollectError(str(problem)) from problem
            for one in claim.readings:
                yield ReadingTest.made(self, entry, claim, one)
        one_thread()


class ReadingTest(pytest.Function):
    """Passes where a reading comes out as it is pinned. `obj` is a test by itself for whoever looks for such: of a search that is
    to hold, the property under `given`."""

    claim: Claim
    reading: Reading
    line: int

    @property
    def id(self) -> Any:
        """As pytest reads it back from what it remembers of the last run, where brackets hold parameters."""
        return type(super().id).parse(self.nodeid)

    @classmethod
    def made(cls, parent: ClaimsFile, entry: Entry, claim: Claim, one: Reading) -> "ReadingTest":
        """The test of this reading."""
        made = cls.from_parent(parent, name=f"{claim.id}[{one.name}]", callobj=_test_of(claim, one))
        made.claim, made.reading, made.line = claim, one, int(entry.defined_at.rpartition(":")[2])
        made.add_marker(pytest.mark.filterwarnings("default"))  # a warning is told, and no outcome
        return made

    def runtest(self) -> None:
        """Examine it as the report does, and say what is not as pinned."""
        how = self.config.stash[HOW]
        try:
            seen = came_of(self.claim, self.reading, how)
        finally:
            # Hypothesis offers to write what it found above the test, for which there is no place here.
            self.__dict__.pop("_hypothesis_failing_examples", None)
        if seen.outcome == "not run":
            pytest.skip(seen.why)
        if wrong := amiss(self.claim, self.reading, seen, how.profile):
            if too_little(seen, how.profile):
                pytest.skip(f"{wrong}; {seen.cases} cases are too few to tell")
            pytest.fail(in_full(wrong, self.claim, self.reading, seen, how, self.nodeid), pytrace=False)

    def repr_failure(self, excinfo: Any) -> Any:
        """What is amiss, in full; the summary at the end of a run has the first line."""
        told = super().repr_failure(excinfo)
        if isinstance(excinfo.value, pytest.fail.Exception):
            told.reprcrash.message = str(excinfo.value).partition("\n")[0]
        return told

    def reportinfo(self) -> tuple[Any, int, str]:
        """Where the claim stands."""
        return self.path, self.line - 1, f"{self.claim.id}, {self.reading.name}"


def came_of(claim: Claim, one: Reading, how: How) -> ReadingEvidence:
    """What comes of a reading. Nothing is timed and nothing trained here: what would have to be is skipped."""
    engine = engine_of(claim, one)
    if engine.timed:
        pytest.skip(f"clocks decide it, which want the machine to themselves: python -m reports --only {claim.id}")
    with shelf(_Kept(_kept_runs(), claim.id)):
        return examine_reading(claim, one, how.profile, how.seed if engine.name == "search" else None)


def engine_of(claim: Claim, one: Reading) -> Engine:
    """What settles a reading."""
    return exhaustion() if one.role == "witness" else claim.by


def one_thread() -> None:
    """The same sums in the same order everywhere, if the chapter has brought torch with it."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


class _Kept(dict[str, Run]):
    """Runs of training that are kept. Asked for another one, it skips the test."""

    def __init__(self, known: dict[str, Run], id: str) -> None:
        super().__init__(known)
        self.id = id

    def get(self, key: str, default: Any = None) -> Any:
        """The run of that key."""
        if key not in self:
            pytest.skip(f"a network that it rests on is not trained yet: python -m reports --only {self.id}")
        return self[key]


@cache
def _kept_runs() -> dict[str, Run]:
    return read_runs(RUNS)


def _test_of(claim: Claim, one: Reading) -> Callable[[], None]:
    """A test for fuzzers to find where there is something to search for, else a function that does nothing: `runtest` does it."""
    check = property_of(claim.check, one)

    @functools.wraps(check)
    def case(**drawn: Any) -> None:  # one of its own, for claims share properties and fuzzers keep what they find by them
        check(**drawn)

    if engine_of(claim, one).name == "search" and pin_of(claim, one).right == {"held"}:
        return hypothesis.settings(deadline=None)(hypothesis.given(**strategies_of(one))(case))
    return lambda: None
