"""Chapter 2, sequential computation: which steps must wait for which, and what hardware can do about it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import networkx as nx
import torch

from claims import printed
from claims.figures.sequential import speedup_on_processors, time_on_processors
from claims.kit import at_least, at_most, cases, claim, exhaustion, holds, measure, reading, search, show, trials
from claims.kit.domains import reals, seeds, whole
from claims.printed import BASE, BIG, GNMT, Cost, Trained, by_the_clock, gpu_hours, operations, parameters
from claims.traces import traced
from impls import bptt, elman, linear, transformer
from impls.graph import trace
from impls.systems import (
    BIDIRECTIONAL,
    CAUSAL_ATTENTION,
    DILATED,
    ELMAN,
    GRU,
    LSTM,
    PREFIX_ATTENTION,
    SELF_ATTENTION,
    SKIP,
    STACKED_ELMAN,
    System,
)  # fmt: skip
from impls.timing import Layer, attention_alone, lstm, seconds_a_step, transformer_layer

# --- what waits for what --------------------------------------------------------------------------------------------

WHOLE, STATE_ALONE, CELL_ALONE = slice(None), slice(0, 1), slice(1, 2)


@claim(
    "sequential.chain-through-every-state",
    says="Whatever an earlier token does to a later state, it does through the state of every step in between.",
    lines=(51, 72),
    expect="supported",
    by=search(cases=60),
    as_written=reading(system=ELMAN, part=WHOLE, n=whole(3, 8)),
    holds_for={
        "the LSTM, its state being the pair (h, C)": reading(system=LSTM, part=WHOLE, n=whole(3, 8)),
        "the GRU": reading(system=GRU, part=WHOLE, n=whole(3, 8)),
        "two layers, the states of both together": reading(system=STACKED_ELMAN(2), part=WHOLE, n=whole(3, 8)),
    },
    fails_for={
        "near miss: h alone in an LSTM": reading(system=LSTM, part=STATE_ALONE, n=whole(3, 8)),
        "near miss: C alone in an LSTM": reading(system=LSTM, part=CELL_ALONE, n=whole(3, 8)),
        "a skip over two steps": reading(system=SKIP, part=WHOLE, n=whole(3, 8)),
        "causal attention": reading(system=PREFIX_ATTENTION, part=WHOLE, n=whole(3, 8)),
        "dilated convolution": reading(system=DILATED(2), part=WHOLE, n=whole(3, 8)),
    },
    teach="The *whole* state of each step is a bottleneck of the graph. In an LSTM that is h and C together: gradients go round "
    "h_t through C_t, and round C_t through the output gate.",
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


def chain_of(n: int) -> Edges:
    """An arrow from each token to its state, and from each state to the next: 2n - 1."""
    return frozenset([(f"x{t}", f"h{t}") for t in range(1, n + 1)] + [(f"h{t}", f"h{t + 1}") for t in range(1, n)])


AS_DRAWN = Drawing("as drawn, the last token being the fifth", lambda n: AT_FIVE)
CONTINUED = Drawing("the same for n tokens: 2n - 1 arrows", chain_of)
ONE_MISSING = Drawing("the arrow from h2 to h3 left out", lambda n: AT_FIVE - {("h2", "h3")})
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
    by=exhaustion(),
    as_written=reading(system=ELMAN, drawing=cases((AS_DRAWN, CONTINUED)), n=5),
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
        "causal attention": reading(system=PREFIX_ATTENTION, drawing=AS_DRAWN, n=5),
        "both directions": reading(system=BIDIRECTIONAL, drawing=AS_DRAWN, n=5),
    },
    teach="Ten nodes and nine arrows at five tokens, 2n and 2n - 1 at n. A node is a whole step: what it takes to make one state "
    "is four operations in a row, drawn as one. h_0 is a constant and is left out.",
    not_shown="Outputs y_t, which hang off the chain and are read by nothing in it.",
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


@claim(
    "sequential.step-t-waits-for-t-1",
    says="No state can be had before the one before it is done, so n states take n rounds one after another.",
    lines=(51, 72),
    expect="qualified",
    by=search(cases=60),
    as_written=reading(
        method=sweeps,
        activation=torch.tanh,
        n=whole(40, 120),
        d=whole(1, 8),
        gamma=reals(0.25, 0.5),
        size=reals(0.25, 2),
        seed=seeds(),
    ),
    amended={
        "the recurrence is carried out step by step": reading(
            method=step_by_step, activation=torch.tanh, n=whole(1, 12), d=whole(1, 4), gamma=reals(0, 2), size=1.0, seed=seeds()
        ),
        "by sweeps over all steps, when nothing is forgotten (orthogonal weights, inputs of size 0.01)": reading(
            method=sweeps, activation=torch.tanh, n=whole(1, 120), d=whole(2, 8), gamma=1.0, size=0.01, seed=seeds()
        ),
    },
    fails_for={
        "near miss: by sweeps, when little is forgotten (singular values 0.9)": reading(
            method=sweeps, activation=torch.tanh, n=whole(300, 400), d=whole(1, 8), gamma=0.9, size=reals(0.25, 2), seed=seeds()
        ),
        "a linear recurrence, by scan": reading(
            method=scan, activation=identity, n=whole(16, 64), d=whole(1, 3), gamma=reals(0.25, 1), size=1.0, seed=seeds()
        ),
    },
    witness={
        "1024 tokens, γ = ½: some fifteen sweeps": reading(
            method=sweeps, activation=torch.tanh, n=1024, d=8, gamma=0.5, size=1.0, seed=1
        ),
        "the same network on 64 tokens takes as many": reading(
            method=sweeps, activation=torch.tanh, n=64, d=8, gamma=0.5, size=1.0, seed=1
        ),
    },
    teach="An RNN parallelises to the degree that it forgets. Guess all states, apply the step to all at once, repeat: a sweep "
    "shrinks the error by γ = σ_max(W_h), so the sweeps do not grow with n. A linear recurrence takes ⌈log₂ n⌉ rounds.",
    not_shown="A lower bound over all conceivable methods: none is known. Sweeps give the states to 10⁻¹⁰, not to the last bit.",
    cites=("lim2024", "martin2018", "blelloch1990"),
)
def n_states_take_n_rounds(method: Method, activation: Activation, n: int, d: int, gamma: float, size: float, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    network = network_with(gamma, d, generator)
    x = size * torch.randn(n, d, generator=generator, dtype=torch.float64)
    states, rounds = method(network, x)
    error = float((states - elman.run(network, x, activation=activation)).abs().max())
    if error > 1e-8:  # then the rounds say nothing
        raise ArithmeticError(f"{method.__name__} is off by {error:.3g}: it did not find the states")
    show("tokens", n)
    show("rounds", rounds)
    at_least(rounds, n, "rounds one after another")


# --- what hardware can do -------------------------------------------------------------------------------------------


def average_parallelism(system: System, n: int, d: int) -> float:
    """Work over span: how many processors can be kept busy on average, width included."""
    graph = traced(system, n, d)
    return graph.work / graph.span_bounded


@claim(
    "sequential.o1-parallelism",
    says="A chain of n dependent steps offers parallelism that does not grow with n, however many cores there are.",
    lines=(72, 76),
    expect="supported",
    by=search(cases=40),
    as_written=reading(system=ELMAN, n=whole(1, 48), d=whole(1, 4)),
    holds_for={
        "the LSTM": reading(system=LSTM, n=whole(1, 16), d=whole(1, 3)),
        "the GRU": reading(system=GRU, n=whole(1, 16), d=whole(1, 3)),
    },
    fails_for={
        "self-attention": reading(system=SELF_ATTENTION, n=whole(1, 256), d=whole(1, 4)),
        "causal self-attention": reading(system=CAUSAL_ATTENTION, n=whole(1, 256), d=whole(1, 4)),
    },
    teach="Count scalar operations: work W and span S. An RNN has W and S both proportional to n, so W/S, the processors it "
    "can keep busy, is set by its width. In attention W grows and S hardly does.",
    not_shown="Parallelism over width, batch and layers, which an RNN has too: L layers take n + L - 1 steps, not nL.",
    cites=("brent1974", "vaswani2017"),
    figure=speedup_on_processors,
)
def parallelism_stays_below_the_work_of_one_step(system: System, n: int, d: int) -> None:
    one_more_token = traced(system, 2, d).work - traced(system, 1, d).work
    parallelism = average_parallelism(system, n, d)
    show("work of one more token, in operations", one_more_token)
    show("work over span", parallelism)
    at_most(parallelism, one_more_token, f"processors kept busy by {n} tokens")


@dataclass(frozen=True)
class Products:
    """How many matrix products must follow one another, and how many that should be at length n."""

    name: str
    chained: Callable[[int], int]
    promised: Callable[[int], int]


def recurrent_products(n: int) -> int:
    """Products in a row in an Elman network of width 2 on n tokens."""
    return traced(ELMAN, n, 2).chain("product")


def transformer_products(n: int) -> int:
    """Products in a row in a Transformer layer of width 2 on n tokens, taken together as one matrix."""
    p = transformer.draw(2, 1, torch.Generator().manual_seed(0))
    tokens = torch.ones(n, 2, dtype=torch.float64)
    return trace(lambda X: [transformer.run(p, X)], tokens).chain("product")


def length(n: int) -> int:
    return n


def one(n: int) -> int:
    return 1


def six(n: int) -> int:
    """Queries with keys; scores; values; output projection; two of the feed-forward network."""
    return 6


LENGTHS = cases((2, 16, 64, 512))
RECURRENT = Products("RNN: as many as tokens", recurrent_products, length)


@claim(
    "sequential.512-steps",
    says="On 512 tokens a recurrent network takes 512 steps that wait for one another, a Transformer a single matrix product.",
    lines=(78, 79, 80),
    expect="qualified",
    by=exhaustion(),
    as_written=reading(part=cases((RECURRENT, Products("Transformer: one", transformer_products, one))), n=LENGTHS),
    amended={
        "a fixed number of products a layer, whatever the length": reading(
            part=cases((RECURRENT, Products("Transformer: the same at all lengths", transformer_products, six))), n=LENGTHS
        ),
    },
    fails_for={
        "near miss: one step fewer than tokens": reading(
            part=Products("RNN: one fewer", recurrent_products, lambda n: n - 1), n=LENGTHS
        ),
        "the Transformer growing with the length": reading(
            part=Products("Transformer: as many as tokens", transformer_products, length), n=LENGTHS
        ),
    },
    teach="512 dependent steps against a number that depends on the depth of the network and not on the length: six products "
    "in a row for each layer, whatever n.",
    not_shown="How long a product takes: the Transformer's grow with n² in work.",
    cites=("vaswani2017",),
)
def products_in_a_row(part: Products, n: int) -> None:
    show("matrix products in a row", part.chained(n))
    show("promised", part.promised(n))
    holds(part.chained(n) == part.promised(n), f"{part.name}: {part.chained(n)} in a row at n = {n}, not {part.promised(n)}")


@claim(
    "sequential.speedup-needs-parallel-hardware",
    says="Attention owes its advantage in time over recurrence to parallel hardware: on one core it has none.",
    lines=(76, 82, 355),
    expect="qualified",
    by=trials(seeds=20, alpha=0.01, beats=0.5, timed=True),
    as_written=reading(rival=attention_alone(128), n=16, seed=seeds()),
    amended={
        "a whole Transformer layer, feed-forward network included": reading(rival=transformer_layer(128), n=256, seed=seeds()),
        "attention alone, on sequences of four times the width": reading(rival=attention_alone(128), n=512, seed=seeds()),
    },
    fails_for={"an LSTM of a quarter of the width as the rival": reading(rival=lstm(32), n=64, seed=seeds())},
    holds_for={"an LSTM of four times the width as the rival": reading(rival=lstm(512), n=64, seed=seeds())},
    teach="On one core time follows work: 16d² operations a token for the LSTM, 24d² + 4nd for a Transformer layer, 8d² + 4nd "
    "for attention alone. So attention alone wins while n < 2d, by doing less; a whole layer wins only where many "
    "processors share its work: time lies between max(W/p, S) and W/p + S.",
    not_shown="Measurements on a GPU. The curves for many processors follow from work and span; they are not measured.",
    cites=("brent1974", "vaswani2017"),
    figure=time_on_processors,
)
def a_recurrent_layer_is_no_slower_on_one_core(rival: Layer, n: int, seed: int) -> None:
    recurrent, other = seconds_a_step((lstm(128), rival), n, seed)
    measure(time_ratio=recurrent / other, LSTM_ms=1000 * recurrent, rival_ms=1000 * other)
    show("time of the LSTM over time of the rival", recurrent / other)
    holds(recurrent <= other, f"the LSTM takes {recurrent / other:.2f} times as long")


# --- what the table of systems shows --------------------------------------------------------------------------------

RECURRENT_ROWS = cases([row for row in printed.TABLE if row.recurrent], "each recurrent row of the table: GNMT alone")
BOTH_COSTS = cases((by_the_clock, gpu_hours))


@claim(
    "sequential.base-beats-all-rnns",
    says="In the essay's table the base Transformer has more BLEU than every recurrent model, after less training.",
    lines=(95,),
    expect="supported",
    by=exhaustion(),
    as_written=reading(model=BASE, rival=RECURRENT_ROWS, cost=BOTH_COSTS),
    holds_for={
        "the convolutional row, by the clock": reading(model=BASE, rival=printed.BYTENET, cost=by_the_clock),
        "every recurrent system as published for German, in operations": reading(
            model=BASE, rival=cases(printed.PUBLISHED), cost=operations
        ),
    },
    fails_for={
        "the big Transformer as the rival": reading(model=BASE, rival=BIG, cost=BOTH_COSTS),
        "near miss: GNMT with 27.3 as well": reading(model=BASE, rival=replace(GNMT, bleu=BASE.bleu), cost=BOTH_COSTS),
        "near miss: ConvS2S over GNMT, 26.4 against 26.3: both may be 26.35": reading(
            model=printed.CONVS2S, rival=GNMT, cost=parameters
        ),
        "near miss: the big model, with 28 GPU-days against 28": reading(model=BIG, rival=GNMT, cost=BOTH_COSTS),
        "English to French, as published: 38.1 against 39.92": reading(
            model=printed.BASE_FRENCH, rival=printed.GNMT_FRENCH, cost=operations
        ),
    },
    teach="The table has one recurrent row; ByteNet is convolutional. Against GNMT the base gains a point with a seventh of the "
    "GPU-time. As published, that is a lead over eight GNMTs together; over one it is 2.7, for a seventh of the operations.",
    not_shown="Whether the printed figures are the published ones: GNMT's time, GPUs and parameters are not. Recurrent models of "
    "later years, of which Chen et al. (2018) report a better one. What a GPU of either kind can do.",
    cites=("vaswani2017", "shazeer2017", "chen2018"),
)
def more_bleu_for_less(model: Trained, rival: Trained, cost: Cost) -> None:
    """For all numbers that print so: the lowest BLEU of the one against the highest of the other."""
    show("BLEU of the two", [model.bleu.name, rival.bleu.name])
    show(cost.__name__.replace("_", " "), [cost(model).name, cost(rival).name])
    holds(model.bleu.low > rival.bleu.high, f"{model.name} has a BLEU of {model.bleu.name}, {rival.name} {rival.bleu.name}")
    holds(cost(model).high < cost(rival).low, f"{model.name} takes {cost(model).name}, {rival.name} {cost(rival).name}")


NO_HARM, EITHER_WAY = reals(0, 3), reals(-3, 3)


@claim(
    "sequential.signature-of-architecture",
    says="That the base Transformer leads with fewer parameters shows that its architecture is the better one.",
    lines=(95,),
    expect="qualified",
    by=search(cases=100),
    as_written=reading(winner=BASE, loser=GNMT, by_parameters=NO_HARM, by_time=NO_HARM, otherwise=EITHER_WAY),
    amended={
        "besides architecture only parameters and GPU-time set the two apart, and neither does harm": reading(
            winner=BASE, loser=GNMT, by_parameters=NO_HARM, by_time=NO_HARM, otherwise=0.0
        )
    },
    holds_for={
        "the same, with GNMT as published": reading(
            winner=BASE, loser=printed.GNMT_PUBLISHED, by_parameters=NO_HARM, by_time=NO_HARM, otherwise=0.0
        )
    },
    fails_for={
        "near miss: parameters may do harm": reading(
            winner=BASE, loser=GNMT, by_parameters=EITHER_WAY, by_time=NO_HARM, otherwise=0.0
        ),
        "near miss: GPU-time may do harm": reading(
            winner=BASE, loser=GNMT, by_parameters=NO_HARM, by_time=EITHER_WAY, otherwise=0.0
        ),
        "the big Transformer's lead over the base": reading(
            winner=BIG, loser=BASE, by_parameters=NO_HARM, by_time=NO_HARM, otherwise=0.0
        ),
    },
    teach="The figures do rule out parameters and GPU-time: the base has a sixth of the one and a seventh of the other. They "
    "cannot tell architecture from what changed along with it, and such things weigh as much: eight GNMTs together, which the "
    "26.3 stands for, have 1.7 more than one. An LSTM with the newer training later beat the Transformer (Chen et al., 2018).",
    not_shown="What each difference in training is worth: that takes runs alike in all else. Effects that do not add up.",
    cites=("vaswani2017", "shazeer2017", "chen2018"),
)
def something_is_left_for_the_architecture(
    winner: Trained, loser: Trained, by_parameters: float, by_time: float, otherwise: float
) -> None:
    """`by_parameters` and `by_time` are BLEU for each doubling; `otherwise` is what all else that sets the two apart adds."""
    lead = winner.bleu - loser.bleu
    larger, longer = parameters(winner) / parameters(loser), gpu_hours(winner) / gpu_hours(loser)
    grown = max(by_parameters * doublings + 0.0 for doublings in larger.doublings)  # + 0.0, or it may read -0
    trained = max(by_time * doublings + 0.0 for doublings in longer.doublings)
    left = float(lead.low) - grown - trained - otherwise
    show("lead in BLEU", lead.name)
    show("explained by parameters, by GPU-time and by other causes, at most", [grown, trained, otherwise])
    holds(
        left > 0,
        f"of {float(lead.low):.3g} BLEU other causes explain {float(lead.low) - left:.3g}: none is left for architecture",
    )
