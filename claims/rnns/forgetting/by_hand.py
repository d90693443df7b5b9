"""LSTMs whose weights are set by hand, with two pasts that differ in the first token: one that keeps a bit, one that loses it."""

from math import log

import numpy as np

from claims.kit import Domain, only
from claims.subjects.memories import TwoPasts, hand_set
from impls.recurrent import constructive


def bits(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def latch(lag: int) -> TwoPasts:
    """A bit is written into `constructive.latch_lstm`, +1 or -1; the later tokens push both ways."""
    return TwoPasts(constructive.latch_lstm(1, 40.0), bits(1, 1), bits(-1, 1), np.array([[1.0, 0], [-1, 0], [-1, 0]]), lag)


def feedback(lag: int) -> TwoPasts:
    """The same with `constructive.feedback_lstm`, every gate at 0.881."""
    write = constructive.WRITE
    return TwoPasts(constructive.feedback_lstm(), bits(write), bits(-write), np.array([[1.0], [-1], [-1]]), lag)


def constant_gate(b_f: float, lag: int, b_o: float = 0) -> TwoPasts:
    """A cell that writes the first token's sign and then keeps the share σ(b_f) at each step."""
    return TwoPasts(hand_set(W_C=[0, 1], b_f=b_f, b_o=b_o), bits(1), bits(-1), np.zeros((1, 1)), lag)


def kept(b_f: float, lag: int) -> Domain:
    """The same as what a reading is put to."""
    return only(constant_gate(b_f, lag), f"a cell with f = σ({b_f:g}), {lag} later tokens")


def left_after(share: float, lag: int) -> Domain:
    """A cell whose gate leaves that share after so many tokens, and an output gate that is shut: all there is is in the cell."""
    f = share ** (1 / lag)
    return only(constant_gate(log(f / (1 - f)), lag, b_o=-40), f"a cell that keeps {share!r} over {lag} later tokens, and h at 0")


def output_loop() -> TwoPasts:
    """f = i = 0.881 and a candidate near 1 fill the cell; o = σ(8h + 20x - 4) keeps h near 1 or near 0."""
    return TwoPasts(hand_set(W_o=[8, 20], b_f=2, b_i=2, b_C=4, b_o=-4), bits(1), bits(-1), np.zeros((1, 1)), 2000)
