"""What was timed, for the record: the machines, figures, and what counting says of more processors than any of them has."""

from collections import Counter
from collections.abc import Sequence

from claims.subjects.machines import Recorded, every_recording
from claims.subjects.predicted import BATCH, PAIR, Demand, counted, crossing, eaten
from reports.record.record import CountedRecord, MachineRecord, MachinesRecord

LENGTHS = (512, 2**20)  # tokens


def machines_record(figures: Sequence[str], why_faster: str) -> MachinesRecord:
    """Beside these figures, and what the text says of them."""
    asked = [(name, n, asks) for n in LENGTHS for name, asks in counted(n).items()]
    return MachinesRecord(
        why_faster=why_faster, machines=[_machine_record(one) for one in every_recording()], figures=list(figures),
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
