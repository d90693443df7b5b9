"""Gradient clipping by the global norm (Pascanu, Mikolov & Bengio 2013, Algorithm 1).

    ĝ ← ∂E/∂θ;   if ‖ĝ‖ ≥ c then ĝ ← (c / ‖ĝ‖) ĝ

    ĝ    all gradients taken as one long vector      ‖·‖  its Euclidean norm      c > 0  the threshold

The direction stays: every entry is multiplied by the same factor. That holds for finite ĝ only: with one
infinite entry the factor is 0, which turns that entry into NaN and all others into 0; with one NaN all are
NaN.

Variants. torch.nn.utils.clip_grad_norm_ divides by ‖ĝ‖ + 1e-6 and multiplies even below the threshold, by a
factor clamped to 1: its result is shorter by a relative 1e-6/‖ĝ‖, and one with c - 1e-6 < ‖ĝ‖ < c is already
shortened. `softening=1e-6` gives exactly that; the default 0 is the paper's.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor


def global_norm(gradients: Sequence[Float[Tensor, "..."]]) -> Float[Tensor, ""]:
    return torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in gradients]))


def clip_by_norm(
    gradients: Sequence[Float[Tensor, "..."]], max_norm: float, softening: float = 0.0
) -> list[Float[Tensor, "..."]]:
    """The gradients, shortened together so that their joint norm is at most `max_norm`."""
    factor = (max_norm / (global_norm(gradients) + softening)).clamp(max=1.0)  # c/0 = inf: zero stays zero
    return [g * factor for g in gradients]
