"""The table of a recurrence's costs, row by row: laws in n and d, read off traces as whole numbers, never fitted to a clock."""

from collections.abc import Callable

from claims.kit import claim, exhaustion, holds, reading
from claims.subjects.orders import EVERY_WAY, Entry, Way, compared, less, without_bound
from claims.subjects.traces import traced
from impls.counting.laws import LOG_D, LOG_N, ONE, D, Law, N
from impls.tracing.systems import DILATED, ELMAN, SELF_ATTENTION, SKIP, STACKED_ELMAN, System

Counted = Callable[[System, int, int], int]


def row(name: str, count: Counted, law: Law, printed: Law) -> Callable[[System], Entry]:
    """The entry for a system."""
    return lambda system: Entry(f"{system}, {name}", lambda n, d, k: count(system, n, d), law, printed)


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


def path_at_the_end(system: System, n: int, d: int) -> int:
    """The fewest operations between the last token and the last state."""
    length = traced(system, n, d).shortest_path(n - 1, n - 1)
    return -1 if length is None else length


STEPS = row("steps one after another: n", steps_in_a_row, N, N)
A_STEP = row("work of a further step: 4d²", work_of_a_further_step, 4 * D**2, D**2)
IN_ALL = row("work in all: 4nd² - 2d²", work_of_products, 4 * N * D**2 - 2 * D**2, N * D**2)
AT_BEST = row("operations in a row: 4n", depth, 4 * N, N)
BACK = row("operations between the first token and the last state: 4n", gradient_path, 4 * N, N)
AT_THE_END = row("operations between the last token and the last state: 4n", path_at_the_end, 4 * N, N)


def the_law_grows_like_the_printed_order(entry: Entry, way: Way) -> None:
    """Neither faster nor more slowly: the order is no mere bound from above."""
    holds(compared(entry, way) == 0, f"{entry.name}: it does not grow like {entry.printed} when {way.name}")


@claim(
    "complexity.rnn-table.sequential-steps",
    says="Carried out step by step, a recurrent network takes O(n) steps one after another on n tokens.",
    lines=(334, 336),
    expect="supported",
    by=exhaustion(),
    as_written=reading(entry=STEPS(ELMAN), way=EVERY_WAY),
    altered={
        "Carried out step by step, a recurrent network takes O(log n) steps one after another on n tokens.": reading(
            entry=less(STEPS(ELMAN), LOG_N), way=EVERY_WAY
        ),
        "Carried out step by step, a recurrent network takes O(1) steps one after another.": reading(
            entry=less(STEPS(ELMAN), ONE), way=EVERY_WAY
        ),
        "Carried out step by step, a recurrent network with d units takes O(d) steps.": reading(
            entry=less(STEPS(ELMAN), D), way=EVERY_WAY
        ),
        "Carried out step by step, a recurrent network takes steps one after another whose number grows like n².": reading(
            the_law_grows_like_the_printed_order, entry=less(STEPS(ELMAN), N**2), way=EVERY_WAY
        ),
    },
    fails_for={
        "near miss: one step fewer": reading(entry=row("n - 1 steps", steps_in_a_row, N - 1, N)(ELMAN), way=EVERY_WAY),
        "near miss: O(n / log n) steps": reading(entry=less(STEPS(ELMAN), N / LOG_N), way=EVERY_WAY),
        "dilated convolution": reading(entry=STEPS(DILATED(2)), way=EVERY_WAY),
        "self-attention": reading(entry=STEPS(SELF_ATTENTION), way=EVERY_WAY),
    },
    teach="Exactly n, one tanh a token, each of which reads the one before.",
    not_shown="That no other procedure takes fewer: see sequential.step-t-waits-for-t-1.",
    cites=("vaswani2017",),
)
def the_law_is_of_the_printed_order(entry: Entry, way: Way) -> None:
    """The count is the law, and the law over the order stays bounded, whichever way the sizes grow."""
    holds(compared(entry, way) <= 0, without_bound(entry, way))


work_a_step = claim(
    "complexity.rnn-table.work-per-step",
    says="A step of a recurrent network with d units takes O(d²) work, however long the sequence.",
    lines=(337,),
    expect="supported",
    by=exhaustion(),
    as_written=reading(entry=A_STEP(ELMAN), way=EVERY_WAY),
    altered={
        "A step of a recurrent network with d units takes O(d) work.": reading(entry=less(A_STEP(ELMAN), D), way=EVERY_WAY),
        "A step of a recurrent network with d units takes work that grows like d³.": reading(
            the_law_grows_like_the_printed_order, entry=less(A_STEP(ELMAN), D**3), way=EVERY_WAY
        ),
        "A step on n tokens takes O(nd) work.": reading(entry=less(A_STEP(ELMAN), N * D), way=EVERY_WAY),
    },
    fails_for={
        "near miss: sums and tanh counted as well": reading(
            entry=row("4d² operations of any kind", with_sums_and_tanh, 4 * D**2, D**2)(ELMAN), way=EVERY_WAY
        ),
        "near miss: O(d² / log d) work": reading(entry=less(A_STEP(ELMAN), D**2 / LOG_D), way=EVERY_WAY),
        "self-attention, whose further token meets all before it": reading(
            entry=row("6d² + 8nd + 4d", work_of_a_further_step, 6 * D**2 + 8 * N * D + 4 * D, D**2)(SELF_ATTENTION), way=EVERY_WAY
        ),
    },
    teach="Two products of a d by d matrix with a vector, the state's and the input's: 4d² operations, and 3d more for sums and "
    "tanh. All d units of a step go in parallel.",
    not_shown="Inputs of a width other than d: m numbers of input take 2dm in place of 2d².",
    cites=("vaswani2017",),
)(the_law_is_of_the_printed_order)


work_in_all = claim(
    "complexity.rnn-table.total-work",
    says="On n tokens a recurrent network with d units takes O(nd²) work in all.",
    lines=(338,),
    expect="supported",
    by=exhaustion(),
    as_written=reading(entry=IN_ALL(ELMAN), way=EVERY_WAY),
    altered={
        "On n tokens a recurrent network with d units takes O(n²d) work in all.": reading(
            entry=less(IN_ALL(ELMAN), N**2 * D), way=EVERY_WAY
        ),
        "On n tokens a recurrent network with d units takes O(d²) work in all.": reading(
            entry=less(IN_ALL(ELMAN), D**2), way=EVERY_WAY
        ),
        "On n tokens a recurrent network with d units takes work that grows like n²d².": reading(
            the_law_grows_like_the_printed_order, entry=less(IN_ALL(ELMAN), N**2 * D**2), way=EVERY_WAY
        ),
    },
    fails_for={
        "near miss: the first recurrent product counted, though h_0 = 0": reading(
            entry=row("4nd²", work_of_products, 4 * N * D**2, N * D**2)(ELMAN), way=EVERY_WAY
        ),
        "near miss: O(nd² / log d) work": reading(entry=less(IN_ALL(ELMAN), N * D**2 / LOG_D), way=EVERY_WAY),
        "self-attention, quadratic in n": reading(
            entry=row("6nd² + 4n²d", work_of_products, 6 * N * D**2 + 4 * N**2 * D, N * D**2)(SELF_ATTENTION), way=EVERY_WAY
        ),
    },
    teach="4nd² - 2d² operations in products: linear in the length, which is where a recurrence beats attention once n exceeds d "
    "by enough.",
    not_shown="Sums and tanh, 3nd more.",
    cites=("vaswani2017",),
)(the_law_is_of_the_printed_order)


time_at_best = claim(
    "complexity.rnn-table.wall-clock",
    says="Carried out step by step, a recurrent network takes time O(n) even on unlimited hardware.",
    lines=(339,),
    expect="supported",
    by=exhaustion(),
    as_written=reading(entry=AT_BEST(ELMAN), way=EVERY_WAY),
    altered={
        "Carried out step by step on unlimited hardware, a recurrent network takes time O(1).": reading(
            entry=less(AT_BEST(ELMAN), ONE), way=EVERY_WAY
        ),
        "Carried out step by step on unlimited hardware, a recurrent network takes time O(log n).": reading(
            entry=less(AT_BEST(ELMAN), LOG_N), way=EVERY_WAY
        ),
        "Carried out step by step on unlimited hardware, a recurrent network takes time that grows like n².": reading(
            the_law_grows_like_the_printed_order, entry=less(AT_BEST(ELMAN), N**2), way=EVERY_WAY
        ),
        "Carried out step by step on unlimited hardware, a recurrent network takes time that grows like nd².": reading(
            the_law_grows_like_the_printed_order, entry=less(AT_BEST(ELMAN), N * D**2), way=EVERY_WAY
        ),
    },
    fails_for={
        "near miss: two layers, one step later": reading(entry=AT_BEST(STACKED_ELMAN(2)), way=EVERY_WAY),
        "near miss: O(n / log n) steps": reading(entry=less(AT_BEST(ELMAN), N / LOG_N), way=EVERY_WAY),
        "self-attention": reading(entry=AT_BEST(SELF_ATTENTION), way=EVERY_WAY),
    },
    teach="Four operations in a row for each token: product, two sums, tanh. Counted on two numbers at a time a product over d "
    "terms takes ⌈log₂ d⌉ + 1 of them.",
    not_shown="That hardware cannot do better in another way: see complexity.on-regardless-of-hardware.",
    cites=("brent1974",),
)(the_law_is_of_the_printed_order)


path_back = claim(
    "complexity.rnn-table.gradient-path",
    says="The path of the gradient from the last state to the first token is O(n) long in a recurrent network.",
    lines=(340,),
    expect="supported",
    by=exhaustion(),
    as_written=reading(entry=BACK(ELMAN), way=EVERY_WAY),
    altered={
        "The path of the gradient from the last state to the first token is O(1) long in a recurrent network.": reading(
            entry=less(BACK(ELMAN), ONE), way=EVERY_WAY
        ),
        "The path of the gradient from the last state to the first token is O(log n) long in a recurrent network.": reading(
            entry=less(BACK(ELMAN), LOG_N), way=EVERY_WAY
        ),
        "The path of the gradient from the last state to the last token grows like n in a recurrent network.": reading(
            entry=AT_THE_END(ELMAN), way=EVERY_WAY
        ),
        "The length of the path of the gradient from the last state to the first token grows like n².": reading(
            the_law_grows_like_the_printed_order, entry=less(BACK(ELMAN), N**2), way=EVERY_WAY
        ),
    },
    fails_for={
        "near miss: a skip over two steps": reading(entry=BACK(SKIP), way=EVERY_WAY),
        "near miss: O(n / log n) operations": reading(entry=less(BACK(ELMAN), N / LOG_N), way=EVERY_WAY),
        "self-attention": reading(entry=BACK(SELF_ATTENTION), way=EVERY_WAY),
    },
    teach="Four operations a token, and no way round. A long path says nothing of what is left of a gradient at its end: "
    "orthogonal weights carry all of it, saturated units next to nothing.",
    not_shown="LSTM and GRU, where the shortest path takes two operations a token: complexity.aiayn-table-1.recurrent.",
    cites=("vaswani2017",),
)(the_law_is_of_the_printed_order)
