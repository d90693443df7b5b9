"""Sequence tasks: a source of tokens and what is to be answered to it, time first.

Sources are drawn so that nothing but the source helps to guess the answer. Where an answer is shorter than its source it is
asked for at the source's last tokens; NOTHING marks a place where nothing is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import torch
from jaxtyping import Int
from torch import Generator, Tensor

Tokens: TypeAlias = Int[Tensor, "n batch"]
Answers: TypeAlias = Int[Tensor, "m batch"]
NOTHING = -100  # the label that torch's cross-entropy passes over


Writer: TypeAlias = Callable[[int, int, int, Generator], Tensor]


def uniform(vocabulary: int, length: int, batch: int, generator: Generator) -> Tokens:
    """All strings equally likely: chance is 1/vocabulary a token, and n tokens carry n·log2(vocabulary) bits."""
    return torch.randint(vocabulary, (length, batch), generator=generator)


@dataclass(frozen=True)
class Task:
    """Sources of `length`, written by `write(vocabulary, length, batch, generator)`, and the answer to each; of a length from
    `shortest` on, where one is given. Symbols, of sources and answers, are numbered from 0 to vocabulary - 1."""

    name: str
    vocabulary: int
    length: int
    answer: Callable[[Tensor], Tensor]
    shortest: int | None = None
    write: Writer = uniform

    def sample(self, batch: int, generator: Generator) -> tuple[Tokens, Answers]:
        """`batch` sources and their answers, one a column, all of one length."""
        length = self.length
        if self.shortest is not None:
            length = _number(self.shortest, self.length + 1, generator)
        source = self.write(self.vocabulary, length, batch, generator)
        return source, self.answer(source)


def reverse(vocabulary: int, length: int, shortest: int | None = None) -> Task:
    """Write the source backwards: 3 1 4 1 → 1 4 1 3."""
    return Task("reverse", vocabulary, length, partial(torch.flip, dims=(0,)), shortest)


def copy(vocabulary: int, length: int) -> Task:
    """Write the source again: 3 1 4 1 → 3 1 4 1."""
    return Task("copy", vocabulary, length, torch.clone)


def recall(vocabulary: int, lag: int, shortest: int | None = None) -> Task:
    """Say which token came first, `lag` tokens later, or after a lag from `shortest` to that: 3 1 4 1 → 3, at lag 3."""
    return Task("recall", vocabulary, lag + 1, first, None if shortest is None else shortest + 1)


def first(source: Tokens) -> Answers:
    """The first token of each column, as a row."""
    return source[:1]


def foretell(vocabulary: int, length: int) -> Task:
    """Say at each token which one follows: 3 1 4 1 → 1 4 1 -, which only a reader of what comes next can."""
    return Task("foretell", vocabulary, length, following)


def following(source: Tokens, last: Tensor | None = None) -> Answers:
    """The next token at each place, and at the last one `last`, or nothing."""
    end = torch.full_like(source[0], NOTHING) if last is None else last
    return torch.cat([source[1:], end[None]])


# --- associative recall -----------------------------------------------------------------------------------------------


def associate(keys: int, pairs: int, fewest: int | None = None) -> Task:
    """Read pairs of a key and one of as many values, each pair one token, the keys all different, then a key, and say its
    value. With 4 keys: 1:3 0:2 1? → 3. Token k·keys + v is the pair k:v, token keys² + k asks for k; Arora et al. (2024)."""
    shortest = None if fewest is None else fewest + 1
    return Task("associate", keys * (keys + 1), pairs + 1, partial(bound, keys), shortest, partial(_pairs, keys))


def _pairs(keys: int, vocabulary: int, length: int, batch: int, generator: Generator) -> Tokens:
    drawn = torch.rand(keys, batch, generator=generator).argsort(0)[: length - 1]
    values = uniform(keys, length - 1, batch, generator)
    asked = torch.randint(length - 1, (1, batch), generator=generator)
    return torch.cat([drawn * keys + values, keys * keys + drawn.gather(0, asked)])


def bound(keys: int, source: Tokens) -> Answers:
    """The value that stands with the key which is asked for."""
    pairs = source[:-1]
    found = (pairs // keys == source[-1] - keys * keys).int().argmax(0, keepdim=True)
    return pairs.gather(0, found) % keys


def unbound(keys: int, pairs: int, rows: int = 20_000) -> float:
    """What the best guess comes to that knows the values and not which key each belongs to: the most frequent value."""
    values = uniform(keys, pairs, rows, Generator().manual_seed(0))
    return float(torch.nn.functional.one_hot(values, keys).sum(0).amax(-1).double().mean() / pairs)


# --- adding -----------------------------------------------------------------------------------------------------------

DIGITS = 5


def add(length: int) -> Task:
    """Add the two marked digits, one in each half: 3 1' 4 2' → 3. Digits are 0 to 4, a marked one is numbered 5 more; after the
    adding problem of Hochreiter & Schmidhuber (1997, section 5.4), whose numbers are real."""
    return Task("add", 2 * DIGITS, length, total, write=_marked)


def _marked(vocabulary: int, length: int, batch: int, generator: Generator) -> Tokens:
    digits, half = uniform(DIGITS, length, batch, generator), length // 2
    early = torch.randint(half, (1, batch), generator=generator)
    late = torch.randint(half, length, (1, batch), generator=generator)
    marks = torch.zeros_like(digits).scatter(0, early, DIGITS).scatter(0, late, DIGITS)
    return digits + marks


def total(source: Tokens) -> Answers:
    """The sum of the marked digits."""
    return torch.where(source >= DIGITS, source - DIGITS, 0).sum(0, keepdim=True)


def _number(low: int, high: int, generator: Generator) -> int:
    """One of low..high - 1, the same for the whole batch."""
    return int(torch.randint(low, high, (), generator=generator))
