"""How long a training step should take, from counting alone and three abilities of the machine.

    T = S·λ + max(W/R, B/β)

    W    scalar operations of forward and backward pass: three times the forward ones, for each product is met by two
    S    operations in a row: twice the forward ones, for the products by which weights learn wait for nobody
    B    bytes read and written, three times the forward ones, each operation by itself
    R, β, λ    operations and bytes a second, and the seconds until a small operation that waits for another is done

The second term is the roofline (Williams, Waterman & Patterson 2009), the first what a chain costs that no processor shortens.
W, S and B come from traces of our own implementations (counting.graph) on `batch` sequences of n tokens of width d, float32. They
are polynomials in n but for the scan, so that a few short traces give them exactly at any length.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from impls.attending import attention, transformer
from impls.clocks.timing import HEADS, LAYERS, SHAPES, Abilities, Layer
from impls.counting.graph import Graph, trace
from impls.recurrent import elman, gru, linear, lstm

BYTES = 4  # of a number
STATED = 4  # the factor to which predictions are right, stated before anything was timed


@dataclass(frozen=True)
class Demand:
    """What a computation asks of a machine: operations, operations in a row, bytes moved."""

    work: float
    chain: float
    moved: float

    @property
    def to_train(self) -> "Demand":
        """Forward and backward."""
        return Demand(3 * self.work, 2 * self.chain, 3 * self.moved)


def predicted(asks: Demand, machine: Abilities) -> float:
    """Seconds."""
    return asks.chain * machine.launch + max(asks.work / machine.rate, asks.moved / machine.bandwidth)


@lru_cache(maxsize=1)  # the same at every length, and large
def _drawn(draw: Callable[..., Any], *sizes: int) -> Any:
    return draw(*sizes, torch.Generator().manual_seed(0))


def _recurrence(run: Callable[[list[Tensor], int], Tensor]) -> Callable[[int, int, int], Graph]:
    @cache
    def traced(n: int, d: int, batch: int) -> Graph:
        return trace(lambda xs: run(xs, d), [torch.ones(batch, d, dtype=torch.float64) for _ in range(n)])

    return traced


def _together(run: Callable[[Tensor, int], Tensor]) -> Callable[[int, int, int], Graph]:
    @cache
    def traced(n: int, d: int, batch: int) -> Graph:
        return trace(lambda X: run(X, d), torch.ones(batch, n, d, dtype=torch.float64))

    return traced


def _heads(X: Tensor, d: int) -> Tensor:
    return attention.multi_head(_drawn(attention.draw_multi_head, d, HEADS), X)


def _layer(X: Tensor, d: int) -> Tensor:
    return transformer.run(_drawn(transformer.draw, d, HEADS), X)


def _gru(xs: list[Tensor], d: int) -> Tensor:
    return gru.run(_drawn(gru.draw, d, d), xs, step=gru.step_reset_after)


def _in_order(xs: list[Tensor], d: int) -> Tensor:
    tokens = torch.stack(xs)
    return linear.sequential(torch.full_like(tokens, 0.5), tokens)


_lstm = _recurrence(lambda xs, d: lstm.run(_drawn(lstm.draw, d, d), xs)[0])
TRACED: dict[str, Callable[[int, int, int], Graph]] = {
    "tanh RNN": _recurrence(lambda xs, d: elman.run(_drawn(elman.draw, d, d), xs)),
    "LSTM": _lstm,
    "LSTM, step by step": _lstm,
    "GRU": _recurrence(_gru),
    "linear recurrence, in order": _recurrence(_in_order),
    "attention": _together(_heads),
    "Transformer layer": _together(_layer),
}
SHORT = (3, 4, 5)  # tokens: enough to tell a polynomial of degree two


@cache
def demand(layer: Layer, n: int, batch: int) -> Demand:
    """What a forward pass asks for, at any length."""
    if layer.name == "linear recurrence, by scan":
        return _of_a_scan(n, layer.d * batch)
    graphs = _short(layer, batch)
    counts = np.array([[graph.work, graph.span, BYTES * graph.moved] for graph in graphs], dtype=float)
    fitted = np.linalg.solve(np.vander(SHORT), counts)
    return Demand(*(np.vander([n], len(SHORT)) @ fitted)[0].round().tolist())


@cache
def parameters(layer: Layer) -> int:
    """How many a layer has, whatever the length."""
    with torch.device("meta"):
        return sum(one.numel() for one in LAYERS[layer.name](layer.d).parameters())


@cache
def _short(layer: Layer, batch: int) -> list[Graph]:
    return [TRACED[layer.name](n, layer.d, batch) for n in SHORT]


@cache
def _of_a_scan(n: int, width: int) -> Demand:
    """A scan works entry by entry: that of one number, times how many there are."""
    graph = trace(lambda b: linear.scan(b.sigmoid(), b), torch.ones(n, 1, dtype=torch.float64))
    return Demand(width * graph.work, graph.span, BYTES * width * graph.moved)


COUNTED = ("tanh RNN", "LSTM", "linear recurrence, by scan", "attention", "Transformer layer")
WIDTH = 128
BATCH = next(batch for width, batch in SHAPES if width == WIDTH)
PAIR = (Layer("LSTM", WIDTH), Layer("Transformer layer", WIDTH))  # the layers that are set beside each other


def counted(n: int) -> dict[str, Demand]:
    """What a training step of each layer on one sequence asks for, at any length: counted, not timed."""
    return {name: demand(Layer(name, WIDTH), n, 1).to_train for name in COUNTED}


def crossing(first: Layer, second: Layer, batch: int, machine: Abilities, longest: int = 2**20) -> int | None:
    """From which length on, of powers of two, a step of the second takes less time than one of the first; None if from none."""
    lengths = [2**k for k in range(longest.bit_length())]
    return next((n for n in lengths if _seconds(second, n, batch, machine) < _seconds(first, n, batch, machine)), None)


def eaten(first: Layer, second: Layer, batch: int, machine: Abilities, longest: int = 2**24) -> int | None:
    """From which length on the second, once ahead, is no longer: its work that grows with n² has eaten the gain."""
    begins = crossing(first, second, batch, machine, longest)
    if begins is None:
        return None
    lengths = [2**k for k in range(begins.bit_length(), longest.bit_length())]
    return next((n for n in lengths if _seconds(second, n, batch, machine) >= _seconds(first, n, batch, machine)), None)


def _seconds(layer: Layer, n: int, batch: int, machine: Abilities) -> float:
    return predicted(demand(layer, n, batch).to_train, machine)
