"""How much of an LSTM's gradient arrives at early tokens before any training."""

from claims.kit import Look, at_least, at_most, claim, holds, measure, trials
from claims.rnns.figures.training import every_seed
from claims.subjects.trained.fair import THREE_STARTS, VANISHED, Setting
from claims.subjects.trained.recall import (
    UNTRAINED,
    USUAL,
    before_training,
    least_that_arrives,
    most_that_arrives,
)


def more_arrives_than_at_the_last(seed: int, each: tuple[Setting, ...]) -> None:
    """In each of the settings."""
    share, _ = least_that_arrives(seed, each)
    holds(share > 1, f"of the last token's gradient {share:.2g} arrives at the first")


@claim(
    "interview.early-source-starves",
    says="The first words of a source get next to nothing of the gradient when training starts.",
    lines=(489,),
    expect="supported",
    by=trials(looked=[Look(20, 2.2e-5)]),
    as_written=before_training(*USUAL, lag=49),
    fails_for={
        "the source reversed, so that the first word comes last": before_training("LSTM", lag=0),
        "biases made for sources of that length": before_training("LSTM, chrono", lag=49),
        "one layer of attention in its place": before_training("attention", lag=49),
    },
    altered={
        "The first words of a source get more of the gradient than the last ones when training starts.": before_training(
            *USUAL, lag=49, check=more_arrives_than_at_the_last
        ),
        "The first words of a source of ten get next to nothing of the gradient when training starts.": before_training(
            *USUAL, lag=9
        ),
    },
    teach="Of a source of 50 words the first gets {most share:.0g} of the last one's gradient at most. Reversing "
    "the source brings it next to the decoder, as Sutskever et al. (2014) did; slow gates bring "
    "{least share | biases:.0%} or more of it through, and one layer of attention {least share | one layer:.1%} or "
    "more.",
    not_shown="That what the first words align with is not learnt, which the line concludes: gradients grow as the "
    "gates learn to stay open.",
    scope=f"{UNTRAINED}; {THREE_STARTS}, widths 32 and 128; 50 words",
    cites=("sutskever2014", "bengio1994"),
    figure=every_seed(
        "share",
        "share of the gradient that arrives",
        "Of a source of 50 words the first gets next to nothing, reversed nearly all",
        log_x=True,
    ),
)
def little_arrives(seed: int, each: tuple[Setting, ...]) -> None:
    """In each of the settings."""
    share, where = most_that_arrives(seed, each)
    measure(share=share)
    at_most(share, VANISHED, f"{where}: share of the gradient that arrives")


@claim(
    "interview.solved-for-medium",
    says="For short and medium distances LSTMs have solved vanishing gradients.",
    lines=(495,),
    expect="qualified",
    by=trials(looked=[Look(20, 2.2e-5)]),
    as_written=before_training(*USUAL, lag=50),
    amended={
        "the distance is ten tokens": before_training(*USUAL, lag=10),
        "its biases are made for the distance": before_training("LSTM, chrono", lag=50),
    },
    fails_for={"a plain network, over ten tokens": before_training("tanh", lag=10)},
    altered={
        "Over ten tokens an LSTM's gradient grows.": before_training(*USUAL, lag=10, check=more_arrives_than_at_the_last),
    },
    teach="From the least of three starts an LSTM keeps {median a_step:.0%} of the gradient a step: "
    "{median share | the distance:.1%} arrives over ten tokens, and {median share:.0g} over 50. It is biases that open "
    "the forget gates, not the cell alone, that solve it: {median share | its biases:.0%}.",
    not_shown="Trained LSTMs, whose gates may have opened. Medium is taken for up to 50 tokens, as the essay's table has it.",
    scope=f"{UNTRAINED}; {THREE_STARTS}, or with chrono biases; widths 32 and 128; lags 10 and 50",
    cites=("hochreiter1997", "tallec2018"),
    figure=every_seed(
        "share",
        "share of the gradient that arrives",
        "Over ten tokens some of an LSTM's gradient arrives, over fifty only with biases made for it",
        log_x=True,
    ),
)
def enough_arrives(seed: int, each: tuple[Setting, ...]) -> None:
    """In each of the settings."""
    share, least = least_that_arrives(seed, each)
    measure(share=share, a_step=share ** (1 / least.length))
    at_least(share, VANISHED, f"{least}: share of the gradient that arrives")
