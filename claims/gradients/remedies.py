"""What can and cannot be done about vanishing in plain recurrent networks."""

from collections.abc import Callable

import torch

from claims.kit import at_most, claim, reading, rounding
from claims.kit.domains import reals


def lecun_tanh(x: torch.Tensor) -> torch.Tensor:
    """1.7159 tanh(2x/3), LeCun et al. (1998), section 4.4: slope 1.14 at 0."""
    return 1.7159 * torch.tanh(2 * x / 3)


def steeper_tanh(x: torch.Tensor) -> torch.Tensor:
    """A near miss: too steep by one part in 10⁹."""
    return (1 + 1e-9) * torch.tanh(x)


def identity(x: torch.Tensor) -> torch.Tensor:
    return 1 * x


@claim(
    "gradients.tanh-saturates",
    says="The slope of tanh never exceeds one and goes to zero as the unit saturates.",
    lines=(150,),
    expect="supported",
    as_written=reading(activation=torch.tanh, x=reals(-5, 5)),
    fails_for={
        "near miss: tanh too steep by one part in 10⁹": reading(activation=steeper_tanh, x=reals(-5, 5)),
        "the scaled tanh of LeCun: too steep at 0": reading(activation=lecun_tanh, x=reals(-5, 5)),
        "ReLU: does not saturate": reading(activation=torch.relu, x=reals(-5, 5)),
        "identity: does not saturate": reading(activation=identity, x=reals(-5, 5)),
    },
    teach="tanh' = 1 - tanh² ≤ 1, with equality at 0 only. So a tanh step can shrink a gradient, never by itself enlarge it: "
    "growth comes from W_h.",
    cites=("lecun1998",),
)
def the_slope_is_at_most_one_and_fades(activation: Callable[[torch.Tensor], torch.Tensor], x: float) -> None:
    at_most(slope_of(activation, x), 1 + rounding(2), f"slope at x = {x:g}")
    for far in (x + 40, x - 40):  # tanh' = 4e^(-2|x|) there, below 1e-29
        at_most(slope_of(activation, far), 1e-12, f"slope at x = {far:g}")


def slope_of(activation: Callable[[torch.Tensor], torch.Tensor], x: float) -> float:
    point = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    return float(torch.autograd.grad(activation(point), point)[0])
