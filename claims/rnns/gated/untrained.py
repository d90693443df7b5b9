"""What of the gradient arrives before training, in plain networks and in gated ones."""

from claims.kit import Domain, Look, claim, holds, measure, only, reading, trials
from claims.kit.domains import seeds
from claims.kit.reading import Check, Reading
from claims.rnns.figures.training import every_seed, share_by_forget_bias
from claims.subjects.trained.fair import THREE_STARTS, VANISHED, Setting, one_of_each
from claims.subjects.trained.recall import (
    UNTRAINED,
    USUAL,
    before_training,
    least_that_arrives,
    most_that_arrives,
    share_that_arrives,
)

STARTS = ("LSTM", "LSTM, orthogonal", "LSTM, forget bias 1", "LSTM, chrono")


def one_of(numbers: tuple[int, ...]) -> Domain:
    return only(numbers, " or ".join(map(str, numbers)))


def gradients_of(
    plain: str,
    *gated: str,
    lags: tuple[int, ...] = (20, 50),
    widths: tuple[int, ...] = (32, 128),
    check: Check | None = None,
) -> Reading:
    """A plain network beside one of these, of one of the widths and over one of the lags, by the seed."""
    bodies = only(gated, " or ".join(gated))
    return reading(check, seed=seeds(), plain=plain, gated=bodies, lags=one_of(lags), widths=one_of(widths))


Gated = tuple[str, ...]
Numbers = tuple[int, ...]


def all_of_it_arrives(seed: int, plain: str, gated: Gated, lags: Numbers, widths: Numbers) -> None:
    """In the gated network, little in the plain one."""
    body, lag, width = one_of_each(seed, gated, lags, widths)
    without, with_gates = (share_that_arrives(seed, each, lag, width) for each in (plain, body))
    holds(without <= VANISHED and with_gates >= 1, f"{body}, width {width}: {with_gates:.2g} of the gradient arrives")


def the_plain_gradient_explodes(seed: int, plain: str, gated: Gated, lags: Numbers, widths: Numbers) -> None:
    """And that of the gated network less."""
    body, lag, width = one_of_each(seed, gated, lags, widths)
    without, with_gates = (share_that_arrives(seed, each, lag, width) for each in (plain, body))
    holds(without >= 1 / VANISHED and with_gates < without, f"{plain}, width {width}: {without:.2g} of the gradient arrives")


@claim(
    "gated.table.vanishing-gradients",
    says="In an LSTM vanishing gradients are mitigated, not eliminated; in a plain network they are severe.",
    lines=(288,),
    expect="supported",
    by=trials(seeds=1500, beats=0.9, looked=[Look(150, 2.2e-5)]),
    as_written=gradients_of("tanh", *STARTS),
    altered={
        "In an LSTM vanishing gradients are eliminated; in a plain network they are severe.": gradients_of(
            "tanh", *STARTS, check=all_of_it_arrives
        ),
        "In a plain network exploding gradients are severe; in an LSTM they are mitigated.": gradients_of(
            "tanh", *STARTS, check=the_plain_gradient_explodes
        ),
    },
    fails_for={
        "a plain network in the LSTM's place": gradients_of("tanh", "tanh"),
        "an LSTM in the plain network's place": gradients_of("LSTM, chrono", *STARTS),
    },
    also={
        "as torch draws both, 50 tokens": gradients_of("tanh", "LSTM", lags=(50,)),
        "a forget bias of 1, 50 tokens": gradients_of("tanh", "LSTM, forget bias 1", lags=(50,)),
        "a forget bias of 3, 50 tokens": gradients_of("tanh", "LSTM, forget bias 3", lags=(50,)),
    },
    teach="Over 50 tokens a plain network keeps {median plain_a_step | as torch draws both:.0%} of its gradient a "
    "step and an LSTM {median gated_a_step | as torch draws both:.0%}: mitigated, but of what the last token gets the "
    "first has {median gated | as torch draws both:.0g}, which is as good as nothing. It is the bias of the forget "
    "gate that decides: at the start a bias of 1 leaves {median gated | a forget bias of 1:.0g}, one of 3 "
    "{median gated | a forget bias of 3:.0%}.",
    not_shown="What the gradient is in the course of training.",
    scope=f"{UNTRAINED}; tanh networks as torch draws them; {THREE_STARTS}, or chrono biases, by the seed; widths 32 and 128; "
    "lags 20 and 50",
    cites=("hochreiter1997", "jozefowicz2015"),
    figure=share_by_forget_bias,
)
def more_arrives_and_not_all(seed: int, plain: str, gated: Gated, lags: Numbers, widths: Numbers) -> None:
    body, lag, width = one_of_each(seed, gated, lags, widths)
    without, with_gates = (share_that_arrives(seed, each, lag, width) for each in (plain, body))
    measure(plain=without, gated=with_gates, plain_a_step=without ** (1 / lag), gated_a_step=with_gates ** (1 / lag))
    found = f"over {lag} tokens {without:.2g} of the gradient arrives in the plain network and {with_gates:.2g} in the gated one"
    holds(without <= VANISHED and without < with_gates < 1, f"{body}, width {width}: {found}")


def gradients_flow_before_training(seed: int, each: tuple[Setting, ...]) -> None:
    share, least = least_that_arrives(seed, each)
    holds(share > VANISHED, f"{least}: {share:.2g} of the gradient arrives before training")


def they_decay_as_in_a_plain_network(seed: int, each: tuple[Setting, ...]) -> None:
    """In each of the settings as fast: no more arrives than ten times what does in a tanh network of the same width."""
    for one in each:
        gated, plain = (share_that_arrives(seed, body, one.length, one.width) for body in (one.body, "tanh"))
        holds(gated <= 10 * plain, f"{one}: {gated:.2g} of the gradient arrives before training, {plain:.2g} in a plain network")


def gradients_explode_before_training(seed: int, each: tuple[Setting, ...]) -> None:
    share, least = least_that_arrives(seed, each)
    holds(share >= 1 / VANISHED, f"{least}: {share:.2g} of the gradient arrives before training")


@claim(
    "gated.circular-training",
    says="Gates must be trained before gradients flow through them, and it takes gradients to train them.",
    lines=(303,),
    expect="qualified",
    why_not={
        "refuted": "No untrained gate is quite shut, and a bias opens it before any training; that is the counterexample. But "
        "from usual biases what passes over a hundred steps is as good as nothing, and for these the circle is there."
    },
    by=trials(looked=[Look(20, 2.2e-5)]),
    as_written=before_training("LSTM", "LSTM, orthogonal", "LSTM, forget bias 1", "LSTM, chrono", lag=100),
    amended={"no bias opens the forget gates wide": before_training(*USUAL, lag=100)},
    altered={
        "Gradients flow through gates before these are trained, though no bias opens the forget gates wide.": before_training(
            *USUAL, lag=100, check=gradients_flow_before_training
        ),
        "Before training gradients explode in gated networks whose forget gates no bias opens wide.": before_training(
            *USUAL, lag=100, check=gradients_explode_before_training
        ),
    },
    fails_for={"biases made for the distance": before_training("LSTM, chrono", lag=100)},
    teach="The circle is broken before training: a bias at the start opens the forget gates. With chrono biases "
    "{least share | fails for:.0%} of the gradient or more arrives over 100 steps; from other starts "
    "{most share | amended:.0g} at most.",
    not_shown="That training does not open closed gates all the same: short lags do, see gated.medium-and-long-lags.",
    scope=f"{UNTRAINED}; {THREE_STARTS}, or with chrono biases; widths 32 and 128; a lag of 100",
    cites=("gers2000", "tallec2018"),
    figure=every_seed(
        "share",
        "share of the gradient that arrives",
        "Before training, biases alone decide whether a gradient arrives over 100 steps",
        log_x=True,
    ),
)
def no_gradient_flows_before_training(seed: int, each: tuple[Setting, ...]) -> None:
    """In each of the settings."""
    share, most = most_that_arrives(seed, each)
    measure(share=share, a_step=share ** (1 / most.length))
    holds(share <= VANISHED, f"{most}: {share:.2g} of the gradient arrives before training")


nor_in_a_gru = claim(
    "gated.gru-same-limits.decay",
    says="In a GRU gradients decay as they do in an LSTM.",
    lines=(316,),
    expect="qualified",
    uses=("gated.gru-same-limits",),
    by=trials(looked=[Look(20, 2.2e-5)]),
    as_written=before_training("GRU", "GRU, orthogonal", "GRU, chrono", lag=50),
    amended={"no bias holds the update gate": before_training("GRU", "GRU, orthogonal", lag=50)},
    altered={
        "In a GRU gradients do not decay as they do in an LSTM, though no bias holds the update gate.": before_training(
            "GRU", "GRU, orthogonal", lag=50, check=gradients_flow_before_training
        ),
        "In a GRU gradients decay as they do in a plain RNN if no bias holds the update gate.": before_training(
            "GRU", "GRU, orthogonal", lag=50, check=they_decay_as_in_a_plain_network
        ),
        "In a GRU gradients explode if no bias holds the update gate.": before_training(
            "GRU", "GRU, orthogonal", lag=50, check=gradients_explode_before_training
        ),
    },
    fails_for={"biases made for the distance": before_training("GRU, chrono", lag=50)},
    teach="Where no bias holds its gate a GRU keeps {median a_step | amended:.0%} of its gradient a step, so that over 50 "
    "tokens {most share | amended:.0g} arrives at most. And as in an LSTM a bias of its gate cures that before "
    "training begins: {least share | fails for:.0%} or more arrives.",
    not_shown="What becomes of it in training.",
    scope=f"{UNTRAINED}; GRUs as torch draws them, with orthogonal weights and no bias, or with chrono biases; widths 32 and "
    "128; a lag of 50",
    cites=("cho2014", "tallec2018"),
    figure=every_seed(
        "share",
        "share of the gradient that arrives",
        "Before training a GRU lets no gradient through over 50 steps; chrono biases do",
        log_x=True,
    ),
)(no_gradient_flows_before_training)
