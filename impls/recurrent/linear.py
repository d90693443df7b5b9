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

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent.scan import act, by_rounds, in_order


def sequential(a: Float[Tensor, "n *batch d"], b: Float[Tensor, "n *batch d"]) -> Float[Tensor, "n *batch d"]:
    """h_t = a_t * h_{t-1} + b_t in n steps."""
    return in_order(a, b, torch.mul)


def scan(a: Float[Tensor, "n *batch d"], b: Float[Tensor, "n *batch d"]) -> Float[Tensor, "n *batch d"]:
    """h_t = a_t * h_{t-1} + b_t in ceil(log2 n) rounds."""
    return by_rounds(a, b, torch.mul, torch.mul)


def sequential_matrices(A: Float[Tensor, "n *batch d d"], b: Float[Tensor, "n *batch d"]) -> Float[Tensor, "n *batch d"]:
    """h_t = A_t h_{t-1} + b_t in n steps."""
    return in_order(A, b, act)


def scan_matrices(A: Float[Tensor, "n *batch d d"], b: Float[Tensor, "n *batch d"]) -> Float[Tensor, "n *batch d"]:
    """h_t = A_t h_{t-1} + b_t in ceil(log2 n) rounds of d x d matrix products."""
    return by_rounds(A, b, torch.matmul, act)


def shift_register(d: int, dtype: torch.dtype = torch.float64) -> Float[Tensor, "d d"]:
    """W with (W h)_1 = 0 and (W h)_k = h_{k-1}: every coordinate moves one place on, the last falls out.

    Its spectral radius is 0 and its singular values are 1 (d - 1 times) and 0: nothing decays, then all is
    gone.
    """
    return torch.diag(torch.ones(d - 1, dtype=dtype), -1)
