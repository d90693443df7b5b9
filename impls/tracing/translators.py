"""Encoder-decoders token by token, so that a trace keeps source, target and outputs apart.

    source    for each x_j what is computed there and read later: what attention reads first, the whole state after it
    target    for each y_i the same, before the source is read by attention
    outputs   what is predicted at each target position, for one width d throughout

    RECURRENT(cell, attends)    impls.translating.seq2seq      source (h_j, …), target (s_i, …); s_0 is the encoder's last state
    AS_PUBLISHED                the same with gated units (recurrent.gru) and the source read in both directions, which gives
                                h_j = [→h_j; ←h_j] and s_0 = [→h_n; ←h_1] (Bahdanau, Cho & Bengio 2015, section 3.2
                                and appendix A.2.2, who start from ←h_1 alone)
    TRANSFORMER                 impls.attending.transformer and impls.attending.decoder, a layer each: source (M_j), target (A_i)

x_j, y_i ∈ ℝ^d stand for embedded tokens: y_i is what the decoder is fed to predict y_{i+1}. The position codes of the
Transformer belong to the embedding and are left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor

from impls.attending import attention, decoder, transformer
from impls.counting.graph import Graph, trace
from impls.recurrent import gru, lstm
from impls.recurrent.recurrence import unroll
from impls.tracing.positions import Positions, Tokens, alone, transformed
from impls.translating import seq2seq


class Translated(NamedTuple):
    """What stands at each place of a source of n tokens and a target of m."""

    source: Positions
    target: Positions
    outputs: list[Tensor]


@dataclass(frozen=True)
class Translator:
    """A name, a way to draw parameters of width d, and the computation."""

    name: str
    draw: Callable[[int, torch.Generator], Any]
    run: Callable[[Any, Tokens, Tokens], Translated]

    def __str__(self) -> str:
        return self.name


def drawn(translator: Translator, n: int, m: int, d: int, seed: int) -> tuple[Any, list[Tensor]]:
    """Parameters, and n source tokens followed by m target tokens."""
    generator = torch.Generator().manual_seed(seed)
    p = translator.draw(d, generator)
    return p, [torch.randn(d, generator=generator, dtype=torch.float64) for _ in range(n + m)]


def trace_translator(translator: Translator, n: int, m: int, d: int = 4, seed: int = 0) -> Graph:
    """Inputs: x_1..x_n, then y_1..y_m. Places: those of the source, those of the target, the outputs; all from 0."""
    p, tokens = drawn(translator, n, m, d, seed)

    def places(*tokens: Tensor) -> Positions:
        source, target, outputs = translator.run(p, tokens[:n], tokens[n:])
        return [*source, *target, *alone(outputs)]

    return trace(places, *tokens)


# --- recurrent ------------------------------------------------------------------------------------------------------


def read_and_written(p: seq2seq.Seq2Seq, source: Positions, start: seq2seq.State, ys: Tokens) -> Translated:
    """The decoder's half; attention reads the first part of each source place."""
    memory = None
    if p.attention is not None:
        states = torch.stack([place[0] for place in source])
        memory = seq2seq.Memory(states, states @ p.attention.W_e.T)
    target = unroll(partial(seq2seq.step, p.decoder), start, ys)
    return Translated(source, target, [seq2seq.read_out(p, state[0], memory) for state in target])


def one_way(p: seq2seq.Seq2Seq, xs: Tokens, ys: Tokens) -> Translated:
    nothing = xs[0].new_zeros(len(xs[0]))
    start = (nothing, nothing) if isinstance(p.encoder, lstm.LSTM) else (nothing,)
    source = unroll(partial(seq2seq.step, p.encoder), start, xs)
    return read_and_written(p, source, source[-1], ys)


@dataclass(frozen=True)
class BothWays:
    """Two encoders of half the width, and the rest; the encoder of the rest goes unused."""

    ahead: gru.GRU
    back: gru.GRU
    rest: seq2seq.Seq2Seq


def both_ways(p: BothWays, xs: Tokens, ys: Tokens) -> Translated:
    nothing = xs[0].new_zeros(len(p.ahead.b))
    ahead, back = (
        unroll(partial(gru.step_reset_before, cell), nothing, tokens) for cell, tokens in ((p.ahead, xs), (p.back, xs[::-1]))
    )
    source = [(torch.cat(pair), *pair) for pair in zip(ahead, back[::-1], strict=True)]
    return read_and_written(p.rest, source, (torch.cat([ahead[-1], back[-1]]),), ys)


def RECURRENT(cell: str, attends: bool) -> Translator:
    """`cell` is "elman", "gru" or "lstm"."""
    named = {"elman": "Elman", "gru": "GRU", "lstm": "LSTM"}[cell]
    return Translator(
        f"{named} encoder-decoder {'with additive' if attends else 'without'} attention",
        lambda d, g: seq2seq.draw(d, d, g, cell, attends),
        one_way,
    )


def _draw_both_ways(d: int, g: torch.Generator) -> BothWays:
    ahead, back = (gru.draw(d // 2, d, g) for _ in range(2))
    return BothWays(ahead, back, seq2seq.draw(d, d, g, "gru", True))


AS_PUBLISHED = Translator("GRU encoder in both directions, GRU decoder, additive attention", _draw_both_ways, both_ways)


# --- Transformer ----------------------------------------------------------------------------------------------------

TransformerPair = tuple[transformer.Layer, decoder.DecoderLayer]


def transformer_pair(
    mask: Callable[[int], Tensor | None], p: TransformerPair, xs: Tokens, ys: Tokens, seen: slice = slice(None)
) -> Translated:
    """`mask` is that of the target's own attention; of the memory, the rows `seen` are read."""
    encoder, layer = p
    memory = transformed(encoder, xs)
    own = attention.multi_head(layer.own, torch.stack(list(ys)), mask(len(ys))).unbind(0)
    rows = [transformer.layer_norm(layer.norm, y + read) for y, read in zip(ys, own, strict=True)]
    outputs = [one_output(layer, row, memory[seen]) for row in rows]
    return Translated(alone(memory), alone(rows), outputs)


def one_output(layer: decoder.DecoderLayer, row: Tensor, memory: Sequence[Tensor]) -> Tensor:
    """Each target row asks by itself, so that a trace keeps the outputs apart."""
    read = attention.multi_head(layer.reading.attention, row[None], memory=torch.stack(list(memory)))[0]
    return transformer.around(layer.reading, row, read)


def draw_transformer_pair(d: int, g: torch.Generator) -> TransformerPair:
    return transformer.draw(d, 1, g), decoder.draw(d, 1, g)


TRANSFORMER = Translator(
    "Transformer encoder and decoder layer", draw_transformer_pair, partial(transformer_pair, attention.causal_mask)
)
