"""Clipping in the libraries: what is left of gradients that are finite, all of them."""

from collections.abc import Callable

import numpy as np

from claims.kit import at_least, at_most, cases, claim, close, exhaustion, holds, reading, show
from claims.subjects.libraries import Built, every, numbers
from impls.questions import asking

Parts = list[np.ndarray]
Spoil = Callable[[Parts], Parts]
USUAL, LARGE = ("short", "long"), ("near 10²⁰", "near the largest float")
SHORT_OF = 2e-5  # torch and Paddle divide by the norm plus 10⁻⁶; float32 rounds
TURNED = 1e-5


def as_recorded(parts: Parts) -> Parts:
    return parts


def longer(parts: Parts) -> Parts:
    """A near miss: too long by one part in 10⁴."""
    return [(1 + 1e-4) * part for part in parts]


def shorter(parts: Parts) -> Parts:
    """A near miss: too short by one part in 10³."""
    return [(1 - 1e-3) * part for part in parts]


def turned(parts: Parts) -> Parts:
    """A near miss: the first entry of each parameter shorter by one part in 10³."""
    return [part * np.where(np.arange(len(part)) == 0, 1 - 1e-3, 1) for part in parts]


def together(what: Built) -> bool:
    """One norm for all parameters."""
    return bool(what.recorded["of"] == "all together")


def by_itself(what: Built) -> bool:
    return not together(what)


def as_it_says(what: Built) -> bool:
    """Whether all parts have one norm."""
    return together(what)


def as_one(what: Built) -> bool:
    return True


Joint = Callable[[Built], bool]


def clipped(
    asked: tuple[str, ...] = USUAL, where: Callable[[Built], bool] = lambda one: True, spoil: Spoil = as_recorded,
    joint: Joint = as_it_says,
) -> dict[str, object]:  # fmt: skip
    """A reading's arguments: which gradients, and whether one norm is taken of all of them."""
    return {"what": every("clipping", where), "asked": cases(asked), "spoil": spoil, "joint": joint}


def put_and_got(what: Built, asked: str, spoil: Spoil, joint: Joint) -> tuple[Parts, Parts]:
    """Gradients before and after: one of all parameters, or one a parameter."""
    before = [part.astype(float) for part in asking.gradients(asked)]
    answer = what.answer("answers", asked=asked)
    after = spoil([numbers({"clipped": part}, "clipped") for part in answer["clipped"]])
    show("gradients, one a parameter", [part.tolist() for part in before])
    show(f"{what}, threshold {asking.THRESHOLD:g}", [part.tolist() for part in after])
    return ([np.concatenate(before)], [np.concatenate(after)]) if joint(what) else (before, after)


def global_clipnorm(what: Built) -> bool:
    """Keras' clipping of one norm for all."""
    return what.what == "global_clipnorm"


def all_but_global_clipnorm(what: Built) -> bool:
    return not global_clipnorm(what)


def nothing_is_left(what: Built, asked: str, spoil: Spoil, joint: Joint) -> None:
    _, after = put_and_got(what, asked, spoil, joint)
    holds(all(bool((part == 0).all()) for part in after), "something is left")


def nan_is_left(what: Built, asked: str, spoil: Spoil, joint: Joint) -> None:
    _, after = put_and_got(what, asked, spoil, joint)
    holds(all(bool(np.isnan(part).all()) for part in after), "something else than NaN is left")


@claim(
    "libraries.clipping",
    says="Clipping by the norm leaves of finite gradients a direction as it was, and a length of at most the threshold, in every "
    "library.",
    expect="qualified",
    by=exhaustion(),
    uses=("gradients.clipping-bounds-the-norm",),
    as_written=reading(**clipped(USUAL + LARGE)),
    amended={"the squares add up to less than the largest number of float32": reading(**clipped())},
    fails_for={
        "near miss: too long by one part in 10⁴": reading(**clipped(spoil=longer)),
        "near miss: too short by one part in 10³": reading(**clipped(spoil=shorter)),
        "near miss: one entry shorter by one part in 10³ than the others": reading(**clipped(spoil=turned)),
        "one norm for each parameter, taken for one of all": reading(**clipped(where=by_itself, joint=as_one)),
        "near miss: gradients of some 10²⁰": reading(**clipped(LARGE[:1])),
    },
    altered={
        "Of finite gradients of 10²⁰ and more clipping leaves NaN in Keras, with one norm for all.": reading(
            nan_is_left, **clipped(LARGE, global_clipnorm)
        ),
        "Of finite gradients of 10²⁰ and more clipping leaves only zeros, except in Keras with one norm for all.": reading(
            nothing_is_left, **clipped(LARGE, all_but_global_clipnorm)
        ),
        "Clipping by the norm leaves the direction as it was, of all parameters together, whichever norm is taken.": reading(
            **clipped(joint=as_one)
        ),
    },
    teach="The norm is a sum of squares in float32, infinite from some 10¹⁹ on, and the factor is then 0: the step is lost "
    "without a word, in all that were asked but one. Keras' global_clipnorm makes NaN of it, which at least is seen, but no "
    "weight survives. Clipping each parameter by itself turns the gradient as a whole.",
    not_shown="Entries that are infinite or NaN before: see gradients.clipping-prevents-nan. Whether training gets there.",
    cites=("pascanu2013",),
)
def finite_gradients_stay_a_direction(what: Built, asked: str, spoil: Spoil, joint: Joint) -> None:
    for before, after in zip(*put_and_got(what, asked, spoil, joint), strict=True):
        norm, left = float(np.linalg.norm(before)), float(np.linalg.norm(after))
        show("norm before", norm)
        show("norm after", left)
        at_most(left, asking.THRESHOLD * (1 + 1e-6), "norm after clipping")
        if norm > asking.THRESHOLD:
            at_least(left, asking.THRESHOLD * (1 - SHORT_OF), "norm after clipping a longer gradient")
            close(after / left, before / norm, TURNED, "direction")
        else:
            close(after, before, 0.0, "a gradient shorter than the threshold")
