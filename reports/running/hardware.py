"""`python -m reports record-hardware`: time this machine and keep what was measured, for those who do not have it.

One file for each device, `reports/evidence/recorded/<device>.json`: what it is, with which driver, versions, clock, date and
commit; what three small kernels say of it; every timing as it was taken; what was left out and why; and a digest of all that.
The file is written anew after each comparison, so that an interrupted recording keeps what it has. torch with numpy is enough:
nothing here needs what the rest of the reports need.
"""

import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from impls.clocks import timing
from impls.clocks.timing import CPU, Comparison, Layer, digest

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "reports" / "evidence" / "recorded"
SCHEMA = 1
SECONDS = 420  # for all devices together
REPETITIONS, FEWEST = 24, 5  # of a comparison: where there is time for it, and at least
DEAREST = 6  # a comparison may take the sixth part of what a device has
CORES = {1: "one CPU core", 2: "two CPU cores"}
MEMORY = tuple(
    (Layer(name, 64), n, 2) for name in ("attention", "attention, weights written out", "LSTM") for n in (512, 1024, 2048)
)


@dataclass(frozen=True)
class Device:
    """Where to measure: a CPU with so many threads, or a GPU."""

    name: str
    device: torch.device
    threads: int = 1

    @property
    def file(self) -> str:
        """A name for its file: lower case, dashes; of a core with its processor, for every machine has cores."""
        words = self.name if self.device.type == "cuda" else f"{self.name} of {_processor()}"
        return "-".join("".join(c if c.isalnum() else " " for c in words.lower()).split()) + ".json"


def devices() -> list[Device]:
    """The GPU, if there is one that works; one core and, where there are more, two."""
    found = [Device(torch.cuda.get_device_name(), torch.device("cuda"))] if torch.cuda.is_available() else []
    counts = [1, 2] if (os.cpu_count() or 1) > 1 else [1]
    return found + [Device(CORES[count], CPU, count) for count in counts]


def record_all(folder: Path = RECORDED, budget: float = SECONDS, say: Callable[[str], None] = print) -> int:
    """Record every device; 0 if each gave at least one timing, else 1."""
    found, began = devices(), perf_counter()
    if not torch.cuda.is_available():
        say("no GPU that this torch can use: the CPU alone is recorded")
    came = []
    for number, device in enumerate(found):
        left = budget - (perf_counter() - began)
        came.append(record(device, folder, left / (len(found) - number), say))
    return 0 if all(came) else 1


def record(device: Device, folder: Path, budget: float, say: Callable[[str], None] = print) -> bool:
    """Record one device within about so many seconds. Whether anything was timed."""
    path, began = folder / device.file, perf_counter()
    timed: list[dict[str, Any]] = []
    left_out: list[dict[str, Any]] = []
    with timing.measuring(device.threads):
        try:
            facts = facts_of(device) | {"kernels": timing.kernels(device.device, REPETITIONS)}
        except RuntimeError as problem:
            say(f"{device.name}: {_in_a_line(problem)}; nothing recorded")
            return False
        held = list(_memory(device, left_out))
        for comparison in timing.COMPARISONS:
            left = budget - (perf_counter() - began)
            found = _timed(comparison, device, min(left, budget / DEAREST), left_out)
            timed += [found] if found else []
            write(path, facts | {"timings": timed, "bytes": held, "left_out": left_out})
            say(f"{device.name}: {_words(comparison)}, {len(found['seconds']) if found else 0} repetitions")
    say(f"{device.name}: {path}, {len(timed)} comparisons, {len(left_out)} left out")
    return bool(timed)


def _timed(comparison: Comparison, device: Device, budget: float, left_out: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The seconds of those layers that run at all, repetition by repetition, as many as the budget has room for."""
    n, batch = comparison.n, comparison.batch
    began, steps = perf_counter(), {}
    for layer in comparison.layers:
        if perf_counter() - began > budget:
            left_out.append(_not_taken(layer, n, batch, "no time was left"))
            continue
        try:
            steps[layer] = timing.step_of(layer, n, batch, device.device, seed=0)
        except RuntimeError as problem:  # out of memory, or a kernel that this device has not
            left_out.append(_not_taken(layer, n, batch, _in_a_line(problem)))
    rows: list[list[float]] = []
    for row in timing.take_turns(list(steps.values()), REPETITIONS):
        rows.append([float(f"{seconds:.4g}") for seconds in row])
        if perf_counter() - began > budget and len(rows) >= FEWEST:
            break
    if not steps:
        return None
    return {"layers": [[layer.name, layer.d] for layer in steps], "n": n, "batch": batch, "seconds": rows}


def _memory(device: Device, left_out: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for layer, n, batch in MEMORY:
        try:
            held = timing.bytes_kept(layer, n, batch, device.device)
        except RuntimeError as problem:
            left_out.append(_not_taken(layer, n, batch, _in_a_line(problem)))
        else:
            yield {"layer": [layer.name, layer.d], "n": n, "batch": batch, "bytes": held}


def _not_taken(layer: Layer, n: int, batch: int, why: str) -> dict[str, Any]:
    return {"layer": [layer.name, layer.d], "n": n, "batch": batch, "why": why}


def _words(comparison: Comparison) -> str:
    widths = sorted({layer.d for layer in comparison.layers})
    return f"n = {comparison.n}, d = {', '.join(map(str, widths))}, batch = {comparison.batch}"


def _in_a_line(problem: Exception) -> str:
    return str(problem).strip().partition("\n")[0][:200] or type(problem).__name__


# --- what was measured ------------------------------------------------------------------------------------------------


def facts_of(device: Device) -> dict[str, Any]:
    """The device, its software, and when."""
    on_gpu = device.device.type == "cuda"
    return {
        "schema": SCHEMA,
        "name": device.name,
        "kind": device.device.type,
        **(_gpu() if on_gpu else {"device": _processor(), "processors": device.threads, "driver": ""}),
        "clock": timing.cycles(device.device),
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "cuda": torch.version.cuda or ""},
        "system": f"{platform.system()} {platform.machine()}",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": timing.said("git", "-C", str(ROOT), "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"),
    }


LANES = 128  # of float32 in a multiprocessor of NVIDIA's from compute capability 8.6 on; 64 before


def _gpu() -> dict[str, Any]:
    is_ = torch.cuda.get_device_properties(0)
    lanes = LANES if (is_.major, is_.minor) >= (8, 6) else LANES // 2
    return {
        "device": f"{is_.name}, {is_.total_memory / 2**30:.0f} GiB",
        "processors": is_.multi_processor_count * lanes,
        "driver": timing.said("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader").partition("\n")[0],
    }


def _processor() -> str:
    return timing.cpu_facts().get("model name", "") or platform.processor() or platform.machine()


# --- on disk ----------------------------------------------------------------------------------------------------------


def write(path: Path, found: Mapping[str, Any]) -> None:
    """The recording with its digest; a reader finds the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text(as_text(dict(found) | {"digest": digest(found)}), encoding="utf-8")
    half.replace(path)


def as_text(found: Mapping[str, Any]) -> str:
    """Strict JSON, keys sorted, a comparison a line."""
    parts = []
    for name, part in sorted(found.items()):
        lines = [json.dumps(one, sort_keys=True, allow_nan=False) for one in part] if isinstance(part, list) else []
        body = "[\n  " + ",\n  ".join(lines) + "\n ]" if lines else json.dumps(part, sort_keys=True, allow_nan=False)
        parts.append(f" {json.dumps(name)}: {body}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main() -> int:
    """The command; it takes no arguments."""
    try:
        return record_all()
    except KeyboardInterrupt:
        print("reports: interrupted; what was recorded is kept", file=sys.stderr)
        return 3
