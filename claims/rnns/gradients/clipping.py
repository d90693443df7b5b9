"""What clipping does to an exploding gradient, and what it leaves as it was."""

from collections.abc import Callable
from math import inf

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import at_least, at_most, claim, close, domain, holds, reading, show
from claims.kit.domains import any32, finite32, reals
from claims.subjects import libraries
from claims.subjects.networks import ElmanRun, elman_runs
from impls.broken import gradients as broken
from impls.broken.attention import clip_by_value, clip_each, normalise_each_step
from impls.learning import bptt
from impls.learning.clipping import clip_by_norm
from impls.questions import asking


def clip_by_torch(gradients: list[torch.Tensor], max_norm: float, **options: bool) -> list[torch.Tensor]:
    """torch.nn.utils.clip_grad_norm_ on these gradients; it divides by the norm plus 10⁻⁶."""
    parameters = [torch.zeros_like(gradient, requires_grad=True) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.clone()
    torch.nn.utils.clip_grad_norm_(parameters, max_norm, **options)
    return [parameter.grad for parameter in parameters if parameter.grad is not None]


def clip_in_float64(gradients: list[torch.Tensor], max_norm: float) -> list[torch.Tensor]:
    """The algorithm as published, its norm taken in float64, where no square of a float32 overflows."""
    return [clipped.float() for clipped in clip_by_norm([gradient.double() for gradient in gradients], max_norm)]


def clip_by_optax(gradients: list[torch.Tensor], max_norm: float) -> list[torch.Tensor]:
    """Its clip_by_global_norm, as it was recorded."""
    return as_recorded("optax", "clip_by_global_norm", gradients, max_norm)


def clip_by_keras(gradients: list[torch.Tensor], max_norm: float) -> list[torch.Tensor]:
    """Its global_clipnorm on torch, as it was recorded."""
    return as_recorded("keras-on-torch", "global_clipnorm", gradients, max_norm)


def as_recorded(library: str, what: str, gradients: list[torch.Tensor], max_norm: float) -> list[torch.Tensor]:
    """What that library left of these gradients, one array a parameter."""
    left = libraries.clipped(library, what, [one.numpy() for one in gradients], max_norm)
    return [torch.tensor(one, dtype=torch.float32) for one in left]


RECORDED = np.concatenate(asking.gradients("near 10²⁰"))  # finite, and what every library was asked
LEAST, MOST = float(np.finfo(np.float32).smallest_subnormal), float(np.finfo(np.float32).max)
ANY = {"gradient": finite32(size=(2, 4), magnitude=(LEAST, MOST)), "max_norm": reals(0.1, 10)}
USUAL = {"gradient": finite32(size=(2, 4)), "max_norm": reals(0.1, 10)}


@claim(
    "gradients.clipping-bounds-the-norm",
    says="Clipping rescales a gradient whose norm exceeds the threshold: the direction stays, the norm becomes the threshold, "
    "and a shorter gradient is left alone.",
    lines=(140, 143),
    expect="qualified",
    as_written=reading(clip=clip_by_torch, **ANY),
    amended={
        "the squares of the entries add up to less than 3.4·10³⁸, the largest number of float32": reading(
            clip=clip_by_torch, gradient=finite32(size=(2, 4), magnitude=(LEAST, 9e18)), max_norm=reals(0.1, 10)
        ),
        "the norm is taken in float64": reading(clip=clip_in_float64, **ANY),
    },
    fails_for={
        "near miss: four entries of 10¹⁹": reading(clip=clip_by_torch, gradient=np.full(4, 1e19, np.float32), max_norm=1.0),
        "near miss: clipped to a threshold too large by 0.01 %": reading(clip=broken.clip_slightly_long, **USUAL),
        "near miss: clipped to a threshold too small by 0.1 %": reading(clip=broken.clip_slightly_short, **USUAL),
        "near miss: clipped, one part of it longer by 0.1 % than the other": reading(clip=broken.clip_slightly_turned, **USUAL),
        "clipped to half the threshold": reading(clip=broken.clip_to_half, **USUAL),
        "clipping each entry by value": reading(clip=clip_by_value, **USUAL),
    },
    altered={
        "Clipping rescales each parameter's gradient by its own norm, and the direction stays.": reading(clip=clip_each, **USUAL),
        "Clipping rescales a gradient whose norm falls short of the threshold, and leaves a longer one alone.": reading(
            clip=broken.lengthen_to_norm, **USUAL
        ),
        "Clipping rescales every gradient to the threshold, shorter ones too.": reading(clip=broken.bring_to_norm, **USUAL),
    },
    holds_for={"the algorithm as published": reading(clip=clip_by_norm, **USUAL)},
    witness={
        "three entries of 10²⁰ are clipped to nothing": reading(
            clip=clip_by_torch, gradient=np.full(3, 1e20, np.float32), max_norm=1.0
        ),
        "in optax too nothing is left": reading(clip=clip_by_optax, gradient=RECORDED, max_norm=asking.THRESHOLD),
        "in Keras, one norm for all, NaN is left": reading(clip=clip_by_keras, gradient=RECORDED, max_norm=asking.THRESHOLD),
    },
    teach="Clipping by norm is a rescaling, so it cannot turn the gradient; clipping by value can. But a norm squares: in "
    "float32 it is infinite from 1.8·10¹⁹ on, the factor is then 0, and the step is lost without a word. An explosion gets "
    "there, so look at the norm, or take it in float64.",
    not_shown="Infinite entries: see gradients.clipping-prevents-nan. Thresholds below 0.1: torch adds 10⁻⁶ to the norm, so "
    "that what is clipped gets too short by that share of it. Other libraries: see libraries.clipping.",
    cites=("pascanu2013",),
)
def clipping_rescales(clip: Callable[..., list[torch.Tensor]], gradient: np.ndarray, max_norm: float) -> None:
    parts = list(torch.tensor(gradient, dtype=torch.float32).tensor_split(2))  # two parameters, one norm
    before, after = torch.cat(parts).double(), torch.cat(clip(parts, max_norm)).double()
    norm, clipped = float(before.norm()), float(after.norm())
    show("norm before", norm)
    show("norm after", clipped)
    at_most(clipped, max_norm * (1 + 1e-6), "norm after clipping")
    if norm > max_norm:  # torch divides by the norm plus 10⁻⁶, and the norm is 0.1 at least
        at_least(clipped, max_norm * (1 - 2e-5), "norm after clipping a longer gradient")
    if norm > 0:
        close(after / clipped if clipped else after, before / norm, 1e-5, "direction")
    if norm <= max_norm - 2e-6:
        close(after, before, 0.0, "gradient below the threshold")


def sgd(clip: Callable[..., list[torch.Tensor]], gradient: np.ndarray) -> torch.Tensor:
    """One step of gradient descent from weights 0 at rate 1; a clipping that raises leaves the weights as they are."""
    weights = torch.zeros(len(gradient), dtype=torch.float32)
    try:
        (clipped,) = clip([torch.tensor(gradient, dtype=torch.float32)], 1.0)
    except RuntimeError:
        return weights
    return weights - clipped


def clip_or_raise(gradients: list[torch.Tensor], max_norm: float) -> list[torch.Tensor]:
    """torch's clipping, told to refuse a norm that is not finite."""
    return clip_by_torch(gradients, max_norm, error_if_nonfinite=True)


def clip_or_raise_for_nan(gradients: list[torch.Tensor], max_norm: float) -> list[torch.Tensor]:
    """The same, which lets an infinite norm pass."""
    if any(gradient.isnan().any() for gradient in gradients):
        raise RuntimeError("the norm is NaN")
    return clip_by_torch(gradients, max_norm)


def no_clipping(gradients: list[torch.Tensor], max_norm: float) -> list[torch.Tensor]:
    return gradients


@domain("float32 vectors of 1 to 3 entries, the last one infinite")
def overflown() -> st.SearchStrategy[np.ndarray]:
    return any32(size=(0, 2)).strategy.map(lambda vector: np.append(vector, np.float32(inf)))


def overflow_becomes_a_step(clip: Callable[..., list[torch.Tensor]], gradient: np.ndarray) -> None:
    step = float(sgd(clip, gradient).norm())
    holds(abs(step - 1) < 1e-3, f"a step of length {step:g}")


@claim(
    "gradients.clipping-prevents-nan",
    says="Gradient clipping keeps the weights free of NaN.",
    lines=(146,),
    expect="qualified",
    uses=("gradients.clipping-bounds-the-norm",),
    as_written=reading(clip=clip_by_torch, gradient=any32(size=(1, 3))),
    amended={"the step is refused when the norm is not finite": reading(clip=clip_or_raise, gradient=any32(size=(1, 3)))},
    fails_for={
        "no clipping": reading(clip=no_clipping, gradient=np.array([inf, 1.0])),
        "near miss: the step is refused only when the norm is NaN": reading(
            clip=clip_or_raise_for_nan, gradient=any32(size=(1, 3))
        ),
    },
    altered={
        "Clipping each entry by value keeps the weights free of NaN.": reading(clip=clip_by_value, gradient=any32(size=(1, 3))),
        "Clipping turns a gradient that has overflowed into a step of length one.": reading(
            overflow_becomes_a_step, clip=clip_or_raise, gradient=overflown()
        ),
    },
    witness={"a single infinite entry": reading(clip=clip_by_torch, gradient=np.array([inf, 1.0]))},
    teach="Clipping cannot mend what has overflowed: one infinite entry makes the factor 0, and 0·∞ is NaN. Ask torch for "
    "error_if_nonfinite=True. Infinite weights count as a failure too, since they make NaN soon after.",
    not_shown="Whether clipping keeps a training run from producing an infinite gradient in the first place.",
    cites=("pascanu2013",),
)
def the_weights_stay_finite(clip: Callable[..., list[torch.Tensor]], gradient: np.ndarray) -> None:
    weights = sgd(clip, gradient)
    show("weights after the step", weights)
    holds(bool(torch.isfinite(weights).all()), f"weights {weights.tolist()} after one clipped step")


def the_first_step_gains(run: ElmanRun, rescale: Callable[..., list[torch.Tensor]]) -> None:
    before, after = shares_before_and_after(run, rescale)
    holds(after[0] > before[0] + 1e-12, f"share of the first step: {before[0]:.3g} before, {after[0]:.3g} after")


def nothing_is_left_of_the_first_step(run: ElmanRun, rescale: Callable[..., list[torch.Tensor]]) -> None:
    before, after = shares_before_and_after(run, rescale)
    holds(after[0] == 0, f"share of the first step: {before[0]:.3g} before, {after[0]:.3g} after")


@claim(
    "gradients.clipping-does-not-restore-flow",
    says="Clipping does nothing for the gradients of early steps.",
    lines=(146,),
    expect="supported",
    uses=("gradients.clipping-bounds-the-norm",),
    as_written=reading(run=elman_runs(steps=(2, 5)), rescale=clip_by_torch),
    holds_for={"the algorithm as published": reading(run=elman_runs(steps=(2, 5)), rescale=clip_by_norm)},
    fails_for={
        "near miss: the first step's part enlarged by one part in 10¹⁰": reading(
            run=elman_runs(steps=(2, 5)), rescale=broken.enlarge_first_all_but_right
        ),
        "the gradient of each step normalised": reading(run=elman_runs(steps=(2, 5)), rescale=normalise_each_step),
    },
    altered={
        "Clipping raises the share of the early steps.": reading(
            the_first_step_gains, run=elman_runs(steps=(2, 5)), rescale=clip_by_torch
        ),
        "Clipping sets the gradients of early steps to zero.": reading(
            nothing_is_left_of_the_first_step, run=elman_runs(steps=(2, 5)), rescale=clip_by_torch
        ),
        "Clipping every step's part by its own norm does nothing for the gradients of early steps.": reading(
            run=elman_runs(steps=(2, 5)), rescale=clip_each
        ),
    },
    teach="Clipping multiplies the whole gradient by one number, so the share that comes from each step stays what it was.",
    not_shown="What clipping does over a whole run, where it also decides which weights come next.",
    cites=("pascanu2013",),
)
def every_step_keeps_its_share(run: ElmanRun, rescale: Callable[..., list[torch.Tensor]]) -> None:
    before, after = shares_before_and_after(run, rescale)
    show("share of each step before", before)
    show("share of each step after", after)
    close(after, before, 1e-12, "share of each step in the gradient")


def shares_before_and_after(run: ElmanRun, rescale: Callable[..., list[torch.Tensor]]) -> tuple[np.ndarray, np.ndarray]:
    """Of a threshold that nearly every gradient exceeds."""
    parts = bptt.contributions(run.network, run.inputs, run.start, run.loss_gradient)
    return shares(parts), shares(rescale(parts, 0.01))


def shares(parts: list[torch.Tensor]) -> np.ndarray:
    """How the norm of the gradient divides over the steps; zeros where there is no gradient at all."""
    norms = np.array([float(part.norm()) for part in parts])
    return norms / norms.sum() if norms.sum() > 0 else norms
