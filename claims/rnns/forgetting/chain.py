"""Chapter 5, forgetting: what a gate can know, and through how many of them information passes."""

from collections.abc import Callable, Sequence
from functools import partial

import networkx as nx
import torch

from claims.kit import cases, claim, close, exhaustion, holds, reading, show
from claims.subjects.memories import TwoFutures, two_futures
from claims.subjects.traces import traced
from impls.broken.memory import forget_gates_of_the_backward_direction, forget_gates_peek_nearly
from impls.counting.graph import Graph
from impls.recurrent import lstm
from impls.recurrent.recurrence import unroll
from impls.tracing.systems import ELMAN, GRU, LSTM, MINGRU, MINGRU_SCAN, PREFIX_ATTENTION, System

# --- what a gate can know -------------------------------------------------------------------------------------------

Gates = Callable[[lstm.LSTM, torch.Tensor], torch.Tensor]


def nor_does_the_present_one(two: TwoFutures, gates: Gates) -> None:
    """The first token in which the continuations differ is the present one of the last gate compared."""
    t = len(two.past) + 1
    one, other = (gates(two.network, x)[:t] for x in two.inputs())
    close(one, other, 0.0, f"forget gates of the first {t} tokens, the last of them exchanged")


def no_earlier_token_changes_a_gate(two: TwoFutures, gates: Gates) -> None:
    t = len(two.past)
    after_all, after_none = gates(two.network, two.inputs()[0])[t:], gates(two.network, torch.from_numpy(two.future))
    close(after_all, after_none, 0.0, f"forget gates with and without the {t} tokens before")


@claim(
    "forgetting.gate-cannot-foresee",
    says="The forget gate reads the present and the past; it cannot know what will matter later.",
    lines=(223,),
    expect="supported",
    as_written=reading(two=two_futures(), gates=lstm.forget_gates),
    altered={
        "The forget gate reads the past and not the present token.": reading(
            nor_does_the_present_one, two=two_futures(widest=1), gates=lstm.forget_gates
        ),
        "The forget gate reads the present and the future; it cannot know what mattered earlier.": reading(
            no_earlier_token_changes_a_gate, two=two_futures(widest=1), gates=lstm.forget_gates
        ),
    },
    fails_for={
        "near miss: one part in 10¹⁰ of the next gate leaks in": reading(
            two=two_futures(widest=1), gates=forget_gates_peek_nearly
        ),
        "the backward half of a bidirectional LSTM": reading(
            two=two_futures(widest=1), gates=forget_gates_of_the_backward_direction
        ),
    },
    teach="Whatever comes afterwards, the gate has already decided. A network can learn what *tends* to matter; attention "
    "decides when the question is asked.",
    not_shown="That deciding early costs anything: a large enough state may keep everything.",
    cites=("gers2000",),
)
def no_later_token_changes_a_gate(two: TwoFutures, gates: Gates) -> None:
    t = len(two.past)
    one, other = (gates(two.network, x)[:t] for x in two.inputs())
    show("forget gates with one continuation", one)
    show("forget gates with the other", other)
    close(one, other, 0.0, f"forget gates of the first {t} tokens")


# --- through how many gates -----------------------------------------------------------------------------------------


def step_of_1997(p: lstm.LSTM, state: tuple[torch.Tensor, torch.Tensor], x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The cell before Gers et al. gave it a forget gate: C_t = C_{t-1} + i_t * C̃_t."""
    h, C = state
    _, i, candidate, o = lstm.gates(p, h, x)
    C = C + i * candidate
    return o * torch.tanh(C), C


def states_of_1997(p: lstm.LSTM, xs: Sequence[torch.Tensor]) -> list[tuple[torch.Tensor, ...]]:
    zero = torch.zeros_like(p.b_f)
    return unroll(partial(step_of_1997, p), (zero, zero), xs)


LSTM_OF_1997 = System("the LSTM of 1997, without forget gate", LSTM.draw, states_of_1997)


def is_gate(graph: Graph, node: str) -> bool:
    """A sigmoid of something that varies, one minus it, or a product of such."""
    operation, before = graph.nodes.nodes[node]["operation"], graph.nodes.pred[node]
    return operation == "sigmoid" or (operation in ("rsub", "mul") and all(is_gate(graph, earlier) for earlier in before))


def fewest_gates(graph: Graph, token: int, step: int) -> int:
    """Products with a gate on the road from a token to what a later step computes that has the fewest of them."""

    def is_product_with_a_gate(_: str, node: str, __: dict) -> int:
        product = graph.nodes.nodes[node]["operation"] == "mul"
        return int(product and any(is_gate(graph, factor) for factor in graph.nodes.pred[node]))

    fewest = nx.single_source_dijkstra_path_length(graph.nodes, graph.inputs[token], weight=is_product_with_a_gate)
    return min(fewest[node] for node in graph.outputs[step] if node in fewest)


def one_gate_on_the_whole_way(system: System, n: int) -> None:
    graph = traced(system, n, 2)
    for step in range(n):
        fewest = fewest_gates(graph, 0, step)
        holds(fewest == 1, f"fewest gates from the first token to step {step + 1}: {fewest}, not 1")


def no_gate_on_some_way(system: System, n: int) -> None:
    fewest = fewest_gates(traced(system, n, 2), 0, n - 1)
    holds(fewest == 0, f"fewest gates from the first token to step {n}: {fewest}")


def every_later_step_puts_two_gates_in_the_way(system: System, n: int) -> None:
    graph = traced(system, n, 2)
    for step in range(n):
        fewest = fewest_gates(graph, 0, step)
        holds(fewest >= 1 + 2 * step, f"fewest gates from the first token to step {step + 1}: {fewest}, not {1 + 2 * step}")


@claim(
    "forgetting.chain-of-gates",
    says="In an LSTM or a GRU information must pass a chain of gates to survive.",
    lines=(224,),
    expect="supported",
    uses=("forgetting.lstm-equations",),
    by=exhaustion(),
    as_written=reading(system=cases((LSTM, GRU)), n=cases(range(1, 7)), on_the_way_in=1),
    altered={
        "In an LSTM or a GRU information need not pass any gate to survive.": reading(
            no_gate_on_some_way, system=cases((LSTM, GRU)), n=cases(range(1, 7))
        ),
        "In an LSTM or a GRU information must pass one gate to survive, however far it goes.": reading(
            one_gate_on_the_whole_way, system=cases((LSTM, GRU)), n=cases(range(1, 7))
        ),
        "In an LSTM or a GRU information must pass two gates a step, the forget and the input gate.": reading(
            every_later_step_puts_two_gates_in_the_way, system=cases((LSTM, GRU)), n=cases(range(1, 7))
        ),
    },
    holds_for={"the minimal GRU, step by step": reading(system=MINGRU, n=cases(range(1, 7)), on_the_way_in=1)},
    fails_for={
        "near miss: two gates on the way in": reading(system=cases((LSTM, GRU)), n=cases(range(1, 7)), on_the_way_in=2),
        "the LSTM of 1997: one gate on the way in, and no more": reading(system=LSTM_OF_1997, n=cases((2, 4)), on_the_way_in=1),
        "the minimal GRU, by scan": reading(system=MINGRU_SCAN, n=cases((4, 8)), on_the_way_in=1),
        "the tanh network": reading(system=ELMAN, n=cases((1, 4)), on_the_way_in=1),
        "self-attention over prefixes": reading(system=PREFIX_ATTENTION, n=cases((1, 4)), on_the_way_in=1),
    },
    teach="Count the products with a gate along every path of the graph: one on the way in, one for each later step, and "
    "along the cell no others. How long the chain is does not say what is left at its end, see forgetting.every-gate-loses. A "
    "scan multiplies the gates among themselves first: fewer products in a row, and the same factor in the end.",
    not_shown="Roads that leave the layer: attention, or a residual connection over many steps, goes round the chain.",
    cites=("hochreiter1997", "gers2000"),
)
def every_later_step_puts_a_gate_in_the_way(system: System, n: int, on_the_way_in: int) -> None:
    """Every path into C_t ends in a product with f_t or i_t, one into h_t in one with o_t (in a GRU with z_t or 1 - z_t)."""
    graph = traced(system, n, 2)
    for token in range(n):
        for step in range(token, n):
            fewest, wanted = fewest_gates(graph, token, step), on_the_way_in + step - token
            holds(fewest >= wanted, f"fewest gates from token {token + 1} to step {step + 1}: {fewest}, not {wanted}")
