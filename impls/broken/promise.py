"""Wrong on purpose, about the plain recurrent network: its read-out, and what a position may see.

Named by the defect, as in `impls.broken.cells`; where a defect hides is said at each.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from impls.tracing.positions import Positions, Tokens
from impls.tracing.systems import System

LEAK = 1e-10
NEARLY = 1e-9
States = Float[Tensor, "n d"]
Outputs = Float[Tensor, "n k"]


def read_out_without_bias(W_y: Float[Tensor, "k d"], b_y: Float[Tensor, " k"], hs: States) -> Outputs:
    """Leave b_y out. Hidden at b_y = 0."""
    return hs @ W_y.T


def read_out_bias_nearly(W_y: Float[Tensor, "k d"], b_y: Float[Tensor, " k"], hs: States) -> Outputs:
    """With b_y too large by 1e-9."""
    return hs @ W_y.T + b_y + NEARLY


def read_out_one_step_late(W_y: Float[Tensor, "k d"], b_y: Float[Tensor, " k"], hs: States) -> Outputs:
    """y_t from h_{t-1}, and y_1 from zeros. Hidden where the state stands still from zero on."""
    return torch.cat([torch.zeros_like(hs[:1]), hs[:-1]]) @ W_y.T + b_y


def leaks_backwards(system: System) -> System:
    """Everything at a position takes in one part in 10¹⁰ of what is at the next. Hidden at the last position."""

    def run(p: object, xs: Tokens) -> Positions:
        positions = system.run(p, xs)
        following = [*positions[1:], positions[-1]]
        return [
            tuple(own + LEAK * (its - own) for own, its in zip(here, there, strict=True))
            for here, there in zip(positions, following, strict=True)
        ]

    return System(f"{system.name}, one part in 10¹⁰ of the next state added", system.draw, run)
