"""Sequence tasks: a source and the target to be written from it, time first.

A task draws uniformly random strings over `vocabulary` symbols, so nothing but the source helps to guess the
target: chance is 1/vocabulary a token, and a source of n tokens carries n·log2(vocabulary) bits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import torch
from jaxtyping import Int
from torch import Tensor

Tokens: TypeAlias = Int[Tensor, "n batch"]
Answers: TypeAlias = Int[Tensor, "m batch"]


@dataclass(frozen=True)
class Task:
    """Strings of `length` tokens, and the answer to each; of a length from `shortest` on, where one is given."""

    name: str
    vocabulary: int
    length: int
    answer: Callable[[Tensor], Tensor]
    shortest: int | None = None

    def sample(self, batch: int, generator: torch.Generator) -> tuple[Tokens, Answers]:
        """`batch` sources and their targets, one a column, all of one length."""
        length = self.length
        if self.shortest is not None:
            length = int(torch.randint(self.shortest, self.length + 1, (), generator=generator))
        source = torch.randint(self.vocabulary, (length, batch), generator=generator)
        return source, self.answer(source)


def reverse(vocabulary: int, length: int) -> Task:
    """Write the source backwards: 3 1 4 1 → 1 4 1 3."""
    return Task("reverse", vocabulary, length, partial(torch.flip, dims=(0,)))


def copy(vocabulary: int, length: int) -> Task:
    """Write the source again: 3 1 4 1 → 3 1 4 1."""
    return Task("copy", vocabulary, length, torch.clone)


def recall(vocabulary: int, lag: int, shortest: int | None = None) -> Task:
    """Say which token came first, `lag` tokens later, or after a lag from `shortest` to that: 3 1 4 1 → 3, at lag 3."""
    return Task("recall", vocabulary, lag + 1, first, None if shortest is None else shortest + 1)


def first(source: Tokens) -> Answers:
    """The first token of each column, as a row."""
    return source[:1]
