"""How a library's layers begin: what of a gradient arrives in each of twenty networks, as it was recorded."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from math import log10
from statistics import median
from typing import Any

from claims.kit import Domain, cannot_tell, cases, measure, show
from claims.subjects.libraries import Built, built, decades, not_of, of
from claims.subjects.trained.fair import VANISHED
from impls.questions.starts import INPUTS, STEPS, WIDTHS
from impls.questions.to_try import program

NOTHING = log10(VANISHED)  # decades: so little is as good as nothing
APART = 0.5  # decades: a factor of three, as far as two learning rates that one would both try lie apart
OWN = ""  # no recipe: what the library draws when nobody says anything
NARROW, WIDE = WIDTHS
NORMAL, ONE_HOT, EMBEDDED = INPUTS
SHORT, MEDIUM, LONG = STEPS
SAME_INPUTS = (NORMAL, ONE_HOT)  # the same numbers whichever library reads them; embeddings are each library's own
SCOPE = (
    "Twenty untrained networks of each layer, width and kind of inputs; widths 16 and 64; 10, 50 or 100 steps of normal inputs, "
    "of one-hot symbols or of what the library's own embedding gives; the gradient of the last state by the first input beside "
    "that by the last, in float64"
)

KERAS = of("keras-on-torch", "keras-on-jax")
ORTHOGONAL = of("keras-on-torch", "keras-on-jax", "flax", "flax-nnx")  # draw such recurrent weights, stacked or gate by gate
UNIFORM = of("torch", "paddle", "equinox")  # draw all weights and biases evenly within ±1/√d
OPEN = of("keras-on-torch", "keras-on-jax", "haiku")  # their forget gate starts at σ(1)
TANH = not_of("haiku")  # whose plain layer is one of max(0, a)


@dataclass(frozen=True)
class Start:
    """A layer before training: drawn by default or by a recipe, so wide, with such inputs, in so many networks."""

    layer: Built
    recipe: str = OWN
    width: int = max(WIDTHS)
    inputs: str = NORMAL
    part: str = "all"

    def __str__(self) -> str:
        recipe = f", {self.recipe}" if self.recipe else ""
        part = "" if self.part == "all" else f", {self.part} of its networks"
        return f"{self.layer}{recipe}, width {self.width}, inputs {self.inputs}{part}"

    @property
    def asked(self) -> dict[str, object]:
        """What the library was asked."""
        return {"recipe": self.recipe, "width": self.width, "inputs": self.inputs}

    def decades(self, steps: int) -> list[float]:
        """log10 of what arrives over so many steps, beside what the last one gets: a number for each seed, in hundredths."""
        every = decades(self.layer.answer("starts", **self.asked))[:, STEPS.index(steps)].tolist()
        return {"all": every, "one half": every[::2], "the other half": every[1::2]}[self.part]

    @property
    def own(self) -> "Start":
        """The same without the recipe."""
        return replace(self, recipe=OWN)

    @property
    def plain(self) -> "Start | None":
        """The plain layer of the same library and interface, as wide and with the same inputs; None where there is none."""
        return next((one for one in starts("tanh", widths=(self.width,), inputs=(self.inputs,)) if _beside(one, self)), None)


def starts(
    *kinds: str,
    recipes: Iterable[str] = (OWN,),
    widths: Sequence[int] = WIDTHS,
    inputs: Iterable[str] = tuple(INPUTS),
    where: Callable[[Built], bool] = lambda one: True,
) -> tuple[Start, ...]:
    """All of these kinds that answered."""
    return tuple(
        one
        for layer in built(where=where) if layer.kind in kinds
        for recipe in recipes for width in widths for read in inputs
        if _answered(one := Start(layer, recipe, width, read))
    )  # fmt: skip


def every_recipe(kind: str) -> tuple[str, ...]:
    """What is taught for such layers, as far as a library was asked."""
    found = (one["recipe"] for layer in built(kind=kind) for one in layer.recorded["starts"])
    return tuple(dict.fromkeys(recipe for recipe in found if recipe != OWN))


def these(found: Sequence[Start]) -> Domain:
    """As a domain."""
    layers = dict.fromkeys(f"{one.layer}{f', {one.recipe}' if one.recipe else ''}" for one in found)
    widths = " or ".join(str(width) for width in sorted({one.width for one in found}))
    return cases(found, f"{'; '.join(layers)}; width {widths}, inputs {', '.join(dict.fromkeys(one.inputs for one in found))}")


def shown(start: Start, steps: int) -> list[float]:
    """The decades, which a counterexample shows seed by seed, with a program that one can paste."""
    found = start.decades(steps)
    show(f"decades over {steps} steps, {start}: median {median(found):.2f}, all", found)
    if code := program(start.layer.library, start.layer.what, start.recipe, start.width, start.inputs, steps):
        show(f"to try it, {start.layer}", code)
    return found


def _answered(start: Start) -> bool:
    return any(start.asked.items() <= one.items() and "hundredths" in one for one in start.layer.recorded["starts"])


def _beside(plain: Start, gated: Start) -> bool:
    interface, library = gated.layer.what.rpartition(".")[0], gated.layer.library
    return plain.layer.library == library and plain.layer.what.rpartition(".")[0] == interface


# --- one start --------------------------------------------------------------------------------------------------------


def among(*kinds: str, **more: Any) -> Domain:
    """Layers of these kinds, as they start."""
    return these(starts(*kinds, **more))


def in_each(start: Start, steps: int) -> list[float]:
    """The decades of all networks; measured are those lost in the median one, and the least and the most that arrives."""
    found = shown(start, steps)
    measure(lost=-median(found), least=10 ** min(found), most=10 ** max(found))
    return found


# --- beside another ---------------------------------------------------------------------------------------------------

Beside = Callable[[Start], Start]


def the_plain_layer(gated: Start) -> Start:
    """Of the same library, as wide, with the same inputs."""
    return gated.plain or cannot_tell(f"{gated.layer.library} has no plain layer")


def its_own_start(start: Start) -> Start:
    """Without the recipe."""
    return start.own


def ten_others(start: Start) -> Start:
    """The other ten of its twenty networks."""
    return replace(start, part="the other half")


def gained(start: Start, beside: Beside, steps: int) -> float:
    """Powers of ten between the medians."""
    with_it, without = median(shown(start, steps)), median(shown(beside(start), steps))
    measure(gain=with_it - without, lost=-with_it, lost_beside=-without)
    return round(with_it - without, 3)


def beside_plain(kind: str, where: Callable[[Built], bool] = lambda one: True, **more: Any) -> dict[str, object]:
    """A reading's arguments: gated layers beside the plain one of the same library."""
    found = [one for one in starts(kind, where=where, **more) if one.plain]
    return {"start": these(found), "beside": the_plain_layer, "steps": MEDIUM}


def by_recipe(kinds: tuple[str, ...], *recipes: str, **more: Any) -> dict[str, object]:
    """A reading's arguments: a recipe beside the start that the library has by itself."""
    return {"start": among(*kinds, recipes=recipes, **more), "beside": its_own_start, "steps": MEDIUM}


def halves(*kinds: str) -> dict[str, object]:
    """A reading's arguments: ten networks beside ten others of the same start, 64 wide, in torch."""
    found = [replace(one, part="one half") for one in starts(*kinds, where=of("torch"), widths=(WIDE,))]
    return {"start": these(found), "beside": ten_others, "steps": MEDIUM}


# --- two alike --------------------------------------------------------------------------------------------------------

Two = tuple[Start, Start]


def two(found: Iterable[Two]) -> Domain:
    """Pairs of starts."""
    pairs = tuple(found)
    layers = dict.fromkeys(f"{one.layer}{f', {one.recipe}' if one.recipe else ''}" for pair in pairs for one in pair)
    return cases(pairs, f"two of {'; '.join(layers)}, inputs {' or '.join(dict.fromkeys(one.inputs for one, _ in pairs))}")


def with_the_same_inputs(one: Iterable[Start], other: Iterable[Start] | None = None) -> Domain:
    """Each with each, or with each of some others, that reads the same."""
    pairs = combinations(one, 2) if other is None else product(one, tuple(other))
    return two((a, b) for a, b in pairs if (a.width, a.inputs) == (b.width, b.inputs))


def wide(*kinds: str, inputs: Iterable[str] = SAME_INPUTS, **more: Any) -> tuple[Start, ...]:
    """Starts of layers 64 wide."""
    return starts(*kinds, widths=(WIDE,), inputs=inputs, **more)


def in_halves(*kinds: str) -> Domain:
    """Ten networks beside ten others of one start."""
    return two((replace(one, part="one half"), replace(one, part="the other half")) for one in wide(*kinds))


def apart(pair: Two, steps: int) -> float:
    """Powers of ten between the medians."""
    medians = [median(shown(one, steps)) for one in pair]
    measure(apart=abs(medians[0] - medians[1]))
    return round(abs(medians[0] - medians[1]), 3)
