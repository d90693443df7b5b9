"""Wrong on purpose, about the GRU: what its two weights add up to, and which state it reads.

Named by the defect, as in `impls.broken.cells`; where a defect hides is said at each.
"""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor

from impls.broken.cells import NEARLY
from impls.recurrent import gru
from impls.recurrent.gru import GRU
from impls.recurrent.recurrence import zeros

Vector = Float[Tensor, "*batch d"]


def gru_step_weights_nearly_add_up(p: GRU, h: Vector, x: Float[Tensor, "*batch m"], by: float = NEARLY) -> Vector:
    """The candidate's weight is z (1 + 1e-9), so the two weights add up to a little more than one. Hidden where z * c = 0."""
    z, _ = gru.gates(p, h, x)
    new = gru.step_reset_before(p, h, x)
    return new + by * (new - (1 - z) * h)


def gru_step_lets_in_what_it_keeps(p: GRU, h: Vector, x: Float[Tensor, "*batch m"]) -> Vector:
    """z * h + z * c: the old state has the candidate's weight. Hidden where z = 1/2 or h = 0."""
    z, _ = gru.gates(p, h, x)
    return gru.step_reset_before(p, h, x) + (2 * z - 1) * h


def gru_step_candidate_added_whole(p: GRU, h: Vector, x: Float[Tensor, "*batch m"]) -> Vector:
    """(1 - z) * h + c: the candidate has no weight. Hidden where z = 1 or c = 0."""
    z, _ = gru.gates(p, h, x)
    kept = (1 - z) * h
    return kept + (gru.step_reset_before(p, h, x) - kept) / z


def gru_reads_two_steps_back(p: GRU, xs: Sequence[Float[Tensor, "*batch m"]]) -> list[Vector]:
    """h_t from h_{t-2}: two chains that take turns, each half as long. Hidden at n = 1."""
    start = zeros(len(p.b), xs)
    states = [start, start]
    for x in xs:
        states.append(gru.step_reset_before(p, states[-2], x))
    return states[2:]
