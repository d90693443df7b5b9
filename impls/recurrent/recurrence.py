"""What every recurrence shares: a fold over time.

    s_t = step(s_{t-1}, x_t),   t = 1..n

A sequence is a tensor with time first, (n, *batch, m), or a Python sequence of n tensors (*batch, m). Time
is never indexed: the backward of xs[t] fills a tensor as large as xs at each of n steps, the backward of
one unbind does it once. Outputs are stacked, never written into a buffer, so that each step remains a node
of the traced graph.

The last row of a stack depends, for autograd and for a tracer, on all of its rows. Whoever asks about paths
in the graph, or wants None where no gradient flows, takes the last entry of `unroll` instead.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TypeAlias, TypeVar

import torch
from jaxtyping import Float
from torch import Tensor

State = TypeVar("State")
Inputs: TypeAlias = Float[Tensor, "n *batch m"] | Sequence[Float[Tensor, "*batch m"]]


def unbind(xs: Tensor | Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The steps of a sequence, from either form."""
    return xs.unbind(0) if isinstance(xs, Tensor) else tuple(xs)


def zeros(d: int, xs: Tensor | Sequence[Tensor]) -> Tensor:
    """h_0 = 0 of width d, with the batch dimensions and the dtype of the inputs."""
    x = xs[0]
    return x.new_zeros(*x.shape[:-1], d)


def unroll(step: Callable[[State, Tensor], State], start: State, xs: Tensor | Sequence[Tensor]) -> list[State]:
    """[s_1, ..., s_n], the state after each step."""
    return list(accumulate(unbind(xs), step, initial=start))[1:]


def uniform(shape: tuple[int, ...], d: int, generator: torch.Generator, dtype: torch.dtype) -> Tensor:
    """Entries from U(-1/√d, 1/√d), d the state's width, as torch draws for its recurrent cells."""
    return (2 * torch.rand(shape, generator=generator, dtype=dtype) - 1) / d**0.5


def orthogonal_beside_normal(d: int, m: int, generator: torch.Generator, dtype: torch.dtype) -> Tensor:
    """Weights (d, d + m) of one gate: orthogonal where it reads the state, normal with deviation 1/√m where it reads the input
    (LeCun et al. 1998, section 4.6)."""
    W_h = torch.nn.init.orthogonal_(torch.empty(d, d, dtype=dtype), generator=generator)
    return torch.cat([W_h, torch.randn(d, m, generator=generator, dtype=dtype) / m**0.5], dim=1)
