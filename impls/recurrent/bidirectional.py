"""Two recurrences, one in each direction of time.

    →h_t = step(→h_{t-1}, x_t)        t = 1..n
    ←h_t = step(←h_{t+1}, x_t)        t = n..1
    y_t  = [→h_t, ←h_t]

Schuster & Paliwal (1997); the concatenation is that of Graves & Schmidhuber (2005).

    x_t ∈ ℝ^m      y_t ∈ ℝ^{2d}, its first half reading x_1..x_t, its second x_t..x_n

The two directions have parameters of their own. Any recurrence will do; for an LSTM pass
`lambda xs: lstm.run(p, xs)[0]`.

Variants. torch.nn.*(bidirectional=True) is this for one layer. Several layers read y, hence 2d inputs from
the second on.
"""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent.recurrence import Inputs, unbind

Run = Callable[[Sequence[Tensor]], Tensor]


def run(forward: Run, backward: Run, xs: Inputs) -> Float[Tensor, "n *batch two_d"]:
    """y_1..y_n. Backward states come out latest step first and are turned round to meet their own step."""
    ahead = unbind(xs)
    return torch.cat([forward(ahead), backward(ahead[::-1]).flip(0)], dim=-1)
