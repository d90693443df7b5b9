"""The computations behind impls.tracing.systems: from parameters and tokens to positions, one tensor per token and position.

Each is the function of its own module, written so that a trace keeps the positions apart wherever the equations do: tokens
come as a sequence of vectors, and rows are stacked only where attention or a memory reads them together.

    Positions    for each position, what is computed there and read later: its output first
    Tokens       x_1..x_n ∈ ℝ^d
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from impls.attending import attention, convolution, decoder, transformer
from impls.recurrent import elman, lstm, mingru
from impls.recurrent.recurrence import unroll, zeros
from impls.translating import seq2seq

Positions = list[tuple[Tensor, ...]]
Tokens = Sequence[Tensor]


def alone(outputs: Sequence[Tensor]) -> Positions:
    """Positions that hand on their output and nothing else."""
    return [(output,) for output in outputs]


# --- recurrences ----------------------------------------------------------------------------------------------------


def recurrent(step: Callable, p: Any, xs: Tokens) -> list[Tensor]:
    """A recurrence whose state is one vector."""
    return unroll(partial(step, p), zeros(len(xs[0]), xs), xs)


def lstm_states(p: lstm.LSTM, xs: Tokens) -> Positions:
    return unroll(partial(lstm.step, p), (zeros(len(xs[0]), xs), zeros(len(xs[0]), xs)), xs)


def lstm_outputs(p: lstm.LSTM, xs: Tokens) -> list[Tensor]:
    return [h for h, _ in lstm_states(p, xs)]


def stacked(layers: Sequence[elman.Elman], xs: Tokens) -> Positions:
    levels = [xs]
    for layer in layers:
        levels.append(recurrent(elman.step, layer, levels[-1]))
    return list(zip(*levels[:0:-1], strict=True))


def both_ways(run: Callable[[Any, Tokens], list[Tensor]], p: tuple[Any, Any], xs: Tokens) -> list[Tensor]:
    ahead, back = run(p[0], xs), run(p[1], xs[::-1])[::-1]
    return [torch.cat(pair, -1) for pair in zip(ahead, back, strict=True)]


def skipping(p: tuple[elman.Elman, Tensor], xs: Tokens) -> list[Tensor]:
    cell, W_s = p
    hs = [zeros(len(xs[0]), xs)] * 2
    for x in xs:
        hs.append(elman.step(cell, hs[-1], x, partial(_skip, W_s, hs[-2])))
    return hs[2:]


def _skip(W_s: Tensor, earlier: Tensor, a: Tensor) -> Tensor:
    return torch.tanh(a + earlier @ W_s.T)


def linear_steps(a: Tensor, xs: Tokens) -> list[Tensor]:
    return [xs[0], *unroll(lambda h, x: a * h + x, xs[0], xs[1:])]


def linear_scan(a: Tensor, xs: Tokens) -> list[Tensor]:
    """After a round, entry t has gathered the last 2·reach tokens up to t, and a^reach carries it on."""
    reach = 1
    while reach < len(xs):
        xs = [*xs[:reach], *(a * earlier + x for earlier, x in zip(xs, xs[reach:], strict=False))]
        a, reach = a * a, 2 * reach
    return list(xs)


def mingru_scan(p: mingru.MinGRU, xs: Tokens) -> list[Tensor]:
    """The rounds of impls.recurrent.linear.scan, a factor and a state for each position.

    An entry that has gathered everything before it needs its factor no more; a trace leaves out what nobody reads.
    """
    gates = [mingru.gate_and_candidate(p, x) for x in xs]
    factors, states, reach = [1 - z for z, _ in gates], [z * candidate for z, candidate in gates], 1
    while reach < len(xs):
        joined = list(zip(factors, states, factors[reach:], states[reach:], strict=False))
        states = [*states[:reach], *(a * earlier + b for _, earlier, a, b in joined)]
        factors = [*factors[:reach], *(a * before for before, _, a, _ in joined)]
        reach *= 2
    return states


# --- convolutions ---------------------------------------------------------------------------------------------------


def taps(ys: Tokens, kernel: int, dilation: int) -> list[Tensor]:
    """For each t: y_t, y_{t - dilation}, … side by side. Before the first token there are zeros."""
    nothing = zeros(len(ys[0]), ys)
    lags = [i * dilation for i in range(kernel)]
    return [torch.cat([ys[t - lag] if t >= lag else nothing for lag in lags]) for t in range(len(ys))]


def dilated(W: Tensor, xs: Tokens) -> list[Tensor]:
    """W is (d, k·d): k taps side by side."""
    k, ys, reach = W.shape[1] // W.shape[0], list(xs), 1
    while reach < len(xs):
        ys, reach = [torch.tanh(tap @ W.T) for tap in taps(ys, k, reach)], k * reach
    return ys


def convolved(p: convolution.Convolution, xs: Tokens) -> list[Tensor]:
    """One plain layer and its tanh."""
    W = convolution.side_by_side(p)
    return [torch.tanh(tap @ W.T + p.b) for tap in taps(xs, len(p.W), 1)]


def convolved_throughout(p: convolution.Convolution, xs: Tokens) -> list[Tensor]:
    """As many plain layers as it takes."""
    return repeated(partial(convolved, p), convolution.layers_needed(len(xs), len(p.W) - 1), xs)


def repeated(layer: Callable[[Tokens], list[Tensor]], times: int, xs: Tokens) -> list[Tensor]:
    """The same layer, weights included, on top of itself."""
    ys = list(xs)
    for _ in range(times):
        ys = layer(ys)
    return ys


# --- attention ------------------------------------------------------------------------------------------------------


def attending(p: attention.SelfAttention, xs: Tokens, mask: Tensor | None = None) -> Positions:
    return alone(attention.self_attention(p, torch.stack(list(xs)), mask).unbind(0))


def reading(p: attention.SelfAttention, xs: Tokens, seen: Callable[[int], slice]) -> list[Tensor]:
    """Each token is projected once; position t, from 0, puts its own query to the keys and values in seen(t)."""
    Q, K, V = ([x @ W.T for x in xs] for W in (p.W_q, p.W_k, p.W_v))
    return [
        attention.attend(q[None], torch.stack(K[seen(t)]), torch.stack(V[seen(t)]))[0] for t, q in enumerate(Q)
    ]  # fmt: skip


def prefixes(p: attention.SelfAttention, xs: Tokens) -> list[Tensor]:
    return reading(p, xs, lambda t: slice(t + 1))


def windows(r: int, p: attention.SelfAttention, xs: Tokens) -> list[Tensor]:
    return reading(p, xs, lambda t: slice(max(0, t - r // 2), t + r // 2 + 1))


def windows_throughout(r: int, p: attention.SelfAttention, xs: Tokens) -> list[Tensor]:
    """As many layers as it takes."""
    return repeated(partial(windows, r, p), convolution.layers_needed(len(xs), r // 2), xs)


def transformed(p: transformer.Layer, xs: Tokens) -> list[Tensor]:
    """Positions meet in the attention only, and are kept apart outside it."""
    attended = attention.multi_head(p.attention, torch.stack(list(xs))).unbind(0)
    return [transformer.around(p, x, a) for x, a in zip(xs, attended, strict=True)]


# --- encoder and decoder: position t has source token t and target row t --------------------------------------------


def translated(p: seq2seq.Seq2Seq, xs: Tokens) -> Positions:
    """(y_t, s_t, h_t): the tokens are the encoder's inputs as they are; the decoder is fed its start token at every step."""
    hs = [h for (h,) in unroll(partial(seq2seq.step, p.encoder), (zeros(len(xs[0]), xs),), xs)]
    memory = None
    if p.attention is not None:
        states = torch.stack(hs)
        memory = seq2seq.Memory(states, states @ p.attention.W_e.T)
    fed = [p.embed_target[-1]] * len(xs)
    ss = [s for (s,) in unroll(partial(seq2seq.step, p.decoder), (hs[-1],), fed)]
    return [(seq2seq.read_out(p, s, memory), s, h) for s, h in zip(ss, hs, strict=True)]


def cross_attending(p: tuple[transformer.Layer, decoder.DecoderLayer], xs: Tokens) -> Positions:
    """(y_t, m_t): the target rows are position codes, so that all they ask is constant."""
    encoder, layer = p
    memory = transformed(encoder, xs)
    rows = decoder.attend_to_target(layer, transformer.position_codes(len(xs), len(xs[0])))
    read = attention.multi_head(layer.reading.attention, rows, memory=torch.stack(memory)).unbind(0)
    outputs = [transformer.around(layer.reading, row, one) for row, one in zip(rows, read, strict=True)]
    return list(zip(outputs, memory, strict=True))
