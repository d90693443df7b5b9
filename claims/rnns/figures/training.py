"""Figures of training runs: every seed a mark, never only a mean."""

from collections.abc import Callable
from math import inf, log10
from typing import Any

import altair as alt

from claims.kit.blanks import filled
from claims.kit.figures import Seen, dots, heatmap, strips
from claims.subjects.trained.agreement import STEPS
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


def _told(seen: Seen, text: str) -> str:
    """Words with the numbers that were measured."""
    return filled(text, list(seen.values()))


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
    series = {
        "plain network": "as torch draws it, with 5 budgets",
        "LSTM, chrono biases": "an LSTM with biases made for the longer lag",
    }
    rows = _each_seed(seen, series, {"short": 3, "long": 50}, "lag (tokens)", "accuracy", "network")
    return dots(
        rows, x="lag (tokens)", y="accuracy", series="network",
        title="A plain network recalls a symbol after a lag of 3 and not after 50; slow gates do both",
        says=_told(seen, "One mark for each trained network, right answers out of 8 symbols, chance being one in eight. At lag 3 "
        "plain networks, as torch draws them, are right in {least short | as torch draws it:.0%} of the strings or more, at "
        "lag 50 in {most long | as torch draws it:.0%} at most after five budgets, "
        "and LSTMs with chrono biases in {least long | an LSTM:.0%} or more."),
    )  # fmt: skip


def recall_at_one_lag(seen: Seen) -> alt.Chart:
    """Accuracy by start and curriculum."""
    series = {
        "torch's start, one lag of 30": "as written",
        "chrono start, one lag of 30": "the same, over 30 tokens at a quarter of the width",
        "worst of three starts, lags 1 to 50": "it is trained on all lags from 1 to 50",
        "plain network, one lag of 50": "a plain network",
    }
    return strips(
        _once(seen, series, "accuracy"), x="accuracy", y="network",
        title="Whether an LSTM learns a lag of 30 is a matter of its start and of the lags that it is shown",
        says=_told(seen, "One mark for each trained network, chance being one in eight. With torch's start and one lag of 30 "
        "LSTMs are right in {most accuracy:.0%} of the strings at most, even after five budgets; with chrono biases in "
        "{least accuracy | the same:.0%} or more after one, with lags of 1 to 50 in {least accuracy | it is trained:.0%} or "
        "more after four, from the worst of three starts. Plain networks reach {most accuracy | a plain network:.0%}."),
    )  # fmt: skip


def recall_by_start(seen: Seen) -> alt.Chart:
    """Accuracy at one lag, start by start."""
    readings = "as written", "a GRU, and an LSTM", "plain networks, and an LSTM"  # of one width and lag
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
        "LSTM, best of three starts, trained and asked at lag 100": "all its examples have one long lag",
        "attention, trained and asked at lag 100": "one layer of attention, from examples of that lag",
    }
    return strips(
        _once(seen, series, "accuracy"), x="accuracy", y="network",
        title="An LSTM keeps over 200 tokens what it learns from short lags, and learns nothing from long ones alone",
        says=_told(seen, "One mark for each trained network. LSTMs trained on lags of 1 to 50 are right in "
        "{least accuracy:.0%} of the strings or more at lag 200; those trained on a lag of 100 alone in "
        "{most accuracy | amended:.0%} at most, where one layer of attention is right in "
        "{least accuracy | fails for:.0%} or more."),
    )  # fmt: skip


LONGEST = 100  # lag that a gradient is followed over


def share_by_forget_bias(_: Seen) -> alt.Chart:
    """The share of the gradient that arrives before training, over forget bias and lag; one seed."""
    starts = {"tanh": "plain network", "LSTM": "LSTM, 0", "LSTM, forget bias 1": "LSTM, 1", "LSTM, forget bias 3": "LSTM, 3",
              "LSTM, forget bias 5": "LSTM, 5", "LSTM, chrono": "LSTM, chrono"}  # fmt: skip
    rows = [
        {"lag (tokens)": lag, "forget bias": name, "decades left": round(_decades(body, lag), 2)}
        for body, name in starts.items()
        for lag in (1, 2, 5, 10, 20, 50, LONGEST)
    ]
    longest = {row["forget bias"]: row["decades left"] for row in rows if row["lag (tokens)"] == LONGEST}
    return heatmap(
        rows, x="lag (tokens)", y="forget bias", value="decades left",
        title="It is the bias of the forget gate that lets the gradient through, not the cell alone",
        says="A map of the powers of ten that are left of the first token's gradient before training, over the lag and the "
        f"start; one seed. Over the longest lag {'; '.join(f'{name}: {left:.0f}' for name, left in longest.items())}.",
    )  # fmt: skip


def _decades(body: str, lag: int) -> float:
    return log10(share_that_arrives(0, body, lag))


def agreement_by_distance(seen: Seen) -> alt.Chart:
    """Accuracy by distance, for an LSTM and a Transformer at two budgets."""
    models = {"LSTM": "as written", "Transformer": "a Transformer that sees all"}
    rows = [
        row
        for model, reading in models.items()
        for when, steps in (("early", STEPS), ("late", 5 * STEPS))
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
        title=f"The fall of agreement with distance is there after {STEPS} steps and gone after {5 * STEPS}",
        says=_told(seen, "One mark for each trained model and distance, all nouns in between of the other number. "
        "With one budget the median LSTM is right in {median early at 1:.0%} of the sentences at distance 1 and in "
        "{median early at 10:.0%} at 10, the median Transformer in {median early at 1 | a Transformer that sees all:.0%} and "
        "{median early at 10 | a Transformer that sees all:.0%}. With 5 budgets no LSTM is right in fewer than "
        "{least late at 10:.0%} at distance 10, and no Transformer in fewer than "
        "{least late at 10 | a Transformer that sees all:.0%}."),
    )  # fmt: skip


def accuracy_by_length(seen: Seen) -> alt.Chart:
    """Every seed at both lengths, with attention and without, at two budgets."""
    series = {
        "without attention, 1 budget": "the same, trained for a fifth of the steps",
        "without attention, 5 budgets": "each length has a model of its own",
        "with attention, 5 budgets": "with attention, a model for each length",
    }
    rows = _each_seed(seen, series, {"short": 4, "long": 12}, "source length (tokens)", "token accuracy", "decoder")
    return dots(
        rows, x="source length (tokens)", y="token accuracy", series="decoder",
        title="Without attention accuracy falls with length, after 5 budgets as well; with attention it stays",
        says=_told(seen, "One dot for each trained model of a length, medians in words. Without attention "
        "{median short | each length:.0%} of the tokens are right at length 4 after 5 budgets and "
        "{median long | each length:.0%} at length 12, after one {median long | the same:.0%}. With attention it is "
        "{median long | with attention:.0%}, {least long | with attention:.0%} at least."),
    )  # fmt: skip


def recall_by_pairs(seen: Seen) -> alt.Chart:
    """Accuracy by the number of pairs, with what guessing comes to."""
    series = {
        "LSTM, 5 budgets": "it is trained for five times the steps",
        "LSTM of width 192, 5 budgets": "width 192, five times the steps",
        "attention": "one layer of attention",
    }
    rows = _each_seed(seen, series, {f"at {pairs}": pairs for pairs in GUESS}, "pairs", "accuracy", "network")
    rows += [
        {"pairs": pairs, "accuracy": round(share, 3), "network": "guessing among the values"} for pairs, share in GUESS.items()
    ]
    return dots(
        rows, x="pairs", y="accuracy", series="network",
        title="The more pairs of key and value, the smaller the share that an LSTM of width 48 tells",
        says=_told(seen, "One mark for each trained network and number of pairs, and the share that guessing among "
        "the values comes to. From two pairs to eight LSTMs of width 48 fall from {median at 2 | it is trained:.0%} to "
        "{median at 8 | it is trained:.0%} with 5 budgets, and those of width 192 from {median at 2 | width 192:.0%} to "
        "{median at 8 | width 192:.0%} (medians); attention tells {median at 8 | one layer:.0%} of eight."),
    )  # fmt: skip


def aligned_tokens(seen: Seen) -> alt.Chart:
    """The share of target tokens that attention looks up at the right place, before and after training."""
    series = {"before training": "before training", "after training": "as written"}
    return strips(
        _once(seen, series, "aligned"), x="aligned", y="network",
        title="Never told where to look, attention mostly learns to look at the token that is to be written, and not always",
        says=_told(seen, "One mark for each model. Before training {median aligned | before training:.0%} of the "
        "target tokens have their largest weight at the source token to be written; after training "
        "{median aligned:.0%}, and in one model {least aligned:.0%}."),
    )  # fmt: skip


def steps_to_target(seen: Seen) -> alt.Chart:
    """Steps that a recurrence and attention take to the same loss."""
    tasks = {"spelling": "as written", "recall": "recalling the first of 31 symbols"}
    kinds = {"LSTM": "recurrent", "attention": "attention"}
    rows = [
        {"task": task, "steps to the loss": trial[kind], "network": name}
        for task, reading in tasks.items()
        for trial in seen[reading].measured
        for name, kind in kinds.items()
    ]
    return dots(
        rows, x="task", y="steps to the loss", series="network",
        title="An LSTM learns to spell in fewer steps than a Transformer, and to recall from afar not at all",
        says=_told(seen, "One mark for each trained network. To spell a short text the LSTM takes "
        "{median recurrent:.0f} steps, the Transformer {median attention:.0f}. To recall a first symbol attention "
        "takes {median attention | holds for:.0f}; the LSTM is not there after {least recurrent | holds for:.0f}."),
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
        title="A wider state reaches farther, but not in proportion",
        says=_told(seen, "One mark for each trained encoder-decoder: up to which length it gets at least one token in two right. "
        "Medians: {median small:.0f} with width 16, {median large:.0f} with width 64."),
    )  # fmt: skip


def recall_with_a_window(seen: Seen) -> alt.Chart:
    """Accuracy under truncation, by curriculum and window."""
    series = {
        "lags 1 to 30, window 10, asked at 30": "as written",
        "one lag of 50 or 100, window 10": "all examples have one lag, five times k or ten times",
        "one lag of 50, window 51": "near miss: a window that reaches the token",
    }
    return strips(
        _once(seen, series, "accuracy"), x="accuracy", y="network",
        title="A window of ten can teach a lag of thirty, if short lags are among the examples",
        says=_told(seen, "One mark for each trained network. With lags 1 to 30 and a window of 10 all are right in "
        "{least accuracy:.0%} of the strings or more; with one lag of 50 or 100 and that window in "
        "{most accuracy | amended:.0%} at most; with a window that reaches the token in "
        "{least accuracy | fails for:.0%} or more."),
    )  # fmt: skip
