"""What a recurrent layer hands out: its outputs and its final states, where a sequence is padded or read both ways."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch

from claims.kit import Domain, cases, claim, close, exhaustion, holds, reading, rounding, show
from claims.subjects import layers
from claims.subjects.layers import WIDTH, Layer, Read
from impls.broken import asked as broken

Batch = Callable[..., Read]
LENGTHS, SEEDS, PADDING = cases(range(1, 5), "1 to 4"), cases(range(4), "four of a random generator"), cases((1, 2, 3))
CELLS = tuple(layers.CELLS)


def of(**options: object) -> Domain:
    """Each of torch's three layers, built so."""
    made = [Layer(cell, **options) for cell in CELLS]  # type: ignore[arg-type]
    return cases(made, "; ".join(map(str, made)))


# --- padding and the backward direction -----------------------------------------------------------------------------

BOTH_WAYS = of(bidirectional=True)
NEARLY = 1e-9


def packed_nearly(module: Any, xs: torch.Tensor, padding: int) -> Read:
    """A near miss: the outputs are too large by one part in 10⁹."""
    seen = layers.packed(module, xs, padding)
    return replace(seen, outputs=(1 + NEARLY) * seen.outputs)


def padded_with_ones(module: Any, xs: torch.Tensor, padding: int) -> Read:
    """Ones are added to its end, which a layer that skips its padding does not notice."""
    return layers.alone(module, torch.cat([xs, torch.ones(padding, layers.INPUTS, dtype=xs.dtype)]))


def first(n: int) -> int:
    return 0


def last(n: int) -> int:
    return n - 1


def read(batch: Batch, layer: Domain = BOTH_WAYS, **more: object) -> dict[str, object]:
    """A reading's arguments: this way to put a sequence beside a longer one."""
    return {"layer": layer, "batch": batch, "at": first, "n": LENGTHS, "padding": PADDING, "seed": SEEDS} | more


WITHOUT_BIASES = of(bidirectional=True, biases=False)


def the_backward_direction_reads_the_padding_last(
    layer: Layer, batch: Batch, at: Callable[[int], int], n: int, padding: int, seed: int
) -> None:
    """Then what it hands out at the padding would depend on the tokens, which it had read before."""
    module, xs = layer.drawn(seed), layers.tokens(n, seed)
    got, other = (batch(module, tokens, padding).outputs[n:, WIDTH:] for tokens in (xs, layers.tokens(n, seed + 1)))
    holds(not torch.equal(got, other), "at the padding the backward direction has not read the tokens yet")


@claim(
    "asked.backward-direction-and-padding",
    asked="GitHub, slp-ntua/patrec-labs 2024: Where does the backward direction of a padded bidirectional LSTM end, and is the "
    "output at the first position right? https://github.com/slp-ntua/patrec-labs/issues/210",
    says="The output of a bidirectional layer at the first position is right for a padded sequence too, since the layer hands "
    "out both directions aligned.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(**read(layers.padded)),
    amended={
        "the sequences are packed, so that the layer knows where each ends": reading(**read(layers.packed)),
        "the padding is zeros and the layer has no biases, so that its state is still zero after the padding": reading(
            **read(layers.padded, WITHOUT_BIASES)
        ),
    },
    fails_for={
        "near miss: packed with a length that is too small by one": reading(**read(layers.packed_one_short, n=cases((2, 3, 4)))),
        "near miss: packed, and the state too large by 10⁻⁹": reading(**read(packed_nearly)),
    },
    holds_for={
        "the sequence by itself": reading(**read(layers.alone)),
        "one direction only": reading(**read(layers.padded, of())),
    },
    altered={
        "Packed or not, the output of a bidirectional layer at the last token is right for a padded sequence.": reading(
            **read(layers.padded, at=last)
        ),
        "Without biases it is right for a sequence padded with zeros, since the backward direction reads the padding last.": (
            reading(the_backward_direction_reads_the_padding_last, **read(layers.padded, WITHOUT_BIASES))
        ),
        "Without biases it is right for a padded sequence, since the layer skips the padding by itself.": reading(
            **read(padded_with_ones, WITHOUT_BIASES)
        ),
    },
    teach="Aligned, yes; right, no. Unpacked, the backward direction reads the padding first, and begins the sentence with "
    "what that left in its state: with biases a layer does not stay at zero. So the student is right: every backward state "
    "depends on how long the longest sentence of the batch is. Pack the sequences; the forward direction needs it only for "
    "h_n.",
    not_shown="How much it matters after training: a network may learn to forget its padding.",
    cites=("schuster1997", "graves2005"),
)
def the_output_is_that_of_the_sequence_alone(
    layer: Layer, batch: Batch, at: Callable[[int], int], n: int, padding: int, seed: int
) -> None:
    module, xs = layer.drawn(seed), layers.tokens(n, seed)
    got, want = batch(module, xs, padding).outputs[at(n)], layers.alone(module, xs).outputs[at(n)]
    show("output in a batch with a longer sequence", got)
    show("output of the sequence by itself", want)
    close(got, want, rounding(200 * n), f"output, {n} tokens and {padding} of padding")


# --- where the two directions end -----------------------------------------------------------------------------------

Take = Callable[[torch.Tensor], torch.Tensor]


def at_the_last_position(outputs: torch.Tensor) -> torch.Tensor:
    return outputs[-1]


def at_the_first_position(outputs: torch.Tensor) -> torch.Tensor:
    return outputs[0]


def where_each_ends(outputs: torch.Tensor) -> torch.Tensor:
    """The forward half at the last position, the backward half at the first."""
    return torch.cat([outputs[-1, :WIDTH], outputs[0, WIDTH:]])


def forward_half(outputs: torch.Tensor) -> torch.Tensor:
    return outputs[-1, :WIDTH]


def taken(take: Take, n: Sequence[int] = (1, 2, 3, 4)) -> dict[str, object]:
    """A reading's arguments: what is taken from the outputs."""
    return {"layer": BOTH_WAYS, "take": take, "n": cases(n), "seed": SEEDS}


@claim(
    "asked.last-output-of-both-directions",
    asked="GitHub, keras-team/keras 2016: Is what a bidirectional LSTM gives at the last step of any use, when its backward "
    "half has read one word there? https://github.com/keras-team/keras/issues/4791",
    says="The output of a bidirectional layer at the last position holds the final states of both its directions.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(**taken(at_the_last_position)),
    amended={
        "the forward half alone is meant": reading(**taken(forward_half)),
        "the backward half is taken at the first position": reading(**taken(where_each_ends)),
    },
    holds_for={"a sequence of one token": reading(**taken(at_the_last_position, [1]))},
    fails_for={
        "near miss: the backward half taken at the second position": reading(**taken(broken.backward_half_one_late, [2, 3, 4])),
        "near miss: the two halves exchanged": reading(**taken(broken.halves_exchanged)),
        "near miss: the forward half too large by one part in 10⁹": reading(**taken(broken.forward_half_nearly)),
    },
    altered={
        "The output at the first position holds the final states of both directions.": reading(
            **taken(at_the_first_position, [2, 3, 4])
        ),
    },
    teach="At the last position the backward direction has just begun: it has read one token. Its final state stands at the "
    "first position. torch's h_n and Keras' return_sequences=False take each half where it ends; output[-1] does not.",
    not_shown="Padded sequences: see asked.backward-direction-and-padding.",
    uses=("asked.backward-direction-and-padding",),
    cites=("schuster1997", "graves2005"),
)
def what_is_taken_is_in_the_final_states(layer: Layer, take: Take, n: int, seed: int) -> None:
    module, xs = layer.drawn(seed), layers.tokens(n, seed)
    seen = layers.alone(module, xs)
    got = take(seen.outputs)
    want = seen.h_n.flatten()[: len(got)]
    show("taken from the outputs", got)
    show("final states, forward then backward", want)
    close(got, want, rounding(10), f"what is taken, {n} tokens")


# --- the last output and the final state ----------------------------------------------------------------------------

Compare = Callable[[Read], tuple[torch.Tensor, torch.Tensor]]


def last_row_and_h_n(seen: Read) -> tuple[torch.Tensor, torch.Tensor]:
    """The outputs' last row, and the final state of the top layer, both directions of it."""
    return seen.outputs[-1], seen.h_n[-(seen.outputs.shape[-1] // WIDTH) :].flatten()


def last_row_and_every_layer(seen: Read) -> tuple[torch.Tensor, torch.Tensor]:
    return seen.outputs[-1], seen.h_n.flatten()


def last_row_and_first_layer(seen: Read) -> tuple[torch.Tensor, torch.Tensor]:
    return seen.outputs[-1], seen.h_n[0]


def last_row_nearly(seen: Read) -> tuple[torch.Tensor, torch.Tensor]:
    return seen.outputs[-1], (1 + NEARLY) * seen.h_n[-1]


def last_row_and_the_cell(seen: Read) -> tuple[torch.Tensor, torch.Tensor]:
    """C_n, which torch hands out beside h_n."""
    return seen.outputs[-1], seen.h_n[-1] if seen.c_n is None else seen.c_n[-1]


def built(*choices: Layer) -> Domain:
    return cases(choices, "; ".join(map(str, choices)))


ONE_WAY = [Layer(cell, layers=count) for cell in CELLS for count in (1, 2)]
ANY = [*ONE_WAY, *(Layer(cell, bidirectional=True) for cell in CELLS)]
LSTMS = of().values[-1:]  # type: ignore[index]


def compared(batch: Batch | Domain, layer: Domain, pair: Compare = last_row_and_h_n, n: Domain = LENGTHS) -> dict[str, object]:
    """A reading's arguments: the last row of the outputs beside h_n."""
    return {"layer": layer, "batch": batch, "pair": pair, "n": n, "seed": SEEDS}


@claim(
    "asked.last-output-is-the-final-state",
    asked="Stack Overflow 2018: What is the difference between output and hidden in what torch's LSTM returns? "
    "https://stackoverflow.com/questions/48302810",
    says="The last row of a recurrent layer's outputs is its final state h_n.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(**compared(cases((layers.alone, layers.packed)), built(*ANY))),
    amended={
        "one direction, no padding, and the top layer's h_n is meant": reading(**compared(layers.alone, built(*ONE_WAY))),
    },
    fails_for={
        "near miss: packed beside a sequence that is longer by two": reading(**compared(layers.packed, built(*ONE_WAY))),
        "near miss: two directions, no padding": reading(**compared(layers.alone, of(bidirectional=True), n=cases((2, 3, 4)))),
        "near miss: h_n of the layer below": reading(**compared(layers.alone, of(layers=2), last_row_and_first_layer)),
        "near miss: h_n too large by one part in 10⁹": reading(**compared(layers.alone, built(*ONE_WAY), last_row_nearly)),
        "the cell in place of the state": reading(**compared(layers.alone, built(*LSTMS), last_row_and_the_cell)),
    },
    altered={
        "The last row of a recurrent layer's outputs is its final states, of all its layers.": reading(
            **compared(layers.alone, built(*ONE_WAY), last_row_and_every_layer)
        ),
    },
    teach="output has the top layer at every step, h_n every layer at the last. They share one vector: the top layer's last "
    "state. A packed sequence that is shorter than its batch has zeros in the last row, while h_n is its own last state; "
    "with two directions the backward half of h_n stands in the first row. So use h_n.",
    not_shown="proj_size, which projects both alike.",
    uses=("asked.last-output-of-both-directions",),
)
def the_last_row_is_the_final_state(layer: Layer, batch: Batch, pair: Compare, n: int, seed: int) -> None:
    got, want = pair(batch(layer.drawn(seed), layers.tokens(n, seed), 2))
    show("last row of the outputs", got)
    show("final state", want)
    holds(got.shape == want.shape, f"{len(got)} numbers in the last row, {len(want)} in the final state")
    close(got, want, rounding(10), f"last row, {n} tokens")
