"""What arrives of a gradient at a library's own start: ‖∂h_n/∂x_1‖ over ‖∂h_n/∂x_n‖, in decades.

A start is a set of parameters, so it is enough to ask the library for these, and to see by its own outputs which of our equations
it computes with them. The Jacobians are those of that equation, exact but for rounding, whatever the library differentiates.

    ∂h_n/∂x_k = (∂h_n/∂s_k) (∂s_k/∂x_k),    s_k = h_k, of an LSTM (h_k, C_k)
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from impls.questions.adapter import Array, Layer, Parameters, Put, Refused, Start
from impls.recurrent import elman, gru, lstm
from impls.recurrent.elman import Elman
from impls.recurrent.lstm import LSTM

STEPS = (10, 50, 100)
WIDTHS = (16, 64)
SEEDS = 20
SYMBOLS = 1000  # that an embedding is drawn for
NEAR = {"float64": 1e-10, "float32": 1e-4}  # how near outputs lie that one equation gives: others are off by whole digits

Step = Callable[[Tensor, Tensor], Tensor]  # (s_{t-1}, x_t) -> s_t
Form = Callable[[Parameters], Step]


def plain(activation: Callable[[Tensor], Tensor]) -> Form:
    """s = h."""
    return lambda p: partial(elman.step, p, activation=activation)  # type: ignore[arg-type]


def long_short_term(p: Parameters, added: float = 0) -> Step:
    """s = [h, C], something added to the forget bias as it is stored."""
    assert isinstance(p, LSTM)
    p, d = replace(p, b_f=p.b_f + added), len(p.b_f)
    return lambda s, x: torch.cat(lstm.step(p, (s[..., :d], s[..., d:]), x), dim=-1)


def gated(step: Callable[..., Tensor], negated: bool) -> Form:
    """s = h, in one of the forms of a GRU."""
    return lambda p: partial(step, gru.swapped(p) if negated else p)  # type: ignore[arg-type]


FORMS: Mapping[str, Mapping[str, Form]] = {
    "tanh": {"as printed": plain(torch.tanh), "ReLU in place of tanh": plain(torch.relu)},
    "LSTM": {"as printed": long_short_term, "1 added to the forget bias": partial(long_short_term, added=1)},
    "GRU": {
        "reset before the product, z weighs the new": gated(gru.step_reset_before, negated=False),
        "reset before the product, z weighs the old": gated(gru.step_reset_before, negated=True),
        "reset after the product, z weighs the old": gated(gru.step_reset_after, negated=False),
        "reset after the product, z weighs the new": gated(gru.step_reset_after, negated=True),
    },
}


def states(step: Step, xs: Tensor, size: int) -> Tensor:
    """s_0 = 0 to s_n, (n + 1, size), of inputs (n, m)."""
    found = [xs.new_zeros(size)]
    for x in xs:
        found.append(step(found[-1], x))
    return torch.stack(found)


def form_of(layer: Layer, p: Parameters, xs: Tensor) -> Form:
    """The equation that gives the library's outputs with these parameters. Refused where none does."""
    d = len(next(iter(vars(p).values())))
    got = layer.run(p, Put(xs=xs[:, None].numpy())).outputs[:, 0]
    for form in FORMS[layer.kind].values():
        want = states(form(p), xs, _size(p))[1:, :d]
        if np.abs(got - want.numpy()).max() < NEAR[layer.precision]:
            return form
    raise Refused(f"{layer.name}: none of our equations gives its outputs at its own start")


def decades(step: Step, xs: Tensor, size: int, d: int) -> list[float]:
    """log10 of what arrives over the STEPS from the first input, beside what comes of the last; -inf where nothing does."""
    before = states(step, xs, size)[:-1]
    by_state, by_input = torch.func.vmap(torch.func.jacrev(step, argnums=(0, 1)))(before, xs)
    return [_arrives(by_state[:n], by_input[:n], d) for n in STEPS]


def _arrives(by_state: Tensor, by_input: Tensor, d: int) -> float:
    back = torch.eye(by_state.shape[-1], dtype=by_state.dtype)[:d]
    exponent = 0.0  # kept apart, so that nothing underflows
    for one in by_state[1:].flip(0):
        back = back @ one
        scale = float(back.norm())
        if scale == 0:
            return -math.inf
        back, exponent = back / scale, exponent + math.log10(scale)
    last = float(by_input[-1][:d].norm())
    return exponent + math.log10(float((back @ by_input[0]).norm()) / last)


def _size(p: Parameters) -> int:
    """Of s: an LSTM carries h and C."""
    if isinstance(p, Elman):
        return len(p.b)
    return 2 * len(p.b_f) if isinstance(p, LSTM) else len(p.b)


# --- inputs as people have them ---------------------------------------------------------------------------------------


def normal(layer: Layer, m: int, seed: int) -> Array:
    """N(0, 1)."""
    return _generator(seed).standard_normal((max(STEPS), m))


def one_hot(layer: Layer, m: int, seed: int) -> Array:
    """Symbols, as many as the inputs are wide."""
    return np.eye(m)[_generator(seed).integers(m, size=max(STEPS))]


def embedded(layer: Layer, m: int, seed: int) -> Array:
    """Symbols out of a thousand, through the library's own embedding at its start. Refused where it has none."""
    if layer.embed is None:
        raise Refused(f"{layer.name} has no embedding of its own")
    table = np.asarray(layer.embed(SYMBOLS, m, seed), dtype=float)
    return table[_generator(seed).integers(SYMBOLS, size=max(STEPS))]


INPUTS: Mapping[str, Callable[[Layer, int, int], Array]] = {"N(0, 1)": normal, "one-hot": one_hot, "embedded": embedded}


def _generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, 7]))


def arriving(layer: Layer, start: Start, width: int, inputs: str, seeds: Sequence[int] = range(SEEDS)) -> list[list[float]]:
    """A row of decades for each seed, one for each of STEPS."""
    rows = []
    for seed in seeds:
        p = _in_double(start(width, width, seed))
        xs = torch.from_numpy(INPUTS[inputs](layer, width, seed))
        step = form_of(layer, p, xs[: STEPS[0]])(p)
        rows.append(decades(step, xs, _size(p), width))
    return rows


def _in_double(p: Parameters) -> Parameters:
    return type(p)(
        **{name: torch.as_tensor(one if torch.is_tensor(one) else np.array(one)).double() for name, one in vars(p).items()}
    )
