"""What parallel hardware can do with a chain, and what with attention."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from claims.kit import at_least, at_most, cases, claim, exhaustion, holds, reading, search, show
from claims.kit.domains import whole
from claims.rnns.sequential.figures import speedup_on_processors
from claims.subjects.traces import traced
from impls.attending import transformer
from impls.counting.graph import trace
from impls.tracing.systems import (
    CAUSAL_ATTENTION,
    ELMAN,
    GRU,
    LSTM,
    SCAN,
    SELF_ATTENTION,
    System,
)  # fmt: skip


def average_parallelism(system: System, n: int, d: int) -> float:
    """Work over span: how many processors can be kept busy on average, width included."""
    graph = traced(system, n, d)
    return graph.work / graph.span_bounded


def twice_as_long_is_twice_as_parallel(system: System, n: int, d: int) -> None:
    at_least(
        average_parallelism(system, 2 * n, d), 2 * average_parallelism(system, n, d), f"processors kept busy by {2 * n} tokens"
    )


def twice_as_wide_is_no_more_parallel(system: System, n: int, d: int) -> None:
    at_most(average_parallelism(system, n, 2 * d), average_parallelism(system, n, d), f"processors kept busy at width {2 * d}")


@claim(
    "sequential.o1-parallelism",
    says="A chain of n dependent steps offers parallelism that does not grow with n, however many cores there are.",
    lines=(72, 76),
    expect="supported",
    uses=("sequential.step-t-waits-for-t-1",),
    by=search(cases=40),
    as_written=reading(system=ELMAN, n=whole(1, 48), d=whole(1, 4)),
    altered={
        "A chain of n dependent steps offers parallelism in proportion to n.": reading(
            twice_as_long_is_twice_as_parallel, system=ELMAN, n=whole(1, 24), d=whole(1, 4)
        ),
        "A chain of dependent steps offers parallelism that does not grow with their width.": reading(
            twice_as_wide_is_no_more_parallel, system=ELMAN, n=whole(1, 24), d=whole(1, 2)
        ),
    },
    holds_for={
        "the LSTM": reading(system=LSTM, n=whole(1, 16), d=whole(1, 3)),
        "the GRU": reading(system=GRU, n=whole(1, 16), d=whole(1, 3)),
    },
    fails_for={
        "near miss: a linear recurrence, by scan": reading(system=SCAN, n=whole(2, 64), d=whole(1, 4)),
        "self-attention": reading(system=SELF_ATTENTION, n=whole(1, 256), d=whole(1, 4)),
        "causal self-attention": reading(system=CAUSAL_ATTENTION, n=whole(1, 256), d=whole(1, 4)),
    },
    teach="Count scalar operations: work W and span S. An RNN has W and S both proportional to n, so W/S, the number of "
    "processors that it can keep busy, is set by its width. In attention W grows and S hardly does.",
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
    uses=(
        "sequential.step-t-waits-for-t-1",
        "complexity.attention-o1-sequential",
    ),
    by=exhaustion(),
    as_written=reading(part=cases((RECURRENT, Products("Transformer: one", transformer_products, one))), n=LENGTHS),
    amended={
        "one says a fixed number of products a layer, whatever the length": reading(
            part=cases((RECURRENT, Products("Transformer: the same at all lengths", transformer_products, six))), n=LENGTHS
        ),
    },
    altered={
        "A Transformer takes 512 products that wait for one another, a recurrent network a fixed number at any length.": reading(
            part=cases(
                (
                    Products("Transformer: as many as tokens", transformer_products, length),
                    Products("RNN: the same at all lengths", recurrent_products, six),
                )
            ),
            n=LENGTHS,
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
