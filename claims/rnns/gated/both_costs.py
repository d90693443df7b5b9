"""What it costs to read in both directions of time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import torch

from claims.kit import cases, claim, exhaustion, holds, reading, show
from impls.counting.graph import trace
from impls.recurrent import elman
from impls.recurrent.recurrence import uniform, unroll

Tokens = Sequence[torch.Tensor]


@dataclass(frozen=True)
class Sizes:
    """Layers, tokens, and widths: of a state in one direction, of the input, and of a last linear layer (0: there is none)."""

    layers: int
    n: int
    d: int
    m: int
    head: int


Stack = tuple[list[list[elman.Elman]], torch.Tensor]  # for each layer a network a direction; the head's weights


def drawn(directions: int, sizes: Sizes) -> Stack:
    generator, width = torch.Generator().manual_seed(0), directions * sizes.d
    inputs = [sizes.m, *[width] * (sizes.layers - 1)]
    layers = [[elman.draw(sizes.d, m, generator) for _ in range(directions)] for m in inputs]
    return layers, uniform((sizes.head, width), sizes.d, generator, torch.float64)


def read_through(stack: Stack, start: torch.Tensor, xs: Tokens) -> list[torch.Tensor]:
    """The head's outputs. The first state is given rather than zero, so that the first product costs what the others do."""
    layers, head = stack
    for networks in layers:
        runs = zip(networks, (1, -1), strict=False)  # one direction or two
        ways = [unroll(partial(elman.step, p), start, xs[::way])[::way] for p, way in runs]
        xs = [torch.cat(states) for states in zip(*ways, strict=True)]
    return [x @ head.T for x in xs]


def products(run: Callable[..., list[torch.Tensor]], stack: Stack, sizes: Sizes) -> int:
    """Multiplications and additions of all matrix products in the trace of a run."""
    start, tokens = torch.ones(sizes.d, dtype=torch.float64), torch.ones(sizes.n, sizes.m, dtype=torch.float64)
    return trace(lambda start, *xs: run(stack, start, xs), start, *tokens).work_of("product")


def operations(directions: int, sizes: Sizes) -> int:
    return products(read_through, drawn(directions, sizes), sizes)


def operations_at_equal_output_width(directions: int, sizes: Sizes) -> int:
    return operations(directions, replace(sizes, d=sizes.d // directions))


def step_on_projected(p: elman.Elman, h: torch.Tensor, projected: torch.Tensor) -> torch.Tensor:
    return torch.tanh(h @ p.W_h.T + projected)


def projected_once(stack: Stack, start: torch.Tensor, xs: Tokens) -> list[torch.Tensor]:
    """One layer whose directions share W_x and b, and so the products of the inputs with them."""
    (networks,), head = stack
    inputs = [x @ networks[0].W_x.T + networks[0].b for x in xs]
    runs = zip(networks, (1, -1), strict=False)
    ways = [unroll(partial(step_on_projected, p), start, inputs[::way])[::way] for p, way in runs]
    return [torch.cat(states) @ head.T for states in zip(*ways, strict=True)]


def operations_with_inputs_projected_once(directions: int, sizes: Sizes) -> int:
    return products(projected_once, drawn(directions, sizes), sizes)


def weight_entries(directions: int, sizes: Sizes) -> int:
    """The entries of all weight matrices."""
    layers, head = drawn(directions, sizes)
    return head.numel() + sum(p.W_h.numel() + p.W_x.numel() for networks in layers for p in networks)


def parameters(directions: int, sizes: Sizes) -> int:
    """The same and all biases, that of the head among them."""
    layers, _ = drawn(directions, sizes)
    return weight_entries(directions, sizes) + sizes.head + sum(p.b.numel() for networks in layers for p in networks)


def twice(layers: int) -> Fraction:
    return Fraction(2)


def three_less_one_over_layers(layers: int) -> Fraction:
    return 3 - Fraction(1, layers)


def two_to_the_layers(layers: int) -> Fraction:
    return Fraction(2**layers)


def four_times(layers: int) -> Fraction:
    return Fraction(4)


WIDTHS = [(n, 2, m, head) for n in (1, 2) for m in (1, 2, 3) for head in (0, 5)]
OTHER_SIZES = "states 2 wide, inputs 1 to 3 wide, with a head and without"
ONE_LAYER = cases([Sizes(1, *widths) for widths in WIDTHS], f"one layer, {OTHER_SIZES}")
SOME_LAYERS = cases([Sizes(layers, *widths) for layers in (1, 2, 3) for widths in WIDTHS], f"one to three layers, {OTHER_SIZES}")
EQUAL_WIDTHS = cases([Sizes(L, 2, d, d, 0) for L in (1, 2, 3, 4) for d in (1, 2, 3)], "1 to 4 layers, inputs as wide as states")
COUNTS = cases((operations, weight_entries))


@claim(
    "gated.bidirectional-double-compute",
    says="Reading in both directions doubles the computation.",
    lines=(324,),
    expect="qualified",
    by=exhaustion(),
    as_written=reading(count=COUNTS, sizes=SOME_LAYERS, factor=twice),
    amended={
        "there is one layer": reading(count=COUNTS, sizes=ONE_LAYER, factor=twice),
        "for L layers with inputs as wide as states one says 3 - 1/L times": reading(
            count=COUNTS, sizes=EQUAL_WIDTHS, factor=three_less_one_over_layers
        ),
    },
    altered={
        "Reading in both directions takes four times the computation if there is one layer.": reading(
            count=COUNTS, sizes=ONE_LAYER, factor=four_times
        ),
        "Reading in both directions takes 2^L times the computation for L layers with inputs as wide as states.": reading(
            count=COUNTS, sizes=EQUAL_WIDTHS, factor=two_to_the_layers
        ),
    },
    fails_for={
        "near miss: one layer, its bias and the head's counted": reading(
            count=parameters, sizes=Sizes(1, 1, 4, 4, 7), factor=twice
        ),
        "one layer, both directions sharing the products with the inputs": reading(
            count=operations_with_inputs_projected_once, sizes=Sizes(1, 3, 4, 4, 0), factor=twice
        ),
        "one layer, each direction half as wide": reading(
            count=operations_at_equal_output_width, sizes=Sizes(1, 3, 4, 4, 0), factor=twice
        ),
    },
    teach="One layer: twice the operations and twice the weights, exactly, and so with a head that reads the 2d outputs. Each "
    "further layer reads inputs of twice the width, so L layers cost 3 - 1/L times as much: 2.5 times at two. With states half "
    "as wide in each direction (and m = d) a layer costs three quarters of what it did.",
    not_shown="Time: given the hardware, the two directions run side by side. LSTM and GRU: they have four and three such "
    "pairs of products, so the ratios are the same. Whether the quality doubles: nothing says in which unit.",
    cites=("graves2005",),
)
def two_directions_cost_so_many_times_one(
    count: Callable[[int, Sizes], int], sizes: Sizes, factor: Callable[[int], Fraction]
) -> None:
    one, both = count(1, sizes), count(2, sizes)
    show("in one direction", one)
    show("in both", both)
    show("times", Fraction(both, one))
    wanted = factor(sizes.layers)
    holds(Fraction(both, one) == wanted, f"{count.__name__.replace('_', ' ')}: {both} against {one}, not {wanted} times as many")
