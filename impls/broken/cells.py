"""Wrong on purpose: each function is a right one with one defect, after which it is named.

A property that cannot tell these from the real thing shows nothing. Most defects are the slips people make
when they type the equations in. Those ending in `_nearly` are near misses, off by 1e-9: far above float64's
rounding, far below anything one would notice. They keep tolerances honest.

A defect is not seen by every input. Where it hides is said at each; the tests hold a case that shows it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor

from impls.learning import bptt
from impls.recurrent import bidirectional, elman, gru, linear, lstm
from impls.recurrent.elman import Elman
from impls.recurrent.gru import GRU
from impls.recurrent.lstm import LSTM
from impls.recurrent.recurrence import Inputs, unbind

NEARLY = 1e-9
Vector: TypeAlias = Float[Tensor, "*batch d"]
Input: TypeAlias = Float[Tensor, "*batch m"]
States: TypeAlias = Float[Tensor, "n *batch d"]
Jacobians: TypeAlias = Float[Tensor, "n *batch d d"]
Pair: TypeAlias = tuple[Vector, Vector]

# --- recurrent cells: steps, to be compared with elman.step, lstm.step, gru.step_reset_after ---


def elman_step_weights_swapped(p: Elman, h: Vector, x: Vector) -> Vector:
    """W_h reads the input and W_x the state. Needs m = d; hidden where h = x."""
    return elman.step(p, x, h)


def elman_step_weights_transposed(p: Elman, h: Vector, x: Input) -> Vector:
    """W_hᵀ for W_h. Hidden at d = 1 and at h = 0."""
    return elman.step(replace(p, W_h=p.W_h.T), h, x)


def elman_step_without_bias(p: Elman, h: Vector, x: Input) -> Vector:
    """Leave b out."""
    return elman.step(replace(p, b=0 * p.b), h, x)


def elman_step_bias_nearly(p: Elman, h: Vector, x: Input) -> Vector:
    """With b too large by 1e-9. Hidden where tanh saturates."""
    return elman.step(replace(p, b=p.b + NEARLY), h, x)


def lstm_step_forget_and_input_swapped(p: LSTM, state: Pair, x: Input) -> Pair:
    """Have f weigh the candidate and i the old cell."""
    return lstm.step(replace(p, W_f=p.W_i, W_i=p.W_f, b_f=p.b_i, b_i=p.b_f), state, x)


def lstm_step_without_biases(p: LSTM, state: Pair, x: Input) -> Pair:
    """All four biases are left out."""
    return lstm.step(replace(p, b_f=0 * p.b_f, b_i=0 * p.b_i, b_C=0 * p.b_C, b_o=0 * p.b_o), state, x)


def lstm_step_cell_not_squashed(p: LSTM, state: Pair, x: Input) -> Pair:
    """Without the tanh in h = o * tanh(C). To third order hidden near C = 0."""
    _, C = lstm.step(p, state, x)
    return lstm.gates(p, state[0], x)[3] * C, C


def lstm_step_gates_read_the_cell(p: LSTM, state: Pair, x: Input) -> Pair:
    """All four read C_{t-1} for h_{t-1}. Hidden at C = h = 0."""
    _, C = state
    return lstm.step(p, (C, C), x)


def lstm_step_candidate_as_a_gate(p: LSTM, state: Pair, x: Input) -> Pair:
    """The candidate is squashed by σ, like the gates. Hidden where i = 0."""
    h, C = state
    f, i, _, o = lstm.gates(p, h, x)
    C = f * C + i * torch.sigmoid(torch.cat([h, x], dim=-1) @ p.W_C.T + p.b_C)
    return o * torch.tanh(C), C


def lstm_step_in_onnx_order(p: LSTM, state: Pair, x: Input) -> Pair:
    """The weights come as ONNX stacks them, i, o, f, C̃, and are read as i, f, C̃, o."""
    return lstm.step(replace(p, W_f=p.W_o, W_C=p.W_f, W_o=p.W_C, b_f=p.b_o, b_C=p.b_f, b_o=p.b_C), state, x)


def lstm_run_gates_one_token_late(p: LSTM, xs: Inputs, start: Pair) -> tuple[States, States]:
    """The three gates read the token before, the candidate the present one. Hidden where all tokens are the same."""
    states, before = [start], torch.zeros_like(unbind(xs)[0])
    for x in unbind(xs):
        h, C = states[-1]
        f, i, _, o = lstm.gates(p, h, before)
        C = f * C + i * lstm.gates(p, h, x)[2]
        states.append((o * torch.tanh(C), C))
        before = x
    hs, Cs = zip(*states[1:], strict=True)
    return torch.stack(hs), torch.stack(Cs)


def lstm_step_forget_nearly(p: LSTM, state: Pair, x: Input, by: float = NEARLY) -> Pair:
    """b_f is too large by 1e-9. Hidden where C = 0 and where f saturates."""
    return lstm.step(replace(p, b_f=p.b_f + by), state, x)


def gru_step_update_swapped(p: GRU, h: Vector, x: Input) -> Vector:
    """Have z weigh the candidate, where in torch it weighs the old state."""
    return gru.step_reset_after(gru.swapped(p), h, x)


def gru_step_reset_too_early(p: GRU, h: Vector, x: Input) -> Vector:
    """The reset before the product where torch has it after. Hidden, if b_hn = 0, at d = 1 and at h = 0."""
    return gru.step_reset_before(gru.swapped(p), h, x)


def gru_step_reset_nearly(p: GRU, h: Vector, x: Input) -> Vector:
    """b_r is too large by 1e-9. Hidden where W^h h + b_hn = 0."""
    return gru.step_reset_after(replace(p, b_r=p.b_r + NEARLY), h, x)


# --- both directions ---


def bidirectional_not_flipped_back(
    forward: bidirectional.Run, backward: bidirectional.Run, xs: Inputs
) -> Float[Tensor, "n *batch two_d"]:
    """Backward states stay latest first. Hidden at n = 1."""
    ahead = unbind(xs)
    return torch.cat([forward(ahead), backward(ahead[::-1])], dim=-1)


# --- chains of Jacobians ---


def step_jacobian_as_printed(p: Elman, h: Vector) -> Float[Tensor, "*batch d d"]:
    """W_hᵀ diag(1 - h²), the transpose of the Jacobian. Hidden at d = 1."""
    return bptt.step_jacobian(p, h).mT


def jacobians_one_step_late(p: Elman, hs: States) -> Jacobians:
    """The slope of tanh at h_{t-1} for that at h_t. Hidden at W_h = 0 and where the state stands still."""
    return bptt.step_jacobian(p, torch.cat([torch.zeros_like(hs[:1]), hs[:-1]]))


def product_earliest_first(Js: Jacobians) -> Float[Tensor, "*batch d d"]:
    """J_1 ... J_n. Hidden at d = 1, at n = 1 and wherever the factors commute."""
    return bptt.product(unbind(Js)[::-1])


def product_factor_dropped(Js: Jacobians) -> Float[Tensor, "*batch d d"]:
    """J_n ... J_2: the chain stops a step too early. Hidden where J_1 = I; needs n >= 2."""
    return bptt.product(unbind(Js)[1:])


def product_nearly(Js: Jacobians) -> Float[Tensor, "*batch d d"]:
    """The first factor is too large by one part in 10⁹. Hidden where the product is zero."""
    first, *rest = unbind(Js)
    return bptt.product([(1 + NEARLY) * first, *rest])


def window_one_step_short(n: int, k: int) -> Sequence[int]:
    """The cut that leaves k - 1 steps connected: lags 0..k-2."""
    return [n - k + 1]


# --- linear recurrences ---


def scan_off_by_one(a: States, b: States) -> States:
    """The state before each step for the one after it."""
    return torch.cat([torch.zeros_like(b[:1]), linear.scan(a, b)[:-1]])


def scan_decay_of_the_step_before(a: States, b: States) -> States:
    """h_t = a_{t-1} h_{t-1} + b_t. Hidden at n = 1 and where a is constant."""
    return linear.scan(a.roll(1, 0), b)


def scan_halves_not_joined(a: States, b: States) -> States:
    """The last round is left out: the second half starts from zero. Hidden at n = 1 and where a = 0."""
    half = (len(b) + 1) // 2
    return torch.cat([linear.scan(a[:half], b[:half]), linear.scan(a[half:], b[half:])])


def scan_nearly(a: States, b: States) -> States:
    """Every a is too large by one part in 10⁹. Hidden at n = 1 and where a = 0."""
    return linear.scan((1 + NEARLY) * a, b)
