"""Chains of step Jacobians: as a network makes them, what their product comes to, and how it is shown."""

import numpy as np
import torch
from numpy.typing import NDArray

from claims.kit import show
from impls.counting import exact
from impls.learning import bptt
from impls.recurrent import elman

Matrix = NDArray[np.float64]
Chain = list[Matrix]  # the factors of one period, the first applied first; the period repeats for ever

TAKING_TURNS = [np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [1.0, 0.0]])]  # each nilpotent


def of_a_network(W_h: list[list[float]], slopes: list[list[float]]) -> Chain:
    """The Jacobians of a tanh network that is run on inputs which give its units these slopes, step after step, W_x = I.

    They are diag(slopes)·W_h. What the run gives is off by some 10⁻¹⁶, which is taken away so that fractions stay fractions."""
    W, slope = torch.tensor(W_h, dtype=torch.float64), torch.tensor(slopes, dtype=torch.float64)
    states = torch.sqrt(1 - slope)  # tanh' = 1 - h²
    before = states.roll(1, 0)  # the period repeats, so the first step follows the last
    x = torch.atanh(states) - before @ W.T
    network = elman.Elman(W, torch.eye(len(W), dtype=torch.float64), torch.zeros(len(W), dtype=torch.float64))
    found, wanted = bptt.jacobians(network, elman.run(network, x, before[0])), slope.unsqueeze(-1) * W
    return [J.numpy() for J in torch.where((found - wanted).abs() < 1e-12, wanted, found)]


def norm_after(period: Chain, steps: int) -> float:
    """Spectral norm of the product of that many factors, at most 1e300."""
    return float(np.exp(min(bptt.log_norm([torch.from_numpy(J) for J in period], steps), 690)))


def spectral_radius(J: Matrix) -> float:
    """Largest modulus of an eigenvalue; shown, never decided upon."""
    return float(np.abs(np.linalg.eigvals(J)).max())


LEGIBLE = 64  # the largest denominator, and the most digits, that one reads


def legible(period: Chain) -> bool:
    """Floats are k/2^m: is every m small?"""
    return all(bool((J * LEGIBLE % 1 == 0).all()) for J in period)


def show_exactly(period: Chain) -> None:
    """The factors and their product as fractions, where they are fit to be read; nothing is rounded."""
    if legible(period):
        factors = [exact.exactly(J) for J in period]
        show("the factors, the first step's first", [exact.as_text(J) for J in factors])
        show("their product, exactly", exact.as_text(exact.product(factors)))


def show_hundred_steps(period: Chain) -> None:
    """The same, the norm after 100 steps, and the largest entry exactly, where the period goes into 100."""
    show_exactly(period)
    show("norm after 100 steps", norm_after(period, 100))
    if legible(period) and 100 % len(period) == 0:
        whole = exact.power(exact.product([exact.exactly(J) for J in period]), 100 // len(period))
        largest = max(abs(entry) for row in whole for entry in row)
        if len(str(largest)) <= LEGIBLE:
            show("largest entry after 100 steps, exactly", str(largest))
