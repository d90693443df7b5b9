"""impls.attending.transformer against torch.nn.TransformerEncoderLayer; position codes against their formula."""

from math import cos, sin

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.func import functional_call

from impls.attending import attention, transformer
from impls.learning.training import rebuilt
from impls.learning.training import tensors as all_tensors
from tests.impls.drawn import TOLERANCE, gap, generator, gradients, leaf, seeds, sequence, shapes


def torch_layer(p, X, mask):
    """The layer of torch with these weights and no attention biases, on one flat batch."""
    d, f = X.shape[-1], len(p.b_1)
    heads = p.attention.heads
    layer = torch.nn.TransformerEncoderLayer(d, heads, f, dropout=0.0, batch_first=True, dtype=X.dtype)
    weights = {
        "self_attn.in_proj_weight": torch.cat([p.attention.W_q, p.attention.W_k, p.attention.W_v]),
        "self_attn.in_proj_bias": torch.zeros(3 * d, dtype=X.dtype),
        "self_attn.out_proj.weight": p.attention.W_o,
        "self_attn.out_proj.bias": torch.zeros(d, dtype=X.dtype),
        "linear1.weight": p.W_1,
        "linear1.bias": p.b_1,
        "linear2.weight": p.W_2,
        "linear2.bias": p.b_2,
        "norm1.weight": p.norm_1.gain,
        "norm1.bias": p.norm_1.bias,
        "norm2.weight": p.norm_2.gain,
        "norm2.bias": p.norm_2.bias,
    }
    blocked = None if mask is None else ~mask
    flat = X.reshape(-1, *X.shape[-2:])
    return functional_call(layer, weights, (flat,), {"src_mask": blocked}).reshape(X.shape)


@given(shapes(), seeds(), st.integers(1, 3), st.booleans())
def test_a_layer_is_torchs_encoder_layer(shape, seed, heads, masked):
    d = heads * shape.d
    p = transformer.draw(d, heads, generator(seed))
    p = rebuilt(p, map(leaf, all_tensors(p)))
    X = leaf(sequence(shape._replace(m=d), generator(seed)).movedim(0, -2))
    mask = attention.causal_mask(shape.n) if masked else None
    got, want = transformer.run(p, X, mask), torch_layer(p, X, mask)
    assert gap(got, want) < TOLERANCE
    inputs = [*all_tensors(p), X]
    for ours, theirs in zip(gradients(got, inputs, seed), gradients(want, inputs, seed), strict=True):
        assert gap(ours, theirs) < TOLERANCE


@given(st.integers(1, 200), st.integers(1, 16))
def test_position_codes_are_sines_and_cosines_of_slowing_clocks(n, d):
    codes = transformer.position_codes(n, d)
    for t in {0, n // 2, n - 1}:
        for k in range(d):
            angle = t / 10_000 ** (2 * (k // 2) / d)
            assert abs(codes[t, k] - (cos(angle) if k % 2 else sin(angle))) < TOLERANCE


@given(st.integers(1, 30), st.integers(1, 5), st.integers(0, 50))
def test_a_shift_in_time_turns_each_pair_of_codes_by_an_angle_of_its_own(n, pairs, shift):
    """Why sines: PE(t + k) is a linear function of PE(t), the same for all t (section 3.5)."""
    codes = transformer.position_codes(n + shift, 2 * pairs).unflatten(-1, (pairs, 2))
    turned = torch.view_as_complex(codes.flip(-1).contiguous())  # cos + i sin
    turns = turned[shift:] / turned[:n]
    assert gap(turns.real, turns[:1].real.expand(n, -1)) < TOLERANCE
    assert gap(turns.imag, turns[:1].imag.expand(n, -1)) < TOLERANCE
