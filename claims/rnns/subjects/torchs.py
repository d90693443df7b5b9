"""What torch computes where we have written something out: its own layers with our weights put in, and where it has none the
equation once more, a token at a time.

Each is a function of parameters and tokens X (n, d), as rows, that gives the outputs (n, d); for an encoder-decoder the scores
(n, V).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn.functional import conv1d, linear, pad, scaled_dot_product_attention

from impls.attending.attention import Additive, MultiHead, SelfAttention
from impls.attending.convolution import Convolution
from impls.attending.decoder import DecoderLayer
from impls.attending.transformer import Layer, Norm
from impls.recurrent.elman import Elman
from impls.recurrent.lstm import LSTM
from impls.recurrent.mingru import MinGRU
from impls.translating.seq2seq import Seq2Seq

Compute = Callable[[Any, Tensor], Tensor]
DOUBLE = torch.float64


@dataclass(frozen=True)
class Pair:
    """Something by its name, how its parameters are drawn, what we compute with them and what torch does."""

    name: str
    draw: Callable[[int, torch.Generator], Any]
    ours: Compute
    theirs: Compute

    def __str__(self) -> str:
        return self.name


# --- recurrent --------------------------------------------------------------------------------------------------------


def recurrent(p: Elman | LSTM, X: Tensor, start: Sequence[Tensor] = ()) -> Tensor:
    """torch.nn.RNN or torch.nn.LSTM of one layer."""
    d = len(p.b if isinstance(p, Elman) else p.b_f)
    kind = torch.nn.RNN if isinstance(p, Elman) else torch.nn.LSTM
    if isinstance(p, Elman):
        hidden, inputs, b = p.W_h, p.W_x, p.b
    else:
        W, b = torch.cat([p.W_i, p.W_f, p.W_C, p.W_o]), torch.cat([p.b_i, p.b_f, p.b_C, p.b_o])
        hidden, inputs = W[:, :d], W[:, d:]
    weights = {"weight_hh_l0": hidden, "weight_ih_l0": inputs, "bias_ih_l0": b, "bias_hh_l0": torch.zeros_like(b)}
    state = [part[None] for part in start] or [X.new_zeros(1, d)] * (1 if isinstance(p, Elman) else 2)
    given = (X, state[0] if isinstance(p, Elman) else tuple(state))
    return functional_call(kind(X.shape[1], d, dtype=X.dtype), weights, given)[0]


def stacked(layers: Sequence[Elman], X: Tensor) -> Tensor:
    for p in layers:
        X = recurrent(p, X)
    return X


def both_ways(p: tuple[Elman | LSTM, Elman | LSTM], X: Tensor) -> Tensor:
    return torch.cat([recurrent(p[0], X), recurrent(p[1], X.flip(0)).flip(0)], 1)


def linear_recurrence(a: Tensor, X: Tensor) -> Tensor:
    """h_t = a h_{t-1} + x_t."""
    return one_by_one([a.diag()] * len(X), X)


def minimal_gru(p: MinGRU, X: Tensor) -> Tensor:
    z = torch.sigmoid(linear(X, p.W_z, p.b_z))
    return one_by_one([(1 - one).diag() for one in z], z * linear(X, p.W_h, p.b_h))


def one_by_one(A: Sequence[Tensor], b: Tensor) -> Tensor:
    """h_t = A_t h_{t-1} + b_t from h_0 = 0."""
    hs = [torch.zeros_like(b[0])]
    for A_t, b_t in zip(A, b, strict=True):
        hs.append(torch.mv(A_t, hs[-1]) + b_t)
    return torch.stack(hs[1:])


# --- encoder and decoder ----------------------------------------------------------------------------------------------


def translated(p: Seq2Seq, X: Tensor) -> Tensor:
    """The decoder is fed its start token at every step, and begins with the encoder's last state."""
    return written(p, X, p.embed_target[-1].expand(len(X), -1))


def written(p: Seq2Seq, X: Tensor, Y: Tensor) -> Tensor:
    """What an encoder-decoder of Elman networks makes of source rows X and target rows Y."""
    if not (isinstance(p.encoder, Elman) and isinstance(p.decoder, Elman)):
        raise TypeError("this puts Elman networks beside torch.nn.RNN, and no other cells")
    H = recurrent(p.encoder, X)
    S = recurrent(p.decoder, Y, [H[-1]])
    read = S if p.attention is None else torch.cat([S, torch.stack([context(p.attention, s, H) for s in S])], 1)
    return linear(read, p.W_out, p.b_out)


def context(p: Additive, s: Tensor, H: Tensor) -> Tensor:
    """Additive attention, a score at a time."""
    scores = torch.stack([p.v.dot(torch.tanh(torch.mv(p.W_d, s) + torch.mv(p.W_e, h))) for h in H])
    shares = [score.exp() / scores.exp().sum() for score in scores]
    return torch.stack([share * h for share, h in zip(shares, H, strict=True)]).sum(0)


# --- convolution ------------------------------------------------------------------------------------------------------


def convolved(taps: Sequence[Tensor], b: Tensor | None, X: Tensor, dilation: int = 1) -> Tensor:
    """A causal layer and its tanh; the taps are counted back in time, torch's forwards."""
    weight = torch.stack(list(reversed(taps)), -1)
    return torch.tanh(conv1d(pad(X.T, ((len(taps) - 1) * dilation, 0)), weight, b, dilation=dilation)).T


def convolution_layer(p: Convolution, X: Tensor) -> Tensor:
    return convolved(list(p.W), p.b, X)


def convolution(p: Convolution, X: Tensor) -> Tensor:
    """As many layers as it takes for the last position to read the first."""
    for _ in range(ceil((len(X) - 1) / (len(p.W) - 1))):
        X = convolution_layer(p, X)
    return X


def dilated(W: Tensor, X: Tensor) -> Tensor:
    """Each layer's dilation is the reach of those before it."""
    d, reach = len(W), 1
    taps = W.split(d, 1)
    while reach < len(X):
        X, reach = convolved(taps, None, X, reach), len(taps) * reach
    return X


# --- attention --------------------------------------------------------------------------------------------------------


def one_head(p: SelfAttention, X: Tensor, mask: Tensor | None = None) -> Tensor:
    """torch's scaled_dot_product_attention; True in the mask means look."""
    Q, K, V = (linear(X, W)[None] for W in (p.W_q, p.W_k, p.W_v))
    return scaled_dot_product_attention(Q, K, V, mask)[0]


def window(r: int) -> Compute:
    """A position sees (r - 1)/2 to either side."""

    def theirs(p: SelfAttention, X: Tensor) -> Tensor:
        t = torch.arange(len(X))
        return one_head(p, X, (t[:, None] - t).abs() <= (r - 1) // 2)

    return theirs


def earlier(n: int) -> Tensor:
    """Row t is True up to column t."""
    t = torch.arange(n)
    return t[:, None] >= t


def multi_head(p: MultiHead, X: Tensor, memory: Tensor, mask: Tensor | None = None) -> Tensor:
    """torch.nn.MultiheadAttention without biases; True in its mask means do not look."""
    layer = torch.nn.MultiheadAttention(len(p.W_q), p.heads, bias=False, dtype=X.dtype)
    hidden = None if mask is None else ~mask
    return functional_call(layer, heads(p, ""), (X, memory, memory), {"attn_mask": hidden})[0]


def heads(p: MultiHead, at: str) -> dict[str, Tensor]:
    """Its weights under torch's names."""
    return {f"{at}in_proj_weight": torch.cat([p.W_q, p.W_k, p.W_v]), f"{at}out_proj.weight": p.W_o}


def encoder_layer(p: Layer, X: Tensor, mask: Tensor | None = None) -> Tensor:
    """torch.nn.TransformerEncoderLayer."""
    layer = torch.nn.TransformerEncoderLayer(X.shape[1], p.attention.heads, len(p.b_1), 0.0, dtype=X.dtype)
    weights = heads(p.attention, "self_attn.") | network(p) | norm(p.norm_1, 1) | norm(p.norm_2, 2)
    hidden = None if mask is None else ~mask
    return functional_call(layer, without_biases(weights, "self_attn."), (X,), {"src_mask": hidden})


def decoder_layer(p: DecoderLayer, Y: Tensor, memory: Tensor) -> Tensor:
    """torch.nn.TransformerDecoderLayer under a causal mask."""
    reading = p.reading
    layer = torch.nn.TransformerDecoderLayer(Y.shape[1], p.own.heads, len(reading.b_1), 0.0, dtype=Y.dtype)
    weights = heads(p.own, "self_attn.") | heads(reading.attention, "multihead_attn.") | network(reading)
    weights |= norm(p.norm, 1) | norm(reading.norm_1, 2) | norm(reading.norm_2, 3)
    weights = without_biases(without_biases(weights, "self_attn."), "multihead_attn.")
    return functional_call(layer, weights, (Y, memory), {"tgt_mask": ~earlier(len(Y))})


def without_biases(weights: dict[str, Tensor], at: str) -> dict[str, Tensor]:
    """Its biases, which the paper has not, set to zero."""
    stack = weights[f"{at}in_proj_weight"]
    zeros = {f"{at}in_proj_bias": stack.new_zeros(len(stack)), f"{at}out_proj.bias": stack.new_zeros(stack.shape[1])}
    return weights | zeros


def network(p: Layer) -> dict[str, Tensor]:
    return {"linear1.weight": p.W_1, "linear1.bias": p.b_1, "linear2.weight": p.W_2, "linear2.bias": p.b_2}


def norm(p: Norm, number: int) -> dict[str, Tensor]:
    return {f"norm{number}.weight": p.gain, f"norm{number}.bias": p.bias}
