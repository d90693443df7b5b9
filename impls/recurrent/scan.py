"""All prefixes of a chain of affine maps h ↦ a h + b from h = 0: one after another, or in ⌈log2 n⌉ rounds.

Entry t is the map (a_t, b_t); `act(a, h)` applies a to a vector and `compose(a, a')` is a after a'. `linear` says more, and
has the two as functions of typed arrays; here is what they share, and what is timed where only torch is installed.
"""

from collections.abc import Callable
from itertools import accumulate

import torch
from torch import Tensor

Act = Callable[[Tensor, Tensor], Tensor]


def act(A: Tensor, v: Tensor) -> Tensor:
    """A v for a batch of matrices and vectors."""
    return (A @ v.unsqueeze(-1)).squeeze(-1)


def in_order(a: Tensor, b: Tensor, act: Act) -> Tensor:
    """All states one after another."""
    maps = list(zip(a.unbind(0), b.unbind(0), strict=True))
    return torch.stack(list(accumulate(maps[1:], lambda h, ab: act(ab[0], h) + ab[1], initial=maps[0][1])))


def by_rounds(a: Tensor, b: Tensor, compose: Act, act: Act) -> Tensor:
    """All states in ⌈log2 n⌉ rounds; in each, entry t takes in what entry t - reach has gathered (Hillis & Steele 1986)."""
    reach = 1
    while reach < len(b):
        later, earlier = slice(reach, None), slice(None, -reach)
        b = torch.cat([b[:reach], act(a[later], b[earlier]) + b[later]])
        a = torch.cat([a[:reach], compose(a[later], a[earlier])])
        reach *= 2
    return b
