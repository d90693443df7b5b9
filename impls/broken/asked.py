"""Wrong on purpose: what is asked in class, got wrong as it is got wrong there.

Named by the defect; a function that ends in _nearly is a near miss, wrong by one part in 10⁹. Where a defect hides is said at
each.
"""

import torch
from jaxtyping import Float
from torch import Tensor

NEARLY = 1e-9

# --- final states of two directions, taken from the outputs ----------------------------------------------------------


def backward_half_one_late(outputs: Float[Tensor, "n two_d"]) -> Float[Tensor, " two_d"]:
    """The backward half one step before its end. Needs n >= 2."""
    d = outputs.shape[1] // 2
    return torch.cat([outputs[-1, :d], outputs[1, d:]])


def halves_exchanged(outputs: Float[Tensor, "n two_d"]) -> Float[Tensor, " two_d"]:
    """Backward first."""
    d = outputs.shape[1] // 2
    return torch.cat([outputs[0, d:], outputs[-1, :d]])


def forward_half_nearly(outputs: Float[Tensor, "n two_d"]) -> Float[Tensor, " two_d"]:
    """Each half where it ends, the forward one too large."""
    d = outputs.shape[1] // 2
    return torch.cat([(1 + NEARLY) * outputs[-1, :d], outputs[0, d:]])
