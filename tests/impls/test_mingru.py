"""mingru against its equations in a loop, against torch.nn.GRU where the two agree, and the scan against the steps."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.recurrent import gru, mingru
from impls.recurrent.mingru import MinGRU
from tests.impls.drawn import TOLERANCE, gap, generator, gradients, leaf, seeds, shapes, tensors, with_a_state
from tests.impls.reference import torch_gru

drawn = with_a_state(mingru.draw)


def by_hand(p, xs, h):
    """The equations with numbers in place of vectors: unit by unit, as they are printed."""
    for x in xs:
        z = [1 / (1 + (-(W @ x + b)).exp()) for W, b in zip(p.W_z, p.b_z, strict=True)]
        c = [W @ x + b for W, b in zip(p.W_h, p.b_h, strict=True)]
        h = torch.stack([(1 - z_k) * h_k + z_k * c_k for z_k, h_k, c_k in zip(z, h, c, strict=True)])
    return h


@given(shapes().map(lambda shape: shape._replace(batch=())), seeds())
def test_the_last_state_is_that_of_the_equations(shape, seed):
    p, xs, h0 = drawn(shape, seed)
    got, want = mingru.run(p, xs, h0)[-1], by_hand(p, xs, h0)
    assert gap(got, want) < TOLERANCE
    inputs = [*tensors(p), xs, h0]
    for ours, theirs in zip(gradients(got, inputs, seed), gradients(want, inputs, seed), strict=True):
        assert gap(ours, theirs) < TOLERANCE


# Candidates below 10 times SMALL lose a third of their cube to tanh: 3e-10 once they are scaled up again.
SMALL, CUBE = 1e-6, 1e-9


@given(shapes(), seeds())
def test_a_gru_that_does_not_read_its_state_in_gate_and_candidate_is_this_but_for_the_tanh(shape, seed):
    """torch's GRU with small candidates, of which tanh leaves all but a cube; there z stands for 1 - z."""
    p, xs, h0 = drawn(shape, seed)
    d = shape.d
    nothing, still = torch.zeros(d, d, dtype=torch.float64), torch.zeros(d, dtype=torch.float64)
    small = MinGRU(p.W_z, p.b_z, SMALL * p.W_h, SMALL * p.b_h)
    blind = gru.GRU(
        W_z=torch.cat([nothing, -p.W_z], 1),
        W_r=torch.cat([nothing, 0 * p.W_z], 1),
        W=torch.cat([nothing, small.W_h], 1),
        b_z=-p.b_z,
        b_r=still,
        b=small.b_h,
        b_hn=still,
    )
    assert gap(mingru.run(small, xs, SMALL * h0) / SMALL, torch_gru(blind, xs, SMALL * h0) / SMALL) < CUBE


@given(shapes(n=(1, 20)), seeds())
def test_the_scan_gives_the_states_of_the_steps_and_their_gradients(shape, seed):
    p, xs, _ = drawn(shape, seed)
    inputs = [*tensors(p), xs]
    got, want = mingru.scan(p, xs), mingru.run(p, xs)
    assert gap(got, want) < TOLERANCE
    for ours, theirs in zip(gradients(got, inputs, seed), gradients(want, inputs, seed), strict=True):
        assert gap(ours, theirs) < TOLERANCE


@given(shapes(), seeds())
def test_a_state_lies_between_the_last_one_and_its_candidate(shape, seed):
    p, xs, h0 = drawn(shape, seed)
    h, (_, candidate) = mingru.step(p, h0, xs[0]), mingru.gate_and_candidate(p, xs[0])
    assert (h <= torch.maximum(h0, candidate) + TOLERANCE).all()
    assert (h >= torch.minimum(h0, candidate) - TOLERANCE).all()


@given(st.integers(1, 5), st.integers(1, 5), seeds())
def test_it_is_affine_in_the_state(d, m, seed):
    """J = diag(1 - z): the same wherever the state is, and no unit reads another."""
    p, rng = mingru.draw(d, m, generator(seed)), generator(seed)
    x, h = torch.randn(m, generator=rng, dtype=torch.float64), leaf(torch.randn(d, generator=rng, dtype=torch.float64))
    J = torch.autograd.functional.jacobian(lambda h: mingru.step(p, h, x), h)
    assert gap(J, torch.diag(1 - mingru.gate_and_candidate(p, x)[0])) < TOLERANCE
