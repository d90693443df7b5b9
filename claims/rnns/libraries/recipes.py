"""The starts that are taught, as people type them: what they do to the gradient before training."""

from dataclasses import replace

from claims.kit import at_least, at_most, claim, exhaustion, reading
from claims.rnns.libraries.before_training import (
    APART,
    LONG,
    MEDIUM,
    NARROW,
    NORMAL,
    ONE_HOT,
    OPEN,
    SCOPE,
    SHORT,
    Beside,
    Start,
    Two,
    among,
    apart,
    by_recipe,
    gained,
    halves,
    wide,
    with_the_same_inputs,
)
from claims.rnns.libraries.starts import enough_arrives, it_explodes, less_arrives, they_lie_far_apart
from claims.subjects.libraries import of

IN_TORCH = f"{SCOPE}. The recipes in torch; where one sets biases, all others are 0"


def drawn_as_one_stack(start: Start) -> Start:
    """Flax's other LSTM cell, which draws all gates at once."""
    return replace(start, layer=replace(start.layer, what="nnx.OptimizedLSTMCell"))


STACK, GATES = "orthogonal on weight_hh", "orthogonal gate by gate"


@claim(
    "libraries.orthogonal-helps",
    says="Orthogonal recurrent weights, set as it is taught, let more of the gradient through an untrained LSTM or GRU.",
    expect="qualified",
    by=exhaustion(),
    uses=("gated.start-decides", "gradients.no-fix-in-plain-rnns"),
    as_written=reading(**by_recipe(("LSTM", "GRU"), STACK)),
    amended={"each gate's block of the parameter is made orthogonal by itself": reading(**by_recipe(("LSTM", "GRU"), GATES))},
    holds_for={
        "plain networks, whose parameter is one block": reading(**by_recipe(("tanh",), STACK)),
        "Flax: the cell that draws gate by gate beside the one that draws the stack": reading(
            start=among("LSTM", where=lambda one: one.what == "nnx.LSTMCell"), beside=drawn_as_one_stack, steps=MEDIUM
        ),
    },
    fails_for={"near miss: ten networks beside ten others of one start": reading(**halves("LSTM", "GRU"))},
    altered={
        "Made orthogonal gate by gate, recurrent weights let less of the gradient through an untrained LSTM or GRU.": reading(
            less_arrives, **by_recipe(("LSTM", "GRU"), GATES)
        ),
    },
    teach="The parameter of an LSTM is a stack of four square blocks. Its columns made orthonormal, no block is: the mean "
    "square of a block's singular values is a quarter on average (of a GRU's, a third). So beside torch's own start the median "
    "network gains between {least gain:+.1f} and {most gain:+.1f} powers of ten: now a loss, now too little to count. "
    "Gate by gate it gains {least gain | amended:.1f} to {most gain | amended:.1f}. Flax has a cell of either kind, under "
    "nearly the same name.",
    not_shown="That it helps training, where other things are gained by orthogonal weights too.",
    scope=IN_TORCH,
    cites=("saxe2014", "arjovsky2016"),
)
def orthogonal_helps(start: Start, beside: Beside, steps: int) -> None:
    """In the median network, by half a power of ten or more."""
    at_least(gained(start, beside, steps), APART, f"{start}, {steps} steps: powers of ten more than in {beside(start)}")


ONCE, TWICE, CHRONO = "forget bias 1", "forget bias 1 on both vectors", "chrono, up to 100"


@claim(
    "libraries.forget-bias-helps",
    says="A forget bias of 1, or one made for the distance, lets more of the gradient through an untrained LSTM.",
    expect="supported",
    by=exhaustion(),
    uses=("gated.table.vanishing-gradients", "gated.start-decides"),
    as_written=reading(**by_recipe(("LSTM",), ONCE, CHRONO)),
    holds_for={"both of torch's vectors": reading(**by_recipe(("LSTM",), TWICE))},
    fails_for={
        "near miss: ten LSTMs beside ten others": reading(**halves("LSTM")),
        "the bias taken away, in Keras": reading(**by_recipe(("LSTM",), "without unit_forget_bias")),
    },
    altered={
        "With a forget bias of 1 enough of the gradient arrives over 50 steps.": reading(
            enough_arrives, start=among("LSTM", recipes=(ONCE,)), steps=MEDIUM
        ),
        "A forget bias of 1, or one made for the distance, lets less of the gradient through an untrained LSTM.": reading(
            less_arrives, **by_recipe(("LSTM",), ONCE, CHRONO)
        ),
    },
    also={"GRUs whose update gate is held, chrono": reading(**by_recipe(("GRU",), CHRONO))},
    teach="It does, by {least gain:.1f} to {most gain:.1f} powers of ten over 50 steps. With a bias of 1 that is still not "
    "enough over 50 tokens; it is with biases made for the distance.",
    not_shown="Other distances than 50. What becomes of it in training.",
    scope=IN_TORCH,
    cites=("gers2000", "jozefowicz2015", "tallec2018"),
)
def forget_bias_helps(start: Start, beside: Beside, steps: int) -> None:
    """In the median network, by half a power of ten or more."""
    at_least(gained(start, beside, steps), APART, f"{start}, {steps} steps: powers of ten more than in {beside(start)}")


OPENED = tuple(wide("LSTM", where=OPEN))


@claim(
    "libraries.forget-bias-twice",
    says="Setting the forget gate's part of all of torch's bias vectors to 1 gives an LSTM the forget bias of 1 that Keras and "
    "Haiku start with.",
    expect="qualified",
    by=exhaustion(),
    uses=("libraries.forget-bias-helps", "asked.two-biases"),
    as_written=reading(pair=with_the_same_inputs(wide("LSTM", recipes=(TWICE,)), OPENED), steps=MEDIUM),
    amended={
        "one of the two vectors is set": reading(pair=with_the_same_inputs(wide("LSTM", recipes=(ONCE,)), OPENED), steps=MEDIUM),
    },
    fails_for={
        "near miss: Haiku beside Keras": reading(
            pair=with_the_same_inputs(wide("LSTM", where=of("haiku")), wide("LSTM", where=of("keras-on-jax"))), steps=MEDIUM
        ),
        "both vectors beside one, in torch": reading(
            pair=with_the_same_inputs(wide("LSTM", recipes=(TWICE,)), wide("LSTM", recipes=(ONCE,))), steps=MEDIUM
        ),
        "neither of them is set": reading(pair=with_the_same_inputs(wide("LSTM", where=of("torch")), OPENED), steps=MEDIUM),
    },
    altered={
        "Setting one of torch's two bias vectors leaves the LSTM a thousandfold from Keras and Haiku.": reading(
            they_lie_far_apart, pair=with_the_same_inputs(wide("LSTM", recipes=(ONCE,)), OPENED), steps=MEDIUM
        ),
    },
    teach="The two vectors are added up, so 1 in both is 2, and σ(2) = .88 where σ(1) = .73: over 50 steps {median apart | both "
    "vectors:.1f} powers of ten more arrive than with one of them set. It may serve you well, but say 2.",
    not_shown="Which of the two is better for training.",
    scope=IN_TORCH,
    cites=("jozefowicz2015",),
)
def forget_bias_twice(pair: Two, steps: int) -> None:
    """The medians, within half a power of ten."""
    at_most(apart(pair, steps), APART, f"{pair[0]} and {pair[1]}, {steps} steps: powers of ten between the medians")


# --- the identity -----------------------------------------------------------------------------------------------------

EYE = ("identity, biases 0",)


@claim(
    "libraries.identity-keeps",
    says="The identity as recurrent matrix, with biases of 0, keeps the gradient of an untrained plain network alive over 50 "
    "steps.",
    expect="qualified",
    by=exhaustion(),
    uses=("gradients.no-fix-in-plain-rnns", "gradients.structural-in-the-weights"),
    as_written=reading(start=among("tanh", recipes=EYE), steps=MEDIUM),
    amended={
        "each input moves a unit by little: by one weight within ±1/√d, as one-hot symbols do": reading(
            start=among("tanh", recipes=EYE, inputs=(ONE_HOT,)), steps=MEDIUM
        ),
    },
    holds_for={"ten steps of one-hot symbols": reading(start=among("tanh", recipes=EYE, inputs=(ONE_HOT,)), steps=SHORT)},
    fails_for={
        "near miss: one-hot symbols, 16 units, 100 steps": reading(
            start=among("tanh", recipes=EYE, inputs=(ONE_HOT,), widths=(NARROW,)), steps=LONG
        ),
        "normal inputs": reading(start=among("tanh", recipes=EYE, inputs=(NORMAL,)), steps=MEDIUM),
        "torch's own weights, one-hot symbols": reading(start=among("tanh", where=of("torch"), inputs=(ONE_HOT,)), steps=MEDIUM),
    },
    altered={
        "The identity as recurrent matrix makes the gradient explode where each input moves a unit by little.": reading(
            it_explodes, start=among("tanh", recipes=EYE, inputs=(ONE_HOT,)), steps=MEDIUM
        ),
    },
    teach="With the identity a unit adds up its inputs, until tanh is flat. Normal inputs saturate it within a few steps: the "
    "median network loses {least lost | normal inputs:.1f} to {most lost | normal inputs:.1f} powers of ten. Of one-hot symbols "
    "the least that arrives is {least least | amended:.2%}. A bias is added up at every step as well, so set it to 0. The recipe "
    "was made for max(0, a), which is not flat.",
    not_shown="Input weights as small as the recipe's paper draws them. Networks of max(0, a). Gates, of which the identity "
    "makes more than of a tanh.",
    scope=IN_TORCH,
    cites=("le2015",),
)
def identity_keeps(start: Start, steps: int) -> None:
    enough_arrives(start, steps)
