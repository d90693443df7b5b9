"""Back-propagation through time: what it passes, what truncation keeps of it, and whether there is another way."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import at_least, at_most, claim, close, domain, holds, only, reading, rounding, search, show
from claims.kit.domains import seeds, whole
from claims.kit.domains.matrices import Interval, chains, grid
from claims.subjects.networks import ElmanRun, elman_runs
from impls.broken import cells as broken
from impls.broken import interview as broken_interview
from impls.counting.graph import Graph, trace
from impls.learning import backward, bptt, rtrl
from impls.recurrent import elman
from impls.tracing.positions import alone
from impls.tracing.systems import DILATED, ELMAN, GRU, LSTM, PREFIX_ATTENTION, System

Cuts = Callable[[int, int], Collection[int]]  # of n steps and k, the steps in front of which the graph is severed

# --- through every step ---------------------------------------------------------------------------------------------


def severed(name: str, cuts: Callable[[int], Collection[int]]) -> System:
    """The Elman network whose gradient is cut in front of these of its n steps."""
    return System(name, ELMAN.draw, lambda p, xs: alone(bptt.unroll_severed(p, xs, cuts(len(xs)))))


ALL_BUT_THE_FIRST = severed("the last n - 1 steps", lambda n: bptt.window(n, n - 1))
CHUNKS = severed("chunks of 3 steps", lambda n: bptt.chunks(n, 3))


def passed(system: System, n: int, seed: int) -> list[int]:
    """The positions at which a gradient of the last output arrives, in the order of its arrival; counted from 1."""
    generator, order = torch.Generator().manual_seed(seed), []
    p = system.draw(2, generator)
    tokens = [torch.randn(2, generator=generator, dtype=torch.float64).requires_grad_() for _ in range(n)]
    positions = system.run(p, tokens)
    for t, place in enumerate(positions, start=1):
        for part in place:
            part.register_hook(lambda _, t=t: order.append(t))
    torch.autograd.grad(positions[-1][0].sin().sum(), tokens, allow_unused=True)
    return list(dict.fromkeys(order))


SIZES = {"n": whole(4, 16), "seed": seeds()}


def the_gradient_passes_all_steps_earliest_first(system: System, n: int, seed: int) -> None:
    order = passed(system, n, seed)
    holds(order == list(range(1, n + 1)), f"of {n} steps it passes {', '.join(map(str, order))}")


def the_gradient_passes_all_steps_but_its_own(system: System, n: int, seed: int) -> None:
    """The loss stands at the end of the last step, so that step is the first to be passed."""
    order = passed(system, n, seed)
    holds(order == list(range(n - 1, 0, -1)), f"of {n} steps it passes {', '.join(map(str, order))}")


@claim(
    "interview.bptt-unrolls",
    says="Back-propagation through time goes through every step, from the loss at the end back to the first.",
    lines=(103, 513),
    expect="supported",
    by=search(cases=60),
    as_written=reading(system=ELMAN, **SIZES),
    holds_for={"the LSTM": reading(system=LSTM, **SIZES), "the GRU": reading(system=GRU, **SIZES)},
    fails_for={
        "near miss: a window one step short of the sequence": reading(system=ALL_BUT_THE_FIRST, **SIZES),
        "truncated to chunks": reading(system=CHUNKS, **SIZES),
        "dilated convolution": reading(system=DILATED(2), **SIZES),
        "causal attention": reading(system=PREFIX_ATTENTION, **SIZES),
    },
    altered={
        "Back-propagation through time goes through every step, from the first to the last.": reading(
            the_gradient_passes_all_steps_earliest_first, system=ELMAN, **SIZES
        ),
        "Back-propagation through time goes through every step before the last, back to the first.": reading(
            the_gradient_passes_all_steps_but_its_own, system=ELMAN, **SIZES
        ),
    },
    teach="The unrolled graph is a chain of n steps, and the backward pass goes along it: state n, n - 1, …, 1, each once. So "
    "the gradient takes as many steps in a row as the forward pass, and all states are kept until it has passed.",
    not_shown="A loss at every step: the pass is the same, each step adding its own loss on the way.",
    cites=("werbos1990",),
)
def the_gradient_passes_all_steps_latest_first(system: System, n: int, seed: int) -> None:
    order = passed(system, n, seed)
    show("steps that the gradient passes, in this order", order)
    holds(order == list(range(n, 0, -1)), f"of {n} steps it passes {', '.join(map(str, order))}")


# --- truncation -----------------------------------------------------------------------------------------------------


def total(h: torch.Tensor) -> torch.Tensor:
    """The loss: the units of the last state, added up."""
    return h.sum()


@domain("tanh networks of 1 or 2 units, singular values of W_h in {singular_values}, W_x = I; {steps} inputs within [-½, ½]")
def contracting_runs(singular_values: Interval, steps: tuple[int, int]) -> st.SearchStrategy[ElmanRun]:
    """With W_x = I an input's gradient is the state's times a slope of tanh. Often the inputs are zeros: no unit saturates."""

    @cache
    def make(d: int, n: int) -> st.SearchStrategy[ElmanRun]:
        W_h = chains(every_singular_value=singular_values, size=(d, d), repeat=True).strategy.map(lambda period: period[0])
        rest = {"W_x": np.eye(d), "b": np.zeros(d), "h_0": np.zeros(d), "g": np.ones(d)}
        x = st.just(np.zeros((n, d))) | grid((n, d), (-0.5, 0.5))
        return st.builds(ElmanRun, W_h=W_h, x=x, **{name: st.just(array) for name, array in rest.items()})

    return st.tuples(st.integers(1, 2), st.integers(*steps)).flatmap(lambda drawn: make(*drawn))


def every_step(n: int, k: int) -> range:
    return range(n)


def steps_in_the_window(n: int, k: int) -> range:
    return range(max(0, n - k), n)


def one_more_than_the_window(n: int, k: int) -> range:
    return range(max(0, n - k - 1), n)


def full(n: int, k: int) -> Collection[int]:
    """No cut: all n steps stay connected."""
    return ()


def floor(run: ElmanRun, k: int) -> float:
    """What k steps leave of the loss gradient at least: s (s σ)^(k-1) ‖g‖, s the smallest slope of tanh in this run, σ the
    smallest singular value of W_h. There is no n in it."""
    slope = float(elman.slopes(elman.run(run.network, run.inputs)).min())
    return slope * (slope * float(np.linalg.svd(run.W_h, compute_uv=False).min())) ** (k - 1) * float(np.linalg.norm(run.g))


RUNS = contracting_runs(singular_values=(0.25, 0.9), steps=(1, 24))
EXPANDING = contracting_runs(singular_values=(1.1, 4), steps=(1, 24))
K = whole(1, 4)
ONE = np.ones((1, 1))
STEADY = ElmanRun(W_h=ONE, W_x=ONE, b=np.zeros(1), h_0=np.zeros(1), x=np.zeros((3, 1)), g=np.ones(1))


def sizes(gradients: Sequence[torch.Tensor | None]) -> list[float]:
    return [0.0 if gradient is None else float(gradient.norm()) for gradient in gradients]


def truncation_enlarges_what_arrives(run: ElmanRun, k: int, cuts: Cuts) -> None:
    n = len(run.x)
    short, whole = (sizes(bptt.truncated(total, run.network, run.inputs, cut)) for cut in (cuts(n, k), full(n, k)))
    for t in steps_in_the_window(n, k):
        got, without = short[t], whole[t]
        holds(got > without, f"step {t + 1} of {n} receives {got:.3g}, and {without:.3g} without truncation")


def truncation_prevents_exploding(run: ElmanRun, k: int, cuts: Cuts) -> None:
    """In the sense that nothing larger than the loss's own gradient arrives."""
    largest = max(sizes(bptt.truncated(total, run.network, run.inputs, cuts(len(run.x), k))))
    at_most(largest, float(np.linalg.norm(run.g)), f"largest gradient of a step, with a window of {k}", within=rounding(100))


@claim(
    "interview.tbptt-prevents-vanishing",
    says="Truncated back-propagation prevents the gradient from vanishing.",
    lines=(513,),
    expect="qualified",
    uses=("interview.bptt-unrolls",),
    by=search(cases=100),
    as_written=reading(run=RUNS, k=K, cuts=bptt.window, asked=every_step, lost=0.0),
    amended={
        "only steps that still receive a gradient are counted": reading(
            run=RUNS, k=K, cuts=bptt.window, asked=steps_in_the_window, lost=0.0
        )
    },
    holds_for={
        "without truncation, in the same k steps": reading(run=RUNS, k=K, cuts=full, asked=steps_in_the_window, lost=0.0),
    },
    fails_for={
        "no truncation, all steps": reading(run=RUNS, k=K, cuts=full, asked=every_step, lost=0.0),
        "near miss: the window and one step more": reading(
            run=RUNS, k=K, cuts=bptt.window, asked=one_more_than_the_window, lost=0.0
        ),
        "near miss: a window one step short, in the last k steps": reading(
            run=RUNS, k=whole(2, 4), cuts=broken.window_one_step_short, asked=steps_in_the_window, lost=0.0
        ),
        "near miss: every step of the window receives less by one part in 10¹²": reading(
            run=only(STEADY, "a unit that keeps its gradient over three steps"),
            k=only(2),
            cuts=bptt.window,
            asked=steps_in_the_window,
            lost=1e-12,
        ),
        "chunks, in the last k steps": reading(run=RUNS, k=K, cuts=bptt.chunks, asked=steps_in_the_window, lost=0.0),
    },
    altered={
        "In the steps that still receive a gradient truncation makes it larger than it was.": reading(
            truncation_enlarges_what_arrives, run=RUNS, k=K, cuts=bptt.window
        ),
        "Truncated back-propagation prevents the gradient from exploding.": reading(
            truncation_prevents_exploding, run=EXPANDING, k=K, cuts=bptt.window
        ),
    },
    teach="Truncation does not repair the small gradient of an early step; it drops it. Inside the window each step receives "
    "to the last bit what it would without truncation; beyond it, exactly nothing. So the smallest gradient that is still "
    "used no longer shrinks with the length; the price is every longer dependency.",
    not_shown="Networks whose gradient vanishes within the window: there truncation helps nothing at all.",
    cites=("williams1990", "pascanu2013"),
)
def no_step_receives_less_than_the_window_leaves(
    run: ElmanRun, k: int, cuts: Cuts, asked: Callable[[int, int], range], lost: float
) -> None:
    n = len(run.x)
    arrived = [(1 - lost) * size for size in sizes(bptt.truncated(total, run.network, run.inputs, cuts(n, k)))]
    show("size of each input's gradient, the first step first", arrived)
    show(f"the least that a window of {k} leaves", floor(run, k))
    smallest = min(arrived[t] for t in asked(n, k))
    at_least(smallest, floor(run, k), f"smallest gradient, {n} steps and a window of {k}", within=rounding(40 * n))


def the_gradient_reaches_lag_k(run: ElmanRun, k: int, cuts: Cuts) -> None:
    n = len(run.x)
    gradients = bptt.truncated(total, run.network, run.inputs, cuts(n, k))
    holds(n <= k or gradients[n - 1 - k] is not None, f"of {n} steps it does not reach lag {k}")


def the_gradient_reaches_nothing_in_the_window(run: ElmanRun, k: int, cuts: Cuts) -> None:
    n = len(run.x)
    gradients = bptt.truncated(total, run.network, run.inputs, cuts(n, k))
    reached = [n - 1 - t for t in steps_in_the_window(n, k) if gradients[t] is not None]
    holds(not reached, f"of {n} steps it reaches the lags {reached} with k = {k}")


def the_state_carries_nothing_from_before(run: ElmanRun, k: int) -> None:
    n = len(run.x)
    changes = sizes(bptt.truncated(total, run.network, run.inputs, full(n, k)))
    carried = [n - 1 - t for t in range(n - k) if changes[t]]
    holds(not carried, f"the last of {n} states depends on the tokens of lag {carried}, with k = {k}")


@claim(
    "interview.tbptt-horizon",
    says="With truncation after k steps no gradient carries anything that is longer ago.",
    lines=(513,),
    expect="supported",
    uses=("interview.bptt-unrolls",),
    by=search(cases=100),
    as_written=reading(run=elman_runs(steps=(1, 8)), k=whole(1, 8), cuts=bptt.window),
    fails_for={
        "near miss: a window of k + 1 steps": reading(
            run=elman_runs(steps=(1, 8)), k=whole(1, 8), cuts=broken_interview.window_one_step_long
        ),
        "near miss: a window of k - 1 steps": reading(
            run=elman_runs(steps=(2, 8)), k=whole(2, 8), cuts=broken.window_one_step_short
        ),
        "chunks of k steps, which reach back to their own first step": reading(
            run=elman_runs(steps=(7, 7)), k=3, cuts=bptt.chunks
        ),
        "no truncation": reading(run=elman_runs(steps=(2, 8)), k=whole(1, 7), cuts=full),
    },
    altered={
        "With truncation after k steps no gradient carries anything that is more recent.": reading(
            the_gradient_reaches_nothing_in_the_window, run=elman_runs(steps=(1, 8)), k=whole(1, 8), cuts=bptt.window
        ),
        "With truncation after k steps a gradient still reaches what is k steps ago.": reading(
            the_gradient_reaches_lag_k, run=elman_runs(steps=(1, 8)), k=whole(1, 8), cuts=bptt.window
        ),
        "With truncation after k steps the state carries nothing that is longer ago.": reading(
            the_state_carries_nothing_from_before, run=elman_runs(steps=(1, 8)), k=whole(1, 8)
        ),
    },
    teach="A window of k reaches the lags 0 to k - 1. There the gradient is the full one, bit for bit; at lag k there is none, "
    "not even zero. Cutting into chunks of k reaches less: with 7 steps and k = 3 the last loss reaches lag 0 only.",
    not_shown="That nothing longer is ever learnt: the state still carries earlier tokens forward, and weights trained on short "
    "lags may serve long ones. In a trial on mixed lags, k = 10 was enough for 30.",
    cites=("williams1990",),
)
def the_gradient_reaches_k_steps_back(run: ElmanRun, k: int, cuts: Cuts) -> None:
    n = len(run.x)
    short, whole_way = (bptt.truncated(total, run.network, run.inputs, cut) for cut in (cuts(n, k), full(n, k)))
    reached = [n - 1 - t for t, gradient in enumerate(short) if gradient is not None]
    show(f"lags that a gradient reaches, {n} steps and k = {k}", reached)
    holds(reached == [lag for lag in reversed(range(n)) if lag < k], f"of {n} steps it reaches the lags {reached} with k = {k}")
    for got, want in zip(short, whole_way, strict=True):
        if got is not None:
            close(got, want, 0.0, "gradient inside the window, against the full one")


# --- another way to the gradient ------------------------------------------------------------------------------------

Gradient = Callable[[elman.Elman, list[torch.Tensor], torch.Tensor], elman.Elman]


@dataclass(frozen=True)
class Procedure:
    """A way to the gradients of W_h, W_x and b from the inputs and g, the gradient of the last state."""

    name: str
    gradient: Gradient


BACKWARD = Procedure("back-propagation through time", backward.gradient)
FORWARD = Procedure("forward mode (real-time recurrent learning)", rtrl.gradient)
ONE_STEP = Procedure("truncated to one step", broken_interview.last_step_alone)
NEARLY = Procedure("back-propagation, W_h's part too large by 10⁻¹⁰", broken_interview.backward_nearly)

TRANSPOSED = Procedure("back-propagation, W_h's part transposed", broken_interview.backward_transposed)
TOO_LATE = Procedure("back-propagation, each state one step late", broken_interview.backward_with_states_too_late)


@cache
def carried_out(procedure: Procedure, n: int, d: int) -> Graph:
    """The trace of a procedure on n inputs of width d."""
    generator = torch.Generator().manual_seed(0)
    p, xs = elman.draw(d, d, generator), [torch.randn(d, generator=generator, dtype=torch.float64) for _ in range(n)]

    def parts(*xs: torch.Tensor) -> list[tuple[torch.Tensor, ...]]:
        found = procedure.gradient(p, list(xs), torch.ones(d, dtype=torch.float64))
        return [(found.W_h, found.W_x, found.b)]

    return trace(parts, *xs)


@dataclass(frozen=True)
class Price:
    """What a procedure takes, read off its trace."""

    name: str
    of: Callable[[Graph], int]


def gone_back_to(graph: Graph) -> int:
    """The inputs that are read again after the last one has been read."""
    order = {node: place for place, node in enumerate(graph.nodes)}
    read = [sorted(order[reader] for reader in graph.nodes.successors(x)) for x in graph.inputs]
    return sum(places[-1] > read[-1][0] for places in read[:-1])


STEPS_BACK = Price("steps gone back to", gone_back_to)
OPERATIONS = Price("operations", lambda graph: graph.work)
RUN = elman_runs(steps=(2, 4))
FOUR_STEPS = ElmanRun(
    W_h=np.array([[0.5, -1], [1, 0.5]]), W_x=np.eye(2), b=np.zeros(2), h_0=np.zeros(2),
    x=np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1]]), g=np.array([1.0, 2]),
)  # fmt: skip


def the_gradients_differ(run: ElmanRun, procedure: Procedure, rival: Procedure) -> None:
    found = [way.gradient(run.network, list(run.inputs), run.loss_gradient) for way in (procedure, rival)]
    apart = max(float((getattr(found[0], name) - getattr(found[1], name)).abs().max()) for name in ("W_h", "W_x", "b"))
    at_least(apart, 10 * allowance(run), f"difference between {procedure.name} and {rival.name}")


def it_alone_lowers_the_loss(run: ElmanRun, rival: Procedure) -> None:
    """No small step against the rival's gradient does: its product with the gradient of back-propagation is not positive."""
    ours, theirs = (way.gradient(run.network, list(run.inputs), run.loss_gradient) for way in (BACKWARD, rival))
    slope = sum(float((getattr(ours, name) * getattr(theirs, name)).sum()) for name in ("W_h", "W_x", "b"))
    holds(slope <= 0, f"a step against the gradient by {rival.name} lowers the loss, at {slope:.3g} for each unit of it")


@claim(
    "interview.bptt-is-the-algorithm",
    says="Back-propagation through time is the algorithm by which recurrent networks are trained.",
    lines=(103, 513),
    expect="qualified",
    by=search(cases=60),
    as_written=reading(run=RUN, procedure=BACKWARD, rival=FORWARD, price=STEPS_BACK),
    amended={
        "the exact gradient is wanted, at the fewest operations": reading(
            run=RUN, procedure=BACKWARD, rival=FORWARD, price=OPERATIONS
        )
    },
    fails_for={
        "near miss: too large by one part in 10¹⁰": reading(run=RUN, procedure=NEARLY, rival=FORWARD, price=OPERATIONS),
        "W_h's part transposed": reading(run=RUN, procedure=TRANSPOSED, rival=FORWARD, price=OPERATIONS),
        "each state one step late": reading(run=RUN, procedure=TOO_LATE, rival=FORWARD, price=OPERATIONS),
        "truncated to one step: another gradient": reading(run=RUN, procedure=ONE_STEP, rival=FORWARD, price=OPERATIONS),
        "forward mode as the cheaper one": reading(run=RUN, procedure=FORWARD, rival=BACKWARD, price=OPERATIONS),
    },
    witness={
        "two units, four steps": reading(run=FOUR_STEPS, procedure=BACKWARD, rival=FORWARD, price=STEPS_BACK),
    },
    altered={
        "Back-propagation through time is exact, forward mode an approximation.": reading(
            the_gradients_differ, run=RUN, procedure=BACKWARD, rival=FORWARD
        ),
        "Back-propagation through time is the only algorithm by which recurrent networks can be trained.": reading(
            it_alone_lowers_the_loss, run=RUN, rival=FORWARD
        ),
        "Cut off after one step, it is the cheapest way to the exact gradient.": reading(
            run=RUN, procedure=ONE_STEP, rival=BACKWARD, price=OPERATIONS
        ),
    },
    teach="It is one algorithm of two. Forward mode carries ∂h_t/∂W along with the state and needs no backward pass: the same "
    "gradient, and nothing is kept of past steps; the price is some 2d³ numbers to carry and, at each step, on the order of "
    "d² times the operations. BPTT is the cheap way, not the only one.",
    not_shown="Exact ways other than these two. Recurrences whose units do not read each other: there forward mode is as cheap "
    "as BPTT. A gradient after every step, for which BPTT starts anew each time.",
    cites=("werbos1990", "williams1989"),
)
def no_other_way_is_cheaper(run: ElmanRun, procedure: Procedure, rival: Procedure, price: Price) -> None:
    network, n, d = run.network, *run.x.shape
    parts = elman.Elman(*(weights.clone().requires_grad_() for weights in (network.W_h, network.W_x, network.b)))
    loss = run.loss_gradient @ elman.run(parts, run.inputs)[-1]
    want = torch.autograd.grad(loss, (parts.W_h, parts.W_x, parts.b))
    for way in (procedure, rival):
        found = way.gradient(network, list(run.inputs), run.loss_gradient)
        for name, got, exact in zip(("W_h", "W_x", "b"), (found.W_h, found.W_x, found.b), want, strict=True):
            close(got, exact, allowance(run), f"gradient of {name} by {way.name}")
        show(f"gradient of W_h, {way.name}", found.W_h)
    ours, theirs = price.of(carried_out(procedure, n, d)), price.of(carried_out(rival, n, d))
    show(f"{price.name}, {procedure.name}", ours)
    show(f"{price.name}, {rival.name}", theirs)
    at_least(theirs, ours, f"{price.name} by {rival.name}, {n} steps of width {d}")


def allowance(run: ElmanRun) -> float:
    """Rounding on a sum over all steps of chains of Jacobians times what the step read."""
    chains_of = np.cumprod([1.0, *(max(1.0, float(np.linalg.norm(J, 2))) for J in steps_of(run))])
    reads = max(1.0, float(np.abs(run.x).sum(axis=1).max()), len(run.g) ** 0.5)
    return rounding(100 * len(run.x), float(chains_of[-1] * np.linalg.norm(run.g)) * reads + 1)


def steps_of(run: ElmanRun) -> list[np.ndarray]:
    return [np.asarray(J) for J in bptt.jacobians(run.network, elman.run(run.network, run.inputs))]
