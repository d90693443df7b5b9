"""The long short-term memory cell.

    f_t = σ(W_f [h_{t-1}, x_t] + b_f)          forget gate
    i_t = σ(W_i [h_{t-1}, x_t] + b_i)          input gate
    C̃_t = tanh(W_C [h_{t-1}, x_t] + b_C)       candidate
    C_t = f_t * C_{t-1} + i_t * C̃_t            cell
    o_t = σ(W_o [h_{t-1}, x_t] + b_o)          output gate
    h_t = o_t * tanh(C_t)                      state

Hochreiter & Schmidhuber (1997) without a forget gate; Gers, Schmidhuber & Cummins (2000) add f_t. The form
is that of Graves (2013), equations 7-11, without peepholes.

    h_t ∈ (-1, 1)^d    state           x_t ∈ ℝ^m                 input
    C_t ∈ ℝ^d          cell            W_* ∈ ℝ^{d x (d+m)}       acting on h and x concatenated, in that order
    f, i, o ∈ (0, 1)^d                 b_* ∈ ℝ^d

What is carried from step to step is the pair (h, C); h alone does not determine the future.

Variants. torch.nn.LSTM stacks the four weights in the order i, f, C̃, o, splits each into W_ih and W_hh,
and has two biases that only appear as a sum. The 1997 cell squashes to (-2, 2) and (-1, 1) by scaled
logistics and has f = 1.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent.recurrence import Inputs, orthogonal_beside_normal, uniform, unroll, zeros

Vector: TypeAlias = Float[Tensor, "*batch d"]


@dataclass(frozen=True)
class LSTM:
    """The parameters of one layer; `dm` is d + m."""

    W_f: Float[Tensor, "d dm"]
    W_i: Float[Tensor, "d dm"]
    W_C: Float[Tensor, "d dm"]
    W_o: Float[Tensor, "d dm"]
    b_f: Float[Tensor, " d"]
    b_i: Float[Tensor, " d"]
    b_C: Float[Tensor, " d"]
    b_o: Float[Tensor, " d"]


def gates(p: LSTM, h: Vector, x: Float[Tensor, "*batch m"]) -> tuple[Vector, Vector, Vector, Vector]:
    """(f_t, i_t, C̃_t, o_t), the candidate among the gates because it reads the same vector."""
    hx = torch.cat([h, x], dim=-1)
    f = torch.sigmoid(hx @ p.W_f.T + p.b_f)
    i = torch.sigmoid(hx @ p.W_i.T + p.b_i)
    candidate = torch.tanh(hx @ p.W_C.T + p.b_C)
    o = torch.sigmoid(hx @ p.W_o.T + p.b_o)
    return f, i, candidate, o


def step(p: LSTM, state: tuple[Vector, Vector], x: Float[Tensor, "*batch m"]) -> tuple[Vector, Vector]:
    """(h_t, C_t) from (h_{t-1}, C_{t-1}) and x_t."""
    h, C = state
    f, i, candidate, o = gates(p, h, x)
    C = f * C + i * candidate
    return o * torch.tanh(C), C


def run(
    p: LSTM, xs: Inputs, state: tuple[Vector, Vector] | None = None
) -> tuple[Float[Tensor, "n *batch d"], Float[Tensor, "n *batch d"]]:
    """All states h_1..h_n and all cells C_1..C_n."""
    start = state or (zeros(len(p.b_f), xs), zeros(len(p.b_f), xs))
    hs, Cs = zip(*unroll(partial(step, p), start, xs), strict=True)
    return torch.stack(hs), torch.stack(Cs)


def forget_gates(p: LSTM, xs: Float[Tensor, "n *batch m"]) -> Float[Tensor, "n *batch d"]:
    """f_1..f_n from a state of zeros: f_t reads h_{t-1} and x_t."""
    hs, _ = run(p, xs)
    return gates(p, torch.cat([torch.zeros_like(hs[:1]), hs[:-1]]), xs)[0]


def cell_jacobian(p: LSTM, xs: Inputs) -> Float[Tensor, "d d"]:
    """dC_n/dC_1 by automatic differentiation: over all paths, those through h_1, h_2, ... among them."""
    zero = torch.zeros_like(p.b_f).requires_grad_()
    states = unroll(partial(step, p), (zero, zero), xs)
    first, last = states[0][1], states[-1][1]
    return torch.stack([torch.autograd.grad(c, first, retain_graph=True)[0] for c in last])


def jacobian_along_the_cell(p: LSTM, xs: Inputs, step: Callable[..., tuple[Vector, Vector]] = step) -> Float[Tensor, "d d"]:
    """dC_n/dC_1 over the one path that keeps to the cell: a product of dC_t/dC_{t-1}, each with h_{t-1} held fixed."""
    h = C = torch.zeros_like(p.b_f)
    along = torch.eye(len(C), dtype=C.dtype)
    for t, x in enumerate(xs):
        before = C.detach().requires_grad_()
        h, C = step(p, (h.detach(), before), x)
        if t:
            along = torch.stack([torch.autograd.grad(c, before, retain_graph=True)[0] for c in C]) @ along
    return along


def draw(d: int, m: int, generator: torch.Generator, dtype: torch.dtype = torch.float64, forget_bias: float = 0.0) -> LSTM:
    """Weights as torch.nn.LSTM draws them, with forget_bias added to b_f (Jozefowicz et al. 2015 add 1)."""
    shapes = [(d, d + m)] * 4 + [(d,)] * 4
    p = LSTM(*(uniform(shape, d, generator, dtype) for shape in shapes))
    return replace(p, b_f=p.b_f + forget_bias)


def orthogonal(d: int, m: int, generator: torch.Generator, dtype: torch.dtype = torch.float64) -> LSTM:
    """What each gate makes of h orthogonal (Saxe, McClelland & Ganguli 2014), of x normal with deviation 1/√m, no biases: as
    Flax draws its LSTMCell, but for its cut tails."""
    return LSTM(*(orthogonal_beside_normal(d, m, generator, dtype) for _ in range(4)), *torch.zeros(4, d, dtype=dtype))


def chrono(p: LSTM, longest: int | float, generator: torch.Generator) -> LSTM:
    """Biases for memories up to `longest` > 2 steps: b_f = log U(1, longest - 1), b_i = -b_f.

    Tallec & Ollivier (2018). Where u is drawn σ(b_f) = 1 - 1/(1 + u): the gate forgets over about 1 + u
    steps.
    """
    spans = 1 + (longest - 2) * torch.rand(p.b_f.shape, generator=generator, dtype=p.b_f.dtype)
    return replace(p, b_f=spans.log(), b_i=-spans.log())


def without_recurrence(p: LSTM, gates: str = "fiC", scale: float = 0.0) -> LSTM:
    """The named gates read h times `scale`, by default not at all.

    With f, i and C̃ blind to h, dC_T/dC_k is exactly diag(f_{k+1} * ... * f_T): C then has no other path
    through time. The output gate may go on reading h, since nothing of it returns to C.
    """
    d = len(p.b_f)

    def faded(W: Tensor) -> Tensor:
        return torch.cat([scale * W[:, :d], W[:, d:]], dim=1)

    return replace(p, **{f"W_{gate}": faded(getattr(p, f"W_{gate}")) for gate in gates})
