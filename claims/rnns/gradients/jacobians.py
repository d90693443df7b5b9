"""Chains of step Jacobians: as a network makes them, what becomes of their product, and how it is shown."""

from dataclasses import dataclass
from fractions import Fraction

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


@dataclass(frozen=True)
class ClosingInOnOne:
    """One unit whose Jacobian at step t is 1 - 1/(t+1)²: below 1 at every step, with no margin that holds at all of them."""

    def factor(self, t: int) -> Fraction:
        return 1 - Fraction(1, (t + 1) ** 2)

    def product(self, T: int) -> Fraction:
        """Of the first T: t(t+2)/(t+1)² cancels with its neighbours, which leaves more than a half."""
        return Fraction(T + 2, 2 * (T + 1))


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


def over_a_period(period: Chain) -> exact.Rational:
    """The product of its factors; a float is a rational number, so nothing is rounded."""
    return exact.product([exact.exactly(J) for J in period])


def in_the_long_run(chain: Chain | ClosingInOnOne) -> int:
    """-1 if the product of more and more factors dies out exponentially, 1 if it grows exponentially, 0 if it does neither.

    For a period that repeats, ‖Pᵏ‖^(1/k) tends to the spectral radius of P, the product over one period (Gelfand)."""
    if isinstance(chain, ClosingInOnOne):
        parts = [chain.product(T) for T in range(101)]
        if parts[0] != 1 or any(parts[t] != parts[t - 1] * chain.factor(t) for t in range(1, 101)):
            raise ArithmeticError("the law for the product is wrong")
        return 0
    return exact.against_one(over_a_period(chain))


def norm_after(period: Chain, steps: int) -> float:
    """Spectral norm of the product of that many factors, at most 1e300."""
    return float(np.exp(min(bptt.log_norm([torch.from_numpy(J) for J in period], steps), 690)))


def spectral_radius(J: Matrix) -> float:
    """Largest modulus of an eigenvalue, for a reader."""
    return exact.spectral_radius(exact.exactly(J))


LEGIBLE = 64  # the largest denominator that one reads


def legible(period: Chain) -> bool:
    """Floats are k/2^m: is every m small?"""
    return all(bool((J * LEGIBLE % 1 == 0).all()) for J in period)


def show_exactly(period: Chain) -> None:
    """The factors and their product as fractions, where they are fit to be read; nothing is rounded."""
    if legible(period):
        show("the factors, the first step's first", [exact.as_text(exact.exactly(J)) for J in period])
        show("their product, exactly", exact.as_text(over_a_period(period)))


def show_the_long_run(chain: Chain | ClosingInOnOne) -> None:
    """The factors and their product, its growth per step, and what there is of it after 100 steps."""
    if isinstance(chain, ClosingInOnOne):
        show("the first factors", [str(chain.factor(t)) for t in range(1, 5)])
        show("product after 100 and after 10 000 steps, exactly", [str(chain.product(T)) for T in (100, 10_000)])
        return
    show("largest modulus of an eigenvalue, factor by factor", [spectral_radius(J) for J in chain])
    show_exactly(chain)
    show("factor per step in the long run", exact.spectral_radius(over_a_period(chain)) ** (1 / len(chain)))
    show("norm after 100 steps", norm_after(chain, 100))
