"""Domains for what attention reads: tokens that change places, keys to tell apart, and sums with a short path to each term.

Numbers lie on a grid of eighths, so that a counterexample can be read. Everything is float64 unless it says otherwise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, floor, log

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit.domain import Domain, domain
from claims.kit.domains.matrices import EIGHTHS, above_the_diagonal, grid
from impls.attending import attention
from impls.tracing.systems import LINEAR, SCAN, System

Whole = tuple[int, int]

# --- tokens that change places --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rearranged:
    """Some tokens, then the same in another order and others among them. The second token asks, the first is asked for.

    Place t of the later text holds token order[t] of `tokens` and `inserted` together. Shapes: W_q, W_k (d, d), tokens
    (n, d), inserted (k, d)."""

    W_q: np.ndarray
    W_k: np.ndarray
    tokens: np.ndarray
    inserted: np.ndarray
    order: tuple[int, ...]

    @property
    def parameters(self) -> attention.SelfAttention:
        W_q, W_k = torch.from_numpy(self.W_q), torch.from_numpy(self.W_k)
        return attention.SelfAttention(W_q, W_k, W_k)

    def texts(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The tokens before and after."""
        everything = np.concatenate([self.tokens, self.inserted])
        return torch.from_numpy(self.tokens), torch.from_numpy(everything[list(self.order)])

    def weight(self, weights: torch.Tensor, moved: bool) -> float:
        """What the token that asks gives to the one asked for."""
        asked, asks = (self.order.index(0), self.order.index(1)) if moved else (0, 1)
        return float(weights[asks, asked])


@domain("2 to 4 tokens up to {width} wide put in any order, {inserted} others inserted; weights and tokens within [-2, 2]")
def rearranged(inserted: Whole, width: int = 2) -> st.SearchStrategy[Rearranged]:
    @cache
    def make(d: int, n: int, k: int) -> st.SearchStrategy[Rearranged]:
        shapes = {"W_q": (d, d), "W_k": (d, d), "tokens": (n, d), "inserted": (k, d)}
        arrays = {name: grid(shape, (-2, 2)) for name, shape in shapes.items()}
        return st.builds(Rearranged, **arrays, order=st.permutations(range(n + k)).map(tuple))

    sizes = st.tuples(st.integers(1, width), st.integers(2, 4), st.integers(*inserted))
    return sizes.flatmap(lambda drawn: make(*drawn))


@domain("2 to 4 tokens and 1 to 4 inserted, n in all; the score asked for leads every inserted one by log n + {lead} at least")
def with_a_lead(lead: float) -> st.SearchStrategy[Rearranged]:
    return _leading(lambda n: log(n) + lead)


@domain("2 to 4 tokens and 1 to 4 inserted; the score asked for leads every inserted one by {lead} at least")
def with_a_constant_lead(lead: float) -> st.SearchStrategy[Rearranged]:
    return _leading(lambda n: lead)


def _leading(lead: Callable[[int], float]) -> st.SearchStrategy[Rearranged]:
    """Tokens are single numbers and the one that asks is 1, so that a token's score is the token itself."""
    one = np.ones((1, 1))

    def make(asked: float, others: list[float], behind: list[float], order: Sequence[int]) -> Rearranged:
        n = 2 + len(others) + len(behind)
        tokens = np.array([[asked], [1.0], *([other] for other in others)])
        inserted = np.array([[asked - lead(n) - further] for further in behind])
        return Rearranged(one, one, tokens, inserted, tuple(t for t in order if t < n))

    number = st.integers(-2 * EIGHTHS, 8 * EIGHTHS).map(lambda eighths: eighths / EIGHTHS)
    further = st.sampled_from([0.0, 0.125, 1.0])
    return st.builds(
        make, number, st.lists(number, max_size=2), st.lists(further, min_size=1, max_size=4), st.permutations(range(8))
    )


# --- keys to tell apart ---------------------------------------------------------------------------------------------


@domain("{tokens} different keys of up to {width} entries within [-2, 2]")
def different_keys(tokens: Whole, width: int = 2) -> st.SearchStrategy[np.ndarray]:
    entry = st.integers(-2 * EIGHTHS, 2 * EIGHTHS)

    @cache
    def rows(d: int) -> st.SearchStrategy[list[list[int]]]:
        row = st.lists(entry, min_size=d, max_size=d)
        return st.lists(row, min_size=tokens[0], max_size=tokens[1], unique_by=tuple)

    return st.integers(1, width).flatmap(rows).map(lambda drawn: np.array(drawn, dtype=np.float64) / EIGHTHS)


@domain("{tokens} different keys of length 1 and two entries")
def keys_of_one_length(tokens: Whole) -> st.SearchStrategy[np.ndarray]:
    angles = st.lists(st.integers(0, 15), min_size=tokens[0], max_size=tokens[1], unique=True)
    return angles.map(lambda drawn: np.array([[np.cos(a * np.pi / 8), np.sin(a * np.pi / 8)] for a in drawn]))


@domain("{tokens} different keys of two entries and of length 1/4, 1/2, 3/4 or 1")
def keys_of_some_length(tokens: Whole) -> st.SearchStrategy[np.ndarray]:
    polar = st.tuples(st.integers(1, 4), st.integers(0, 15))
    drawn = st.lists(polar, min_size=tokens[0], max_size=tokens[1], unique=True)
    return drawn.map(lambda keys: np.array([[r / 4 * np.cos(a * np.pi / 8), r / 4 * np.sin(a * np.pi / 8)] for r, a in keys]))


@domain("{tokens} linearly independent keys of as many entries")
def independent_keys(tokens: Whole) -> st.SearchStrategy[np.ndarray]:
    """A triangle of any numbers, ones on the diagonal."""
    return st.integers(*tokens).flatmap(lambda n: above_the_diagonal(n, 2)).map(lambda upper: upper.T + np.eye(len(upper)))


# --- a short path to each term --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SoftmaxRead:
    """One query reads tokens (key, value) by softmax. The keys are the scores; the first token holds 1, the others 0."""

    scores: tuple[float, ...]
    dtype: str = "float64"

    def run(self) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The output and the tokens, each a leaf of its own."""
        dtype = getattr(torch, self.dtype)
        tokens = [
            torch.tensor([score, float(place == 0)], dtype=dtype, requires_grad=True) for place, score in enumerate(self.scores)
        ]  # fmt: skip
        rows = torch.stack(tokens)
        return attention.attend(torch.ones(1, 1, dtype=dtype), rows[:, :1], rows[:, 1:])[0], tokens


@dataclass(frozen=True)
class Halving:
    """h_t = h_{t-1}/2 + x_t over n tokens, one number each, evaluated in one way or another."""

    how: str
    n: int

    def run(self) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """h_n and the tokens, each a leaf of its own."""
        half = torch.full((1,), 0.5, dtype=torch.float64)
        tokens = [torch.ones(1, dtype=torch.float64, requires_grad=True) for _ in range(self.n)]
        return EVALUATED[self.how](half, tokens), tokens


@dataclass(frozen=True)
class Adding:
    """h_t = h_{t-1} + x_t over n tokens, step by step: as long a path, and nothing is lost on it."""

    n: int

    def run(self) -> tuple[torch.Tensor, list[torch.Tensor]]:
        tokens = [torch.ones(1, dtype=torch.float64, requires_grad=True) for _ in range(self.n)]
        return EVALUATED["step by step"](torch.ones(1, dtype=torch.float64), tokens), tokens


@domain("h_t = h_(t-1)/2 + x_t or h_t = h_(t-1) + x_t, step by step, over 64 to 128 tokens")
def loops() -> st.SearchStrategy[Halving | Adding]:
    tokens = st.integers(64, 128)
    return st.builds(Halving, st.just("step by step"), tokens) | st.builds(Adding, tokens)


def one_product(half: torch.Tensor, tokens: list[torch.Tensor]) -> torch.Tensor:
    """All tokens at once, each times its power of a half."""
    return torch.stack(tokens).T @ half ** torch.arange(len(tokens)).flip(0)


def last_of(system: System) -> Callable[[torch.Tensor, list[torch.Tensor]], torch.Tensor]:
    return lambda half, tokens: system.run(half, tokens)[-1][0]


EVALUATED = {"step by step": last_of(LINEAR), "by scan": last_of(SCAN), "as one product": one_product}


@domain("softmax over {tokens} tokens, scores within {scores}")
def softmax_reads(scores: tuple[float, float], tokens: Whole) -> st.SearchStrategy[SoftmaxRead]:
    score = st.integers(ceil(scores[0] * EIGHTHS), floor(scores[1] * EIGHTHS)).map(lambda eighths: eighths / EIGHTHS)
    return st.builds(SoftmaxRead, st.lists(score, min_size=tokens[0], max_size=tokens[1]).map(tuple))


def short_sums() -> Domain:
    """Whatever adds up its tokens by one product. Where it halves they are so many that no threshold decides: 2⁻⁶³ is left."""
    softmax = softmax_reads(scores=(-5, 5), tokens=(2, 8))
    halving = st.builds(Halving, st.just("as one product"), st.integers(64, 128))
    return Domain(f"{softmax.words}; or x_n + x_(n-1)/2 + x_(n-2)/4 + …, of 64 to 128 tokens", softmax.strategy | halving)
