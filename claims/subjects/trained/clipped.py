"""Gradient descent on a network whose gradients explode, with clipping and without."""

import torch

from claims.evidence.runs import Ran, experiment, ran
from impls.learning.clipping import clip_by_norm
from impls.recurrent import elman

STEPS = 30
SETTING = (
    f"A ReLU network that starts from the identity, width 64; {STEPS} steps of gradient descent at rate 0.01; float32 on a CPU"
)


@experiment
def exploding(seed: int, clipped: bool, gain: float, length: int) -> Ran:
    """A ReLU network of width 64, W_h = gain·I, learns to repeat its first input at the end, by 30 steps of gradient descent at
    rate 0.01. `steps`: after how many all weights were still numbers."""
    generator = torch.Generator().manual_seed(seed)
    drawn = elman.draw(64, 1, generator, torch.float32)
    leaves = [gain * torch.eye(64), drawn.W_x, drawn.b, torch.randn(64, generator=generator) / 8]
    losses: list[float] = []
    for _ in range(STEPS):
        leaves = [leaf.detach().requires_grad_() for leaf in leaves]
        x = torch.randn(length, 32, 1, generator=generator)
        states = elman.run(elman.Elman(*leaves[:3]), x, activation=torch.relu)
        error = ((states[-1] @ leaves[3] - x[0, :, 0]) ** 2).mean()
        gradients = torch.autograd.grad(error, leaves)
        gradients = tuple(clip_by_norm(gradients, 1.0)) if clipped else gradients
        leaves = [leaf - 0.01 * g for leaf, g in zip(leaves, gradients, strict=True)]
        if not all(leaf.isfinite().all() for leaf in leaves):
            break
        losses.append(error.item())
    return ran(losses, steps=len(losses))
