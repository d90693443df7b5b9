"""What trained attention looks at, and what it does to the fall with length."""

from claims.figures.training import aligned_tokens, every_seed
from claims.kit import at_least, at_most, claim, measure, reading, trials
from claims.kit.domains import seeds
from claims.subjects.trained.fair import LEARNT, at_best_rate
from claims.subjects.trained.translation import ANY_LENGTH, SETTING, at_two_lengths, by_one_model, reversing

STAYS = 0.05  # of accuracy, and of BLEU; fixed beforehand


@claim(
    "attention.solved-bottleneck.trained",
    says="With attention quality no longer falls as the source grows.",
    lines=(451,),
    expect="qualified",
    uses=("attention.solved-bottleneck",),
    by=trials(seeds=12, alpha=2.45e-4),
    as_written=reading(seed=seeds(), one_model=True, attention=True, short=4, long=12, budgets=1),
    amended={
        "each length has a model of its own": reading(seed=seeds(), one_model=False, attention=True, short=4, long=12, budgets=5)
    },
    fails_for={"without attention": reading(seed=seeds(), one_model=False, attention=False, short=4, long=12, budgets=5)},
    teach="Where each length has a model of its own {median long | amended:.0%} of 12 symbols are written "
    "backwards correctly and {median short | amended:.0%} of 4; corpus BLEU is {median long_bleu | amended:.0f} and "
    "{median short_bleu | amended:.0f}; without attention {median long | without attention:.0%} of 12 are right after "
    "as many steps. One model for all lengths is right in {median short:.0%} at 4 and {median long:.0%} at 12: "
    "attention does better there too, and declines.",
    not_shown="Translation. Whether one model declines less with more training.",
    scope=f"{ANY_LENGTH}, 1 budget; or a model each for lengths 4 and 12, 5 budgets; width 16",
    cites=("bahdanau2015", "papineni2002"),
    figure=every_seed(
        "long",
        "share of right tokens at length 12",
        "With attention and a model for that length strings are written almost without a fault; one model for all lengths is not "
        "as good",
    ),
)
def quality_stays(seed: int, one_model: bool, attention: bool, short: int, long: int, budgets: int) -> None:
    """Token accuracy and, where each length has a model of its own, corpus BLEU as a share of 100."""
    if one_model:
        at_short, at_long = by_one_model(seed, attention, short, long)
    else:
        near, far = at_two_lengths(seed, attention, short, long, budgets)
        at_short, at_long = near["accuracy"], far["accuracy"]
        at_most((near["bleu"] - far["bleu"]) / 100, STAYS, f"fall in BLEU from length {short} to {long}")
    at_most(at_short - at_long, STAYS, f"fall in token accuracy from length {short} to {long}")


@claim(
    "attention.aligns",
    says="Attention learns which source token each target token comes from.",
    lines=(452,),
    expect="undecided",
    uses=("attention.bahdanau-equations",),
    by=trials(seeds=14, alpha=6.2e-5),
    as_written=reading(seed=seeds(), length=12, budgets=5),
    fails_for={"before training": reading(seed=seeds(), length=12, budgets=0)},
    teach="Most networks that learn to write strings backwards, never told where to look, give the largest weight "
    "to the very token that is to be written. Not all: in one it lay there for {least aligned:.0%} of the tokens, and "
    "the strings were written none the worse. Show the antidiagonal as what attention can learn, and not as how it "
    "must work.",
    not_shown="How often: at the error rate that was declared nothing follows. That a weight is the reason for what is "
    "written. Translation, where words need not stand one for one.",
    scope=f"{SETTING}; with additive attention; length 12; 5 budgets",
    cites=("bahdanau2015",),
    figure=aligned_tokens,
)
def the_largest_weight_lies_on_the_source_token(seed: int, length: int, budgets: int) -> None:
    share = at_best_rate(reversing, seed, attention=True, length=length, budgets=budgets)["aligned"]
    measure(aligned=share)
    at_least(share, LEARNT, "share of target tokens whose largest weight lies on the source token to be written")
