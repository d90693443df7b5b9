"""Gradient descent on networks whose gradients explode, with clipping and without."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from claims.evidence.runs import Ran, experiment, ran
from impls.learning.clipping import clip_by_norm
from impls.recurrent import elman

STEPS, BATCH, RATE = 30, 32, 0.01
SETTING = f"Repeating the first input at the end; {STEPS} steps of gradient descent at rate {RATE}; float32 on a CPU"


@dataclass(frozen=True)
class PlainNetwork:
    """A plain network of that width whose W_h is `gain` times the identity or an orthogonal matrix, on strings of that length."""

    activation: Callable[[Tensor], Tensor]
    orthogonal: bool
    gain: float
    width: int
    length: int


NETWORKS = {
    "ReLU from the identity, width 64, 100 tokens": PlainNetwork(torch.relu, False, 1.0, 64, 100),
    "ReLU from the identity, width 16, 200 tokens": PlainNetwork(torch.relu, False, 1.0, 16, 200),
    "tanh from twice an orthogonal matrix, width 64, 100 tokens": PlainNetwork(torch.tanh, True, 2.0, 64, 100),
    "ReLU from 1.2 times the identity, width 64, 300 tokens": PlainNetwork(torch.relu, False, 1.2, 64, 300),
    "tanh from five times an orthogonal matrix, width 64, 100 tokens": PlainNetwork(torch.tanh, True, 5.0, 64, 100),
}
EXPLODING, OVERFLOWING = tuple(NETWORKS)[:3], tuple(NETWORKS)[3:]  # of the latter states or gradients exceed float32


@experiment
def exploding(seed: int, clipped: bool, network: str) -> Ran:
    """A plain network learns to repeat its first input at the end, by 30 steps of gradient descent at rate 0.01. `steps`: after
    how many all weights were still numbers."""
    one, generator = NETWORKS[network], torch.Generator().manual_seed(seed)
    drawn = elman.draw(one.width, 1, generator, torch.float32)
    W_h = elman.orthogonal(one.width, 1, generator, torch.float32).W_h if one.orthogonal else torch.eye(one.width)
    read_out = torch.randn(one.width, generator=generator) / one.width**0.5
    leaves = [one.gain * W_h, drawn.W_x, drawn.b, read_out]
    losses: list[float] = []
    for _ in range(STEPS):
        leaves = [leaf.detach().requires_grad_() for leaf in leaves]
        x = torch.randn(one.length, BATCH, 1, generator=generator)
        states = elman.run(elman.Elman(*leaves[:3]), x, activation=one.activation)
        error = ((states[-1] @ leaves[3] - x[0, :, 0]) ** 2).mean()
        gradients = torch.autograd.grad(error, leaves)
        gradients = tuple(clip_by_norm(gradients, 1.0)) if clipped else gradients
        leaves = [leaf - RATE * g for leaf, g in zip(leaves, gradients, strict=True)]
        if not all(leaf.isfinite().all() for leaf in leaves):
            break
        losses.append(error.item())
    return ran(losses, steps=len(losses))
