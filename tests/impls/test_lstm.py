"""impls.recurrent.lstm against torch.nn.LSTM, values and gradients; and the cell as a chain of forget gates."""

from math import log

import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.recurrent import lstm
from tests.impls.drawn import (
    TOLERANCE,
    gap,
    generator,
    gradients,
    leaf,
    leaves,
    scaled,
    scales,
    seeds,
    sequence,
    shapes,
    tensors,
)
from tests.impls.reference import torch_lstm


def drawn(shape, seed, scale=1.0):
    """Parameters, inputs, and a starting state and cell, all leaves."""
    rng = generator(seed)
    p = leaves(scaled(lstm.draw(shape.d, shape.m, rng), scale))
    h0, C0 = torch.randn(2, *shape.batch, shape.d, generator=rng, dtype=torch.float64)
    return p, leaf(sequence(shape, rng)), leaf(h0), leaf(C0)


def gap_to_the_product_of_forget_gates(p, shape, seed):
    """How far dC_n/dC_0, summed over the units of C_n, is from the product of the forget gates."""
    _, xs, h0, C0 = drawn(shape, seed)
    hs, Cs = lstm.run(p, xs, (h0, C0))
    f, *_ = lstm.gates(p, torch.cat([h0[None], hs[:-1]]), xs)
    return (torch.autograd.grad(Cs[-1].sum(), C0)[0] - f.prod(0)).abs().max().item()


@given(shapes(), seeds(), scales())
def test_states_and_cells_are_those_of_torch(shape, seed, scale):
    p, xs, h0, C0 = drawn(shape, seed, scale)
    hs, Cs = lstm.run(p, xs, (h0, C0))
    want_hs, want_C = torch_lstm(p, xs, h0, C0)
    assert gap(hs, want_hs) < TOLERANCE
    assert gap(Cs[-1], want_C) < TOLERANCE


@given(shapes(), seeds())
def test_gradients_are_those_of_torch(shape, seed):
    p, xs, h0, C0 = drawn(shape, seed)
    inputs = [*tensors(p), xs, h0, C0]
    hs, Cs = lstm.run(p, xs, (h0, C0))
    ours = gradients(torch.cat([hs, Cs[-1:]]), inputs, seed)
    want_hs, want_C = torch_lstm(p, xs, h0, C0)
    theirs = gradients(torch.cat([want_hs, want_C[None]]), inputs, seed)
    assert all(gap(got, want) < TOLERANCE for got, want in zip(ours, theirs, strict=True))


@given(shapes(), seeds())
def test_state_and_cell_start_at_zero(shape, seed):
    p, xs, h0, _ = drawn(shape, seed)
    zero = torch.zeros_like(h0)
    assert all(torch.equal(a, b) for a, b in zip(lstm.run(p, xs), lstm.run(p, xs, (zero, zero)), strict=True))


@given(shapes(), seeds())
def test_the_same_state_with_another_cell_has_another_future(shape, seed):
    p, xs, h0, C0 = drawn(shape, seed)
    assert gap(lstm.run(p, xs, (h0, C0))[0], lstm.run(p, xs, (h0, C0 + 1))[0]) > 1e-6


@given(shapes(), seeds())
def test_without_recurrence_the_cell_gradient_is_the_product_of_forget_gates(shape, seed):
    p = lstm.without_recurrence(drawn(shape, seed)[0])
    assert gap_to_the_product_of_forget_gates(p, shape, seed) < 1e-14


@given(seeds())
def test_along_the_cell_alone_it_is_the_same_with_recurrence(seed):
    generator = torch.Generator().manual_seed(seed)
    p, xs = lstm.draw(3, 2, generator), torch.randn(6, 2, generator=generator, dtype=torch.float64)
    product = torch.diag(lstm.forget_gates(p, xs)[1:].prod(0))

    assert (lstm.jacobian_along_the_cell(p, xs) - product).abs().max() < 1e-14
    assert (lstm.cell_jacobian(p, xs) - product).abs().max() > 1e-9


@given(shapes(n=(2, 8)), seeds(), st.sampled_from("fiC"))
def test_one_gate_that_reads_the_state_opens_further_paths(shape, seed, gate):
    others = "fiC".replace(gate, "")
    p = lstm.without_recurrence(drawn(shape, seed)[0], others)
    assert gap_to_the_product_of_forget_gates(p, shape, seed) > 1e-9


@given(shapes(n=(2, 8)), seeds())
def test_a_trace_of_recurrence_leaves_a_trace_of_a_gap(shape, seed):
    """More than rounding leaves, which in a single unit may be less than 1e-14 as well."""
    traced, without = (lstm.without_recurrence(drawn(shape, seed)[0], scale=scale) for scale in (1e-8, 0.0))
    rounding = gap_to_the_product_of_forget_gates(without, shape, seed)
    assert rounding < gap_to_the_product_of_forget_gates(traced, shape, seed) < 1e-6


@given(shapes(), seeds())
def test_a_forget_bias_is_added_to_the_drawn_one_and_to_nothing_else(shape, seed):
    plain, biased = (lstm.draw(shape.d, shape.m, generator(seed), forget_bias=b) for b in (0.0, 1.0))
    assert torch.equal(biased.b_f, plain.b_f + 1)
    assert all(torch.equal(getattr(biased, name), getattr(plain, name)) for name in ("W_f", "b_i", "b_o", "W_o"))


@given(shapes(), seeds(), st.floats(2.5, 1e4))
def test_chrono_biases_span_the_memory_asked_for(shape, seed, longest):
    p = lstm.chrono(lstm.draw(shape.d, shape.m, generator(seed)), longest, generator(seed))
    assert p.b_f.min() >= 0
    assert p.b_f.max() <= log(longest - 1) + 1e-12
    assert torch.equal(p.b_i, -p.b_f)
