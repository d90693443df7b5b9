"""What can and cannot be done about vanishing in plain recurrent networks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from math import tanh

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import Domain, at_least, at_most, cases, claim, domain, holds, only, reading, rounding, search, show
from claims.kit.domains import chains, reals, seeds, whole
from claims.kit.domains.matrices import Interval
from claims.kit.reading import Reading
from claims.rnns.gradients.jacobians import Matrix, in_the_long_run, spectral_radius
from claims.subjects.trained.fair import VANISHED
from impls.broken.attention import normalise_each_step
from impls.learning.backward import step_gradients
from impls.recurrent import elman

# --- is there a remedy? ---------------------------------------------------------------------------------------------

# From a network and its inputs to what each step contributes to the update of b, the first step first.
Remedy = Callable[[elman.Elman, torch.Tensor], list[torch.Tensor]]


def left_alone(network: elman.Elman, x: torch.Tensor) -> list[torch.Tensor]:
    """No remedy: the gradient of a loss that reads the last state, every unit with weight 1."""
    one = torch.ones_like(network.b)
    return [part.b for part in step_gradients(network, x, 0 * one, one)]


def by_one_number(network: elman.Elman, x: torch.Tensor) -> list[torch.Tensor]:
    """The summed gradient is brought to length 1, however small it is: clipping's counterpart."""
    parts = left_alone(network, x)
    return [part / torch.stack(parts).sum(0).norm() for part in parts]


def entry_by_entry(network: elman.Elman, x: torch.Tensor) -> list[torch.Tensor]:
    """Every entry of the summed gradient is divided by its size, plus 10⁻⁸: the first step of Adam."""
    parts = left_alone(network, x)
    return [part / (torch.stack(parts).sum(0).abs() + 1e-8) for part in parts]


def clipped(network: elman.Elman, x: torch.Tensor) -> list[torch.Tensor]:
    """The summed gradient is clipped to length 1."""
    parts = left_alone(network, x)
    return [part / max(1.0, float(torch.stack(parts).sum(0).norm())) for part in parts]


def step_by_step(network: elman.Elman, x: torch.Tensor) -> list[torch.Tensor]:
    """Every step's part is brought to length 1 before they are summed."""
    return normalise_each_step(left_alone(network, x), 1.0)


def orthogonal_start(network: elman.Elman, x: torch.Tensor) -> list[torch.Tensor]:
    """The nearest orthogonal weights, input weights a thousandth as large, no bias: the state stays near 0."""
    U, _, V = torch.linalg.svd(network.W_h)
    return left_alone(elman.Elman(U @ V, network.W_x / 1000, 0 * network.b), x)


def identity_start(network: elman.Elman, x: torch.Tensor) -> list[torch.Tensor]:
    """The same with W_h = 1 (Le et al. 2015, who use it with ReLU)."""
    return orthogonal_start(replace(network, W_h=torch.eye(len(network.b), dtype=torch.float64)), x)


RESCALING = (by_one_number, entry_by_entry)
REMEDIES = (*RESCALING, orthogonal_start, identity_start, step_by_step)


def plain(remedy: Remedy | Domain) -> dict[str, object]:
    """A reading's arguments: this remedy for plain networks in which gradients vanish."""
    return {"remedy": remedy, "d": whole(1, 6), "gamma": reals(0.1, 0.6), "seed": seeds()}


def what_each_step_contributes(remedy: Remedy, d: int, gamma: float, seed: int) -> list[float]:
    """Norms, of 100 steps."""
    generator = torch.Generator().manual_seed(seed)
    drawn = elman.orthogonal(d, d, generator)
    x = torch.randn(100, d, generator=generator, dtype=torch.float64)
    return [float(part.norm()) for part in remedy(replace(drawn, W_h=gamma * drawn.W_h), x)]


def the_last_of_a_hundred_steps_counts_for_nothing(remedy: Remedy, d: int, gamma: float, seed: int) -> None:
    norms = what_each_step_contributes(remedy, d, gamma, seed)
    at_most(norms[-1] / sum(norms), VANISHED, "share of the last step in the update of the biases")


def the_first_of_a_hundred_steps_counts(remedy: Remedy, d: int, gamma: float, seed: int) -> None:
    norms = what_each_step_contributes(remedy, d, gamma, seed)
    at_least(norms[0] / sum(norms), VANISHED, "share of the first step in the update of the biases")


@claim(
    "gradients.no-fix-in-plain-rnns",
    says="In a plain recurrent network nothing does for vanishing gradients what clipping does for exploding ones.",
    lines=(148, 150),
    expect="qualified",
    why_not={
        "refuted": "Orthogonal weights and the identity keep gradients alive; they are the counterexamples. But the sentence "
        "sets a cure beside clipping, which rescales a gradient that is there, and of every cure of that kind it is true."
    },
    uses=("gradients.clipping-does-not-restore-flow",),
    by=search(cases=60),
    as_written=reading(**plain(cases(REMEDIES))),
    amended={"the remedy rescales the gradient once it is summed over the steps": reading(**plain(cases(RESCALING)))},
    holds_for={"no remedy at all": reading(**plain(left_alone))},
    fails_for={"near miss: every step's part normalised before the sum": reading(**plain(step_by_step))},
    altered={
        "In a plain recurrent network no start does for vanishing gradients what clipping does for exploding ones.": reading(
            **plain(cases((orthogonal_start, identity_start)))
        ),
        "In a plain recurrent network clipping does for vanishing gradients what it does for exploding ones.": reading(
            the_first_of_a_hundred_steps_counts, **plain(clipped)
        ),
        "Where gradients vanish the last of a hundred steps counts for nothing, however their sum is rescaled.": reading(
            the_last_of_a_hundred_steps_counts_for_nothing, **plain(cases(RESCALING))
        ),
    },
    witness={
        "orthogonal weights and a state near 0": reading(remedy=orthogonal_start, d=3, gamma=0.5, seed=0),
        "weights that start as the identity": reading(remedy=identity_start, d=3, gamma=0.5, seed=0),
    },
    teach="No rescaling of the sum can help: in it the first of 100 steps has a share of at most γ⁹⁹, which one factor for "
    "all entries leaves as it is and one for each entry hardly raises. But the vanishing itself can be prevented in a plain "
    "tanh network: with orthogonal weights and a state near 0 every step's Jacobian is nearly orthogonal. Normalising step by "
    "step helps too, but what it follows is no longer a gradient.",
    not_shown="Whether a cure at the start lasts through training; Pascanu's regulariser, which watches over it meanwhile.",
    cites=("pascanu2013", "saxe2014", "le2015"),
)
def the_first_of_a_hundred_steps_counts_for_nothing(remedy: Remedy, d: int, gamma: float, seed: int) -> None:
    """W_h has all singular values at gamma, so the part of step t is at most gamma times that of step t + 1."""
    norms = what_each_step_contributes(remedy, d, gamma, seed)
    show("norms of what the first, the middle and the last step contribute", [norms[0], norms[49], norms[-1]])
    at_most(norms[0] / sum(norms), VANISHED, "share of the first step in the update of the biases")


# --- is the problem structural? -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AtRest:
    """A tanh network that stays in one state h, with whatever input that takes. Shapes: W_h (d, d), h (d,)."""

    W_h: Matrix
    h: Matrix

    @property
    def jacobian(self) -> Matrix:
        return (1 - self.h**2)[:, None] * self.W_h


@domain("weights 1 to 3 wide with singular values in {singular_values}, resting in the state 0")
def at_zero(singular_values: Interval) -> st.SearchStrategy[AtRest]:
    weights = chains(every_singular_value=singular_values, repeat=True).strategy
    return weights.map(lambda period: AtRest(period[0], np.zeros(len(period[0]))))


def latch(w: float, shares: Matrix) -> AtRest:
    """Units that hold a bit together, without any input: h = tanh(w·h) for each; row i says whose help unit i relies on."""
    h = 1.0
    for _ in range(5000):  # from above, the approach is monotone; at w = 1.01 it shrinks the distance by 2 % a round
        h = tanh(w * h)
    return AtRest(w * shares, np.full(len(shares), h))


@domain("1 to 3 units that hold a bit together, in either of the two states that they keep; their weights add up to {w}")
def latches(w: Interval) -> st.SearchStrategy[AtRest]:
    strengths = st.floats(*w, allow_subnormal=False)
    return st.builds(lambda w, shares, sign: replace(held := latch(w, shares), h=sign * held.h), strengths, _shares(), _SIGN)


_SIGN = st.sampled_from((1, -1))


def _shares() -> st.SearchStrategy[Matrix]:
    """Rows of non-negative numbers that add up to 1."""
    return st.integers(1, 3).flatmap(_rows_of_ones)


@cache
def _rows_of_ones(d: int) -> st.SearchStrategy[Matrix]:
    parts = st.lists(st.integers(1, 8), min_size=d * d, max_size=d * d).map(lambda drawn: np.reshape(drawn, (d, d)))
    return parts.map(lambda rows: rows / rows.sum(axis=1, keepdims=True))


ALONE = np.ones((1, 1))


def the_gradient_grows(network: AtRest) -> None:
    holds(in_the_long_run([network.jacobian]) > 0, "the gradient does not grow exponentially")


@claim(
    "gradients.structural-in-the-weights",
    says="The trouble with the eigenvalues is structural: whatever the recurrent weights, gradients vanish or explode.",
    lines=(150,),
    expect="qualified",
    contrary=("one unit, w = 1.05: slope 0.906", "one unit, w = 2: slope 0.166"),
    uses=("gradients.jacobian-formula",),
    as_written=reading(network=at_zero((0, 2))),
    amended={"the network holds a bit, in a state that it keeps by itself": reading(network=latches((1.01, 8)))},
    fails_for={
        "near miss: w = 1, which holds no bit: the state 0 is the only one that it keeps": reading(
            network=only(AtRest(ALONE, np.zeros(1)), "one unit, w = 1, in the state 0")
        ),
    },
    altered={
        "In a network that holds a bit, in a state that it keeps by itself, the gradient explodes.": reading(
            the_gradient_grows, network=latches((1.01, 8))
        ),
    },
    witness={
        "a quarter turn: W = [[0, -1], [1, 0]]": reading(network=AtRest(np.array([[0.0, -1.0], [1.0, 0.0]]), np.zeros(2))),
        "one unit, w = 1.05: slope 0.906": reading(network=latch(1.05, ALONE)),
        "one unit, w = 2: slope 0.166": reading(network=latch(2.0, ALONE)),
    },
    teach="Weights can be orthogonal, and then nothing vanishes near 0. What is structural is this: to keep a bit in spite of "
    "noise a network needs a state that attracts, and at such a state the gradient vanishes. (For h = tanh(wh) > 0: tanh is "
    "concave, so its slope there is below that of the chord from 0, which is 1.) The surer the memory, the smaller the "
    "gradient.",
    not_shown="Other attractors than these; gates, which open and close the latch from outside. How soon.",
    cites=("bengio1994", "saxe2014"),
)
def the_gradient_grows_or_decays(network: AtRest) -> None:
    """Exponentially: the spectral radius of the Jacobian, the same at every step, is not 1."""
    show("state", network.h)
    show("factor per step in the long run, the largest modulus of an eigenvalue", spectral_radius(network.jacobian))
    holds(in_the_long_run([network.jacobian]) != 0, "the gradient neither decays nor grows exponentially")


# --- does tanh saturate? --------------------------------------------------------------------------------------------


def lecun_tanh(x: torch.Tensor) -> torch.Tensor:
    """1.7159 tanh(2x/3), LeCun et al. (1998), section 4.4: slope 1.14 at 0."""
    return 1.7159 * torch.tanh(2 * x / 3)


def steeper_tanh(x: torch.Tensor) -> torch.Tensor:
    """A near miss: too steep by 2·10⁻¹⁴."""
    return (1 + 2e-14) * torch.tanh(x)


def leaky_tanh(x: torch.Tensor) -> torch.Tensor:
    """A near miss: no steeper than tanh, and never flatter than 5·10⁻¹¹."""
    return (1 - 5e-11) * torch.tanh(x) + 5e-11 * x


def identity(x: torch.Tensor) -> torch.Tensor:
    return 1 * x


Activation = Callable[[torch.Tensor], torch.Tensor]


def a_slope(activation: Activation, most: float = 1.0) -> Reading:
    return reading(activation=activation, most=most, x=reals(-5, 5))


def the_value_is_at_most_one_and_fades(activation: Activation, most: float, x: float) -> None:
    for place, bound in ((x, most), (x + 40, 1e-12), (x - 40, 1e-12)):
        at_most(abs(float(activation(torch.tensor(place, dtype=torch.float64)))), bound, f"value at x = {place:g}")


@claim(
    "gradients.tanh-saturates",
    says="The slope of tanh never exceeds one and goes to zero as the unit saturates.",
    lines=(150,),
    expect="supported",
    as_written=a_slope(torch.tanh),
    fails_for={
        "near miss: tanh too steep by 2·10⁻¹⁴": a_slope(steeper_tanh),
        "near miss: never flatter than 5·10⁻¹¹": a_slope(leaky_tanh),
        "the scaled tanh of LeCun: too steep at 0": a_slope(lecun_tanh),
        "ReLU: does not saturate": a_slope(torch.relu),
        "identity: does not saturate": a_slope(identity),
    },
    altered={
        "The slope of tanh never exceeds a quarter and goes to zero as the unit saturates.": a_slope(torch.tanh, most=0.25),
        "The value of tanh never exceeds one and goes to zero as the unit saturates.": reading(
            the_value_is_at_most_one_and_fades, activation=torch.tanh, most=1.0, x=reals(-5, 5)
        ),
    },
    teach="tanh' = 1 - tanh² ≤ 1, with equality at 0 only. So a tanh step can shrink a gradient, never by itself enlarge it: "
    "growth comes from W_h.",
    cites=("lecun1998",),
)
def the_slope_is_at_most_one_and_fades(activation: Activation, most: float, x: float) -> None:
    at_most(slope_of(activation, x), most, f"slope at x = {x:g}", within=rounding(2))
    for far in (x + 40, x - 40):  # tanh' = 4e^(-2|x|) there, below 1e-29
        at_most(slope_of(activation, far), 1e-12, f"slope at x = {far:g}")


def slope_of(activation: Activation, x: float) -> float:
    point = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    return float(torch.autograd.grad(activation(point), point)[0])
