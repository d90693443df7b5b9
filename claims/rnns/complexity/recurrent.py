"""Recurrence: what of it can be done in parallel, and what hardware cannot shorten."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import torch

from claims.kit import at_least, at_most, cases, claim, close, holds, only, reading, rounding, search, show
from claims.kit.domains import seeds, whole
from claims.rnns.complexity.figures import spans_by_length
from claims.subjects.traces import in_a_row, traced
from impls.broken import complexity as broken_complexity
from impls.counting.graph import Graph, trace
from impls.learning import bptt
from impls.learning.batched import Gradients, Products, training_step
from impls.recurrent import elman
from impls.tracing.positions import Positions, Tokens, alone
from impls.tracing.systems import ELMAN, GRU, LINEAR, LSTM, MINGRU, MINGRU_SCAN, SCAN, SELF_ATTENTION, System

# --- the column “parallelisable?” -----------------------------------------------------------------------------------

Train = Callable[[elman.Elman, torch.Tensor, torch.Tensor, torch.Tensor], tuple[Gradients, Products]]


@dataclass(frozen=True)
class Cell:
    """One entry of the column: rounds that must follow one another in a training step, counted, and as the column has it."""

    name: str
    rounds: Callable[[Train, int, int], int]
    promised: Callable[[int, int], int]


def drawn(n: int, d: int, seed: int) -> tuple[elman.Elman, torch.Tensor, torch.Tensor, torch.Tensor]:
    """A network, n inputs (wider by one than the state, so that shapes tell them apart), h_0, and the loss gradient by state."""
    generator = torch.Generator().manual_seed(seed)
    x, h_0, g = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((n, d + 1), (d,), (n, d)))
    return elman.draw(d, d + 1, generator), x, h_0.tanh(), g


def by_autograd(p: elman.Elman, x: torch.Tensor, h_0: torch.Tensor, g: torch.Tensor) -> Gradients:
    leaves = [leaf.clone().requires_grad_() for leaf in (p.W_h, p.W_x, p.b, x, h_0)]
    loss = (g * elman.run(elman.Elman(*leaves[:3]), *leaves[3:])).sum()
    return Gradients(*torch.autograd.grad(loss, leaves))


@cache
def rounds_of(train: Train, kind: str, n: int, d: int) -> int:
    """The most products of a kind that stand in a row in the trace of a training step."""
    p, *numbers = drawn(n, d, 0)
    graph = trace(lambda *given: list(vars(train(p, *given)[1]).values()), *numbers)
    return in_a_row(graph, graph.outputs[[field.name for field in fields(Products)].index(kind)])


def within_a_step(_: Train, n: int, d: int) -> int:
    """The depth that the last step adds, with two numbers an operation and as many processors as it can use."""
    return traced(ELMAN, n, d).span_bounded - traced(ELMAN, n - 1, d).span_bounded


def a_round_a_step(what: str, kind: str, but: int = 0) -> Cell:
    return Cell(what, lambda train, n, d: rounds_of(train, kind, n, d), lambda n, d: n - but)


STEPS = a_round_a_step("sequential steps: the products W_h h", "states")
PATH = a_round_a_step("gradient path: the products W_hᵀ a", "errors")
WITHIN = Cell("work per step: ⌈log₂ d⌉ + 4 rounds", within_a_step, lambda n, d: (d - 1).bit_length() + 4)
REST = (
    a_round_a_step("total compute: the products W_x x", "inputs"),
    a_round_a_step("total compute: the products W_xᵀ a", "errors_of_inputs"),
    a_round_a_step("total compute: the products a hᵀ", "for_W_h"),
    a_round_a_step("total compute: the products a xᵀ", "for_W_x"),
)
ACROSS = Cell("all steps at once: one round of W_h h", lambda train, n, d: rounds_of(train, "states", n, d), lambda n, d: 1)
A_ROUND_A_UNIT = Cell("as many rounds of W_h h as units", ACROSS.rounds, lambda n, d: d)
N, D = whole(2, 8), whole(1, 4)


@claim(
    "complexity.parallelizable-column",
    says="What a recurrent network computes can be done in parallel within a step, and only there.",
    lines=(336, 337, 338, 339, 340),
    expect="qualified",
    by=search(cases=60),
    as_written=reading(train=training_step, cell=cases((STEPS, WITHIN, *REST, PATH)), n=N, d=D, seed=seeds()),
    amended={
        "of the six products of a training step, the two with W_h are meant": reading(
            train=training_step, cell=cases((STEPS, WITHIN, PATH)), n=N, d=D, seed=seeds()
        )
    },
    altered={
        "What a recurrent network computes with W_h can be done in parallel over the steps.": reading(
            train=training_step, cell=ACROSS, n=N, d=D, seed=seeds()
        ),
        "With W_h a training step takes one round after another for each unit, and one for all steps.": reading(
            train=training_step, cell=A_ROUND_A_UNIT, n=N, d=D, seed=seeds()
        ),
    },
    fails_for={
        "near miss: one round fewer than steps": reading(
            train=training_step, cell=a_round_a_step("n - 1 rounds", "states", but=1), n=N, d=D, seed=seeds()
        ),
        "near miss: the gradient of W_x too large by two parts in 10¹²": reading(
            train=broken_complexity.training_step_nearly, cell=STEPS, n=N, d=D, seed=seeds()
        ),
        "the gradient of W_h taken with a state one step too late": reading(
            train=broken_complexity.training_step_one_state_late, cell=STEPS, n=N, d=D, seed=seeds()
        ),
        "errors carried back by W_h in place of W_hᵀ": reading(
            train=broken_complexity.training_step_weights_not_transposed, cell=STEPS, n=N, d=D, seed=seeds()
        ),
    },
    witness={f"{cell.name}, one a step, on 8 tokens": reading(train=training_step, cell=cell, n=8, d=4, seed=1) for cell in REST},
    teach="The chain holds W_h h on the way forward and W_hᵀ a on the way back, no more. The products with the inputs come "
    "before the loop and both weight gradients after it, one product each for all steps: four of the six, and with inputs as "
    "wide as the state two thirds of the work. They save time, not growth: n rounds remain.",
    not_shown="What training in this way saves on a clock.",
    cites=("werbos1990", "appleyard2016"),
)
def the_products_take_the_rounds_of_the_column(train: Train, cell: Cell, n: int, d: int, seed: int) -> None:
    numbers = drawn(n, d, seed)
    found, want = train(*numbers)[0], by_autograd(*numbers)
    for name, gradient in vars(want).items():
        close(getattr(found, name), gradient, rounding(20 * n * (d + 1), float(gradient.abs().max())), f"gradient of {name}")
    rounds, promised = cell.rounds(train, n, d), cell.promised(n, d)
    show("rounds in a row", rounds)
    show("as the column has it", promised)
    holds(rounds == promised, f"{cell.name}: {rounds} in a row at n = {n}, d = {d}, not {promised}")


# --- on any hardware ------------------------------------------------------------------------------------------------


def in_tensor_operations(graph: Graph) -> int:
    return graph.span


def in_operations_of_two_numbers(graph: Graph) -> int:
    return graph.span_bounded


@dataclass(frozen=True)
class Way:
    """A recurrence and a way to find its states."""

    name: str
    recurrence: System
    procedure: System

    def operations(self, unit: Callable[[Graph], int], _: Any, tokens: Tokens) -> int:
        """The most in a row, on as many processors as can be used."""
        return unit(traced(self.procedure, len(tokens), len(tokens[0])))


@dataclass(frozen=True)
class Sweeping(Way):
    """All states of an Elman network at once, again and again, until none moves."""

    def operations(self, unit: Callable[[Graph], int], p: elman.Elman, tokens: Tokens) -> int:
        """As many as sweeps: each takes one at least."""
        return bptt.jacobi_sweeps(p, torch.stack(list(tokens)), 0.0)[1]


def step_by_step(system: System) -> Way:
    return Way(str(system), system, system)


def by_sweeps(gamma: float) -> Sweeping:
    """On an Elman network with singular values gamma that hardly hears its tokens, so that its slopes are next to 1."""

    def draw(d: int, generator: torch.Generator) -> elman.Elman:
        p = elman.orthogonal(d, d, generator)
        return elman.Elman(gamma * p.W_h, p.W_x / 100, torch.zeros(d, dtype=torch.float64))

    def swept(p: elman.Elman, xs: Tokens) -> Positions:
        return alone(bptt.jacobi_sweeps(p, torch.stack(list(xs)), 0.0)[0].unbind(0))

    name = f"Elman RNN, singular values {gamma:g}"
    return Sweeping(f"{name}, by sweeps", System(name, draw, ELMAN.run), System(f"{name}, by sweeps", draw, swept))


NOTHING_FORGOTTEN, HALF_FORGOTTEN = by_sweeps(1.0), by_sweeps(0.5)
LINEAR_BY_SCAN = Way("linear recurrence, by scan", LINEAR, SCAN)
MINGRU_BY_SCAN = Way("minimal GRU, by scan", MINGRU, MINGRU_SCAN)
CARRIED_OUT = tuple(step_by_step(system) for system in (ELMAN, LSTM, GRU, LINEAR, MINGRU))
LONG = whole(16, 32)  # where n and 2 log₂ n are far apart
UNIT = cases((in_tensor_operations, in_operations_of_two_numbers))


def operations_for_n_states(way: Way, unit: Callable[[Graph], int], n: int, d: int, seed: int) -> int:
    """The most that stand in a row, once the way has found the states."""
    generator = torch.Generator().manual_seed(seed)
    p, tokens = way.recurrence.draw(d, generator), torch.randn(n, d, generator=generator, dtype=torch.float64).unbind(0)
    found, meant = (torch.stack([place[0] for place in system.run(p, tokens)]) for system in (way.procedure, way.recurrence))
    if (error := float((found - meant).abs().max())) > 1e-12:  # then its time says nothing
        raise ArithmeticError(f"{way.name} is off by {error:.3g}: it did not find the states")
    longest = way.operations(unit, p, tokens)
    show("operations in a row, on as many processors as can be used", longest)
    return longest


def n_states_take_at_most_n_operations_in_a_row(way: Way, unit: Callable[[Graph], int], n: int, d: int, seed: int) -> None:
    at_most(operations_for_n_states(way, unit, n, d, seed), n, f"operations in a row for {n} states")


@claim(
    "complexity.on-regardless-of-hardware",
    says="On any hardware the n states of a recurrence take at least n operations one after another.",
    lines=(339, 342),
    expect="qualified",
    uses=("complexity.rnn-table.sequential-steps",),
    by=search(cases=60),
    as_written=reading(
        way=cases((*CARRIED_OUT[:3], LINEAR_BY_SCAN, MINGRU_BY_SCAN)), unit=UNIT, n=LONG, d=whole(1, 2), seed=seeds()
    ),
    amended={
        "nothing is forgotten (orthogonal weights, small inputs), step by step or by sweeps over all steps": reading(
            way=cases((step_by_step(NOTHING_FORGOTTEN.recurrence), NOTHING_FORGOTTEN)),
            unit=UNIT,
            n=whole(16, 128),
            d=whole(1, 2),
            seed=seeds(),
        )
    },
    altered={
        "Carried out step by step, the n states of a recurrence take at most n operations one after another.": reading(
            n_states_take_at_most_n_operations_in_a_row, way=cases(CARRIED_OUT), unit=UNIT, n=LONG, d=whole(1, 2), seed=seeds()
        ),
        "By a scan the n states of a linear recurrence take as many operations as tokens, or more.": reading(
            way=cases((LINEAR_BY_SCAN, MINGRU_BY_SCAN)), unit=UNIT, n=LONG, d=whole(1, 2), seed=seeds()
        ),
    },
    fails_for={
        "near miss: half is forgotten at every step, by sweeps": reading(
            way=HALF_FORGOTTEN, unit=UNIT, n=whole(128, 256), d=whole(1, 2), seed=seeds()
        ),
        "near miss: a linear recurrence by scan, 6 tokens: 5 operations": reading(
            way=LINEAR_BY_SCAN, unit=UNIT, n=6, d=whole(1, 2), seed=seeds()
        ),
        "self-attention": reading(way=step_by_step(SELF_ATTENTION), unit=UNIT, n=LONG, d=whole(1, 2), seed=seeds()),
    },
    holds_for={
        "by definition: the recurrence is carried out step by step": reading(
            way=cases(CARRIED_OUT), unit=UNIT, n=LONG, d=whole(1, 2), seed=seeds()
        ),
        "on 5 tokens the scan needs 5 operations too": reading(way=LINEAR_BY_SCAN, unit=UNIT, n=5, d=whole(1, 2), seed=seeds()),
    },
    witness={
        "256 tokens of a linear recurrence: 16 operations in a row": reading(
            way=LINEAR_BY_SCAN, unit=only(in_operations_of_two_numbers), n=256, d=1, seed=1
        ),
        "64 tokens of the minimal GRU by scan, whose factors read the tokens": reading(
            way=MINGRU_BY_SCAN, unit=only(in_operations_of_two_numbers), n=64, d=1, seed=1
        ),
    },
    teach="Not hardware sets the limit but the step. Steps that are linear in the state compose, also with factors that read "
    "the tokens, and a scan finds all n states in about 2 log₂ n operations on n processors. With tanh between them no exact "
    "shortcut is known that is practical: sweeps over all steps take as many as there are steps, unless the network forgets.",
    not_shown="A lower bound over all procedures: none is known. In floating point a state has finitely many values, so that "
    "even tanh steps compose, as tables of 2^(32d) entries. What approximation saves: see sequential.step-t-waits-for-t-1.",
    cites=("blelloch1990", "martin2018", "feng2024"),
    figure=spans_by_length,
)
def n_states_take_n_operations_in_a_row(way: Way, unit: Callable[[Graph], int], n: int, d: int, seed: int) -> None:
    at_least(operations_for_n_states(way, unit, n, d, seed), n, f"operations in a row for {n} states")
