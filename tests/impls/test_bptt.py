"""impls.learning.bptt against autograd, and against itself where a closed form is known."""

from math import ceil, exp, inf, log, sqrt, tanh

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.learning import bptt
from impls.recurrent import elman
from impls.recurrent.linear import shift_register
from tests.impls.drawn import TOLERANCE, gap, generator, leaf, scaled, seeds, sequence, shapes

UNBATCHED = shapes().map(lambda shape: shape._replace(batch=()))


def drawn(shape, seed):
    rng = generator(seed)
    return elman.draw(shape.d, shape.m, rng), sequence(shape, rng)


@given(UNBATCHED, seeds())
def test_a_factor_is_the_jacobian_of_a_step(shape, seed):
    p, xs = drawn(shape, seed)
    h = torch.randn(shape.d, generator=generator(seed), dtype=torch.float64)
    want = torch.autograd.functional.jacobian(lambda h: elman.step(p, h, xs[0]), h)
    assert gap(bptt.step_jacobian(p, elman.step(p, h, xs[0])), want) < TOLERANCE


@given(UNBATCHED, seeds())
def test_their_product_latest_first_is_the_jacobian_of_the_run(shape, seed):
    p, xs = drawn(shape, seed)
    h0 = torch.zeros(shape.d, dtype=torch.float64)
    want = torch.autograd.functional.jacobian(lambda h: elman.run(p, xs, h)[-1], h0)
    assert gap(bptt.product(bptt.jacobians(p, elman.run(p, xs))), want) < TOLERANCE


@given(shapes(), seeds(), st.data())
def test_the_gradient_through_the_chain_is_autograds(shape, seed, data):
    k = data.draw(st.integers(0, shape.n), label="k")
    p, xs = drawn(shape, seed)
    g = torch.randn(*shape.batch, shape.d, generator=generator(seed), dtype=torch.float64)
    states = [torch.zeros_like(g), *elman.run(p, xs)]
    h_k = leaf(states[k])
    last = elman.run(p, xs[k:], h_k)[-1] if k < shape.n else h_k
    want = torch.autograd.grad(last, h_k, g)[0]
    assert gap(bptt.gradient_through(p, elman.run(p, xs), g, k), want) < TOLERANCE


@given(shapes(), seeds(), st.integers(1, 10))
def test_truncation_gives_full_gradients_within_the_window_and_none_outside(shape, seed, k):
    p, xs = drawn(shape, seed)
    full = bptt.truncated(torch.sum, p, xs, cuts=())
    short = bptt.truncated(torch.sum, p, xs, bptt.window(shape.n, k))
    outside = max(shape.n - k, 0)
    assert all(g is None for g in short[:outside])
    assert all(torch.equal(got, want) for got, want in zip(short[outside:], full[outside:], strict=True))


@given(shapes(), seeds(), st.integers(1, 10))
def test_chunks_reach_back_to_the_last_boundary(shape, seed, k):
    p, xs = drawn(shape, seed)
    reached = [g is not None for g in bptt.truncated(torch.sum, p, xs, bptt.chunks(shape.n, k))]
    boundary = (shape.n - 1) // k * k
    assert reached == [t >= boundary for t in range(shape.n)]


@given(shapes(), seeds(), st.sets(st.integers(0, 9)))
def test_severing_leaves_the_states_alone(shape, seed, cuts):
    p, xs = drawn(shape, seed)
    assert torch.equal(torch.stack(bptt.unroll_severed(p, xs, cuts)), elman.run(p, xs))


@given(shapes(n=(1, 6)), seeds(), st.integers(1, 6))
def test_log_norm_is_that_of_the_product(shape, seed, rounds):
    rng, d = generator(seed), shape.d
    factors = torch.randn(shape.n, d, d, generator=rng, dtype=torch.float64)
    want = torch.linalg.matrix_norm(bptt.product(list(factors) * rounds), 2).item()
    # Relative to what it would be without cancellation: a product may be far smaller than its factors' norms.
    room = exp(sum(torch.linalg.matrix_norm(F, 2).log().item() for F in factors) * rounds)
    assert abs(exp(bptt.log_norm(factors, shape.n * rounds)) - want) < 1e-12 * max(room, want)


@pytest.mark.parametrize("size", [1e-200, 0.5, 1e200])
def test_log_norm_neither_underflows_nor_overflows(size):
    factors = size * torch.eye(3, dtype=torch.float64).unsqueeze(0)
    assert bptt.log_norm(factors, 10_000) == pytest.approx(10_000 * log(size), rel=1e-9)


def test_log_norm_of_nothing_left_is_minus_infinity():
    assert bptt.log_norm([shift_register(3)], 2) == 0
    assert bptt.log_norm([shift_register(3)], 3) == -inf


def test_log_norm_counts_factors_and_goes_round():
    up, down = torch.tensor([[0.0, 2.0], [0.0, 0.0]]), torch.tensor([[0.0, 0.0], [2.0, 0.0]])
    assert bptt.log_norm([up, down], 5) == pytest.approx(5 * log(2))
    assert bptt.log_norm([up, up]) == -inf


@given(shapes(n=(1, 40)), seeds(), st.floats(0.05, 0.95), st.sampled_from([1e-3, 1e-6, 1e-10]))
def test_sweeps_find_the_states_within_the_bound(shape, seed, gamma, tolerance):
    rng = generator(seed)
    p, xs = elman.orthogonal(shape.d, shape.m, rng), sequence(shape, rng)
    p = scaled(p, gamma)
    states, sweeps = bptt.jacobi_sweeps(p, xs, tolerance)
    # 1e-9: the largest singular value of a computed orthogonal matrix is one within rounding only.
    enough = ceil(log(sqrt(shape.d) / tolerance) / log(1 / gamma) + 1e-9)
    assert sweeps <= min(shape.n, enough)
    # A residual of ε at every step adds up to at most ε (1 + γ + γ² + ...).
    away = (states - elman.run(p, xs)).norm(dim=-1).max()
    assert away <= tolerance / (1 - gamma) + 1e-13


@pytest.mark.parametrize("n", [16, 64])
def test_without_contraction_as_many_sweeps_as_steps(n):
    rng = generator(0)
    p = elman.orthogonal(4, 3, rng)
    xs = 0.01 * torch.randn(n, 3, generator=rng, dtype=torch.float64)
    states, sweeps = bptt.jacobi_sweeps(p, xs, 1e-10)
    assert sweeps == n
    assert gap(states, elman.run(p, xs)) < TOLERANCE


@pytest.mark.parametrize(("n", "d", "tolerance", "sweeps"), [(9, 1, 2, 0), (9, 1, 0.9, 1), (1, 4, 1.9, 1), (1, 4, 2.1, 0)])
def test_sweeps_go_on_while_some_state_moves_by_more_than_the_tolerance_in_the_2_norm(n, d, tolerance, sweeps):
    """Without weights all states are found at once, and each moves by √d tanh(1)."""
    p = elman.Elman(torch.zeros(d, d).double(), torch.zeros(d, 1).double(), torch.ones(d).double())
    states, taken = bptt.jacobi_sweeps(p, torch.zeros(n, 1).double(), tolerance * tanh(1))
    assert taken == sweeps
    assert torch.equal(states, torch.full((n, d), tanh(1) if sweeps else 0.0, dtype=torch.float64))
