"""impls.attending.online: the textbook's attention and gradients, whatever the block, in memory that grows with n."""

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch.nn.functional import scaled_dot_product_attention

from impls.attending import attention, online
from impls.broken import attention as broken_attention
from impls.counting import memory
from tests.impls.drawn import TOLERANCE, Shape, gap, generator, gradients, leaf, seeds, sequence, shapes

BLOCKS = st.integers(1, 9)


def drawn(shape, seed, keys, scale=1.0):
    """Queries, keys and values; queries and keys times √scale each, so that scores are times scale."""
    Q, K = (scale**0.5 * sequence(shape._replace(n=n), generator(seed + i)) for i, n in enumerate((shape.n, keys)))
    V = sequence(shape._replace(n=keys, m=shape.d), generator(seed + 2))
    return [leaf(Z.movedim(0, -2)) for Z in (Q, K, V)]


def compare(got, want, inputs, seed):
    assert gap(got, want) < TOLERANCE
    for ours, theirs in zip(gradients(got, inputs, seed), gradients(want, inputs, seed), strict=True):
        assert gap(ours, theirs) < TOLERANCE


@given(shapes(), seeds(), st.integers(1, 8), st.booleans(), BLOCKS)
def test_it_is_the_textbooks_attention_and_torchs(shape, seed, keys, causal, block):
    keys = shape.n if causal else keys
    inputs = drawn(shape, seed, keys)
    mask = attention.causal_mask(shape.n) if causal else None
    compare(online.attend(*inputs, causal, block), attention.attend(*inputs, mask), inputs, seed)
    compare(online.attend(*inputs, causal, block), scaled_dot_product_attention(*inputs, mask), inputs, seed)


@given(seeds(), st.booleans(), BLOCKS, st.permutations([-1000.0, -1.0, 0.0, 1.0, 999.0, 1000.0]))
@example(0, False, 1, [-1000.0, -1.0, 0.0, 1.0, 999.0, 1000.0])
def test_no_score_overflows(seed, causal, block, scores):
    """Keys in one dimension are the scores of a query that is 1; e^1000 is beyond float64."""
    Q, K = leaf(torch.ones(6, 1, dtype=torch.float64)), leaf(torch.tensor(scores, dtype=torch.float64)[:, None])
    V = leaf(torch.randn(6, 3, generator=generator(seed), dtype=torch.float64))
    mask = attention.causal_mask(6) if causal else None
    compare(online.attend(Q, K, V, causal, block), attention.attend(Q, K, V, mask), [Q, K, V], seed)
    assert not broken_attention.unnormalised(Q, K, V).isfinite().all()


@given(shapes(), seeds(), st.booleans(), BLOCKS)
def test_a_head_with_projections_is_the_textbooks(shape, seed, causal, block):
    p = attention.SelfAttention(*(leaf(W) for W in vars(attention.draw_self_attention(shape.m, generator(seed))).values()))
    X = leaf(sequence(shape, generator(seed)).movedim(0, -2))
    mask = attention.causal_mask(shape.n) if causal else None
    compare(online.self_attention(p, X, causal, block), attention.self_attention(p, X, mask), [p.W_q, p.W_k, p.W_v, X], seed)


@given(shapes(), seeds(), st.booleans())
def test_without_rescaling_one_block_hides_the_defect(shape, seed, causal):
    inputs = drawn(shape, seed, shape.n)
    got = broken_attention.online_without_rescaling(*inputs, causal, block=shape.n)
    assert gap(got, online.attend(*inputs, causal)) < TOLERANCE


def test_without_rescaling_a_rising_maximum_spoils_the_sum():
    inputs = drawn(Shape(6, 3, 3, ()), 0, 6)
    assert gap(broken_attention.online_without_rescaling(*inputs, block=2), online.attend(*inputs, block=2)) > 1e-2


def test_its_gradient_is_for_one_use_since_what_it_recomputes_is_not_recorded():
    Q, K, V = drawn(Shape(3, 2, 2, ()), 0, 3)
    (from_Q,) = torch.autograd.grad(online.attend(Q, K, V).square().sum(), Q, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        from_Q.sum().backward()


def tokens(n, d, dtype=torch.float32):
    return torch.randn(n, d, generator=generator(n), dtype=dtype)


SIZES = [(n, d) for n in (1, 5, 16, 40) for d in (1, 3, 8)]


@pytest.mark.parametrize(("n", "d"), SIZES)
@pytest.mark.parametrize(("dtype", "s"), [(torch.float32, 4), (torch.float64, 8)])
def test_the_textbooks_head_saves_n_squared_numbers_and_queries_keys_and_values(n, d, dtype, s):
    p, X = attention.draw_self_attention(d, generator(0), dtype), tokens(n, d, dtype)
    assert memory.saved_bytes(attention.self_attention, p, X) == s * (n * n + 3 * n * d)
    assert memory.saved_bytes(attention.self_attention, p, X, attention.causal_mask(n)) == s * (n * n + 3 * n * d) + n * n


@pytest.mark.parametrize(("n", "d"), SIZES)
@pytest.mark.parametrize("causal", [False, True])
def test_found_online_it_saves_queries_keys_values_output_and_one_number_a_query(n, d, causal):
    p, X = attention.draw_self_attention(d, generator(0), torch.float32), tokens(n, d)
    assert memory.saved_bytes(lambda p, X: online.self_attention(p, X, causal), p, X) == 4 * (4 * n * d + n)


@pytest.mark.parametrize(("n", "d", "block"), [(40, 3, 8), (40, 9, 8), (64, 4, 16)])
@pytest.mark.parametrize("causal", [False, True])
def test_neither_pass_holds_a_square(n, d, block, causal):
    p, X = attention.draw_self_attention(d, generator(0)), tokens(n, d, torch.float64)
    assert memory.largest(lambda p, X: online.self_attention(p, X, causal, block), p, X) == n * max(block, d)
    assert memory.largest(attention.self_attention, p, X) == n * n
