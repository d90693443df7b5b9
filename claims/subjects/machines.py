"""Machines that layers are timed on: cores of this one, GPUs that were recorded, and the GPU of this one if it has one.

What was recorded lies under `reports/evidence/recorded`, a file for each device, made by `python -m reports record-hardware`. Its
repetitions are numbered like the seeds of trials: the k-th belongs to the k-th seed. Verdicts on GPUs rest on the first one that
was recorded, so that they are the same everywhere; what others say stands beside it, as readings that are `also` there.
"""

import json
import math
import os
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import torch

from claims.evidence.evidence import EvidenceError
from claims.evidence.files import UNREADABLE, content_of, told
from claims.evidence.keys import ROOT
from claims.kit.engines.trials import Trials, independent_seeds, trials
from claims.kit.property import Disturbed, asks_for_records, cannot_tell, from_record, once
from claims.kit.reading import Reading, reading
from impls.clocks import timing
from impls.clocks.timing import Abilities, Layer, Sitting, Step

RECORDED = ROOT / "reports" / "evidence" / "recorded"
MOST = 64  # repetitions that seeds are looked up among
REPETITIONS = 24  # that are measured, one for each seed of a trial
TO_RECORD = "run python -m reports record-hardware on a machine with one"


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """Layers timed side by side: a row of seconds for each repetition, a column for each layer."""

    layers: list[tuple[str, int]]
    n: int
    batch: int
    seconds: list[list[float]]


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What a training step of a layer holds in memory."""

    layer: tuple[str, int]
    n: int
    batch: int
    bytes: int


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was not timed, and why."""

    layer: tuple[str, int]
    n: int
    batch: int
    why: str


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A device and what was measured on it. `clock` in cycles a second, None where the machine does not say."""

    schema: int
    name: str
    kind: str
    device: str
    processors: int
    clock: float | None
    driver: str
    versions: dict[str, str]
    system: str
    date: str
    commit: str
    kernels: list[list[float]]
    timings: list[Timing]
    bytes: list[Held]
    left_out: list[LeftOut]
    digest: str

    def __str__(self) -> str:
        """A GPU by its name; cores, which every machine has, with their processor."""
        return self.name if self.kind == "cuda" else f"{self.name} ({self.device})"

    @property
    def words(self) -> str:
        """What and when."""
        return f"{self}, {self.date[:10]}"

    @property
    def abilities(self) -> Abilities:
        """What the three small kernels say."""
        return timing.abilities(self.kernels, self.kind)

    def find(self, layers: Sequence[Layer], n: int, batch: int) -> list[list[float]]:
        """The rows of seconds of these layers where they were timed side by side; none where they were not."""
        for one in self.timings:
            known = [Layer(*layer) for layer in one.layers]
            if (one.n, one.batch) == (n, batch) and set(layers) <= set(known):
                columns = [known.index(layer) for layer in layers]
                return [[row[column] for column in columns] for row in one.seconds]
        return []

    def by_length(self, layers: Sequence[Layer], batch: int) -> dict[int, list[float]]:
        """The middle of the seconds of each of these layers, by the lengths at which they were timed side by side."""
        known = {n: self.find(layers, n, batch) for n in timing.LENGTHS}
        return {n: [median(column) for column in zip(*rows, strict=True)] for n, rows in known.items() if rows}


def read_recorded(path: Path) -> Recorded:
    """A recording; one that was changed by hand, or cut off, is refused."""
    try:
        content = content_of(path)
        found = msgspec.json.decode(content, type=Recorded)
        fits = timing.digest(json.loads(content)) == found.digest
    except UNREADABLE as problem:
        raise EvidenceError(f"{path}: not readable as a recording ({told(problem)}); delete it, or record again") from problem
    if not fits:
        raise EvidenceError(f"{path}: its digest does not fit, so it was changed; delete it, or record again")
    return found


@cache
def every_recording(folder: Path = RECORDED) -> tuple[Recorded, ...]:
    """All that was recorded, in the order of file names."""
    return tuple(read_recorded(path) for path in sorted(folder.glob("*.json")))


def by_date() -> list[Recorded]:
    """All that was recorded, the oldest first."""
    return sorted(every_recording(), key=lambda one: one.date)


@dataclass(frozen=True)
class Machine:
    """One or two cores of a CPU, or a GPU: the one that is `here`, or one that was recorded, known by its name."""

    words: str
    kind: str = "cpu"
    threads: int = 1
    here: bool = True

    def __str__(self) -> str:
        return self.words

    @property
    def is_here(self) -> bool:
        """Whether one can measure on it."""
        return self.here and (self.kind == "cuda" or (os.cpu_count() or 1) >= self.threads)

    @property
    def recorded(self) -> Recorded | None:
        """What was recorded on one of its name, first where there are several."""
        return next((one for one in by_date() if (one.kind, one.name) == (self.kind, self.words)), None)

    def seconds(self, layers: Sequence[Layer], n: int, batch: int, seed: int) -> list[float]:
        """A training step of each layer, one repetition side by side: measured, or taken from what was recorded."""
        if not self.is_here or asks_for_records():
            return self._recalled(layers, n, batch, seed)
        device = torch.device(self.kind)
        try:
            return self._measured((*layers, n, batch), lambda: timing.steps_of(layers, n, batch, device), seed)
        except RuntimeError as problem:
            if self.kind != "cuda":
                raise
            cannot_tell(f"on {self}: {str(problem).partition(chr(10))[0]}")  # out of memory, or a driver that is too old

    def _measured(self, what: Hashable, steps: Callable[[], Sequence[Step]], seed: int) -> list[float]:
        """The repetition that belongs to this seed, of one sitting for all that ask for the same; where nobody shares, one by
        itself."""

        def sit(repetitions: int) -> Sitting:
            with timing.measuring(self.threads):
                return timing.sit(steps(), repetitions, timing.reference(torch.device(self.kind)))

        if (sitting := once((self, what), lambda: sit(REPETITIONS))) is None:
            return list(sit(1).rows[0])
        if sitting.is_disturbed:
            raise Disturbed("this machine was busy")
        if (place := places().get(seed, MOST)) >= REPETITIONS:
            cannot_tell(f"{self}: no repetition for this seed")
        return list(sitting.rows[place])

    def _recalled(self, layers: Sequence[Layer], n: int, batch: int, seed: int) -> list[float]:
        known = self._known()
        rows, place = known.find(layers, n, batch), places().get(seed, MOST)
        if place >= len(rows):
            asked = ", ".join(map(str, layers))
            cannot_tell(f"{known.words}: no repetition for this seed of {asked}, n = {n}, batch = {batch}, was recorded")
        return rows[place]

    def operations_a_cycle(self, seed: int) -> float:
        """How many operations of a matrix product are done in one cycle of the clock."""
        device = torch.device(self.kind)
        if self.is_here and not asks_for_records():
            rows = [self._measured("kernels", lambda: timing.kernel_steps(device), seed)]
            clock = timing.cycles(device)
        else:
            known, place = self._known(), places().get(seed, MOST)
            rows, clock = known.kernels[place : place + 1], known.clock
        if clock is None or not rows:
            cannot_tell(f"{self}: no clock, or no repetition for this seed")
        return timing.abilities(rows, self.kind).rate / clock

    def bytes_held(self, layer: Layer, n: int, batch: int) -> int:
        """What a training step holds in memory: on a CPU what is kept for the backward pass, on a GPU the most that is allocated
        at once."""
        if self.is_here and not (asks_for_records() and self.recorded):
            return timing.bytes_kept(layer, n, batch, torch.device(self.kind))
        known = self._known()
        held = {(Layer(*one.layer), one.n, one.batch): one.bytes for one in known.bytes}
        if (layer, n, batch) not in held:
            cannot_tell(f"{known.words}: the memory of {layer}, n = {n}, batch = {batch}, was not recorded")
        return held[layer, n, batch]

    def _known(self) -> Recorded:
        if (known := self.recorded) is None:
            where = "" if self.is_here else " is not here, and"
            cannot_tell(f"{self}{where or ':'} none was recorded: {TO_RECORD}, and keep the file it writes")
        from_record(known.words)
        return known


ONE_CORE = Machine("one CPU core")
TWO_CORES = Machine("two CPU cores", threads=2)


def gpus() -> list[Machine]:
    """The GPUs that were recorded, in the order in which they were."""
    return [Machine(one.name, "cuda", here=False) for one in by_date() if one.kind == "cuda"]


GPU = next(iter(gpus()), Machine("a GPU", "cuda", here=False))


def on_other_gpus(**arguments: Any) -> dict[str, Reading]:
    """The same on every other GPU that was recorded, and on the one of this machine."""
    here = [Machine(f"{torch.cuda.get_device_name()}, here and now", "cuda")] if torch.cuda.is_available() else []
    return {f"on {one}": reading(on=one, **arguments) for one in gpus()[1:] + here}


def middle(on: Machine, layer: Layer, n: int, batch: int) -> float:
    """The median of the seconds that a training step of a layer took where it was recorded; NaN where it was not."""
    rows = on.recorded.find([layer], n, batch) if on.recorded else []
    return median(row[0] for row in rows) if rows else math.nan


def in_ms(on: Machine, layer: Layer, n: int, batch: int) -> str:
    """The same in words."""
    return f"{1000 * middle(on, layer, n, batch):.2g} ms"


def times(on: Machine, behind: Layer, ahead: Layer, n: int, batch: int) -> float:
    """How many times as long as the second the first takes."""
    return middle(on, behind, n, batch) / middle(on, ahead, n, batch)


@cache
def places() -> dict[int, int]:
    """Which repetition belongs to which seed of a trial."""
    return {seed: place for place, seed in enumerate(independent_seeds(0, MOST))}


@dataclass(frozen=True)
class Timed:
    """A layer that was timed: on what, on which sequences, and the middle of its seconds."""

    on: Recorded
    layer: Layer
    n: int
    batch: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.on}: {self.layer}, n = {self.n}, batch = {self.batch}"


@cache
def all_timings() -> tuple[Timed, ...]:
    """Every layer that was timed anywhere, but for those that are another one twice."""
    return tuple(
        Timed(recorded, Layer(*layer), one.n, one.batch, median(row[column] for row in one.seconds))
        for recorded in every_recording()
        for one in recorded.timings
        for column, layer in enumerate(one.layers)
        if layer[0] in timing.ALONGSIDE
    )


def repetitions() -> Trials:
    """Trials with a clock. Few readings may err by chance where many are timed, hence the level: 22 of 24 are needed."""
    return trials(
        seeds=REPETITIONS, alpha=2e-5, timed=True, why_weak="as many repetitions as were recorded elsewhere, and no more"
    )
