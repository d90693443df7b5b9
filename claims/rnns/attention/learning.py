"""What trained attention looks at, and what it does to the fall with length."""

from claims.kit import at_least, at_most, claim, holds, measure, reading
from claims.kit.domains import seeds
from claims.rnns.figures.training import aligned_tokens, every_seed
from claims.subjects.trained.fair import BY_TRAINING, LEARNT, NOT_LEARNT, STAYS, THREE_STARTS, Setting, settings
from claims.subjects.trained.translation import ANY_LENGTH, SETTING, at_lengths, model_of_its_own

ONE = settings(("lstm", 16, 12))
SEVERAL = settings(("lstm", 16, 12), ("lstm, orthogonal", 64, 12), ("lstm, forget bias 1", 16, 16))


def quality_falls(seed: int, each: tuple[Setting, ...], short: int, budgets: int) -> None:
    """In each of the settings."""
    for one in each:
        fall = at_lengths(seed, one, one_model=False, attention=True, short=short, budgets=budgets).fall
        holds(fall > STAYS, f"{one}: token accuracy falls by {fall:.2g} from length {short}")


@claim(
    "attention.solved-bottleneck.trained",
    says="With attention quality no longer falls as the source grows.",
    lines=(451,),
    expect="qualified",
    contrary=("one model, and four times as wide",),
    uses=("attention.solved-bottleneck",),
    by=BY_TRAINING,
    as_written=reading(seed=seeds(), one_model=True, attention=True, each=ONE, short=4, budgets=1),
    amended={
        "each length has a model of its own": reading(
            seed=seeds(), one_model=False, attention=True, each=SEVERAL, short=4, budgets=5
        ),
    },
    also={
        "one model, and four times as wide": reading(
            seed=seeds(), one_model=True, attention=True, each=settings(("lstm, orthogonal", 64, 12)), short=4, budgets=1
        ),
    },
    fails_for={"without attention": reading(seed=seeds(), one_model=False, attention=False, each=ONE, short=4, budgets=5)},
    altered={
        "With attention quality still falls as the source grows, though each length has a model of its own.": reading(
            quality_falls, seed=seeds(), each=SEVERAL, short=4, budgets=5
        ),
    },
    teach="Where each length has a model of its own {median long | each length:.0%} of the long strings are written "
    "backwards correctly, of three kinds of encoder and decoder in the worst, and without attention "
    "{median long | without attention:.0%} after as many steps. One model for all lengths, of width 16, is right in "
    "{median short:.0%} at 4 and {median long:.0%} at 12; of width 64 in {median short | one model:.0%} and "
    "{median long | one model:.0%}.",
    not_shown="Translation. Whether one narrow model declines less with more training.",
    scope=f"{ANY_LENGTH}, widths 16 and 64; or a model each for lengths 4 and 12 or 16, {THREE_STARTS}, 5 budgets; "
    "BLEU of the corpus as sacrebleu works it out, orders 1 to 4, smoothed exponentially",
    cites=("bahdanau2015", "papineni2002"),
    figure=every_seed(
        "long",
        "share of right tokens at the longer length",
        "With attention and a model for that length strings are written almost without a fault; one model for all lengths is not "
        "as good",
    ),
)
def quality_stays(seed: int, one_model: bool, attention: bool, each: tuple[Setting, ...], short: int, budgets: int) -> None:
    """Token accuracy and, where each length has a model of its own, corpus BLEU as a share of 100."""
    came = {one: at_lengths(seed, one, one_model, attention, short, budgets) for one in each}
    measure(**vars(max(came.values(), key=lambda found: found.fall)))
    for one, found in came.items():
        at_most(found.fall, STAYS, f"{one}: fall in token accuracy from length {short}")
        if not one_model:
            at_most(found.fall_in_bleu, STAYS, f"{one}: fall in BLEU from length {short}")


def the_largest_weight_lies_elsewhere(seed: int, each: tuple[Setting, ...], budgets: int) -> None:
    for one in each:
        came = model_of_its_own(seed, one, attention=True, length=one.length, budgets=budgets)
        at_most(came["aligned"], NOT_LEARNT, f"{one}: share of target tokens whose largest weight lies on their source token")


@claim(
    "attention.aligns",
    says="Attention learns which source token each target token comes from.",
    lines=(452,),
    expect="undecided",
    uses=("attention.bahdanau-equations",),
    by=BY_TRAINING,
    as_written=reading(seed=seeds(), each=SEVERAL, budgets=5),
    fails_for={"before training": reading(seed=seeds(), each=ONE, budgets=0)},
    altered={
        "Attention never learns which source token each target token comes from.": reading(
            the_largest_weight_lies_elsewhere, seed=seeds(), each=SEVERAL, budgets=5
        ),
    },
    teach="Most networks that learn to write strings backwards, never told where to look, give the largest weight "
    "to the very token that is to be written. Not all: in one it lay there for {least aligned:.0%} of the tokens, and "
    "the strings were written none the worse. Show the antidiagonal as what attention can learn, and not as how it "
    "must work.",
    not_shown="How often: at the error rate that was declared nothing follows. That a weight is the reason for what is "
    "written. Translation, where words need not stand one for one.",
    scope=f"{SETTING}; additive attention; {THREE_STARTS}, widths 16 and 64; lengths 12 and 16; 5 budgets",
    cites=("bahdanau2015",),
    figure=aligned_tokens,
)
def the_largest_weight_lies_on_the_source_token(seed: int, each: tuple[Setting, ...], budgets: int) -> None:
    came = [model_of_its_own(seed, one, attention=True, length=one.length, budgets=budgets) for one in each]
    share = min(one["aligned"] for one in came)
    measure(aligned=share)
    at_least(share, LEARNT, "share of target tokens whose largest weight lies on the source token to be written")
