"""Chapter 12, the interview questions: what their model answers assert."""

from claims.kit import claim, holds, reading, search, show
from claims.kit.domains import whole
from claims.traces import traced
from impls.systems import DILATED, ELMAN, GRU, SELF_ATTENTION, SKIP, System


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
        "near miss: a skip over two steps, which halves the path": reading(system=SKIP, lag=whole(1, 8), width=whole(1, 3)),
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
