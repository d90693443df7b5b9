"""impls.tracing.systems: each is the function of its module, and its trace obeys the laws counted by hand.

The laws are those of these formulations: another way to write a step has another constant, never another growth.
"""

from math import ceil, log2

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.attending import attention, convolution, decoder, transformer
from impls.counting.graph import shortest_gradient_path, trace
from impls.recurrent import bidirectional, elman, gru, linear, lstm, mingru
from impls.tracing.systems import (
    ADDITIVE,
    BIDIRECTIONAL,
    BIDIRECTIONAL_LSTM,
    CATALOGUE,
    CAUSAL_ATTENTION,
    CONVOLUTION,
    CONVOLUTION_LAYER,
    CROSS_ATTENTION,
    DILATED,
    ELMAN,
    FINAL_STATE,
    GRU,
    LINEAR,
    LSTM,
    MINGRU,
    MINGRU_SCAN,
    PREFIX_ATTENTION,
    SCAN,
    SELF_ATTENTION,
    SKIP,
    STACKED_ELMAN,
    TRANSFORMER_LAYER,
    WINDOWED,
    WINDOWED_STACK,
    trace_system,
)
from tests.impls.drawn import TOLERANCE, gap, generator, leaf, seeds

LENGTHS = (1, 2, 3, 4, 7, 8)
WIDTH = 4
everywhere = pytest.mark.parametrize("system", CATALOGUE, ids=str)


def drawn(system, n, d, seed):
    p = system.draw(d, generator(seed))
    return p, [leaf(torch.randn(d, generator=generator(seed + i), dtype=torch.float64)) for i in range(1, n + 1)]


def outputs(system, p, tokens):
    return torch.stack([position[0] for position in system.run(p, tokens)])


def rounds(n, k=2):
    """⌈log_k n⌉ without logarithms' rounding."""
    return next(r for r in range(n + 1) if k**r >= n)


def decayed(a, xs):
    return linear.sequential(a.expand(len(xs), -1), xs)


def layers(n, back):
    """How many layers that look `back` steps back it takes to look back n - 1."""
    return next(count for count in range(n) if count * back >= n - 1)


def convolved(p, xs):
    return convolution.run(p, xs).tanh()


def convolved_throughout(p, xs):
    for _ in range(layers(len(xs), len(p.W) - 1)):
        xs = convolved(p, xs)
    return xs


def windowed(r):
    return lambda p, xs: attention.self_attention(p, xs, attention.window_mask(len(xs), r))


def windowed_throughout(r):
    def run(p, xs):
        for _ in range(layers(len(xs), r // 2)):
            xs = windowed(r)(p, xs)
        return xs

    return run


def translated(p, xs):
    """One network after the other, each from its module, and a context for each of the decoder's states."""
    hs = elman.run(p.encoder, xs)
    ss = elman.run(p.decoder, p.embed_target[-1].expand(len(xs), -1), hs[-1])
    if p.attention is not None:
        ss = torch.stack([torch.cat([s, attention.additive(p.attention, s, hs)[0]]) for s in ss])
    return ss @ p.W_out.T + p.b_out


def decoded(p, xs):
    encoder, layer = p
    return decoder.run(layer, transformer.position_codes(*xs.shape), transformer.run(encoder, xs))


SAME = {
    ELMAN: elman.run,
    LSTM: lambda p, xs: lstm.run(p, xs)[0],
    GRU: gru.run,
    LINEAR: decayed,
    SCAN: decayed,
    BIDIRECTIONAL: lambda p, xs: bidirectional.run(*(lambda ys, q=q: elman.run(q, ys) for q in p), xs),
    BIDIRECTIONAL_LSTM: lambda p, xs: bidirectional.run(*(lambda ys, q=q: lstm.run(q, ys)[0] for q in p), xs),
    MINGRU: mingru.run,
    MINGRU_SCAN: mingru.scan,
    CONVOLUTION(2): convolved_throughout,
    CONVOLUTION(3): convolved_throughout,
    CONVOLUTION_LAYER(1): convolved,
    CONVOLUTION_LAYER(3): convolved,
    WINDOWED(1): windowed(1),
    WINDOWED(3): windowed(3),
    WINDOWED(5): windowed(5),
    WINDOWED_STACK(3): windowed_throughout(3),
    WINDOWED_STACK(5): windowed_throughout(5),
    FINAL_STATE: translated,
    ADDITIVE: translated,
    CROSS_ATTENTION: decoded,
    SELF_ATTENTION: attention.self_attention,
    CAUSAL_ATTENTION: lambda p, xs: attention.self_attention(p, xs, attention.causal_mask(len(xs))),
    PREFIX_ATTENTION: lambda p, xs: attention.self_attention(p, xs, attention.causal_mask(len(xs))),
    TRANSFORMER_LAYER: transformer.run,
}


@pytest.mark.parametrize("system", SAME, ids=str)
@given(st.integers(1, 8), st.integers(1, 4), seeds())
def test_a_system_is_the_function_of_its_module(system, n, d, seed):
    p, tokens = drawn(system, n, d, seed)
    assert gap(outputs(system, p, tokens), SAME[system](p, torch.stack(tokens))) < TOLERANCE


@given(st.integers(1, 8), st.integers(1, 4), seeds())
def test_a_stack_reads_the_states_below(n, d, seed):
    p, tokens = drawn(STACKED_ELMAN(2), n, d, seed)
    below, above = (torch.stack(level) for level in list(zip(*STACKED_ELMAN(2).run(p, tokens), strict=True))[::-1])
    assert gap(below, elman.run(p[0], torch.stack(tokens))) < TOLERANCE
    assert gap(above, elman.run(p[1], below)) < TOLERANCE


@given(st.integers(1, 8), st.integers(1, 4), seeds())
def test_without_its_skip_the_skipping_network_is_elmans(n, d, seed):
    (cell, W_s), tokens = drawn(SKIP, n, d, seed)
    assert gap(outputs(SKIP, (cell, 0 * W_s), tokens), elman.run(cell, torch.stack(tokens))) < TOLERANCE


@pytest.mark.parametrize("family", [DILATED, CONVOLUTION])
@given(st.integers(1, 10), st.integers(2, 3), seeds())
def test_stacked_convolutions_read_the_whole_past_and_no_future(family, n, kernel, seed):
    p, tokens = drawn(family(kernel), n, 2, seed)
    (middle,) = family(kernel).run(p, tokens)[n // 2]
    read = torch.autograd.grad(middle.sum(), tokens, allow_unused=True)
    assert [g is not None for g in read] == [t <= n // 2 for t in range(n)]


STACKS = [(CONVOLUTION, 2, 1), (CONVOLUTION, 4, 3), *((WINDOWED_STACK, r, r // 2) for r in (3, 5, 7))]


@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize(("family", "size", "back"), STACKS)
def test_one_layer_less_and_the_last_position_would_not_read_the_first_token(family, size, back, n):
    graph = trace_system(family(size), n, 2)
    stacked = graph.chain("tanh" if family is CONVOLUTION else "_softmax")
    assert graph.shortest_path(0, -1) is not None
    assert stacked * back >= n - 1
    assert stacked == 0 or (stacked - 1) * back < n - 1


SPAN = {
    ELMAN: lambda n: 4 * n,
    LSTM: lambda n: 7 * n,
    GRU: lambda n: 10 * n,
    STACKED_ELMAN(2): lambda n: 4 * (n + 1),
    STACKED_ELMAN(3): lambda n: 4 * (n + 2),
    LINEAR: lambda n: 2 * (n - 1),
    SCAN: lambda n: rounds(n) + n.bit_length() - 1,  # ⌈log2 n⌉ + ⌊log2 n⌋: in the last round, few entries multiply
    BIDIRECTIONAL: lambda n: 4 * n,
    SELF_ATTENTION: lambda n: 5,
    CAUSAL_ATTENTION: lambda n: 6,
    PREFIX_ATTENTION: lambda n: 5,
    TRANSFORMER_LAYER: lambda n: 31,
    SKIP: lambda n: 5 * n,
    DILATED(2): lambda n: 2 * rounds(n),
    DILATED(3): lambda n: 2 * rounds(n, 3),
    MINGRU: lambda n: 2 * n + 4,
    MINGRU_SCAN: lambda n: rounds(n) + n.bit_length() + 3,  # the gate, and then as SCAN
    BIDIRECTIONAL_LSTM: lambda n: 7 * n,
    CONVOLUTION(2): lambda n: 3 * (n - 1),
    CONVOLUTION(3): lambda n: 3 * layers(n, 2),
    CONVOLUTION_LAYER(3): lambda n: 3,
    WINDOWED(3): lambda n: 5,
    WINDOWED_STACK(3): lambda n: 5 * (n - 1),
    WINDOWED_STACK(5): lambda n: 5 * layers(n, 2),
    FINAL_STATE: lambda n: 8 * n + 2,  # n steps of either network, then the read-out
    ADDITIVE: lambda n: 8 * n + 8,  # the last state asks before it is read out
    CROSS_ATTENTION: lambda n: 62,  # twice a Transformer layer: all that the target does before it reads is constant
}


@pytest.mark.parametrize("system", SPAN, ids=str)
def test_spans(system):
    assert [trace_system(system, n, 2).span for n in LENGTHS] == [SPAN[system](n) for n in LENGTHS]


@pytest.mark.parametrize("r", [3, 5, 7])
def test_a_window_holds_as_many_positions_as_its_name_says(r):
    middle = {i for i in range(9) if trace_system(WINDOWED(r), 9, 2).shortest_path(i, 4) is not None}
    assert middle == set(range(4 - r // 2, 5 + r // 2))
    assert len(middle) == r


@pytest.mark.parametrize("system", [WINDOWED, WINDOWED_STACK])
def test_an_even_window_is_refused_for_it_cannot_lie_evenly_around_a_position(system):
    with pytest.raises(ValueError, match="evenly"):
        system(4)


def seen(n, r):
    """The entries of a window's mask, one position after another."""
    return sum(min(n, t + r // 2 + 1) - max(0, t - r // 2) for t in range(n))


def in_windows(n, d, r):
    return 6 * n * d * d + (4 * d + 6) * seen(n, r)


def scanned(n):
    """States and factors that are read later: all states joined in a round, and factors until they reach the start."""
    return sum(2 * (n - 2**r) + max(0, n - 2 * 2**r) for r in range(rounds(n)))


WORK = {
    # h_0 = 0 is a constant, so that the first step makes one product less.
    ELMAN: lambda n, d: (2 * n - 1) * 2 * d * d + 3 * n * d,
    LSTM: lambda n, d: n * (16 * d * d + 13 * d),
    GRU: lambda n, d: n * (12 * d * d + 12 * d),
    LINEAR: lambda n, d: 2 * (n - 1) * d,
    SCAN: lambda n, d: 2 * d * sum(n - 2**r for r in range(rounds(n))),
    SELF_ATTENTION: lambda n, d: 6 * n * d * d + 4 * n * n * d + 6 * n * n,
    CAUSAL_ATTENTION: lambda n, d: 6 * n * d * d + 4 * n * n * d + 7 * n * n,
    PREFIX_ATTENTION: lambda n, d: 6 * n * d * d + (4 * d + 6) * n * (n + 1) // 2,
    DILATED(2): lambda n, d: rounds(n) * n * (4 * d * d + d),
    MINGRU: lambda n, d: n * (4 * d * d + 7 * d),
    MINGRU_SCAN: lambda n, d: n * (4 * d * d + 4 * d) + (n - 1) * d + d * scanned(n),
    BIDIRECTIONAL_LSTM: lambda n, d: 2 * n * (16 * d * d + 13 * d),
    CONVOLUTION(2): lambda n, d: (n - 1) * n * (4 * d * d + 2 * d),
    CONVOLUTION(3): lambda n, d: layers(n, 2) * n * (6 * d * d + 2 * d),
    CONVOLUTION_LAYER(3): lambda n, d: n * (6 * d * d + 2 * d),
    WINDOWED(3): lambda n, d: in_windows(n, d, 3),
    WINDOWED(5): lambda n, d: in_windows(n, d, 5),
    WINDOWED_STACK(3): lambda n, d: (n - 1) * in_windows(n, d, 3),
    WINDOWED_STACK(5): lambda n, d: layers(n, 2) * in_windows(n, d, 5),
    TRANSFORMER_LAYER: lambda n, d: n * (24 * d * d + 25 * d + 4) + 4 * n * n * d + 6 * n * n,
    FINAL_STATE: lambda n, d: 8 * n * d * d - 2 * d * d + 7 * n * d,
    # With one state to read, the context is a multiplication by 1 without a sum.
    ADDITIVE: lambda n, d: 14 * n * d * d - 2 * d * d + 7 * n * d + n * n * (6 * d + 5) - d * (n == 1),
    CROSS_ATTENTION: lambda n, d: n * (46 * d * d + 50 * d + 8) + 8 * n * n * d + 12 * n * n,
}


@pytest.mark.parametrize("system", WORK, ids=str)
@pytest.mark.parametrize("d", [2, 5])
def test_work(system, d):
    assert [trace_system(system, n, d).work for n in LENGTHS] == [WORK[system](n, d) for n in LENGTHS]


PRODUCTS = {
    MINGRU: lambda n, d: 4 * n * d * d,
    MINGRU_SCAN: lambda n, d: 4 * n * d * d,
    BIDIRECTIONAL_LSTM: lambda n, d: 32 * n * d * d,
    CONVOLUTION(3): lambda n, d: layers(n, 2) * 6 * n * d * d,
    CONVOLUTION_LAYER(3): lambda n, d: 6 * n * d * d,
    WINDOWED(5): lambda n, d: 6 * n * d * d + 4 * seen(n, 5) * d,
    WINDOWED_STACK(5): lambda n, d: layers(n, 2) * (6 * n * d * d + 4 * seen(n, 5) * d),
    FINAL_STATE: lambda n, d: 8 * n * d * d - 2 * d * d,
    ADDITIVE: lambda n, d: 14 * n * d * d - 2 * d * d + 4 * n * n * d,
    CROSS_ATTENTION: lambda n, d: 46 * n * d * d + 8 * n * n * d,
}


@pytest.mark.parametrize("system", PRODUCTS, ids=str)
@pytest.mark.parametrize("d", [2, 5])
def test_work_in_products(system, d):
    lengths = LENGTHS[1:]  # a product over one term is a multiplication
    assert [trace_system(system, n, d).work_of("product") for n in lengths] == [PRODUCTS[system](n, d) for n in lengths]


@pytest.mark.parametrize("r", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("n", [3, 7, 8])
def test_a_window_away_from_the_ends_sees_r_positions_or_one_more(n, r):
    half = r // 2
    assert attention.window_mask(n, r).sum() == seen(n, r) == n * (2 * half + 1) - half * (half + 1)


@pytest.mark.parametrize(("n", "d"), [(1, 1), (3, 4), (8, 2)])
def test_attention_multiplies_4n2d_for_scores_and_values_and_8nd2_for_four_projections(n, d):
    p = attention.draw_multi_head(d, 1, generator(0))
    graph = trace(lambda X: attention.multi_head(p, X), torch.randn(n, d, dtype=torch.float64))
    products = sum(facts["work"] for facts in graph.nodes.nodes.values() if facts["kind"] == "product")
    assert products == 4 * n * n * d + 8 * n * d * d


@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("d", [2, 5, 8])
def test_depth_with_two_operands_an_operation(n, d):
    k, m = ceil(log2(d)), rounds(n)
    assert trace_system(ELMAN, n, d).span_bounded == n * (k + 4)
    assert trace_system(SELF_ATTENTION, n, d).span_bounded == 3 * m + 2 * k + 7


SHORTEST = {  # from x_i to position j, for j - i = 0, 1, 2, …
    ELMAN: lambda lag: 4 * (lag + 1),
    LINEAR: lambda lag: 2 * lag + 1,
    MINGRU: lambda lag: 2 * lag + 4,
    BIDIRECTIONAL_LSTM: lambda lag: min(4 * lag + 4, 2 * lag + 7),  # by the output gates, or by the cell
    CONVOLUTION(2): lambda lag: 15,
    CONVOLUTION(3): lambda lag: 9,
    CONVOLUTION_LAYER(3): lambda lag: 3 if lag < 3 else None,
    WINDOWED(5): lambda lag: 2 if lag < 3 else None,
    WINDOWED_STACK(3): lambda lag: 10,
    WINDOWED_STACK(5): lambda lag: 6,
    ADDITIVE: lambda lag: 7,
    CROSS_ATTENTION: lambda lag: 23,
    PREFIX_ATTENTION: lambda lag: 2,
    SELF_ATTENTION: lambda lag: 2,
}


@pytest.mark.parametrize("system", SHORTEST, ids=str)
def test_shortest_paths(system):
    graph = trace_system(system, 6, 2)
    lags = [(i, j) for i in range(1, 6) for j in range(i, 6)]  # from the second token: nothing precedes the first
    assert [graph.shortest_path(i, j) for i, j in lags] == [SHORTEST[system](j - i) for i, j in lags]


@pytest.mark.parametrize("n", LENGTHS)
def test_a_scan_carries_the_first_token_by_the_ones_of_the_distance_in_binary(n):
    assert trace_system(MINGRU_SCAN, n, 2).shortest_path(0, -1) == 3 + 2 * (n - 1).bit_count()


@pytest.mark.parametrize("n", [2, 5])
def test_without_attention_every_path_runs_through_the_encoders_last_state(n):
    graph = trace_system(FINAL_STATE, n, 2)
    pairs = [(i, j) for i in range(n) for j in range(n)]
    assert [graph.shortest_path(i, j) for i, j in pairs] == [4 * (n - i + j) + 6 for i, j in pairs]
    assert all(graph.cuts([graph.outputs[-1][2]], i, j) for i, j in pairs)


@pytest.mark.parametrize("n", [2, 5])
def test_attention_leads_around_the_encoders_last_state_except_from_the_last_token(n):
    graph = trace_system(ADDITIVE, n, 2)
    pairs = [(i, j) for i in range(n) for j in range(n)]
    assert [graph.cuts([graph.outputs[-1][2]], i, j) for i, j in pairs] == [i == n - 1 for i, j in pairs]


@pytest.mark.parametrize(("system", "slope", "start"), [(LSTM, 2, 5), (GRU, 2, 3)], ids=str)
def test_the_shortest_path_through_a_gated_cell_grows_by_two_a_step(system, slope, start):
    assert [trace_system(system, n, 2).shortest_path(0, -1) for n in (4, 5, 8)] == [slope * n + start for n in (4, 5, 8)]


def test_a_bidirectional_network_has_as_long_a_path_one_way_as_the_other():
    graph = trace_system(BIDIRECTIONAL, 5, 2)
    pairs = [(i, j) for i in range(5) for j in range(5)]
    assert [graph.shortest_path(i, j) for i, j in pairs] == [4 * (abs(i - j) + 1) for i, j in pairs]


@everywhere
def test_gradients_run_back_along_the_forward_paths(system):
    n = 5
    p, tokens = drawn(system, n, 2, 0)
    graph, positions = trace_system(system, n, 2), system.run(p, tokens)
    for i in range(n):
        for j in range(n):
            assert shortest_gradient_path(positions[j][0], tokens[i]) == graph.shortest_path(i, j)


def cut(system, n, states):
    """Is each position between the first and the last a cut for what the last knows of the first token?"""
    graph = trace_system(system, n, 2)
    return all(graph.cuts(states(place), 0, -1) for place in graph.outputs[1:-1])


@pytest.mark.parametrize("n", [3, 5, 8])
def test_the_whole_state_is_a_cut_of_a_recurrence_and_of_nothing_else(n):
    whole = {system.name for system in CATALOGUE if cut(system, n, lambda place: place)}
    assert whole == {system.name for system in (ELMAN, LSTM, GRU, STACKED_ELMAN(2), LINEAR, MINGRU, FINAL_STATE)}


@pytest.mark.parametrize("n", [3, 5, 8])
def test_neither_half_of_an_lstms_state_nor_the_top_of_a_stack_is_a_cut(n):
    assert not cut(LSTM, n, lambda place: place[:1])
    assert not cut(LSTM, n, lambda place: place[1:])
    assert not cut(STACKED_ELMAN(2), n, lambda place: place[:1])
