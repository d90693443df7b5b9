"""A network that reads a string and says a symbol at its last tokens: one of several bodies between embedding and read-out.

    h_1..h_n = body(E[x_1], ..., E[x_n])
    p(y_t | x) = softmax(W_out h_t + b_out)

    x ∈ {0..V-1}^n       tokens, time first, then batch; y_t ∈ {0..V-1} at the last m of the n places
    E ∈ ℝ^{V×d}          embeddings, standard normal as torch.nn.Embedding draws them
    W_out ∈ ℝ^{V×r}      read-out of a state of width r: d, or 2d in two directions

Bodies are recurrences from a state of zeros (clocks.kernels), two of them in opposite directions (Schuster & Paliwal 1997), or
Transformer layers with a causal mask on the sum of embedding and position code (Vaswani et al. 2017, section 3.5). The
initialisation of a recurrence is half of its story, so `BODIES` has a name for each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import torch
from jaxtyping import Bool, Float, Int
from torch import Generator, Tensor
from torch.nn.functional import cross_entropy, embedding

from impls.attending import transformer
from impls.attending.attention import causal_mask, multi_head
from impls.clocks import kernels
from impls.clocks.kernels import Rectified
from impls.learning.tasks import NOTHING, Answers, Tokens
from impls.recurrent import bidirectional, elman, gru, lstm
from impls.recurrent.recurrence import uniform


@dataclass(frozen=True)
class TwoWays:
    """A recurrence from left to right and one from right to left."""

    ahead: kernels.Cell
    back: kernels.Cell


@dataclass(frozen=True)
class Layers:
    """Transformer layers whose positions see themselves and the past, or of it the last `window` positions only."""

    layers: tuple[transformer.Layer, ...]
    window: int | None = None


Body = kernels.Cell | TwoWays | Layers
Start = Callable[[int, int | float, Generator], Body]  # width, lag that it is made for, generator


@dataclass(frozen=True)
class Reader:
    """Embeddings, a body and a read-out."""

    embed: Float[Tensor, "V d"]
    body: Body
    W_out: Float[Tensor, "V read"]
    b_out: Float[Tensor, " V"]


def _elman(d: int, longest: int | float, g: Generator, start: Callable[..., elman.Elman] = elman.draw) -> elman.Elman:
    return start(d, d, g, torch.float32)


def _rectified(d: int, longest: int | float, g: Generator) -> Rectified:
    return Rectified(elman.identity(d, d, g, torch.float32))


def _lstm(d: int, longest: int | float, g: Generator, start: Callable[..., lstm.LSTM] = lstm.draw) -> lstm.LSTM:
    return start(d, d, g, torch.float32)


def _chrono_lstm(d: int, longest: int | float, g: Generator) -> lstm.LSTM:
    return lstm.chrono(_lstm(d, longest, g), longest, g)


def _gru(d: int, longest: int | float, g: Generator, start: Callable[..., gru.GRU] = gru.draw) -> gru.GRU:
    return start(d, d, g, torch.float32)


def _chrono_gru(d: int, longest: int | float, g: Generator) -> gru.GRU:
    return gru.chrono(_gru(d, longest, g), longest, g)


def _two_ways(
    d: int, longest: int | float, g: Generator, start: Callable[[int, int | float, Generator], lstm.LSTM] = _lstm
) -> TwoWays:
    return TwoWays(start(d, longest, g), start(d, longest, g))


def _layers(d: int, longest: int | float, g: Generator, count: int = 1, window: int | None = None) -> Layers:
    return Layers(tuple(transformer.draw(d, 4, g, torch.float32) for _ in range(count)), window)


_LSTMS: dict[str, Callable[[int, int | float, Generator], lstm.LSTM]] = {
    "LSTM": _lstm,
    "LSTM, orthogonal": partial(_lstm, start=lstm.orthogonal),
    "LSTM, forget bias 1": partial(_lstm, start=partial(lstm.draw, forget_bias=1.0)),
    "LSTM, forget bias 3": partial(_lstm, start=partial(lstm.draw, forget_bias=3.0)),
    "LSTM, forget bias 5": partial(_lstm, start=partial(lstm.draw, forget_bias=5.0)),
    "LSTM, chrono": _chrono_lstm,
}

# By name. `longest` is the lag that chrono biases are made for.
BODIES: dict[str, Start] = {
    "tanh": _elman,
    "tanh, orthogonal": partial(_elman, start=elman.orthogonal),
    "tanh, as Keras": partial(_elman, start=elman.glorot),
    "ReLU, identity": _rectified,
    **_LSTMS,
    **{f"{name} in both directions": partial(_two_ways, start=start) for name, start in _LSTMS.items()},
    "GRU": _gru,
    "GRU, orthogonal": partial(_gru, start=gru.orthogonal),
    "GRU, chrono": _chrono_gru,
    "attention": _layers,
    "Transformer": partial(_layers, count=2),
    "Transformer, window of 4": partial(_layers, count=2, window=4),
}


def draw(body: str, vocabulary: int, d: int, longest: int | float, generator: Generator) -> Reader:
    """A network of width d whose body is called so in `BODIES`; float32."""
    embed = torch.randn(vocabulary, d, generator=generator)
    made = BODIES[body](d, longest, generator)
    read = 2 * d if isinstance(made, TwoWays) else d
    W_out, b_out = uniform((vocabulary, read), d, generator, torch.float32), uniform((vocabulary,), d, generator, torch.float32)
    return Reader(embed, made, W_out, b_out)


def states(body: Body, xs: Float[Tensor, "n batch d"], last: int = 0) -> Float[Tensor, "m batch read"]:
    """h_1..h_n from embedded tokens, or so many of the last of them."""
    if isinstance(body, TwoWays):
        return bidirectional.run(partial(_stacked, body.ahead), partial(_stacked, body.back), xs)[-last:]
    if isinstance(body, Layers):
        return _attended(body, xs, last)
    return kernels.run(body, xs, kernels.rest(body, xs))[0][-last:]


def _stacked(body: Body, xs: Sequence[Tensor]) -> Tensor:
    return states(body, torch.stack(list(xs)))


def _attended(body: Layers, xs: Float[Tensor, "n batch d"], last: int) -> Float[Tensor, "m batch d"]:
    """Nobody reads the other states of the final layer, so they are not worked out."""
    n, _, d = xs.shape
    mask = _mask(n, body.window)
    X = xs.transpose(0, 1) + _codes(n, d, xs.dtype)
    *lower, top = body.layers
    for layer in lower:
        X = transformer.run(layer, X, mask)
    read = X[:, -last:]
    return transformer.around(top, read, multi_head(top.attention, read, mask[-last:], memory=X)).transpose(0, 1)


@cache  # training asks at every step
def _mask(n: int, window: int | None) -> Bool[Tensor, "n n"]:
    return causal_mask(n) if window is None else causal_mask(n).triu(1 - window)


@cache
def _codes(n: int, d: int, dtype: torch.dtype) -> Float[Tensor, "n d"]:
    return transformer.position_codes(n, d, dtype)


def logits(p: Reader, source: Int[Tensor, "n batch"], last: int) -> Float[Tensor, "m batch V"]:
    """The scores of each symbol at so many last tokens."""
    return read(p, embedding(source, p.embed), last)


def read(p: Reader, xs: Float[Tensor, "n batch d"], last: int = 1) -> Float[Tensor, "m batch V"]:
    """The same from embedded tokens."""
    return states(p.body, xs, last) @ p.W_out.T + p.b_out


def loss(p: Reader, source: Tokens, answers: Answers) -> Float[Tensor, ""]:
    """Cross-entropy of the symbols that are asked for, in nats."""
    return _surprise(logits(p, source, len(answers)), answers)


def truncated_loss(p: Reader, source: Tokens, answers: Answers, window: int) -> Float[Tensor, ""]:
    """The same of a recurrence, with a gradient through the last `window` steps only (truncated back-propagation through time:
    Williams & Peng 1990)."""
    assert not isinstance(p.body, TwoWays | Layers)
    if window < len(answers):
        raise ValueError(f"a window of {window} steps is shorter than the {len(answers)} answers that it is to contain")
    xs = embedding(source, p.embed)
    state = kernels.rest(p.body, xs)
    if len(xs) > window:
        with torch.no_grad():
            state = kernels.run(p.body, xs[:-window], state)[1]
    hs, _ = kernels.run(p.body, xs[-window:], state)
    return _surprise(hs[-len(answers) :] @ p.W_out.T + p.b_out, answers)


def _surprise(scores: Float[Tensor, "m batch V"], answers: Answers) -> Float[Tensor, ""]:
    return cross_entropy(scores.flatten(0, 1), answers.flatten(), ignore_index=NOTHING)


def accuracy(p: Reader, source: Tokens, answers: Answers, among: int | None = None) -> float:
    """The share of symbols asked for that have the highest score, of all or, at the last token, of the first `among`."""
    with torch.no_grad():
        scores = logits(p, source, len(answers))
    if among is not None:
        scores, answers = scores[-1:, :, :among], answers[-1:]
    asked = answers != NOTHING
    return (scores.argmax(-1) == answers)[asked].double().mean().item()
