"""impls.recurrent.linear: the scan against the loop, for diagonal and full recurrences; the shift register."""

from itertools import accumulate

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.recurrent import linear
from impls.recurrent.scan import by_rounds
from tests.impls.drawn import TOLERANCE, gap, generator, gradients, leaf, seeds, shapes

LONG = shapes(n=(1, 40))  # up to six rounds, with every remainder


def drawn(shape, seed, matrices=False):
    """Factors and terms as leaves; the factors are of norm about one, so that no state dwarfs the rest."""
    rng, d = generator(seed), shape.d
    size = (*shape.batch, d, d) if matrices else (*shape.batch, d)
    a = torch.rand(shape.n, *size, generator=rng, dtype=torch.float64) * 2 - 1
    b = torch.randn(shape.n, *shape.batch, d, generator=rng, dtype=torch.float64)
    return leaf(a / d**0.5 if matrices else a), leaf(b)


@given(LONG, seeds())
def test_the_scan_finds_the_states_of_the_loop(shape, seed):
    a, b = drawn(shape, seed)
    assert gap(linear.scan(a, b), linear.sequential(a, b)) < TOLERANCE


@pytest.mark.parametrize(("n", "rounds"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (8, 3), (9, 4)])
def test_the_scan_takes_a_round_for_each_doubling(n, rounds):
    composed = []

    def compose(later, earlier):
        composed.append(len(later))
        return later * earlier

    by_rounds(torch.ones(n, 1), torch.ones(n, 1), compose, torch.mul)
    assert len(composed) == rounds


@given(LONG, seeds())
def test_and_their_gradients(shape, seed):
    a, b = drawn(shape, seed)
    ours = gradients(linear.scan(a, b), [a, b], seed)
    theirs = gradients(linear.sequential(a, b), [a, b], seed)
    assert all(gap(got, want) < TOLERANCE for got, want in zip(ours, theirs, strict=True))


@given(LONG, seeds())
def test_the_same_with_matrices(shape, seed):
    A, b = drawn(shape, seed, matrices=True)
    ours, theirs = linear.scan_matrices(A, b), linear.sequential_matrices(A, b)
    assert gap(ours, theirs) < TOLERANCE
    pairs = zip(gradients(ours, [A, b], seed), gradients(theirs, [A, b], seed), strict=True)
    assert all(gap(got, want) < TOLERANCE for got, want in pairs)


@given(LONG, seeds())
def test_the_loop_is_the_equation(shape, seed):
    a, b = drawn(shape, seed)
    h = linear.sequential(a, b)
    assert torch.equal(h, torch.cat([b[:1], a[1:] * h[:-1] + b[1:]]))


@given(LONG, seeds())
def test_diagonal_matrices_act_as_their_diagonals(shape, seed):
    a, b = drawn(shape, seed)
    assert gap(linear.sequential_matrices(torch.diag_embed(a), b), linear.sequential(a, b)) < TOLERANCE


@given(st.integers(1, 8), st.integers(1, 12))
def test_a_shift_register_moves_by_one_and_forgets_after_d(d, n):
    W = linear.shift_register(d)
    places = torch.eye(n + 1, d, dtype=torch.float64)  # row t is the t-th unit vector, and 0 from t = d on
    states = list(accumulate(range(n), lambda h, _: W @ h, initial=places[0]))
    assert torch.equal(torch.stack(states), places)
