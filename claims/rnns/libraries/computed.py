"""Whether what we have written out is what torch computes: the paper's layers, and every system whose operations are counted.

torch itself is asked, on the spot: it is here in any case.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from claims.kit import Domain, cases, claim, close, exhaustion, reading, rounding, show
from claims.rnns.subjects import torchs
from claims.rnns.subjects.torchs import Pair
from impls.attending import attention, decoder, online, transformer
from impls.attending.attention import SelfAttention
from impls.broken import attention as broken_attention
from impls.recurrent import ahead, linear
from impls.tracing import systems as our
from impls.tracing.positions import alone
from impls.tracing.systems import System
from impls.tracing.translators import RECURRENT
from impls.translating import seq2seq

SEEDS = cases(range(3), "three of a random generator")
WIDTH, HEADS, LONGEST = 4, 2, 6
NEARLY = 1e-9


def among(pairs: dict[str, Pair]) -> Domain:
    return cases(tuple(pairs.values()), "; ".join(pairs))


def compared(pair: Domain, n: tuple[int, ...] = (1, 3, 5)) -> dict[str, object]:
    """A reading's arguments: what is put beside torch, and how many tokens it reads."""
    return {"pair": pair, "n": cases(n), "seed": SEEDS}


def instead(pair: Pair, ours: torchs.Compute, name: str) -> Domain:
    """A control: something else beside the same of torch."""
    return cases((Pair(name, pair.draw, ours, pair.theirs),), name)


def too_large(pair: Pair) -> Domain:
    """A near miss."""
    return instead(pair, lambda p, X: (1 + NEARLY) * pair.ours(p, X), f"{pair}, too large by one part in 10⁹")


def both(pair: Pair, n: int, seed: int) -> tuple[Tensor, Tensor]:
    """What each of the two makes of the same parameters and tokens."""
    generator = torch.Generator().manual_seed(seed)
    p, X = pair.draw(WIDTH, generator), torch.randn(n, WIDTH, generator=generator, dtype=torch.float64)
    return pair.ours(p, X), pair.theirs(p, X)


def same_outputs(pair: Pair, n: int, seed: int) -> None:
    got, want = both(pair, n, seed)
    show(f"{pair}: ours", got)
    show("torch's", want)
    close(got, want, rounding(1000, 10), f"{pair}, {n} tokens")


def outputs_in_reverse(pair: Pair, n: int, seed: int) -> None:
    got, want = both(pair, n, seed)
    close(got, want.flip(0), rounding(1000, 10), f"{pair}, {n} tokens")


# --- the paper's layers -----------------------------------------------------------------------------------------------


def beside(X: Tensor) -> Tensor:
    """A memory for them: the tokens from the last to the first, and the first once more."""
    return torch.cat([X.flip(0), X[:1]])


def masked(compute: Callable[..., Tensor], p: object, X: Tensor) -> Tensor:
    return compute(p, X, mask=torchs.earlier(len(X)))


_heads = partial(attention.draw_multi_head, heads=HEADS)
_layer = partial(transformer.draw, heads=HEADS)
LAYERS = {
    "self-attention": Pair(
        "self-attention",
        lambda d, g: _heads(d, generator=g),
        attention.multi_head,
        lambda p, X: torchs.multi_head(p, X, X),
    ),
    "attention to a memory": Pair(
        "attention to a memory",
        lambda d, g: _heads(d, generator=g),
        lambda p, X: attention.multi_head(p, X, memory=beside(X)),
        lambda p, X: torchs.multi_head(p, X, beside(X)),
    ),
    "masked self-attention": Pair(
        "masked self-attention",
        lambda d, g: _heads(d, generator=g),
        partial(masked, attention.multi_head),
        lambda p, X: torchs.multi_head(p, X, X, torchs.earlier(len(X))),
    ),
    "encoder layer": Pair(
        "encoder layer", lambda d, g: _layer(d, generator=g), transformer.run, torchs.encoder_layer
    ),
    "masked encoder layer": Pair(
        "masked encoder layer",
        lambda d, g: _layer(d, generator=g),
        partial(masked, transformer.run),
        partial(masked, torchs.encoder_layer),
    ),
    "decoder layer": Pair(
        "decoder layer",
        lambda d, g: decoder.draw(d, HEADS, g),
        lambda p, X: decoder.run(p, X, beside(X)),
        lambda p, X: torchs.decoder_layer(p, X, beside(X)),
    ),
}  # fmt: skip
SELF, DECODER = LAYERS["self-attention"], LAYERS["decoder layer"]


@claim(
    "libraries.transformer-layers",
    says="torch's MultiheadAttention and the encoder and decoder layers built of it compute what the paper prints, where the "
    "biases of attention are zero and nothing is dropped.",
    expect="supported",
    uses=("attention.single-layer-all-pairs", "attention.only-attention-and-ffn"),
    by=exhaustion(),
    as_written=reading(**compared(among(LAYERS))),
    fails_for={
        "near miss: outputs too large by one part in 10⁹": reading(**compared(too_large(SELF))),
        "heads interleaved where torch has them one after another": reading(
            **compared(instead(SELF, broken_attention.heads_interleaved, "heads interleaved"))
        ),
        "the output projection transposed": reading(
            **compared(instead(SELF, broken_attention.mixed_by_the_transpose, "W_o transposed"))
        ),
        "a decoder layer without its mask": reading(
            **compared(
                instead(
                    DECODER, lambda p, X: broken_attention.decoder_without_mask(p, X, beside(X)), "decoder layer, not masked"
                ),
                (3, 5),
            )
        ),
    },
    altered={
        "torch's layers compute what the paper prints, the last position first.": reading(
            outputs_in_reverse, **compared(among(LAYERS), (3, 5))
        ),
    },
    teach="Weights can be carried over both ways, if three things are known: torch stacks W_q, W_k and W_v into one matrix, head "
    "after head within each; it applies W as x Wᵀ; and it has biases that the paper has not, which start at zero. The norms "
    "stand after the sums unless norm_first is asked for.",
    not_shown="Dropout, other activations, norm_first, and torch's fast path in evaluation.",
    cites=("vaswani2017", "ba2016"),
)
def layers_compute_what_is_printed(pair: Pair, n: int, seed: int) -> None:
    same_outputs(pair, n, seed)


# --- the systems that are counted -------------------------------------------------------------------------------------


def as_rows(system: System) -> torchs.Compute:
    """The outputs of a system that works position by position."""
    return lambda p, X: torch.stack([place[0] for place in system.run(p, list(X))])


def of(system: System, theirs: torchs.Compute) -> Pair:
    return Pair(str(system), system.draw, as_rows(system), theirs)


def translating(attends: bool) -> Pair:
    """Source and target rows; the scores token by token."""
    translator = RECURRENT("elman", attends)
    return Pair(
        str(translator),
        translator.draw,
        lambda p, X: torch.stack(translator.run(p, list(X), list(beside(X)[1:])).outputs),
        lambda p, X: torchs.written(p, X, beside(X)[1:]),
    )


def words(n: int) -> Tensor:
    """Two sources of n words side by side, the second from the last word to the first."""
    ids = torch.arange(n) % WIDTH
    return torch.stack([ids, ids.flip(0)], 1)


TWO_AT_ONCE = Pair(
    "an encoder-decoder with attention, two sources at once",
    lambda d, g: seq2seq.draw(d, d, g, "elman", attention=True),
    lambda p, X: seq2seq.logits(p, words(len(X)), words(len(X)).flip(0))[:, 0],
    lambda p, X: torchs.written(p, p.embed_source[words(len(X))[:, 0]], p.embed_target[words(len(X)).flip(0)[:, 0]]),
)


def in_blocks(p: SelfAttention, X: Tensor) -> Tensor:
    """Self-attention whose softmax is found two keys at a time, under a causal mask."""
    return online.self_attention(p, X, causal=True, block=2)


def causal(p: SelfAttention, X: Tensor) -> Tensor:
    return torchs.one_head(p, X, torchs.earlier(len(X)))


def differentiated(compute: torchs.Compute) -> torchs.Compute:
    """The gradient by the tokens of a sum over the outputs, each weighed otherwise."""

    def gradient(p: SelfAttention, X: Tensor) -> Tensor:
        X = X.requires_grad_()
        outputs = compute(p, X)
        weighed = torch.arange(outputs.numel(), dtype=X.dtype).reshape(outputs.shape)
        return torch.autograd.grad((outputs * weighed).sum(), X)[0]

    return gradient


def _matrices(d: int, g: torch.Generator) -> Tensor:
    return torch.randn(LONGEST, d, d, generator=g, dtype=torch.float64) / 2


AHEAD = System("LSTM, its inputs multiplied beforehand", our.LSTM.draw, ahead.states)
BY_MATRICES = System("recurrence of matrices, by scan", _matrices, lambda A, xs: alone(
    list(linear.scan_matrices(A[: len(xs)], torch.stack(list(xs))))
))  # fmt: skip
COUNTED = {
    str(pair): pair
    for pair in (
        of(our.ELMAN, torchs.recurrent),
        of(our.STACKED_ELMAN(2), torchs.stacked),
        of(our.LSTM, torchs.recurrent),
        of(AHEAD, torchs.recurrent),
        of(our.BIDIRECTIONAL, torchs.both_ways),
        of(our.BIDIRECTIONAL_LSTM, torchs.both_ways),
        of(our.LINEAR, torchs.linear_recurrence),
        of(our.SCAN, torchs.linear_recurrence),
        of(our.MINGRU, torchs.minimal_gru),
        of(our.MINGRU_SCAN, torchs.minimal_gru),
        of(BY_MATRICES, lambda A, X: torchs.one_by_one(list(A[: len(X)]), X)),
        of(our.DILATED(2), torchs.dilated),
        of(our.DILATED(3), torchs.dilated),
        of(our.CONVOLUTION(2), torchs.convolution),
        of(our.CONVOLUTION(3), torchs.convolution),
        of(our.CONVOLUTION_LAYER(3), torchs.convolution_layer),
        of(our.SELF_ATTENTION, torchs.one_head),
        of(our.CAUSAL_ATTENTION, causal),
        of(our.PREFIX_ATTENTION, causal),
        Pair("attention in blocks of keys", attention.draw_self_attention, in_blocks, causal),
        Pair(
            "attention in blocks of keys, its gradient",
            attention.draw_self_attention,
            differentiated(in_blocks),
            differentiated(causal),
        ),
        of(our.WINDOWED(3), torchs.window(3)),
        of(our.WINDOWED(5), torchs.window(5)),
        of(our.TRANSFORMER_LAYER, torchs.encoder_layer),
        of(our.FINAL_STATE, torchs.translated),
        of(our.ADDITIVE, torchs.translated),
        translating(attends=False),
        translating(attends=True),
        TWO_AT_ONCE,
    )
}


@claim(
    "libraries.counted-systems",
    says="The systems whose operations are counted compute what torch's layers of that name compute.",
    expect="supported",
    uses=("complexity.aiayn-table-1.recurrent", "needed.table.direct-access", "gated.table.parallelism"),
    by=exhaustion(),
    as_written=reading(**compared(among(COUNTED), (1, 2, 5))),
    fails_for={
        "near miss: an LSTM whose outputs are too large by one part in 10⁹": reading(
            **compared(too_large(COUNTED["LSTM"]), (1, 2, 5))
        ),
        "a window of three positions beside torch's of five": reading(
            **compared(instead(COUNTED[str(our.WINDOWED(5))], as_rows(our.WINDOWED(3)), "a window of three"), (3, 5))
        ),
        "a convolution without dilation beside a dilated one": reading(
            **compared(
                instead(
                    COUNTED[str(our.DILATED(2))],
                    lambda W, X: torchs.convolved(W.split(len(W), 1), None, torchs.convolved(W.split(len(W), 1), None, X)),
                    "not dilated",
                ),
                (4,),
            )
        ),
    },
    altered={
        "The systems whose operations are counted compute what torch's layers compute, the last position first.": reading(
            outputs_in_reverse, **compared(among(COUNTED), (2, 5))
        ),
    },
    teach="Whoever counts a system that was written for counting should show that it is the one that is meant. Where torch has "
    "no layer of that kind, a linear recurrence and the minimal GRU for instance, the equation itself stands beside it, one "
    "step after another.",
    not_shown="The GRU that resets before the product, of which torch has none: see gated.gru-equations. More than one width.",
    cites=("vaswani2017", "pascanu2013"),
)
def systems_compute_what_they_are_called(pair: Pair, n: int, seed: int) -> None:
    same_outputs(pair, n, seed)
