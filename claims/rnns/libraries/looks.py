"""Attention as other libraries answered for it: what was put to them, what came out, and what they all must be beside."""

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np
import torch
from torch import Tensor

from claims.kit import Domain, close, rounding, show
from claims.subjects.libraries import Built, answering, numbers, of
from impls.broken import attention as broken_attention
from impls.questions import asking

Read = Callable[..., Tensor]  # (Q, K, V, mask) -> outputs
Where = Callable[[Built], bool]
STEPS = 20  # roundings in a row that three keys take, generously
MASK = torch.tensor(asking.MASK)


def anyone(one: Built) -> bool:
    """Whatever is recorded."""
    return True


def near(precision: type = np.float32, size: float = 1.0) -> float:
    """For rounding: outputs lie between values of at most 1. Some libraries compute in float32 whatever they are given, so that
    this is counted unless precision itself is the question."""
    return rounding(STEPS, size, precision)


def leaking(Q: Tensor, K: Tensor, V: Tensor, mask: Tensor | None = None) -> Tensor:
    """A near miss: one part in 10⁴ is read in spite of the mask."""
    return broken_attention.mask_forgotten_nearly(Q, K, V, mask, 1e-4)


def answering_to(asked: str, where: Where = anyone, **fields: Any) -> Domain:
    """Every attention that answers to this."""
    return answering("answers", "attention", where, asked={"asked": asked}, **fields)


def put(asked: str) -> list[Tensor]:
    """Queries, keys and values that were put to it."""
    look = asking.LOOKS[asked]()
    return [torch.from_numpy(one) for one in (look.queries, look.keys, look.values)]


def keras_plain_layer(one: Built) -> bool:
    """Keras' layers.Attention."""
    return of("keras-on-torch", "keras-on-jax")(one) and one.what == "layers.Attention"


def put_to(what: Built, asked: str) -> list[Tensor]:
    """The same for our equation, which scales: a layer that does not answers as if the queries had been √d times as long."""
    Q, K, V = put(asked)
    return [sqrt(Q.shape[-1]) * Q if keras_plain_layer(what) else Q, K, V]


def outputs(what: Built, asked: str, shown: bool = True) -> np.ndarray:
    """What came out; the program is shown with it but where it is there to compare with."""
    answer = what.answer("answers", asked=asked) if shown else next(a for a in what.recorded["answers"] if a["asked"] == asked)
    return numbers(answer, "outputs")


def compare(what: Built, asked: str, want: Tensor, within: float) -> None:
    got = outputs(what, asked)
    show(str(what), got)
    show("what it must be", want)
    show("difference", np.round(got - want.numpy(), 12))
    close(got, want, within, "outputs")


def torchs_layer(one: Built) -> bool:
    """nn.MultiheadAttention."""
    return one.library == "torch" and one.what == "nn.MultiheadAttention"
