"""Wrong on purpose, about memory: what reads the past, what is handed on, what gates may see.

Named by the defect, as in `impls.broken.cells`; where a defect hides is said at each.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent import lstm
from impls.recurrent.lstm import LSTM
from impls.translating.seq2seq import State

LEAK = 1e-10
Gates = Float[Tensor, "n d"]


def h_handed_over_without_C(wanted: State, own: State) -> State:
    """The first part of the final state is the wanted one, the rest stays its own. Hidden in a cell whose state is h alone."""
    return (wanted[0], *own[1:])


def state_leaks_nearly(wanted: State, own: State) -> State:
    """One part in 10¹⁰ of its own final state goes along. Hidden where both are equal."""
    return tuple(one + LEAK * (other - one) for one, other in zip(wanted, own, strict=True))


def forget_gates_of_the_backward_direction(p: LSTM, xs: Float[Tensor, "n m"]) -> Gates:
    """f_t read off the sequence backwards. Hidden where nothing in W_f and no later token is other than zero."""
    return lstm.forget_gates(p, xs.flip(0)).flip(0)


def forget_gates_peek_nearly(p: LSTM, xs: Float[Tensor, "n m"]) -> Gates:
    """f_t takes in one part in 10¹⁰ of the gate after it."""
    f = lstm.forget_gates(p, xs)
    return f + LEAK * torch.cat([f[1:], f[-1:]])
