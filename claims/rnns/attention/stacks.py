"""Layers of a Transformer one upon the other, and whether what they put out tells in which order their tokens came."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from claims.kit import Domain, cases, show
from impls.attending import attention, transformer


@dataclass(frozen=True)
class Stack:
    """Transformer layers of width 4 and nothing else but, perhaps, a causal mask and position codes times a factor."""

    layers: int
    causal: bool = False
    codes: float = 0.0
    across: bool = False  # each layer reads another text, never its own
    one_code: bool = False  # that of the first place for all, as when places and sentences of a batch are taken for each other

    def __str__(self) -> str:
        mask = "a causal mask" if self.causal else "no mask"
        which = "the first position code for all" if self.one_code else "position codes"
        read = ", which read another text" if self.across else ""
        return f"{self.layers} layers{read}, {mask}, {which} times {self.codes:g}"

    def last_output(self, X: torch.Tensor, seed: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed)
        mask = attention.causal_mask(len(X)) if self.causal else None
        codes = transformer.position_codes(*X.shape)
        X = X + self.codes * (codes[:1] if self.one_code else codes)
        memory = torch.randn(X.shape, generator=generator, dtype=X.dtype) if self.across else None
        for _ in range(self.layers):
            layer = transformer.draw(X.shape[1], 2, generator)
            X = transformer.around(layer, X, attention.multi_head(layer.attention, X, mask, memory))
        return X[-1]


def stacks(
    layers: Sequence[int], causal: bool = False, codes: float = 0.0, across: bool = False, one_code: bool = False
) -> Domain:
    made = [Stack(count, causal, codes, across, one_code) for count in layers]
    return cases(made, "; ".join(map(str, made)))


TEXTS = 8  # of one text a saturated head may read a single token, and notice little else


def change_in_reverse(stack: Stack, n: int, seed: int) -> float:
    """How much the last output changes, at most over a few texts, when the tokens before it come in reverse."""
    texts = torch.randn(TEXTS, n, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    pairs = [[stack.last_output(text, seed) for text in (X, torch.cat([X[:-1].flip(0), X[-1:]]))] for X in texts]
    changes = [float((one - other).abs().max()) for one, other in pairs]
    one, other = pairs[changes.index(max(changes))]
    show("last output", one)
    show("last output with the tokens before it in reverse", other)
    return max(changes)
