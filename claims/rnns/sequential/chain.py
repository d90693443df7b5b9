"""Which steps must wait for which."""

from collections.abc import Callable
from dataclasses import dataclass

import networkx as nx
import torch

from claims.kit import at_least, at_most, cases, claim, exhaustion, holds, reading, search, show
from claims.kit.domains import reals, seeds, whole
from claims.subjects.traces import traced
from impls.broken.chains import fed_the_token_before
from impls.counting.graph import trace
from impls.learning import bptt
from impls.recurrent import elman, linear
from impls.tracing.systems import (
    BIDIRECTIONAL,
    DILATED,
    ELMAN,
    GRU,
    LSTM,
    PREFIX_ATTENTION,
    SKIP,
    STACKED_ELMAN,
    System,
)  # fmt: skip

WHOLE, STATE_ALONE, CELL_ALONE = slice(None), slice(0, 1), slice(1, 2)


def no_state_between_is_a_cut(system: System, part: slice, n: int) -> None:
    graph = traced(system, n, 2)
    for token in range(n - 2):
        for step in range(token, n - 1):
            message = f"{n} tokens: token {token + 1} reaches the last state through state {step + 1} alone"
            holds(not graph.cuts(graph.outputs[step][part], token, n - 1), message)


def every_token_between_is_a_cut(system: System, n: int) -> None:
    graph = traced(system, n, 2)
    for token in range(n - 2):
        for step in range(token + 1, n - 1):
            message = f"{n} tokens: token {token + 1} reaches the last state without passing token {step + 1}"
            holds(graph.cuts([graph.inputs[step]], token, n - 1), message)


PREDICTING = System(
    "Elman RNN that predicts at every step", ELMAN.draw, lambda p, xs: [(h, p.W_x @ h) for (h,) in ELMAN.run(p, xs)]
)
PREDICTION_ALONE = slice(1, 2)


@claim(
    "sequential.chain-through-every-state",
    says="Whatever an earlier token does to a later state, it does through the state of every step in between.",
    lines=(51, 72),
    expect="supported",
    by=search(cases=60),
    as_written=reading(system=ELMAN, part=WHOLE, n=whole(3, 8)),
    altered={
        "What an earlier token does to a later state, it does in part past the states in between.": reading(
            no_state_between_is_a_cut, system=ELMAN, part=WHOLE, n=whole(3, 8)
        ),
        "What an earlier token does to a later state, it does through the token of every step in between.": reading(
            every_token_between_is_a_cut, system=ELMAN, n=whole(3, 8)
        ),
        "What an earlier token does to a later state, it does through the prediction of every step in between.": reading(
            system=PREDICTING, part=PREDICTION_ALONE, n=whole(3, 8)
        ),
    },
    holds_for={
        "the LSTM, its state being the pair (h, C)": reading(system=LSTM, part=WHOLE, n=whole(3, 8)),
        "the GRU": reading(system=GRU, part=WHOLE, n=whole(3, 8)),
        "a network that predicts at every step, its state alone": reading(system=PREDICTING, part=STATE_ALONE, n=whole(3, 8)),
        "two layers, the states of both together": reading(system=STACKED_ELMAN(2), part=WHOLE, n=whole(3, 8)),
    },
    fails_for={
        "near miss: h alone in an LSTM": reading(system=LSTM, part=STATE_ALONE, n=whole(3, 8)),
        "near miss: C alone in an LSTM": reading(system=LSTM, part=CELL_ALONE, n=whole(3, 8)),
        "a skip over two steps": reading(system=SKIP, part=WHOLE, n=whole(3, 8)),
        "causal attention": reading(system=PREFIX_ATTENTION, part=WHOLE, n=whole(3, 8)),
        "dilated convolution": reading(system=DILATED(2), part=WHOLE, n=whole(3, 8)),
    },
    teach="The *whole* state of each step is a bottleneck of the graph. In an LSTM that is h and C together: gradients pass "
    "h_t by through C_t, and C_t by through the output gate.",
    not_shown="That the values cannot be found in another way than along this graph: see sequential.step-t-waits-for-t-1.",
    cites=("elman1990", "hochreiter1997"),
)
def every_state_between_is_a_cut(system: System, part: slice, n: int) -> None:
    graph = traced(system, n, 2)
    for token in range(n - 2):
        for step in range(token, n - 1):
            cut = graph.outputs[step][part]
            message = f"{n} tokens: token {token + 1} reaches the last state without passing state {step + 1}"
            holds(graph.cuts(cut, token, n - 1), message)


Edges = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Drawing:
    """A graph of tokens x1 to xn and states h1 to hn, for any n."""

    name: str
    edges: Callable[[int], Edges]


AT_FIVE: Edges = frozenset([
    ("x1", "h1"), ("x2", "h2"), ("x3", "h3"), ("x4", "h4"), ("x5", "h5"), ("h1", "h2"), ("h2", "h3"), ("h3", "h4"), ("h4", "h5"),
])  # fmt: skip


def states_of(n: int) -> Edges:
    """An arrow from each state to the next."""
    return frozenset((f"h{t}", f"h{t + 1}") for t in range(1, n))


def arrows(n: int, back: int = 0) -> Edges:
    """An arrow to each state from its token, or from the one so many steps back."""
    return frozenset((f"x{t - back}", f"h{t}") for t in range(1 + back, n + 1))


def chain_of(n: int) -> Edges:
    """An arrow from each token to its state, and from each state to the next: 2n - 1."""
    return states_of(n) | arrows(n)


AS_DRAWN = Drawing("as drawn, the last token being the fifth", lambda n: AT_FIVE)
CONTINUED = Drawing("the same for n tokens: 2n - 1 arrows", chain_of)
ONE_MISSING = Drawing("the arrow from h2 to h3 left out", lambda n: AT_FIVE - {("h2", "h3")})
TOKEN_BEFORE = Drawing("an arrow to each state from the token before its own", lambda n: states_of(n) | arrows(n, 1))
EVERY_TOKEN = Drawing(
    "an arrow to each state from every token up to its own", lambda n: states_of(n).union(*(arrows(n, back) for back in range(n)))
)
TURNED_ROUND = Drawing(
    "an arrow from each state to its own token", lambda n: states_of(n) | {(state, token) for token, state in arrows(n)}
)
ONE_TOO_MANY = Drawing("an arrow from h1 to h3 added", lambda n: AT_FIVE | {("h1", "h3")})


def step_by_step_graph(system: System, n: int) -> Edges:
    """The trace with every step contracted to one node: whatever is computed belongs to the first state that it reaches."""
    whole = traced(system, n, 2)
    step = {token: f"x{t}" for t, token in enumerate(whole.inputs, 1)}
    for t, position in enumerate(whole.outputs, 1):
        for node in set(position).union(*(nx.ancestors(whole.nodes, part) for part in position)):
            step.setdefault(node, f"h{t}")
    return frozenset((step[a], step[b]) for a, b in whole.nodes.edges if step[a] != step[b])


@claim(
    "sequential.chain-diagram",
    says="Drawn as a graph, a recurrent network is a chain of states, and each has an arrow from its own token.",
    lines=tuple(range(53, 71)),
    expect="supported",
    uses=("sequential.chain-through-every-state",),
    by=exhaustion(),
    as_written=reading(system=ELMAN, drawing=cases((AS_DRAWN, CONTINUED)), n=5),
    altered={
        "A recurrent network is a chain of states, and each has an arrow from the token before its own.": reading(
            system=ELMAN, drawing=TOKEN_BEFORE, n=5
        ),
        "A recurrent network is a chain of states, and each has an arrow from every token so far.": reading(
            system=ELMAN, drawing=EVERY_TOKEN, n=5
        ),
        "A recurrent network is a chain of states, and each has an arrow to its own token.": reading(
            system=ELMAN, drawing=TURNED_ROUND, n=5
        ),
    },
    holds_for={
        "any number of tokens": reading(system=ELMAN, drawing=CONTINUED, n=cases(range(1, 17), "whole numbers from 1 to 16")),
        "the GRU": reading(system=GRU, drawing=AS_DRAWN, n=5),
        "the LSTM, h and C taken together": reading(system=LSTM, drawing=AS_DRAWN, n=5),
        "two layers, the states of both taken together": reading(system=STACKED_ELMAN(2), drawing=AS_DRAWN, n=5),
    },
    fails_for={
        "near miss: one arrow left out": reading(system=ELMAN, drawing=ONE_MISSING, n=5),
        "near miss: one arrow added": reading(system=ELMAN, drawing=ONE_TOO_MANY, n=5),
        "a recurrence that skips a step": reading(system=SKIP, drawing=AS_DRAWN, n=5),
        "each step fed the token before its own": reading(system=fed_the_token_before(ELMAN), drawing=AS_DRAWN, n=5),
        "causal attention": reading(system=PREFIX_ATTENTION, drawing=AS_DRAWN, n=5),
        "both directions": reading(system=BIDIRECTIONAL, drawing=AS_DRAWN, n=5),
    },
    teach="Ten nodes and nine arrows at five tokens, 2n and 2n - 1 at n. A node is a whole step: what it takes to make one state "
    "is four operations in a row, drawn as one. h_0 is a constant and is left out.",
    not_shown="Outputs y_t, which branch off the chain and which nothing in it reads.",
    cites=("elman1990",),
)
def the_drawing_is_the_trace_with_its_steps_contracted(system: System, drawing: Drawing, n: int) -> None:
    drawn, found = drawing.edges(n), step_by_step_graph(system, n)
    show("arrows found", ", ".join(f"{a}→{b}" for a, b in sorted(found)))
    missing, added = (", ".join(f"{a}→{b}" for a, b in sorted(edges)) for edges in (drawn - found, found - drawn))
    holds(drawn == found, f"drawn but not in the trace: {missing or 'nothing'}; in the trace but not drawn: {added or 'nothing'}")


Activation = Callable[[torch.Tensor], torch.Tensor]
Method = Callable[[elman.Elman, torch.Tensor], tuple[torch.Tensor, int]]


def identity(x: torch.Tensor) -> torch.Tensor:
    return x


def step_by_step(network: elman.Elman, x: torch.Tensor) -> tuple[torch.Tensor, int]:
    """The recurrence carried out as written, and how many times tanh stands in a row in its trace."""
    return elman.run(network, x), trace(lambda *xs: list(elman.run(network, xs)), *x.unbind(0)).chain("tanh")


def sweeps(network: elman.Elman, x: torch.Tensor) -> tuple[torch.Tensor, int]:
    """All states at once, again and again, until none moves by more than 10⁻¹⁰ (Jacobi iteration)."""
    return bptt.jacobi_sweeps(network, x, 1e-10)


def scan(network: elman.Elman, x: torch.Tensor) -> tuple[torch.Tensor, int]:
    """A linear recurrence by an associative scan, and how many operations stand in a row in its trace."""
    A = network.W_h.expand(len(x), *network.W_h.shape).clone()
    b = x @ network.W_x.T
    return linear.scan_matrices(A, b), trace(lambda b: [linear.scan_matrices(A, b)], b).span


def network_with(gamma: float, d: int, generator: torch.Generator) -> elman.Elman:
    """Recurrent weights with all singular values equal to gamma, no bias."""
    p = elman.orthogonal(d, d, generator)
    return elman.Elman(gamma * p.W_h, p.W_x, torch.zeros(d, dtype=torch.float64))


def rounds_for_n_states(method: Method, activation: Activation, n: int, d: int, gamma: float, size: float, seed: int) -> int:
    """How many follow one another, once the method has found the states."""
    generator = torch.Generator().manual_seed(seed)
    network = network_with(gamma, d, generator)
    x = size * torch.randn(n, d, generator=generator, dtype=torch.float64)
    states, rounds = method(network, x)
    error = float((states - elman.run(network, x, activation=activation)).abs().max())
    if error > 1e-8:  # then the rounds say nothing
        raise ArithmeticError(f"{method.__name__} is off by {error:.3g}: it did not find the states")
    show("tokens", n)
    show("rounds", rounds)
    return rounds


def n_states_take_fewer_rounds(
    method: Method, activation: Activation, n: int, d: int, gamma: float, size: float, seed: int
) -> None:
    at_most(rounds_for_n_states(method, activation, n, d, gamma, size, seed), n - 1, "rounds one after another")


BY_STEPS = {"method": step_by_step, "activation": torch.tanh}
BY_SWEEPS = {"method": sweeps, "activation": torch.tanh}


@claim(
    "sequential.step-t-waits-for-t-1",
    says="No state can be computed before the one before it is done, so n states take n rounds one after another.",
    lines=(51, 72),
    expect="qualified",
    uses=("sequential.chain-through-every-state",),
    by=search(cases=60),
    as_written=reading(n=whole(40, 120), d=whole(1, 8), gamma=reals(0.25, 0.5), size=reals(0.25, 2), seed=seeds(), **BY_SWEEPS),
    amended={
        "by sweeps over all steps, when nothing is forgotten (orthogonal weights, inputs of size 0.01)": reading(
            n=whole(1, 120), d=whole(2, 8), gamma=1.0, size=0.01, seed=seeds(), **BY_SWEEPS
        ),
    },
    altered={
        "Carried out step by step, n states take fewer than n rounds one after another.": reading(
            n_states_take_fewer_rounds, n=whole(1, 12), d=whole(1, 4), gamma=reals(0, 2), size=1.0, seed=seeds(), **BY_STEPS
        ),
        "By sweeps over all steps, n states take n rounds when everything is forgotten.": reading(
            n=whole(1, 120), d=whole(2, 8), gamma=0.0, size=0.01, seed=seeds(), **BY_SWEEPS
        ),
    },
    holds_for={
        "by definition: the recurrence is carried out step by step": reading(
            n=whole(1, 12), d=whole(1, 4), gamma=reals(0, 2), size=1.0, seed=seeds(), **BY_STEPS
        ),
    },
    fails_for={
        "near miss: by sweeps, when little is forgotten (singular values 0.9)": reading(
            n=whole(300, 400), d=whole(1, 8), gamma=0.9, size=reals(0.25, 2), seed=seeds(), **BY_SWEEPS
        ),
        "a linear recurrence, by scan": reading(
            method=scan, activation=identity, n=whole(16, 64), d=whole(1, 3), gamma=reals(0.25, 1), size=1.0, seed=seeds()
        ),
    },
    witness={
        "1024 tokens, γ = ½: fewer than thirty sweeps": reading(n=1024, d=8, gamma=0.5, size=1.0, seed=1, **BY_SWEEPS),
        "the same network on 64 tokens takes one less": reading(n=64, d=8, gamma=0.5, size=1.0, seed=1, **BY_SWEEPS),
    },
    teach="An RNN parallelises to the degree that it forgets. Guess all states, apply the step to all at once, repeat: a sweep "
    "shrinks the error by γ = σ_max(W_h), so the sweeps do not grow with n. A linear recurrence takes ⌈log₂ n⌉ rounds.",
    not_shown="A lower bound for all methods: none is known. Sweeps give the states to 10⁻¹⁰, not to the last bit.",
    cites=("lim2024", "martin2018", "blelloch1990"),
)
def n_states_take_n_rounds(method: Method, activation: Activation, n: int, d: int, gamma: float, size: float, seed: int) -> None:
    at_least(rounds_for_n_states(method, activation, n, d, gamma, size, seed), n, "rounds one after another")
