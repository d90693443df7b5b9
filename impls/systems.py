"""The systems whose structure is compared, each as one function from tokens to positions.

A system reads n tokens x_1..x_n ∈ ℝ^d and gives, for each position, what is computed *at* that position and
read later: its output first, then whatever else it hands on. One tensor per token and position, so that a
trace (`impls.graph`) keeps them apart:

    ELMAN (h_t)      LSTM (h_t, C_t)      GRU (h_t)      STACKED_ELMAN(L) (h_t^L, …, h_t^1)
    LINEAR (h_t)     h_t = a ⊙ h_{t-1} + x_t, one step after another
    SCAN (h_t)       the same function by Hillis & Steele's (1986) rounds
    BIDIRECTIONAL ([→h_t; ←h_t])            two Elman networks, width 2d
    SELF_ATTENTION (y_t)                    one head, no output projection
    CAUSAL_ATTENTION (y_t)                  the same under a mask: the graph keeps the masked edges
    PREFIX_ATTENTION (y_t)                  again the same, position t reading x_1..x_t only: no such edges
    TRANSFORMER_LAYER (y_t)                 attention, feed-forward, residuals and norms; one head

Contrasts, in which a later position does not need every earlier one:

    SKIP (h_t)       h_t = tanh(W_x x_t + W_h h_{t-1} + W_s h_{t-2} + b)
    DILATED(k) (y_t) y_t^l = tanh(Σ_{i<k} W_i y_{t - i k^{l-1}}^{l-1}), y^0 = x, l = 1..⌈log_k n⌉
                     (van den Oord et al. 2016, without gates; y_n reads x_1; all layers share W, as n
                     decides how many there are)

SKIP hands on h_{t-1} as well, but does not compute it at t: (h_t, h_{t-1}) would be the whole state, and a
cut again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from impls import attention, elman, gru, lstm, transformer
from impls.graph import Graph, trace
from impls.recurrence import unroll, zeros

Positions = list[tuple[Tensor, ...]]
Tokens = Sequence[Tensor]


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


def _one(outputs: Sequence[Tensor]) -> Positions:
    return [(output,) for output in outputs]


def _recurrent(step: Callable, p: Any, xs: Tokens) -> list[Tensor]:
    """A recurrence whose state is one vector."""
    return unroll(partial(step, p), zeros(len(xs[0]), xs), xs)


def _lstm(p: lstm.LSTM, xs: Tokens) -> Positions:
    return unroll(partial(lstm.step, p), (zeros(len(xs[0]), xs), zeros(len(xs[0]), xs)), xs)


def _linear(a: Tensor, xs: Tokens) -> list[Tensor]:
    return [xs[0], *unroll(lambda h, x: a * h + x, xs[0], xs[1:])]


def _scan(a: Tensor, xs: Tokens) -> list[Tensor]:
    """After a round, entry t has gathered the last 2·reach tokens up to t, and a^reach carries it on."""
    reach = 1
    while reach < len(xs):
        xs = [*xs[:reach], *(a * earlier + x for earlier, x in zip(xs, xs[reach:], strict=False))]
        a, reach = a * a, 2 * reach
    return list(xs)


def _bidirectional(p: tuple[elman.Elman, elman.Elman], xs: Tokens) -> list[Tensor]:
    ahead, back = _recurrent(elman.step, p[0], xs), _recurrent(elman.step, p[1], xs[::-1])[::-1]
    return [torch.cat(pair, -1) for pair in zip(ahead, back, strict=True)]


def _stacked(layers: Sequence[elman.Elman], xs: Tokens) -> Positions:
    levels = [xs]
    for layer in layers:
        levels.append(_recurrent(elman.step, layer, levels[-1]))
    return list(zip(*levels[:0:-1], strict=True))


def _prefixes(p: attention.SelfAttention, xs: Tokens) -> list[Tensor]:
    """Each token is projected once; position t puts its own query to the keys and values so far."""
    Q, K, V = ([x @ W.T for x in xs] for W in (p.W_q, p.W_k, p.W_v))
    return [attention.attend(q[None], torch.stack(K[:t]), torch.stack(V[:t]))[0] for t, q in enumerate(Q, start=1)]


def _skipping(W_s: Tensor, earlier: Tensor, a: Tensor) -> Tensor:
    return torch.tanh(a + earlier @ W_s.T)


def _skip(p: tuple[elman.Elman, Tensor], xs: Tokens) -> list[Tensor]:
    cell, W_s = p
    hs = [zeros(len(xs[0]), xs)] * 2
    for x in xs:
        hs.append(elman.step(cell, hs[-1], x, partial(_skipping, W_s, hs[-2])))
    return hs[2:]


def _dilated(W: Tensor, xs: Tokens) -> list[Tensor]:
    """W is (d, k·d): k taps side by side. Before the first token there are zeros."""
    d, reach = W.shape[0], 1
    k, ys, nothing = W.shape[1] // d, list(xs), zeros(d, xs)
    while reach < len(xs):
        taps = [[ys[t - i * reach] if t >= i * reach else nothing for i in range(k)] for t in range(len(ys))]
        ys, reach = [torch.tanh(torch.cat(tap) @ W.T) for tap in taps], k * reach
    return ys


def _square(out: int, into: int, g: torch.Generator) -> Tensor:
    return attention.uniform(out, into, g, torch.float64)


def _decay(d: int, g: torch.Generator) -> Tensor:
    return 0.5 + 0.5 * torch.rand(d, generator=g, dtype=torch.float64)


def _attention(p: attention.SelfAttention, xs: Tokens, mask: Tensor | None = None) -> Positions:
    return _one(attention.self_attention(p, torch.stack(list(xs)), mask).unbind(0))


def _layer(p: transformer.Layer, xs: Tokens) -> Positions:
    """Positions meet in the attention only, and are kept apart outside it."""
    attended = attention.multi_head(p.attention, torch.stack(list(xs))).unbind(0)
    return [(transformer.around(p, x, a),) for x, a in zip(xs, attended, strict=True)]


def _elman(d: int, g: torch.Generator) -> elman.Elman:
    return elman.draw(d, d, g)


ELMAN = System("Elman RNN", _elman, lambda p, xs: _one(_recurrent(elman.step, p, xs)))
LSTM = System("LSTM", lambda d, g: lstm.draw(d, d, g), _lstm)
GRU = System("GRU", lambda d, g: gru.draw(d, d, g), lambda p, xs: _one(_recurrent(gru.step_reset_before, p, xs)))
LINEAR = System("linear recurrence, step by step", _decay, lambda a, xs: _one(_linear(a, xs)))
SCAN = System("linear recurrence, by scan", _decay, lambda a, xs: _one(_scan(a, xs)))
BIDIRECTIONAL = System("bidirectional RNN", lambda d, g: (_elman(d, g), _elman(d, g)), lambda p, xs: _one(_bidirectional(p, xs)))
SELF_ATTENTION = System("self-attention", attention.draw_self_attention, _attention)
CAUSAL_ATTENTION = System(
    "causal self-attention",
    attention.draw_self_attention,
    lambda p, xs: _attention(p, xs, attention.causal_mask(len(xs))),
)
PREFIX_ATTENTION = System("self-attention over prefixes", attention.draw_self_attention, lambda p, xs: _one(_prefixes(p, xs)))
TRANSFORMER_LAYER = System("Transformer layer", lambda d, g: transformer.draw(d, 1, g), _layer)
SKIP = System(
    "RNN with a skip over two steps",
    lambda d, g: (_elman(d, g), _square(d, d, g)),
    lambda p, xs: _one(_skip(p, xs)),
)


def STACKED_ELMAN(layers: int) -> System:
    return System(f"Elman RNN, {layers} layers", lambda d, g: [_elman(d, g) for _ in range(layers)], _stacked)


def DILATED(kernel: int) -> System:
    return System(
        f"dilated convolution, kernel {kernel}",
        lambda d, g: _square(d, kernel * d, g),
        lambda W, xs: _one(_dilated(W, xs)),
    )


CATALOGUE = (
    ELMAN,
    LSTM,
    GRU,
    STACKED_ELMAN(2),
    LINEAR,
    SCAN,
    BIDIRECTIONAL,
    SELF_ATTENTION,
    CAUSAL_ATTENTION,
    PREFIX_ATTENTION,
    TRANSFORMER_LAYER,
    SKIP,
    DILATED(2),
)
