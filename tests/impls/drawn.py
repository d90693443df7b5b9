"""What the tests of impls draw: shapes, and seeds from which a torch.Generator fills them.

Hypothesis chooses a shape and a seed; the numbers themselves come from torch. So a failing case is two
short values to print and replay, and shrinking works on shapes, where it is meaningful, instead of on
thousands of mantissas.
"""

from dataclasses import fields, replace
from typing import NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

# Relative to the largest entry. A step rounds to some 1e-15, and over 8 steps of weights drawn within ±1/√d,
# whose largest singular value is below √d < 2.3, that grows by less than 2.3⁸ < 1e3. The near misses of
# impls.broken.cells stand at 1e-9: the tolerance is two orders below what it has to catch.
TOLERANCE = 1e-11


class Shape(NamedTuple):
    """A batch of sequences: n steps, state width d, input width m, leading batch dimensions after time."""

    n: int
    d: int
    m: int
    batch: tuple[int, ...]


def seeds() -> st.SearchStrategy[int]:
    """Seeds for `generator`."""
    return st.integers(0, 2**31 - 1)


def generator(seed: int) -> torch.Generator:
    """A torch.Generator of one's own, so that no test depends on the global one."""
    return torch.Generator().manual_seed(seed)


def shapes(n=(1, 8), d=(1, 5), m=(1, 4), batch=(1, 3)) -> st.SearchStrategy[Shape]:
    """Shapes with each size within the given inclusive bounds; zero, one or two batch dimensions.

    Small on purpose: every defect known here shows at these sizes, and over few steps rounding is not
    amplified by chaotic dynamics.
    """
    sizes = [st.integers(*bounds) for bounds in (n, d, m)]
    return st.builds(Shape, *sizes, st.lists(st.integers(*batch), max_size=2).map(tuple))


def scales() -> st.SearchStrategy[float]:
    """Factors for weights or inputs; none above one, so that drawn recurrences contract or nearly so."""
    return st.floats(0, 1)


def sequence(shape: Shape, rng: torch.Generator, scale: float = 1.0) -> Tensor:
    """Standard normal inputs times scale: (n, *batch, m) in float64."""
    return scale * torch.randn(shape.n, *shape.batch, shape.m, generator=rng, dtype=torch.float64)


def leaf(tensor: Tensor) -> Tensor:
    """The same numbers as a leaf that collects a gradient."""
    return tensor.detach().clone().requires_grad_()


def leaves(p):
    """The same parameter dataclass with every tensor a leaf."""
    return replace(p, **{field.name: leaf(getattr(p, field.name)) for field in fields(p)})


def scaled(p, scale: float):
    """The same parameter dataclass with every tensor times scale."""
    return replace(p, **{field.name: scale * getattr(p, field.name) for field in fields(p)})


def tensors(p) -> list[Tensor]:
    """The tensors of a parameter dataclass, in the order of its fields."""
    return [getattr(p, field.name) for field in fields(p)]


def gap(got: Tensor, want: Tensor) -> float:
    """The largest difference, relative to the size of what is wanted where that is above one."""
    assert got.shape == want.shape, f"got {tuple(got.shape)}, want {tuple(want.shape)}"
    return ((got - want).abs().max() / want.abs().max().clamp(min=1)).item() if want.numel() else 0.0


def gradients(output: Tensor, inputs: list[Tensor], seed: int) -> tuple[Tensor, ...]:
    """Gradients of a random weighting of the output: each entry of the output gets a weight of its own.

    A sum alone would let errors that permute the output go unseen. Unused inputs get zeros.
    """
    weights = torch.randn(output.shape, generator=generator(seed), dtype=output.dtype)
    found = torch.autograd.grad((output * weights).sum(), inputs, allow_unused=True)
    return tuple(torch.zeros_like(x) if g is None else g for g, x in zip(found, inputs, strict=True))


def with_a_state(draw):
    """For a network with one vector as its state: draws parameters, inputs and a starting state, all leaves."""

    def drawn(shape, seed, scale=1.0):
        rng = generator(seed)
        p = leaves(scaled(draw(shape.d, shape.m, rng), scale))
        h0 = torch.rand(*shape.batch, shape.d, generator=rng, dtype=torch.float64) * 2 - 1
        return p, leaf(sequence(shape, rng)), leaf(h0)

    return drawn
