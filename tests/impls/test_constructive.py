"""impls.recurrent.constructive: the networks with set weights do what their docstrings promise."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.recurrent import constructive, elman, lstm
from tests.impls.drawn import generator, seeds

EXACT = {torch.float32: 18.0, torch.float64: 40.0}
widths = st.integers(1, 5)


def signs(d, rng, dtype):
    return (torch.rand(d, generator=rng) < 0.5).to(dtype) * 2 - 1


def held(d, strength, dtype, seed, steps=25):
    """The bits written, and all cells of a latch that then holds them against values of ±1."""
    rng = generator(seed)
    bits = signs(d, rng, dtype)
    noise = [constructive.hold(signs(d, rng, dtype)) for _ in range(steps)]
    first = constructive.write(signs(d, rng, dtype))  # something to overwrite
    p = constructive.latch_lstm(d, strength, dtype)
    return bits, lstm.run(p, [first, constructive.write(bits), *noise])[1][1:]


@given(widths, seeds(), st.sampled_from(list(EXACT)))
def test_a_latch_holds_its_bits_exactly(d, seed, dtype):
    bits, cells = held(d, EXACT[dtype], dtype, seed)
    assert torch.equal(cells, bits.expand_as(cells))


@given(widths, seeds())
def test_a_weaker_latch_leaks(d, seed):
    bits, cells = held(d, 30.0, torch.float64, seed)
    assert 0 < (cells[-1] - bits).abs().max() < 1e-10


@given(st.floats(0.1, 3), st.sampled_from([-1.0, 1.0]), st.sampled_from([-1.0, 1.0]))
def test_a_latch_opens_and_closes_its_gates_by_the_same_strength(strength, bit, noise):
    p, one = constructive.latch_lstm(1, strength), torch.ones(1, dtype=torch.float64)
    _, (written, kept) = lstm.run(p, [constructive.write(bit * one), constructive.hold(noise * one)])
    shut, value = 1 / (1 + math.exp(strength)), math.tanh(strength)
    assert written.item() == pytest.approx((1 - shut) * bit * value, rel=1e-14)
    assert kept.item() == pytest.approx((1 - shut) * written.item() + shut * noise * value, rel=1e-13)


@given(widths, seeds())
def test_the_gradient_along_a_latched_cell_is_one(d, seed):
    p, C0 = constructive.latch_lstm(d, 40.0), torch.ones(d, dtype=torch.float64, requires_grad=True)
    noise = [constructive.hold(signs(d, generator(seed), torch.float64))] * 20
    _, Cs = lstm.run(p, noise, (torch.zeros_like(C0), C0))
    assert torch.equal(torch.autograd.grad(Cs[-1].sum(), C0)[0], torch.ones_like(C0))


@given(seeds(), st.sampled_from([-1.0, 1.0]), st.sampled_from(list(EXACT)))
def test_feedback_keeps_a_sign_as_an_attractor(seed, sign, dtype):
    noise = torch.rand(100, 16, 1, generator=generator(seed), dtype=dtype) * 2 - 1
    written = torch.full((1, 16, 1), sign * constructive.WRITE, dtype=dtype)
    hs, _ = lstm.run(constructive.feedback_lstm(dtype), torch.cat([written, noise]))
    assert (sign * hs[1:]).min() > 0.8  # from step 2 on, whatever the noise


def test_feedback_keeps_a_sign_against_the_worst_input():
    written = torch.tensor([[constructive.WRITE]], dtype=torch.float64)
    worst = -torch.ones(1000, 1, dtype=torch.float64)
    hs, Cs = lstm.run(constructive.feedback_lstm(), torch.cat([written, worst]))
    assert hs[1:].min() > 0.8
    assert Cs[2:].min() >= 2


def test_and_its_gradient_vanishes():
    start = torch.ones(1, dtype=torch.float64, requires_grad=True)
    _, Cs = lstm.run(constructive.feedback_lstm(), torch.zeros(200, 1, dtype=torch.float64), (start, start))
    assert torch.autograd.grad(Cs[-1].sum(), start)[0] < 1e-9


ids = st.lists(st.integers(1, 49_999), min_size=1, max_size=64)


@given(ids, st.integers(0, 3))
def test_a_register_returns_every_token_bit_for_bit(tokens, spare):
    d = len(tokens) + spare
    state = elman.run(constructive.register_rnn(d), constructive.encode(tokens))[-1]
    assert constructive.read(state) == tokens
    exact = torch.tensor(tokens[::-1] + [0] * spare, dtype=torch.float32) * constructive.SCALE
    assert torch.equal(state, exact)


@given(ids, st.lists(st.integers(1, 49_999), min_size=1, max_size=5))
def test_and_has_no_trace_of_what_came_before_the_last_d(tokens, earlier):
    p = constructive.register_rnn(len(tokens))
    ends = [elman.run(p, constructive.encode(more + tokens))[-1] for more in ([], earlier)]
    assert torch.equal(*ends)


def test_five_hundred_tokens_fit_into_512_numbers_in_torchs_cell_too():
    tokens = torch.randint(1, 50_000, (500,), generator=generator(0)).tolist()
    p, xs = constructive.register_rnn(512), constructive.encode(tokens)
    layer = torch.nn.RNN(1, 512, bias=False)
    weights = {"weight_hh_l0": p.W_h, "weight_ih_l0": p.W_x}
    _, h = torch.func.functional_call(layer, weights, (xs,))
    assert constructive.read(h[0]) == constructive.read(elman.run(p, xs)[-1]) == tokens


def test_a_register_of_too_large_a_scale_or_too_short_a_format_garbles():
    tokens = [49_999, 1, 31_337]
    coarse = elman.run(constructive.register_rnn(3, scale=2.0**-16), constructive.encode(tokens))[-1]
    assert constructive.read(coarse, scale=2.0**-16) != tokens
    p = constructive.register_rnn(3, torch.bfloat16)
    short = elman.run(p, constructive.encode(tokens, torch.bfloat16))[-1]
    assert constructive.read(short) != tokens


def test_a_register_has_no_token_zero():
    with pytest.raises(ValueError, match="token 0"):
        constructive.encode([5, 0])
