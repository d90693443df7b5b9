"""Table 1 of Vaswani et al. (2017), entry by entry: what is counted, the exact law it follows, and the published order."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import networkx as nx

from claims.kit import cases, claim, exhaustion, holds, reading
from claims.subjects.orders import (
    D_KEEPS_UP,
    EVERY_WAY,
    N_KEEPS_UP,
    WITH_A_WIDTH,
    Count,
    Entry,
    Way,
    compared,
    less,
    off_by_one,
    sizes,
    ways,
    without_bound,
)
from claims.subjects.traces import farthest, traced
from impls.counting.graph import Graph
from impls.counting.laws import LOG_D, LOG_K, LOG_N, ONE, D, K, N
from impls.tracing import systems
from impls.tracing.systems import ELMAN, GRU, LSTM, SELF_ATTENTION, System

Family = Callable[[int], System]  # a system for each width of its kernel or window


def always(system: System) -> Family:
    return lambda k: system


# One system for each width and not one a call, for traces are kept by system.
dilated, stacked, one_layer, window, windows = map(
    cache, (systems.DILATED, systems.CONVOLUTION, systems.CONVOLUTION_LAYER, systems.WINDOWED, systems.WINDOWED_STACK)
)


def work(family: Family) -> Count:
    """All scalar operations of a layer."""
    return lambda n, d, k: traced(family(k), n, d).work


def work_without_projections(family: Family) -> Count:
    """The same but for the products that read tokens as they are: queries, keys and values."""
    return lambda n, d, k: traced(family(k), n, d).work - first_products(traced(family(k), n, d))


def first_products(graph: Graph) -> int:
    """The work of products with no product before them."""
    products = [node for node, kind in graph.nodes.nodes(data="kind") if kind == "product"]
    later = set().union(*(nx.descendants(graph.nodes, node) for node in products))
    return sum(graph.nodes.nodes[node]["work"] for node in products if node not in later)


def rounds(family: Family) -> Count:
    """Sequential operations: tensor operations on the longest chain."""
    return lambda n, d, k: traced(family(k), n, d).span


def scalar_rounds(family: Family) -> Count:
    """The same for operations on two numbers."""
    return lambda n, d, k: traced(family(k), n, d).span_bounded


def path(family: Family) -> Count:
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


# --- self-attention -------------------------------------------------------------------------------------------------

WHOLE = Entry("work: 6nd² + 4n²d + 6n²", work(always(SELF_ATTENTION)), 6 * N * D**2 + (4 * D + 6) * N**2, N**2 * D)
SCORES = Entry(
    "work without projections: 4n²d + 6n²", work_without_projections(always(SELF_ATTENTION)), (4 * D + 6) * N**2, N**2 * D
)
AT_ONCE = Entry("sequential operations: 5", rounds(always(SELF_ATTENTION)), 5 * ONE, ONE)
DIRECT = Entry("path: 2", path(always(SELF_ATTENTION)), 2 * ONE, ONE)
OF_TWO_NUMBERS = Entry(
    "operations on two numbers in a row: 3⌈log₂ n⌉ + 2⌈log₂ d⌉ + 7",
    scalar_rounds(always(SELF_ATTENTION)), lambda n, d, k: 3 * bits(n) + 2 * bits(d) + 7, ONE,
    like=3 * LOG_N + 2 * LOG_D + 7, within=2,
)  # fmt: skip


@claim(
    "complexity.aiayn-table-1.self-attention",
    says="A layer of self-attention takes O(n²d) work and O(1) sequential operations, and paths through it are O(1) long.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(entry=cases((WHOLE, AT_ONCE, DIRECT)), way=EVERY_WAY),
    amended={
        "the sequence grows at least as fast as the width, which may be fixed": reading(
            entry=cases((WHOLE, AT_ONCE, DIRECT)), way=N_KEEPS_UP
        ),
    },
    altered={
        "Where the sequence grows at least as fast as the width, a layer of self-attention takes O(nd²) work.": reading(
            entry=less(WHOLE, N * D**2), way=N_KEEPS_UP
        ),
        "Where the width grows at least as fast as the sequence, a layer of self-attention takes O(n²d) work.": reading(
            entry=WHOLE, way=D_KEEPS_UP
        ),
    },
    fails_for={
        "near miss: the width grows a little faster than the sequence": reading(entry=WHOLE, way=Way(4, 5)),
        "near miss: work of O(n²d / log n)": reading(entry=less(SCORES, N**2 * D / LOG_N), way=N_KEEPS_UP),
        "near miss: one operation too many": reading(entry=off_by_one(SCORES), way=EVERY_WAY),
        "O(1) operations on two numbers in a row": reading(entry=OF_TWO_NUMBERS, way=EVERY_WAY),
        "the Elman network's path": reading(entry=Entry("path: 4n", path(always(ELMAN)), 4 * N, ONE), way=EVERY_WAY),
    },
    holds_for={
        "what the table counts, which leaves the projections out": reading(entry=cases((SCORES, AT_ONCE, DIRECT)), way=EVERY_WAY),
        "O(log n + log d) operations on two numbers in a row": reading(
            entry=less(OF_TWO_NUMBERS, LOG_N + LOG_D + 1), way=EVERY_WAY
        ),
    },
    teach="The work of the table is that of scores and weighted sums, 4n²d + 6n². Queries, keys and values come to 6nd² more "
    "(8nd² with an output projection), which is no O(n²d): let the model alone grow wider, and with every doubling of d the "
    "ratio doubles. A sequential operation is a whole product or softmax.",
    not_shown="Several heads, biases and the layer's feed-forward network, none of which the table counts.",
    cites=("vaswani2017",),
)
def the_law_is_of_the_published_order(entry: Entry, way: Way) -> None:
    """The count is the law, and the law over the order stays bounded, whichever way the sizes grow."""
    holds(compared(entry, way) <= 0, without_bound(entry, way))


# --- recurrence -----------------------------------------------------------------------------------------------------


ELMANS = (
    Entry("Elman, work: 4nd² - 2d² + 3nd", work(always(ELMAN)), (4 * N - 2) * D**2 + 3 * N * D, N * D**2),
    Entry("Elman, sequential operations: 4n", rounds(always(ELMAN)), 4 * N, N),
    Entry("Elman, path: 4n", path(always(ELMAN)), 4 * N, N),
)
LSTMS = (
    Entry("LSTM, work: 16nd² + 13nd", work(always(LSTM)), N * (16 * D**2 + 13 * D), N * D**2),
    Entry("LSTM, sequential operations: 7n", rounds(always(LSTM)), 7 * N, N),
    Entry(
        "LSTM, path: 2n + 5, or 4n if less",
        path(always(LSTM)), lambda n, d, k: min(2 * n + 5, 4 * n), N, like=2 * N, within=2,
    ),
)  # fmt: skip
GRUS = (
    Entry("GRU, work: 12nd² + 12nd", work(always(GRU)), N * (12 * D**2 + 12 * D), N * D**2),
    Entry("GRU, sequential operations: 10n", rounds(always(GRU)), 10 * N, N),
    Entry("GRU, path: 2n + 3", path(always(GRU)), 2 * N + 3, N),
)

recurrence = claim(
    "complexity.aiayn-table-1.recurrent",
    says="A recurrent layer takes O(nd²) work and O(n) sequential operations, and paths through it are O(n) long.",
    expect="supported",
    by=exhaustion(),
    as_written=reading(entry=cases(ELMANS + LSTMS + GRUS), way=EVERY_WAY),
    altered={
        "A recurrent layer takes O(n²d) work.": reading(
            entry=cases([less(cell[0], N**2 * D) for cell in (ELMANS, LSTMS, GRUS)]), way=EVERY_WAY
        ),
        "A recurrent layer of d units takes O(d) sequential operations.": reading(
            entry=cases([less(cell[1], D) for cell in (ELMANS, LSTMS, GRUS)]), way=EVERY_WAY
        ),
        "Through the cell of an LSTM or past the gates of a GRU paths are O(1) long.": reading(
            entry=cases([less(cell[2], ONE) for cell in (LSTMS, GRUS)]), way=EVERY_WAY
        ),
    },
    fails_for={
        "near miss: work of O(nd² / log d)": reading(entry=less(ELMANS[0], N * D**2 / LOG_D), way=EVERY_WAY),
        "O(1) sequential operations": reading(entry=less(LSTMS[1], ONE), way=EVERY_WAY),
        "near miss: paths of O(n / log n)": reading(entry=less(GRUS[2], N / LOG_N), way=EVERY_WAY),
        "near miss: the product with h_0 = 0 counted": reading(
            entry=replace(ELMANS[0], law=4 * N * D**2 + 3 * N * D), way=EVERY_WAY
        ),
        "near miss: one operation more on an LSTM's path": reading(entry=off_by_one(LSTMS[2]), way=EVERY_WAY),
        "O(n) operations on two numbers in a row": reading(
            entry=Entry(
                "n (⌈log₂ d⌉ + 4)", scalar_rounds(always(ELMAN)), lambda n, d, k: n * (bits(d) + 4), N,
                like=N * (LOG_D + 4), within=2,
            ),
            way=EVERY_WAY,
        ),
    },
    teach="The three cells differ in their constants alone. Through the cell of an LSTM or past the gates of a GRU a step adds "
    "two operations to the shortest path, in an Elman network four.",
    not_shown="That no other procedure takes fewer sequential operations: see complexity.on-regardless-of-hardware.",
    cites=("vaswani2017",),
)(the_law_is_of_the_published_order)  # fmt: skip


# --- convolution ----------------------------------------------------------------------------------------------------

# x ≤ ⌈x⌉ ≤ 2x for x ≥ 1; and n/k ≤ ⌈(n - 1)/(k - 1)⌉ ≤ 2n/k + 1 ≤ 3n/k for 2 ≤ k ≤ n.
UP_TO_TWELVE = sizes((4, 7, 12), (1, 2, 3), (2, 3, 4))
KERNELS = Entry("work of a layer: 2knd² + 2nd", work(one_layer), N * (2 * K * D**2 + 2 * D), K * N * D**2, at=UP_TO_TWELVE)
THREE = Entry("sequential operations of a layer: 3", rounds(one_layer), 3 * ONE, ONE, at=UP_TO_TWELVE)
CONTIGUOUS = Entry(
    "path through a stack of contiguous kernels: 3⌈(n - 1)/(k - 1)⌉",
    path(stacked), lambda n, d, k: 3 * up(n - 1, k - 1), LOG_N / LOG_K, like=3 * N / K, within=3, at=UP_TO_TWELVE,
)  # fmt: skip
DILATED = Entry(
    "path through a stack of dilated kernels: 2⌈log_k n⌉",
    path(dilated), lambda n, d, k: 2 * layers(n, k), LOG_N / LOG_K, like=2 * LOG_N / LOG_K, within=2, at=UP_TO_TWELVE,
)  # fmt: skip

convolution = claim(
    "complexity.aiayn-table-1.convolutional",
    says="A convolution with kernels of width k takes O(knd²) work and O(1) sequential operations a layer, and paths through a "
    "stack of them are O(log_k n) long.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(entry=cases((KERNELS, THREE, CONTIGUOUS)), way=WITH_A_WIDTH),
    amended={
        "each layer's kernel is dilated k times as far as the one below": reading(
            entry=cases((KERNELS, THREE, DILATED)), way=WITH_A_WIDTH
        )
    },
    altered={
        "A convolution with kernels of width k takes O(nd²) work a layer.": reading(
            entry=less(KERNELS, N * D**2), way=WITH_A_WIDTH
        ),
        "A convolution with kernels of width k takes O(kn²d) work a layer.": reading(
            entry=less(KERNELS, K * N**2 * D), way=WITH_A_WIDTH
        ),
        "Paths through a stack of dilated layers are O(k) long.": reading(entry=less(DILATED, K), way=WITH_A_WIDTH),
    },
    fails_for={
        "near miss: work of O(knd² / log d)": reading(entry=less(KERNELS, K * N * D**2 / LOG_D), way=WITH_A_WIDTH),
        "paths of O(1)": reading(entry=less(DILATED, ONE), way=WITH_A_WIDTH),
        "one layer, which does not reach everywhere": reading(
            entry=Entry("path through one layer: 3", path(one_layer), 3 * ONE, ONE, at=UP_TO_TWELVE), way=WITH_A_WIDTH
        ),
        "near miss: ⌈log_k (n - 1)⌉ layers": reading(
            entry=replace(DILATED, law=lambda n, d, k: 2 * layers(n - 1, k)), way=WITH_A_WIDTH
        ),
    },
    holds_for={"contiguous kernels, with paths of O(n/k)": reading(entry=less(CONTIGUOUS, N / K), way=WITH_A_WIDTH)},
    teach="One layer connects positions less than k apart, so paths need a stack: ⌈(n - 1)/(k - 1)⌉ contiguous layers or "
    "⌈log_k n⌉ dilated ones. The table gives the second, and work and depth of a single layer: the stack takes that many times "
    "as much of both.",
    not_shown="Separable convolutions. Kernels that reach to both sides; here they reach back.",
    cites=("vaswani2017", "oord2016"),
)(the_law_is_of_the_published_order)


# --- restricted self-attention --------------------------------------------------------------------------------------

# A window of r positions around a query, r odd, reaches h = (r - 1)/2 to either side: nr - h(h + 1) pairs, for h are missing at
# each end, h - 1 next to it, and so on. For the path, 2n/r ≤ (n - 1)/h ≤ 3n/r and ⌈(n - 1)/h⌉ ≤ 4n/r where 3 ≤ r ≤ n.
ODD = sizes((7, 8, 12), (1, 2, 3), (3, 5, 7))
PAIRS = N * K - (K**2 - 1) / 4
IN_WINDOWS = Entry("work: 6nd² + (4d + 6)(nr - (r² - 1)/4)", work(window), 6 * N * D**2 + (4 * D + 6) * PAIRS, K * N * D, at=ODD)
IN_WINDOWS_ALONE = Entry(
    "work without projections: (4d + 6)(nr - (r² - 1)/4)",
    work_without_projections(window), (4 * D + 6) * PAIRS, K * N * D, at=ODD,
)  # fmt: skip
WITH_A_WINDOW = ways("n, d and r = k ≤ n grow: one alone, some alike, some like another's square", wide=True)
WINDOW_KEEPS_UP = ways("n, d and r = k ≤ n grow, d no faster than r", lambda a, b, c: b <= c, wide=True)
SAME = Entry("sequential operations: 5", rounds(window), 5 * ONE, ONE, at=ODD)
HOPS = Entry(
    "path through a stack: 2⌈2(n - 1)/(r - 1)⌉",
    path(windows), lambda n, d, r: 2 * up(2 * (n - 1), r - 1), N / K, like=4 * N / K, within=2, at=ODD,
)  # fmt: skip

restricted = claim(
    "complexity.aiayn-table-1.restricted",
    says="Self-attention within windows of r positions takes O(rnd) work and O(1) sequential operations a layer, and paths "
    "through a stack of them are O(n/r) long.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(entry=cases((IN_WINDOWS, SAME, HOPS)), way=WITH_A_WINDOW),
    amended={
        "the window grows at least as fast as the model's width, which may be fixed": reading(
            entry=cases((IN_WINDOWS, SAME, HOPS)),
            way=WINDOW_KEEPS_UP,
        ),
    },
    altered={
        "Where the window grows at least as fast as the width, attention within it takes O(nd²) work.": reading(
            entry=less(IN_WINDOWS, N * D**2), way=WINDOW_KEEPS_UP
        ),
        "Where the window grows at least as fast as the width, paths through a stack are O(log n / log r) long.": reading(
            entry=less(HOPS, LOG_N / LOG_K), way=WINDOW_KEEPS_UP
        ),
        "Where the window grows at least as fast as the width, paths through a stack are O(r) long.": reading(
            entry=less(HOPS, K), way=WINDOW_KEEPS_UP
        ),
    },
    fails_for={
        "near miss: the width grows a little faster than the window": reading(entry=IN_WINDOWS, way=Way(5, 5, 4)),
        "near miss: work of O(rnd / log n)": reading(entry=less(IN_WINDOWS_ALONE, K * N * D / LOG_N), way=WITH_A_WINDOW),
        "paths of O(1)": reading(entry=less(HOPS, ONE), way=WITH_A_WINDOW),
        "near miss: r pairs for each query, at the ends too": reading(
            entry=replace(IN_WINDOWS_ALONE, law=(4 * D + 6) * N * K), way=WITH_A_WINDOW
        ),
        "near miss: r positions further with each layer": reading(
            entry=replace(HOPS, law=lambda n, d, r: 2 * up(n - 1, r)), way=WITH_A_WINDOW
        ),
        "one layer, which does not reach everywhere": reading(
            entry=Entry("path through one layer: 2", path(window), 2 * ONE, ONE, at=ODD), way=WITH_A_WINDOW
        ),
    },
    holds_for={
        "what the table counts, which leaves the projections out": reading(
            entry=cases((IN_WINDOWS_ALONE, SAME, HOPS)), way=WITH_A_WINDOW
        )
    },
    teach="A window of r positions around its own reaches (r - 1)/2 to either side, so it takes ⌈2(n - 1)/(r - 1)⌉ layers, about "
    "2n/r and not n/r, to connect the ends, and the ends of a sequence have fewer neighbours. Projections cost 6nd² as ever: let "
    "the model alone grow wider, and with every doubling of d the ratio to rnd doubles.",
    not_shown="Windows wider than the sequence, which is full attention; windows with an even number of positions, which cannot "
    "lie evenly around one.",
    cites=("vaswani2017",),
)(the_law_is_of_the_published_order)
