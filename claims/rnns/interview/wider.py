"""A larger hidden state: what it leaves as it was, what it costs, and what it does change."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import Domain, at_most, cases, claim, domain, exhaustion, holds, only, reading, rounding, search, show
from claims.kit.domains import whole
from claims.kit.domains.matrices import Interval, chains, grid
from claims.subjects.orders import Entry, Way, compared, less, off_by_one, sizes, ways
from claims.subjects.traces import traced
from impls.counting.graph import Graph, trace
from impls.counting.laws import LOG_D, D, Law, N
from impls.learning import bptt
from impls.recurrent import constructive, elman, lstm
from impls.recurrent.elman import Elman
from impls.tracing.systems import DILATED, ELMAN, GRU, SELF_ATTENTION, SKIP, System


def path(system: System, lag: int, width: int) -> int:
    """The fewest operations from the first token to the output `lag` steps later."""
    length = traced(system, lag + 1, width).shortest_path(0, lag)
    return -1 if length is None else length


def a_wider_state_has_a_shorter_path(system: System, lag: int, width: int) -> None:
    wide, narrow = path(system, lag, width), path(system, lag, 1)
    holds(wide < narrow, f"{wide} operations over {lag} steps at width {width}, {narrow} at width 1")


def the_path_is_as_long_over_one_step(system: System, lag: int, width: int) -> None:
    far, near = path(system, lag, width), path(system, 1, width)
    holds(far == near, f"{far} operations over {lag} steps, {near} over one")


def a_step_takes_as_much_work(system: System, lag: int, width: int) -> None:
    wide, narrow = (traced(system, lag + 1, d).work - traced(system, lag, d).work for d in (width, 1))
    holds(wide == narrow, f"{wide} operations for a further step at width {width}, {narrow} at width 1")


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
    altered={
        "A larger hidden state makes the path between two tokens shorter.": reading(
            a_wider_state_has_a_shorter_path, system=ELMAN, lag=whole(1, 16), width=whole(2, 6)
        ),
        "A larger hidden state leaves the work of a step as much as it was.": reading(
            a_step_takes_as_much_work, system=ELMAN, lag=whole(1, 16), width=whole(2, 6)
        ),
        "The path between two tokens is one transition long, however many steps lie between.": reading(
            the_path_is_as_long_over_one_step, system=ELMAN, lag=whole(1, 16), width=whole(1, 6)
        ),
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
    return _against_one_unit(chains(every_singular_value=singular_values, size=width, repeat=True), lag)


@domain("one unit of weight 0.9, and {width} units whose W_h has its eigenvalues in {eigenvalues}; {lag} later tokens")
def eigenvalues_against_one_unit(width: Interval, eigenvalues: Interval, lag: int) -> st.SearchStrategy[TwoWidths]:
    return _against_one_unit(chains(every_eigenvalue=eigenvalues, size=width, repeat=True), lag)


def _against_one_unit(weights: Domain, lag: int) -> st.SearchStrategy[TwoWidths]:
    """Input weights and tokens lie on the grid of eighths; often the tokens are zeros, for in silence most is kept."""

    def make(W: np.ndarray, W_x: np.ndarray, x: np.ndarray) -> TwoWidths:
        wide = Elman(torch.from_numpy(W), torch.from_numpy(W_x), torch.zeros(len(W), dtype=torch.float64))
        return TwoWidths(one_unit(0.9), wide, x, lag)

    def around(period: list[np.ndarray]) -> st.SearchStrategy[TwoWidths]:
        (W,) = period
        return st.builds(make, st.just(W), grid((len(W), 1), (-2, 2)), st.just(np.zeros((2, 1))) | grid((2, 1), (-2, 2)))

    return weights.strategy.flatmap(around)


JUST_ABOVE = 0.9 + 2e-13  # over 40 steps about 10⁻¹³ of what is kept, some ten times what rounding is allowed


def the_wider_state_keeps_more(two: TwoWidths) -> None:
    narrow, wide = two.share(two.narrow), two.share(two.wide)
    holds(wide > narrow, f"{len(two.wide.b)} units keep {wide:.3g} over {two.lag} steps, {len(two.narrow.b)} keep {narrow:.3g}")


def the_wider_state_keeps_less(two: TwoWidths) -> None:
    """By more than rounding takes away."""
    narrow, wide = two.share(two.narrow), two.share(two.wide)
    holds(narrow - wide > rounding(40), f"{len(two.wide.b)} units keep {wide:.3g} over {two.lag} steps, one keeps {narrow:.3g}")


@claim(
    "interview.bigger-state-no-help",
    says="A larger hidden state does not help: it carries a token over the steps in between no better than a small one.",
    lines=(501,),
    expect="qualified",
    why_not={
        "refuted": "A register of more places does carry a token farther; that is the counterexample. But of a state that "
        "contracts, as it does from usual weights, the sentence is true at every width, so a condition rescues it."
    },
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
        "near miss: singular values of 0.9 + 2·10⁻¹³": reading(two=against_one_unit((2, 6), (JUST_ABOVE, JUST_ABOVE), lag=40)),
        "near miss: singular values of 0.91": reading(two=against_one_unit((2, 6), (0.91, 0.91), lag=40)),
        "orthogonal weights": reading(two=against_one_unit((2, 6), (1, 1), lag=40)),
    },
    witness={
        "8 places and 64, 50 later tokens": reading(two=TwoWidths(register(8), register(64), np.array([[1.0]]), 50)),
    },
    altered={
        "No width helps as long as no eigenvalue of W_h exceeds 0.9 in size.": reading(
            two=eigenvalues_against_one_unit((2, 6), (0, 0.9), lag=40)
        ),
        "A larger hidden state keeps more, even if no singular value of W_h exceeds 0.9.": reading(
            the_wider_state_keeps_more, two=against_one_unit((2, 6), (0, 0.9), lag=40)
        ),
        "A larger hidden state, its singular values all 0.9, carries a token worse than a single unit of weight 0.9.": reading(
            the_wider_state_keeps_less, two=against_one_unit((2, 6), (0.9, 0.9), lag=40)
        ),
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


def elman_step(d: int, m: int) -> Graph:
    """One step of d units on m inputs. Zeros, for shapes are all it takes."""
    W_h, W_x, b, h, x = (torch.zeros(shape) for shape in ((d, d), (d, m), (d,), (d,), (m,)))
    return trace(lambda h, x: [elman.step(Elman(W_h, W_x, b), h, x)], h, x)


def lstm_step(d: int, m: int) -> Graph:
    p = lstm.LSTM(*(torch.zeros(shape) for shape in [(d, d + m)] * 4 + [(d,)] * 4))
    return trace(lambda h, C, x: [lstm.step(p, (h, C), x)], *(torch.zeros(size) for size in (d, d, m)))


def unit_by_unit(d: int, m: int) -> Graph:
    """h_t = a ⊙ h_{t-1} + W_x x_t, the inputs projected before the loop."""
    a, projected, h = (torch.zeros(d) for _ in range(3))
    return trace(lambda h: [a * h + projected], h)


AS_WIDE, OF_512 = (lambda d: d), (lambda d: 512)  # how many numbers an input has
WIDTHS = sizes((1, 2, 3), (1, 2, 3, 5, 8, 12))


def n_steps(name: str, step: Callable[[int, int], Graph], inputs: Callable[[int], int], law: Law) -> Entry:
    return Entry(name, lambda n, d, k: n * step(d, inputs(d)).work, law, N * D**2, at=WIDTHS)


STEPS = (
    n_steps("Elman steps, inputs as wide as the state: n (4d² + 3d)", elman_step, AS_WIDE, N * (4 * D**2 + 3 * D)),
    n_steps("Elman steps, 512 inputs: n (2d² + 1027d)", elman_step, OF_512, N * (2 * D**2 + 1027 * D)),
    n_steps("LSTM steps, inputs as wide as the state: n (16d² + 13d)", lstm_step, AS_WIDE, N * (16 * D**2 + 13 * D)),
    n_steps("LSTM steps, 512 inputs: n (8d² + 4109d)", lstm_step, OF_512, N * (8 * D**2 + 4109 * D)),
)
WIDER = ways("the state alone grows wider", lambda a, b, c: a == c == 0)


@claim(
    "interview.4096-cost",
    says="The work of a step grows with the square of the state's width.",
    lines=(501,),
    expect="supported",
    by=exhaustion(),
    as_written=reading(entry=cases(STEPS), way=WIDER),
    fails_for={
        "near miss: as d² / log d": reading(entry=less(STEPS[0], N * D**2 / LOG_D), way=WIDER),
        "near miss: one operation too many": reading(entry=off_by_one(STEPS[1]), way=WIDER),
        "near miss: every unit counts its bias twice": reading(entry=replace(STEPS[0], law=N * (4 * D**2 + 4 * D)), way=WIDER),
        "units that do not read each other: linear in the width": reading(
            entry=n_steps("steps unit by unit: 2nd", unit_by_unit, AS_WIDE, 2 * N * D), way=WIDER
        ),
        "inputs as many as the square of the width": reading(
            entry=n_steps("Elman steps, d² inputs", elman_step, lambda d: d * d, N * (2 * D**3 + 2 * D**2 + 3 * D)), way=WIDER
        ),
    },
    altered={
        "The work of a step grows in proportion to the state's width.": reading(
            entry=cases([less(one, N * D) for one in STEPS], "the same counts, against n·d"), way=WIDER
        ),
        "The work of a step grows with the cube of the state's width.": reading(
            entry=cases([less(one, N * D**3) for one in STEPS], "the same counts, against n·d³"), way=WIDER
        ),
    },
    teach="A step multiplies by d·d recurrent and d·m input weights: 2d(d + m) operations, and an LSTM's by four times as many. "
    "From 512 units to 4096 that is 64 times the work if the inputs grow as well, and 36 times if they stay 512 wide: the square "
    "tells the more, the wider the state is.",
    not_shown="Time: a wider step keeps more processors busy, so on parallel hardware it takes less than 64 times as long.",
    cites=("vaswani2017",),
)
def work_grows_with_the_square(entry: Entry, way: Way) -> None:
    """The count is the law, and the law over n·d² tends to a number above 0."""
    grown = compared(entry, way)
    holds(grown == 0, f"{entry.name}: over {entry.printed} it {'grows without bound' if grown > 0 else 'tends to 0'}")
