"""Attention in the libraries: the equation and its digits, several heads, what True means in a mask, the causal hint."""

from collections.abc import Callable
from math import sqrt

import numpy as np
import torch
from torch import Tensor

from claims.kit import claim, exhaustion, reading, show
from claims.rnns.libraries.looks import (
    MASK,
    Read,
    Where,
    answering_to,
    anyone,
    compare,
    keras_plain_layer,
    leaking,
    near,
    put,
    put_to,
    torchs_layer,
)
from claims.subjects.libraries import Built, not_of, of
from impls.attending import attention
from impls.broken import asked as broken
from impls.broken import attention as broken_attention
from impls.questions import asking


def nearly(Q: Tensor, K: Tensor, V: Tensor, mask: Tensor | None = None) -> Tensor:
    """A near miss: outputs too large by one part in 10⁴."""
    return (1 + 1e-4) * attention.attend(Q, K, V, mask)


def hardly(Q: Tensor, K: Tensor, V: Tensor, mask: Tensor | None = None) -> Tensor:
    """A near miss: outputs too large by one part in 10¹²."""
    return (1 + 1e-12) * attention.attend(Q, K, V, mask)


# --- the equation -----------------------------------------------------------------------------------------------------


def equation(read: Read, to: type = np.float32, **more: object) -> dict[str, object]:
    """A reading's arguments: the equation, and to the rounding of which type."""
    return {"what": answering_to("no mask", **more), "read": read, "to": to}  # type: ignore[arg-type]


def scales(one: Built) -> bool:
    """By itself."""
    return not keras_plain_layer(one)


def goes_down(one: Built) -> bool:
    """Hands back float64 of which no more than float32 is right."""
    return of("onnxruntime")(one)


def stays(one: Built) -> bool:
    return not goes_down(one)


@claim(
    "libraries.scaled-dot-product",
    says="Attention in every library computes softmax(QKᵀ/√d)V.",
    expect="qualified",
    by=exhaustion(),
    uses=("attention.single-layer-all-pairs",),
    as_written=reading(**equation(attention.attend)),
    amended={
        "the scaling is not left to the caller, as Keras' layers.Attention leaves it": reading(
            **equation(attention.attend, where=scales)
        ),
    },
    fails_for={
        "near miss: the equation off by one part in 10⁴": reading(**equation(nearly, where=scales)),
        "the scores not scaled": reading(**equation(broken_attention.unscaled, where=scales)),
        "the scores divided by d": reading(**equation(broken_attention.scaled_twice, where=scales)),
        "the last key dropped": reading(**equation(broken_attention.last_key_dropped, where=scales)),
        "weights that do not add up to one": reading(**equation(broken_attention.unnormalised, where=scales)),
    },
    altered={
        "Attention in Keras' layers.Attention computes softmax(QKᵀ)V.": reading(
            **equation(broken_attention.unscaled, where=keras_plain_layer)
        ),
    },
    teach="Nearly all divide by √d unasked. Keras' layers.Attention does not: divide the queries by √d before it, or take its "
    "MultiHeadAttention. It stands in the same library under the plainest of the names, raises nothing, and on wide keys its "
    "softmax is far too sharp. What a mask means, what a hint of causality means, and in which precision attention is "
    "computed differ too.",
    not_shown="More than three keys, other scales that can be asked for, additive scores as in Keras' AdditiveAttention, and "
    "kernels for GPUs. Equal means to the rounding of float32: see libraries.attention-in-float64.",
    cites=("vaswani2017",),
)
def attention_computes_the_equation(what: Built, read: Read, to: type) -> None:
    told = next((one for one in what.recorded["answers"] if one["asked"] == FEWER and "code" in one), None)
    if told:
        show("to try it, delete the argument that says causal", told["code"])
    compare(what, "no mask", read(*put("no mask")), near(to))


DOUBLE = {"precision": "float64"}
in_float64 = claim(
    "libraries.attention-in-float64",
    says="Where attention hands back float64, all its digits are right but for rounding.",
    expect="qualified",
    by=exhaustion(),
    uses=("libraries.scaled-dot-product",),
    as_written=reading(**equation(attention.attend, np.float64, **DOUBLE)),
    amended={
        "it is not onnxruntime's operator Attention": reading(**equation(attention.attend, np.float64, where=stays, **DOUBLE)),
    },
    fails_for={
        "near miss: the equation off by one part in 10¹²": reading(**equation(hardly, np.float64, where=stays, **DOUBLE)),
    },
    holds_for={"the same to the digits of float32": reading(**equation(attention.attend, np.float32, **DOUBLE))},
    altered={
        "Where onnxruntime's operator Attention hands back float64, all its digits are right but for rounding.": reading(
            **equation(attention.attend, np.float64, where=goes_down, **DOUBLE)
        ),
    },
    teach="Look at the digits, not at the type: onnxruntime hands back float64 with about as many right digits as float32 "
    "has, as if one constant on the way were float32. A model that is compared with its export, or a gradient checked by "
    "differences, then seems wrong for no fault of its own.",
    not_shown="Where the precision is lost. Libraries that are recorded in float32, since they attend in it whatever they are "
    "given.",
)(attention_computes_the_equation)


# --- several heads ----------------------------------------------------------------------------------------------------

Split = Callable[[Tensor], Tensor]


def side_by_side(Z: Tensor) -> Tensor:
    """(n, d) to (heads, n, d / heads): a head has neighbouring columns."""
    return Z.unflatten(-1, (asking.HEADS, -1)).transpose(0, 1)


def interleaved(Z: Tensor) -> Tensor:
    """Every second column goes to one head."""
    return Z.unflatten(-1, (-1, asking.HEADS)).movedim(-1, 0)


def as_it_is(W: Tensor) -> Tensor:
    return W


def transposed(W: Tensor) -> Tensor:
    return W.T


def by_the_whole_width(Q: Tensor, K: Tensor, V: Tensor, mask: Tensor | None = None) -> Tensor:
    """The scores of a head are divided by the root of what all heads have together."""
    return attention.attend(Q / sqrt(asking.HEADS), K, V, mask)


OPERATOR = of("onnx", "onnxruntime")  # has no projections of its own
LAYER = not_of("onnx", "onnxruntime")


def heads(
    split: Split = side_by_side, mixed: Split = as_it_is, read: Read = attention.attend, where: Where = LAYER
) -> dict[str, object]:
    """A reading's arguments: how columns go to heads, and how W_o is applied."""
    return {"what": answering_to("two heads", where), "split": split, "mixed": mixed, "read": read}


@claim(
    "libraries.multi-head",
    says="A layer of multi-head attention, in every library that has one, projects queries, keys and values, attends in each "
    "head to neighbouring columns of them, and mixes the heads by W_o.",
    expect="supported",
    by=exhaustion(),
    uses=("libraries.scaled-dot-product", "attention.only-attention-and-ffn"),
    as_written=reading(**heads()),
    fails_for={
        "near miss: attention off by one part in 10⁴": reading(**heads(read=nearly)),
        "every second column goes to one head": reading(**heads(split=interleaved)),
        "W_o transposed": reading(**heads(mixed=transposed)),
        "the scores not scaled": reading(**heads(read=broken_attention.unscaled)),
    },
    holds_for={
        "ONNX's operators, with products written before and behind them": reading(**heads(where=OPERATOR)),
    },
    altered={
        "A layer of multi-head attention divides the scores of each head by the root of the width of all heads together.": (
            reading(**heads(read=by_the_whole_width))
        ),
    },
    teach="The same in all, so that weights can be carried over, if the shape in which a library keeps them is undone: stacked "
    "as one matrix, as (d, heads, d/heads), or transposed. Biases are the library's addition: the paper has none.",
    not_shown="More than two heads, and heads whose width is not d over their number. ONNX's operators have no projections: of "
    "them only the split into heads is shown.",
    cites=("vaswani2017",),
)
def heads_attend_side_by_side(what: Built, split: Split, mixed: Split, read: Read) -> None:
    look = asking.look(2, 3, asking.HEADS)
    W_q, W_k, W_v, W_o = map(torch.from_numpy, asking.projections())
    each = zip((look.queries, look.keys, look.values), (W_q, W_k, W_v), strict=True)
    read_by_heads = read(*(split(torch.from_numpy(X) @ W.T) for X, W in each))
    compare(what, "two heads", read_by_heads.transpose(0, 1).flatten(-2) @ mixed(W_o).T, near(size=16))


# --- what True means --------------------------------------------------------------------------------------------------


def all_others(one: Built) -> bool:
    return not torchs_layer(one)


def masked(asked: str = "a mask", where: Where = anyone, read: Read = attention.attend) -> dict[str, object]:
    """A reading's arguments: which mask was handed over."""
    return {"what": answering_to(asked, where), "asked": asked, "read": read}


@claim(
    "libraries.mask-says-look",
    says="In a mask of attention True means that the query may look there.",
    expect="qualified",
    by=exhaustion(),
    uses=("libraries.scaled-dot-product",),
    as_written=reading(**masked()),
    amended={"it is not torch's nn.MultiheadAttention": reading(**masked(where=all_others))},
    fails_for={
        "near miss: the equation off by one part in 10⁴": reading(**masked(where=all_others, read=nearly)),
        "the mask inverted": reading(**masked("a mask, inverted", all_others)),
        "no mask": reading(**masked("no mask", all_others)),
        "near miss: one part in 10⁴ is read in spite of the mask": reading(**masked(where=all_others, read=leaking)),
    },
    holds_for={"torch's nn.MultiheadAttention, the mask inverted": reading(**masked("a mask, inverted", torchs_layer))},
    altered={
        "In a mask of torch True means that the query may not look there, in its layer and in its function.": reading(
            **masked("a mask, inverted", of("torch"))
        ),
    },
    teach="True means look, but in torch's nn.MultiheadAttention, where it means do not look, though the function of the same "
    "library means look. The wrong one has the right shape and raises nothing; a causal mask then shows the future alone, and "
    "the last query nothing: NaN from the layer, zeros from the function. Test a mask with one query and see which value "
    "comes out.",
    not_shown="Masks of numbers, which are added to the scores; masks of padding, which may have a polarity of their own.",
)
def true_means_look(what: Built, asked: str, read: Read) -> None:
    show("the mask that was handed over", asking.LOOKS[asked]().mask)
    compare(what, asked, read(*put(asked), MASK), near())


# --- a hint of causality ----------------------------------------------------------------------------------------------

Shape = Callable[[int, int], Tensor]
FEWER, AS_MANY = "causal, two queries beside three keys", "causal"


def upper_left(m: int, n: int) -> Tensor:
    """Query i sees the keys up to i, both counted from the first."""
    return torch.ones(m, n, dtype=torch.bool).tril()


def lower_right(m: int, n: int) -> Tensor:
    """The last query sees all keys."""
    return torch.ones(m, n, dtype=torch.bool).tril(n - m)


def one_then_all(m: int, n: int) -> Tensor:
    """The first query sees the first key, the last one all."""
    return torch.stack([torch.arange(n) < 1, torch.arange(n) < n])


def cached(one: Built) -> bool:
    """The first keys are handed over as those of a cache."""
    return "cache" in one.what


def without_cache(one: Built) -> bool:
    return not cached(one)


def first_then_all(one: Built) -> bool:
    """onnxruntime's own operator, whose last query sees all while the first sees one."""
    return one.library == "onnxruntime" and one.what.startswith("com.microsoft")


def from_the_first(one: Built) -> bool:
    return without_cache(one) and not first_then_all(one)


def hinted(shape: Shape, asked: str = FEWER, where: Where = anyone, read: Read = attention.attend) -> dict[str, object]:
    """A reading's arguments: where the triangle stands."""
    return {"what": answering_to(asked, where), "asked": asked, "shape": shape, "read": read}


@claim(
    "libraries.causal-hint",
    says="Told that attention is causal, a library lets the last query see all keys and each before it one key less, as a "
    "decoder with a cache needs.",
    expect="qualified",
    by=exhaustion(),
    uses=("asked.causal-mask-beside-a-cache",),
    as_written=reading(**hinted(lower_right)),
    amended={
        "the earlier keys are handed over as a cache, which ONNX's operator takes as inputs of their own": reading(
            **hinted(lower_right, where=cached)
        ),
        "there are as many queries as keys": reading(**hinted(lower_right, AS_MANY)),
    },
    fails_for={
        "near miss: each query sees one key more": reading(**hinted(broken.lower_right_one_ahead, where=cached)),
        "near miss: the equation off by one part in 10⁴": reading(**hinted(lower_right, where=cached, read=nearly)),
        "the hint left out": reading(**hinted(lower_right, "no mask")),
    },
    altered={
        "Told that attention is causal, a library lets query i see the keys up to i, both counted from the first.": reading(
            **hinted(upper_left, where=from_the_first)
        ),
        "Told that attention is causal, onnxruntime's own operator shows the first of two queries one key, the second all.": (
            reading(**hinted(one_then_all, where=first_then_all))
        ),
        "With a cache the hint lets query i see the keys up to i, both counted from the first.": reading(
            **hinted(upper_left, where=cached)
        ),
    },
    teach="The hint is no promise to a decoder. With fewer queries than keys the triangle begins in the upper left in nearly all "
    "libraries, so that a new token beside a cache of a thousand sees the first key alone. Give a mask, or no hint for a single "
    "new token. onnxruntime's own MultiHeadAttention lets the first of two queries see one key and the second all three.",
    not_shown="More queries than keys; other operators with a cache; kernels for GPUs.",
    cites=("vaswani2017",),
)
def the_last_query_sees_all(what: Built, asked: str, shape: Shape, read: Read) -> None:
    Q, K, V = put_to(what, asked)
    compare(what, asked, read(Q, K, V, shape(len(Q), len(K))), near())
