"""How long one training step of a layer takes, forward and backward, side by side with others; and what the machine can do.

Layers are torch's own, with its fused kernels, and read tokens (batch, n, d). A step is the loss mean(y²) and its gradient by all
parameters. Candidates take turns, so that whatever else the machine does meets them alike, and turn round the order each time; a
first step of each, which allocates, is not counted. On a GPU events on its own stream are the clock (CUDA), so that what has
only been asked for is not taken for done. Products are of float32 without the shorter TF32.

Nothing but torch is needed, so that a bare machine can be measured.
"""

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

import torch
from torch import Tensor, nn

from impls.recurrent import scan

HEADS = 4
CPU = torch.device("cpu")


class Recurrent(nn.Module):
    """torch's layer of this kind: one call for all steps."""

    def __init__(self, kind: type[nn.RNNBase], d: int, both: bool = False) -> None:
        super().__init__()
        self.cell = kind(d, d, batch_first=True, bidirectional=both)

    def forward(self, x: Tensor) -> Tensor:
        return self.cell(x)[0]


class StepByStep(nn.Module):
    """An LSTM whose steps are called one by one, as they must be where each needs what the last one gave."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(d, d)

    def forward(self, x: Tensor) -> Tensor:
        state, hs = (x.new_zeros(len(x), x.shape[-1]),) * 2, []
        for token in x.unbind(1):
            state = self.cell(token, state)
            hs.append(state[0])
        return torch.stack(hs, 1)


class Linear(nn.Module):
    """h_t = a ⊙ h_{t-1} + x_t with a factor a for each of the d entries, in (0, 1)."""

    def __init__(self, d: int, in_rounds: bool) -> None:
        super().__init__()
        self.raw, self.in_rounds = nn.Parameter(torch.zeros(d)), in_rounds

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.transpose(0, 1)
        factors = self.raw.sigmoid().expand_as(tokens)
        if self.in_rounds:
            return scan.by_rounds(factors, tokens, torch.mul, torch.mul).transpose(0, 1)
        return scan.in_order(factors, tokens, torch.mul).transpose(0, 1)


class Attention(nn.Module):
    """Self-attention with its four projections; `written_out` gives the weights as a matrix, so that it has to be there."""

    def __init__(self, d: int, written_out: bool = False) -> None:
        super().__init__()
        self.attention, self.written_out = nn.MultiheadAttention(d, HEADS, batch_first=True), written_out

    def forward(self, x: Tensor) -> Tensor:
        return self.attention(x, x, x, need_weights=self.written_out)[0]


LAYERS: dict[str, Callable[[int], nn.Module]] = {
    "tanh RNN": lambda d: Recurrent(nn.RNN, d),
    "LSTM": lambda d: Recurrent(nn.LSTM, d),
    "LSTM, step by step": StepByStep,
    "LSTM in both directions": lambda d: Recurrent(nn.LSTM, d, both=True),
    "GRU": lambda d: Recurrent(nn.GRU, d),
    "linear recurrence, in order": lambda d: Linear(d, in_rounds=False),
    "linear recurrence, by scan": lambda d: Linear(d, in_rounds=True),
    "attention": Attention,
    "attention, weights written out": lambda d: Attention(d, written_out=True),
    "Transformer layer": lambda d: nn.TransformerEncoderLayer(d, HEADS, 4 * d, dropout=0.0, batch_first=True),
}


@dataclass(frozen=True, order=True)
class Layer:
    """A layer of `LAYERS` at width d."""

    name: str
    d: int

    def __str__(self) -> str:
        return f"{self.name}, width {self.d}"


@dataclass(frozen=True)
class Comparison:
    """Layers that are timed side by side on `batch` sequences of n tokens."""

    layers: tuple[Layer, ...]
    n: int
    batch: int


ALONGSIDE = tuple(name for name in LAYERS if name not in ("LSTM in both directions", "attention, weights written out"))
LENGTHS = (16, 64, 256, 512, 1024, 4096)
SHAPES = ((128, 4), (32, 1), (512, 16))  # width and batch, the dearest last


def _everyone(n: int, d: int, batch: int) -> Comparison:
    return Comparison(tuple(Layer(name, d) for name in ALONGSIDE), n, batch)


# What is recorded of a machine, what is most asked for first: pairs of unlike width, and all layers at every length.
COMPARISONS = (
    Comparison((Layer("LSTM", 128), Layer("LSTM", 32), Layer("LSTM", 512), Layer("LSTM in both directions", 128)), 64, 4),
    Comparison((Layer("GRU", 64), Layer("LSTM", 64), Layer("GRU", 256), Layer("LSTM", 256)), 64, 4),
    *(_everyone(n, d, batch) for d, batch in SHAPES for n in LENGTHS),
)


# --- the clock --------------------------------------------------------------------------------------------------------


def seconds(work: Callable[[], object], device: torch.device) -> float:
    """How long it takes until the device has done this."""
    if device.type != "cuda":
        began = perf_counter()
        work()
        return perf_counter() - began
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    work()
    end.record()
    torch.cuda.synchronize()
    return float(start.elapsed_time(end)) / 1000


@contextmanager
def measuring(threads: int) -> Iterator[None]:
    """Let torch use so many cores while the block lasts, and no shorter numbers within an RNN, as it does on a GPU by default."""
    before = torch.get_num_threads(), torch.backends.cudnn.allow_tf32
    torch.set_num_threads(threads)
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        torch.backends.cudnn.allow_tf32 = before[1]


# --- training steps ---------------------------------------------------------------------------------------------------

Step = Callable[[], float]


def step_of(layer: Layer, n: int, batch: int, device: torch.device, seed: int) -> Step:
    """A training step of a freshly drawn layer on drawn tokens, to be timed as often as one likes. The first is done already."""
    module, x = drawn(layer, n, batch, device, seed)

    def step() -> None:
        module(x).square().mean().backward()

    def timed() -> float:
        module.zero_grad(set_to_none=True)
        return seconds(step, device)

    timed()
    return timed


def steps_of(layers: Sequence[Layer], n: int, batch: int, device: torch.device) -> list[Step]:
    """A training step of each layer, to be timed side by side."""
    return [step_of(layer, n, batch, device, seed=0) for layer in layers]


def drawn(layer: Layer, n: int, batch: int, device: torch.device, seed: int) -> tuple[nn.Module, Tensor]:
    """A layer and tokens (batch, n, d); the global generator is as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LAYERS[layer.name](layer.d).to(device), torch.randn(batch, n, layer.d).to(device)


def take_turns(steps: Sequence[Step], repetitions: int) -> Iterator[list[float]]:
    """The seconds of each, repetition after repetition, every other one in the opposite order."""
    for repetition in range(repetitions):
        order = range(len(steps)) if repetition % 2 == 0 else reversed(range(len(steps)))
        took = {which: steps[which]() for which in order}
        yield [took[which] for which in range(len(steps))]


SHORT = 0.01  # seconds: a shorter step is taken again until it has had them, and the least counts, for disturbances only add


def repetition(steps: Sequence[Step], forwards: bool = True) -> list[float]:
    """The seconds of each, in turns, every other one in the opposite order; a long step has one turn."""
    took: list[list[float]] = [[] for _ in steps]
    while waiting := [which for which, of in enumerate(took) if sum(of) < SHORT]:
        for which in waiting if forwards else reversed(waiting):
            took[which].append(steps[which]())
        forwards = not forwards
    return [min(of) for of in took]


# --- whether the machine was left alone -------------------------------------------------------------------------------

# Stated before anything is timed, from sittings on two cores. Left alone, a thread by itself missed its core for less than a
# hundredth of the time that it had it; two, which wait for one another, for less than a twentieth. One busy loop beside them
# made it a sixtieth at least, and a third. As many loops as there are cores make the reference take twice as long as at its best
# and more; without any, nine of ten take at most 1.7 times as long, for cores turn now faster, now slower.
LOST, LOST_TOGETHER = 0.0125, 0.1  # of the time on a core, the time that was waited for one: by a thread, by several
SPREAD = 2.0  # the 90th percentile of the reference over its least


@dataclass(frozen=True)
class Sitting:
    """Repetitions of one comparison, or as many as there were until it was plain that something else was at work."""

    rows: tuple[tuple[float, ...], ...]
    is_disturbed: bool


def reference(device: torch.device) -> Step:
    """Small operations in a row, which no second thread can share: they take the same time whenever nothing else is at work, be
    it a neighbour that no clock of ours can see."""
    work = in_a_row(device)
    work()
    return lambda: seconds(work, device)


def sit(steps: Sequence[Step], count: int, between: Step) -> Sitting:
    """So many repetitions, with a reference `between` them. It ends once more time is lost than all of them together may lose."""
    may_lose = count * (LOST if torch.get_num_threads() == 1 else LOST_TOGETHER)
    rows, references, began, on_core = list[tuple[float, ...]](), list[float](), perf_counter(), thread_time()
    for number in range(count):
        rows.append(tuple(repetition(steps, forwards=number % 2 == 0)))
        references.append(between())
        had = thread_time() - on_core
        if perf_counter() - began - had > may_lose * had / len(rows):
            return Sitting(tuple(rows), is_disturbed=True)
    return Sitting(tuple(rows), is_disturbed=_spread(references) > SPREAD)


def _spread(took: Sequence[float]) -> float:
    """The 90th percentile over the least."""
    return sorted(took)[ceil(0.9 * len(took)) - 1] / min(took)


# --- memory -----------------------------------------------------------------------------------------------------------


def bytes_kept(layer: Layer, n: int, batch: int, device: torch.device) -> int:
    """What a step holds beside parameters and tokens: on a CPU what the forward pass keeps for the backward one, on a GPU the
    most that was allocated at once (of a second step, for the first one sets up more)."""
    module, x = drawn(layer, n, batch, device, 0)
    if device.type == "cuda":
        module(x).square().mean().backward()
        module.zero_grad(set_to_none=True)
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        module(x).square().mean().backward()
        return int(torch.cuda.max_memory_allocated()) - before
    known = {tensor.untyped_storage().data_ptr() for tensor in (x, *module.parameters())}
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in known:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        y = module(x)
    del y
    return sum(kept.values())


# --- the machine ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Abilities:
    """What three small kernels say of a device."""

    rate: float  # operations a second: a product of square matrices, float32
    launch: float  # seconds until a small operation that waits for the one before is done
    bandwidth: float  # bytes a second, read and written: a copy of 64 MiB


LAUNCHES, COPIED = 1000, 2**24  # operations in a row; numbers


def side(device: torch.device) -> int:
    """Of the matrices whose product tells the rate."""
    return 4096 if device.type == "cuda" else 1024


def in_a_row(device: torch.device) -> Callable[[], None]:
    """Small operations, each of which waits for the one before."""
    small = torch.zeros(1, device=device)

    def launches() -> None:
        for _ in range(LAUNCHES):
            small.add_(1.0)

    return launches


def kernel_steps(device: torch.device) -> list[Step]:
    """The product, the operations in a row and the copy, to be timed as often as one likes."""
    shapes = (side(device),) * 2, (COPIED,), (COPIED,)
    A, source, target = (torch.zeros(shape, device=device) for shape in shapes)
    launches = in_a_row(device)
    steps: list[Step] = [
        lambda: seconds(lambda: A @ A, device),
        lambda: seconds(launches, device),
        lambda: seconds(lambda: target.copy_(source), device),  # into what is there: new memory would cost pages
    ]
    for step in steps:
        step()  # the first allocates
    return steps


def kernels(device: torch.device, repetitions: int) -> list[list[float]]:
    """The seconds of the three, in turns."""
    return list(take_turns(kernel_steps(device), repetitions))


def abilities(rows: Sequence[Sequence[float]], kind: str) -> Abilities:
    """From the seconds that the kernels took, the least of each, on a device of this kind."""
    product, chain, copy = (min(column) for column in zip(*rows, strict=True))
    operations = 2 * side(torch.device(kind)) ** 3
    return Abilities(rate=operations / product, launch=chain / LAUNCHES, bandwidth=2 * 4 * COPIED / copy)


def cycles(device: torch.device) -> float | None:
    """The clock: cycles a second, the most that a GPU runs at and what a core runs at now; None where nothing says so."""
    if device.type == "cuda":
        mhz = said("nvidia-smi", "--query-gpu=clocks.max.sm", "--format=csv,noheader,nounits").partition("\n")[0].strip()
    else:
        mhz = cpu_facts().get("cpu MHz", "")
    return float(mhz) * 1e6 if mhz.replace(".", "", 1).isdecimal() else None


def cpu_facts() -> dict[str, str]:
    """What the system says of the first core, where it does so in /proc/cpuinfo."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    parts = (line.partition(":") for line in reversed(lines))
    return {name.strip(): rest.strip() for name, _, rest in parts if name}


def said(*command: str) -> str:
    """What a program prints; nothing where it is not there or does not come back."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def digest(recorded: Mapping[str, Any]) -> str:
    """A fingerprint of what was recorded of a machine, but for the fingerprint itself."""
    rest = {name: part for name, part in recorded.items() if name != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, allow_nan=False).encode()).hexdigest()
