"""Another way to the states of a gated network than step by step: sweeps over all steps at once."""

import torch

from claims.kit import close, holds
from impls.translating import seq2seq


def rounds_of_sweeps(cell: str, n: int, seed: int) -> int:
    """How often all states are computed at once from those of the time before, until none moves by more than 10⁻¹⁰."""
    generator, d = torch.Generator().manual_seed(seed), 4
    drawn = seq2seq.DRAW[cell](d, d, generator)
    x, start = torch.randn(n, d, generator=generator, dtype=torch.float64), torch.zeros(1, d, dtype=torch.float64)
    found: seq2seq.State = (start.expand(n, d),) * (2 if cell == "lstm" else 1)
    rounds, moved = 0, 1.0
    while moved > 1e-10:  # after n rounds nothing moves
        before, found = found, seq2seq.step(drawn, tuple(torch.cat([start, part[:-1]]) for part in found), x)
        moved = max(float((new - old).abs().max()) for new, old in zip(found, before, strict=True))
        rounds += 1
    want, _ = seq2seq.unrolled(drawn, x, tuple(start[0] for _ in found))
    close(found[0], want, 1e-8, f"states found in {rounds} sweeps")
    return rounds


def n_rounds_in_whatever_way(cell: str, n: int, seed: int) -> None:
    rounds = rounds_of_sweeps(cell, n, seed)
    holds(rounds >= n, f"{cell}: sweeps over all steps at once find {n} states in {rounds} rounds")
