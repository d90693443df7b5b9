"""Back-propagation through time as a product of step Jacobians."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from claims.kit import Domain, claim, close, reading, rounding, search, show
from claims.kit.reading import Reading
from claims.subjects.conventions import AS_PRINTED, CONVENTIONS, RIGHT, Convention
from claims.subjects.networks import ElmanRun, elman_runs
from impls.broken import cells as broken
from impls.broken import gradients as broken_gradients
from impls.learning import bptt
from impls.learning.backward import step_gradients
from impls.recurrent import elman


def by_autograd(run: ElmanRun) -> torch.Tensor:
    """dL/dh_0 for L = g·h_T."""
    start = run.start.requires_grad_()
    loss = run.loss_gradient @ elman.run(run.network, run.inputs, start)[-1]
    return torch.autograd.grad(loss, start)[0]


Factors = Callable[[elman.Elman, torch.Tensor], torch.Tensor]
Multiply = Callable[[torch.Tensor], torch.Tensor]


def step_factors(run: ElmanRun, factors: Factors = bptt.jacobians) -> torch.Tensor:
    """The Jacobians of all steps, the first step first."""
    return factors(run.network, elman.run(run.network, run.inputs, run.start))


def allowance(run: ElmanRun) -> float:
    """Rounding on a product of that many factors of that size."""
    size = np.prod([np.linalg.norm(J, 2) for J in map(np.asarray, step_factors(run))]) * np.linalg.norm(run.g)
    return rounding(40 * len(run.x), float(size) + 1)


def first_alone(Js: torch.Tensor) -> torch.Tensor:
    """J_1."""
    return Js[0]


EVERY_RUN, WITH_A_PAST = elman_runs(), elman_runs(steps=(2, 5))


def chained(multiply: Multiply, factors: Factors = bptt.jacobians, run: Domain = EVERY_RUN) -> Reading:
    return reading(run=run, factors=factors, multiply=multiply)


@claim(
    "gradients.chain-of-jacobians",
    says="Back-propagation through time multiplies the loss gradient by the Jacobian of every step it passes.",
    lines=(103, 111, 114, 513),
    expect="supported",
    as_written=chained(bptt.product),
    fails_for={
        "near miss: the first factor too large by one part in 10¹²": chained(broken_gradients.product_all_but_right),
        "the factors in the opposite order": chained(broken.product_earliest_first),
        "one factor left out": chained(broken.product_factor_dropped, run=WITH_A_PAST),
        "W_h transposed": chained(bptt.product, factors=broken_gradients.jacobians_transposed),
        "the slopes of tanh one step late": chained(bptt.product, factors=broken.jacobians_one_step_late),
    },
    altered={
        "Back-propagation through time multiplies the loss gradient by the sum of the Jacobians that it passes.": chained(
            broken_gradients.sum_of_factors
        ),
        "Back-propagation through time multiplies the loss gradient by the Jacobian of the first step.": chained(first_alone),
    },
    teach="The loss gradient is a row vector and stands on the left; the latest step's Jacobian stands next to it.",
    not_shown="A loss at every step: only the last state is read here. Otherwise each step has such a product, and they add.",
    cites=("werbos1990", "pascanu2013"),
)
def back_propagation_multiplies_step_jacobians(run: ElmanRun, factors: Factors, multiply: Multiply) -> None:
    by_factors = run.loss_gradient @ multiply(step_factors(run, factors))
    automatic = by_autograd(run)
    show("gradient by automatic differentiation", automatic)
    show("gradient as a product of Jacobians", by_factors)
    close(by_factors, automatic, allowance(run), "gradient of the first state")


PARAMETERS = ("W_h", "W_x", "b")
StepByStep = Callable[[elman.Elman, torch.Tensor, torch.Tensor, torch.Tensor], list[elman.Elman]]


def parameters_by_autograd(run: ElmanRun) -> tuple[torch.Tensor, ...]:
    """The gradients of W_h, W_x and b for L = g·h_T."""
    leaves = [getattr(run.network, name).requires_grad_() for name in PARAMETERS]
    return torch.autograd.grad(run.loss_gradient @ elman.run(elman.Elman(*leaves), run.inputs, run.start)[-1], leaves)


def allowance_for_the_sum(run: ElmanRun) -> float:
    """Rounding on a sum whose terms are as large as the longest partial chain, times what the step reads."""
    chains = np.cumprod([1.0, *(float(np.linalg.norm(J, 2)) for J in reversed(np.asarray(step_factors(run))))])
    reads = max(1.0, float(np.linalg.norm(run.x, axis=1).max()), len(run.g) ** 0.5)
    return rounding(40 * len(run.x), float(chains.max() * np.linalg.norm(run.g)) * reads * len(run.x) + 1)


def the_first_alone(p: elman.Elman, xs: torch.Tensor, h0: torch.Tensor, g: torch.Tensor) -> list[elman.Elman]:
    return step_gradients(p, xs, h0, g)[:1]


@claim(
    "gradients.parameter-gradient-sums-the-steps",
    says="A parameter's gradient is a sum over the steps: each adds the loss gradient, carried back to it by the product of "
    "step Jacobians and through its tanh, times what the step read.",
    lines=(111,),
    expect="supported",
    uses=("gradients.chain-of-jacobians",),
    by=search(cases=100),
    as_written=reading(run=elman_runs(), step_by_step=step_gradients),
    fails_for={
        "near miss: the first step's part too large by one part in 10¹²": reading(
            run=elman_runs(), step_by_step=broken_gradients.step_gradients_all_but_right
        ),
        "the state after the step for the state before it": reading(
            run=elman_runs(), step_by_step=broken_gradients.step_gradients_state_too_late
        ),
        "the slope of tanh one step late": reading(run=elman_runs(), step_by_step=broken_gradients.step_gradients_slope_too_late),
        "the last step alone": reading(run=WITH_A_PAST, step_by_step=broken_gradients.step_gradients_last_alone),
    },
    altered={
        "A parameter's gradient is the mean over the steps of what each adds.": reading(
            run=elman_runs(), step_by_step=broken_gradients.step_gradients_averaged
        ),
        "A parameter's gradient is what the first step adds.": reading(run=WITH_A_PAST, step_by_step=the_first_alone),
    },
    teach="∂L/∂W_h = Σ_t a_t h_{t-1}ᵀ with a_t = (1 - h_t²) ⊙ ∂L/∂h_t; for W_x the step read x_t, for b the number 1. No step "
    "has a parameter of its own: “the parameter at step k” is one term of a sum, and only the sum is ever applied.",
    not_shown="A loss at every step: then every step's loss has such a sum, and they add.",
    cites=("werbos1990", "pascanu2013"),
)
def the_steps_add_up_to_the_parameters_gradient(run: ElmanRun, step_by_step: StepByStep) -> None:
    parts = step_by_step(run.network, run.inputs, run.start, run.loss_gradient)
    for name, automatic in zip(PARAMETERS, parameters_by_autograd(run), strict=True):
        terms = [getattr(part, name) for part in parts]
        show(f"{name}: the terms, the first step's first", terms)
        show(f"{name}: gradient by automatic differentiation", automatic)
        close(torch.stack(terms).sum(0), automatic, allowance_for_the_sum(run), f"gradient of {name}")


SMALL = elman_runs(width=(2, 2), steps=(1, 2))
SLIPS = (
    Convention("D·W", "earliest first", "row on the left"),
    Convention("D·Wᵀ", "latest first", "row on the left"),
)


@claim(
    "gradients.jacobian-formula",
    says="The step Jacobian is the transposed recurrent matrix times the diagonal of tanh slopes, and the gradient of the loss "
    "stands to the left of the product of these, taken in ascending order.",
    lines=(114, 117, 120),
    expect="qualified",
    uses=("gradients.chain-of-jacobians",),
    by=search(cases=100),
    as_written=reading(run=SMALL, convention=AS_PRINTED),
    amended={
        "the gradient is a column and stands on the right": reading(run=SMALL, convention=RIGHT[1]),
        "the factor is D·W, the latest step stands first": reading(run=SMALL, convention=RIGHT[0]),
        "the state is a single number": reading(run=elman_runs(width=(1, 1), steps=(1, 3)), convention=AS_PRINTED),
    },
    fails_for={
        "near miss: right, but for slopes too large by one part in 10¹²": reading(
            run=SMALL, convention=replace(RIGHT[0], slopes_too_large_by=1e-12)
        ),
        **{one.name: reading(run=SMALL, convention=one) for one in CONVENTIONS if one not in (AS_PRINTED, *RIGHT, *SLIPS)},
    },
    altered={
        "The step Jacobian is D·W, and the gradient stands to the left of the product, taken in ascending order.": reading(
            run=SMALL, convention=SLIPS[0]
        ),
        "The step Jacobian is D·Wᵀ, the latest step stands first, and the gradient stands on the left.": reading(
            run=SMALL, convention=SLIPS[1]
        ),
    },
    teach="Of sixteen ways to write it, two agree with automatic differentiation: D·W latest first with the gradient as a row "
    "on the left, or its transpose, Wᵀ·D earliest first with the gradient as a column on the right. The printed formula mixes "
    "them.",
    not_shown="Whether the mistake matters in use: the norm of the product is right, because what is printed is the right "
    "product transposed.",
    cites=("pascanu2013",),
)
def the_formula_gives_the_gradient(run: ElmanRun, convention: Convention) -> None:
    slopes = [np.asarray(slope) for slope in elman.slopes(elman.run(run.network, run.inputs, run.start))]
    formula, automatic = convention.gradient(run.W_h, slopes, run.g), by_autograd(run)
    show("gradient by automatic differentiation", automatic)
    show("gradient by the formula", formula)
    close(formula, automatic, allowance(run), "gradient of the first state")
