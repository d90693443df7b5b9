"""What attention in the libraries makes of what it may not see: an empty row of a mask, masked tokens, dropped weights."""

from collections.abc import Callable

import numpy as np
from torch import Tensor

from claims.kit import cannot_tell, cases, claim, close, exhaustion, holds, reading, show
from claims.rnns.libraries.looks import (
    MASK,
    STEPS,
    Read,
    Where,
    answering_to,
    anyone,
    compare,
    leaking,
    near,
    outputs,
    put,
    put_to,
    torchs_layer,
)
from claims.subjects.libraries import Built, numbers, of
from impls.attending import attention
from impls.broken import attention as broken_attention

# --- nothing to see ---------------------------------------------------------------------------------------------------


def masked_by_hand(asked: str) -> Tensor:
    """What comes out where True means look."""
    Q, K, V = put(asked)
    return attention.attend(Q, K, V, MASK)


def nowhere(what: Built) -> str:
    """Which mask leaves the first query nothing, by what True turned out to mean."""
    for asked, row in (("a mask", "a row of False"), ("a mask, inverted", "a row of True")):
        if np.abs(outputs(what, asked, shown=False) - masked_by_hand(asked).numpy()).max() <= near():
            return row
    return cannot_tell(f"{what} heeds no mask")


def zeros(row: np.ndarray, V: Tensor, without_mask: np.ndarray) -> bool:
    """To the last bit."""
    return bool((row == 0).all())


def nan(row: np.ndarray, V: Tensor, without_mask: np.ndarray) -> bool:
    """All of it."""
    return bool(np.isnan(row).all())


def mean(row: np.ndarray, V: Tensor, without_mask: np.ndarray) -> bool:
    """Of all values."""
    return bool(np.abs(row - V.mean(0).numpy()).max() <= near())


def unmasked(row: np.ndarray, V: Tensor, without_mask: np.ndarray) -> bool:
    """What it gets without a mask, but for what is lost where 10⁴ is added to all scores of float32 and divided out again."""
    return bool(np.abs(row - without_mask).max() <= 1e4 * near() / STEPS)


def gets(*names: str) -> Callable[[Built], bool]:
    """Built under one of these names."""
    return lambda one: any(str(one).endswith(f": {name}") for name in names)


FUNCTIONS = gets("scaled_dot_product_attention", "Attention", "Attention, first keys in the cache")
Got = Callable[[np.ndarray, Tensor, np.ndarray], bool]


def gives_zeros(one: Built) -> bool:
    """torch's function, and the operator of ONNX."""
    return of("torch", "onnx", "onnxruntime")(one) and FUNCTIONS(one)


def gives_nan(one: Built) -> bool:
    """torch's layer, and the functions of Paddle and tinygrad."""
    return torchs_layer(one) or one.library == "tinygrad" or (one.library == "paddle" and FUNCTIONS(one))


def gives_mean(one: Built) -> bool:
    """Masked scores are the smallest finite number, all of them alike."""
    return of("keras-on-torch", "keras-on-jax", "flax-attention", "jax", "equinox", "haiku")(one)


def as_unmasked(one: Built) -> bool:
    """A constant is added to masked scores, and divided out again."""
    return (of("onnxruntime")(one) and not FUNCTIONS(one)) or (one.library == "paddle" and not FUNCTIONS(one))


def row_of(got: Got, where: Where = anyone, row: int = 0) -> dict[str, object]:
    """A reading's arguments: what is looked for in this row. The first query sees nothing, the second two keys."""
    return {"what": answering_to("a mask", where), "got": got, "row": row}


@claim(
    "libraries.nothing-to-see",
    says="A query that may look nowhere gets zeros.",
    expect="qualified",
    by=exhaustion(),
    uses=("libraries.mask-says-look",),
    as_written=reading(**row_of(zeros)),
    amended={
        "it is torch's scaled_dot_product_attention or ONNX's operator Attention": reading(**row_of(zeros, gives_zeros)),
    },
    fails_for={"a query that may look at two keys": reading(**row_of(zeros, gives_zeros, 1))},
    altered={
        "A query that may look nowhere gets NaN in tinygrad, Paddle's function and torch's layer, with weights as by default.": (
            reading(**row_of(nan, gives_nan))
        ),
        "A query that may look nowhere gets the mean of all values in Keras, JAX, Flax, Equinox and Haiku.": reading(
            **row_of(mean, gives_mean)
        ),
        "A query that may look nowhere gets what it would without a mask, in Paddle's layer and onnxruntime's own.": reading(
            **row_of(unmasked, as_unmasked)
        ),
        "A query that may look nowhere gets NaN in torch's scaled_dot_product_attention.": reading(**row_of(nan, gives_zeros)),
    },
    teach="0/0, as the equation has it, has four answers: zeros, NaN, the mean of what is masked, or what there would be without "
    "a mask. The last two look like results. A sentence that is all padding makes such rows: leave it out, or let it look at "
    "one token and drop its output. To put something else in the place of NaN afterwards saves the output and not the gradient: "
    "the zero that comes back meets the same NaN, and 0 · NaN is NaN.",
    not_shown="Other precisions: asked in float32, PaddlePaddle's layer gives the mean, as its mask is a finite number. "
    "Gradients; torch's layer with need_weights=False, which is not its default, and evaluation: there a library "
    "may take another way.",
)
def who_sees_nothing_gets(what: Built, got: Got, row: int) -> None:
    asked = nowhere(what)
    found, without = outputs(what, asked), outputs(what, "no mask", shown=False)
    show(f"{what}, {asked}", found)
    show("without a mask", without)
    holds(got(found[row], put(asked)[2], without[row]), f"the {('first', 'second')[row]} query gets {found[row].tolist()}")


# --- what is masked ---------------------------------------------------------------------------------------------------


def visible(asked: str, read: Read = attention.attend, where: Where = anyone) -> dict[str, object]:
    """A reading's arguments."""
    return {"what": answering_to("a mask", where), "asked": cases((asked,)), "read": read}


SOMEWHERE, NOWHERE = "every query may look somewhere", "a query may look nowhere"
BOTH = cases((SOMEWHERE, NOWHERE))


@claim(
    "libraries.masked-tokens",
    says="Masked tokens have no influence on what attention puts out.",
    expect="qualified",
    by=exhaustion(),
    uses=("libraries.nothing-to-see", "libraries.mask-says-look"),
    as_written=reading(**visible(SOMEWHERE) | {"asked": BOTH}),
    amended={
        "every query may look somewhere": reading(**visible(SOMEWHERE)),
    },
    fails_for={
        "near miss: one part in 10⁴ is read in spite of the mask": reading(**visible(SOMEWHERE, leaking)),
        "the mask forgotten": reading(**visible(SOMEWHERE, broken_attention.mask_forgotten)),
    },
    altered={
        "Masked tokens have no influence on what a query gets that may look nowhere.": reading(**visible(NOWHERE)),
    },
    teach="To rounding, where something is left to see. Where nothing is, libraries that write a large negative number in place "
    "of minus infinity average over just what they were told not to read.",
    not_shown="Scores so large that a finite number in place of minus infinity is no longer small beside them; masked values "
    "that are infinite or NaN, of which a weight of zero makes NaN for every query.",
)
def only_what_is_visible_counts(what: Built, asked: str, read: Read) -> None:
    """A query's output is made of the keys that it sees; with none, no number is: zeros, or NaN."""
    blind = asked == NOWHERE
    row = nowhere(what)
    question = row if blind else {"a row of False": "a mask", "a row of True": "a mask, inverted"}[row]
    got = outputs(what, question)
    show(f"{what}, {question}", got)
    if blind:
        empty = bool((got[0] == 0).all() or np.isnan(got[0]).all())
        holds(empty, f"nothing may be seen, and {got[0].tolist()} is put out: made of what is masked")
    else:
        compare(what, question, read(*put(question), MASK), near())


# --- weights that are handed back -------------------------------------------------------------------------------------

Spoil = Callable[[np.ndarray], np.ndarray]
TRAINING = "weights in training"


def as_recorded(weights: np.ndarray) -> np.ndarray:
    return weights


def longer(weights: np.ndarray) -> np.ndarray:
    """A near miss: all of them too large by one part in 10⁴."""
    return (1 + 1e-4) * weights


def first_dropped(weights: np.ndarray) -> np.ndarray:
    """The first key left out, the others as they were."""
    return weights[:, 1:]


def before_dropout(one: Built) -> bool:
    """Keras' layer of several heads and those of Flax hand back what was there before."""
    return one.what in ("layers.MultiHeadAttention", "linen.MultiHeadDotProductAttention", "nnx.MultiHeadAttention")


def after_dropout(one: Built) -> bool:
    return not before_dropout(one)


def handed_back(where: Where = anyone, spoil: Spoil = as_recorded) -> dict[str, object]:
    """A reading's arguments."""
    return {"what": answering_to(TRAINING, where), "seed": cases(range(3)), "spoil": spoil}


def shares(what: Built) -> np.ndarray:
    """Of three keys, a row for each of two queries."""
    Q, K, _ = put_to(what, "no mask")
    return attention.weights(Q, K).numpy()


def weights_of(what: Built, seed: int, spoil: Spoil) -> np.ndarray:
    found = spoil(numbers(what.answer("answers", asked=TRAINING, seed=seed), "outputs"))
    show("shares by the equation", shares(what))
    show(f"{what}: weights in training with dropout of one half, seed {seed}", found)
    return found


def those_that_are_left_are_doubled(what: Built, seed: int, spoil: Spoil) -> None:
    """Each is zero, or twice its share."""
    found = weights_of(what, seed, spoil)
    off = np.minimum(abs(found), abs(found - 2 * shares(what)))
    close(off, np.zeros_like(off), near(), "weights, beside 0 or twice the share")


@claim(
    "libraries.weights-in-training",
    says="The weights that attention hands back beside its outputs are shares, in training as well: none is negative, and those "
    "of a query add up to one.",
    expect="qualified",
    by=exhaustion(),
    uses=("attention.bahdanau-equations",),
    as_written=reading(**handed_back()),
    amended={
        "weights are handed back from before dropout, as in Keras' MultiHeadAttention and Flax's layers": reading(
            **handed_back(before_dropout)
        ),
    },
    fails_for={
        "near miss: weights too large by one part in 10⁴": reading(**handed_back(before_dropout, longer)),
        "the weight of one key left out": reading(**handed_back(before_dropout, first_dropped)),
    },
    altered={
        "The weights handed back in training are zero or twice their share, "
        "except in Keras' MultiHeadAttention and Flax's layers.": reading(
            those_that_are_left_are_doubled, **handed_back(after_dropout)
        ),
        "The weights handed back in training are zero or twice their share in Keras' MultiHeadAttention and Flax's layers.": (
            reading(those_that_are_left_are_doubled, **handed_back(before_dropout))
        ),
    },
    teach="By the equation they are. In training with dropout torch, Paddle, Flax's functions and Keras' layers.Attention "
    "hand back what dropout left: some are zero, the others twice their share at a rate of one half, so that a row adds up to "
    "anything from nothing to two. Look at attention in evaluation, or say from where it was taken.",
    not_shown="Evaluation, and training without dropout, which were not asked; what dropout does to the outputs.",
    cites=("srivastava2014",),
)
def weights_are_shares(what: Built, seed: int, spoil: Spoil) -> None:
    found = weights_of(what, seed, spoil)
    holds(bool((found >= 0).all()), "a weight is negative")
    close(found.sum(1), np.ones(len(found)), near(), "sum of the weights of each query")
