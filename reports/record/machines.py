"""What was timed, for the record: the machines, figures, and what counting says of more processors than any of them has."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from claims.figures.hardware import BATCH, PAIR
from claims.kit.evidence.evidence import ClaimEvidence
from claims.showed import WHY_FASTER
from claims.subjects.machines import Recorded, every_recording
from claims.subjects.predicted import Demand, counted, crossing, eaten

LENGTHS = (512, 2**20)  # tokens


class MachineRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A device that was recorded. `rate` in operations a second, `launch` in seconds, `bandwidth` in bytes a second, `clock` in
    cycles a second or none; how many `comparisons` were timed, and in words what was `left_out`. A Transformer layer took
    less time than an LSTM, both 128 wide on 4 sequences, `ahead_at` these of the lengths that were `timed`. By the prediction it
    is ahead `ahead_from` so many tokens on `ahead_until` its n² has eaten the gain; none where it never is, or stays so."""

    name: str
    device: str
    processors: int
    clock: float | None
    driver: str
    versions: dict[str, str]
    date: str
    commit: str
    rate: float
    launch: float
    bandwidth: float
    comparisons: int
    left_out: list[str]
    timed: list[int]
    ahead_at: list[int]
    ahead_from: int | None
    ahead_until: int | None


class CountedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A layer's work in a training step on n tokens, in operations, and how many stand in a row."""

    layer: str
    n: int
    work: float
    chain: float


class MachinesRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What to say instead, the machines, the claims whose figures are shown, in that order, and what was counted."""

    why_faster: str
    machines: list[MachineRecord]
    figures: list[str]
    counted: list[CountedRecord]


def machines_record(evidence: Mapping[str, ClaimEvidence], figures: Sequence[str]) -> MachinesRecord | None:
    """None where none of these figures was drawn."""
    drawn = [id for id in figures if id in evidence and evidence[id].figure]
    if not drawn:
        return None
    asked = [(name, n, asks) for n in LENGTHS for name, asks in counted(n).items()]
    return MachinesRecord(
        why_faster=WHY_FASTER, machines=[_machine_record(one) for one in every_recording()], figures=drawn,
        counted=[_counted_record(name, n, asks) for name, n, asks in asked],
    )  # fmt: skip


def _machine_record(one: Recorded) -> MachineRecord:
    able, took = one.abilities, one.by_length(PAIR, BATCH)
    return MachineRecord(
        name=one.name, device=one.device, processors=one.processors, clock=one.clock, driver=one.driver, versions=one.versions,
        date=one.date, commit=one.commit, rate=_short(able.rate), launch=_short(able.launch), bandwidth=_short(able.bandwidth),
        comparisons=len(one.timings),
        left_out=_left_out(one), timed=list(took), ahead_at=[n for n, (lstm, other) in took.items() if other < lstm],
        ahead_from=crossing(*PAIR, BATCH, able), ahead_until=eaten(*PAIR, BATCH, able),
    )  # fmt: skip


def _left_out(one: Recorded) -> list[str]:
    """By width, length and reason, how many layers."""
    counts = Counter((left.layer[1], left.n, left.why) for left in one.left_out)
    return [f"width {d}, n = {n}, {count} layers: {why}" for (d, n, why), count in counts.items()]


def _counted_record(name: str, n: int, asks: Demand) -> CountedRecord:
    return CountedRecord(layer=name, n=n, work=_short(asks.work), chain=_short(asks.chain))


def _short(number: float) -> float:
    return float(f"{number:.4g}")
