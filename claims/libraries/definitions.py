"""Which library computes the printed equations: outputs and gradients of small cases, to rounding."""

from collections.abc import Callable

import torch

from claims.kit import Domain, cases, claim, close, exhaustion, reading, rounding, show
from claims.subjects.libraries import Built, every, not_of, numbers, of, parameters
from impls.elsewhere import asking
from impls.elsewhere.adapter import Parameters
from impls.recurrent import elman, gru, lstm

Equation = Callable[[Parameters, torch.Tensor], torch.Tensor]  # outputs (n, 1, d) of inputs (n, 1, m)
Placed = Callable[[Built], str]  # how the parameters are put into a layer
EVERY = cases(range(asking.CASES), f"{asking.CASES} of two units and two steps")
STEPS = 40  # roundings in a row that two steps take, generously


# --- the equations, as they are printed -------------------------------------------------------------------------------


def plain(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    """h = tanh(W_h h + W_x x + b)."""
    return elman.run(p, xs)


def six_equations(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    """The LSTM's."""
    return lstm.run(p, xs)[0]


def reset_before(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    """The GRU's: the reset comes before the product, and z weighs the new."""
    return gru.run(p, xs)


def reset_after(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    """A GRU whose reset comes after the product, and whose z weighs the old."""
    return gru.run(p, xs, step=gru.step_reset_after)


NEARLY = 1e-12


def nearly(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    """A near miss: outputs too large by one part in 10¹²."""
    return (1 + NEARLY) * plain(p, xs)


# --- how the parameters are put in ------------------------------------------------------------------------------------


def as_named(layer: Built) -> str:
    """Each under its own name."""
    return "as named"


def the_computed(layer: Built) -> torch.Tensor:
    return torch.zeros(0)


def the_layer_computes(layer: Built, case: int, equation: Equation, placed: Placed, result: str) -> None:
    """What the library gave is what the equation gives, to rounding."""
    xs = torch.from_numpy(asking.put(layer.kind, case).xs)
    got = numbers(layer.answer("definitions", case=case, placed=placed(layer)), result)
    want = equation(parameters(layer, case), xs)
    show(f"{layer}", got)
    show("the equation", want)
    close(got, want, rounding(STEPS, 4, layer.precision), "outputs")
