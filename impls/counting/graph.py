"""Work, span and paths of a computation, read off its trace instead of a clock.

    work    T_1   all scalar operations                          (impls.counting.operations says what each costs)
    span    T_∞   arithmetic operations on the longest chain; views are free
    T_p           time on p processors:   max(T_1/p, T_∞) ≤ T_p ≤ T_1/p + T_∞

The upper bound is Brent's (1974) in the form that any greedy schedule attains; the lower one is immediate.

A node is one tensor operation, an edge runs from what it reads. The trace records what was run, loops
unrolled. Parameters are constants, and so is all that depends on no input, such as a mask: it could be
computed beforehand and costs nothing.

Limits. A tensor is one node: a product of stacked tokens joins all its rows, and a causal mask leaves edges
in place that carry no gradient. So give each token a placeholder of its own, keep positions apart where paths
matter, and ask for the gradient as well. `span` counts tensor operations; `span_bounded` counts scalar ones
with two operands each, where a product over k terms takes ⌈log2 k⌉ + 1: put that one beside `work`.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter

import networkx as nx
from torch import Tensor

from impls.counting.operations import CONSTANT, cost, moved, reads
from impls.counting.recorder import Node, record


@dataclass(frozen=True)
class Graph:
    """`outputs[t]` are the nodes of what the function returned at place t; the first stands for the place."""

    nodes: nx.DiGraph  # in the order of execution; node attributes: operation, kind, work, depth, steps, moved
    inputs: tuple[str, ...]
    outputs: tuple[tuple[str, ...], ...]

    @property
    def work(self) -> int:
        return sum(work for _, work in self.nodes.nodes(data="work"))

    @property
    def moved(self) -> int:
        """Numbers read and written, each operation by itself; views move none."""
        return sum(moved for _, moved in self.nodes.nodes(data="moved"))

    @property
    def span(self) -> int:
        return max(self._deepest(itemgetter("steps"), self.inputs).values())

    @property
    def span_bounded(self) -> int:
        """The depth when every operation has at most two scalar operands."""
        return max(self._deepest(itemgetter("depth"), self.inputs).values())

    def chain(self, kind: str) -> int:
        """The most operations of a kind ("product") or name ("tanh") that stand in a row on one path."""
        return max(self._deepest(lambda facts: int(kind in (facts["kind"], facts["operation"])), self.inputs).values())

    def work_of(self, kind: str) -> int:
        """The scalar operations of all nodes of a kind ("product") or name ("bmm")."""
        return sum(facts["work"] for _, facts in self.nodes.nodes.items() if kind in (facts["kind"], facts["operation"]))

    def count(self, *kinds: str) -> int:
        """How many nodes are of these kinds ("product") or operations ("tanh")."""
        facts = self.nodes.nodes.values()
        return sum(fact["kind"] in kinds or fact["operation"] in kinds for fact in facts)

    def shortest_path(self, i: int, j: int) -> int | None:
        """The fewest arithmetic operations between input i and output j; None where no path leads."""
        try:
            ends = self.inputs[i], self.outputs[j][0]
            return nx.dijkstra_path_length(self.nodes, *ends, lambda _, to, __: self.nodes.nodes[to]["steps"])
        except nx.NetworkXNoPath:
            return None

    def longest_path(self, i: int, j: int) -> int | None:
        """The most arithmetic operations between input i and output j; None where no path leads."""
        return self._deepest(itemgetter("steps"), [self.inputs[i]]).get(self.outputs[j][0])

    def cuts(self, nodes: Iterable[str], source: int, sink: int) -> bool:
        """Do all paths from input `source` to output `sink` (and there are some) run through `nodes`?"""
        ends, nodes = (self.inputs[source], self.outputs[sink][0]), set(nodes)
        if nodes & set(ends):
            raise ValueError(f"to remove an end of the path proves nothing: {sorted(nodes & set(ends))}")
        rest = nx.restricted_view(self.nodes, nodes, [])
        return nx.has_path(self.nodes, *ends) and not nx.has_path(rest, *ends)

    def _deepest(self, weight: Callable[[dict], int], sources: Iterable[str]) -> dict[str, int]:
        """The weight of the heaviest path from any source to each node that one reaches."""
        reached = dict.fromkeys(sources, 0)
        for node, facts in self.nodes.nodes.items():
            before = [reached[earlier] for earlier in self.nodes.pred[node] if earlier in reached]
            if before:
                reached[node] = max(before) + weight(facts)
        return reached


def trace(f: Callable, *inputs: Tensor | list[Tensor]) -> Graph:
    """The graph of f at these inputs. f returns a tensor, or a sequence of tensors or of tuples of them."""
    recorded, result = record(f, inputs)
    places = [result] if isinstance(result, Node) else result
    outputs = tuple(tuple(n.name for n in ([p] if isinstance(p, Node) else p)) for p in places)
    tokens = tuple(node.name for node in recorded if node.operation == "placeholder")
    return Graph(_live(recorded, tokens, outputs), tokens, outputs)


def _live(recorded: list[Node], inputs: tuple[str, ...], outputs: tuple[tuple[str, ...], ...]) -> nx.DiGraph:
    """What lies between the inputs and the outputs: neither constants nor results that nobody uses."""
    read = {node.name: [one.name for one in reads(node)] for node in recorded}  # in the order of execution
    ends = {node for place in outputs for node in place}
    needed, varying = set(ends), set(inputs)
    for node, earlier in reversed(read.items()):
        needed.update(earlier if node in needed else ())
    for node, earlier in read.items():
        varying.update(() if varying.isdisjoint(earlier) else [node])
    kept = ends.union(inputs, needed & varying)
    live = nx.DiGraph()
    for one in recorded:  # also what nobody reads: a write into a buffer has readers that the graph does not show
        facts = _facts(one, one.name in varying)
        if one.name in kept:
            live.add_node(one.name, **facts)
    readers: dict[str, list[str]] = {node: [] for node in live}
    for node in live:
        for before in read[node]:
            if before in kept:
                readers[before].append(node)
    live.add_edges_from((node, reader) for node, some in readers.items() for reader in some)
    return live


def _facts(node: Node, varying: bool) -> dict[str, object]:
    price = cost(node) if varying else CONSTANT
    return {"operation": node.operation, **vars(price), "steps": price.steps, "moved": moved(node) if price.steps else 0}


def brent(work: int | float, span: int | float, processors: int) -> tuple[float, float]:
    """The least time and the most that a greedy schedule takes; work and span in the same unit."""
    return max(work / processors, float(span)), work / processors + span


# Backward nodes that only move numbers.
_MOVES = {
    "Alias",
    "Cat",
    "Clone",
    "Diagonal",
    "Expand",
    "Flip",
    "Permute",
    "Reshape",
    "Select",
    "Slice",
    "Split",
    "Squeeze",
    "Stack",
    "T",
    "Transpose",
    "Unbind",
    "UnsafeView",
    "Unsqueeze",
    "View",
}


def shortest_gradient_path(output: Tensor, leaf: Tensor) -> int | None:
    """The fewest arithmetic backward operations between an output and a leaf; None where no gradient passes.

    Views and the leaf's own AccumulateGrad are free, so this is the length of the forward path in `trace`.
    """
    if output is leaf:
        return 0
    queue, seen = deque([(output.grad_fn, 0)]), set()
    while queue:  # breadth first, free nodes first: lengths come off the queue in order
        function, before = queue.popleft()
        if function is None or function in seen:
            continue
        seen.add(function)
        if getattr(function, "variable", None) is leaf:
            return before
        moves = function.name().split("Backward")[0].rpartition("::")[2] in _MOVES
        for following, _ in function.next_functions:
            queue.appendleft((following, before)) if moves else queue.append((following, before + 1))
    return None
