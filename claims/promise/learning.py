"""What a plain network learns to keep: a first token, a short and a long while later."""

from claims.figures.training import recall_by_lag
from claims.kit import claim, holds, measure, reading, trials
from claims.kit.domains import seeds
from claims.subjects.trained.fair import LEARNT, NOT_LEARNT, at_best_rate
from claims.subjects.trained.recall import SETTING, recalling


@claim(
    "promise.short-works-long-fails",
    says="What is a few tokens back a plain recurrent network learns to keep; what is far back it does not.",
    lines=(35, 36, 40, 43),
    expect="supported",
    by=trials(seeds=14, alpha=6.2e-5),
    as_written=reading(seed=seeds(), body="tanh", short=3, long=50, budgets=5),
    fails_for={
        "an LSTM with biases made for the longer lag": reading(seed=seeds(), body="LSTM, chrono", short=3, long=50, budgets=1),
        "near miss: three tokens are called long": reading(seed=seeds(), body="tanh", short=3, long=3, budgets=1),
    },
    teach="After 3 tokens a plain tanh network names the first of them in {median short:.0%} of the strings, after "
    "50 in {median long:.0%}, no more often than a guess would. Say *a plain network, from usual weights*: an LSTM "
    "whose gates start out slow is right in {median long | an LSTM:.0%} after 50, at the same price.",
    not_shown="That it cannot: more steps, other starts and other widths were not tried. Natural text, where what is "
    "far back can often be told from what is near.",
    scope=f"{SETTING}; a tanh network as torch draws it; a network for each lag, 3 and 50; 5 budgets",
    cites=("bengio1994", "tallec2018"),
    figure=recall_by_lag,
)
def the_short_lag_is_learnt_and_the_long_is_not(seed: int, body: str, short: int, long: int, budgets: int) -> None:
    """Right at least nine times in ten after the short lag, at most twice as often as by chance after the long one."""
    near, far = (
        at_best_rate(recalling, seed, body=body, shortest=lag, longest=lag, budgets=budgets)["accuracy"] for lag in (short, long)
    )
    measure(short=near, long=far)
    holds(near >= LEARNT and far <= NOT_LEARNT, f"right in {near:.0%} of the strings at lag {short}, in {far:.0%} at lag {long}")
