"""What the steps of a computation have to do with one another, read off its trace (impls.counting.graph).

An operation belongs to the first position whose output needs it. Position t is the t-th output, token t the t-th input, from 0.

    overlap      two operations of different positions, neither of which needs the other: they may be done at once
    handed_on    the memory: the fewest results, each computed from the first t tokens alone, through which all passes that
                 those tokens do to later positions. By Menger's theorem it is the number of paths that share no result, which
                 a maximum flow finds.
    fewest       the fewest operations of a name on any path, "mul" for products entry by entry, as with a gate

`handed_on` counts results, not numbers: in the systems compared, tokens, states and projections are all d numbers wide. Views
carry only what they read, so none is counted. It says what *this* way to compute must remember; another may do with less.
"""

import networkx as nx
from networkx.algorithms.flow import edmonds_karp

from impls.counting.graph import Graph

Place = tuple[str, int]  # the name of an operation and its position


def first_needed(graph: Graph) -> dict[str, int]:
    """The position to which each arithmetic operation belongs, in the order of execution."""
    belongs: dict[str, int] = {}
    for position in reversed(range(len(graph.outputs))):
        for end in graph.outputs[position]:
            belongs |= dict.fromkeys({end} | nx.ancestors(graph.nodes, end), position)
    return {node: belongs[node] for node, steps in graph.nodes.nodes(data="steps") if steps and node in belongs}


def reads_the_past(graph: Graph, node: str, position: int) -> bool:
    """Does an operation of this position need an earlier token?"""
    return not nx.ancestors(graph.nodes, node).isdisjoint(graph.inputs[:position])


def overlap(graph: Graph, past_only: bool = False) -> tuple[Place, Place] | None:
    """Two operations of different positions that may be done at once, if there are any: their names and positions.

    With `past_only` operations count that need an earlier token than their own position's."""
    counted = {
        node: position for node, position in first_needed(graph).items() if not past_only or reads_the_past(graph, node, position)
    }
    for node, position in counted.items():
        after = nx.descendants(graph.nodes, node)
        for other, later in counted.items():
            if later > position and other not in after:
                return (name(graph, node), position), (name(graph, other), later)
    return None


def name(graph: Graph, node: str) -> str:
    return str(graph.nodes.nodes[node]["operation"])


def handed_on(graph: Graph, t: int) -> int:
    """How many results must be kept after t tokens, 0 < t < n."""
    ends = {end for place in graph.outputs[t:] for end in place}
    needed = ends.union(*(nx.ancestors(graph.nodes, end) for end in ends))
    known = needed.difference(graph.inputs[t:], *(nx.descendants(graph.nodes, token) for token in graph.inputs[t:]))
    flow = nx.DiGraph()
    flow.add_nodes_from(("source", "sink"))
    for node in known:  # an edge without a capacity lets any number of paths through
        counts = graph.nodes.nodes[node]["kind"] != "view" or node in graph.inputs
        flow.add_edge((node, "in"), (node, "out"), **({"capacity": 1} if counts else {}))
    flow.add_edges_from(
        ((a, "out"), (b, "in") if b in known else "sink") for a, b in graph.nodes.edges if a in known and b in needed
    )
    flow.add_edges_from(((end, "out"), "sink") for end in ends & known)
    flow.add_edges_from(("source", (token, "in")) for token in graph.inputs[:t] if token in known)
    return int(nx.maximum_flow_value(flow, "source", "sink", flow_func=edmonds_karp))  # fastest where the flow is small


def fewest(graph: Graph, operation: str, i: int, j: int) -> int | None:
    """The fewest operations of that name on a path from token i to output j; None where no path leads."""
    weight = {node: int(name(graph, node) == operation) for node in graph.nodes}
    try:
        return int(nx.dijkstra_path_length(graph.nodes, graph.inputs[i], graph.outputs[j][0], lambda _, to, __: weight[to]))
    except nx.NetworkXNoPath:
        return None
