"""Wrong on purpose, about both directions of time: to be compared with impls.recurrent.bidirectional.run.

Named by the defect, as in `impls.broken.cells`; where a defect hides is said at each.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent.bidirectional import Run
from impls.recurrent.recurrence import Inputs, unbind

NEARLY = 1e-9


def backward_states_nearly(forward: Run, backward: Run, xs: Inputs, by: float = NEARLY) -> Float[Tensor, "n *batch two_d"]:
    """The backward half is too large by one part in 10⁹."""
    ahead = unbind(xs)
    return torch.cat([forward(ahead), (1 + by) * backward(ahead[::-1]).flip(0)], dim=-1)


def backward_half_first(forward: Run, backward: Run, xs: Inputs) -> Float[Tensor, "n *batch two_d"]:
    """[←h_t, →h_t]. Hidden where both halves are equal."""
    ahead = unbind(xs)
    return torch.cat([backward(ahead[::-1]).flip(0), forward(ahead)], dim=-1)


def one_network_for_both(forward: Run, backward: Run, xs: Inputs) -> Float[Tensor, "n *batch two_d"]:
    """The forward network's parameters are used in both directions. Hidden where they are equal."""
    ahead = unbind(xs)
    return torch.cat([forward(ahead), forward(ahead[::-1]).flip(0)], dim=-1)


def both_read_forwards(forward: Run, backward: Run, xs: Inputs) -> Float[Tensor, "n *batch two_d"]:
    """Two networks side by side in one direction. Hidden at n = 1."""
    ahead = unbind(xs)
    return torch.cat([forward(ahead), backward(ahead)], dim=-1)
