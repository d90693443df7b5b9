"""A key covers all that evidence rests on: what a reading executes, and whatever an edit could make come out otherwise."""

import importlib
import inspect
import random
import subprocess
import sys
from contextlib import contextmanager
from types import CodeType

import msgspec
import pytest

from claims import every_claim
from claims.catalogue import Catalogue, Keys, catalogue
from claims.evidence.evidence import as_json
from claims.evidence.keys import ROOT, Target, here
from claims.evidence.runs import Wanted, read_runs
from claims.kit.examine import examine_reading
from claims.texts import the_text
from tests.changes import drawn
from tests.executed import IMPORTED, LITTLE, RUNS, Executed, as_trained, outside
from tests.mutants import forget

CHANGES, SEED = 300, 16
ENTRIES = {one.id: one for one in catalogue().entries}
CLAIMS = {one.id: one for one in every_claim()}


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """What ran while claims were imported, and then for each reading; in a process of its own, where no shapes are checked."""
    file = tmp_path_factory.mktemp("executed") / "all.json"
    subprocess.run([sys.executable, "-m", "tests.executed", "--little", str(file)], cwd=ROOT, check=True)
    return msgspec.json.decode(file.read_bytes(), type=list[Executed])


@pytest.fixture(scope="module")
def ran(watched):
    return [one for one in watched if one.name != IMPORTED]


@pytest.fixture(scope="module")
def touched(watched, ran, rests):
    """The readings that a change of a definition could touch: those for which it ran or was asked for, and of what ran while
    claims were imported all that rest on it."""
    found = {}
    for one in ran:
        for target in one.definitions | one.constants:
            found.setdefault(target, set()).add((one.id, one.name))
    for one in (each for each in watched if each.name == IMPORTED):
        for target in (one.definitions | one.constants) & rests.keys():
            found.setdefault(target, set()).update(rests[target])
    return found


@pytest.fixture(scope="module")
def changes():
    return list(drawn(CHANGES, SEED))


@pytest.fixture(scope="module")
def rests(ran):
    """The readings that rest on a definition, by their keys."""
    found = {}
    for one in ran:
        for target in Keys(here()).reached(ENTRIES[one.id], one.role, one.name):
            found.setdefault(target, set()).add((one.id, one.name))
    return found


def test_what_another_torch_trained_is_not_trained_again_to_be_watched():
    one = next(iter(read_runs(RUNS).values()))

    assert as_trained()(Wanted("a key of another torch", one.experiment, one.arguments)) == one.ran


def test_what_a_reading_executes_lies_within_its_key(ran):
    others = {f"{one.id} “{one.name}”": more for one in ran if (more := outside(ENTRIES[one.id], one))}

    assert len(ran) > 900
    assert sum(len(one.definitions) for one in ran) > 10 * len(ran), "hardly anything was seen to run"
    assert others == {}


def test_a_change_gives_another_key_to_every_reading_that_it_could_touch(changes, rests, touched, record_property):
    missed, again, needless = [], 0, 0
    for change in changes:
        changed = change.targets  # by what their source means; empty if the change went unseen
        assert all(here().fingerprint(one) != change.after.fingerprint(one) for one in changed)
        examined = set().union(*(rests.get(one, set()) for one in changed))
        could = set().union(*(touched.get(one, set()) for one in changed or {change.target}))
        missed += [f"{change}: {one}" for one in could - examined]
        again, needless = again + len(examined), needless + len(examined - could)

    record_property("soundness", f"{len(changes)} changes, {again} readings examined again, {needless / again:.0%} needlessly")
    assert missed == []
    assert len(changes) >= CHANGES
    assert needless / again <= 1 / 3


def test_a_fingerprint_is_handed_on_to_all_keys_above_it_and_to_no_others(changes, rests):
    """Worked out anew from the changed source, reading by reading."""
    readings = [(one.id, each.role, each.name) for one in CLAIMS.values() for each in one.readings]
    before = {(id, name): Keys(here()).code(ENTRIES[id], role, name) for id, role, name in readings}
    for change in random.Random(SEED).sample(changes, 20):
        keys = Keys(change.after)
        entries = {one.id: one for one in Catalogue(keys.sources, the_text()).entries}
        after = {(id, name): keys.code(entries[id], role, name) for id, role, name in readings}

        assert {one for one in before if before[one] != after[one]} == set().union(
            *(rests.get(one, set()) for one in change.targets)
        ), change


def test_what_has_the_same_key_comes_out_the_same(changes, rests):
    """Seen to: the changed code runs, and readings nearby whose keys stayed are examined."""
    functions = [one for one in changes if is_function(one.target)]
    draw, looked_at = random.Random(SEED), 0
    for change in draw.sample(functions, 18):
        same = [one for one in nearby(change.target) if (one.id, "as written") not in rests.get(change.target, set())]
        for claim in draw.sample(same, min(2, len(same))):
            before = evidence(claim)
            with running(change):
                after = evidence(claim)
            assert after == before, f"{change} changed {claim.id}"
            looked_at += 1

    assert looked_at > 14


def evidence(claim):
    return as_json(examine_reading(claim, claim.reading("as written"), LITTLE))


def nearby(target):
    """Searched claims whose evidence rests on something else of the same module."""
    return [
        one for one in CLAIMS.values()
        if one.by.name == "search" and any(each.module == target.module for each in Keys(here()).reached(ENTRIES[one.id]))
    ]  # fmt: skip


def is_function(target: Target) -> bool:
    """That can be called here: what asks another library needs it."""
    if target.module.startswith("impls.elsewhere."):
        return False
    found = getattr(importlib.import_module(target.module), target.name, None)
    return callable(found) and inspect.isfunction(inspect.unwrap(found))


@contextmanager
def running(change):
    """The function runs the changed code inside the block; whoever holds it, under whatever name, runs that."""
    function = inspect.unwrap(getattr(importlib.import_module(change.target.module), change.target.name))
    compiled = compile(change.content, str(change.file), "exec")
    own = function.__code__
    new = next(one for one in compiled.co_consts if isinstance(one, CodeType) and one.co_name == own.co_name)
    if new.co_freevars != own.co_freevars:
        yield
        return
    function.__code__ = new
    forget()
    try:
        yield
    finally:
        function.__code__ = own
        forget()
