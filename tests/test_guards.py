"""What is counted of a thing that is not what it is called decides nothing: the guards of such claims, just before and behind."""

import pytest
import torch

from claims.rnns.complexity import attention as costs
from claims.rnns.complexity.recurrent import Way, in_tensor_operations, operations_for_n_states
from claims.rnns.sequential import chain
from impls.attending import attention, online
from impls.broken.attention import online_without_rescaling, unnormalised_nearly
from impls.broken.cells import scan_nearly, scan_off_by_one
from impls.counting.laws import D, N
from impls.learning import bptt
from impls.recurrent import linear
from impls.tracing.positions import alone
from impls.tracing.systems import LINEAR, System

JUST_OFF = 2e-11  # twenty times what is let pass as rounding


def from_projections(attend):
    return lambda p, X: attend(X @ p.W_q.T, X @ p.W_k.T, X @ p.W_v.T)


@pytest.mark.parametrize(
    ("attend", "is_attention"),
    [
        (attention.attend, True),
        (online.attend, True),
        (lambda Q, K, V: unnormalised_nearly(Q, K, V, by=JUST_OFF), False),
        (online_without_rescaling, False),
    ],
)
def test_what_is_kept_is_counted_of_attention_alone(attend, is_attention):
    entry = costs.held("a form of attention", from_projections(attend), costs.kept_for_backward, N * D)

    if is_attention:
        assert entry.count(33, 4, 0) > 0
    else:
        with pytest.raises(ArithmeticError, match="not attention"):
            entry.count(33, 4, 0)


def scanning(scan):
    return System("a scan", LINEAR.draw, lambda a, xs: alone(scan(a.expand(len(xs), len(a)), torch.stack(list(xs))).unbind(0)))


@pytest.mark.parametrize(("scan", "finds"), [(linear.scan, True), (scan_nearly, False), (scan_off_by_one, False)])
def test_operations_are_counted_of_a_way_that_finds_the_states(scan, finds):
    way = Way("by a scan", LINEAR, scanning(scan))

    if finds:
        assert operations_for_n_states(way, in_tensor_operations, 16, 2, 1) > 0
    else:
        with pytest.raises(ArithmeticError, match="did not find the states"):
            operations_for_n_states(way, in_tensor_operations, 16, 2, 1)


@pytest.mark.parametrize(("tolerance", "finds"), [(1e-10, True), (3e-7, False)])
def test_rounds_are_counted_of_a_method_that_finds_the_states(tolerance, finds):
    def sweeps(network, x):
        return bptt.jacobi_sweeps(network, x, tolerance)

    if finds:
        assert chain.rounds_for_n_states(sweeps, torch.tanh, 64, 4, 0.5, 1.0, 1) > 0
    else:
        with pytest.raises(ArithmeticError, match="did not find the states"):
            chain.rounds_for_n_states(sweeps, torch.tanh, 64, 4, 0.5, 1.0, 1)
