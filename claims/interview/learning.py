"""What a larger state brings in training, and what truncation leaves to be learnt."""

from claims.figures.training import accuracy_by_width, recall_with_a_window
from claims.kit import at_most, claim, holds, measure, reading, trials
from claims.kit.domains import seeds
from claims.subjects.trained.fair import NOT_LEARNT, at_best_rate
from claims.subjects.trained.recall import SETTING, recalling
from claims.subjects.trained.translation import ANY_LENGTH, LONGEST, reversing_any


@claim(
    "interview.bigger-state-no-help.trained",
    says="Making the state larger does not help a trained encoder-decoder with longer sources.",
    lines=(501,),
    expect="qualified",
    uses=("interview.bigger-state-no-help",),
    by=trials(seeds=12, alpha=2.45e-4),
    as_written=reading(seed=seeds(), small=16, large=64, attention=False, times=1.1),
    amended={"help means in proportion to its size": reading(seed=seeds(), small=16, large=64, attention=False, times=4.0)},
    fails_for={"attention in place of a larger state": reading(seed=seeds(), small=16, large=16, attention=True, times=1.1)},
    teach="It helps, and less than in proportion: with width 64 half of the tokens are right up to length "
    "{median large:.0f}, with width 16 up to {median small:.0f}, while the work of a step grows with the square of the "
    "width. Attention at the small width reaches length {median large | fails for:.0f}.",
    not_shown="Capacity: with more training lengths grow at every width. Other tasks.",
    scope=f"{ANY_LENGTH}; widths 16 and 64",
    cites=("sutskever2014", "bahdanau2015"),
    figure=accuracy_by_width,
)
def it_reaches_hardly_farther(seed: int, small: int, large: int, attention: bool, times: float) -> None:
    """How far a model reaches is the number of lengths, from 1 on, of which it writes half of the tokens right."""
    before = at_best_rate(reversing_any, seed, width=small, attention=False)
    after = at_best_rate(reversing_any, seed, width=large, attention=attention)
    ends = {
        f"{name} at {n}": came[f"at {n}"] for name, came in (("before", before), ("after", after)) for n in range(1, LONGEST + 1)
    }
    measure(small=before["half"], large=after["half"], **ends)
    at_most(after["half"], times * before["half"], "lengths that are got half right")


@claim(
    "interview.tbptt-horizon.trained",
    says="With truncation after k steps nothing that is longer ago than k is learnt.",
    lines=(513,),
    expect="qualified",
    uses=("interview.tbptt-horizon",),
    by=trials(seeds=12, alpha=2.45e-4),
    as_written=reading(seed=seeds(), shortest=1, longest=30, window=10),
    amended={"all examples have one lag, five times k": reading(seed=seeds(), shortest=50, longest=50, window=10)},
    fails_for={"near miss: a window that reaches the token": reading(seed=seeds(), shortest=50, longest=50, window=51)},
    teach="From lags of 1 to 30 a network with a window of 10 names the first symbol after 30 in "
    "{median accuracy:.0%} of the strings: what the short lags teach it, to hold on, serves the long ones. Where every "
    "lag is 50, beyond the window, it is right in {median accuracy | amended:.0%}, near chance, for no gradient ever "
    "reaches the token.",
    not_shown="Dependencies that do not come at short distances as well. Other cells. Lags little longer than the "
    "window, where the state brings something along that the window can read.",
    scope=f"{SETTING}; an LSTM with chrono biases; 1 budget; windows of 10 and 51",
    cites=("williams1990", "tallec2018"),
    figure=recall_with_a_window,
)
def nothing_beyond_the_window_is_learnt(seed: int, shortest: int, longest: int, window: int) -> None:
    cut = window if window <= longest else 0  # a window that reaches the first token cuts nothing off
    came = at_best_rate(recalling, seed, body="LSTM, chrono", shortest=shortest, longest=longest, window=cut, budgets=1)
    right = came["accuracy"]
    measure(accuracy=right)
    holds(right <= NOT_LEARNT, f"with a window of {window}, right in {right:.0%} of the strings at lag {longest}")
