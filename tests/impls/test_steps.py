"""impls.counting.steps: what steps may do at once and what they hand on, against counts by hand."""

import pytest
import torch

from impls.counting import steps
from impls.counting.graph import trace
from impls.tracing import systems
from impls.tracing.systems import trace_system


def vectors(n):
    return [torch.randn(2, generator=torch.Generator().manual_seed(t), dtype=torch.float64) for t in range(n)]


def running_sum(*xs):
    """1 vector is enough."""
    total, sums = xs[0], [xs[0].tanh()]
    for x in xs[1:]:
        total = total + x
        sums.append(total.tanh())
    return sums


def sums_from_scratch(*xs):
    """Every token is needed again."""
    sums = []
    for t in range(len(xs)):
        total = xs[t].tanh()
        for x in xs[:t]:
            total = total * x
        sums.append(total)
    return sums


@pytest.mark.parametrize(("f", "kept"), [(running_sum, lambda t: 1), (sums_from_scratch, lambda t: t)], ids=["sum", "scratch"])
@pytest.mark.parametrize("t", [1, 2, 3, 4])
def test_memory_is_what_later_positions_need(f, kept, t):
    assert steps.handed_on(trace(f, *vectors(5)), t) == kept(t)


@pytest.mark.parametrize(("system", "kept"), [
    (systems.ELMAN, lambda t: 1), (systems.GRU, lambda t: 1), (systems.LSTM, lambda t: min(t, 2)), (systems.LINEAR, lambda t: 1),
    (systems.STACKED_ELMAN(2), lambda t: min(t, 2)), (systems.SKIP, lambda t: min(t, 2)), (systems.PREFIX_ATTENTION, lambda t: t),
], ids=lambda part: getattr(part, "name", ""))  # fmt: skip
@pytest.mark.parametrize("t", [1, 2, 3, 4])
def test_memory_of_the_systems(system, kept, t):
    assert steps.handed_on(trace_system(system, 5, 2), t) == kept(t)


def test_a_position_that_is_never_read_again_needs_no_memory():
    assert steps.handed_on(trace(lambda *xs: [x.tanh() for x in xs], *vectors(3)), 2) == 0


def test_operations_belong_to_the_first_position_that_needs_them():
    graph = trace(running_sum, *vectors(3))
    found = steps.first_needed(graph)
    assert sorted((steps.name(graph, node), position) for node, position in found.items()) == [
        ("add", 1), ("add", 2), ("tanh", 0), ("tanh", 1), ("tanh", 2)
    ]  # fmt: skip


def test_what_two_positions_may_do_at_once():
    graph = trace(running_sum, *vectors(3))
    assert steps.overlap(graph) == (("tanh", 0), ("add", 1))
    assert steps.overlap(trace_system(systems.ELMAN, 2, 2)) == (("mm", 0), ("mm", 1))
    assert steps.overlap(trace_system(systems.LINEAR, 4, 2)) is None


@pytest.mark.parametrize("system", [systems.ELMAN, systems.LSTM, systems.GRU], ids=str)
def test_what_reads_the_past_takes_turns_in_a_recurrence(system):
    assert steps.overlap(trace_system(system, 4, 2), past_only=True) is None


@pytest.mark.parametrize(
    "system", [systems.SKIP, systems.PREFIX_ATTENTION, systems.MINGRU_SCAN, systems.STACKED_ELMAN(2)], ids=str
)
def test_and_elsewhere_it_does_not(system):
    assert steps.overlap(trace_system(system, 4, 2), past_only=True) is not None


def test_the_fewest_operations_of_a_name():
    graph = trace(sums_from_scratch, *vectors(4))
    assert [steps.fewest(graph, "mul", 0, j) for j in range(4)] == [0, 1, 2, 3]
    assert steps.fewest(graph, "mul", 3, 3) == 3
    assert steps.fewest(graph, "mul", 3, 0) is None


def test_a_position_reads_the_past_where_it_needs_the_token_before_it():
    graph = trace_system(systems.ELMAN, 3, 2)

    assert not steps.reads_the_past(graph, graph.outputs[0][0], 0)
    assert steps.reads_the_past(graph, graph.outputs[1][0], 1)
    assert not steps.reads_the_past(graph, graph.inputs[1], 1)


def test_what_the_last_position_alone_needs_is_kept_until_then():
    graph = trace(lambda *xs: [*(x.tanh() for x in xs[:-1]), xs[0] + xs[-1]], *vectors(4))

    assert [steps.handed_on(graph, t) for t in (1, 2, 3)] == [1, 1, 1]
