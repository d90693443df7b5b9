"""What arrives of a gradient before training, from each library's own start and from the starts that are taught."""

from claims.kit import at_least, at_most, cases, claim, exhaustion, reading
from claims.rnns.libraries.before_training import (
    APART,
    EMBEDDED,
    KERAS,
    LONG,
    MEDIUM,
    NORMAL,
    NOTHING,
    ONE_HOT,
    OPEN,
    ORTHOGONAL,
    SCOPE,
    SHORT,
    TANH,
    UNIFORM,
    WIDE,
    Beside,
    Start,
    Two,
    among,
    apart,
    beside_plain,
    gained,
    halves,
    in_each,
    in_halves,
    the_plain_layer,
    wide,
    with_the_same_inputs,
)
from claims.rnns.libraries.figures import decades_by_library
from claims.subjects.libraries import of
from claims.subjects.trained.fair import VANISHED

# --- what vanishes ----------------------------------------------------------------------------------------------------


def it_explodes(start: Start, steps: int) -> None:
    """In each of the networks."""
    at_least(10 ** min(in_each(start, steps)), 1 / VANISHED, f"{start}, {steps} steps: least share that arrives")


def all_of_it_arrives(start: Start, steps: int) -> None:
    """In each of the networks."""
    at_least(10 ** min(in_each(start, steps)), 1, f"{start}, {steps} steps: least share that arrives")


@claim(
    "libraries.plain-vanishes",
    says="Whichever library draws its weights, before training the gradient of a plain recurrent network vanishes over 50 steps.",
    expect="qualified",
    by=exhaustion(),
    uses=("gated.table.vanishing-gradients", "gradients.horizon-of-a-few-tokens"),
    as_written=reading(start=among("tanh"), steps=MEDIUM),
    amended={
        "all weights are drawn evenly within ±1/√d, as in torch and PaddlePaddle": reading(
            start=among("tanh", where=UNIFORM), steps=MEDIUM
        ),
        "its activation is tanh, as in all but Haiku, and its inputs are standard normal": reading(
            start=among("tanh", where=TANH, inputs=(NORMAL,)), steps=MEDIUM
        ),
    },
    holds_for={"torch, 100 steps": reading(start=among("tanh", where=of("torch")), steps=LONG)},
    fails_for={
        "near miss: torch, ten steps of normal inputs": reading(
            start=among("tanh", where=of("torch"), inputs=(NORMAL,)), steps=SHORT
        ),
        "torch, ten steps of one-hot symbols": reading(start=among("tanh", where=of("torch"), inputs=(ONE_HOT,)), steps=SHORT),
    },
    altered={
        "Drawn evenly within ±1/√d, weights of a plain network make its gradient explode over 50 steps.": reading(
            it_explodes, start=among("tanh", where=UNIFORM), steps=MEDIUM
        ),
    },
    teach="Say with which start and which inputs. The most that arrives from weights drawn evenly within ±1/√d is {most most | "
    "all weights:.2g}. Keras and Flax draw orthogonal recurrent weights: there it is the slope of tanh that shrinks the "
    "gradient, and small inputs leave it near 1. From normal inputs {median lost | its activation:.0f} powers of ten are lost "
    "all the same, from Keras' own embeddings hardly any: the most that arrives is {most most:.1%}. Haiku's plain layer is no "
    "tanh but max(0, a).",
    not_shown="Trained networks. Inputs of other sizes.",
    scope=SCOPE,
    cites=("pascanu2013", "saxe2014"),
)
def it_vanishes(start: Start, steps: int) -> None:
    """In each of the networks."""
    at_most(10 ** max(in_each(start, steps)), VANISHED, f"{start}, {steps} steps: most that arrives")


the_last_ten_tokens = claim(
    "libraries.last-ten-tokens",
    says="Whichever library draws its weights, an untrained plain recurrent network sees the last few tokens only: of the "
    "gradient next to nothing arrives at the tenth from the end.",
    expect="qualified",
    by=exhaustion(),
    uses=("gradients.horizon-of-a-few-tokens",),
    as_written=reading(start=among("tanh"), steps=SHORT),
    amended={
        "the fiftieth is meant, and all weights are drawn evenly within ±1/√d, as in torch and PaddlePaddle": reading(
            start=among("tanh", where=UNIFORM), steps=MEDIUM
        ),
    },
    holds_for={"torch, the hundredth from the end": reading(start=among("tanh", where=of("torch")), steps=LONG)},
    fails_for={
        "near miss: torch, 64 wide, the tenth of normal inputs": reading(
            start=among("tanh", where=of("torch"), inputs=(NORMAL,), widths=(WIDE,)), steps=SHORT
        ),
    },
    altered={
        "An untrained plain network with weights drawn evenly within ±1/√d is dominated by the fiftieth token back.": reading(
            it_explodes, start=among("tanh", where=UNIFORM), steps=MEDIUM
        ),
    },
    teach="The tenth is too near to tell: in torch, 64 wide and from normal inputs, the median network loses {median lost | near "
    "miss:.1f} powers of ten up to there, which is just about the thousandth that one may call nothing. Others lose less: the "
    "most that arrives is {most most:.1%}.",
    not_shown="Trained networks, whose gradient may see farther.",
    scope=SCOPE,
    cites=("pascanu2013",),
)(it_vanishes)


@claim(
    "libraries.hundred-steps",
    says="Whichever library draws its weights, before training the gradient of a plain recurrent network is all but certain to "
    "vanish or explode over a hundred steps.",
    expect="qualified",
    by=exhaustion(),
    uses=("gradients.hundred-steps-almost-surely",),
    as_written=reading(start=among("tanh"), steps=LONG),
    amended={
        "all weights are drawn evenly within ±1/√d, as in torch and PaddlePaddle": reading(
            start=among("tanh", where=UNIFORM), steps=LONG
        ),
        "its activation is tanh, as in all but Haiku, and its inputs are standard normal": reading(
            start=among("tanh", where=TANH, inputs=(NORMAL,)), steps=LONG
        ),
    },
    holds_for={"LSTMs as torch draws them": reading(start=among("LSTM", where=of("torch")), steps=LONG)},
    fails_for={
        "near miss: torch, ten steps of normal inputs": reading(
            start=among("tanh", where=of("torch"), inputs=(NORMAL,)), steps=SHORT
        ),
        "torch, biases made for the distance and all others 0": reading(
            start=among("LSTM", "GRU", recipes=("chrono, up to 100",)), steps=LONG
        ),
    },
    altered={
        "Drawn evenly within ±1/√d, weights of a plain network make its gradient explode over a hundred steps.": reading(
            it_explodes, start=among("tanh", where=UNIFORM), steps=LONG
        ),
    },
    teach="It is if the weights are drawn evenly within ±1/√d, which loses at the least {least lost | all weights:.1f} powers "
    "of ten in the median network, or if tanh reads normal inputs. With orthogonal weights and small inputs it is not: from "
    "Keras' own embeddings the median network loses {least lost:.1f} powers of ten.",
    not_shown="Trained networks.",
    scope=SCOPE,
    cites=("pascanu2013", "saxe2014"),
)
def it_vanishes_or_explodes(start: Start, steps: int) -> None:
    """In each of the networks."""
    least = min(map(abs, in_each(start, steps)))
    at_least(least, -NOTHING, f"{start}, {steps} steps: powers of ten by which the gradient changes")


def enough_arrives(start: Start, steps: int) -> None:
    """In each of the networks."""
    at_least(10 ** min(in_each(start, steps)), VANISHED, f"{start}, {steps} steps: least share that arrives")


lstm_medium_range = claim(
    "libraries.lstm-medium-range",
    says="Whichever library draws its weights, an untrained LSTM lets enough of the gradient through over 10 to 50 tokens.",
    expect="qualified",
    by=exhaustion(),
    uses=("interview.solved-for-medium",),
    as_written=reading(start=among("LSTM"), steps=cases((SHORT, MEDIUM))),
    amended={
        "the distance is ten tokens": reading(start=among("LSTM"), steps=SHORT),
        "its biases are made for distances up to 100, as torch's can be, and all others are 0": reading(
            start=among("LSTM", recipes=("chrono, up to 100",)), steps=cases((SHORT, MEDIUM))
        ),
    },
    fails_for={
        "near miss: a plain network in torch, over ten tokens": reading(start=among("tanh", where=of("torch")), steps=SHORT),
        "near miss: Haiku's forget gate, open at the start, over fifty one-hot symbols": reading(
            start=among("LSTM", where=of("haiku"), inputs=(ONE_HOT,)), steps=MEDIUM
        ),
    },
    altered={
        "Whichever library draws its weights, all of the gradient passes an untrained LSTM over ten tokens.": reading(
            all_of_it_arrives, start=among("LSTM"), steps=SHORT
        ),
    },
    teach="Over ten tokens the median LSTM of a library loses from {least lost | the distance:.1f} to {most lost | the "
    "distance:.1f} powers of ten; over fifty that of the worst loses {most lost:.1f}. Even where the forget gate starts at "
    "σ(1), as in Keras and Haiku, fifty are too many. Of biases drawn for the distances that there are (chrono) the least that "
    "arrives is {least least | its biases:.1%}.",
    not_shown="Biases made for distances in other libraries than torch. Trained LSTMs, whose gates may have opened. A share of "
    "a thousandth is taken for enough.",
    scope=SCOPE,
    cites=("hochreiter1997", "tallec2018"),
)(enough_arrives)


# --- beside another start ---------------------------------------------------------------------------------------------


def less_arrives(start: Start, beside: Beside, steps: int) -> None:
    """By as much."""
    at_most(gained(start, beside, steps), -APART, f"{start}, {steps} steps: powers of ten more than in {beside(start)}")


@claim(
    "libraries.lstm-mitigates",
    says="Whichever library draws the weights, before training an LSTM lets more of the gradient through than the plain network "
    "of the same library.",
    expect="qualified",
    by=exhaustion(),
    uses=("gated.table.vanishing-gradients",),
    as_written=reading(**beside_plain("LSTM")),
    amended={
        "all weights are drawn evenly within ±1/√d, as in torch and PaddlePaddle": reading(**beside_plain("LSTM", UNIFORM)),
        "its forget gate is open at the start, as in Keras and Haiku, and the inputs are standard normal": reading(
            **beside_plain("LSTM", OPEN, inputs=(NORMAL,))
        ),
    },
    fails_for={
        "near miss: ten LSTMs beside ten others": reading(**halves("LSTM")),
        "Keras and Flax, one-hot symbols": reading(**beside_plain("LSTM", ORTHOGONAL, inputs=(ONE_HOT,))),
        "Keras, with the forget bias at 0": reading(
            start=among("LSTM", recipes=("without unit_forget_bias",)), beside=the_plain_layer, steps=MEDIUM
        ),
    },
    altered={
        "Drawn evenly within ±1/√d, an LSTM lets less of the gradient through than a plain network.": reading(
            less_arrives, **beside_plain("LSTM", UNIFORM)
        ),
    },
    teach="It is not the cell alone. From weights drawn evenly an LSTM keeps {median gain | all weights:.0f} powers of ten more "
    "in the median, since the plain network starts so badly there. Keras and Flax start plain networks from orthogonal weights: "
    "from one-hot symbols these lose {median lost_beside | Keras and Flax:.0f} powers of ten and the LSTM beside them "
    "{median lost | Keras and Flax:.0f}. From normal inputs it is a forget gate that is open at the start that keeps "
    "more: the least that it gains is {least gain | its forget gate:.1f}.",
    not_shown="Trained networks.",
    scope=SCOPE,
    cites=("hochreiter1997", "jozefowicz2015"),
)
def more_arrives(start: Start, beside: Beside, steps: int) -> None:
    """In the median network, by half a power of ten or more: less is no help."""
    at_least(gained(start, beside, steps), APART, f"{start}, {steps} steps: powers of ten more than in {beside(start)}")


gru_mitigates = claim(
    "libraries.gru-mitigates",
    says="Whichever library draws the weights, before training a GRU lets more of the gradient through than the plain network "
    "of the same library.",
    expect="qualified",
    by=exhaustion(),
    uses=("gated.gru-same-limits.decay",),
    as_written=reading(**beside_plain("GRU")),
    amended={
        "all weights are drawn evenly within ±1/√d, as in torch and PaddlePaddle": reading(**beside_plain("GRU", UNIFORM)),
    },
    fails_for={
        "near miss: ten GRUs beside ten others": reading(**halves("GRU")),
        "Keras": reading(**beside_plain("GRU", KERAS)),
    },
    altered={
        "Drawn evenly within ±1/√d, a GRU lets less of the gradient through than a plain network.": reading(
            less_arrives, **beside_plain("GRU", UNIFORM)
        ),
    },
    teach="In torch and PaddlePaddle, yes, by {median gain | amended:.0f} powers of ten in the median. In Keras a GRU loses "
    "more than a SimpleRNN whatever they read, {median lost | Keras:.0f} powers of ten beside {median lost_beside | Keras:.0f}: "
    "its gates start half open, and no bias holds them.",
    not_shown="Trained networks.",
    scope=SCOPE,
    cites=("cho2014",),
)(more_arrives)


# --- two starts alike -------------------------------------------------------------------------------------------------


def they_lie_far_apart(pair: Two, steps: int) -> None:
    """By three powers of ten or more."""
    at_least(apart(pair, steps), -NOTHING, f"{pair[0]} and {pair[1]}, {steps} steps: powers of ten between the medians")


@claim(
    "libraries.one-start",
    says="An untrained LSTM is the same in every library: as much of the gradient arrives over 50 steps.",
    expect="refuted",
    by=exhaustion(),
    uses=("gated.table.vanishing-gradients", "gated.start-decides"),
    as_written=reading(pair=with_the_same_inputs(wide("LSTM")), steps=MEDIUM),
    holds_for={
        "two that draw all weights and biases evenly within ±1/√d: torch, PaddlePaddle, Equinox": reading(
            pair=with_the_same_inputs(wide("LSTM", where=UNIFORM)), steps=MEDIUM
        ),
        "ten networks beside ten others of one start": reading(pair=in_halves("LSTM"), steps=MEDIUM),
        "Keras on torch and Keras on JAX": reading(
            pair=with_the_same_inputs(wide("LSTM", where=of("keras-on-torch")), wide("LSTM", where=of("keras-on-jax"))),
            steps=MEDIUM,
        ),
    },
    fails_for={
        "near miss: Keras and Haiku, which both open the forget gate": reading(
            pair=with_the_same_inputs(wide("LSTM", where=of("keras-on-jax")), wide("LSTM", where=of("haiku"))), steps=MEDIUM
        ),
        "Keras, with the forget bias and without": reading(
            pair=with_the_same_inputs(
                wide("LSTM", where=of("keras-on-jax")),
                wide("LSTM", where=of("keras-on-jax"), recipes=("without unit_forget_bias",)),
            ),
            steps=MEDIUM,
        ),
    },
    altered={
        "Untrained LSTMs of torch and of Keras differ a thousandfold in how much arrives over 50 steps.": reading(
            they_lie_far_apart,
            pair=with_the_same_inputs(wide("LSTM", where=of("torch")), wide("LSTM", where=KERAS)),
            steps=MEDIUM,
        ),
    },
    also={
        "with each library's own embedding": reading(pair=with_the_same_inputs(wide("LSTM", inputs=(EMBEDDED,))), steps=MEDIUM),
        "GRUs": reading(pair=with_the_same_inputs(wide("GRU")), steps=MEDIUM),
        "plain networks": reading(pair=with_the_same_inputs(wide("tanh")), steps=MEDIUM),
    },
    contrary=("with each library's own embedding", "GRUs", "plain networks"),
    teach="Name the library, or better the start. Up to {most apart:.1f} powers of ten lie between two libraries' medians: "
    "Keras and Haiku begin with the forget gate at σ(1), the others near ½; some draw weights evenly, some orthogonal ones, "
    "gate by gate or the whole stack at once. Where both draw from the same distribution, no more than chance is left between "
    "them: of torch, PaddlePaddle and Equinox the medians farthest apart differ by {most apart | two that draw:.2f}.",
    not_shown="Other widths than 64. That there is no condition but the same start, which is the statement over again. Half a "
    "power of ten is allowed: so far apart lie two learning rates that one would both try, so that less would be made good by "
    "training as one does.",
    scope=SCOPE,
    cites=("jozefowicz2015", "saxe2014"),
    figure=decades_by_library,
)
def they_are_alike(pair: Two, steps: int) -> None:
    """To half a power of ten in the median network."""
    at_most(apart(pair, steps), APART, f"{pair[0]} and {pair[1]}, {steps} steps: powers of ten between the medians")
