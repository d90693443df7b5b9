"""impls.attending.decoder against torch.nn.TransformerDecoderLayer."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.func import functional_call

from impls.attending import attention, decoder
from impls.broken import attention as broken_attention
from impls.learning.training import rebuilt
from impls.learning.training import tensors as all_tensors
from tests.impls.drawn import TOLERANCE, gap, generator, gradients, leaf, seeds, sequence, shapes


def attention_weights(name, p):
    d = len(p.W_o)
    return {
        f"{name}.in_proj_weight": torch.cat([p.W_q, p.W_k, p.W_v]),
        f"{name}.in_proj_bias": torch.zeros(3 * d, dtype=p.W_o.dtype),
        f"{name}.out_proj.weight": p.W_o,
        f"{name}.out_proj.bias": torch.zeros(d, dtype=p.W_o.dtype),
    }


def torch_layer(p, Y, memory):
    """The layer of torch with these weights and no attention biases, on one flat batch."""
    heads, f = p.own.heads, len(p.reading.b_1)
    layer = torch.nn.TransformerDecoderLayer(Y.shape[-1], heads, f, dropout=0.0, batch_first=True, dtype=Y.dtype)
    weights = {
        **attention_weights("self_attn", p.own),
        **attention_weights("multihead_attn", p.reading.attention),
        "linear1.weight": p.reading.W_1,
        "linear1.bias": p.reading.b_1,
        "linear2.weight": p.reading.W_2,
        "linear2.bias": p.reading.b_2,
    }
    for number, norm in enumerate((p.norm, p.reading.norm_1, p.reading.norm_2), start=1):
        weights |= {f"norm{number}.weight": norm.gain, f"norm{number}.bias": norm.bias}
    rows = (Z.reshape(-1, *Z.shape[-2:]) for Z in (Y, memory))
    blocked = ~attention.causal_mask(Y.shape[-2])
    return functional_call(layer, weights, tuple(rows), {"tgt_mask": blocked}).reshape(Y.shape)


def drawn(shape, seed, heads, source):
    d = heads * shape.d
    p = decoder.draw(d, heads, generator(seed))
    Y, memory = (sequence(shape._replace(n=n, m=d), generator(seed + n)).movedim(0, -2) for n in (shape.n, source))
    return rebuilt(p, map(leaf, all_tensors(p))), leaf(Y), leaf(memory)


@given(shapes(), seeds(), st.integers(1, 3), st.integers(1, 8))
def test_a_layer_is_torchs_decoder_layer(shape, seed, heads, source):
    p, Y, memory = drawn(shape, seed, heads, source)
    got, want = decoder.run(p, Y, memory), torch_layer(p, Y, memory)
    assert gap(got, want) < TOLERANCE
    inputs = [*all_tensors(p), Y, memory]
    for ours, theirs in zip(gradients(got, inputs, seed), gradients(want, inputs, seed), strict=True):
        assert gap(ours, theirs) < TOLERANCE


@given(shapes(n=(2, 8)), seeds(), st.integers(1, 8))
def test_a_position_reads_the_whole_source_and_no_later_target_row(shape, seed, source):
    p, Y, memory = drawn(shape._replace(d=shape.d + 1), seed, 1, source)  # a norm over one entry forgets it
    past = shape.n // 2
    from_target, from_source = gradients(decoder.run(p, Y, memory)[..., :past, :], [Y, memory], seed)
    assert (from_target[..., past:, :] == 0).all()
    assert from_source.any(-1).all()


@given(shapes(n=(2, 8), d=(3, 5)), seeds(), st.integers(1, 8))
def test_without_its_mask_it_differs_at_all_positions_but_the_last(shape, seed, source):
    p, Y, memory = drawn(shape, seed, 1, source)
    got, want = broken_attention.decoder_without_mask(p, Y, memory), decoder.run(p, Y, memory)
    assert ((got - want).abs().amax(-1)[..., :-1] > TOLERANCE).all()
    assert gap(got[..., -1, :], want[..., -1, :]) < TOLERANCE


def test_gains_scatter_about_1_and_biases_about_0_so_that_a_forgotten_one_shows():
    p = decoder.draw(400, 2, torch.Generator().manual_seed(0))

    for norm in (p.norm, p.reading.norm_1, p.reading.norm_2):
        assert abs(norm.gain.mean() - 1) < 0.02
        assert abs(norm.bias.mean()) < 0.02
        assert abs(norm.gain.std() - 0.1) < 0.02
        assert abs(norm.bias.std() - 0.1) < 0.02
