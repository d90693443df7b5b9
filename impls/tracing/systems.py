"""The systems whose structure is compared, each as one function from tokens to positions.

A system reads n tokens x_1..x_n ∈ ℝ^d and gives, for each position, what is computed *at* that position and
read later: its output first, then whatever else it hands on. One tensor per token and position, so that a
trace (`impls.counting.graph`) keeps them apart; the computations are in `impls.tracing.positions`:

    ELMAN (h_t)      LSTM (h_t, C_t)      GRU (h_t)      STACKED_ELMAN(L) (h_t^L, …, h_t^1)
    LINEAR (h_t)     h_t = a ⊙ h_{t-1} + x_t, one step after another
    SCAN (h_t)       the same function by Hillis & Steele's (1986) rounds
    MINGRU (h_t)     the minimal GRU, a linear recurrence whose factors depend on the tokens
    MINGRU_SCAN (h_t)                       the same function in rounds
    BIDIRECTIONAL ([→h_t; ←h_t])            two Elman networks, width 2d; BIDIRECTIONAL_LSTM two LSTMs
    SELF_ATTENTION (y_t)                    one head, no output projection
    CAUSAL_ATTENTION (y_t)                  the same under a mask: the graph keeps the masked edges
    PREFIX_ATTENTION (y_t)                  again the same, position t reading x_1..x_t only: no such edges
    TRANSFORMER_LAYER (y_t)                 attention, feed-forward, residuals and norms; one head

Contrasts, in which a later position does not need every earlier one:

    SKIP (h_t)       h_t = tanh(W_x x_t + W_h h_{t-1} + W_s h_{t-2} + b)
    DILATED(k) (y_t) y_t^l = tanh(Σ_{i<k} W_i y_{t - i k^{l-1}}^{l-1}), y^0 = x, l = 1..⌈log_k n⌉
                     (van den Oord et al. 2016, without gates; y_n reads x_1)
    CONVOLUTION(k) (y_t)
                     y_t^l = tanh(Σ_{i<k} W_i y_{t-i}^{l-1} + b), y^0 = x, l = 1..⌈(n-1)/(k-1)⌉: y_n reads x_1
    CONVOLUTION_LAYER(k) (y_t)              one such layer
    WINDOWED(r) (y_t)                       self-attention, position t reading the r around it, x_{t-h}..x_{t+h}, r = 2h + 1
    WINDOWED_STACK(r) (y_t)                 ⌈(n-1)/h⌉ such layers: y_n reads x_1

The layers of each of these stacks share their weights, as n decides how many there are.

Encoder and decoder, with as many target positions as source tokens; the decoder's own inputs are constants:

    FINAL_STATE (y_t, s_t, h_t)             h_t the encoder's, s_t the decoder's, s_0 = h_n; y_t from s_t
    ADDITIVE (y_t, s_t, h_t)                y_t from s_t and the context c_t (impls.attending.attention.additive)
    CROSS_ATTENTION (y_t, m_t)              m_t a Transformer layer's, y_t a decoder layer's (impls.attending.decoder)

SKIP hands on h_{t-1} as well, but does not compute it at t: (h_t, h_{t-1}) would be the whole state, and a
cut again.

What the traces of the later ones obey; work is in products alone, all of it in tests/impls/test_systems.py. Here h is
(r - 1)/2, and w = nr - h(h + 1) for n > h, the entries of a window's mask:

                          span                       shortest path, x_i to position j           work in products
    MINGRU                2n + 4                     2(j - i) + 4                               4nd²
    MINGRU_SCAN           ⌈log2 n⌉ + ⌊log2 n⌋ + 4    3 + 2(ones of j - 1 in binary) for i = 1   4nd²
    BIDIRECTIONAL_LSTM    7n                         min(4l + 4, 2l + 7), l = |j - i|           32nd²
    CONVOLUTION(k)        3L, L = ⌈(n - 1)/(k - 1)⌉  3L                                         2Lknd²
    CONVOLUTION_LAYER(k)  3                          3 for 0 ≤ j - i < k                        2knd²
    WINDOWED(r)           5                          2 for |j - i| ≤ h                          6nd² + 4wd
    WINDOWED_STACK(r)     5L, L = ⌈(n - 1)/h⌉        2L                                         L(6nd² + 4wd)
    FINAL_STATE           8n + 2                     4(n - i + j) + 6                           8nd² - 2d²
    ADDITIVE              8n + 8                     7                                          14nd² - 2d² + 4n²d
    CROSS_ATTENTION       62                         23                                         46nd² + 8n²d
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from impls.attending import attention, convolution, decoder, transformer
from impls.counting.graph import Graph, trace
from impls.recurrent import elman, gru, lstm, mingru
from impls.tracing import positions
from impls.tracing.positions import Positions, Tokens, alone, recurrent
from impls.translating import seq2seq


@dataclass(frozen=True)
class System:
    """A name, a way to draw parameters, and the computation."""

    name: str
    draw: Callable[[int, torch.Generator], Any]  # parameters for tokens of width d
    run: Callable[[Any, Tokens], Positions]

    def __str__(self) -> str:
        return self.name


def trace_system(system: System, n: int, d: int, seed: int = 0) -> Graph:
    """The graph of a system on n tokens of width d: input i is token i, output t position t, from 0."""
    generator = torch.Generator().manual_seed(seed)
    p = system.draw(d, generator)
    tokens = [torch.randn(d, generator=generator, dtype=torch.float64) for _ in range(n)]
    return trace(lambda *xs: system.run(p, xs), *tokens)


def _square(out: int, into: int, g: torch.Generator) -> Tensor:
    return attention.uniform(out, into, g, torch.float64)


def _decay(d: int, g: torch.Generator) -> Tensor:
    return 0.5 + 0.5 * torch.rand(d, generator=g, dtype=torch.float64)


def _elman(d: int, g: torch.Generator) -> elman.Elman:
    return elman.draw(d, d, g)


def _lstm(d: int, g: torch.Generator) -> lstm.LSTM:
    return lstm.draw(d, d, g)


def _mingru(d: int, g: torch.Generator) -> mingru.MinGRU:
    return mingru.draw(d, d, g)


def _encoder_decoder(attends: bool, d: int, g: torch.Generator) -> seq2seq.Seq2Seq:
    return seq2seq.draw(d, d, g, "elman", attends)


def _encoder_and_decoder_layer(d: int, g: torch.Generator) -> tuple[transformer.Layer, decoder.DecoderLayer]:
    return transformer.draw(d, 1, g), decoder.draw(d, 1, g)


_elmans = partial(recurrent, elman.step)

ELMAN = System("Elman RNN", _elman, lambda p, xs: alone(_elmans(p, xs)))
LSTM = System("LSTM", _lstm, positions.lstm_states)
GRU = System("GRU", lambda d, g: gru.draw(d, d, g), lambda p, xs: alone(recurrent(gru.step_reset_before, p, xs)))
LINEAR = System("linear recurrence, step by step", _decay, lambda a, xs: alone(positions.linear_steps(a, xs)))
SCAN = System("linear recurrence, by scan", _decay, lambda a, xs: alone(positions.linear_scan(a, xs)))
MINGRU = System("minimal GRU, step by step", _mingru, lambda p, xs: alone(recurrent(mingru.step, p, xs)))
MINGRU_SCAN = System("minimal GRU, by scan", _mingru, lambda p, xs: alone(positions.mingru_scan(p, xs)))
BIDIRECTIONAL = System(
    "bidirectional RNN",
    lambda d, g: (_elman(d, g), _elman(d, g)),
    lambda p, xs: alone(positions.both_ways(_elmans, p, xs)),
)
BIDIRECTIONAL_LSTM = System(
    "bidirectional LSTM",
    lambda d, g: (_lstm(d, g), _lstm(d, g)),
    lambda p, xs: alone(positions.both_ways(positions.lstm_outputs, p, xs)),
)
SELF_ATTENTION = System("self-attention", attention.draw_self_attention, positions.attending)
CAUSAL_ATTENTION = System(
    "causal self-attention",
    attention.draw_self_attention,
    lambda p, xs: positions.attending(p, xs, attention.causal_mask(len(xs))),
)
PREFIX_ATTENTION = System(
    "self-attention over prefixes", attention.draw_self_attention, lambda p, xs: alone(positions.prefixes(p, xs))
)
TRANSFORMER_LAYER = System(
    "Transformer layer", lambda d, g: transformer.draw(d, 1, g), lambda p, xs: alone(positions.transformed(p, xs))
)
SKIP = System(
    "RNN with a skip over two steps",
    lambda d, g: (_elman(d, g), _square(d, d, g)),
    lambda p, xs: alone(positions.skipping(p, xs)),
)
FINAL_STATE = System("RNN encoder-decoder without attention", partial(_encoder_decoder, False), positions.translated)
ADDITIVE = System("RNN encoder-decoder with additive attention", partial(_encoder_decoder, True), positions.translated)
CROSS_ATTENTION = System("Transformer encoder and decoder layer", _encoder_and_decoder_layer, positions.cross_attending)


def STACKED_ELMAN(layers: int) -> System:
    return System(f"Elman RNN, {layers} layers", lambda d, g: [_elman(d, g) for _ in range(layers)], positions.stacked)


def DILATED(kernel: int) -> System:
    return System(
        f"dilated convolution, kernel {kernel}",
        lambda d, g: _square(d, kernel * d, g),
        lambda W, xs: alone(positions.dilated(W, xs)),
    )


def CONVOLUTION(kernel: int) -> System:
    """The kernel is 2 at least: taps at the present alone never reach back."""
    return System(
        f"stacked convolution, kernel {kernel}",
        lambda d, g: convolution.draw(d, d, kernel, g),
        lambda p, xs: alone(positions.convolved_throughout(p, xs)),
    )


def CONVOLUTION_LAYER(kernel: int) -> System:
    return System(
        f"convolution layer, kernel {kernel}",
        lambda d, g: convolution.draw(d, d, kernel, g),
        lambda p, xs: alone(positions.convolved(p, xs)),
    )


def _odd(r: int) -> int:
    if r % 2 == 0:
        raise ValueError(f"a window of {r} positions does not lie evenly around one; an odd number does")
    return r


def WINDOWED(r: int) -> System:
    return System(
        f"self-attention in windows of {_odd(r)}",
        attention.draw_self_attention,
        lambda p, xs: alone(positions.windows(r, p, xs)),
    )


def WINDOWED_STACK(r: int) -> System:
    """The window is 3 at least: one of 1 shows a position itself alone."""
    return System(
        f"stacked self-attention in windows of {_odd(r)}",
        attention.draw_self_attention,
        lambda p, xs: alone(positions.windows_throughout(r, p, xs)),
    )


CATALOGUE = (
    ELMAN,
    LSTM,
    GRU,
    STACKED_ELMAN(2),
    LINEAR,
    SCAN,
    MINGRU,
    MINGRU_SCAN,
    BIDIRECTIONAL,
    BIDIRECTIONAL_LSTM,
    SELF_ATTENTION,
    CAUSAL_ATTENTION,
    PREFIX_ATTENTION,
    TRANSFORMER_LAYER,
    SKIP,
    DILATED(2),
    CONVOLUTION(2),
    CONVOLUTION_LAYER(2),
    WINDOWED(3),
    WINDOWED_STACK(3),
    FINAL_STATE,
    ADDITIVE,
    CROSS_ATTENTION,
)
