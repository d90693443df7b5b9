"""impls.attending.attention against torch's attention, values and gradients, and against its equations written as loops."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.func import functional_call
from torch.nn.functional import scaled_dot_product_attention

from impls.attending import attention
from impls.broken import attention as broken_attention
from tests.impls.drawn import TOLERANCE, gap, generator, gradients, leaf, leaves, seeds, sequence, shapes, tensors


def drawn(shape, seed):
    """Tokens with the batch first, (*batch, n, m): attention has no time axis to keep in front."""
    return leaf(sequence(shape, generator(seed)).movedim(0, -2))


def masks(masked, n):
    return attention.causal_mask(n) if masked else None


def torch_multi_head(p, X, mask, memory=None):
    """torch.nn.MultiheadAttention with these weights; its mask is True where a query may *not* look."""
    d = X.shape[-1]
    layer = torch.nn.MultiheadAttention(d, p.heads, bias=False, batch_first=True, dtype=X.dtype)
    weights = {"in_proj_weight": torch.cat([p.W_q, p.W_k, p.W_v]), "out_proj.weight": p.W_o}
    blocked = None if mask is None else ~mask
    flat, read = (Z.reshape(-1, *Z.shape[-2:]) for Z in (X, X if memory is None else memory))
    out, _ = functional_call(layer, weights, (flat, read, read), {"attn_mask": blocked, "need_weights": False})
    return out.reshape(X.shape)


@given(shapes(), seeds(), st.integers(1, 8), st.booleans())
def test_it_is_torchs_attention(shape, seed, keys, masked):
    keys = shape.n if masked else keys
    Q, K = drawn(shape, seed), drawn(shape._replace(n=keys), seed + 1)
    V = drawn(shape._replace(n=keys, m=shape.d), seed + 2)
    mask = masks(masked, shape.n)
    got, want = attention.attend(Q, K, V, mask), scaled_dot_product_attention(Q, K, V, mask)
    assert gap(got, want) < TOLERANCE
    for ours, theirs in zip(gradients(got, [Q, K, V], seed), gradients(want, [Q, K, V], seed), strict=True):
        assert gap(ours, theirs) < TOLERANCE


@given(shapes(), seeds(), st.integers(1, 3), st.booleans())
def test_several_heads_are_torchs_multihead_attention(shape, seed, heads, masked):
    p = leaves_of_heads(attention.draw_multi_head(heads * shape.d, heads, generator(seed)))
    X, mask = drawn(shape._replace(m=heads * shape.d), seed), masks(masked, shape.n)
    got, want = attention.multi_head(p, X, mask), torch_multi_head(p, X, mask)
    assert gap(got, want) < TOLERANCE
    inputs = [p.W_q, p.W_k, p.W_v, p.W_o, X]
    for ours, theirs in zip(gradients(got, inputs, seed), gradients(want, inputs, seed), strict=True):
        assert gap(ours, theirs) < TOLERANCE


def leaves_of_heads(p):
    return attention.MultiHead(*map(leaf, (p.W_q, p.W_k, p.W_v, p.W_o)), p.heads)


@given(shapes(), seeds())
def test_one_head_with_an_identity_behind_it_is_self_attention(shape, seed):
    p = attention.draw_self_attention(shape.m, generator(seed))
    one = attention.MultiHead(p.W_q, p.W_k, p.W_v, torch.eye(shape.m, dtype=torch.float64), heads=1)
    X = drawn(shape, seed)
    assert gap(attention.multi_head(one, X), attention.self_attention(p, X)) < TOLERANCE


@given(shapes(), seeds(), st.booleans())
def test_weights_are_a_distribution_over_the_keys_that_may_be_seen(shape, seed, masked):
    X, mask = drawn(shape, seed), masks(masked, shape.n)
    alpha = attention.weights(X, X, mask)
    assert gap(alpha.sum(-1), torch.ones(alpha.shape[:-1], dtype=torch.float64)) < TOLERANCE
    assert (alpha >= 0).all()
    if masked:
        assert (alpha.masked_select(~mask) == 0).all()


@given(shapes(n=(2, 8)), seeds())
def test_under_a_causal_mask_no_gradient_comes_from_later_tokens(shape, seed):
    p, X = attention.draw_self_attention(shape.m, generator(seed)), drawn(shape, seed)
    Y = attention.self_attention(p, X, attention.causal_mask(shape.n))
    past = shape.n // 2
    (from_tokens,) = gradients(Y[..., :past, :], [X], seed)
    assert (from_tokens[..., past:, :] == 0).all()
    assert (from_tokens[..., :past, :] != 0).any()


@given(st.integers(1, 12), st.integers(1, 14))
def test_a_window_shows_the_positions_near_by(n, r):
    near = [[abs(t - other) <= r // 2 for other in range(n)] for t in range(n)]
    assert attention.window_mask(n, r).tolist() == near


@given(st.integers(1, 12), st.integers(1, 14))
def test_a_window_off_by_one_shows_one_more_on_the_right_where_there_is_one(n, r):
    extra = broken_attention.window_mask_off_by_one(n, r) & ~attention.window_mask(n, r)
    assert extra.nonzero().tolist() == [[t, t + r // 2 + 1] for t in range(n - r // 2 - 1)]


@given(shapes(), seeds(), st.integers(1, 3), st.integers(1, 8))
def test_keys_and_values_from_elsewhere_are_torchs_cross_attention(shape, seed, heads, keys):
    d = heads * shape.d
    p = leaves_of_heads(attention.draw_multi_head(d, heads, generator(seed)))
    X, M = drawn(shape._replace(m=d), seed), drawn(shape._replace(n=keys, m=d), seed + 1)
    got, want = attention.multi_head(p, X, memory=M), torch_multi_head(p, X, None, M)
    assert gap(got, want) < TOLERANCE
    inputs = [p.W_q, p.W_k, p.W_v, p.W_o, X, M]
    for ours, theirs in zip(gradients(got, inputs, seed), gradients(want, inputs, seed), strict=True):
        assert gap(ours, theirs) < TOLERANCE


@given(shapes(), seeds())
def test_without_a_mask_permuting_tokens_permutes_outputs(shape, seed):
    p, X = attention.draw_self_attention(shape.m, generator(seed)), drawn(shape, seed)
    order = torch.randperm(shape.n, generator=generator(seed))
    permuted = attention.self_attention(p, X[..., order, :])
    assert gap(permuted, attention.self_attention(p, X)[..., order, :]) < TOLERANCE


def additive_by_hand(p, s, memory):
    """One score after another, as the paper prints it."""
    e = torch.stack([p.v @ torch.tanh(p.W_d @ s + p.W_e @ h) for h in memory])
    alpha = e.exp() / e.exp().sum()
    return sum(a * h for a, h in zip(alpha, memory, strict=True)), alpha


@given(shapes(), seeds())
def test_additive_attention_is_its_equation(shape, seed):
    p = leaves(attention.draw_additive(shape.d, generator(seed)))
    memory = leaf(torch.randn(shape.n, shape.d, generator=generator(seed), dtype=torch.float64))
    s = leaf(torch.randn(shape.d, generator=generator(seed + 1), dtype=torch.float64))
    got, want = torch.cat(attention.additive(p, s, memory)), torch.cat(additive_by_hand(p, s, memory))
    assert gap(got, want) < TOLERANCE
    inputs = [*tensors(p), s, memory]
    for ours, theirs in zip(gradients(got, inputs, seed), gradients(want, inputs, seed), strict=True):
        assert gap(ours, theirs) < TOLERANCE


@given(shapes(), seeds(), st.integers(1, 4))
def test_additive_attention_takes_batches_and_many_queries(shape, seed, queries):
    p, rng = attention.draw_additive(shape.d, generator(seed)), generator(seed)
    memory = torch.randn(shape.n, *shape.batch, shape.d, generator=rng, dtype=torch.float64)
    s = torch.randn(queries, *shape.batch, shape.d, generator=rng, dtype=torch.float64)
    together, _ = attention.additive(p, s, memory.unsqueeze(1), (memory @ p.W_e.T).unsqueeze(1))
    alone = torch.stack([attention.additive(p, one, memory)[0] for one in s])
    assert gap(together, alone) < TOLERANCE


def test_what_torch_does_with_a_query_that_may_look_nowhere_hangs_on_what_is_called():
    x, may = torch.randn(1, 3, 4, generator=generator(0)), torch.tensor([[True], [False], [True]]).expand(3, 3)
    assert torch.nn.functional.scaled_dot_product_attention(x, x, x, attn_mask=may)[0, 1].tolist() == [0.0] * 4
    assert attention.attend(x, x, x, may)[0, 1].isnan().all()

    module = torch.nn.MultiheadAttention(4, 2, batch_first=True)
    torch.nn.init.constant_(module.out_proj.bias, 0.5)
    assert module(x, x, x, attn_mask=~may)[0][0, 1].isnan().all()
    assert module(x, x, x, attn_mask=~may, need_weights=False)[0][0, 1].tolist() == [0.5] * 4
    with torch.no_grad():
        assert module.eval()(x, x, x, attn_mask=~may, need_weights=False)[0][0, 1].isnan().all()


def test_random_weights_have_mean_0_and_variance_1_over_the_inputs_and_a_bound():
    W = attention.uniform(200, 50, torch.Generator().manual_seed(0), torch.float64)

    assert W.abs().max() <= (3 / 50) ** 0.5
    assert W.mean().abs() < 4 * (1 / 50 / W.numel()) ** 0.5  # four standard errors
    assert abs(W.var() * 50 - 1) < 0.05
