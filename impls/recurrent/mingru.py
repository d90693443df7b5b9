"""The minimal gated recurrent unit: a GRU whose gate and candidate do not read the state.

    z_t = σ(W_z x_t + b_z)                     gate
    c_t = W_h x_t + b_h                        candidate, h̃_t in the paper, without tanh
    h_t = (1 - z_t) ⊙ h_{t-1} + z_t ⊙ c_t      state

Feng, Tung, Ahmed, Bengio & Hajimirsadeghi (2024), "Were RNNs all we needed?", section 3.1.

    h_t ∈ ℝ^d    state, h_0 = 0 unless given     W_z, W_h ∈ ℝ^{d×m}
    x_t ∈ ℝ^m    input                           b_z, b_h ∈ ℝ^d

Given the inputs, each step is affine in the state, a_t = 1 - z_t and b_t = z_t ⊙ c_t, so that `scan` finds all
states in ⌈log2 n⌉ rounds (impls.recurrent.linear). The factors lie in (0, 1), and h_t in the hull of 0 and the candidates.

Variants. The GRU (`gru`, with z for the candidate as here) reads h_{t-1} in both and squashes the candidate. The paper
scans logarithms, for which it makes the candidate positive; here the scan is of the numbers themselves. No counterpart
in torch.nn.
"""

from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent import linear
from impls.recurrent.recurrence import Inputs, uniform, unroll, zeros


@dataclass(frozen=True)
class MinGRU:
    """The parameters of one layer."""

    W_z: Float[Tensor, "d m"]
    b_z: Float[Tensor, " d"]
    W_h: Float[Tensor, "d m"]
    b_h: Float[Tensor, " d"]


def gate_and_candidate(p: MinGRU, x: Float[Tensor, "*batch m"]) -> tuple[Float[Tensor, "*batch d"], Float[Tensor, "*batch d"]]:
    """(z_t, c_t), from the input alone."""
    return torch.sigmoid(x @ p.W_z.T + p.b_z), x @ p.W_h.T + p.b_h


def step(p: MinGRU, h: Float[Tensor, "*batch d"], x: Float[Tensor, "*batch m"]) -> Float[Tensor, "*batch d"]:
    """h_t from h_{t-1} and x_t."""
    z, candidate = gate_and_candidate(p, x)
    return (1 - z) * h + z * candidate


def run(p: MinGRU, xs: Inputs, h0: Float[Tensor, "*batch d"] | None = None) -> Float[Tensor, "n *batch d"]:
    """All states h_1..h_n, one after another."""
    return torch.stack(unroll(partial(step, p), zeros(len(p.b_z), xs) if h0 is None else h0, xs))


def scan(p: MinGRU, xs: Float[Tensor, "n *batch m"]) -> Float[Tensor, "n *batch d"]:
    """The same from h_0 = 0 in ⌈log2 n⌉ rounds."""
    z, candidate = gate_and_candidate(p, xs)
    return linear.scan(1 - z, z * candidate)


def draw(d: int, m: int, generator: torch.Generator, dtype: torch.dtype = torch.float64) -> MinGRU:
    """Weights as torch.nn.GRU draws them."""
    shapes = (d, m), (d,), (d, m), (d,)
    return MinGRU(*(uniform(shape, d, generator, dtype) for shape in shapes))
