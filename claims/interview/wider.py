"""A larger hidden state: what it leaves as it was, what it costs, and what it does change."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import at_most, claim, domain, holds, only, reading, rounding, search, show
from claims.kit.domains import whole
from claims.kit.domains.matrices import Interval, chains, grid
from claims.subjects.traces import traced
from impls.counting.graph import Graph, trace
from impls.learning import bptt
from impls.recurrent import constructive, elman, lstm
from impls.recurrent.elman import Elman
from impls.tracing.systems import DILATED, ELMAN, GRU, SELF_ATTENTION, SKIP, System


@claim(
    "interview.bigger-state-same-path",
    says="A larger hidden state leaves the path between two tokens as long as it was: one transition a step.",
    lines=(501,),
    expect="supported",
    by=search(cases=60),
    as_written=reading(system=ELMAN, lag=whole(1, 16), width=whole(1, 6)),
    holds_for={
        "the GRU": reading(system=GRU, lag=whole(1, 8), width=whole(1, 3)),
    },
    fails_for={
        "self-attention": reading(system=SELF_ATTENTION, lag=whole(1, 16), width=whole(1, 6)),
        "near miss: a skip over two steps, which shortens the path": reading(system=SKIP, lag=whole(1, 8), width=whole(1, 3)),
        "dilated convolution": reading(system=DILATED(2), lag=whole(1, 8), width=whole(1, 3)),
    },
    teach="From token i to state j there are j - i transitions, through j - i - 1 states between, at every width. "
    "What a larger state changes is how much can be carried along the path, not how long it is.",
    not_shown="That the longer path degrades what is carried: a shift register or orthogonal weights lose nothing. The LSTM, "
    "where the shortest path changes over from h to C after two steps.",
    cites=("vaswani2017",),
)
def every_step_between_adds_one_transition(system: System, lag: int, width: int) -> None:
    token, transition = path(system, 0, 1), path(system, 1, 1) - path(system, 0, 1)
    show("operations from a token to its own state, and for a transition, at width 1", (token, transition))
    show(f"operations on the path over {lag} steps at width {width}", path(system, lag, width))
    holds(transition >= 1, f"{transition} operations for a transition: the path does not grow with the lag")
    want = token + lag * transition
    holds(
        path(system, lag, width) == want, f"{path(system, lag, width)} operations over {lag} steps at width {width}, not {want}"
    )


def path(system: System, lag: int, width: int) -> int:
    """The fewest operations from the first token to the output `lag` steps later."""
    length = traced(system, lag + 1, width).shortest_path(0, lag)
    return -1 if length is None else length


# --- what is carried ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TwoWidths:
    """Two networks that read the same `lag` tokens, which repeat the rows of x (period, 1)."""

    narrow: Elman
    wide: Elman
    x: np.ndarray
    lag: int

    def share(self, network: Elman) -> float:
        """‖∂h_lag/∂h_0‖: how much is left of a small difference of the states, in its best direction."""
        tokens = torch.from_numpy(self.x[np.arange(self.lag) % len(self.x)])
        return exp(min(bptt.log_norm(bptt.jacobians(network, elman.run(network, tokens))), 690))


def register(places: int) -> Elman:
    """The newest token moves into the first place, all others one on; nothing is lost but what falls out at the end."""
    return constructive.register_rnn(places, torch.float64)


@domain("a register of 1 to {places} places and one of eight times as many; 1 to {most} later tokens")
def registers(places: int, most: int) -> st.SearchStrategy[TwoWidths]:
    """The tokens are 1, 2 and 3 in turn."""
    sizes = st.integers(1, places), st.integers(1, most)
    return st.builds(lambda d, lag: TwoWidths(register(d), register(8 * d), np.array([[1.0], [2.0], [3.0]]), lag), *sizes)


def one_unit(gamma: float) -> Elman:
    """A single unit that is left alone with its recurrent weight: it keeps γ of a small difference at each step."""
    return Elman(*(torch.tensor(entries, dtype=torch.float64) for entries in ([[gamma]], [[0.0]], [0.0])))


@domain("one unit of weight 0.9, and {width} units whose W_h has its singular values in {singular_values}; {lag} later tokens")
def against_one_unit(width: Interval, singular_values: Interval, lag: int) -> st.SearchStrategy[TwoWidths]:
    """Input weights and tokens lie on the grid of eighths; often the tokens are zeros, for in silence most is kept."""
    W_h = chains(every_singular_value=singular_values, size=width, repeat=True).strategy.map(lambda period: period[0])

    def make(W: np.ndarray, loud: bool, W_x: np.ndarray, x: np.ndarray) -> TwoWidths:
        wide = Elman(torch.from_numpy(W), torch.from_numpy(W_x[: len(W)]), torch.zeros(len(W), dtype=torch.float64))
        return TwoWidths(one_unit(0.9), wide, loud * x, lag)

    return st.builds(make, W_h, st.booleans(), grid((int(width[1]), 1), (-2, 2)), grid((2, 1), (-2, 2)))


@claim(
    "interview.bigger-state-no-help",
    says="A larger hidden state does not help: it carries a token over the steps in between no better than a small one.",
    lines=(501,),
    expect="qualified",
    by=search(cases=100),
    as_written=reading(two=registers(places=8, most=64)),
    amended={
        "no singular value of W_h exceeds γ = 0.9: then no width keeps more than a single unit of weight γ": reading(
            two=against_one_unit((2, 6), (0, 0.9), lag=40)
        )
    },
    holds_for={
        "registers that are both too small": reading(
            two=only(TwoWidths(register(4), register(32), np.array([[1.0]]), 32), "4 and 32 places, 32 later tokens")
        )
    },
    fails_for={
        "near miss: singular values of 0.91": reading(two=against_one_unit((2, 6), (0.91, 0.91), lag=40)),
        "orthogonal weights": reading(two=against_one_unit((2, 6), (1, 1), lag=40)),
    },
    witness={
        "8 places and 64, 50 later tokens": reading(two=TwoWidths(register(8), register(64), np.array([[1.0]]), 50)),
    },
    teach="The path is as long at every width, but long is not lossy: a register of d places hands a token on for d - 1 steps "
    "without losing a bit of it, so eight times the width reaches eight times as far. No width helps against contraction: "
    "with σ_max(W_h) ≤ γ < 1 each step leaves at most γ of a difference, since ‖J_T…J_1‖ ≤ γ^T whatever d is.",
    not_shown="What training makes of the room: a trained network may reach much less far than its width allows.",
    cites=("pascanu2013", "arjovsky2016"),
)
def the_wider_state_keeps_no_more(two: TwoWidths) -> None:
    narrow, wide = two.share(two.narrow), two.share(two.wide)
    show(f"share kept over {two.lag} steps by {len(two.narrow.b)} units", narrow)
    show(f"share kept by {len(two.wide.b)} units", wide)
    at_most(wide, narrow, f"share that {len(two.wide.b)} units keep over {two.lag} steps", within=rounding(40))


# --- what it costs --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """Operations of one step of a recurrence with d units and m inputs, read off a trace."""

    name: str
    of: Callable[[int, int], int]


def elman_step(d: int, m: int, projected_before: bool = False) -> Graph:
    """One step; W_x x is a constant where it was projected before the loop. Zeros, for shapes are all it takes."""
    W_h, W_x, b, h, x = (torch.zeros(shape) for shape in ((d, d), (d, m), (d,), (d,), (m,)))
    p = Elman(W_h, W_x, b)
    return trace(lambda h: [elman.step(p, h, x)], h) if projected_before else trace(lambda h, x: [elman.step(p, h, x)], h, x)


def lstm_step(d: int, m: int) -> Graph:
    p = lstm.LSTM(*(torch.zeros(shape) for shape in [(d, d + m)] * 4 + [(d,)] * 4))
    return trace(lambda h, C, x: [lstm.step(p, (h, C), x)], *(torch.zeros(size) for size in (d, d, m)))


def unit_by_unit(d: int, m: int) -> Graph:
    """h_t = a ⊙ h_{t-1} + W_x x_t, the inputs projected before the loop."""
    a, projected, h = (torch.zeros(d) for _ in range(3))
    return trace(lambda h: [a * h + projected], h)


IN_PRODUCTS = Cost("operations in matrix products", lambda d, m: elman_step(d, m).work_of("product"))
RECURRENT_PRODUCT = Cost("operations in W_h h", lambda d, m: elman_step(d, m, projected_before=True).work_of("product"))
ALL = Cost("all operations", lambda d, m: elman_step(d, m).work)
LSTM_PRODUCTS = Cost("operations in an LSTM's matrix products", lambda d, m: lstm_step(d, m).work_of("product"))
UNIT_BY_UNIT = Cost("all operations of a recurrence unit by unit", lambda d, m: unit_by_unit(d, m).work)

SIZES = {"width": whole(1, 64), "inputs": whole(1, 64), "times": whole(2, 8)}


@claim(
    "interview.4096-cost",
    says="The work of a step grows with the square of the state's width, so that 4096 units take 64 times the work of 512.",
    lines=(501,),
    expect="qualified",
    by=search(cases=60),
    as_written=reading(cost=IN_PRODUCTS, inputs_grow=False, **SIZES),
    amended={
        "the inputs grow with the state, as in a stack of layers, and products alone are counted": reading(
            cost=IN_PRODUCTS, inputs_grow=True, **SIZES
        ),
        "the inputs have been projected for all steps beforehand, and products alone are counted": reading(
            cost=RECURRENT_PRODUCT, inputs_grow=False, **SIZES
        ),
    },
    holds_for={"an LSTM whose inputs grow, products alone": reading(cost=LSTM_PRODUCTS, inputs_grow=True, **SIZES)},
    fails_for={
        "near miss: additions and tanh are counted as well": reading(cost=ALL, inputs_grow=True, **SIZES),
        "units that do not read each other: linear in the width": reading(cost=UNIT_BY_UNIT, inputs_grow=False, **SIZES),
    },
    witness={
        "4096 units instead of 512, the inputs 512 wide as before: 36 times": reading(
            cost=IN_PRODUCTS, inputs_grow=False, width=512, inputs=512, times=8
        )
    },
    teach="A step multiplies by d·d recurrent and d·m input weights: 2d(d + m) operations. Eight times the state is 64 times the "
    "work if m grows with d; with m left at 512 it is 36 times. O(d²) is right as an asymptotic rate: the rest, 2dm and 3d for "
    "sums and tanh, matters less the wider the state is.",
    not_shown="Time: a wider step keeps more processors busy, so on parallel hardware it takes less than 64 times as long.",
    cites=("vaswani2017",),
)
def work_grows_with_the_square(cost: Cost, inputs_grow: bool, width: int, inputs: int, times: int) -> None:
    before = cost.of(width, inputs)
    after = cost.of(times * width, times * inputs if inputs_grow else inputs)
    show(f"{cost.name}, {width} units", before)
    show(f"the same, {times * width} units", after)
    grown = f"{after / before:.4g} times the work"
    holds(after == times**2 * before, f"{grown} for {times * width} units instead of {width}, not {times**2} times")
