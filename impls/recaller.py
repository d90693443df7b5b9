"""A recurrent network that reads a string and says one symbol at the end.

    h_t = cell(h_{t-1}, E[x_t]),  t = 1..n          any of the recurrences, from a state of zeros
    p(y | x) = softmax(W_out h_n + b_out)

    x ∈ {0..V-1}^n       tokens, time first, then batch; y ∈ {0..V-1}
    E ∈ ℝ^{V×d}          embeddings, standard normal as torch.nn.Embedding draws them
    W_out ∈ ℝ^{V×d}      read-out

Delayed recall, y = x_1, is the simplest test of memory: Hochreiter & Schmidhuber (1997, section 5.2) with distractors that are
symbols themselves. Chance is 1/V.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy, embedding

from impls import elman, lstm
from impls.recurrence import uniform
from impls.seq2seq import Cell, fused
from impls.tasks import Answers, Tokens


@dataclass(frozen=True)
class Recaller:
    """Embeddings, a recurrence and the read-out of its last state."""

    embed: Float[Tensor, "V d"]
    cell: Cell
    W_out: Float[Tensor, "V d"]
    b_out: Float[Tensor, " V"]


# By name: the initialisation is half of the story. `longest` is the lag that chrono biases are made for.
CELLS: dict[str, Callable[[int, float, torch.Generator], Cell]] = {
    "tanh": lambda d, longest, g: elman.draw(d, d, g, torch.float32),
    "orthogonal": lambda d, longest, g: elman.orthogonal(d, d, g, torch.float32),
    "LSTM": lambda d, longest, g: lstm.draw(d, d, g, torch.float32),
    "LSTM, forget bias 1": lambda d, longest, g: lstm.draw(d, d, g, torch.float32, forget_bias=1.0),
    "LSTM, chrono": lambda d, longest, g: lstm.chrono(lstm.draw(d, d, g, torch.float32), longest, g),
}


def draw(cell: str, vocabulary: int, d: int, longest: float, generator: torch.Generator) -> Recaller:
    """A network of width d whose cell is called so in `CELLS`; float32."""
    embed = torch.randn(vocabulary, d, generator=generator)
    made = CELLS[cell](d, longest, generator)
    W_out, b_out = uniform((vocabulary, d), d, generator, torch.float32), uniform((vocabulary,), d, generator, torch.float32)
    return Recaller(embed, made, W_out, b_out)


def logits(p: Recaller, source: Int[Tensor, "n batch"]) -> Float[Tensor, "batch V"]:
    """The scores of each symbol after the last token."""
    return read(p, embedding(source, p.embed))


def read(p: Recaller, xs: Float[Tensor, "n batch d"]) -> Float[Tensor, "batch V"]:
    """The same from embedded tokens."""
    zero = torch.zeros_like(xs[0])
    _, final = fused(p.cell, xs, (zero, zero) if isinstance(p.cell, lstm.LSTM) else (zero,))
    return final[0] @ p.W_out.T + p.b_out


def loss(p: Recaller, source: Tokens, target: Answers) -> Float[Tensor, ""]:
    """Cross-entropy of the symbol, in nats."""
    return cross_entropy(logits(p, source), target[0])


def accuracy(p: Recaller, source: Tokens, target: Answers) -> float:
    """The share of strings after which the right symbol has the highest score."""
    with torch.no_grad():
        return (logits(p, source).argmax(-1) == target[0]).double().mean().item()
