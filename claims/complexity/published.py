"""Table 1 of Vaswani et al. (2017), entry by entry: what is counted, the exact law it follows, and the published order.

A law stays below a constant times its entry, or it does not. The constant is derived beside it from the least n, d, k and r
of the reading, never fitted. A law of a larger order passes any constant somewhere, so that readings which must fall need only
reach far enough.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from math import log

import networkx as nx

from claims.kit import at_most, cases, claim, holds, only, reading, search, show
from claims.kit.domains import whole
from claims.subjects.traces import farthest, traced
from impls.counting.graph import Graph
from impls.tracing import systems
from impls.tracing.systems import ELMAN, GRU, LSTM, SELF_ATTENTION, System

Formula = Callable[[int, int, int], float]  # of n tokens, width d, and the kernel's or window's width k


@dataclass(frozen=True)
class Entry:
    """What is counted for n, d and k; the law that the count must equal; the published entry, with the constant of its O(·)."""

    name: str
    count: Callable[[int, int, int], int]
    law: Callable[[int, int, int], int]
    constant: int
    published: Formula


Family = Callable[[int], System]  # a system for each width of its kernel or window


def always(system: System) -> Family:
    return lambda k: system


# One system for each width and not one a call, for traces are kept by system.
dilated, stacked, one_layer, window, windows = map(
    cache, (systems.DILATED, systems.CONVOLUTION, systems.CONVOLUTION_LAYER, systems.WINDOWED, systems.WINDOWED_STACK)
)


def work(family: Family) -> Callable[[int, int, int], int]:
    """All scalar operations of a layer."""
    return lambda n, d, k: traced(family(k), n, d).work


def work_without_projections(family: Family) -> Callable[[int, int, int], int]:
    """The same but for the products that read tokens as they are: queries, keys and values."""
    return lambda n, d, k: traced(family(k), n, d).work - first_products(traced(family(k), n, d))


def first_products(graph: Graph) -> int:
    """The work of products with no product before them."""
    products = [node for node, kind in graph.nodes.nodes(data="kind") if kind == "product"]
    later = set().union(*(nx.descendants(graph.nodes, node) for node in products))
    return sum(graph.nodes.nodes[node]["work"] for node in products if node not in later)


def rounds(family: Family) -> Callable[[int, int, int], int]:
    """Sequential operations: tensor operations on the longest chain."""
    return lambda n, d, k: traced(family(k), n, d).span


def scalar_rounds(family: Family) -> Callable[[int, int, int], int]:
    """The same for operations on two numbers."""
    return lambda n, d, k: traced(family(k), n, d).span_bounded


def path(family: Family) -> Callable[[int, int, int], int]:
    """The longest of the shortest paths from a token to a position; whatever the width, so it is counted at 1."""
    return lambda n, d, k: farthest(family(k), n, 1)


def up(a: int, b: int) -> int:
    """⌈a/b⌉."""
    return -(-a // b)


def bits(n: int) -> int:
    """⌈log₂ n⌉."""
    return (n - 1).bit_length()


def layers(n: int, k: int) -> int:
    """⌈log_k n⌉, in whole numbers."""
    return 0 if n == 1 else 1 + layers(up(n, k), k)


def pairs(n: int, r: int) -> int:
    """Pairs of a query and a key it may look at, ⌊r/2⌋ to either side."""
    h = r // 2
    return n * (2 * h + 1) - h * (h + 1)


def less(entry: Entry, published: Formula, constant: int | None = None) -> Entry:
    """The same count under another published order."""
    return replace(entry, published=published, constant=constant or entry.constant)


def off_by_one(entry: Entry) -> Entry:
    return replace(entry, law=lambda n, d, k: entry.law(n, d, k) + 1)


def order_one(n: int, d: int, k: int) -> float:
    return 1


def tokens_times_width(n: int, d: int, k: int) -> float:
    return n * d


# --- self-attention -------------------------------------------------------------------------------------------------

# The constants: 6 + 4 + 6/d where n >= d, and without the projections 4 + 6/d.
WHOLE = Entry(
    "work: 6nd² + 4n²d + 6n²",
    work(always(SELF_ATTENTION)), lambda n, d, k: 6 * n * d * d + (4 * d + 6) * n * n, 16, lambda n, d, k: n * n * d,
)  # fmt: skip
SCORES = Entry(
    "work without projections: 4n²d + 6n²",
    work_without_projections(always(SELF_ATTENTION)), lambda n, d, k: (4 * d + 6) * n * n, 10, WHOLE.published,
)  # fmt: skip
AT_ONCE = Entry("sequential operations: 5", rounds(always(SELF_ATTENTION)), lambda n, d, k: 5, 5, order_one)
DIRECT = Entry("path: 2", path(always(SELF_ATTENTION)), lambda n, d, k: 2, 2, order_one)
OF_TWO_NUMBERS = Entry(
    "operations on two numbers in a row: 3⌈log₂ n⌉ + 2⌈log₂ d⌉ + 7",
    scalar_rounds(always(SELF_ATTENTION)), lambda n, d, k: 3 * bits(n) + 2 * bits(d) + 7, 7, order_one,
)  # fmt: skip
NO_KERNEL = only(0, "none")


@claim(
    "complexity.aiayn-table-1.self-attention",
    says="A layer of self-attention takes O(n²d) work and O(1) sequential operations, and paths through it are O(1) long.",
    expect="qualified",
    by=search(cases=60),
    as_written=reading(entry=cases((WHOLE, AT_ONCE, DIRECT)), n=whole(1, 16), d=whole(1, 24), k=NO_KERNEL),
    amended={
        "the projections are not counted": reading(
            entry=cases((SCORES, AT_ONCE, DIRECT)), n=whole(1, 16), d=whole(1, 8), k=NO_KERNEL
        ),
        "the sequence is at least as long as the model is wide": reading(
            entry=cases((WHOLE, AT_ONCE, DIRECT)), n=whole(6, 16), d=whole(1, 6), k=NO_KERNEL
        ),
    },
    fails_for={
        "work of O(nd)": reading(entry=less(SCORES, tokens_times_width), n=whole(1, 16), d=whole(1, 8), k=NO_KERNEL),
        "near miss: one operation too many": reading(entry=off_by_one(SCORES), n=whole(1, 16), d=whole(1, 8), k=NO_KERNEL),
        "O(1) operations on two numbers in a row": reading(entry=OF_TWO_NUMBERS, n=whole(1, 16), d=whole(1, 8), k=NO_KERNEL),
        "the Elman network's path": reading(
            entry=Entry("path: 4n", path(always(ELMAN)), lambda n, d, k: 4 * n, 4, order_one), n=whole(1, 16), d=1, k=NO_KERNEL
        ),
    },
    holds_for={
        "O(log nd) operations on two numbers in a row": reading(  # 12: 7, and 3 + 2 for rounding up
            entry=less(OF_TWO_NUMBERS, lambda n, d, k: log(2 * n * d, 2), 12), n=whole(1, 16), d=whole(1, 8), k=NO_KERNEL
        )
    },
    teach="The work of the table is that of scores and weighted sums, 4n²d + 6n². Queries, keys and values come to 6nd² more "
    "(8nd² with an output projection), the larger part wherever d > n. A sequential operation is a whole product or softmax.",
    not_shown="Several heads, biases and the layer's feed-forward network, none of which the table counts.",
    cites=("vaswani2017",),
)
def the_count_follows_its_law_and_the_law_the_table(entry: Entry, n: int, d: int, k: int) -> None:
    counted, law = entry.count(n, d, k), entry.law(n, d, k)
    show("counted", counted)
    show("by the law", law)
    show(f"{entry.constant} times the published entry", entry.constant * entry.published(n, d, k))
    where = f"n = {n}, d = {d}" + (f", width {k}" if k else "")
    found = "no path at all" if counted < 0 else f"counted {counted}"
    holds(counted == law, f"{entry.name}: {found} at {where}, not {law}")
    at_most(counted, entry.constant * entry.published(n, d, k), f"{entry.name}, at {where}")


# --- recurrence -----------------------------------------------------------------------------------------------------


def work_of_width_squared(n: int, d: int, k: int) -> float:
    return n * d * d


def length(n: int, d: int, k: int) -> float:
    return n


# A constant is the sum of a law's coefficients, or its value at n = 1 where the law has a constant term: a GRU's first path is 5.
ELMANS = (
    Entry(
        "Elman, work: 4nd² - 2d² + 3nd",
        work(always(ELMAN)), lambda n, d, k: (4 * n - 2) * d * d + 3 * n * d, 7, work_of_width_squared,
    ),
    Entry("Elman, sequential operations: 4n", rounds(always(ELMAN)), lambda n, d, k: 4 * n, 4, length),
    Entry("Elman, path: 4n", path(always(ELMAN)), lambda n, d, k: 4 * n, 4, length),
)  # fmt: skip
LSTMS = (
    Entry("LSTM, work: 16nd² + 13nd", work(always(LSTM)), lambda n, d, k: n * (16 * d * d + 13 * d), 29, work_of_width_squared),
    Entry("LSTM, sequential operations: 7n", rounds(always(LSTM)), lambda n, d, k: 7 * n, 7, length),
    Entry("LSTM, path: 2n + 5, or 4n if less", path(always(LSTM)), lambda n, d, k: min(2 * n + 5, 4 * n), 4, length),
)
GRUS = (
    Entry("GRU, work: 12nd² + 12nd", work(always(GRU)), lambda n, d, k: n * (12 * d * d + 12 * d), 24, work_of_width_squared),
    Entry("GRU, sequential operations: 10n", rounds(always(GRU)), lambda n, d, k: 10 * n, 10, length),
    Entry("GRU, path: 2n + 3", path(always(GRU)), lambda n, d, k: 2 * n + 3, 5, length),
)
N_STEPS, D_WIDE = whole(1, 12), whole(1, 3)

recurrence = claim(
    "complexity.aiayn-table-1.recurrent",
    says="A recurrent layer takes O(nd²) work and O(n) sequential operations, and paths through it are O(n) long.",
    expect="supported",
    by=search(cases=80),
    as_written=reading(entry=cases(ELMANS + LSTMS + GRUS), n=N_STEPS, d=D_WIDE, k=NO_KERNEL),
    fails_for={
        "work of O(nd)": reading(entry=less(ELMANS[0], tokens_times_width), n=N_STEPS, d=D_WIDE, k=NO_KERNEL),
        "O(1) sequential operations": reading(entry=less(LSTMS[1], order_one), n=N_STEPS, d=D_WIDE, k=NO_KERNEL),
        "paths of O(1)": reading(entry=less(GRUS[2], order_one), n=N_STEPS, d=D_WIDE, k=NO_KERNEL),
        "near miss: the product with h_0 = 0 counted": reading(
            entry=replace(ELMANS[0], law=lambda n, d, k: 4 * n * d * d + 3 * n * d), n=N_STEPS, d=D_WIDE, k=NO_KERNEL
        ),
        "near miss: one operation more on an LSTM's path": reading(entry=off_by_one(LSTMS[2]), n=N_STEPS, d=D_WIDE, k=NO_KERNEL),
        "O(n) operations on two numbers in a row": reading(
            entry=Entry("n (⌈log₂ d⌉ + 4)", scalar_rounds(always(ELMAN)), lambda n, d, k: n * (bits(d) + 4), 4, length),
            n=N_STEPS, d=D_WIDE, k=NO_KERNEL,
        ),
    },
    teach="The three cells differ in their constants alone. Through the cell of an LSTM or past the gates of a GRU a step adds "
    "two operations to the shortest path, in an Elman network four.",
    not_shown="That no other procedure takes fewer sequential operations: see complexity.on-regardless-of-hardware.",
    cites=("vaswani2017",),
)(the_count_follows_its_law_and_the_law_the_table)  # fmt: skip


# --- convolution ----------------------------------------------------------------------------------------------------

# 2 + 2/kd where k >= 2; ⌈x⌉ <= 2x where x >= 1, and ⌈(n - 1)/(k - 1)⌉ <= 2n/k + 1 <= 3n/k, where n >= k.
KERNELS = Entry(
    "work of a layer: 2knd² + 2nd", work(one_layer), lambda n, d, k: n * (2 * k * d * d + 2 * d), 3, lambda n, d, k: k * n * d * d
)
THREE = Entry("sequential operations of a layer: 3", rounds(one_layer), lambda n, d, k: 3, 3, order_one)
CONTIGUOUS = Entry(
    "path through a stack of contiguous kernels: 3⌈(n - 1)/(k - 1)⌉",
    path(stacked), lambda n, d, k: 3 * up(n - 1, k - 1), 6, lambda n, d, k: log(n) / log(k),
)  # fmt: skip
DILATED = Entry(
    "path through a stack of dilated kernels: 2⌈log_k n⌉",
    path(dilated), lambda n, d, k: 2 * layers(n, k), 4, lambda n, d, k: log(n) / log(k),
)  # fmt: skip
N_READ, K_WIDE = whole(4, 12), whole(2, 4)

convolution = claim(
    "complexity.aiayn-table-1.convolutional",
    says="A convolution with kernels of width k takes O(knd²) work and O(1) sequential operations a layer, and paths through a "
    "stack of them are O(log_k n) long.",
    expect="qualified",
    by=search(cases=60),
    as_written=reading(entry=cases((KERNELS, THREE, CONTIGUOUS)), n=N_READ, d=D_WIDE, k=K_WIDE),
    amended={
        "each layer's kernel is dilated k times as far as the one below": reading(
            entry=cases((KERNELS, THREE, DILATED)), n=N_READ, d=D_WIDE, k=K_WIDE
        )
    },
    fails_for={
        "work of O(knd)": reading(entry=less(KERNELS, lambda n, d, k: k * n * d), n=N_READ, d=D_WIDE, k=K_WIDE),
        "paths of O(1)": reading(entry=less(DILATED, order_one), n=N_READ, d=D_WIDE, k=K_WIDE),
        "one layer, which does not reach everywhere": reading(
            entry=Entry("path through one layer: 3", path(one_layer), THREE.law, 3, order_one), n=N_READ, d=D_WIDE, k=K_WIDE
        ),
        "near miss: ⌈log_k (n - 1)⌉ layers": reading(
            entry=replace(DILATED, law=lambda n, d, k: 2 * layers(n - 1, k)), n=N_READ, d=D_WIDE, k=K_WIDE
        ),
    },
    holds_for={
        "contiguous kernels, with paths of O(n/k)": reading(
            entry=less(CONTIGUOUS, lambda n, d, k: n / k, 9), n=whole(4, 8), d=1, k=K_WIDE
        )
    },
    teach="One layer connects positions less than k apart, so paths need a stack: ⌈(n - 1)/(k - 1)⌉ contiguous layers or "
    "⌈log_k n⌉ dilated ones. The table gives the second, and work and depth of a single layer: the stack takes that many times "
    "as much of both.",
    not_shown="Separable convolutions. Kernels that reach to both sides; here they reach back.",
    cites=("vaswani2017", "oord2016"),
)(the_count_follows_its_law_and_the_law_the_table)


# --- restricted self-attention --------------------------------------------------------------------------------------

# At most r + 1 <= 3r/2 keys a query, 4 + 6/d operations each: 15, and 6 more for projections where r >= d. For the path,
# ⌊r/2⌋ >= r/3, so that 2⌈(n - 1)/⌊r/2⌋⌉ <= 2(3n/r + 1) <= 8n/r where n >= r.
IN_WINDOWS = Entry(
    "work: 6nd² + (4d + 6)·(pairs within the window)",
    work(window), lambda n, d, r: 6 * n * d * d + (4 * d + 6) * pairs(n, r), 21, lambda n, d, r: r * n * d,
)  # fmt: skip
IN_WINDOWS_ALONE = Entry(
    "work without projections: (4d + 6)·(pairs within the window)",
    work_without_projections(window), lambda n, d, r: (4 * d + 6) * pairs(n, r), 15, IN_WINDOWS.published,
)  # fmt: skip
SAME = Entry("sequential operations: 5", rounds(window), lambda n, d, r: 5, 5, order_one)
HOPS = Entry(
    "path through a stack: 2⌈(n - 1)/⌊r/2⌋⌉", path(windows), lambda n, d, r: 2 * up(n - 1, r // 2), 8, lambda n, d, r: n / r
)
N_SEEN, R_WIDE = whole(6, 8), whole(2, 6)

restricted = claim(
    "complexity.aiayn-table-1.restricted",
    says="Self-attention within windows of r positions takes O(rnd) work and O(1) sequential operations a layer, and paths "
    "through a stack of them are O(n/r) long.",
    expect="qualified",
    by=search(cases=60),
    as_written=reading(entry=cases((IN_WINDOWS, SAME, HOPS)), n=N_SEEN, d=whole(1, 64), k=R_WIDE),
    amended={
        "the projections are not counted": reading(
            entry=cases((IN_WINDOWS_ALONE, SAME, HOPS)), n=N_SEEN, d=whole(1, 2), k=R_WIDE
        ),
        "the window is at least as wide as the model": reading(
            entry=cases((IN_WINDOWS, SAME, HOPS)), n=N_SEEN, d=whole(1, 3), k=whole(3, 6)
        ),
    },
    fails_for={
        "work of O(nd)": reading(entry=less(IN_WINDOWS_ALONE, tokens_times_width), n=N_SEEN, d=D_WIDE, k=R_WIDE),
        "paths of O(1)": reading(entry=less(HOPS, order_one), n=N_SEEN, d=1, k=R_WIDE),
        "near miss: r pairs for each query, at the ends too": reading(
            entry=replace(IN_WINDOWS_ALONE, law=lambda n, d, r: (4 * d + 6) * n * r), n=N_SEEN, d=D_WIDE, k=cases((3, 5))
        ),
        "near miss: r positions further with each layer": reading(
            entry=replace(HOPS, law=lambda n, d, r: 2 * up(n - 1, r)), n=N_SEEN, d=1, k=R_WIDE
        ),
        "one layer, which does not reach everywhere": reading(
            entry=Entry("path through one layer: 2", path(window), DIRECT.law, 2, order_one), n=N_SEEN, d=1, k=cases((2, 3, 4))
        ),
    },
    teach="A window of r positions reaches ⌊r/2⌋ to either side, so it takes ⌈(n - 1)/⌊r/2⌋⌉ layers, not n/r, to connect the "
    "ends, and the ends of a sequence have fewer neighbours. Projections cost 6nd² as ever: more than the windows if d > r.",
    not_shown="Windows wider than the sequence, which is full attention.",
    cites=("vaswani2017",),
)(the_count_follows_its_law_and_the_law_the_table)
