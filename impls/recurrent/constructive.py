"""Recurrent networks whose weights are set by hand: what the cells can do, whatever training finds.

Latch. An LSTM that copies d bits into its cell when told to and holds them. Input x = [v_1..v_d, w] with
v_k = ±1 and w = 1 to write, 0 to hold; with s = strength,

    f = σ(s - 2sw)    i = σ(-s + 2sw)    C̃ = tanh(s v)    o = σ(s)          nothing reads h

so f is all but 1 while i is all but 0, and the reverse on a write. In floats "all but" is exact: from
s = 18 in float32 and s = 40 in float64 the plain operations (impls.recurrent.lstm) round f to 1 and lose what i lets in
against a cell of ±1. At 17 in float32 adverse inputs still wear a bit down, by 6e-4 over 10 000 steps and by
twice that in the fused torch.nn.LSTM. A cell that holds 0, never written, is not protected: it takes in
σ(-s) a step.

Feedback. f = i = o = σ(2) = 0.881 and C̃ = tanh(4h + 0.2x): far from 1, and yet the sign of the state stays
for ever, for {C >= 2, h >= 0.8} maps into itself at every |x| <= 1. An input of ±WRITE sets the sign. The
gradient along it vanishes: to hold a bit as an attractor and to carry a gradient are opposites here
(Bengio, Simard & Frasconi 1994).

Register. An Elman network with W_h the shift register, W_x = 2^-40 e_1, b = 0. tanh(u) = u(1 - u²/3 + ...)
rounds to u where u²/3 is below half a unit in the last place, so tokens below 2^16, scaled to 2^-24, pass
through unchanged in float32: the state is the list of the last d tokens. Tokens start at 1, since 0 is an
empty place. In float64 they need rounding to the nearest integer; float16 and bfloat16 cannot hold them.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent.elman import Elman
from impls.recurrent.linear import shift_register
from impls.recurrent.lstm import LSTM

WRITE = 20.0
SCALE = 2.0**-40


def latch_lstm(d: int, strength: float, dtype: torch.dtype = torch.float64) -> LSTM:
    """An LSTM that holds d bits from one write to the next; its input is [v_1..v_d, w], width d + 1."""
    blind = torch.zeros(d, d + d + 1, dtype=dtype)
    on_write, on_value = blind.clone(), blind.clone()
    on_write[:, -1] = 2 * strength
    on_value[:, d : 2 * d] = strength * torch.eye(d, dtype=dtype)
    s, none = torch.full((d,), strength, dtype=dtype), torch.zeros(d, dtype=dtype)
    return LSTM(W_f=-on_write, W_i=on_write, W_C=on_value, W_o=blind, b_f=s, b_i=-s, b_C=none, b_o=s)


def write(bits: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch m"]:
    """The latch's input that stores bits (±1)."""
    return torch.cat([bits, torch.ones_like(bits[..., :1])], dim=-1)


def hold(noise: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch m"]:
    """A latch's input that stores nothing, whatever the values."""
    return torch.cat([noise, torch.zeros_like(noise[..., :1])], dim=-1)


def feedback_lstm(dtype: torch.dtype = torch.float64) -> LSTM:
    """One unit, one input, every gate at σ(2); it keeps the sign that an input of ±WRITE has set."""
    closed, two = torch.zeros(1, 2, dtype=dtype), torch.full((1,), 2.0, dtype=dtype)
    W_C = torch.tensor([[4.0, 0.2]], dtype=dtype)
    none = torch.zeros(1, dtype=dtype)
    return LSTM(W_f=closed, W_i=closed, W_C=W_C, W_o=closed, b_f=two, b_i=two, b_C=none, b_o=two)


def register_rnn(d: int, dtype: torch.dtype = torch.float32, scale: float = SCALE) -> Elman:
    """A tanh RNN of width d whose state is the list of the last d tokens, times scale."""
    W_x = torch.zeros(d, 1, dtype=dtype)
    W_x[0] = scale
    return Elman(W_h=shift_register(d, dtype), W_x=W_x, b=torch.zeros(d, dtype=dtype))


def encode(ids: Sequence[int], dtype: torch.dtype = torch.float32) -> Float[Tensor, "n 1"]:
    """The register's inputs for tokens 1, 2, ...: the bare numbers."""
    if min(ids) < 1:
        raise ValueError(f"token {min(ids)}: the register keeps 0 for an empty place")
    return torch.tensor(ids, dtype=dtype).unsqueeze(-1)


def read(h: Float[Tensor, " d"], scale: float = SCALE) -> list[int]:
    """The tokens in a register's state, in the order in which they came (the newest stands first in h)."""
    return [token for token in (h / scale).round().long().flip(0).tolist() if token != 0]
