"""Chapter 8, computational complexity: laws in n and d, read off traces as whole numbers, never fitted to a clock."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from claims.kit import at_most, cases, claim, holds, only, reading, search, show
from claims.kit.domains import whole
from claims.traces import traced
from impls import attention, transformer
from impls.graph import Graph, shortest_gradient_path, trace
from impls.systems import DILATED, ELMAN, SELF_ATTENTION, TRANSFORMER_LAYER, System


@dataclass(frozen=True)
class Law:
    """A count read off the trace of n tokens of width d, and the formula it must equal."""

    name: str
    count: Callable[[Graph], int]
    formula: Callable[[int, int], int]


def steps_in_a_row(graph: Graph) -> int:
    return graph.chain("tanh")


def product_work(graph: Graph) -> int:
    """Multiplications and additions of all matrix products; the first recurrent product meets h_0 = 0 and is free."""
    return graph.work_of("product")


def depth(graph: Graph) -> int:
    """The longest chain of arithmetic operations: the time on unlimited hardware."""
    return graph.span


def gradient_path(graph: Graph) -> int:
    """The fewest operations between the first token and the last state."""
    length = graph.shortest_path(0, len(graph.inputs) - 1)
    return -1 if length is None else length


RNN_TABLE = (
    Law("steps one after another: n", steps_in_a_row, lambda n, d: n),
    Law("work a step: 4d² (two products of d by d), n times: 4nd² - 2d²", product_work, lambda n, d: 4 * n * d * d - 2 * d * d),
    Law("depth on unlimited hardware: 4n", depth, lambda n, d: 4 * n),
    Law("gradient path from the first token to the last state: 4n", gradient_path, lambda n, d: 4 * n),
)


@claim(
    "complexity.rnn-table",
    says="For n tokens and d hidden units a recurrent network takes O(n) steps in a row of O(d²) work each, O(nd²) in all, at "
    "least O(n) of time on any hardware, and has gradient paths of length O(n).",
    lines=(334, 335, 336, 337, 338, 339, 340),
    expect="supported",
    by=search(cases=60),
    as_written=reading(system=ELMAN, law=cases(RNN_TABLE), n=whole(2, 24), d=whole(1, 4)),
    fails_for={
        "near miss: one step fewer": reading(
            system=ELMAN, law=Law("n - 1 steps", steps_in_a_row, lambda n, d: n - 1), n=whole(2, 24), d=whole(1, 4)
        ),
        "near miss: the first recurrent product counted, though h_0 = 0": reading(
            system=ELMAN, law=Law("4nd²", product_work, lambda n, d: 4 * n * d * d), n=whole(2, 24), d=whole(1, 4)
        ),
        "self-attention": reading(system=SELF_ATTENTION, law=cases(RNN_TABLE), n=whole(2, 24), d=whole(1, 4)),
    },
    teach="Each is an exact law here, not a fit: n steps in a row, 4nd² - 2d² operations in products, depth and gradient path 4n "
    "(product, two sums, tanh). The O(n) time is that of carrying the recurrence out; see sequential.step-t-waits-for-t-1.",
    not_shown="Inputs and outputs of a width other than d.",
    cites=("vaswani2017",),
)
def the_trace_follows_the_law(system: System, law: Law, n: int, d: int) -> None:
    counted, promised = law.count(traced(system, n, d)), law.formula(n, d)
    show("counted", counted)
    show("promised", promised)
    holds(counted == promised, f"{law.name}: counted {counted} at n = {n}, d = {d}, not {promised}")


def in_tensor_operations(graph: Graph) -> int:
    return graph.span


def in_operations_of_two_numbers(graph: Graph) -> int:
    return graph.span_bounded


@claim(
    "complexity.attention-o1-sequential",
    says="Self-attention takes a number of sequential operations that does not depend on the length: O(1).",
    lines=(351,),
    expect="supported",
    by=search(cases=40),
    as_written=reading(system=SELF_ATTENTION, depth_of=only(in_tensor_operations), n=whole(1, 64), d=whole(1, 4)),
    holds_for={
        "a whole Transformer layer": reading(
            system=TRANSFORMER_LAYER, depth_of=only(in_tensor_operations), n=whole(1, 10), d=whole(1, 2)
        )
    },
    fails_for={
        "near miss: operations on two numbers at a time": reading(
            system=SELF_ATTENTION, depth_of=only(in_operations_of_two_numbers), n=whole(1, 64), d=whole(1, 4)
        ),
        "the Elman network": reading(system=ELMAN, depth_of=only(in_tensor_operations), n=whole(1, 16), d=whole(1, 4)),
    },
    teach="True when a whole matrix product or softmax counts as one operation. With operations on two numbers at a time, sums "
    "over n terms add O(log n).",
    not_shown="Generation token by token, which is as sequential as an RNN.",
    cites=("vaswani2017",),
)
def the_depth_is_that_of_one_token(system: System, depth_of: Callable[[Graph], int], n: int, d: int) -> None:
    one, many = depth_of(traced(system, 1, d)), depth_of(traced(system, n, d))
    show("depth at one token", one)
    show(f"depth at {n} tokens", many)
    holds(one == many, f"depth {many} at n = {n}, {one} at n = 1")


def scores_and_sums(n: int, d: int) -> int:
    """Operations in the products of queries with keys and of weights with values."""
    return whole_attention(n, d).work_of("bmm")


def with_projections(n: int, d: int) -> int:
    """The same, and the four projections: queries, keys, values and output."""
    return whole_attention(n, d).work_of("product")


def with_feed_forward(n: int, d: int) -> int:
    """The products of a whole Transformer layer, its feed-forward network of width 4d among them."""
    p = transformer.draw(d, 1, torch.Generator().manual_seed(0))
    return trace(lambda X: [transformer.run(p, X)], torch.ones(n, d, dtype=torch.float64)).work_of("product")


def whole_attention(n: int, d: int) -> Graph:
    """Self-attention with one head."""
    p = attention.draw_multi_head(d, 1, torch.Generator().manual_seed(0))
    return trace(lambda X: [attention.multi_head(p, X)], torch.ones(n, d, dtype=torch.float64))


@claim(
    "complexity.attention-n2d",
    says="Self-attention costs O(n²d).",
    lines=(350,),
    expect="qualified",
    by=search(cases=60),
    as_written=reading(operations=with_projections, n=whole(1, 24), d=whole(1, 12)),
    amended={
        "only the scores and the weighted sums are counted": reading(operations=scores_and_sums, n=whole(1, 24), d=whole(1, 12)),
        "the sequence is at least twice as long as the model is wide": reading(
            operations=with_projections, n=whole(12, 24), d=whole(1, 6)
        ),
    },
    fails_for={
        "near miss: 2d - 1 tokens": reading(operations=with_projections, n=11, d=6),
        "the feed-forward network counted, and at most five times as long as wide": reading(
            operations=with_feed_forward, n=whole(12, 15), d=whole(3, 6)
        ),
    },
    teach="Scores and weighted sums cost 4n²d operations, the four projections 8nd²: O(n²d + nd²). The projections are the "
    "larger part while n < 2d, and with a feed-forward network of width 4d while n < 6d.",
    not_shown="The constant in O(·) is set to twice that of the quadratic part; for any other there is a width that breaks it.",
    cites=("vaswani2017",),
)
def twice_the_quadratic_part_pays_for_all(operations: Callable[[int, int], int], n: int, d: int) -> None:
    show("operations counted", operations(n, d))
    show("4n²d", 4 * n * n * d)
    at_most(operations(n, d), 2 * 4 * n * n * d, f"operations at n = {n}, d = {d}")


@claim(
    "complexity.attention-path-o1",
    says="In self-attention every token receives the gradient of every position along a path of constant length.",
    lines=(352, 413, 425),
    expect="supported",
    by=search(cases=20),
    as_written=reading(system=SELF_ATTENTION, n=whole(2, 24)),
    holds_for={"a whole Transformer layer": reading(system=TRANSFORMER_LAYER, n=whole(2, 10))},
    fails_for={
        "the Elman network": reading(system=ELMAN, n=whole(2, 10)),
        "near miss: dilated convolution, whose paths grow like log n": reading(system=DILATED(2), n=whole(2, 10)),
    },
    teach="Three products and a softmax lie between any two positions, near or far. The number of operations is constant; the "
    "size of the gradient is another matter.",
    not_shown="That the gradient is large: with n bounded scores each token gets about 1/n of it.",
    cites=("vaswani2017",),
)
def the_gradient_path_is_no_longer_than_at_two_tokens(system: System, n: int) -> None:
    short, long = max(gradient_paths(system, 2)), max(gradient_paths(system, n))
    show("longest of the shortest paths, two tokens", short)
    show(f"the same at {n} tokens", long)
    holds(long <= short, f"{long} operations between some token and a position at n = {n}, {short} at two tokens")


def gradient_paths(system: System, n: int) -> list[int]:
    """Operations on the shortest gradient path from every position to every token not after it; a gradient must flow."""
    generator = torch.Generator().manual_seed(n)
    tokens = [torch.randn(2, generator=generator, dtype=torch.float64).requires_grad_() for _ in range(n)]
    outputs = [position[0] for position in system.run(system.draw(2, generator), tokens)]
    lengths = [shortest_gradient_path(outputs[j], tokens[i]) for j in range(n) for i in range(j + 1)]
    gradients = torch.autograd.grad(sum(output.sin().sum() for output in outputs), tokens)
    holds(None not in lengths and all(bool(g.any()) for g in gradients), "no gradient arrives at some token")
    return [length for length in lengths if length is not None]
