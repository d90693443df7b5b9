"""Which library computes the printed equations: outputs and gradients of small cases, to rounding."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from claims.kit import Domain, cannot_tell, cases, claim, close, exhaustion, holds, reading, show
from claims.subjects import equations
from claims.subjects.equations import Equation, gradient, outputs
from claims.subjects.libraries import Built, every, in_other_versions, not_of, numbers, of
from impls.questions import asking
from impls.questions.adapter import Array, Parameters

Placed = Callable[[Built], str]  # how the parameters are put into a layer
Spoilt = Callable[[Equation], Equation]
Compared = Callable[[Equation, Built, int], Array]
SMALL = cases(range(asking.CASES), f"{asking.CASES} of two units and two steps")
FIRST = cases((0,), "the first")
DOUBLE: dict[str, Any] = {"precision": "float64"}


def as_named(layer: Built) -> str:
    """Each under its own name."""
    return "as named"


def less_one(layer: Built) -> str:
    return "forget bias less one"


def less_one_in_haiku(layer: Built) -> str:
    """Which adds 1 to the forget bias within the cell."""
    return less_one(layer) if layer.library == "haiku" else as_named(layer)


def negated(layer: Built) -> str:
    """1 - z for z: the update gate weighs the other one."""
    return "update gate negated"


def negated_but_in_haiku(layer: Built) -> str:
    """Whose z weighs the new already."""
    return as_named(layer) if layer.library == "haiku" else negated(layer)


def input_and_output_exchanged(layer: Built) -> str:
    return "input and output exchanged"


def reset_and_update_exchanged(layer: Built) -> str:
    return "gates exchanged"


def a_bias_dropped(layer: Built) -> str:
    return "a bias dropped"


def state_transposed(layer: Built) -> str:
    return "state transposed"


def resets_first(layer: Built) -> bool:
    """Asked to reset before the product, or built so."""
    return layer.library == "haiku" or any(word in layer.what for word in ("reset_after=False", "linear_before_reset=0"))


def resets_afterwards(layer: Built) -> bool:
    return not resets_first(layer)


def exported(layer: Built) -> bool:
    """Not built in this library, but handed over by another."""
    return layer.library.endswith("-exports")


def of_its_own(kind: str, where: Callable[[Built], bool] = lambda one: True, **fields: Any) -> Domain:
    """Layers that a library builds itself."""
    return every(kind=kind, where=lambda one: not exported(one) and where(one), **fields)


def differentiates(layer: Built) -> bool:
    """Whether the library gives gradients."""
    return any("gradient" in one for one in layer.recorded["definitions"])


def as_it_is(equation: Equation) -> Equation:
    return equation


def off(equation: Equation) -> Equation:
    """A near miss."""
    return partial(equations.nearly, equation, equations.NEARLY)


def computed(
    equation: Equation, layer: Domain, case: Domain = SMALL, placed: Placed = as_named, by: Compared = outputs
) -> dict[str, object]:
    """A reading's arguments."""
    return {"layer": layer, "case": case, "equation": equation, "placed": placed, "by": by}


def compare(layer: Built, case: int, equation: Equation, placed: Placed, by: Compared) -> None:
    """What the library gave is what the equation gives, to rounding."""
    answer = layer.answer("definitions", case=case, placed=placed(layer))
    what = "gradient" if by is gradient else "outputs"
    got, want = numbers(answer, what), by(equation, layer, case)
    show(str(layer), got)
    show("the equation", want)
    close(got, want, equations.allowance(layer), what)


# --- the plain layer and the LSTM -------------------------------------------------------------------------------------


@claim(
    "libraries.plain-equation",
    says="The plain recurrent layer of every library computes h_t = tanh(W_h h_{t-1} + W_x x_t + b).",
    expect="qualified",
    by=exhaustion(),
    uses=("promise.elman-recurrence",),
    as_written=reading(**computed(equations.plain, of_its_own("tanh"))),
    amended={
        "it is not Haiku's, which takes max(0, ·) for tanh": reading(
            **computed(equations.plain, of_its_own("tanh", where=not_of("haiku")))
        ),
    },
    fails_for={
        "near miss: the equation off by one part in 10¹²": reading(
            **computed(equations.nearly_plain, of_its_own("tanh", where=not_of("haiku"), **DOUBLE))
        ),
        "W_h transposed": reading(**computed(equations.plain, of_its_own("tanh", where=of("torch")), FIRST, state_transposed)),
        "the bias dropped": reading(**computed(equations.plain, of_its_own("tanh", where=of("torch")), FIRST, a_bias_dropped)),
    },
    holds_for={
        "Haiku's, beside max(0, ·)": reading(**computed(equations.relu, of_its_own("tanh", where=of("haiku")))),
    },
    altered={
        "The plain recurrent layer of every library computes h_t = max(0, W_h h_{t-1} + W_x x_t + b).": reading(
            **computed(equations.relu, of_its_own("tanh", where=not_of("haiku")))
        ),
    },
    also=in_other_versions(lambda layers: reading(**computed(equations.plain, layers)), kind="tanh"),
    teach="In most it does, whatever the library calls it (RNN, SimpleRNN, a cell in a loop); where there are two biases, only "
    "their sum counts. Haiku's VanillaRNN is another network: it takes max(0, ·) for tanh, as its documents print and its name "
    "does not say.",
    not_shown="More than two units or steps, several layers, and activations that can be asked for.",
)
def plain_layers_compute_the_equation(layer: Built, case: int, equation: Equation, placed: Placed, by: Compared) -> None:
    compare(layer, case, equation, placed, by)


@claim(
    "libraries.lstm-equations",
    says="The LSTM of every library computes the six printed equations from the weights and biases of its gates.",
    expect="qualified",
    by=exhaustion(),
    uses=("forgetting.lstm-equations",),
    as_written=reading(**computed(equations.six_equations, of_its_own("LSTM"))),
    amended={
        "1 is taken off the forget bias in Haiku, which adds it within the cell": reading(
            **computed(equations.six_equations, of_its_own("LSTM"), placed=less_one_in_haiku)
        ),
    },
    fails_for={
        "near miss: the equations off by one part in 10¹²": reading(
            **computed(equations.nearly_six_equations, of_its_own("LSTM", where=not_of("haiku"), **DOUBLE))
        ),
        "input and output gate exchanged, as in weights stacked in another library's order": reading(
            **computed(equations.six_equations, of_its_own("LSTM", where=of("torch")), FIRST, input_and_output_exchanged)
        ),
        "the candidate's bias dropped": reading(
            **computed(equations.six_equations, of_its_own("LSTM", where=of("torch")), FIRST, a_bias_dropped)
        ),
        "what the candidate makes of the state transposed": reading(
            **computed(equations.six_equations, of_its_own("LSTM", where=of("torch")), FIRST, state_transposed)
        ),
    },
    holds_for={"torch, fused and as a cell": reading(**computed(equations.six_equations, of_its_own("LSTM", where=of("torch"))))},
    altered={
        "The LSTM of every library adds 1 to the forget bias within the cell.": reading(
            **computed(equations.six_equations, of_its_own("LSTM"), placed=less_one)
        ),
    },
    also=in_other_versions(lambda layers: reading(**computed(equations.six_equations, layers)), kind="LSTM"),
    teach="Name the library where you write an equation. All compute the same cell, but Haiku's forget gate is σ(a + 1): the "
    "bias that it stores as 0 is another library's 1. They also stack the gates in different orders, so that weights carried "
    "over as they lie still fit, and compute something else.",
    not_shown="Peepholes, projections and clipped cells, which some libraries offer.",
)
def lstms_compute_the_equations(layer: Built, case: int, equation: Equation, placed: Placed, by: Compared) -> None:
    compare(layer, case, equation, placed, by)


# --- the GRU ----------------------------------------------------------------------------------------------------------


@claim(
    "libraries.gru-equations",
    says="The GRU of every library computes the four printed equations from the weights of its gates.",
    expect="qualified",
    by=exhaustion(),
    uses=("gated.gru-equations",),
    as_written=reading(**computed(equations.reset_before, of_its_own("GRU"))),
    amended={
        "the library resets before the product, and z is taken for 1 - z where it weighs the old state": reading(
            **computed(equations.reset_before, of_its_own("GRU", where=resets_first), placed=negated_but_in_haiku)
        ),
    },
    fails_for={
        "near miss: the equations off by one part in 10¹²": reading(
            **computed(
                equations.nearly_reset_before, of_its_own("GRU", where=resets_first, **DOUBLE), placed=negated_but_in_haiku
            )
        ),
        "reset and update gate exchanged": reading(
            **computed(equations.reset_before, of_its_own("GRU", where=resets_first), FIRST, reset_and_update_exchanged)
        ),
        "the reset moved behind the product": reading(
            **computed(equations.reset_after, of_its_own("GRU", where=resets_first), placed=negated_but_in_haiku)
        ),
    },
    holds_for={
        "torch, beside the equations that it documents": reading(
            **computed(equations.reset_after, of_its_own("GRU", where=of("torch")))
        ),
    },
    altered={
        "The GRU of every library computes the printed equations, with the reset after the product.": reading(
            **computed(equations.reset_after, of_its_own("GRU", where=resets_first))
        ),
    },
    also=in_other_versions(lambda layers: reading(**computed(equations.reset_before, layers)), kind="GRU"),
    teach="There are two GRUs. As printed here, and in the third version of Cho et al. (2014), the reset gate acts on the old "
    "state before the product with the candidate's weights; in the first two versions, in cuDNN and with it in most libraries, "
    "afterwards, which is another function of the same weights. And in nearly all of them, as in Cho et al., z weighs the old "
    "state and not the new: that alone is a renaming.",
    not_shown="Whether the two learn differently.",
    cites=("cho2014",),
)
def grus_compute_the_equations(layer: Built, case: int, equation: Equation, placed: Placed, by: Compared) -> None:
    compare(layer, case, equation, placed, by)


@claim(
    "libraries.gru-renamed",
    says="A GRU that resets after the product is the printed one under other names for its gates.",
    expect="refuted",
    by=exhaustion(),
    uses=("gated.gru-equations",),
    as_written=reading(**computed(equations.reset_before, of_its_own("GRU", where=resets_afterwards), placed=negated)),
    fails_for={
        "each gate under its own name": reading(**computed(equations.reset_before, of_its_own("GRU", where=of("torch")))),
        "near miss: one that resets before the product, and the equations off by one part in 10¹²": reading(
            **computed(
                equations.nearly_reset_before, of_its_own("GRU", where=resets_first, **DOUBLE), placed=negated_but_in_haiku
            )
        ),
        "the two gates exchanged": reading(
            **computed(equations.reset_before, of_its_own("GRU", where=of("torch")), FIRST, reset_and_update_exchanged)
        ),
    },
    holds_for={
        "one that resets before the product, under other names": reading(
            **computed(equations.reset_before, of_its_own("GRU", where=resets_first), placed=negated_but_in_haiku)
        ),
    },
    altered={
        "A GRU that resets before the product is the printed one, with 1 - z for z where it weighs the old state.": reading(
            **computed(equations.reset_before, of_its_own("GRU", where=resets_first), placed=negated_but_in_haiku)
        ),
    },
    teach="It is another function: with two units the reset of one changes what the other's weights see. No renaming of "
    "gates undoes that. Only where the reset and the weights commute (one unit, or a diagonal W_h, and no bias inside) do the "
    "two agree.",
    not_shown="That no other choice of weights gives the same function.",
    cites=("cho2014",),
)
def renaming_makes_it_the_printed_one(layer: Built, case: int, equation: Equation, placed: Placed, by: Compared) -> None:
    compare(layer, case, equation, placed, by)


# --- gradients --------------------------------------------------------------------------------------------------------


def detached(equation: Equation) -> Equation:
    """The first step's outputs are right, and no gradient comes back through the state: what is read is cut off there."""

    def run(p: Parameters, xs: torch.Tensor) -> torch.Tensor:
        return torch.cat([equation(p, xs)[:1], equation(p, torch.cat([xs[:1].detach(), xs[1:]]))[1:]])

    return run


def gradients(spoilt: Spoilt, layer: Domain) -> dict[str, object]:
    """A reading's arguments."""
    return {"layer": layer, "case": SMALL, "spoilt": spoilt}


def differentiable(**fields: Any) -> Domain:
    """Layers that give gradients and compute one of the equations, so that theirs can be compared."""
    return every(where=lambda one: differentiates(one) and equations.own(one) is not None, **fields)


@claim(
    "libraries.gradients",
    says="Where a library's layer computes an equation, the gradient that it gives is the equation's.",
    expect="supported",
    by=exhaustion(),
    uses=("libraries.plain-equation", "libraries.lstm-equations", "libraries.gru-equations"),
    as_written=reading(**gradients(as_it_is, differentiable())),
    fails_for={
        "near miss: the gradient off by one part in 10¹²": reading(**gradients(off, differentiable(**DOUBLE))),
    },
    altered={
        "Where a library's layer computes an equation, the gradient that it gives stops at the state before.": reading(
            **gradients(detached, differentiable())
        ),
    },
    teach="Back-propagation through time is the same in all of them. They train otherwise for other reasons: where they start, "
    "and how many vectors of biases a step moves (see asked.two-biases).",
    not_shown="Gradients by the weights, and those of layers on a GPU.",
)
def gradients_are_the_equations(layer: Built, case: int, spoilt: Spoilt) -> None:
    equation, placed = equations.own(layer) or cannot_tell(f"{layer} computes none of the equations")
    got = numbers(layer.answer("definitions", case=case, placed=placed), "gradient")
    want = gradient(spoilt(equation), layer, case)
    show(str(layer), got)
    show("the equation", want)
    close(got, want, equations.allowance(layer), "gradient by the inputs")


# --- exports ----------------------------------------------------------------------------------------------------------


def left_open(layer: Built) -> bool:
    """How many steps there may be."""
    return exported(layer) and ("left open" in layer.what or "None" in layer.what)


def batch_first_and_gated(layer: Built) -> bool:
    return left_open(layer) and "batch first" in layer.what and layer.kind != "tanh"


def as_it_came(outputs: Array) -> Array:
    return outputs


def a_thousandth_more(outputs: Array) -> Array:
    return 1.001 * outputs


def hands_on(layer: Domain, steps: Domain, taken: Callable[[Array], Array] = as_it_came) -> dict[str, object]:
    """A reading's arguments."""
    return {"layer": layer, "steps": steps, "taken": taken}


TWO_OR_THREE, TWO, THREE = cases((2, 3), "2 or 3"), cases((2,), "2"), cases((3,), "3")


def read_by(layer: Built, steps: int) -> Array:
    """What came out of the first of the cases, or of two sequences of three."""
    if steps == 2:
        return numbers(layer.answer("definitions", case=0, placed="as named"), "outputs")
    return numbers(layer.answer("padding", asked="full", ways=1), "outputs")


def it_reads_as_many_as_its_example(layer: Built, steps: int, taken: Callable[[Array], Array]) -> None:
    got = read_by(layer, steps)
    holds(len(got) == TRIED_WITH, f"{len(got)} outputs for {steps} tokens")


TRIED_WITH = 2  # steps of every example that a layer was exported with


@claim(
    "libraries.exported-length",
    says="A recurrent layer that is exported for any length reads a sequence of any length.",
    expect="qualified",
    by=exhaustion(),
    uses=("promise.any-length-one-size",),
    as_written=reading(**hands_on(every(where=left_open), TWO_OR_THREE)),
    amended={
        "it is torch's LSTM or GRU, and the batch comes first": reading(
            **hands_on(every(where=batch_first_and_gated), TWO_OR_THREE)
        ),
    },
    fails_for={
        "near miss: the same operators, their outputs too large by one part in a thousand": reading(
            **hands_on(every(where=of("onnxruntime")), THREE, a_thousandth_more)
        ),
        "Keras's LSTM, whose length is left open, on two steps": reading(
            **hands_on(every(where=lambda one: left_open(one) and "Keras LSTM" in one.what), TWO)
        ),
    },
    holds_for={
        "the same operators built by hand": reading(**hands_on(every(where=of("onnxruntime")), TWO_OR_THREE)),
        "exported by torch, on sequences as long as its example": reading(
            **hands_on(every(where=lambda one: left_open(one) and "torch" in one.what), TWO)
        ),
        "declared by Keras for two steps, on two": reading(
            **hands_on(every(where=lambda one: exported(one) and "Input((n, m))" in one.what), TWO)
        ),
    },
    altered={
        "A recurrent layer that is exported for any length reads as many tokens as its example had.": reading(
            it_reads_as_many_as_its_example, **hands_on(every(where=batch_first_and_gated), THREE)
        ),
    },
    teach="Run an exported model on a length that it was not exported with before you trust it. torch's plain RNN is unrolled to "
    "its example and drops later tokens without a word; its LSTM and GRU stop with an error where the steps come first, and read "
    "all where the batch does. Keras's LSTM and GRU on the torch backend read one token, and its plain layer stops with an "
    "error.",
    not_shown="Longer sequences than three; other exporters, versions and options: torch can be told to refuse what it cannot "
    "leave open.",
)
def it_reads_them_all(layer: Built, steps: int, taken: Callable[[Array], Array]) -> None:
    """An output a token, each the layer's own."""
    got = taken(read_by(layer, steps))
    show("tokens", steps)
    show("outputs", len(got))
    holds(len(got) == steps, f"{len(got)} outputs for {steps} tokens")
    xs = torch.from_numpy(asking.padded(asking.LENGTHS["full"]).xs)
    want = equations.as_computed(layer, asking.parameters(layer.kind, 0), xs)
    if steps == len(xs) and want is not None:
        close(got, want, 2 * equations.allowance(layer), f"outputs of {steps} tokens")
