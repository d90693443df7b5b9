"""What a product of many step Jacobians does: vanish, explode or neither."""

from collections.abc import Callable
from math import log

import numpy as np
import torch
from numpy.typing import NDArray

from claims.figures.gradients import gradient_rate_map, norms_by_depth
from claims.kit import at_least, at_most, claim, holds, measure, only, reading, show, trials
from claims.kit.domains import chains, seeds
from claims.networks import gradient_rate
from impls import bptt, elman

Matrix = NDArray[np.float64]
Chain = list[Matrix]  # the factors of one period, the first applied first; the period repeats for ever

TAKING_TURNS = [np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [1.0, 0.0]])]  # each nilpotent
STRETCH_AND_SQUEEZE = [np.diag([2.0, 0.5]), np.diag([0.5, 2.0])]
CLOSING_IN_ON_ONE = [np.array([[1 - 1 / (t + 1) ** 2]]) for t in range(1, 1201)]  # the product tends to 1/2


def of_a_network(W_h: list[list[float]], slopes: list[list[float]]) -> Chain:
    """The Jacobians of a tanh network that is run on inputs which give its units these slopes, step after step, W_x = I."""
    W, slope = torch.tensor(W_h, dtype=torch.float64), torch.tensor(slopes, dtype=torch.float64)
    states = torch.sqrt(1 - slope)  # tanh' = 1 - h²
    before = states.roll(1, 0)  # the period repeats, so the first step follows the last
    x = torch.atanh(states) - before @ W.T
    network = elman.Elman(W, torch.eye(len(W), dtype=torch.float64), torch.zeros(len(W), dtype=torch.float64))
    return [J.numpy() for J in bptt.jacobians(network, elman.run(network, x, before[0]))]


STEPS = 1200
TINY, HUGE = 1e-9, 1e9


def norm_after(period: Chain, steps: int) -> float:
    """Spectral norm of the product of that many factors, at most 1e300."""
    return float(np.exp(min(bptt.log_norm([torch.from_numpy(J) for J in period], steps), 690)))


def spectral_radius(J: Matrix) -> float:
    """Largest modulus of an eigenvalue; shown, never decided upon."""
    return float(np.abs(np.linalg.eigvals(J)).max())


@claim(
    "gradients.eigenvalues-below-one-vanish",
    says="When the eigenvalues of every step's Jacobian lie inside the unit circle, the product dies out exponentially.",
    lines=(123, 125, 513),
    expect="qualified",
    as_written=reading(period=chains(every_eigenvalue=(0, 0.9), size=(2, 2))),
    amended={
        "the same Jacobian at every step": reading(period=chains(every_eigenvalue=(0, 0.9), repeat=True)),
        "every singular value at most 0.9": reading(period=chains(every_singular_value=(0, 0.9))),
    },
    fails_for={
        "near miss: one Jacobian with eigenvalues of modulus 1": reading(period=chains(every_eigenvalue=(1, 1), repeat=True)),
        "one Jacobian with eigenvalues beyond 1": reading(period=chains(every_eigenvalue=(1.1, 2), repeat=True)),
        "eigenvalues that close in on 1": reading(period=only(CLOSING_IN_ON_ONE, "1 - 1/(t+1)² at step t")),
    },
    witness={
        "two nilpotent matrices take turns": reading(period=TAKING_TURNS),
        "a tanh network: W = [[0, 2], [2, 0]], slopes (1, 0.09) and (0.09, 1) in turn": reading(
            period=of_a_network([[0, 2], [2, 0]], [[1, 0.09], [0.09, 1]])
        ),
    },
    teach="Say *singular values*: ‖J_T…J_1‖ ≤ σ_T…σ_1, so a largest singular value of at most γ < 1 at every step makes the "
    "gradient at most γ^T. Eigenvalues govern the powers of one matrix, not the products of different ones. And keep "
    "the margin γ: the product of 1 - 1/(t+1)² tends to 1/2.",
    not_shown="Widths above 3, where a non-normal matrix may take more than 1200 steps to die out.",
    cites=("pascanu2013", "horn2013"),
    figure=norms_by_depth,
)
def the_product_vanishes(period: Chain) -> None:
    show("largest modulus of an eigenvalue, factor by factor", [spectral_radius(J) for J in period[:3]])
    show("norm after 100 steps", norm_after(period, 100))
    at_most(norm_after(period, STEPS), TINY, f"norm of the product of {STEPS} factors")


@claim(
    "gradients.eigenvalues-above-one-explode",
    says="When step Jacobians have eigenvalues outside the unit circle, their product grows without bound, exponentially.",
    lines=(126, 513),
    expect="qualified",
    as_written=reading(period=chains(some_eigenvalue=(1.1, 2))),
    amended={
        "all eigenvalues of every step at least 1.1 in modulus": reading(period=chains(every_eigenvalue=(1.1, 2))),
        "the same Jacobian at every step": reading(period=chains(some_eigenvalue=(1.1, 2), repeat=True)),
    },
    fails_for={
        "near miss: all eigenvalues of modulus 1": reading(period=chains(every_eigenvalue=(1, 1))),
        "all eigenvalues inside the circle, one Jacobian": reading(period=chains(every_eigenvalue=(0, 0.9), repeat=True)),
    },
    witness={
        "each step doubles the axis that the next one erases": reading(period=[np.diag([2.0, 0.0]), np.diag([0.0, 2.0])]),
        "a tanh network: W = 2I, slopes (1, 0.09) and (0.09, 1) in turn": reading(
            period=of_a_network([[2, 0], [0, 2]], [[1, 0.09], [0.09, 1]])
        ),
    },
    teach="One eigenvalue beyond 1 promises nothing when the matrices change. If *all* are at least ρ > 1 in modulus the norm "
    "does explode: determinants multiply, so ‖P‖ ≥ |det P|^(1/d) ≥ ρ^T. Even then a particular gradient may shrink.",
    not_shown="That every gradient grows: for that all singular values must be at least ρ.",
    cites=("pascanu2013", "horn2013"),
)
def the_product_explodes(period: Chain) -> None:
    show("largest modulus of an eigenvalue, factor by factor", [spectral_radius(J) for J in period[:3]])
    show("norm after 100 steps", norm_after(period, 100))
    at_least(norm_after(period, STEPS), HUGE, f"norm of the product of {STEPS} factors")


@claim(
    "gradients.singular-values-must-be-one",
    says="A product of a hundred Jacobians vanishes or explodes unless all their singular values are exactly one.",
    lines=(128,),
    expect="qualified",
    as_written=reading(period=chains(every_singular_value=(0.5, 2))),
    amended={
        "all singular values at most 0.9": reading(period=chains(every_singular_value=(0, 0.9))),
        "all singular values at least 1.1": reading(period=chains(every_singular_value=(1.1, 2))),
    },
    fails_for={
        "all singular values exactly 1": reading(period=chains(every_singular_value=(1, 1))),
        "near miss: all singular values within 0.001 of 1": reading(period=chains(every_singular_value=(0.999, 1.001))),
    },
    witness={
        "what one step doubles the next one halves": reading(period=STRETCH_AND_SQUEEZE),
        "a tanh network: W = 2I, slopes (1, ¼) and (¼, 1) in turn": reading(
            period=of_a_network([[2, 0], [0, 2]], [[1, 0.25], [0.25, 1]])
        ),
    },
    teach="Singular values on both sides of 1 can balance for ever; all on one side, by a margin, settles it. "
    "The converse is true: orthogonal factors keep every length.",
    not_shown="How often a trained network balances so: that is a matter for trials.",
    cites=("pascanu2013", "arjovsky2016"),
)
def a_hundred_factors_vanish_or_explode(period: Chain) -> None:
    norm = norm_after(period, 100)
    show("singular values, factor by factor", [np.linalg.svd(J, compute_uv=False) for J in period[:3]])
    holds(norm <= 1e-3 or norm >= 1e3, f"norm {norm:.4g} after 100 steps: neither below 0.001 nor above 1000")


# --- in practice ----------------------------------------------------------------------------------------------------


@claim(
    "gradients.hundred-steps-almost-surely",
    says="A product of a hundred step Jacobians is all but certain to vanish or explode.",
    lines=(128, 513),
    expect="supported",
    by=trials(seeds=100, alpha=0.01, beats=0.9),
    as_written=reading(seed=seeds(), start=elman.draw, gain=1.0, input_scale=1.0),
    holds_for={"orthogonal weights, inputs of size 1": reading(seed=seeds(), start=elman.orthogonal, gain=1.0, input_scale=1.0)},
    fails_for={
        "orthogonal weights and tiny inputs: the critical line": reading(
            seed=seeds(), start=elman.orthogonal, gain=1.0, input_scale=0.01
        )
    },
    teach="With everyday initial weights and inputs it does, every time. But there is a critical line in the plane of gain and "
    "input scale where it does neither, and orthogonal weights with small inputs lie on it.",
    not_shown="Trained networks; widths other than 32. Close to the critical line it is a toss-up: with four times the usual "
    "weights and small inputs some seeds in a hundred keep their gradient.",
    cites=("pascanu2013", "saxe2014"),
    figure=gradient_rate_map,
)
def a_hundred_steps_change_the_gradient_a_thousandfold(
    seed: int, start: Callable[..., elman.Elman], gain: float, input_scale: float
) -> None:
    decades = gradient_rate(seed, start, gain, input_scale) * 100 / log(10)
    measure(decades=decades)
    holds(abs(decades) > 3, f"the gradient changed by 10^{decades:.2f} only")
