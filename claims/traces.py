"""Traces of systems, kept: a graph depends on the system, the length and the width, never on the weights drawn."""

from functools import cache

from impls.graph import Graph
from impls.systems import System, trace_system


@cache
def traced(system: System, n: int, d: int) -> Graph:
    """The graph of a system on n tokens of width d; input i is token i, output t is position t, both from 0."""
    return trace_system(system, n, d)
