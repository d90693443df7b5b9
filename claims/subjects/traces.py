"""Traces of systems, kept: a graph depends on the system, the length and the width, never on the weights drawn."""

from collections.abc import Iterable
from functools import cache

import numpy as np

from impls.counting.graph import Graph
from impls.tracing.systems import System, trace_system


@cache
def traced(system: System, n: int, d: int) -> Graph:
    """The graph of a system on n tokens of width d; input i is token i, output t is position t, both from 0."""
    return trace_system(system, n, d)


def in_a_row(graph: Graph, nodes: Iterable[str]) -> int:
    """The most of these nodes that stand on one path."""
    marked = set(nodes)
    reached: dict[str, int] = {}
    for node in graph.nodes:  # in the order of execution, so that what a node reads comes before it
        before = (reached[earlier] for earlier in graph.nodes.pred[node])
        reached[node] = max(before, default=0) + (node in marked)
    return max(reached.values())


def shortest_paths(graph: Graph) -> np.ndarray:
    """Row i, column j: the fewest arithmetic operations between input i and output j; infinite where no path leads."""
    reached: dict[str, np.ndarray] = {}
    starts = {name: i for i, name in enumerate(graph.inputs)}
    for node, facts in graph.nodes.nodes.items():
        fewest = np.full(len(starts), np.inf)
        for earlier in graph.nodes.pred[node]:
            fewest = np.minimum(fewest, reached[earlier] + facts["steps"])
        if node in starts:
            fewest[starts[node]] = 0
        reached[node] = fewest
    return np.stack([reached[place[0]] for place in graph.outputs], axis=1)


@cache
def farthest(system: System, n: int, d: int) -> int:
    """The longest of the shortest paths from a token to a position that reads it; -1 where the last reads not the first."""
    lengths = shortest_paths(traced(system, n, d))
    return int(lengths[np.isfinite(lengths)].max()) if np.isfinite(lengths[0, -1]) else -1
