"""Domains of networks and of what goes into them: small, with explicit weights, so that a counterexample can be read.

Numbers lie on a grid of eighths. Everything is float64.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit.domain import Domain, domain, only
from claims.kit.domains.matrices import Interval, grid
from impls.learning import bptt
from impls.recurrent import elman
from impls.recurrent.elman import Elman


@dataclass(frozen=True)
class ElmanRun:
    """An Elman network of width d, the inputs of n steps, and the gradient g of a loss that reads the last state.

    Shapes: W_h (d, d), W_x (d, d), b (d,), h_0 (d,), x (n, d), g (d,)."""

    W_h: np.ndarray
    W_x: np.ndarray
    b: np.ndarray
    h_0: np.ndarray
    x: np.ndarray
    g: np.ndarray

    @property
    def network(self) -> Elman:
        return Elman(torch.from_numpy(self.W_h), torch.from_numpy(self.W_x), torch.from_numpy(self.b))

    @property
    def start(self) -> torch.Tensor:
        return torch.from_numpy(self.h_0)

    @property
    def inputs(self) -> torch.Tensor:
        return torch.from_numpy(self.x)

    @property
    def loss_gradient(self) -> torch.Tensor:
        return torch.from_numpy(self.g)


@domain("Elman networks {width} wide over {steps} steps, weights within {weights}, inputs within [-2, 2]")
def elman_runs(
    width: tuple[int, int] = (1, 3), steps: tuple[int, int] = (1, 5), weights: Interval = (-2, 2)
) -> st.SearchStrategy[ElmanRun]:
    """Every weight, bias, input, initial state and loss gradient is drawn."""
    return st.tuples(st.integers(*width), st.integers(*steps)).flatmap(lambda drawn: _elman_run(*drawn, weights))


@cache
def _elman_run(d: int, n: int, weights: Interval) -> st.SearchStrategy[ElmanRun]:
    shapes = {"W_h": (d, d), "W_x": (d, d), "b": (d,), "h_0": (d,), "x": (n, d), "g": (d,)}
    bounds = {"W_h": weights, "W_x": weights, "h_0": (-0.875, 0.875)}
    return st.builds(ElmanRun, **{f.name: grid(shapes[f.name], bounds.get(f.name, (-2, 2))) for f in fields(ElmanRun)})


@cache  # readings share their seeds, and some their networks
def nearest_to_orthogonal(
    seed: int, start: Callable[..., Elman], input_scale: float, width: int = 32, length: int = 100
) -> float:
    """How far the farthest singular value of a step Jacobian lies from 1, at the step where that is least; random inputs."""
    return float((singular_values(seed, start, input_scale, width, length) - 1).abs().amax(-1).min())


def singular_values(
    seed: int, start: Callable[..., Elman], input_scale: float, width: int = 32, length: int = 100
) -> torch.Tensor:
    """Those of every step Jacobian for random inputs, shape (length, width)."""
    generator = torch.Generator().manual_seed(seed)
    network = start(width, width, generator)
    x = input_scale * torch.randn(length, width, generator=generator, dtype=torch.float64)
    return torch.linalg.svdvals(bptt.jacobians(network, elman.run(network, x)))


Inputs = Callable[[int, int, torch.Generator], torch.Tensor]


def normal(length: int, width: int, generator: torch.Generator) -> torch.Tensor:
    """Inputs whose entries are standard normal, shape (length, width)."""
    return torch.randn(length, width, generator=generator, dtype=torch.float64)


def one_hot(length: int, width: int, generator: torch.Generator) -> torch.Tensor:
    """Tokens of a vocabulary as large as the network is wide, each a 1 among zeros, shape (length, width)."""
    tokens = torch.randint(width, (length,), generator=generator)
    return torch.nn.functional.one_hot(tokens, width).double()


def zero(length: int, width: int, generator: torch.Generator) -> torch.Tensor:
    """Inputs of zeros, shape (length, width)."""
    return torch.zeros(length, width, dtype=torch.float64)


@dataclass(frozen=True)
class Untrained:
    """A plain network as one begins with it: how its weights are drawn, how wide it is and what it reads."""

    start: Callable[..., Elman]
    width: int
    inputs: Inputs

    def __str__(self) -> str:
        return f"{self.start.__name__}, width {self.width}, {self.inputs.__name__.replace('_', '-')} inputs"


def settings(starts: Sequence[Callable[..., Elman]], widths: Sequence[int], inputs: Sequence[Inputs], words: str) -> Domain:
    """Every combination of them."""
    every = tuple(Untrained(start, width, read) for start in starts for width in widths for read in inputs)
    return only(every, words)


WIDTHS, READ = (32, 128), (normal, one_hot)
TORCHS = settings((elman.draw,), WIDTHS, READ, "weights as torch draws them, width 32 or 128, normal or one-hot inputs")
KERASES = settings((elman.glorot,), WIDTHS, READ, "weights as Keras draws them, width 32 or 128, normal or one-hot inputs")
EVERYDAY = settings(
    (elman.draw, elman.glorot), WIDTHS, READ, "weights as torch or as Keras draws them, width 32 or 128, normal or one-hot inputs"
)
ORTHOGONAL_AT_REST = settings((elman.glorot,), WIDTHS, (zero,), "orthogonal weights, no bias and no input, width 32 or 128")


def decades_over(seed: int, one: Untrained, length: int) -> float:
    """By how many powers of ten the gradient changes over so many steps, log10 ‖J_T…J_1‖: six decimals of it, on which all
    processors agree."""
    rate = gradient_rate(seed, one.start, gain=1.0, inputs=one.inputs, width=one.width, length=length)
    return round(rate * length / math.log(10), 6) + 0.0  # no minus zero


def gradient_rate(
    seed: int,
    start: Callable[..., Elman],
    gain: float,
    input_scale: float = 1.0,
    width: int = 32,
    length: int = 100,
    inputs: Inputs = normal,
) -> float:
    """Growth of the gradient per step, in powers of e: log ‖J_T…J_1‖ / T for random inputs."""
    generator = torch.Generator().manual_seed(seed)
    drawn = start(width, width, generator)
    network = replace(drawn, W_h=gain * drawn.W_h)
    x = input_scale * inputs(length, width, generator)
    return bptt.log_norm(bptt.jacobians(network, elman.run(network, x)), length) / length
