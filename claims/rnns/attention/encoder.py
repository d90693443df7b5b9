"""Whether the encoder of an encoder-decoder has anything of attention: what its states are when the decoder, or what it asks
with, is another."""

from dataclasses import replace

import torch

from claims.kit import holds
from impls.translating import seq2seq


def encoder_states(model: seq2seq.Seq2Seq, target: torch.Tensor) -> torch.Tensor:
    """Those of the source 0, 1, …, as many tokens as the target has, (n, d), while that target is written."""
    seen = []

    def run(network: seq2seq.Cell, xs: torch.Tensor, start: seq2seq.State) -> tuple[torch.Tensor, seq2seq.State]:
        states, final = seq2seq.unrolled(network, xs, start)
        seen.extend([states] * (network is model.encoder))
        return states, final

    seq2seq.logits(model, torch.arange(len(target)), seq2seq.shifted(model, target), run)
    return seen[0]


def the_encoder_looks_at_the_decoder(d: int, cell: str, attends: bool, n: int, seed: int) -> None:
    """Then its states would be others where other words are fed to the decoder."""
    model, target = seq2seq.draw(n, d, torch.Generator().manual_seed(seed), cell, attends), torch.arange(n)
    seen = [encoder_states(model, words) for words in (target, target.flip(0))]
    holds(not torch.equal(*seen), "whatever the decoder's states, those of the encoder are the same bit by bit")


def attention_changes_the_encoding(d: int, cell: str, attends: bool, n: int, seed: int) -> None:
    """Then the encoder's states would be others with attention than without, its weights being the same."""
    model, target = seq2seq.draw(n, d, torch.Generator().manual_seed(seed), cell, attends), torch.arange(n)
    without = replace(model, attention=None, W_out=model.W_out[:, :d])
    seen = [encoder_states(one, target) for one in (model, without)]
    holds(not torch.equal(*seen), "with attention and without the encoder's states are the same bit by bit")
