"""impls.counting.graph on computations small enough to count by hand, beside torch's own counter, and on a simulated machine."""

import networkx as nx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import scaled_dot_product_attention
from torch.utils.flop_counter import FlopCounterMode

from impls.attending import transformer
from impls.counting.graph import Graph, brent, shortest_gradient_path, trace
from impls.counting.operations import UnknownOperationError
from impls.recurrent import elman
from tests.impls.drawn import generator, leaf, seeds


def matrix(*shape):
    return torch.randn(*shape, generator=generator(0), dtype=torch.float64)


SIZES = st.integers(1, 9)


@given(SIZES, SIZES, SIZES)
def test_a_matrix_product_takes_two_operations_a_term(m, k, n):
    graph = trace(torch.matmul, matrix(m, k), matrix(k, n))
    assert (graph.work, graph.span) == (2 * m * n * k, 1)
    assert graph.span_bounded == 1 + (k - 1).bit_length()  # one multiplication, then ⌈log2 k⌉ sums


@given(SIZES, SIZES, SIZES, SIZES)
def test_products_of_all_kinds_are_counted(b, m, k, n):
    assert trace(torch.matmul, matrix(m, k), matrix(k)).work == 2 * m * k
    assert trace(torch.dot, matrix(k), matrix(k)).work == 2 * k
    assert trace(torch.bmm, matrix(b, m, k), matrix(b, k, n)).work == 2 * b * m * k * n
    spelled = trace(lambda c, A, B: c + A @ B, matrix(n), matrix(m, k), matrix(k, n))
    fused = trace(torch.addmm, matrix(n), matrix(m, k), matrix(k, n))
    assert fused.work == spelled.work == 2 * m * k * n + m * n
    assert fused.span_bounded == spelled.span_bounded


@given(SIZES, SIZES)
def test_softmax_costs_what_its_five_operations_cost(m, n):
    def spelled(x):
        e = (x - x.amax(-1, keepdim=True)).exp()
        return e / e.sum(-1, keepdim=True)

    one, five = trace(lambda x: x.softmax(-1), matrix(m, n)), trace(spelled, matrix(m, n))
    assert (one.work, one.span_bounded) == (five.work, five.span_bounded)
    assert (one.span, five.span) == (1, 5)


@given(SIZES, SIZES)
def test_elementwise_operations_cost_one_a_result_and_views_nothing(m, n):
    assert trace(lambda x, b: (x + b).tanh(), matrix(m, n), matrix(n)).work == 2 * m * n
    moved = trace(lambda x: [torch.stack([x, x]).transpose(1, 2).flatten().unsqueeze(0)], matrix(m, n))
    assert (moved.work, moved.span, moved.shortest_path(0, 0)) == (0, 0, 0)
    assert trace(lambda x: x.mean(0), matrix(m, n)).work == m * n


def test_what_depends_on_no_input_or_reaches_no_output_costs_nothing():
    W = matrix(3, 3)

    def f(x):
        x.exp()  # nobody reads this
        return x + (W @ W).sum() + x.new_zeros(3).cos()

    assert trace(f, matrix(3)).work == 6


@given(SIZES, st.integers(1, 4), seeds())
def test_products_agree_with_torchs_counter(n, heads, seed):
    p, X = transformer.draw(2 * heads, heads, generator(seed)), matrix(n, 2 * heads)
    with FlopCounterMode(display=False) as counter:
        transformer.run(p, X)
    graph = trace(lambda X: transformer.run(p, X), X)
    products = sum(facts["work"] for facts in graph.nodes.nodes.values() if facts["kind"] == "product")
    assert products == counter.get_total_flops()


@pytest.mark.parametrize(
    ("f", "named"),
    [
        (lambda x: scaled_dot_product_attention(x[None], x[None], x[None]), "scaled_dot_product"),
        (lambda x: torch.linalg.inv(x[0]), "linalg"),
        (lambda x: x.cumsum(0), "cumsum"),
    ],
)
def test_an_unknown_operation_is_named_and_never_free(f, named):
    with pytest.raises(UnknownOperationError, match=named):
        trace(f, matrix(1, 2, 2))


def test_a_write_into_a_buffer_is_refused():
    """Later readings of the buffer would seem to depend on nothing."""

    def f(x):
        buffer = torch.zeros(2, 2, dtype=torch.float64)
        buffer[0] = x.exp()
        return buffer + 1

    with pytest.raises(UnknownOperationError, match="copy_"):
        trace(f, matrix(2))


def test_a_fused_recurrence_is_refused():
    layer = torch.nn.LSTM(2, 2, dtype=torch.float64)
    with pytest.raises(UnknownOperationError):
        trace(lambda x: layer(x)[0], matrix(3, 1, 2))


def diamond(x, y):
    """The first input has a short way (1) and a long one (4) to the first output; the second has none."""
    middle = x.exp()
    return [x + middle.sin().cos(), y * 2]


def test_paths_are_counted_in_operations():
    graph = trace(diamond, matrix(2), matrix(2))
    assert (graph.shortest_path(0, 0), graph.longest_path(0, 0), graph.span) == (1, 4, 4)
    assert (graph.shortest_path(1, 0), graph.longest_path(1, 0)) == (None, None)
    assert (graph.shortest_path(1, 1), graph.count("elementwise"), graph.count("sin", "cos")) == (1, 5, 2)


def test_a_cut_is_a_set_of_nodes_that_every_path_needs():
    graph = trace(lambda x: [(a := x.exp()), (b := x.sin()), (c := a + b), c.cos()], matrix(2))
    (a,), (b,), (c,), _ = graph.outputs
    assert graph.cuts([c], 0, -1)
    assert graph.cuts([a, b], 0, -1)
    assert not graph.cuts([a], 0, -1)
    with pytest.raises(ValueError, match="end of the path"):
        graph.cuts([c], 0, 2)


def test_nothing_is_cut_where_no_path_was():
    graph = trace(diamond, matrix(2), matrix(2))
    assert not graph.cuts([], 1, 0)


def test_rows_of_a_stack_stay_apart():
    """Else x_1 would be next to every later state, through the stack: a path that carries no gradient."""
    p, tokens = elman.draw(2, 2, generator(0)), [matrix(2) for _ in range(5)]
    graph = trace(lambda *xs: elman.run(p, torch.stack(xs)).unbind(0), *tokens)
    assert [graph.shortest_path(0, t) for t in range(5)] == [4, 8, 12, 16, 20]
    assert graph.shortest_path(1, 0) is None
    selected = trace(lambda *xs: torch.stack(xs)[3].exp(), *tokens)
    assert [selected.shortest_path(i, 0) for i in range(5)] == [None, None, None, 1, None]


def test_inputs_may_come_as_a_list():
    graph = trace(lambda xs: [(x * 2, x * 3) for x in xs], [matrix(2), matrix(2)])
    assert (len(graph.inputs), [len(place) for place in graph.outputs]) == (2, [2, 2])


def greedy_time(graph, processors):
    """Steps until all unit tasks of a graph are done, each step taking any that are ready, up to `processors`."""
    done, steps = set(), 0
    while len(done) < len(graph):
        ready = [task for task in graph if task not in done and done.issuperset(graph.pred[task])]
        done.update(ready[:processors])
        steps += 1
    return steps


PLACES = st.integers(0, 11)


@given(st.integers(1, 12), st.integers(1, 5), st.sets(st.tuples(PLACES, PLACES), max_size=30))
def test_every_greedy_schedule_lies_between_brents_bounds(tasks, processors, pairs):
    graph = nx.DiGraph([(min(pair), max(pair)) for pair in pairs if len(set(pair)) == 2 and max(pair) < tasks])
    graph.add_nodes_from(range(tasks))
    least, most = brent(len(graph), nx.dag_longest_path_length(graph) + 1, processors)
    assert least <= greedy_time(graph, processors) <= most


def test_the_gradient_path_is_the_forward_path():
    x, y = leaf(matrix(2)), leaf(matrix(2))
    out, _ = diamond(x, y)
    assert shortest_gradient_path(out, x) == 1
    assert shortest_gradient_path(out, y) is None
    assert shortest_gradient_path(torch.stack([x, x])[0].unsqueeze(0), x) == 0
    assert shortest_gradient_path(x, x) == 0


def test_a_graph_is_a_value():
    graph = trace(diamond, matrix(2), matrix(2))
    assert isinstance(graph, Graph)
    with pytest.raises(AttributeError):
        graph.inputs = ()


def test_what_is_moved_is_what_operations_read_and_write_and_views_move_nothing():
    graph = trace(lambda x, y: (x.T + y).unsqueeze(0), matrix(2, 3), matrix(3, 2))

    assert graph.moved == 6 + 6 + 6
