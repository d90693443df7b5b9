"""What trained attention looks at, and what it does to the fall with length."""

from claims.figures.training import aligned_tokens, every_seed
from claims.kit import at_least, at_most, claim, measure, reading, trials
from claims.kit.domains import seeds
from claims.subjects.trained.fair import LEARNT, at_best_rate
from claims.subjects.trained.translation import at_two_lengths, reversing

STAYS = 0.05  # of accuracy, and of BLEU; fixed beforehand


@claim(
    "attention.solved-bottleneck.trained",
    says="With attention quality no longer falls as the source grows.",
    lines=(451,),
    expect="supported",
    uses=("attention.solved-bottleneck",),
    by=trials(seeds=12, alpha=2.45e-4),
    as_written=reading(seed=seeds(), attention=True, short=4, long=12, budgets=5),
    fails_for={"without attention": reading(seed=seeds(), attention=False, short=4, long=12, budgets=5)},
    teach="With attention, and nothing else changed, 12 symbols are written backwards as faultlessly as 4, by token and by BLEU; "
    "without it half of them are wrong after as many steps.",
    not_shown="Translation. That it stays so at any length: where one model serves all lengths attention declines a little too.",
    cites=("bahdanau2015", "papineni2002"),
    figure=every_seed(
        "long_bleu",
        "corpus BLEU at length 12",
        "With attention strings of 12 symbols are written almost without a fault, without it they are not",
    ),
)
def quality_stays(seed: int, attention: bool, short: int, long: int, budgets: int) -> None:
    """Token accuracy, and corpus BLEU as a share of 100."""
    near, far = at_two_lengths(seed, attention, short, long, budgets)
    at_most(near["accuracy"] - far["accuracy"], STAYS, f"fall in token accuracy from length {short} to {long}")
    at_most((near["bleu"] - far["bleu"]) / 100, STAYS, f"fall in BLEU from length {short} to {long}")


@claim(
    "attention.aligns",
    says="Attention learns which source token each target token comes from.",
    lines=(452,),
    expect="undecided",
    uses=("attention.bahdanau-equations",),
    by=trials(seeds=14, alpha=6.2e-5),
    as_written=reading(seed=seeds(), length=12, budgets=5),
    fails_for={"before training": reading(seed=seeds(), length=12, budgets=0)},
    teach="Most networks that learn to write strings backwards, never told where to look, give the largest weight to the very "
    "token that is to be written. Not all: one wrote as faultlessly and looked elsewhere. Show the antidiagonal as what "
    "attention can learn, and not as how it must work.",
    not_shown="How often: at the error rate that was declared nothing follows. That a weight is the reason for what is written. "
    "Translation, where words need not stand one for one.",
    cites=("bahdanau2015",),
    figure=aligned_tokens,
)
def the_largest_weight_lies_on_the_source_token(seed: int, length: int, budgets: int) -> None:
    share = at_best_rate(reversing, seed, attention=True, length=length, budgets=budgets)["aligned"]
    measure(aligned=share)
    at_least(share, LEARNT, "share of target tokens whose largest weight lies on the source token to be written")
