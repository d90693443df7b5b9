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


@dataclass(frozen=True)
class Task:
    """Strings of `length` tokens, and the answer to each."""

    name: str
    vocabulary: int
    length: int
    answer: Callable[[Tensor], Tensor]

    def sample(self, batch: int, generator: torch.Generator) -> tuple[Tokens, Tokens]:
        """`batch` sources and their targets, one a column."""
        source = torch.randint(self.vocabulary, (self.length, batch), generator=generator)
        return source, self.answer(source)


def reverse(vocabulary: int, length: int) -> Task:
    """Write the source backwards: 3 1 4 1 → 1 4 1 3."""
    return Task("reverse", vocabulary, length, partial(torch.flip, dims=(0,)))


def copy(vocabulary: int, length: int) -> Task:
    """Write the source again: 3 1 4 1 → 3 1 4 1."""
    return Task("copy", vocabulary, length, torch.clone)
