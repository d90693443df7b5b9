"""What a larger state brings in training, and what truncation leaves to be learnt."""

from claims.kit import at_least, at_most, claim, holds, measure, only, reading
from claims.kit.domains import seeds
from claims.rnns.figures.training import accuracy_by_width, recall_with_a_window
from claims.subjects.trained.fair import BY_TRAINING, LEARNT, NOT_LEARNT, THREE_STARTS, Setting, at_best_rate, settings
from claims.subjects.trained.recall import SETTING, recalled
from claims.subjects.trained.translation import ANY_LENGTH, reversing_any

BEYOND = settings(("LSTM, chrono", 32, 50), ("LSTM, chrono", 128, 50), ("GRU, chrono", 32, 100))
STARTS = "lstm", "lstm, orthogonal", "lstm, forget bias 1"
TORCHS, EVERY_START = only(STARTS[:1], STARTS[0]), only(STARTS, "; ".join(STARTS))


def lengths_reached(seed: int, cells: tuple[str, ...], small: int, large: int, attention: bool) -> dict[str, tuple[float, float]]:
    """Of the small model and of the large one, which may have attention, for each cell."""
    reach = {}
    for cell in cells:
        before = at_best_rate(reversing_any, seed, cell=cell, width=small, attention=False)
        after = at_best_rate(reversing_any, seed, cell=cell, width=large, attention=attention)
        reach[cell] = before["half"], after["half"]
    return reach


def it_reaches_so_many_times_as_far(
    seed: int, cells: tuple[str, ...], small: int, large: int, attention: bool, times: float
) -> None:
    for cell, (near, far) in lengths_reached(seed, cells, small, large, attention).items():
        at_least(far, times * near, f"{cell}: lengths that are got half right")


def it_helps_hardly_with_those(seed: int, cells: tuple[str, ...], small: int, large: int, asked: str, times: float) -> None:
    """No share of right tokens grows by more than that."""
    for cell in cells:
        before, after = (
            at_best_rate(reversing_any, seed, cell=cell, width=width, attention=False)[asked] for width in (small, large)
        )
        at_most(after, times * before, f"{cell}: share of the tokens that are right {asked}")


@claim(
    "interview.bigger-state-no-help.trained",
    says="Making the state larger does not help a trained encoder-decoder with longer sources.",
    lines=(501,),
    expect="qualified",
    why_not={
        "refuted": "The wider models do write longer strings; that is why it fell as written. In proportion to the width they "
        "gain less, and whoever means that by no help is right."
    },
    uses=("interview.bigger-state-no-help",),
    by=BY_TRAINING,
    as_written=reading(seed=seeds(), cells=TORCHS, small=16, large=64, attention=False, times=1.1),
    amended={
        "help means in proportion to its size": reading(
            seed=seeds(), cells=EVERY_START, small=16, large=64, attention=False, times=4.0
        )
    },
    fails_for={
        "attention in place of a larger state": reading(seed=seeds(), cells=TORCHS, small=16, large=16, attention=True, times=1.1)
    },
    altered={
        "Making the state larger does not help a trained encoder-decoder with shorter sources, of two tokens.": reading(
            it_helps_hardly_with_those, seed=seeds(), cells=TORCHS, small=16, large=64, asked="at 2", times=1.1
        ),
        "A state four times as wide reaches four times as far.": reading(
            it_reaches_so_many_times_as_far, seed=seeds(), cells=EVERY_START, small=16, large=64, attention=False, times=4.0
        ),
    },
    teach="It helps, and less than in proportion: with width 64 half of the tokens are right up to length "
    "{median large:.0f}, with width 16 up to {median small:.0f}, while the work of a step grows with the square of the "
    "width. Attention at the small width reaches length {median large | fails for:.0f}.",
    not_shown="Capacity: with more training lengths grow at every width. Other tasks.",
    scope=f"{ANY_LENGTH}; {THREE_STARTS}; widths 16 and 64",
    cites=("sutskever2014", "bahdanau2015"),
    figure=accuracy_by_width,
)
def it_reaches_hardly_farther(seed: int, cells: tuple[str, ...], small: int, large: int, attention: bool, times: float) -> None:
    """How far a model reaches is the number of lengths, from 1 on, of which it writes half of the tokens right."""
    reach = lengths_reached(seed, cells, small, large, attention)
    cell, (near, far) = max(reach.items(), key=lambda one: one[1][1] / one[1][0])
    measure(small=near, large=far)
    at_most(far, times * near, f"{cell}: lengths that are got half right")


def what_lies_beyond_the_window_is_learnt(seed: int, each: tuple[Setting, ...], mixed: bool, window: int) -> None:
    right, where = min((recalled(seed, one, mixed, window=window)["accuracy"], str(one)) for one in each)
    at_least(right, LEARNT, f"{where}: share of the strings that are told right with a window of {window}")


@claim(
    "interview.tbptt-horizon.trained",
    says="With truncation after k steps nothing that is longer ago than k is learnt.",
    lines=(513,),
    expect="qualified",
    uses=("interview.tbptt-horizon",),
    by=BY_TRAINING,
    as_written=reading(seed=seeds(), each=settings(("LSTM, chrono", 32, 30)), mixed=True, window=10),
    amended={"all examples have one lag, five times k or ten times": reading(seed=seeds(), each=BEYOND, mixed=False, window=10)},
    fails_for={
        "near miss: a window that reaches the token": reading(
            seed=seeds(), each=settings(("LSTM, chrono", 32, 50)), mixed=False, window=51
        )
    },
    altered={
        "With truncation after k steps what is five or ten times as long ago is learnt, and nothing else is.": reading(
            what_lies_beyond_the_window_is_learnt, seed=seeds(), each=BEYOND, mixed=False, window=10
        ),
    },
    teach="From lags of 1 to 30 a network with a window of 10 names the first symbol after 30 in "
    "{median accuracy:.0%} of the strings: what the short lags teach it, to hold on, serves the long ones. Where every "
    "lag is 50 or 100, beyond the window, it is right in {median accuracy | amended:.0%}, near chance, for no gradient ever "
    "reaches the token.",
    not_shown="Dependencies that do not come at short distances as well. Other cells. Lags little longer than the "
    "window, where the state brings something along that the window can read.",
    scope=f"{SETTING}; LSTMs and GRUs with chrono biases, widths 32 and 128; lags 1 to 30, 50 or 100; 1 budget; a window of 10",
    cites=("williams1990", "tallec2018"),
    figure=recall_with_a_window,
)
def nothing_beyond_the_window_is_learnt(seed: int, each: tuple[Setting, ...], mixed: bool, window: int) -> None:
    right, where = max((recalled(seed, one, mixed, window=window)["accuracy"], str(one)) for one in each)
    measure(accuracy=right)
    holds(right <= NOT_LEARNT, f"{where}: with a window of {window}, right in {right:.0%} of the strings")
