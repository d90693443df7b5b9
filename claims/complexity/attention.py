"""Self-attention: its work, its depth, its paths and its memory."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from claims.complexity.figures import memory_by_length, paths_by_length
from claims.complexity.recurrent import in_operations_of_two_numbers, in_tensor_operations
from claims.kit import at_least, at_most, cases, claim, holds, only, reading, search, show
from claims.kit.domains import whole
from claims.subjects.traces import traced
from impls.attending import attention, online, transformer
from impls.attending.attention import SelfAttention
from impls.counting import memory
from impls.counting.graph import Graph, shortest_gradient_path, trace
from impls.tracing.systems import DILATED, ELMAN, SELF_ATTENTION, TRANSFORMER_LAYER, System

# --- operations -----------------------------------------------------------------------------------------------------


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


# --- paths ----------------------------------------------------------------------------------------------------------


@claim(
    "complexity.attention-o1-sequential",
    says="Self-attention takes a number of sequential operations that does not depend on the length: O(1).",
    lines=(351, 355),
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
    teach="The shortest way between two positions is two products, near or far: into a value, and by its weight. The "
    "number of operations is constant; the size of the gradient is another matter.",
    not_shown="That the gradient is large: with n bounded scores each token gets about 1/n of it.",
    cites=("vaswani2017",),
    figure=paths_by_length,
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


# --- memory ---------------------------------------------------------------------------------------------------------

Attention = Callable[[SelfAttention, torch.Tensor], torch.Tensor]


def fused(p: SelfAttention, X: torch.Tensor) -> torch.Tensor:
    """By torch's own kernel, which wants a batch and heads."""
    Q, K, V = ((X @ W.T)[None, None] for W in (p.W_q, p.W_k, p.W_v))
    return torch.nn.functional.scaled_dot_product_attention(Q, K, V)[0, 0]


def gap_to_the_textbook(attend: Attention, p: SelfAttention, X: torch.Tensor) -> float:
    """The largest difference in outputs and in gradients by the tokens."""
    tokens = X.clone().requires_grad_()
    found, want = attend(p, tokens), attention.self_attention(p, tokens)
    pairs = (found, want), tuple(torch.autograd.grad(one.sin().sum(), tokens)[0] for one in (found, want))
    return max(float((one - other).detach().abs().max()) for one, other in pairs)


def kept_for_backward(attend: Attention, p: SelfAttention, X: torch.Tensor) -> int:
    """Numbers saved between the forward pass and the backward one."""
    return memory.saved_bytes(attend, p, X) // X.itemsize


@dataclass(frozen=True)
class Memory:
    """A form of attention, a count of numbers that it holds, and the formula which that count must equal."""

    name: str
    attend: Attention
    count: Callable[[Attention, SelfAttention, torch.Tensor], int]
    formula: Callable[[int, int], int]


TEXTBOOK = (
    Memory("textbook, kept for backward: n² + 3nd", attention.self_attention, kept_for_backward, lambda n, d: n * n + 3 * n * d),
    Memory(
        "textbook, the largest tensor: n², nd or d²",
        attention.self_attention, memory.largest, lambda n, d: max(n * n, n * d, d * d),
    ),
)  # fmt: skip
ONLINE = (
    Memory("online softmax, kept for backward: 4nd + n", online.self_attention, kept_for_backward, lambda n, d: 4 * n * d + n),
    Memory(
        "online softmax by blocks of 16 keys, the largest tensor: 16n, n², nd or d²",
        online.self_attention, memory.largest, lambda n, d: max(n * min(n, online.BLOCK), n * d, d * d),
    ),
)  # fmt: skip
FUSED = Memory("torch's fused kernel, kept for backward: 4nd + n", fused, kept_for_backward, lambda n, d: 4 * n * d + n)


@claim(
    "complexity.quadratic-memory",
    says="Self-attention holds a number for each pair of positions: its memory grows like n².",
    lines=(355,),
    expect="qualified",
    by=search(cases=60),
    as_written=reading(held=cases((*TEXTBOOK, *ONLINE)), n=whole(1, 48), d=whole(1, 4)),
    amended={
        "the weights are written out as a matrix, as the equation has it": reading(
            held=cases(TEXTBOOK), n=whole(1, 48), d=whole(1, 4)
        )
    },
    fails_for={
        "near miss: online softmax at 4d + 2 tokens": reading(held=ONLINE[0], n=10, d=2),
        "online softmax, the largest tensor": reading(held=ONLINE[1], n=whole(17, 48), d=whole(1, 4)),
        "torch's fused kernel": reading(held=FUSED, n=whole(18, 48), d=whole(1, 4)),
        "near miss: queries not counted": reading(
            held=Memory("n² + 2nd", attention.self_attention, kept_for_backward, lambda n, d: n * n + 2 * n * d), n=9, d=2
        ),
    },
    holds_for={"online softmax at 4d + 1 tokens: 4nd + n is n²": reading(held=ONLINE[0], n=9, d=2)},
    teach="The matrix need not exist. Go through the keys block by block with a running maximum and sum, and recompute the "
    "weights in the backward pass: the same values from 4nd + n numbers instead of n² + 3nd. The work stays quadratic.",
    not_shown="A constant other than one number a pair: for any there is a length beyond which 4nd + n is less. Dropout, masks "
    "and further layers. Whether n² is a problem.",
    cites=("rabe2021", "dao2022", "milakov2018"),
    figure=memory_by_length,
)
def a_number_is_held_for_each_pair(held: Memory, n: int, d: int) -> None:
    generator = torch.Generator().manual_seed(n)
    p, X = attention.draw_self_attention(d, generator), torch.randn(n, d, generator=generator, dtype=torch.float64)
    if (error := gap_to_the_textbook(held.attend, p, X)) > 1e-12:
        raise ArithmeticError(f"{held.name}: off by {error:.3g}, so this is not attention")
    numbers, formula = held.count(held.attend, p, X), held.formula(n, d)
    show("numbers held", numbers)
    show("pairs of positions", n * n)
    holds(numbers == formula, f"{held.name}: {numbers} numbers at n = {n}, d = {d}, not {formula}")
    at_least(numbers, n * n, f"numbers held at n = {n}, d = {d}")
