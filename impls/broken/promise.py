"""Wrong on purpose, about the plain recurrent network: its step, its read-out, and what a position may see.

Named by the defect, as in `impls.broken.cells`; where a defect hides is said at each.
"""

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from impls.attending import attention
from impls.broken.attention import mask_off_by_one
from impls.recurrent import elman
from impls.recurrent.elman import Elman
from impls.tracing import positions
from impls.tracing.positions import Positions, Tokens
from impls.tracing.systems import System
from impls.translating.seq2seq import State

LEAK = 1e-10
NEARLY = 5e-12
TRACE = 1e-12
Vector = Float[Tensor, " d"]
States = Float[Tensor, "n d"]
Outputs = Float[Tensor, "n k"]


def step_bias_nearly(p: Elman, h: Vector, x: Vector) -> Vector:
    """With b too large by 5e-12. Hidden where tanh saturates."""
    return elman.step(replace(p, b=p.b + NEARLY), h, x)


def step_logistic(p: Elman, h: Vector, x: Vector) -> Vector:
    """The logistic function for tanh. Hidden nowhere but where both happen to meet."""
    return torch.sigmoid(h @ p.W_h.T + x @ p.W_x.T + p.b)


def state_leaks_a_trace(wanted: State, own: State) -> State:
    """One part in 10¹² of its own final state goes along. Hidden where both are equal."""
    return tuple(one + TRACE * (other - one) for one, other in zip(wanted, own, strict=True))


def state_kept_back(wanted: State, own: State) -> State:
    """Nothing is handed over: it goes on from its own state. Hidden where both are equal."""
    return own


def read_out_without_bias(W_y: Float[Tensor, "k d"], b_y: Float[Tensor, " k"], hs: States) -> Outputs:
    """Leave b_y out. Hidden at b_y = 0."""
    return hs @ W_y.T


def read_out_bias_nearly(W_y: Float[Tensor, "k d"], b_y: Float[Tensor, " k"], hs: States) -> Outputs:
    """With b_y too large by 5e-12."""
    return hs @ W_y.T + b_y + NEARLY


def read_out_squashed(W_y: Float[Tensor, "k d"], b_y: Float[Tensor, " k"], hs: States) -> Outputs:
    """tanh of it. To second order hidden near 0."""
    return (hs @ W_y.T + b_y).tanh()


def read_out_one_step_late(W_y: Float[Tensor, "k d"], b_y: Float[Tensor, " k"], hs: States) -> Outputs:
    """y_t from h_{t-1}, and y_1 from zeros. Hidden where the state stands still from zero on."""
    return torch.cat([torch.zeros_like(hs[:1]), hs[:-1]]) @ W_y.T + b_y


def _attending_one_too_far(p: attention.SelfAttention, xs: Tokens) -> Positions:
    return positions.attending(p, xs, mask_off_by_one(len(xs)))


# Hidden at the last position.
MASK_OFF_BY_ONE = System("causal self-attention, its mask off by one", attention.draw_self_attention, _attending_one_too_far)


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
