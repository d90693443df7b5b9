"""The table of a recurrence's costs, row by row: laws in n and d, read off traces as whole numbers, never fitted to a clock."""

from collections.abc import Callable
from dataclasses import dataclass

from claims.kit import claim, holds, reading, search, show
from claims.kit.domains import whole
from claims.subjects.traces import traced
from impls.tracing.systems import DILATED, ELMAN, SELF_ATTENTION, SKIP, STACKED_ELMAN, System


@dataclass(frozen=True)
class Law:
    """A count on n tokens of width d, and the formula it must equal."""

    name: str
    count: Callable[[System, int, int], int]
    formula: Callable[[int, int], int]


def steps_in_a_row(system: System, n: int, d: int) -> int:
    return traced(system, n, d).chain("tanh")


def work_of_products(system: System, n: int, d: int) -> int:
    """Multiplications and additions of all matrix products; the first recurrent product meets h_0 = 0 and is free."""
    return traced(system, n, d).work_of("product")


def work_of_a_further_step(system: System, n: int, d: int) -> int:
    return work_of_products(system, n + 1, d) - work_of_products(system, n, d)


def with_sums_and_tanh(system: System, n: int, d: int) -> int:
    """A further step's work, all operations counted."""
    return traced(system, n + 1, d).work - traced(system, n, d).work


def depth(system: System, n: int, d: int) -> int:
    """The longest chain of operations: the time on unlimited hardware."""
    return traced(system, n, d).span


def gradient_path(system: System, n: int, d: int) -> int:
    """The fewest operations between the first token and the last state."""
    length = traced(system, n, d).shortest_path(0, n - 1)
    return -1 if length is None else length


STEPS = Law("steps one after another: n", steps_in_a_row, lambda n, d: n)
A_STEP = Law("work of a further step: 4d²", work_of_a_further_step, lambda n, d: 4 * d * d)
IN_ALL = Law("work in all: 4nd² - 2d²", work_of_products, lambda n, d: 4 * n * d * d - 2 * d * d)
AT_BEST = Law("operations in a row: 4n", depth, lambda n, d: 4 * n)
BACK = Law("operations between the first token and the last state: 4n", gradient_path, lambda n, d: 4 * n)
N, D = whole(2, 24), whole(1, 4)


@claim(
    "complexity.rnn-table.sequential-steps",
    says="Carried out step by step, a recurrent network takes O(n) steps one after another on n tokens.",
    lines=(334, 336),
    expect="supported",
    by=search(cases=40),
    as_written=reading(system=ELMAN, law=STEPS, n=N, d=D),
    fails_for={
        "near miss: one step fewer": reading(system=ELMAN, law=Law("n - 1 steps", steps_in_a_row, lambda n, d: n - 1), n=N, d=D),
        "dilated convolution": reading(system=DILATED(2), law=STEPS, n=N, d=D),
        "self-attention": reading(system=SELF_ATTENTION, law=STEPS, n=N, d=D),
    },
    teach="Exactly n, one tanh a token, each of which reads the one before.",
    not_shown="That no other procedure takes fewer: see sequential.step-t-waits-for-t-1.",
    cites=("vaswani2017",),
)
def the_count_follows_the_law(system: System, law: Law, n: int, d: int) -> None:
    counted, promised = law.count(system, n, d), law.formula(n, d)
    show("counted", counted)
    show("promised", promised)
    holds(counted == promised, f"{law.name}: counted {counted} at n = {n}, d = {d}, not {promised}")


work_a_step = claim(
    "complexity.rnn-table.work-per-step",
    says="A step of a recurrent network with d units takes O(d²) work, however long the sequence.",
    lines=(337,),
    expect="supported",
    by=search(cases=40),
    as_written=reading(system=ELMAN, law=A_STEP, n=N, d=D),
    fails_for={
        "near miss: sums and tanh counted as well": reading(
            system=ELMAN, law=Law("4d² operations of any kind", with_sums_and_tanh, lambda n, d: 4 * d * d), n=N, d=D
        ),
        "self-attention, whose further token meets all before it": reading(system=SELF_ATTENTION, law=A_STEP, n=N, d=D),
    },
    teach="Two products of a d by d matrix with a vector, the state's and the input's: 4d² operations, and 3d more for sums and "
    "tanh. All d units of a step go in parallel.",
    not_shown="Inputs of a width other than d: m numbers of input take 2dm in place of 2d².",
    cites=("vaswani2017",),
)(the_count_follows_the_law)


work_in_all = claim(
    "complexity.rnn-table.total-work",
    says="On n tokens a recurrent network with d units takes O(nd²) work in all.",
    lines=(338,),
    expect="supported",
    by=search(cases=40),
    as_written=reading(system=ELMAN, law=IN_ALL, n=N, d=D),
    fails_for={
        "near miss: the first recurrent product counted, though h_0 = 0": reading(
            system=ELMAN, law=Law("4nd²", work_of_products, lambda n, d: 4 * n * d * d), n=N, d=D
        ),
        "self-attention, quadratic in n": reading(system=SELF_ATTENTION, law=IN_ALL, n=N, d=D),
    },
    teach="4nd² - 2d² operations in products: linear in the length, which is where a recurrence beats attention once n exceeds d "
    "by enough.",
    not_shown="Sums and tanh, 3nd more.",
    cites=("vaswani2017",),
)(the_count_follows_the_law)


time_at_best = claim(
    "complexity.rnn-table.wall-clock",
    says="Carried out step by step, a recurrent network takes time O(n) even on unlimited hardware.",
    lines=(339,),
    expect="supported",
    by=search(cases=40),
    as_written=reading(system=ELMAN, law=AT_BEST, n=N, d=D),
    fails_for={
        "near miss: two layers, one step later": reading(system=STACKED_ELMAN(2), law=AT_BEST, n=N, d=D),
        "self-attention": reading(system=SELF_ATTENTION, law=AT_BEST, n=N, d=D),
    },
    teach="Four operations in a row for each token: product, two sums, tanh. Counted on two numbers at a time a product over d "
    "terms takes ⌈log₂ d⌉ + 1 of them.",
    not_shown="That hardware cannot do better in another way: see complexity.on-regardless-of-hardware.",
    cites=("brent1974",),
)(the_count_follows_the_law)


path_back = claim(
    "complexity.rnn-table.gradient-path",
    says="The path of the gradient from the last state to the first token is O(n) long in a recurrent network.",
    lines=(340,),
    expect="supported",
    by=search(cases=40),
    as_written=reading(system=ELMAN, law=BACK, n=N, d=D),
    fails_for={
        "near miss: a skip over two steps": reading(system=SKIP, law=BACK, n=whole(3, 16), d=whole(1, 2)),
        "self-attention": reading(system=SELF_ATTENTION, law=BACK, n=N, d=D),
    },
    teach="Four operations a token, and no way round. A long path says nothing of what is left of a gradient at its end: "
    "orthogonal weights carry all of it, saturated units next to nothing.",
    not_shown="LSTM and GRU, where the shortest path takes two operations a token: complexity.aiayn-table-1.recurrent.",
    cites=("vaswani2017",),
)(the_count_follows_the_law)
