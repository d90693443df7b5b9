"""Each requirement put to each system, and whether the four are four and necessary."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from claims.kit import cases, claim, exhaustion, holds, only, reading, show
from claims.rnns.figures.needed import numbers_that_cross_by_length
from claims.rnns.subjects.requirements import (
    CACHED,
    CONSTANT_GRADIENT_PATH,
    CONVOLUTIONS,
    DILATIONS,
    DIRECT_ACCESS,
    FOUR,
    GENERATING,
    LENGTHS,
    NO_FIXED_BOTTLENECK,
    PARALLEL_TRAINING,
    PRINTED,
    SYSTEMS,
    Counts,
    Requirement,
    grows,
    grows_like_log_n_at_most,
    longest_path_from_later_tokens,
    put_to,
    stays,
)  # fmt: skip
from impls.tracing.systems import (
    ADDITIVE,
    BIDIRECTIONAL,
    CROSS_ATTENTION,
    ELMAN,
    FINAL_STATE,
    GRU,
    LSTM,
    MINGRU_SCAN,
    PREFIX_ATTENTION,
    SCAN,
    TRANSFORMER_LAYER,
    System,
)  # fmt: skip

# --- the table ------------------------------------------------------------------------------------------------------


@claim(
    "needed.table.direct-access",
    says="A Transformer gives every position direct access to every token up to it; an RNN and an LSTM do not.",
    lines=(413, 427, 431),
    expect="supported",
    uses=("needed.direct-access", "attention.single-layer-all-pairs"),
    by=exhaustion(),
    as_written=reading(requirement=DIRECT_ACCESS, system=TRANSFORMER_LAYER),
    holds_for=put_to(DIRECT_ACCESS, PREFIX_ATTENTION, ADDITIVE, CROSS_ATTENTION),
    fails_for=put_to(DIRECT_ACCESS, ELMAN, LSTM, GRU, BIDIRECTIONAL, FINAL_STATE, DILATIONS, CONVOLUTIONS, SCAN, MINGRU_SCAN),
    altered={
        "A Transformer, a causal mask or none, gives every position direct access to every token after it.": reading(
            requirement=replace(DIRECT_ACCESS, name="access to later tokens", count=longest_path_from_later_tokens),
            system=cases((TRANSFORMER_LAYER, PREFIX_ATTENTION)),
        ),
        "In a Transformer the way from a token to a position grows with the text.": reading(
            requirement=replace(DIRECT_ACCESS, name="a way that grows", satisfied=grows), system=TRANSFORMER_LAYER
        ),
    },
    teach="Direct means: the fewest operations from a token to a position stay the same when the text grows. In an encoder-"
    "decoder the tokens are the source and the positions the target's, so additive attention has it; within the source it has "
    "not. Dilated convolutions and scans have log n, which is no constant and yet far from n.",
    not_shown="Access to later tokens, which a causal mask forbids: see attention.single-layer-all-pairs. What passes along "
    "the path. Lengths beyond 12 tokens.",
    cites=("vaswani2017", "bahdanau2015"),
)
def the_system_meets(requirement: Requirement, system: System) -> None:
    counts = requirement.counts(system)
    lengths = ", ".join(map(str, LENGTHS))
    show(f"{requirement.counted}; {lengths} tokens", counts)
    holds(requirement.satisfied(counts), f"{requirement.counted}: {counts} at {lengths} tokens")


table_parallel_training = claim(
    "needed.table.parallel-training",
    says="A Transformer trains in parallel over the sequence; an RNN and an LSTM do not.",
    lines=(417, 427, 432),
    expect="supported",
    uses=("needed.parallel-training",),
    by=exhaustion(),
    as_written=reading(requirement=PARALLEL_TRAINING, system=TRANSFORMER_LAYER),
    holds_for=put_to(PARALLEL_TRAINING, CROSS_ATTENTION, DILATIONS, SCAN, MINGRU_SCAN),
    fails_for=put_to(PARALLEL_TRAINING, ELMAN, LSTM, GRU, BIDIRECTIONAL, FINAL_STATE, ADDITIVE, CONVOLUTIONS),
    altered={
        "A Transformer generates in parallel over the sequence.": reading(requirement=PARALLEL_TRAINING, system=GENERATING),
        "A Transformer takes as many operations in a row however long the text is.": reading(
            requirement=replace(PARALLEL_TRAINING, name="as many operations", satisfied=stays), system=TRANSFORMER_LAYER
        ),
    },
    teach="What counts is that the operations in a row grow like log n at most. No constant is to be had on two numbers at a "
    "time, for a softmax over n scores takes log₂ n additions in a row itself; a scan takes as many. Whoever counts a whole "
    "softmax as one operation finds O(1) for attention and O(log n) for scans and dilated convolutions.",
    not_shown="Lengths beyond 12 tokens. The stacked convolution fails by its depth: here it has as many layers as it takes to "
    "reach the first token, in practice a fixed number.",
    cites=("vaswani2017", "blelloch1990", "feng2024"),
)(the_system_meets)


table_no_fixed_bottleneck = claim(
    "needed.table.no-fixed-bottleneck",
    says="In a Transformer the context is not squeezed into a vector of fixed size; in an RNN and an LSTM it is.",
    lines=(421, 427, 433),
    expect="supported",
    uses=("needed.no-fixed-bottleneck",),
    by=exhaustion(),
    as_written=reading(requirement=NO_FIXED_BOTTLENECK, system=TRANSFORMER_LAYER),
    holds_for=put_to(NO_FIXED_BOTTLENECK, ADDITIVE, CROSS_ATTENTION, DILATIONS, CONVOLUTIONS),
    fails_for=put_to(NO_FIXED_BOTTLENECK, ELMAN, LSTM, GRU, BIDIRECTIONAL, FINAL_STATE, SCAN, MINGRU_SCAN),
    altered={
        "In a Transformer too the context is squeezed into a vector of fixed size.": reading(
            requirement=replace(NO_FIXED_BOTTLENECK, name="a fixed bottleneck", satisfied=stays), system=TRANSFORMER_LAYER
        ),
    },
    teach="Differentiate the later outputs by the earlier tokens. The rank says how many independent numbers get across: at "
    "most the width d of the state in an RNN (2d in an LSTM, h and C), and no more in a scan, for that is the same function "
    "evaluated otherwise. In attention and in convolutions that reach far enough it grows with the text.",
    not_shown="That all that crosses is of use: many of these numbers are small. The later outputs as a whole are meant; each "
    "single one reads a weighted mean of fixed width. Lengths beyond 12 tokens.",
    cites=("bahdanau2015", "vaswani2017"),
    figure=numbers_that_cross_by_length,
)(the_system_meets)


def grows_like_log_n(counts: Counts) -> bool:
    return grows(counts) and grows_like_log_n_at_most(counts)


table_constant_gradient_path = claim(
    "needed.table.constant-gradient-path",
    says="In a Transformer gradients take a path of constant length; in an RNN and an LSTM they do not.",
    lines=(425, 427, 434),
    expect="supported",
    uses=("needed.constant-path-cures-vanishing",),
    by=exhaustion(),
    as_written=reading(requirement=CONSTANT_GRADIENT_PATH, system=TRANSFORMER_LAYER),
    holds_for=put_to(CONSTANT_GRADIENT_PATH, ADDITIVE, CROSS_ATTENTION),
    fails_for=put_to(
        CONSTANT_GRADIENT_PATH, ELMAN, LSTM, GRU, BIDIRECTIONAL, FINAL_STATE, DILATIONS, CONVOLUTIONS, SCAN, MINGRU_SCAN
    )
    | {"near miss: the path is there, but no gradient takes it": reading(requirement=CONSTANT_GRADIENT_PATH, system=CACHED)},
    altered={
        "In a Transformer the gradient's path grows like log n.": reading(
            requirement=replace(CONSTANT_GRADIENT_PATH, name="a gradient path like log n", satisfied=grows_like_log_n),
            system=TRANSFORMER_LAYER,
        ),
    },
    teach="This row repeats the first one: reverse-mode differentiation walks the forward graph backwards, so the two paths "
    "are of one length unless a gradient is cut. In an LSTM the path is two operations a token, through the cell.",
    not_shown="That the gradient is large: see needed.constant-path-cures-vanishing. Lengths beyond 12 tokens.",
    cites=("vaswani2017", "dai2019"),
)(the_system_meets)


# --- four, and necessary? -------------------------------------------------------------------------------------------


THE_FOUR = (
    "needed.direct-access",
    "needed.parallel-training",
    "needed.no-fixed-bottleneck",
    "needed.constant-path-cures-vanishing",
)


def whoever_has_the_first_has_the_others(requirements: Sequence[Requirement], systems: Sequence[System]) -> None:
    first, *others = requirements
    without = [system.name for system in systems if first.met_by(system) and not all(one.met_by(system) for one in others)]
    holds(not without, f"“{first.name}” and not {', '.join(f'“{one.name}”' for one in others)}: {', '.join(without)}")


def there_are_that_many(requirements: Sequence[Requirement], systems: Sequence[System], number: int) -> None:
    kinds = {tuple(one.met_by(system) for system in systems) for one in requirements}
    holds(len(kinds) == number, f"of {len(requirements)} requirements {len(kinds)} are different from the others")


CUT = only((*SYSTEMS, CACHED), "the same, and attention over a cache that passes no gradient")


@claim(
    "needed.four-are-three",
    says="There are exactly four requirements, each different from the others.",
    lines=(409, 427),
    expect="qualified",
    uses=THE_FOUR,
    by=exhaustion(),
    as_written=reading(requirements=only(FOUR, "the four"), systems=only(SYSTEMS, "the systems of the table")),
    amended={
        "gradients may be cut on the way": reading(
            requirements=only(FOUR, "the four"),
            systems=CUT,
        )
    },
    holds_for={
        "without the fourth": reading(requirements=only(FOUR[:3], "the first three"), systems=only(SYSTEMS, "the same")),
    },
    fails_for={
        "near miss: without the convolutions": reading(
            requirements=only(FOUR[:3], "the first three"),
            systems=only(tuple(s for s in SYSTEMS if s not in (CONVOLUTIONS, DILATIONS)), "the same, convolutions left out"),
        )
    },
    witness={
        "the essay's three columns": reading(
            requirements=only(FOUR[:3], "the first three"), systems=only(PRINTED, "RNN, LSTM and Transformer")
        )
    },
    altered={
        "There are exactly three requirements, each different from the others, though gradients may be cut.": reading(
            there_are_that_many, requirements=only(FOUR, "the four"), systems=CUT, number=3
        ),
        "There are at most two: what has no fixed bottleneck has direct access.": reading(
            whoever_has_the_first_has_the_others,
            requirements=only((NO_FIXED_BOTTLENECK, DIRECT_ACCESS), "the third and the first"),
            systems=only(SYSTEMS, "the same"),
        ),
        "There are at most two: what has direct access trains in parallel.": reading(
            whoever_has_the_first_has_the_others,
            requirements=only((DIRECT_ACCESS, PARALLEL_TRAINING), "the first and the second"),
            systems=only(SYSTEMS, "the same"),
        ),
    },
    teach="Three: a path forward is a path for the gradient, backwards. Only where gradients are cut on purpose (truncated "
    "back-propagation, a cache of earlier states) do the first and the fourth differ. The essay's three columns tell no two "
    "rows apart at all; additive attention, scans and convolutions tell three.",
    not_shown="That nothing else is needed: order, for one, which attention does not see (attention.only-attention-and-ffn).",
    cites=("dai2019", "vaswani2017"),
)
def no_two_always_agree(requirements: Sequence[Requirement], systems: Sequence[System]) -> None:
    for one, other in combinations(requirements, 2):
        answers = [(one.met_by(system), other.met_by(system)) for system in systems]
        show(f"systems that have “{one.name}” and not “{other.name}”, or the reverse", sum(a != b for a, b in answers))
        holds(len(set(answers) - {(True, True), (False, False)}), f"“{one.name}” and “{other.name}” always agree")


def what_is_better_in_every_respect_meets_one_at_least(system: System) -> None:
    better, met = [one.better(system, ELMAN) for one in FOUR], [one.met_by(system) for one in FOUR]
    holds(any(met) or not all(better), f"{system.name}: better by all four counts, and meets none")


@claim(
    "needed.necessary",
    says="An architecture that is to be better than an RNN must satisfy all four requirements.",
    lines=(409,),
    expect="refuted",
    uses=THE_FOUR,
    by=exhaustion(),
    as_written=reading(system=cases(SYSTEMS, "the systems of the table")),
    holds_for={
        "the Transformer layer": reading(system=TRANSFORMER_LAYER),
        "scans, which pass on no more numbers than an RNN": reading(system=cases((SCAN, MINGRU_SCAN))),
        "an RNN encoder-decoder with attention, which takes as many operations in a row": reading(system=ADDITIVE),
    },
    witness={"the dilated convolution": reading(system=DILATIONS)},
    altered={
        "An architecture that is to be better than an RNN must satisfy at least one of the four requirements.": reading(
            what_is_better_in_every_respect_meets_one_at_least, system=cases(SYSTEMS, "the systems of the table")
        ),
    },
    teach="They are a list of virtues, not of necessities. A dilated convolution is better than the Elman network by all four "
    "counts, shorter paths, fewer operations in a row, more numbers passed on, and its paths are not constant. Selective "
    "state spaces do without a growing memory too and are reported to keep up with Transformers.",
    not_shown="That such systems translate better or model language better: here “better” is by the four counts at 12 tokens.",
    cites=("gu2023", "feng2024"),
)
def what_is_better_in_every_respect_meets_all_four(system: System) -> None:
    better = [one.better(system, ELMAN) for one in FOUR]
    unmet = [one.name for one in FOUR if not one.met_by(system)]
    show("better than the Elman network, requirement by requirement", better)
    show("requirements that it does not meet", unmet)
    holds(not (all(better) and unmet), f"{system.name}: better by all four counts, without {' and '.join(unmet)}")
