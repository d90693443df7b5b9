"""What an LSTM learns to keep where a plain network does not, and what it hangs on."""

from dataclasses import replace

from claims.kit import Look, claim, holds, measure, only, reading, trials
from claims.kit.domains import seeds
from claims.kit.reading import Check, Reading
from claims.rnns.figures.training import every_seed, recall_at_one_lag, recall_beyond_training, recall_by_start
from claims.subjects.trained.fair import BY_TRAINING, LEARNT, NOT_LEARNT, THREE_STARTS, Setting, settings
from claims.subjects.trained.reading import SETTING as FORESEEING
from claims.subjects.trained.reading import foretold
from claims.subjects.trained.recall import LONG, SETTING, TASK, recalled, recalling

FIVE_TANH = settings(("tanh", 32, 5), ("tanh, as Keras", 32, 3), ("tanh, as Keras", 128, 5))
FIVE_LSTM = settings(("LSTM", 32, 5), ("LSTM, orthogonal", 32, 3), ("LSTM, forget bias 1", 128, 5))


def neither_memory_is_poor(seed: int, plain: tuple[Setting, ...], gated: tuple[Setting, ...], poor: float, budgets: int) -> None:
    without, with_gates = ([recalled(seed, one, budgets=budgets)["accuracy"] for one in each] for each in (plain, gated))
    measure(plain=max(without), gated=min(with_gates))
    holds(max(without) > poor and min(with_gates) >= LEARNT, f"the plain network is right in {max(without):.0%} of the strings")


@claim(
    "gated.short-lags",
    says="Over a few tokens a plain network's memory is poor and an LSTM's good.",
    lines=(289,),
    expect="refuted",
    by=BY_TRAINING,
    as_written=reading(seed=seeds(), plain=FIVE_TANH, gated=FIVE_LSTM, poor=NOT_LEARNT, budgets=5),
    amended={"poor is whatever is not learnt": reading(seed=seeds(), plain=FIVE_TANH, gated=FIVE_LSTM, poor=LEARNT, budgets=5)},
    altered={
        "Over a few tokens a plain network's memory is not poor, and an LSTM's good.": reading(
            neither_memory_is_poor, seed=seeds(), plain=FIVE_TANH, gated=FIVE_LSTM, poor=NOT_LEARNT, budgets=5
        ),
    },
    holds_for={
        "fifty tokens, and a GRU with biases made for them": reading(
            seed=seeds(), plain=settings(("tanh", 32, 50)), gated=settings(("GRU, chrono", 32, 50)), poor=NOT_LEARNT, budgets=1
        ),
    },
    fails_for={
        "the two exchanged: an LSTM's memory poor, a plain network's good": reading(
            seed=seeds(), plain=FIVE_LSTM, gated=FIVE_TANH, poor=LEARNT, budgets=5
        ),
        "near miss: three tokens": reading(
            seed=seeds(), plain=settings(("tanh", 32, 3)), gated=settings(("LSTM", 32, 3)), poor=NOT_LEARNT, budgets=5
        ),
        "near miss: three tokens, and poor is whatever is not learnt": reading(
            seed=seeds(), plain=settings(("tanh", 32, 3)), gated=settings(("LSTM", 32, 3)), poor=LEARNT, budgets=5
        ),
    },
    also={
        "as torch draws both, with a fifth of the steps": reading(
            seed=seeds(), plain=settings(("tanh", 32, 5)), gated=settings(("LSTM", 32, 5)), poor=LEARNT, budgets=1
        )
    },
    teach="No plain network is near chance after a few tokens: the worst names the first in {least plain:.0%} of the "
    "strings, and in {sum plain_learns:.0f} of {sum counted:.0f} draws all three kinds learn it as an LSTM does, which always "
    "does. What sets the two clearly apart begins where the essay's table speaks of medium "
    "range.",
    not_shown="Where the plain network gives up: between five tokens and fifty it depends on the seed and the learning rate.",
    scope=f"{SETTING}; tanh networks as torch or Keras draws them; {THREE_STARTS}; widths 32 and 128; lags 3 and 5; 5 budgets",
    cites=("bengio1994", "hochreiter1997"),
    contrary=("poor is whatever is not learnt", "as torch draws both, with a fifth of the steps"),
    figure=every_seed(
        "plain",
        "accuracy of the plain network",
        "Over five tokens no plain network is near chance, and not every one learns what an LSTM does",
    ),
)
def the_plain_network_fails_where_the_gated_learns(
    seed: int, plain: tuple[Setting, ...], gated: tuple[Setting, ...], poor: float, budgets: int
) -> None:
    """In each pair of settings."""
    without, with_gates = ([recalled(seed, one, budgets=budgets)["accuracy"] for one in each] for each in (plain, gated))
    measure(plain=min(without), gated=min(with_gates), plain_learns=min(without) >= LEARNT, counted=1)
    holds(
        max(without) <= poor and min(with_gates) >= LEARNT,
        f"the plain network is right in {max(without):.0%} of the strings, the gated one in {min(with_gates):.0%}",
    )


OPEN_GATES = settings(("LSTM, chrono", 32, 10), ("LSTM, chrono", 128, 30))


def the_lag_is_not_learnt(seed: int, each: tuple[Setting, ...], mixed: bool, budgets: int) -> None:
    right, where = max((recalled(seed, one, mixed, budgets)["accuracy"], str(one)) for one in each)
    measure(accuracy=right)
    holds(right <= NOT_LEARNT, f"{where}: right in {right:.0%} of the strings")


@claim(
    "gated.medium-and-long-lags",
    says="Over 10 to 50 tokens an LSTM does acceptably.",
    lines=(290,),
    expect="qualified",
    contrary=("orthogonal weights, 30 tokens",),
    by=trials(looked=[Look(20, 5e-5), Look(20, 5e-5, on_other_runs=True)]),  # with half the steps for mixed lags
    as_written=reading(seed=seeds(), each=settings(("LSTM", 32, 30)), mixed=False, budgets=5),
    amended={
        "its biases are made for such lags": reading(seed=seeds(), each=OPEN_GATES, mixed=False, budgets=1),
        "the same, over 30 tokens at a quarter of the width": reading(
            seed=seeds(), each=settings(("LSTM, chrono", 32, 30)), mixed=False, budgets=1
        ),
        "it is trained on all lags from 1 to 50": reading(
            seed=seeds(),
            each=settings(("LSTM", 32, 50), ("LSTM, orthogonal", 32, 50), ("LSTM, forget bias 1", 8, 50)),
            mixed=True,
            budgets=4,
        ),
    },
    altered={
        "Over 10 to 50 tokens an LSTM fails, with biases made for such lags as well.": reading(
            the_lag_is_not_learnt, seed=seeds(), each=OPEN_GATES, mixed=False, budgets=1
        ),
    },
    fails_for={"a plain network": reading(seed=seeds(), each=settings(("tanh", 32, 50)), mixed=False, budgets=5)},
    also={
        "chrono biases, 50 tokens": reading(seed=seeds(), each=settings(("LSTM, chrono", 32, 50)), mixed=False, budgets=1),
        "orthogonal weights, 30 tokens": reading(
            seed=seeds(), each=settings(("LSTM, orthogonal", 32, 30)), mixed=False, budgets=5
        ),
    },
    teach="Trained on one lag of 30 an LSTM as torch draws it is right in {median accuracy:.0%} of the strings, "
    "near chance, with five budgets as well. With biases that open its gates for such lags it learns it within one: "
    "{median accuracy | its biases:.0%}. Without them it learns it from examples that begin with short lags: "
    "{median accuracy | it is trained on all lags:.0%}. It is the start or the curriculum that decides.",
    not_shown="Other tasks.",
    scope=f"{SETTING}; {THREE_STARTS}, or with chrono biases; widths 8 to 128; lags 10, 30, or 1 to 50; 1 budget, 4 or 5",
    cites=("hochreiter1997", "tallec2018"),
    figure=recall_at_one_lag,
)
def the_lag_is_learnt(seed: int, each: tuple[Setting, ...], mixed: bool, budgets: int) -> None:
    right, where = min((recalled(seed, one, mixed, budgets)["accuracy"], str(one)) for one in each)
    measure(accuracy=right)
    holds(right >= LEARNT, f"{where}: right in {right:.0%} of the strings")


def from_starts(width: int, lag: int, *bodies: str, check: Check | None = None) -> Reading:
    return reading(check, seed=seeds(), each=settings(*((body, width, lag) for body in bodies)))


USUAL_STARTS = ("LSTM", "LSTM, forget bias 1", "LSTM, forget bias 5", "LSTM, chrono")


def all_learn_it(seed: int, each: tuple[Setting, ...]) -> None:
    right, where = min((recalled(seed, one)["accuracy"], str(one)) for one in each)
    holds(right >= LEARNT, f"{where}: right in {right:.0%} of the strings")


def none_learns_it(seed: int, each: tuple[Setting, ...]) -> None:
    right, where = max((recalled(seed, one)["accuracy"], str(one)) for one in each)
    holds(right <= NOT_LEARNT, f"{where}: right in {right:.0%} of the strings")


@claim(
    "gated.start-decides",
    says="Which recurrent networks learn to keep a token for thirty steps is settled by how their weights start out.",
    lines=(289, 290, 303),
    expect="supported",
    by=BY_TRAINING,
    as_written=from_starts(32, 30, *USUAL_STARTS),
    altered={
        "Recurrent networks learn to keep a token for thirty steps however their weights start out.": from_starts(
            32, 30, *USUAL_STARTS, check=all_learn_it
        ),
        "Recurrent networks do not learn to keep a token for thirty steps however their weights start out.": from_starts(
            32, 30, *USUAL_STARTS, check=none_learns_it
        ),
    },
    holds_for={
        "an LSTM four times as wide": from_starts(128, 30, "LSTM, orthogonal", "LSTM, chrono"),
        "a GRU, and an LSTM": from_starts(32, 30, "GRU", "GRU, chrono", "LSTM"),
        "plain networks, and an LSTM": from_starts(32, 30, "tanh", "tanh, orthogonal", "ReLU, identity", "LSTM, forget bias 5"),
    },
    fails_for={
        "near miss: starts that all let the gradient through": from_starts(
            32, 30, "LSTM, forget bias 5", "LSTM, chrono", "GRU, chrono"
        ),
        "near miss: three steps for thirty": from_starts(32, 3, "tanh", "LSTM", "LSTM, chrono"),
    },
    also={"an LSTM over 50 tokens": from_starts(32, 50, "LSTM", "LSTM, forget bias 5", "LSTM, chrono")},
    teach="The same LSTM, the same data, the same steps: right in {median LSTM:.0%} of the strings as torch draws "
    "it, in {median LSTM, chrono:.0%} where its forget gates start out open. Ask of a comparison of architectures how "
    "each of them was initialised.",
    not_shown="More steps, or lags that begin short: see gated.medium-and-long-lags.",
    scope=f"{SETTING}; LSTM, GRU and plain networks from their usual starts; widths 32 and 128; lags 30 and 50; 1 budget",
    cites=("le2015", "tallec2018", "jozefowicz2015"),
    figure=recall_by_start,
)
def some_learn_it_and_some_do_not(seed: int, each: tuple[Setting, ...]) -> None:
    right = {one.body: recalled(seed, one)["accuracy"] for one in each}
    measure(**right)
    best, worst = max(right, key=right.__getitem__), min(right, key=right.__getitem__)
    holds(
        right[best] >= LEARNT and right[worst] <= NOT_LEARNT,
        f"{best} is right in {right[best]:.0%} of the strings, and {worst}, the worst, in {right[worst]:.0%}",
    )


def the_long_lag_is_mastered(seed: int, each: tuple[Setting, ...], mixed: bool, asked: str, budgets: int) -> None:
    right, where = min((recalled(seed, one, mixed, budgets)[asked], str(one)) for one in each)
    measure(accuracy=right)
    holds(right >= LEARNT, f"{where}: right in {right:.0%} of the strings")


@claim(
    "gated.long-lags",
    says="Over 100 tokens and more an LSTM still struggles.",
    lines=(291,),
    expect="qualified",
    by=BY_TRAINING,
    as_written=reading(seed=seeds(), each=settings(("LSTM", 32, 50)), mixed=True, asked="at 200", budgets=2),
    amended={"all its examples have one long lag": reading(seed=seeds(), each=LONG, mixed=False, asked="accuracy", budgets=1)},
    altered={
        "Over 100 tokens and more an LSTM does well, from examples of one long lag as well.": reading(
            the_long_lag_is_mastered, seed=seeds(), each=LONG, mixed=False, asked="accuracy", budgets=1
        ),
    },
    fails_for={
        "one layer of attention, from examples of that lag": reading(
            seed=seeds(), each=settings(("attention", 32, 100)), mixed=False, asked="accuracy", budgets=1
        ),
    },
    teach="From examples of a lag of 100 alone an LSTM is right in {median accuracy | amended:.0%} of the strings, "
    "near chance, and one layer of attention in {median accuracy | fails for:.0%}. From lags of 1 to 50 it is the "
    "other way round: the LSTM is right in {median accuracy:.0%} at 200, in at least {least accuracy:.0%}, and "
    "attention loses track beyond the lengths that it has seen. What struggles is learning from scratch, not keeping.",
    not_shown="That more steps or another start would not do at a fixed lag of 100; other codes of position, with which "
    "attention may go on.",
    scope=f"{SETTING}; {THREE_STARTS}, widths 32 and 128; lags 1 to 50, 2 budgets, asked at lag 200; or a lag of 100, 1 budget",
    cites=("tallec2018", "press2022"),
    figure=recall_beyond_training,
)
def the_long_lag_is_not_mastered(seed: int, each: tuple[Setting, ...], mixed: bool, asked: str, budgets: int) -> None:
    right, where = max((recalled(seed, one, mixed, budgets)[asked], str(one)) for one in each)
    measure(accuracy=right)
    holds(right <= NOT_LEARNT, f"{where}: right in {right:.0%} of the strings")


THREE_TANH = settings(("tanh", 32, 3), ("tanh, as Keras", 32, 5), ("tanh, as Keras", 128, 3))
THREE_LSTM = settings(("LSTM", 32, 3), ("LSTM, orthogonal", 32, 5), ("LSTM, forget bias 1", 128, 3))


@claim(
    "gated.training-stability",
    says="Training an LSTM is stabler than training a plain network.",
    lines=(292,),
    expect="supported",
    by=trials(looked=[Look(20, 2.2e-5)]),
    as_written=reading(seed=seeds(), plain=THREE_TANH, gated=THREE_LSTM, rates=only((0.05, 0.1), "0.05 and 0.1")),
    altered={
        "Training a plain network is stabler than training an LSTM.": reading(
            seed=seeds(), plain=THREE_LSTM, gated=THREE_TANH, rates=only((0.05, 0.1), "0.05 and 0.1")
        ),
    },
    fails_for={
        "near miss: rates that one would choose": reading(
            seed=seeds(),
            plain=settings(("tanh", 32, 3)),
            gated=settings(("LSTM", 32, 3)),
            rates=only((0.003, 0.01), "0.003 and 0.01"),
        ),
    },
    teach="Three kinds of plain network, each at the rates 0.05 and 0.1, learn in {median plain:.0f} of "
    "{median counted:.0f} cases, LSTMs in {median gated:.0f}, and nowhere in fewer. At rates that one would choose "
    "both learn. Say *more forgiving* rather than stable.",
    not_shown="Long sequences; other optimisers than Adam; more than two steep rates.",
    scope=f"{TASK}; Adam without clipping, float32 on a CPU; three starts, widths 32 and 128, lags 3 and 5",
    cites=("hochreiter1997", "pascanu2013"),
    figure=every_seed(
        "plain",
        "steep rates at which plain networks learn, of six",
        "At steep rates a plain network does not learn to keep a token for a few steps",
    ),
)
def the_gated_network_survives_more_rates(
    seed: int, plain: tuple[Setting, ...], gated: tuple[Setting, ...], rates: tuple[float, ...]
) -> None:
    """In no pair of settings at fewer of them, and at more over all pairs; without clipping."""

    def learns(one: Setting, rate: float) -> bool:
        lag = one.length
        came = recalling(seed, body=one.body, width=one.width, shortest=lag, longest=lag, rate=rate, clipped=False)
        return came["accuracy"] >= LEARNT

    survived = {pair: [sum(learns(one, rate) for rate in rates) for one in pair] for pair in zip(plain, gated, strict=True)}
    without, with_gates = map(sum, zip(*survived.values(), strict=True))
    measure(plain=without, gated=with_gates, counted=len(rates) * len(plain))
    for pair, (few, many) in survived.items():
        holds(many >= few, f"{pair[0]}: learns at {few} of {len(rates)} rates; {pair[1]}: at {many}")
    holds(with_gates > without, f"plain networks learn at {without} rates, gated ones at {with_gates}")


BOTH_SIDES = settings(("LSTM", 32, 10), ("LSTM, orthogonal", 128, 10), ("LSTM, forget bias 1", 32, 20))


def in_both_directions(one: Setting) -> Setting:
    return replace(one, body=f"{one.body} in both directions")


def one_direction_does_as_well(seed: int, each: tuple[Setting, ...]) -> None:
    one_way, two_ways = min(foretold(seed, one) for one in each), max(foretold(seed, in_both_directions(one)) for one in each)
    holds(one_way >= two_ways, f"from the left {one_way:.0%} of the symbols are foretold, from both sides {two_ways:.0%}")


@claim(
    "gated.bidirectional-both-sides.trained",
    says="Where what comes later matters, reading in both directions helps.",
    lines=(320,),
    expect="supported",
    by=trials(looked=[Look(20, 2.2e-5)]),
    as_written=reading(seed=seeds(), each=BOTH_SIDES, twice_as_wide=False),
    altered={
        "Where what comes later matters, reading in one direction does as well.": reading(
            one_direction_does_as_well, seed=seeds(), each=BOTH_SIDES
        ),
    },
    fails_for={
        "near miss: twice the width in place of the second direction": reading(
            seed=seeds(), each=settings(("LSTM", 32, 10)), twice_as_wide=True
        ),
    },
    teach="Asked at each symbol which one follows, an LSTM that reads from the left is right in "
    "{median one_way:.0%}, for it has not seen it, and one that reads from both sides in {median two_ways:.0%}. That "
    "is the whole of what it can gain: a label that hangs on the past alone needs no second direction.",
    not_shown="How much the future matters in a given task.",
    scope=f"{FORESEEING}; {THREE_STARTS}; widths 32 and 128",
    cites=("schuster1997", "graves2005"),
    figure=every_seed(
        "two_ways",
        "share of symbols foretold",
        "Who reads from both sides foretells every symbol, who reads from the left none but by chance",
    ),
)
def reading_from_both_sides_decides(seed: int, each: tuple[Setting, ...], twice_as_wide: bool) -> None:
    """Beside an LSTM that reads in one direction, in each of the settings."""

    def more(one: Setting) -> Setting:
        return replace(one, width=2 * one.width) if twice_as_wide else in_both_directions(one)

    one_way, two_ways = max(foretold(seed, one) for one in each), min(foretold(seed, more(one)) for one in each)
    measure(one_way=one_way, two_ways=two_ways)
    holds(
        one_way <= NOT_LEARNT and two_ways >= LEARNT,
        f"from the left {one_way:.0%} of the symbols are foretold, from both sides {two_ways:.0%}",
    )
