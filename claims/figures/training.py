"""Figures of training runs: every seed a mark, never only a mean."""

from collections.abc import Callable
from math import inf, log10
from typing import Any

import altair as alt

from claims.kit.figures import Seen, dots, heatmap, strips
from claims.subjects.trained.association import GUESS
from claims.subjects.trained.recall import share_that_arrives

Rows = list[dict[str, Any]]


def _each_seed(seen: Seen, series: dict[str, str], points: dict[str, Any], x: str, y: str, named: str) -> Rows:
    """A row for each trial of each reading in `series`, at each place x of what it measured."""
    return [
        {x: place, y: trial[measured], named: name}
        for name, reading in series.items()
        for trial in seen[reading].measured
        for measured, place in points.items()
        if measured in trial
    ]


def _once(seen: Seen, series: dict[str, str], measured: str) -> Rows:
    """A row for each trial of each reading in `series`."""
    return [{"network": name, measured: trial[measured]} for name, one in series.items() for trial in seen[one].measured]


def every_seed(measured: str, x: str, title: str, log_x: bool = False) -> Callable[[Seen], alt.Chart]:
    """A figure of one number that trials measured: a line of marks for each reading. What is not above zero has no place on a
    logarithmic axis and is left out."""

    def draw(seen: Seen) -> alt.Chart:
        least = 0.0 if log_x else -inf
        found = {
            name: sorted(number for trial in one.measured if (number := trial[measured]) is not None and number > least)
            for name, one in seen.items()
        }
        rows = [{"reading": name, x: number} for name, numbers in found.items() for number in numbers]
        ends = "; ".join(f"{name}: from {numbers[0]:.3g} to {numbers[-1]:.3g}" for name, numbers in found.items() if numbers)
        says = f"One mark for each seed, a line of them for each reading; {x}. {ends}."
        return strips(rows, x=x, y="reading", title=title, says=says, log_x=log_x)

    return draw


def recall_by_lag(seen: Seen) -> alt.Chart:
    """Accuracy at the short and the long lag, for a plain network and an LSTM whose biases are made for the longer one."""
    series = {"plain network": "as written", "LSTM, chrono biases": "an LSTM with biases made for the longer lag"}
    rows = _each_seed(seen, series, {"short": 3, "long": 50}, "lag (tokens)", "accuracy", "network")
    return dots(
        rows, x="lag (tokens)", y="accuracy", series="network",
        title="A plain network recalls the first of 4 tokens and not the first of 51; slow gates do both",
        says="One mark for each trained network, right answers out of 8 symbols, chance being one in eight. At lag 3 both kinds "
        "are always right. At lag 50 the plain network is at chance and the LSTM with chrono biases right.",
    )  # fmt: skip


def recall_at_one_lag(seen: Seen) -> alt.Chart:
    """Accuracy by start and curriculum."""
    series = {
        "torch's start, one lag of 30": "as written",
        "chrono start, one lag of 30": "its biases are made for such lags",
        "torch's start, lags 1 to 50": "it is trained on all lags from 1 to 50",
        "plain network, one lag of 50": "a plain network",
    }
    return strips(
        _once(seen, series, "accuracy"), x="accuracy", y="network",
        title="Whether an LSTM learns a lag of 30 is a matter of its start and of the lags that it is shown",
        says="One mark for each trained network. With torch's start and one lag of 30 all LSTMs are at chance, one in eight, "
        "even after 3000 steps; with chrono biases all but one are right after 600, and with lags of 1 to 50 all after 2400 "
        "at most. Plain networks are not.",
    )  # fmt: skip


def recall_by_start(seen: Seen) -> alt.Chart:
    """Accuracy at one lag, start by start."""
    readings = "as written", "a GRU, and an LSTM", "plain networks, and an LSTM"
    trials = {body: seen[one].measured for one in readings for first in seen[one].measured[:1] for body in first}
    rows = [{"network": body, "accuracy": trial[body]} for body in trials for trial in trials[body]]
    return strips(
        rows, x="accuracy", y="network",
        title="The start decides which recurrent network learns a lag of 30",
        says="One mark for each trained network, nine kinds of network and start. Chance is one in eight.",
    )  # fmt: skip


def recall_beyond_training(seen: Seen) -> alt.Chart:
    """Accuracy at a long lag, by what was trained."""
    series = {
        "LSTM, trained on lags 1 to 50, asked at 200": "as written",
        "LSTM, trained and asked at lag 100": "all its examples have one long lag",
        "attention, trained and asked at lag 100": "one layer of attention, from examples of that lag",
    }
    return strips(
        _once(seen, series, "accuracy"), x="accuracy", y="network",
        title="An LSTM keeps over 200 tokens what it learns from short lags, and learns nothing from long ones alone",
        says="One mark for each trained network. LSTMs trained on lags up to 50 are right at lag 200, two of them in 3 cases "
        "of 4; those trained on a lag of 100 alone are at chance, where one layer of attention is right in 8 of 10 or more.",
    )  # fmt: skip


def share_by_forget_bias(_: Seen) -> alt.Chart:
    """The share of the gradient that arrives before training, over forget bias and lag; one seed."""
    starts = {"tanh": "plain network", "LSTM": "LSTM, 0", "LSTM, forget bias 1": "LSTM, 1", "LSTM, forget bias 3": "LSTM, 3",
              "LSTM, forget bias 5": "LSTM, 5", "LSTM, chrono": "LSTM, chrono"}  # fmt: skip
    rows = [
        {"lag (tokens)": lag, "forget bias": name, "decades left": round(_decades(body, lag), 2)}
        for body, name in starts.items()
        for lag in (1, 2, 5, 10, 20, 50, 100)
    ]
    return heatmap(
        rows, x="lag (tokens)", y="forget bias", value="decades left",
        title="It is the bias of the forget gate that lets the gradient through, not the cell alone",
        says="A map of the powers of ten that are left of the first token's gradient before training, over the lag and the "
        "start. Over 100 tokens the plain network loses thirty-two and the LSTM as torch draws it seventeen; with chrono "
        "biases one or two are lost, and with a forget bias of 3 or 5 the gradient does not shrink.",
    )  # fmt: skip


def _decades(body: str, lag: int) -> float:
    return log10(share_that_arrives(0, body, lag))


def agreement_by_distance(seen: Seen) -> alt.Chart:
    """Accuracy by distance, for an LSTM and a Transformer at two budgets."""
    models = {"LSTM": "as written", "Transformer": "a Transformer that sees all"}
    rows = [
        row
        for model, reading in models.items()
        for when, steps in (("early", 200), ("late", 1000))
        for row in _each_seed(
            seen,
            {f"{model}, {steps} steps": reading},
            {f"{when} at {d}": d for d in (1, 5, 10, 20)},
            "words between head and verb",
            "accuracy",
            "model",
        )
    ]
    return dots(
        rows, x="words between head and verb", y="accuracy", series="model",
        title="The fall of agreement with distance is there after 200 steps and gone after 1000",
        says="One mark for each trained model and distance, all nouns in between of the other number. After 200 steps most "
        "LSTMs are right at distance 1 and wrong at 10 and 20, and so are most Transformers. After 1000 nearly all are right "
        "at all distances.",
    )  # fmt: skip


def accuracy_by_length(seen: Seen) -> alt.Chart:
    """Every seed at both lengths, with attention and without, at two budgets."""
    series = {
        "without attention, 800 steps": "it is trained for a fifth of the steps",
        "without attention, 4000 steps": "as written",
        "with attention, 800 steps": "with attention",
    }
    rows = _each_seed(seen, series, {"short": 4, "long": 12}, "source length (tokens)", "token accuracy", "decoder")
    return dots(
        rows, x="source length (tokens)", y="token accuracy", series="decoder",
        title="Without attention accuracy falls with length, after five times the steps as well; with attention it stays",
        says="One dot for each trained model. Without attention the share of right tokens is near 1 at length 4; at length 12 "
        "it is about a third after 800 steps and about a half after 4000. With attention it is near 1 at both, but for one "
        "model at 0.83.",
    )  # fmt: skip


def recall_by_pairs(seen: Seen) -> alt.Chart:
    """Accuracy by the number of pairs, with what guessing comes to."""
    series = {
        "LSTM, 800 steps": "it is trained for a fifth of the steps",
        "LSTM, 4000 steps": "as written",
        "attention": "one layer of attention",
    }
    rows = _each_seed(seen, series, {f"at {pairs}": pairs for pairs in GUESS}, "pairs", "accuracy", "network")
    rows += [
        {"pairs": pairs, "accuracy": round(share, 3), "network": "guessing among the values"} for pairs, share in GUESS.items()
    ]
    return dots(
        rows, x="pairs", y="accuracy", series="network",
        title="The more pairs of key and value, the fewer an LSTM of width 48 tells apart; attention tells all",
        says="One mark for each trained network and number of pairs, and the share that guessing among the values comes to. "
        "From two pairs to eight the LSTMs fall from nearly all to about half, or to two thirds after five times the "
        "steps, always above guessing; attention stays at the top.",
    )  # fmt: skip


def aligned_tokens(seen: Seen) -> alt.Chart:
    """The share of target tokens that attention looks up at the right place, before and after training."""
    series = {"before training": "before training", "after training": "as written"}
    return strips(
        _once(seen, series, "aligned"), x="aligned", y="network",
        title="Never told where to look, attention mostly learns to look at the token that is to be written, and not always",
        says="One mark for each model. Before training about one target token in ten has its largest weight at the source "
        "token to be written; after training nearly all have in most models, and in one hardly any.",
    )  # fmt: skip


def steps_to_target(seen: Seen) -> alt.Chart:
    """Steps that a recurrence and attention take to the same loss."""
    tasks = {"spelling": "as written", "recall after 30": "recalling the first of 31 symbols"}
    kinds = {"LSTM": "recurrent", "attention": "attention"}
    rows = [
        {"task": task, "steps to the loss": trial[kind], "network": name}
        for task, reading in tasks.items()
        for trial in seen[reading].measured
        for name, kind in kinds.items()
    ]
    return dots(
        rows, x="task", y="steps to the loss", series="network",
        title="An LSTM learns to spell in fewer steps than a Transformer, and to recall over 30 tokens not at all",
        says="One mark for each trained network. To spell a short text the LSTM takes fewer steps than the Transformer. "
        "To recall the first of 31 symbols attention takes some hundred; the LSTM is not there after 1600.",
    )  # fmt: skip


def accuracy_by_width(seen: Seen) -> alt.Chart:
    """Lengths that are got half right, by width and with attention."""
    series = {"width 16": ("as written", "small"), "width 64": ("as written", "large"),
              "width 16 with attention": ("attention in place of a larger state", "large")}  # fmt: skip
    rows = [
        {"network": name, "length that is got half right": trial[measured]}
        for name, (reading, measured) in series.items()
        for trial in seen[reading].measured
    ]
    return strips(
        rows, x="length that is got half right", y="network",
        title="Four times the width reaches farther, but not four times as far",
        says="One mark for each trained encoder-decoder: up to which length it gets half of the tokens right.",
    )  # fmt: skip


def recall_with_a_window(seen: Seen) -> alt.Chart:
    """Accuracy under truncation, by curriculum and window."""
    series = {
        "lags 1 to 30, window 10, asked at 30": "as written",
        "one lag of 50, window 10": "all examples have one lag, five times k",
        "one lag of 50, window 51": "near miss: a window that reaches the token",
    }
    return strips(
        _once(seen, series, "accuracy"), x="accuracy", y="network",
        title="A window of ten can teach a lag of thirty, if short lags are among the examples",
        says="One mark for each trained network. With mixed lags and a window of ten all are right at lag 30; with one lag of "
        "50 and that window all are at chance; with a window that reaches the token all are right.",
    )  # fmt: skip
