"""Padding in the libraries: what stands at padded positions, what a row without a token leaves, where the backward direction
begins."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from claims.kit import Domain, cannot_tell, cases, claim, close, exhaustion, holds, reading, rounding, show
from claims.subjects.libraries import Built, answered, built, numbers, of, parameters, refusals
from impls.questions import asking
from impls.questions.adapter import Parameters
from impls.recurrent import elman, gru, lstm
from impls.recurrent.elman import Elman
from impls.recurrent.lstm import LSTM

PADDED, UNTOLD, EMPTY = "padded", "padded, lengths not told", "an empty row"
ROW = 1  # the shorter sequence of the two
STEPS, SIZE = 20, 4  # roundings in a row that one step takes, generously, and what sums reach

Where = Callable[[Built], bool]


@dataclass(frozen=True)
class Batch:
    """Two sequences side by side, as a layer read them: forward alone, or both ways."""

    layer: Built
    ways: int
    asked: str

    def __str__(self) -> str:
        untold = ", lengths not told" if self.asked == UNTOLD else ""
        return f"{self.layer}{', both ways' if self.ways == 2 else ''}{untold}"

    @property
    def lengths(self) -> tuple[int, ...]:
        return asking.LENGTHS[self.asked.partition(", lengths")[0]]

    def numbers(self, name: str = "outputs") -> np.ndarray:
        """Outputs (n, 2, d), or the last states (2, d)."""
        return numbers(self.layer.answer("padding", asked=self.asked, ways=self.ways), name)

    def shown(self) -> np.ndarray:
        """The outputs, after a line for the reader."""
        xs, found = asking.padded(self.lengths).xs, self.numbers()
        show(f"inputs of the sequence of length {self.lengths[ROW]}, padding behind it", xs[:, ROW])
        show(f"{self}: its outputs", found[:, ROW])
        return found


def anyone(layer: Built) -> bool:
    return True


def batches(asked: tuple[str, ...], ways: tuple[int, ...] = (1, 2), where: Where = anyone) -> Domain:
    """Whatever answered these. Who refused is named in the words, and not counted."""
    layers = built(where=where)
    found = [
        Batch(layer, way, one) for layer in layers for one in asked for way in ways
        if answered("padding", asked=one, ways=way)(layer)
    ]  # fmt: skip
    refused = [words for one in asked for way in ways if (words := refusals(layers, "padding", asked=one, ways=way))]
    words = "; ".join(map(str, found))
    return cases(found, f"{words}. Not counted, for they refuse: {'; '.join(dict.fromkeys(refused))}" if refused else words)


# --- padded positions -------------------------------------------------------------------------------------------------


def clears(layer: Built) -> bool:
    """Writes zeros, both ways or one."""
    return of("torch", "paddle", "onnxruntime")(layer)


def keras(layer: Built) -> bool:
    return of("keras-on-torch", "keras-on-jax")(layer)


def positions(start: int = 0, asked: tuple[str, ...] = (PADDED,), **more: object) -> dict[str, object]:
    """A reading's arguments: `start` says how many positions behind the end one begins to look."""
    return {"batch": batches(asked, **more), "start": start}  # type: ignore[arg-type]


def the_last_output_is_repeated(batch: Batch, start: int) -> None:
    found, n = batch.shown()[:, ROW], batch.lengths[ROW]
    close(found[n:], np.broadcast_to(found[n - 1], found[n:].shape), 0.0, "outputs at padded positions, beside the last before")


@claim(
    "libraries.padded-outputs",
    says="What a recurrent layer puts out at padded positions is zero, once it is told the lengths.",
    expect="qualified",
    by=exhaustion(),
    uses=("promise.any-length-one-size",),
    as_written=reading(**positions()),
    amended={
        "it is torch with packed sequences, Paddle or onnxruntime": reading(**positions(where=clears)),
        "it is Keras, and the layer reads both ways": reading(**positions(ways=(2,), where=keras)),
    },
    fails_for={
        "near miss: the last token counted as padding": reading(**positions(-1, where=clears)),
        "the lengths are not told": reading(**positions(asked=(UNTOLD,), where=clears)),
    },
    altered={
        "What a recurrent layer of Keras puts out at padded positions is its last output again.": reading(
            the_last_output_is_repeated, **positions(ways=(1,), where=keras)
        ),
        "What a recurrent layer of torch puts out at padded positions is its last output again.": reading(
            the_last_output_is_repeated, **positions(where=of("torch"))
        ),
        "What a recurrent layer puts out at padded positions is zero, whether it is told the lengths or not.": reading(
            **positions(asked=(PADDED, UNTOLD), where=clears)
        ),
    },
    teach="Three habits: zeros, the last output again, or whatever the layer makes of the padding. So a mean over all "
    "outputs, or the output at the last position, is right in one library and wrong in the next. Use the lengths yourself: "
    "mask before a mean, and take the last state that the layer hands out. (Not from ONNX's reference evaluator: it ignores "
    "lengths, and its last state is the one after the padding.)",
    not_shown="Losses and metrics that carry a mask along by themselves.",
)
def padded_positions_are_zero(batch: Batch, start: int) -> None:
    found = batch.shown()[batch.lengths[ROW] + start :, ROW]
    holds(bool((found == 0).all()), f"outputs at padded positions up to {np.abs(found).max():.3g} in size")


# --- a row without a token --------------------------------------------------------------------------------------------


def heeds(layer: Built) -> bool:
    """Keeps what there was before the first token."""
    return keras(layer) or of("paddle", "onnxruntime")(layer)


def left_by(row: int = ROW, where: Where = anyone) -> dict[str, object]:
    """A reading's arguments: the last state of which sequence. The first has two tokens, the other none."""
    return {"batch": batches((EMPTY,), (1,), where), "row": row}


def the_state_after_all_padding_is_left(batch: Batch, row: int) -> None:
    found, last = batch.shown(), batch.numbers("last")
    holds(bool((found[-1, row] != 0).any()), "the last output is zero as well, so that it tells nothing")
    close(last[row], found[-1, row], 0.0, "last state, beside the output after all padding")


@claim(
    "libraries.empty-row",
    says="A sequence without a token leaves the state as it was at the start: zeros.",
    expect="qualified",
    by=exhaustion(),
    uses=("promise.state-sees-only-the-prefix",),
    as_written=reading(**left_by()),
    amended={"it is Keras, Paddle or onnxruntime": reading(**left_by(where=heeds))},
    fails_for={"a sequence of two tokens": reading(**left_by(0, heeds))},
    altered={
        "A sequence without a token leaves the state that the layer has after all padding, in Flax.": reading(
            the_state_after_all_padding_is_left, **left_by(where=of("flax", "flax-nnx"))
        ),
    },
    teach="An empty sentence has read nothing, so its state is the first one. Some libraries say so, torch refuses the whole "
    "batch, and in Flax it is the state after the last of the padding, as if the row were full. Leave empty rows out before the "
    "layer sees them.",
    not_shown="Initial states other than zeros, where libraries differ further.",
)
def no_token_no_change(batch: Batch, row: int) -> None:
    batch.shown()
    last = batch.numbers("last")
    show("last states, the sequence without a token below", last)
    holds(bool((last[row] == 0).all()), f"the state of a sequence of {batch.lengths[row]} tokens is {last[row].tolist()}")


# --- the backward direction -------------------------------------------------------------------------------------------


def one_token(p: Parameters, x: torch.Tensor) -> list[np.ndarray]:
    """The state after one token from zeros: of a GRU by either meaning of z; where the reset stands makes no difference there."""
    if isinstance(p, Elman):
        return [elman.run(p, x)[0].numpy()]
    if isinstance(p, LSTM):
        return [lstm.run(p, x)[0][0].numpy()]
    return [gru.run(one, x)[0].numpy() for one in (p, gru.swapped(p))]


def of_one_token(batch: Batch, nudged: float) -> np.ndarray:
    """What the backward direction must have for a sequence of one token, (d,). Which convention a GRU follows shows forward."""
    x = torch.from_numpy(asking.padded(batch.lengths).xs[:1, ROW])
    forward, backward = (one_token(parameters(batch.layer, case), x) for case in (0, 1))
    seen = batch.numbers()[0, ROW, : asking.D]
    for ahead, back in zip(forward, backward, strict=True):
        if np.abs(seen - ahead).max() <= allowance(batch):
            return (1 + nudged) * back
    return cannot_tell(f"{batch} computes none of our equations")


def allowance(batch: Batch) -> float:
    return rounding(STEPS, SIZE, batch.layer.precision)


def told(layer: Built) -> bool:
    """Heeds the lengths that it is told; ONNX's reference evaluator does not."""
    return layer.library != "onnx"


def in_double(layer: Built) -> bool:
    return told(layer) and layer.precision is np.float64


def backwards(asked: tuple[str, ...] = (PADDED,), where: Where = anyone, at: int = 0, nudged: float = 0.0) -> dict[str, object]:
    """A reading's arguments: where one looks at the backward half, and a near miss."""
    return {"batch": batches(asked, (2,), where), "at": at, "nudged": nudged}


@claim(
    "libraries.backward-reads-padding",
    says="The backward direction of a recurrent layer begins at the last token of each sequence of a batch.",
    expect="qualified",
    by=exhaustion(),
    uses=("asked.backward-direction-and-padding", "gated.bidirectional-both-sides"),
    as_written=reading(**backwards((PADDED, UNTOLD))),
    amended={
        "the layer is told the lengths, and is not run by ONNX's reference evaluator": reading(**backwards(where=told)),
    },
    fails_for={
        "the lengths are not told": reading(**backwards((UNTOLD,))),
        "near miss: too large by one part in 10¹²": reading(**backwards(where=in_double, nudged=1e-12)),
        "near miss: the backward half one position further on": reading(**backwards(where=told, at=1)),
    },
    altered={
        "The backward direction begins at the last token of each sequence, whether or not the lengths are told.": reading(
            **backwards((PADDED, UNTOLD), told)
        ),
        "Told the lengths, the backward direction begins at the last token in ONNX's reference evaluator.": reading(
            **backwards(where=of("onnx"))
        ),
    },
    teach="Only if it is told where that is. A tensor of padded sequences does not say: the backward direction then reads the "
    "padding first and begins the sentence with what that left. Pack in torch, mask in Keras, give lengths to Paddle, Flax and "
    "onnxruntime; and test it with one short sequence beside a long one. ONNX's reference evaluator ignores the lengths.",
    not_shown="Sequences of more than one token; a padding of zeros, which biases turn into a state all the same.",
    cites=("schuster1997", "graves2005"),
)
def it_begins_at_the_last_token(batch: Batch, at: int, nudged: float) -> None:
    found = batch.shown()[at, ROW, asking.D :]
    want = of_one_token(batch, nudged)
    show("its backward half must be", want)
    close(found, want, allowance(batch), "backward half at the only token")
