"""Growth, counted on paper."""

import itertools
from fractions import Fraction
from math import ceil, log, log2

import numpy as np

from tests.oracles.registry import only, oracle


def matrix_product(m, k, n):
    return 2 * m * k * n


def attention_on_paper(projections, softmax):
    """Projections, scores, weighted sums, and five operations an entry for the softmax and one for the scale."""
    return lambda n, d, k: (
        projections * matrix_product(n, d, d) + matrix_product(n, d, n) + matrix_product(n, n, d) + softmax * n * n
    )


def windows_on_paper(n, d, r):
    reach = (r - 1) // 2
    seen = sum(1 + min(reach, t) + min(reach, n - 1 - t) for t in range(n)) if n <= 4096 else n * r
    return 3 * matrix_product(n, d, d) + seen * (4 * d + 6)


def layers_until_all_is_read(n, d, k):
    """Each layer of a contiguous kernel reads k - 1 positions further back, and is three operations on the path."""
    return 3 * ceil((n - 1) / (k - 1))


ON_PAPER = {
    "the same and four projections": attention_on_paper(4, 0),
    "products of queries": attention_on_paper(0, 0),
    "work: 6nd² + 4n²d": attention_on_paper(3, 6),
    "work without projections: 4n²d": attention_on_paper(0, 6),
    "work: 6nd² + (4d + 6)(nr": windows_on_paper,
    "path through a stack of contiguous": layers_until_all_is_read,
    "online softmax, kept": lambda n, d, k: 4 * n * d + n,
    "online softmax by blocks": lambda n, d, k: max(16 * n, n * d, d * d),
    "textbook, kept": lambda n, d, k: n * n + 3 * n * d,
}
PRINTED = {
    "complexity.attention-n2d": lambda n, d, k: n * n * d,
    "complexity.aiayn-table-1.self-attention": lambda n, d, k: n * n * d,
    "complexity.aiayn-table-1.restricted": lambda n, d, k: k * n * d,
    "complexity.aiayn-table-1.convolutional": lambda n, d, k: log(n) / log(k),
    "complexity.quadratic-memory": lambda n, d, k: n * n,
}


def ratio_grows_by(id, entry, way, t=1024):
    """From the first size to one where t has grown a thousandfold."""
    count = next((count for name, count in ON_PAPER.items() if entry.name.startswith(name)), None)
    only(count)
    first, last = (count(*way.sizes(s)) / PRINTED[id](*way.sizes(s)) for s in (1, t))
    return last / first


def outgrows(id):
    return lambda entry, way: ratio_grows_by(id, entry, way) > 30


for work in ("attention-n2d", "aiayn-table-1.self-attention", "aiayn-table-1.restricted", "aiayn-table-1.convolutional"):
    oracle(f"complexity.{work}", by="on paper")(outgrows(f"complexity.{work}"))


@oracle("complexity.quadratic-memory", by="on paper")
def it_falls_behind_the_square(held, way):
    return ratio_grows_by("complexity.quadratic-memory", held, way) < 1 / 30


@oracle("complexity.on-regardless-of-hardware", by="exact arithmetic")
def rounds_of_a_scan_are_enough(way, unit, n, d, seed):
    """h_t = a h_{t-1} + x_t in fractions: in each round every place joins what ends right before it, a product and then a sum."""
    only(way.name == "linear recurrence, by scan")
    a, xs = Fraction(2, 3), [Fraction(t * t - 5) for t in range(n)]
    states, factors, reach, rounds = list(xs), [a] * n, 1, 0
    while reach < n:
        states = [states[t] + factors[t] * states[t - reach] if t >= reach else states[t] for t in range(n)]
        factors = [factors[t] * factors[t - reach] if t >= reach else factors[t] for t in range(n)]
        reach, rounds = 2 * reach, rounds + 1
    in_turn = list(itertools.accumulate(xs, lambda h, x: a * h + x))
    return states == in_turn and 2 * rounds < n and rounds == ceil(log2(n))


@oracle("complexity.parallelizable-column", by="second implementation")
def all_inputs_are_multiplied_in_one_product(train, cell, n, d, seed):
    only("W_x x" in cell.name)
    generator = np.random.default_rng(0)
    W_x, X = generator.integers(-9, 9, (d, d + 1)), generator.integers(-9, 9, (n, d + 1))
    return n > 1 and ([W_x @ x for x in X] == X @ W_x.T).all()


@oracle("interview.bahdanau-encoder-vanishes", by="on paper")
def the_way_is_as_long_to_the_first_token(translator, way, n, m):
    """Drawn by hand: x_i → h_i → context → loss, and h_i → h_{i+1}."""
    arrows = {**{("x", i): [("h", i)] for i in range(n)}, "context": ["loss"]}
    arrows |= {("h", i): ["context", *([("h", i + 1)] if i + 1 < n else [])] for i in range(n)}
    end = "loss" if way.__name__ == "from_the_loss" else ("h", n - 1)

    def length(place):
        return 0 if place == end else 1 + min((length(after) for after in arrows.get(place, [])), default=10**6)

    lengths = [length(("x", i)) for i in range(n)]
    return not all(earlier > later for earlier, later in itertools.pairwise(lengths))
