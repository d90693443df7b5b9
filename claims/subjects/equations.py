"""The printed equations of recurrent layers, put to the cases that libraries are asked, and which of a layer's answers fit."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import torch

from claims.kit import rounding
from claims.subjects.libraries import Built
from impls.questions import asking
from impls.questions.adapter import Array, Parameters
from impls.questions.recording import from_digits
from impls.recurrent import elman, gru, lstm

Equation = Callable[[Parameters, torch.Tensor], torch.Tensor]  # outputs (n, 1, d) of inputs (n, 1, m)
STEPS = 40  # roundings in a row that two steps take, generously
SIZE = 4  # that sums reach


def plain(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    """h = tanh(W_h h + W_x x + b)."""
    return elman.run(p, xs)  # type: ignore[arg-type]


def relu(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    """The same with max(0, ·) for tanh."""
    return elman.run(p, xs, activation=torch.relu)  # type: ignore[arg-type]


def six_equations(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    """The LSTM's."""
    return lstm.run(p, xs)[0]  # type: ignore[arg-type]


def reset_before(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    """The GRU's as printed: the reset comes before the product, and z weighs the new."""
    return gru.run(p, xs)  # type: ignore[arg-type]


def reset_after(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    """A GRU whose reset comes after the product, and whose z weighs the old."""
    return gru.run(p, xs, step=gru.step_reset_after)  # type: ignore[arg-type]


def nearly(equation: Equation, by: float, p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    """A near miss: too large by so much of itself."""
    return (1 + by) * equation(p, xs)


NEARLY = 1e-12


def nearly_plain(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    return nearly(plain, NEARLY, p, xs)


def nearly_six_equations(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    return nearly(six_equations, NEARLY, p, xs)


def nearly_reset_before(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
    return nearly(reset_before, NEARLY, p, xs)


# By what is computed; of a GRU both places of the reset, each with its usual z.
EQUATIONS: Mapping[str, Mapping[str, Equation]] = {
    "tanh": {"as printed": plain, "max(0, ·) for tanh": relu},
    "LSTM": {"as printed": six_equations},
    "GRU": {"reset before the product": reset_before, "reset after the product": reset_after},
}


def outputs(equation: Equation, layer: Built, case: int) -> Array:
    """h_1, h_2 as the equation has them, (2, 1, 2)."""
    p = asking.parameters(layer.kind, case)
    return equation(p, torch.from_numpy(asking.put(layer.kind, case).xs)).numpy()


def gradient(equation: Equation, layer: Built, case: int) -> Array:
    """Of the weighed sum of all outputs, by the inputs, (2, 1, 2)."""
    p, put = asking.parameters(layer.kind, case), asking.put(layer.kind, case)
    xs = torch.tensor(put.xs, requires_grad=True)
    weighed = (torch.from_numpy(put.weighed) * equation(p, xs)).sum()
    (found,) = torch.autograd.grad(weighed, xs)
    return found.numpy()


def allowance(layer: Built) -> float:
    """For rounding, in the layer's own precision."""
    return rounding(STEPS, SIZE, layer.precision)


def fits(layer: Built) -> dict[str, list[str]]:
    """For each equation of its kind the ways to put parameters in under which all of the layer's outputs are the equation's; none
    where it computes another function of them."""
    answers = [one for one in layer.recorded["definitions"] if "outputs" in one]
    found = {}
    for name, equation in EQUATIONS[layer.kind].items():
        want = [outputs(equation, layer, case) for case in range(asking.CASES)]
        off: dict[str, float] = {}
        asked: dict[str, int] = {}
        for one in answers:
            error = float(np.abs(from_digits(one["outputs"]) - want[one["case"]]).max())
            off[one["placed"]] = max(off.get(one["placed"], 0.0), error)
            asked[one["placed"]] = asked.get(one["placed"], 0) + 1
        found[name] = [way for way in off if asked[way] == asking.CASES and off[way] <= allowance(layer)]
    return found


@cache
def own(layer: Built) -> tuple[Equation, str] | None:
    """The equation that the layer computes, and the way to put parameters in; none where it computes none of them."""
    return next(((EQUATIONS[layer.kind][name], ways[0]) for name, ways in fits(layer).items() if ways), None)


def as_computed(layer: Built, p: Parameters, xs: torch.Tensor) -> torch.Tensor | None:
    """What the layer's own equation gives with these parameters, each under its own name; None where it is none of them. What
    undoes a convention is its own inverse, or is no other way than by name."""
    if (known := own(layer)) is None:
        return None
    equation, way = known
    placing = next(one for one in asking.PLACINGS[layer.kind] if one.__name__.replace("_", " ") == way)
    return equation(placing(p), xs) if placing is not asking.forget_bias_less_one else None


def order(layer: Built) -> str:
    """In which order the gates lie where what reads the state is one array; empty where each has its own."""
    letters = {"LSTM": "fico", "GRU": "zrn", "tanh": ""}[layer.kind]
    stored = layer.recorded["stored"]
    for array in () if "refused" in stored else map(from_digits, stored.values()):
        seen = list(dict.fromkeys(array[np.isin(array, range(1, len(letters) + 1))].tolist()))
        if len(seen) == len(letters) > 1:
            return " ".join(letters[int(one) - 1] for one in seen)
    return ""


def biases(layer: Built) -> int:
    """How many vectors of biases there are, as stored."""
    stored = layer.recorded["stored"]
    arrays = [] if "refused" in stored else [from_digits(one) for one in stored.values()]
    return sum(one.size for one in arrays if ((one >= 21) | (one == 0)).all()) // asking.D
