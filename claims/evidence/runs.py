"""Training runs, kept. What a run came to is stored under a key of all that it rests on, and taken from there while nothing
of that has changed; a stale run is run again, never trusted.

An experiment is a function of plain arguments, its seed among them. Called by hand it just runs; an examination gives it a
shelf. What it rests on is the meaning of the experiment with all that it reaches (`claims.evidence.keys`), its arguments and the
version of torch; how runs are kept is left out, for it has no part in the numbers.
"""

import functools
import importlib
import inspect
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from claims.evidence.evidence import EvidenceError, write_whole
from claims.evidence.files import UNREADABLE, content_of, told
from claims.evidence.keys import KEEPERS, Target, here
from claims.evidence.outcomes import cannot_tell
from claims.evidence.source import digest

POINTS = 25  # of a curve that are kept


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to: its final `measured` numbers, None where one is not finite, and its loss on the way, evenly spaced."""

    measured: dict[str, float | None]
    curve: list[float | None] = []

    def __getitem__(self, name: str) -> float:
        """A measured number. One that is not finite settles nothing: a run that diverged is no loss for either side."""
        number = self.measured[name]
        if number is None:
            cannot_tell(f"{name} is not finite: the run diverged")
        return number


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it is stored."""

    key: str
    experiment: str
    arguments: dict[str, Any]
    ran: Ran
    seconds: float
    check: str = ""

    @property
    def content(self) -> str:
        """A digest of what it came to, and for which arguments. One that was changed by hand has another than its `check`."""
        return digest(self.key, json.dumps(msgspec.to_builtins([self.arguments, self.ran]), sort_keys=True))


@dataclass(frozen=True)
class Wanted:
    """A run that somebody asks for: an experiment by its name, with all of its arguments."""

    key: str
    experiment: str
    arguments: dict[str, Any]

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass
class Shelf:
    """The runs that are `known`, and those that were `used`, known or new. A `new` one is put into the `folder` as soon as it is
    done, and looked for there first, so that processes beside each other share what they train. Where nothing is to be trained,
    `instead` says what is to happen."""

    known: Mapping[str, Run] = field(default_factory=dict)
    folder: Path | None = None
    used: dict[str, Run] = field(default_factory=dict)
    new: list[Run] = field(default_factory=list)
    instead: Callable[[Wanted], Ran] | None = None

    def find(self, key: str) -> Run | None:
        """The run of this key, if somebody has done it."""
        if found := self.used.get(key) or self.known.get(key):
            return found
        place = self.folder and self.folder / f"{key}.json"
        return _runs_in(place)[0] if place and place.exists() else None

    def add(self, new: Run) -> None:
        """Put a new run where others find it."""
        self.new.append(new)
        if self.folder:
            write_whole(self.folder / f"{new.key}.json", _as_lines([new]))


_shelf: ContextVar[Shelf | None] = ContextVar("_shelf", default=None)


@contextmanager
def shelf(
    known: Mapping[str, Run] | None = None, folder: Path | None = None, instead: Callable[[Wanted], Ran] | None = None
) -> Iterator[Shelf]:
    """Let experiments take what they can from these runs, and from the folder, while the block lasts, and keep what they run
    anew, or do what is given `instead`."""
    made = Shelf(known or {}, folder, instead=instead)
    token = _shelf.set(made)
    try:
        yield made
    finally:
        _shelf.reset(token)


def read_runs(*folders: Path) -> dict[str, Run]:
    """The runs in these folders, by their keys; none in a folder that is not there."""
    return {one.key: one for folder in folders for path in sorted(folder.glob("*.json")) for one in _runs_in(path)}


def keep_runs(folder: Path, runs: Iterable[Run], older: bool = True) -> None:
    """Write these runs, a file for each experiment, beside the older ones or in their place."""
    kept: dict[str, dict[str, Run]] = {path.stem: {} for path in folder.glob("*.json")} if not older else {}
    for one in runs:
        kept.setdefault(one.experiment, {})[one.key] = one
    for name, found in kept.items():
        path = folder / f"{name}.json"
        before = {one.key: one for one in _runs_in(path)} if older and path.exists() else {}
        if all_of_them := before | found:
            write_whole(path, _as_lines(all_of_them.values()))
        else:
            path.unlink()


def _runs_in(path: Path) -> list[Run]:
    try:
        found = msgspec.json.decode(content_of(path), type=list[Run])
        changed = [one for one in found if one.check != one.content]
    except UNREADABLE as problem:
        raise EvidenceError(f"{path}: not readable as runs ({told(problem)}); delete it, and they will be run again") from problem
    if changed:
        raise EvidenceError(f"{path}: run {changed[0].key} was changed by hand; delete it there, and it will be run again")
    return found


def _as_lines(runs: Iterable[Run]) -> bytes:
    """A run a line, in an order that does not depend on which was done first."""
    in_order = sorted(runs, key=lambda one: json.dumps(one.arguments, sort_keys=True))
    lines = [json.dumps(msgspec.to_builtins(one), sort_keys=True, allow_nan=False) for one in in_order]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


Running = Callable[..., Ran | Iterator[tuple[int, Ran]]]
Experiment = Callable[..., Ran]


def experiment(run: Running) -> Experiment:
    """Keep what this function comes to. It must depend on nothing but its arguments, which are numbers, words and truths.

    One with an argument `budgets` may yield what it has come to after some number of them, and that number: a long run has passed
    the shorter ones by, so that these are kept with it. One that ended early came to the same after all that were left."""

    @functools.wraps(run)
    def kept(*args: Any, **kwargs: Any) -> Ran:
        here = _shelf.get()
        bound = inspect.signature(run).bind(*args, **kwargs)
        bound.apply_defaults()
        if here is None:
            return [came for _, came in _course(run, bound.arguments)][-1]
        key = key_of(run, bound.arguments)
        found = here.find(key)
        if found is None and here.instead:
            return here.instead(Wanted(key, name_of(run), dict(bound.arguments)))
        found = found or _done(run, bound.arguments, here)
        here.used[key] = msgspec.structs.replace(found, experiment=name_of(run))  # its module may have had another name
        return found.ran

    return kept


def _done(run: Running, arguments: Mapping[str, Any], here: Shelf) -> Run:
    """Run it, put what it passes by and what it comes to on the shelf, and return the latter."""
    began = perf_counter()
    for passed, came in _course(run, arguments):
        seconds = round(perf_counter() - began, 2)
        done = Run(key=key_of(run, passed), experiment=name_of(run), arguments=passed, ran=came, seconds=seconds)
        here.add(done := msgspec.structs.replace(done, check=done.content))
    return done


def _course(run: Running, arguments: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Ran]]:
    """What it comes to, last for these arguments, before that for fewer budgets."""
    came = run(**arguments)
    if isinstance(came, Ran):
        yield dict(arguments), came
        return
    for spent, after in came:
        yield {**arguments, "budgets": spent}, after
    for left in range(spent + 1, arguments["budgets"] + 1):
        yield {**arguments, "budgets": left}, after


def done_anew(wanted: Wanted) -> list[Run]:
    """Do this run, whatever is kept; it comes with the shorter ones that it passes by."""
    module, _, name = wanted.experiment.rpartition(".")
    with shelf() as made:
        getattr(importlib.import_module(module), name)(**wanted.arguments)
    return made.new


def ran(losses: Sequence[float], **measured: float) -> Ran:
    """What a run came to, its losses thinned out: the first and the last of them, and some between. Where the last one is not
    finite the run diverged, and nothing that was measured of it is."""
    last = len(losses) - 1
    places = sorted({round(last * point / (POINTS - 1)) for point in range(POINTS)}) if losses else []
    diverged = bool(losses) and not math.isfinite(losses[-1])
    return Ran(
        measured={name: None if diverged else _finite(number) for name, number in measured.items()},
        curve=[_finite(losses[place]) for place in places],
    )


def key_of(run: Callable[..., Any], arguments: Mapping[str, Any]) -> str:
    """A fingerprint of all that a run rests on."""
    return digest(_code(run), json.dumps(arguments, sort_keys=True), _torch())


def name_of(run: Callable[..., Any]) -> str:
    return f"{run.__module__}.{run.__qualname__}"


@functools.cache
def _code(run: Callable[..., Any]) -> str:
    return here().fingerprint(Target(run.__module__, run.__qualname__.partition(".")[0]), KEEPERS)


@functools.cache
def _torch() -> str:
    """Without what tells one build from another: the numbers are to be the same."""
    return metadata.version("torch").partition("+")[0]


def _finite(number: float) -> float | None:
    return float(f"{number:.6g}") if math.isfinite(number) else None
