"""What trained networks make of agreement at a distance, and of bindings."""

from claims.figures.training import agreement_by_distance, every_seed, recall_by_pairs
from claims.kit import at_least, cannot_tell, claim, holds, measure, reading, trials
from claims.kit.domains import seeds
from claims.subjects.trained.agreement import DISTANCES, agreeing
from claims.subjects.trained.association import GUESS, associating
from claims.subjects.trained.fair import NOT_LEARNT, at_best_rate
from claims.subjects.trained.recall import recalling

FALL = 0.15  # of accuracy, from one word between head and verb to ten; fixed beforehand


SHORT_SIGHTED = "Transformer, window of 4"


@claim(
    "long-range.agreement-by-distance.trained",
    says="The farther the verb from its head noun, the more often an LSTM gets its number wrong.",
    lines=(278,),
    expect="refuted",
    by=trials(seeds=14, alpha=6.2e-5),
    as_written=reading(seed=seeds(), body="LSTM"),
    holds_for={"a Transformer that looks four words back": reading(seed=seeds(), body=SHORT_SIGHTED)},
    fails_for={"a Transformer that sees all": reading(seed=seeds(), body="Transformer")},
    teach="It is a matter of training, not of distance: after 1000 steps an LSTM agrees with the head over ten words, with "
    "nouns of the other number in between, and so does a Transformer. After 200 most LSTMs fall for those nouns, and most "
    "Transformers too. Ask of a figure like 85 % to 60 % how long the model was trained.",
    not_shown="Natural text, where more must be learnt and heads are harder to find. That all networks fall for the nouns "
    "after 200 steps: some had learnt it by then, so that this budget was left undecided.",
    cites=("linzen2016", "gulordava2018"),
    figure=agreement_by_distance,
)
def accuracy_falls_with_distance(seed: int, body: str) -> None:
    """After five times the plain budget. What it was after the plain one is measured beside it, and decides nothing."""
    late, early = (at_best_rate(agreeing, seed, body=body, budgets=budgets) for budgets in (5, 1))
    measure(**{f"{when} at {d}": came[f"at {d}"] for when, came in (("early", early), ("late", late)) for d in DISTANCES})
    near, far = late["at 1"], late["at 10"]
    holds(near - far >= FALL, f"right in {near:.0%} of the sentences at distance 1 and in {far:.0%} at 10")


@claim(
    "long-range.agreement-by-distance.transformer",
    says="A Transformer is right in at least 95 % of the sentences, whatever the distance.",
    lines=(278,),
    expect="supported",
    by=trials(seeds=20, alpha=5e-5),  # looked at before, on 14 seeds: both looks together err with 1e-4 at most
    as_written=reading(seed=seeds(), body="Transformer", budgets=5),
    fails_for={"layers that look four words back": reading(seed=seeds(), body=SHORT_SIGHTED, budgets=5)},
    teach="After 1000 steps nearly all Transformers are, after 200 none was: say *once it is trained*. That a layer can look at "
    "the head does not tell it to: it has to be learnt, as in an LSTM.",
    not_shown="Natural text; more steps; distances beyond twenty words.",
    cites=("vaswani2017", "linzen2016"),
    figure=every_seed(
        "worst",
        "share of right verbs at the worst distance",
        "A Transformer too has to be trained before it agrees over ten words",
    ),
)
def it_is_right_at_all_distances(seed: int, body: str, budgets: int) -> None:
    came = at_best_rate(agreeing, seed, body=body, budgets=budgets)
    worst = min(came[f"at {distance}"] for distance in DISTANCES)
    measure(worst=worst)
    at_least(worst, 0.95, "share of right verbs at the worst of the distances 1, 5, 10 and 20")


@claim(
    "long-range.last-noun-summer.trained",
    says="What draws an LSTM to the wrong verb are nouns of the other number in between.",
    lines=(276,),
    expect="refuted",
    by=trials(seeds=14, alpha=6.2e-5),
    as_written=reading(seed=seeds(), body="LSTM", harmless="mixed at 10"),
    holds_for={
        "a Transformer that looks four words back, against a single word in between": reading(
            seed=seeds(), body=SHORT_SIGHTED, harmless="at 1"
        )
    },
    fails_for={"near miss: the same sentences in their place": reading(seed=seeds(), body="LSTM", harmless="at 10")},
    teach="Once it is trained, nothing draws it: after 1000 steps an LSTM is as often right where all nouns between have the "
    "other number as where some have. Attraction belongs to a network that has learnt that verbs agree with nouns and not yet "
    "with which.",
    not_shown="Natural text; networks that are half-trained, which attraction is seen in and which differ much from seed to "
    "seed.",
    cites=("linzen2016", "bock1991"),
    figure=every_seed(
        "opposite",
        "share of right verbs, all nouns between of the other number",
        "Nouns of the other number do not draw a trained LSTM",
    ),
)
def nouns_of_the_other_number_do_harm(seed: int, body: str, harmless: str) -> None:
    """Ten words between head and verb, all nouns there of the other number, against sentences that do less harm."""
    came = at_best_rate(agreeing, seed, body=body, budgets=5)
    measure(opposite=came["at 10"], harmless=came[harmless])
    less = came[harmless] - came["at 10"]
    holds(less >= FALL, f"right in {came['at 10']:.0%} of the sentences, in {less:.0%} more of the harmless ones")


@claim(
    "long-range.garden-path-is-forgetting",
    says="By the last word of a garden path, five words on, an LSTM has forgotten its subject.",
    lines=(251,),
    expect="refuted",
    by=trials(seeds=14, alpha=6.2e-5),
    as_written=reading(seed=seeds(), body="LSTM", lag=5, budgets=1),
    holds_for={"thirty words, and all examples of that one lag": reading(seed=seeds(), body="LSTM", lag=30, budgets=5)},
    fails_for={"a plain network": reading(seed=seeds(), body="tanh", lag=5, budgets=1)},
    teach="Five words are no distance: trained for it even a plain network says what came five tokens before. What is hard "
    "about a garden path is not to keep the subject but to take it for one, and people stumble at the same word.",
    not_shown="What an LSTM trained on text makes of such a sentence; see long-range.garden-path-is-forgetting.published.",
    cites=("futrell2019",),
    figure=every_seed("accuracy", "accuracy", "Five tokens on every network knows the first"),
)
def the_first_token_is_forgotten(seed: int, body: str, lag: int, budgets: int) -> None:
    right = at_best_rate(recalling, seed, body=body, shortest=lag, longest=lag, budgets=budgets)["accuracy"]
    measure(accuracy=right)
    holds(right <= NOT_LEARNT, f"after {lag} more tokens the first is told in {right:.0%} of the strings")


BINDS, DROP = 0.3, 0.4  # above guessing, with two pairs; below that, with eight. Fixed beforehand.


@claim(
    "long-range.coreference-capacity.trained",
    says="The more bindings a text makes, the fewer of them a recurrent network has ready when it is asked.",
    lines=(260,),
    expect="qualified",
    by=trials(seeds=12, alpha=2.45e-4),  # at other sizes too few seeds were looked at before: both err with 3e-4 at most
    as_written=reading(seed=seeds(), body="LSTM", budgets=5),
    amended={"it is trained for a fifth of the steps": reading(seed=seeds(), body="LSTM", budgets=1)},
    fails_for={"one layer of attention": reading(seed=seeds(), body="attention", budgets=1)},
    teach="After 800 steps an LSTM of width 48 tells nearly always which of 12 values belongs to a key when there were two "
    "pairs, and in half of the cases when there were eight; after five times as many it has made up for some of that, and a "
    "layer of attention has nothing to make up for. Compare with guessing among the values that were there: where a network "
    "does no better than that, its decline says nothing about room.",
    not_shown="That the state is too small: bits enough are there, see long-range.coreference-capacity. Pronouns and names.",
    cites=("arora2024",),
    figure=recall_by_pairs,
)
def the_more_pairs_the_fewer_are_known(seed: int, body: str, budgets: int) -> None:
    came = at_best_rate(associating, seed, body=body, budgets=budgets)
    few, many = came["at 2"], came["at 8"]
    measure(**{f"at {pairs}": came[f"at {pairs}"] for pairs in GUESS})
    if few < GUESS[2] + BINDS:
        cannot_tell(f"right in {few:.0%} with two pairs, {GUESS[2]:.0%} by guessing: the budget is too small to bind at all")
    holds(few - many >= DROP, f"right in {few:.0%} with two pairs and in {many:.0%} with eight")
