"""Encoder-decoder: one recurrence reads the source, another writes the target from where the first has ended.

    h_j = enc(h_{j-1}, E_s[x_j]),  j = 1..n                 encoder, read left to right
    s_0 = h_n                                               the final state initialises the decoder
    s_i = dec(s_{i-1}, E_t[y_{i-1}]),  i = 1..m             decoder
    c_i = Σ_j α_ij h_j,  α_i from additive attention with s_i as the query     (with attention only)
    p(y_i | y_<i, x) = softmax(W_out [s_i; c_i] + b_out)

Without c, h_n is all the decoder knows of the source (Sutskever, Vinyals & Le 2014, section 2; Cho et al.
2014). Additive attention is that of Bahdanau, Cho & Bengio (2015).

    x ∈ {0..V-1}^n, y ∈ {0..V-1}^m     tokens, time first, then batch; y_0 = V is the start token
    E_s ∈ ℝ^{V×d}, E_t ∈ ℝ^{(V+1)×d}   embeddings          W_out ∈ ℝ^{V×d}, or V×2d with attention
    h, s, c ∈ ℝ^d                      the state of an LSTM is the pair (h, C), and both are handed over

Variants. Bahdanau et al. take s_{i-1} as the query and feed c_i to the recurrence; reading it after the step
(as Luong et al. 2015 do) keeps the paths and lets teacher forcing attend for all i at once. They also encode
in both directions, start from s_0 = tanh(W_s ←h_1) and put a maxout layer before the softmax. Sutskever et
al. use four layers and feed the source reversed. Here encoder, decoder and start are the same with and
without attention, so that a comparison varies one thing.

Teacher forcing: the decoder is fed the true y_{i-1} (`logits`). Greedy decoding: it is fed its own
(`greedy`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import embedding

from impls.attending.attention import Additive, additive, draw_additive, uniform
from impls.clocks import kernels
from impls.recurrent import elman, gru, lstm
from impls.recurrent.recurrence import unroll

Cell = elman.Elman | gru.GRU | lstm.LSTM
State = tuple[Tensor, ...]  # (h, C) for an LSTM, (h,) for the others; each part (*batch, d)
DRAW: dict[str, Callable[..., Cell]] = {
    "elman": elman.draw,
    "gru": gru.draw,
    "lstm": lstm.draw,
    "lstm, orthogonal": lstm.orthogonal,
    "lstm, forget bias 1": partial(lstm.draw, forget_bias=1.0),
}
Run = Callable[[Cell, Tensor, State], tuple[Tensor, State]]


@dataclass(frozen=True)
class Seq2Seq:
    """Embeddings, two recurrences, perhaps attention, and the read-out; `read` is d, or 2d with attention."""

    embed_source: Float[Tensor, "V d"]
    embed_target: Float[Tensor, "V_and_start d"]
    encoder: Cell
    decoder: Cell
    attention: Additive | None
    W_out: Float[Tensor, "V read"]
    b_out: Float[Tensor, " V"]


class Memory(NamedTuple):
    """What attention may look at: the encoder's states and their keys, the same at all decoder steps."""

    states: Float[Tensor, "n *batch d"]
    keys: Float[Tensor, "n *batch a"]


def step(cell: Cell, state: State, x: Float[Tensor, "*batch m"]) -> State:
    """One step of any cell, its state as a tuple whose first part is h."""
    if isinstance(cell, lstm.LSTM):
        return lstm.step(cell, state, x)
    if isinstance(cell, gru.GRU):
        return (gru.step_reset_before(cell, state[0], x),)
    return (elman.step(cell, state[0], x),)


def unrolled(cell: Cell, xs: Float[Tensor, "n *batch m"], start: State) -> tuple[Float[Tensor, "n *batch d"], State]:
    """h_1..h_n and the final state, step by step."""
    states = unroll(partial(step, cell), start, xs)
    return torch.stack([state[0] for state in states]), states[-1]


def fused(cell: Cell, xs: Float[Tensor, "n batch m"], start: State) -> tuple[Float[Tensor, "n batch d"], State]:
    """The same by torch's kernels, which know no GRU that resets before the product."""
    return unrolled(cell, xs, start) if isinstance(cell, gru.GRU) else kernels.run(cell, xs, start)


def encode(p: Seq2Seq, source: Int[Tensor, "n *batch"], run: Run = unrolled) -> tuple[Memory | None, State]:
    """The memory, None without attention, and the final state."""
    embedded = embedding(source, p.embed_source)
    states, final = run(p.encoder, embedded, kernels.rest(p.encoder, embedded))
    return None if p.attention is None else Memory(states, states @ p.attention.W_e.T), final


def read_out(p: Seq2Seq, s: Float[Tensor, "*batch d"], memory: Memory | None) -> Float[Tensor, "*batch V"]:
    """The logits of y_i from s_i; with attention from c_i as well."""
    if memory is not None and p.attention is not None:
        context, _ = additive(p.attention, s, *memory)
        s = torch.cat([s, context], -1)
    return s @ p.W_out.T + p.b_out


def decode_step(
    p: Seq2Seq, state: State, token: Int[Tensor, "*batch"], memory: Memory | None
) -> tuple[State, Float[Tensor, "*batch V"]]:
    """s_i and the logits of y_i, from s_{i-1} and y_{i-1}."""
    state = step(p.decoder, state, embedding(token, p.embed_target))
    return state, read_out(p, state[0], memory)


def start_token(p: Seq2Seq, source: Int[Tensor, "n *batch"]) -> Int[Tensor, "*batch"]:
    return torch.full_like(source[0], len(p.b_out))


def shifted(p: Seq2Seq, target: Int[Tensor, "m *batch"]) -> Int[Tensor, "m *batch"]:
    """What the decoder is fed to write the target: the start token, then y_1 … y_{m-1}."""
    return torch.cat([start_token(p, target)[None], target[:-1]])


def logits(
    p: Seq2Seq, source: Int[Tensor, "n *batch"], target_in: Int[Tensor, "m *batch"], run: Run = unrolled
) -> Float[Tensor, "m *batch V"]:
    """Teacher forcing: when it writes y_i the decoder has seen the true tokens before it (`shifted`)."""
    memory, state = encode(p, source, run)
    states, _ = run(p.decoder, embedding(target_in, p.embed_target), state)
    if memory is not None:  # every target position asks at once
        memory = Memory(memory.states.unsqueeze(1), memory.keys.unsqueeze(1))
    return read_out(p, states, memory)


def greedy(p: Seq2Seq, source: Int[Tensor, "n *batch"], length: int) -> Int[Tensor, "m *batch"]:
    """`length` tokens, each the likeliest after those already written."""
    memory, state = encode(p, source)
    written = [start_token(p, source)]
    for _ in range(length):
        state, scores = decode_step(p, state, written[-1], memory)
        written.append(scores.argmax(-1))
    return torch.stack(written[1:])


def draw(
    vocabulary: int,
    d: int,
    generator: torch.Generator,
    cell: str = "lstm",
    attention: bool = False,
    dtype: torch.dtype = torch.float64,
) -> Seq2Seq:
    """An untrained model of width d; `cell` is one of DRAW."""
    read = 2 * d if attention else d
    return Seq2Seq(
        embed_source=torch.randn(vocabulary, d, generator=generator, dtype=dtype),
        embed_target=torch.randn(vocabulary + 1, d, generator=generator, dtype=dtype),
        encoder=DRAW[cell](d, d, generator, dtype),
        decoder=DRAW[cell](d, d, generator, dtype),
        attention=draw_additive(d, generator, dtype) if attention else None,
        W_out=uniform(vocabulary, read, generator, dtype),
        b_out=torch.zeros(vocabulary, dtype=dtype),
    )


def aligned(p: Seq2Seq, source: Int[Tensor, "n batch"], target: Int[Tensor, "m batch"]) -> float:
    """The share of target tokens, under teacher forcing, for which the attention weight is largest at the mirrored source token:
    where the target is the source backwards, at the very token to be written. Needs attention."""
    memory, state = encode(p, source, fused)
    assert p.attention is not None
    assert memory is not None
    states, _ = fused(p.decoder, embedding(shifted(p, target), p.embed_target), state)
    _, alpha = additive(p.attention, states, memory.states.unsqueeze(1), memory.keys.unsqueeze(1))
    mirrored = torch.arange(len(source) - 1, -1, -1)[:, None]
    return (alpha.argmax(0) == mirrored).double().mean().item()
