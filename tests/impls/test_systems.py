"""impls.systems: each is the function of its module, and its trace obeys the laws counted by hand.

The laws are those of these formulations: another way to write a step has another constant, never another growth.
"""

from math import ceil, log2

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls import attention, bidirectional, elman, gru, linear, lstm, systems, transformer
from impls.graph import shortest_gradient_path
from impls.systems import (
    BIDIRECTIONAL,
    CATALOGUE,
    CAUSAL_ATTENTION,
    DILATED,
    ELMAN,
    GRU,
    LINEAR,
    LSTM,
    PREFIX_ATTENTION,
    SCAN,
    SELF_ATTENTION,
    SKIP,
    STACKED_ELMAN,
    TRANSFORMER_LAYER,
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


SAME = {
    ELMAN: elman.run,
    LSTM: lambda p, xs: lstm.run(p, xs)[0],
    GRU: gru.run,
    LINEAR: decayed,
    SCAN: decayed,
    BIDIRECTIONAL: lambda p, xs: bidirectional.run(*(lambda ys, q=q: elman.run(q, ys) for q in p), xs),
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


@given(st.integers(1, 10), st.integers(2, 3), seeds())
def test_dilated_convolutions_read_the_whole_past_and_no_future(n, kernel, seed):
    p, tokens = drawn(DILATED(kernel), n, 2, seed)
    (middle,) = DILATED(kernel).run(p, tokens)[n // 2]
    read = torch.autograd.grad(middle.sum(), tokens, allow_unused=True)
    assert [g is not None for g in read] == [t <= n // 2 for t in range(n)]


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
}


@pytest.mark.parametrize("system", SPAN, ids=str)
def test_spans(system):
    assert [trace_system(system, n, 2).span for n in LENGTHS] == [SPAN[system](n) for n in LENGTHS]


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
}


@pytest.mark.parametrize("system", WORK, ids=str)
@pytest.mark.parametrize("d", [2, 5])
def test_work(system, d):
    assert [trace_system(system, n, d).work for n in LENGTHS] == [WORK[system](n, d) for n in LENGTHS]


@pytest.mark.parametrize(("n", "d"), [(1, 1), (3, 4), (8, 2)])
def test_attention_multiplies_4n2d_for_scores_and_values_and_8nd2_for_four_projections(n, d):
    p = attention.draw_multi_head(d, 1, generator(0))
    graph = systems.trace(lambda X: attention.multi_head(p, X), torch.randn(n, d, dtype=torch.float64))
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
    PREFIX_ATTENTION: lambda lag: 2,
    SELF_ATTENTION: lambda lag: 2,
}


@pytest.mark.parametrize("system", SHORTEST, ids=str)
def test_shortest_paths(system):
    graph = trace_system(system, 6, 2)
    lags = [(i, j) for i in range(1, 6) for j in range(i, 6)]  # from the second token: nothing precedes the first
    assert [graph.shortest_path(i, j) for i, j in lags] == [SHORTEST[system](j - i) for i, j in lags]


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
    assert whole == {system.name for system in (ELMAN, LSTM, GRU, STACKED_ELMAN(2), LINEAR)}


@pytest.mark.parametrize("n", [3, 5, 8])
def test_neither_half_of_an_lstms_state_nor_the_top_of_a_stack_is_a_cut(n):
    assert not cut(LSTM, n, lambda place: place[:1])
    assert not cut(LSTM, n, lambda place: place[1:])
    assert not cut(STACKED_ELMAN(2), n, lambda place: place[:1])
