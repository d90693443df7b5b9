"""How long one training step of a layer takes: forward and backward, on torch's own kernels, side by side.

A clock is read around interleaved repetitions of all candidates, so that whatever else the machine does meets them
alike; the smallest of a few is kept, since disturbances only add. Nothing here is random but the data.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import torch
from torch import Tensor, nn

BATCH = 4
REPETITIONS = 3


@dataclass(frozen=True)
class Layer:
    """A layer of width d that torch provides; `make` builds it, `apply` runs it on tokens (batch, n, d)."""

    name: str
    d: int
    make: Callable[[int], nn.Module]
    apply: Callable[[nn.Module, Tensor], Tensor]


def _lstm(d: int) -> nn.Module:
    return nn.LSTM(d, d, batch_first=True)


def _attention(d: int) -> nn.Module:
    return nn.MultiheadAttention(d, 4, batch_first=True)


def _transformer(d: int) -> nn.Module:
    return nn.TransformerEncoderLayer(d, 4, 4 * d, dropout=0.0, batch_first=True)


def _first(module: nn.Module, x: Tensor) -> Tensor:
    return module(x)[0]


def _to_itself(module: nn.Module, x: Tensor) -> Tensor:
    return module(x, x, x, need_weights=False)[0]


def _plain(module: nn.Module, x: Tensor) -> Tensor:
    return module(x)


def lstm(d: int) -> Layer:
    """One LSTM layer, fused: 16d² multiplications and additions a token."""
    return Layer(f"LSTM, width {d}", d, _lstm, _first)


def attention_alone(d: int) -> Layer:
    """Self-attention with its four projections: 8d² + 4nd a token."""
    return Layer(f"self-attention, width {d}", d, _attention, _to_itself)


def transformer_layer(d: int) -> Layer:
    """Attention and a feed-forward network of width 4d: 24d² + 4nd a token."""
    return Layer(f"Transformer layer, width {d}", d, _transformer, _plain)


def seconds_a_step(layers: Sequence[Layer], n: int, seed: int) -> list[float]:
    """The time of one forward and backward pass of each layer on BATCH sequences of n tokens, in seconds."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        modules = [layer.make(layer.d) for layer in layers]
        inputs = [torch.randn(BATCH, n, layer.d) for layer in layers]

    def once(which: int) -> float:
        started = perf_counter()
        layers[which].apply(modules[which], inputs[which]).square().mean().backward()
        return perf_counter() - started

    for which in range(len(layers)):
        once(which)  # the first run allocates
    times = [[once(which) for which in range(len(layers))] for _ in range(REPETITIONS)]
    return [min(column) for column in zip(*times, strict=True)]
