"""Linear recurrences, step by step and by an associative scan.

    h_t = a_t * h_{t-1} + b_t        diagonal: a_t, b_t, h_t ∈ ℝ^d
    h_t = A_t h_{t-1} + b_t          full: A_t ∈ ℝ^{d x d}

with h_0 = 0. Each step is an affine map, and affine maps compose to affine maps:

    (A', b') after (A, b)  =  (A' A, A' b + b')

Composition is associative, so all n prefixes can be had in ceil(log2 n) rounds (Hillis & Steele 1986;
Blelloch 1990, section 1.4, for recurrences): after round j, entry t composes the last 2^j maps up to t. Two
operations a round on the longest path: depth 2 ceil(log2 n), against 2(n - 1) step by step, for O(n log n)
work instead of O(n). h_t is found without h_{t-1}.

No counterpart in torch.nn. Diagonal recurrences of this kind are what S4D, the LRU and Mamba evaluate
(there a_t may depend on x_t, never on h). A tanh around the sum would end it: composition would no longer
stay in a family of fixed size.
"""

from collections.abc import Callable
from itertools import accumulate

import torch
from jaxtyping import Float
from torch import Tensor


def _act(A: Tensor, v: Tensor) -> Tensor:
    """A v for a batch of matrices and vectors."""
    return (A @ v.unsqueeze(-1)).squeeze(-1)


def _fold(a: Tensor, b: Tensor, act: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """All states one after another."""
    maps = list(zip(a.unbind(0), b.unbind(0), strict=True))
    return torch.stack(list(accumulate(maps[1:], lambda h, ab: act(ab[0], h) + ab[1], initial=maps[0][1])))


def _scan(a: Tensor, b: Tensor, compose: Callable[[Tensor, Tensor], Tensor], act: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """All states in ceil(log2 n) rounds; in each, entry t takes in what entry t - reach has gathered."""
    reach = 1
    while reach < len(b):
        later, earlier = slice(reach, None), slice(None, -reach)
        b = torch.cat([b[:reach], act(a[later], b[earlier]) + b[later]])
        a = torch.cat([a[:reach], compose(a[later], a[earlier])])
        reach *= 2
    return b


def sequential(a: Float[Tensor, "n *batch d"], b: Float[Tensor, "n *batch d"]) -> Float[Tensor, "n *batch d"]:
    """h_t = a_t * h_{t-1} + b_t in n steps."""
    return _fold(a, b, torch.mul)


def scan(a: Float[Tensor, "n *batch d"], b: Float[Tensor, "n *batch d"]) -> Float[Tensor, "n *batch d"]:
    """h_t = a_t * h_{t-1} + b_t in ceil(log2 n) rounds."""
    return _scan(a, b, torch.mul, torch.mul)


def sequential_matrices(A: Float[Tensor, "n *batch d d"], b: Float[Tensor, "n *batch d"]) -> Float[Tensor, "n *batch d"]:
    """h_t = A_t h_{t-1} + b_t in n steps."""
    return _fold(A, b, _act)


def scan_matrices(A: Float[Tensor, "n *batch d d"], b: Float[Tensor, "n *batch d"]) -> Float[Tensor, "n *batch d"]:
    """h_t = A_t h_{t-1} + b_t in ceil(log2 n) rounds of d x d matrix products."""
    return _scan(A, b, torch.matmul, _act)


def shift_register(d: int, dtype: torch.dtype = torch.float64) -> Float[Tensor, "d d"]:
    """W with (W h)_1 = 0 and (W h)_k = h_{k-1}: every coordinate moves one place on, the last falls out.

    Its spectral radius is 0 and its singular values are 1 (d - 1 times) and 0: nothing decays, then all is
    gone.
    """
    return torch.diag(torch.ones(d - 1, dtype=dtype), -1)
