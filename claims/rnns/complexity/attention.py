"""Self-attention: its work, its depth, its paths and its memory."""

from collections.abc import Callable
from functools import cache

import torch

from claims.kit import at_least, cases, claim, exhaustion, holds, only, reading, search, show
from claims.kit.domains import whole
from claims.rnns.complexity.figures import memory_by_length, paths_by_length
from claims.rnns.complexity.recurrent import in_operations_of_two_numbers, in_tensor_operations
from claims.subjects.orders import (
    D_ALONE,
    D_KEEPS_UP,
    EVERY_WAY,
    N_ALONE,
    N_KEEPS_UP,
    Entry,
    Formula,
    Way,
    compared,
    less,
    off_by_one,
    sizes,
    without_bound,
)
from claims.subjects.traces import traced
from impls.attending import attention, online, transformer
from impls.attending.attention import SelfAttention
from impls.counting import memory
from impls.counting.graph import Graph, shortest_gradient_path, trace
from impls.counting.laws import LOG_N, D, Law, N
from impls.tracing.positions import alone
from impls.tracing.systems import CAUSAL_ATTENTION, DILATED, ELMAN, SELF_ATTENTION, TRANSFORMER_LAYER, System

# --- operations -----------------------------------------------------------------------------------------------------


@cache
def whole_attention(n: int, d: int) -> Graph:
    """Self-attention with one head."""
    p = attention.draw_multi_head(d, 1, torch.Generator().manual_seed(0))
    return trace(lambda X: [attention.multi_head(p, X)], torch.ones(n, d, dtype=torch.float64))


@cache
def whole_layer(n: int, d: int) -> Graph:
    """The same with a feed-forward network of width 4d."""
    p = transformer.draw(d, 1, torch.Generator().manual_seed(0))
    return trace(lambda X: [transformer.run(p, X)], torch.ones(n, d, dtype=torch.float64))


SCORES_AND_SUMS = Entry(
    "products of queries with keys and of weights with values: 4n²d",
    lambda n, d, k: whole_attention(n, d).work_of("bmm"), 4 * N**2 * D, N**2 * D,
)  # fmt: skip
WITH_PROJECTIONS = Entry(
    "the same and four projections, for queries, keys, values and output: 4n²d + 8nd²",
    lambda n, d, k: whole_attention(n, d).work_of("product"), 4 * N**2 * D + 8 * N * D**2, N**2 * D,
)  # fmt: skip
WITH_FEED_FORWARD = Entry(
    "all products of a layer, a feed-forward network of width 4d among them: 4n²d + 24nd²",
    lambda n, d, k: whole_layer(n, d).work_of("product"), 4 * N**2 * D + 24 * N * D**2, N**2 * D,
)  # fmt: skip


@claim(
    "complexity.attention-n2d",
    says="Self-attention costs O(n²d).",
    lines=(350,),
    expect="qualified",
    by=exhaustion(),
    as_written=reading(entry=WITH_PROJECTIONS, way=EVERY_WAY),
    amended={
        "the sequence grows at least as fast as the width, which may be fixed": reading(
            entry=cases((WITH_PROJECTIONS, WITH_FEED_FORWARD)), way=N_KEEPS_UP
        ),
    },
    altered={
        "Where the sequence grows at least as fast as the width, self-attention costs O(nd²).": reading(
            entry=less(WITH_PROJECTIONS, N * D**2), way=N_KEEPS_UP
        ),
        "Where the width grows at least as fast as the sequence, self-attention costs O(n²d).": reading(
            entry=WITH_PROJECTIONS, way=D_KEEPS_UP
        ),
        "Scores and weighted sums alone cost O(nd²).": reading(entry=less(SCORES_AND_SUMS, N * D**2), way=EVERY_WAY),
    },
    fails_for={
        "near miss: the width grows a little faster than the sequence": reading(entry=WITH_PROJECTIONS, way=Way(4, 5)),
        "near miss: O(n²d / log n)": reading(entry=less(SCORES_AND_SUMS, N**2 * D / LOG_N), way=N_KEEPS_UP),
        "near miss: one operation too many": reading(entry=off_by_one(SCORES_AND_SUMS), way=EVERY_WAY),
    },
    holds_for={
        "by definition: scores and weighted sums, 4n²d, are all that is counted": reading(entry=SCORES_AND_SUMS, way=EVERY_WAY)
    },
    teach="Scores and weighted sums cost 4n²d operations, the four projections 8nd²: O(n²d + nd²). The projections are the "
    "larger part while n < 2d, and with a feed-forward network of width 4d while n < 6d. As n alone grows the cost is O(n²); "
    "as d alone grows it is O(d²), and not O(d).",
    not_shown="Several heads and biases; the softmax, 5n² operations more.",
    cites=("vaswani2017",),
)
def the_law_is_of_the_printed_order(entry: Entry, way: Way) -> None:
    """The count is the law, and the law over the order stays bounded, whichever way the sizes grow."""
    holds(compared(entry, way) <= 0, without_bound(entry, way))


# --- paths ----------------------------------------------------------------------------------------------------------


BY_BLOCKS = System(
    f"self-attention, {online.BLOCK} keys at a time",
    attention.draw_self_attention,
    lambda p, xs: alone(online.self_attention(p, torch.stack(list(xs))).unbind(0)),
)


def in_all(graph: Graph) -> int:
    return graph.work


def the_depth_grows(system: System, depth_of: Callable[[Graph], int], n: int, d: int) -> None:
    one, many = depth_of(traced(system, 1, d)), depth_of(traced(system, n, d))
    holds(many > one, f"depth {many} at n = {n}, {one} at n = 1")


@claim(
    "complexity.attention-o1-sequential",
    says="Self-attention takes a number of sequential operations that does not depend on the length: O(1).",
    lines=(351, 355),
    expect="supported",
    by=search(cases=40),
    as_written=reading(system=SELF_ATTENTION, depth_of=only(in_tensor_operations), n=whole(1, 64), d=whole(1, 4)),
    altered={
        "Self-attention takes a number of operations in all that does not depend on the length: O(1).": reading(
            system=SELF_ATTENTION, depth_of=only(in_all), n=whole(1, 64), d=whole(1, 4)
        ),
        "The sequential operations of self-attention become more with the length.": reading(
            the_depth_grows, system=SELF_ATTENTION, depth_of=only(in_tensor_operations), n=whole(2, 64), d=whole(1, 4)
        ),
    },
    holds_for={
        "a whole Transformer layer": reading(
            system=TRANSFORMER_LAYER, depth_of=only(in_tensor_operations), n=whole(1, 10), d=whole(1, 2)
        )
    },
    fails_for={
        "near miss: operations on two numbers at a time": reading(
            system=SELF_ATTENTION, depth_of=only(in_operations_of_two_numbers), n=whole(1, 64), d=whole(1, 4)
        ),
        "near miss: a running softmax, 16 keys at a time": reading(
            system=BY_BLOCKS, depth_of=only(in_tensor_operations), n=whole(1, 64), d=whole(1, 4)
        ),
        "the Elman network": reading(system=ELMAN, depth_of=only(in_tensor_operations), n=whole(1, 16), d=whole(1, 4)),
    },
    teach="True when a whole matrix product or softmax counts as one operation. With operations on two numbers at a time, sums "
    "over n terms add O(log n). A kernel that goes through the keys block by block takes two more for each block.",
    not_shown="Generation token by token, which is as sequential as an RNN.",
    cites=("vaswani2017",),
)
def the_depth_is_that_of_one_token(system: System, depth_of: Callable[[Graph], int], n: int, d: int) -> None:
    one, many = depth_of(traced(system, 1, d)), depth_of(traced(system, n, d))
    show("depth at one token", one)
    show(f"depth at {n} tokens", many)
    holds(one == many, f"depth {many} at n = {n}, {one} at n = 1")


def read_once(system: System, n: int) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Random tokens and what each position puts out."""
    generator = torch.Generator().manual_seed(n)
    tokens = [torch.randn(2, generator=generator, dtype=torch.float64).requires_grad_() for _ in range(n)]
    return tokens, [position[0] for position in system.run(system.draw(2, generator), tokens)]


def gradient_paths(system: System, n: int) -> list[int]:
    """Operations on the shortest gradient path from every position to every token not after it; a gradient must flow."""
    tokens, outputs = read_once(system, n)
    lengths = [shortest_gradient_path(outputs[j], tokens[i]) for j in range(n) for i in range(j + 1)]
    gradients = torch.autograd.grad(sum(output.sin().sum() for output in outputs), tokens)
    holds(None not in lengths and all(bool(g.any()) for g in gradients), "no gradient arrives at some token")
    return [length for length in lengths if length is not None]


def the_gradient_path_grows_with_the_distance(system: System, n: int) -> None:
    short, long = max(gradient_paths(system, 2)), max(gradient_paths(system, n))
    holds(long > short, f"{long} operations between some token and a position at n = {n}, {short} at two tokens")


def it_receives_that_of_every_position_that_it_sees(system: System, n: int) -> None:
    """A token sees itself and those before it."""
    tokens, outputs = read_once(system, n)
    for j, output in enumerate(outputs):
        sent = torch.autograd.grad(output.sin().sum(), tokens, retain_graph=True, materialize_grads=True)
        without = [i + 1 for i in range(j, n) if not sent[i].any()]
        holds(not without, f"{n} tokens: position {j + 1} sends no gradient to the tokens {without}, which see it")


def the_gradient_is_no_smaller_than_at_two_tokens(system: System, n: int) -> None:
    """What the last position sends to the first token, weights and tokens drawn alike."""
    generator = torch.Generator().manual_seed(0)
    p = system.draw(2, generator)
    tokens = torch.randn(n, 2, generator=generator, dtype=torch.float64)

    def sent(length: int) -> float:
        first = tokens[0].clone().requires_grad_()
        last = system.run(p, [first, *tokens[1:length]])[-1][0]
        return float(torch.autograd.grad(last.sum(), first)[0].norm())

    at_least(sent(n), sent(2), f"gradient at the first of {n} tokens")


@claim(
    "complexity.attention-path-o1",
    says="In self-attention a token receives the gradient of every position that sees it along a path of constant length.",
    lines=(352, 413, 425),
    expect="supported",
    by=search(cases=20),
    as_written=reading(system=cases((SELF_ATTENTION, CAUSAL_ATTENTION)), n=whole(2, 24)),
    altered={
        "In self-attention the path of the gradient grows with the distance.": reading(
            the_gradient_path_grows_with_the_distance, system=SELF_ATTENTION, n=whole(3, 24)
        ),
        "In self-attention, masked or not, a token receives the gradient of every position that it sees.": reading(
            it_receives_that_of_every_position_that_it_sees, system=cases((SELF_ATTENTION, CAUSAL_ATTENTION)), n=whole(2, 24)
        ),
        "In self-attention every token receives a gradient of constant size from every position.": reading(
            the_gradient_is_no_smaller_than_at_two_tokens, system=SELF_ATTENTION, n=whole(3, 24)
        ),
    },
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


# --- memory ---------------------------------------------------------------------------------------------------------

Attention = Callable[[SelfAttention, torch.Tensor], torch.Tensor]
Held = Callable[[Attention, SelfAttention, torch.Tensor], int]


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


def held(name: str, attend: Attention, count: Held, law: Law | Formula, like: Law | None = None, within: int = 1) -> Entry:
    """The numbers that a form of attention holds, and the law that they follow; it must be attention."""

    def counted(n: int, d: int, _: int) -> int:
        generator = torch.Generator().manual_seed(n)
        p, X = attention.draw_self_attention(d, generator), torch.randn(n, d, generator=generator, dtype=torch.float64)
        if (error := gap_to_the_textbook(attend, p, X)) > 1e-12:
            raise ArithmeticError(f"{name}: off by {error:.3g}, so this is not attention")
        return count(attend, p, X)

    return Entry(name, counted, law, N**2, like, within, at=sizes((17, 20, 33, 48), (1, 2, 4)))


# The largest of three numbers is at least a third of their sum.
TEXTBOOK = (
    held("textbook, kept for backward: n² + 3nd", attention.self_attention, kept_for_backward, N**2 + 3 * N * D),
    held(
        "textbook, the largest tensor: n², nd or d²", attention.self_attention, memory.largest,
        lambda n, d, k: max(n * n, n * d, d * d), like=(N**2 + N * D + D**2) / 3, within=3,
    ),
)  # fmt: skip
ONLINE = (
    held("online softmax, kept for backward: 4nd + n", online.self_attention, kept_for_backward, 4 * N * D + N),
    held(
        "online softmax by blocks of 16 keys, the largest tensor: 16n, nd or d²", online.self_attention, memory.largest,
        lambda n, d, k: max(n * online.BLOCK, n * d, d * d), like=(online.BLOCK * N + N * D + D**2) / 3, within=3,
    ),
)  # fmt: skip
FUSED = held("torch's fused kernel, kept for backward: 4nd + n", fused, kept_for_backward, 4 * N * D + N)
WITHOUT_QUERIES = held("n² + 2nd", attention.self_attention, kept_for_backward, N**2 + 2 * N * D)


@claim(
    "complexity.quadratic-memory",
    says="Self-attention holds a number for each pair of positions: its memory grows like n².",
    lines=(355,),
    expect="qualified",
    by=exhaustion(),
    as_written=reading(held=cases((*TEXTBOOK, *ONLINE)), way=N_ALONE),
    amended={
        "the weights are written out as a matrix, as the equation has it": reading(held=cases(TEXTBOOK), way=N_ALONE),
    },
    altered={
        "Where the weights are written out as a matrix, the memory grows like n.": reading(
            held=cases([less(one, N) for one in TEXTBOOK]), way=N_ALONE
        ),
        "Where the weights are written out as a matrix, what is kept grows like the square of the width.": reading(
            held=less(TEXTBOOK[0], D**2), way=D_ALONE
        ),
    },
    fails_for={
        "torch's fused kernel": reading(held=FUSED, way=N_ALONE),
        "near miss: the textbook's memory grows like n² log n": reading(held=less(TEXTBOOK[0], N**2 * LOG_N), way=N_ALONE),
        "near miss: queries not counted": reading(held=WITHOUT_QUERIES, way=N_ALONE),
    },
    holds_for={"online softmax: its memory grows like n": reading(held=less(ONLINE[0], N), way=N_ALONE)},
    witness={"online softmax, the largest tensor": reading(held=ONLINE[1], way=Way(1, 0))},
    teach="The matrix need not exist. Go through the keys block by block with a running maximum and sum, and recompute the "
    "weights in the backward pass: the same values from 4nd + n numbers instead of n² + 3nd. The work stays quadratic.",
    not_shown="Dropout, masks and further layers. Whether n² is a problem.",
    cites=("rabe2021", "dao2022", "milakov2018"),
    figure=memory_by_length,
)
def the_memory_grows_like_the_square_of_the_length(held: Entry, way: Way) -> None:
    """Neither faster nor more slowly, while the width stays what it is."""
    holds(compared(held, way) == 0, f"{held.name}: it does not grow like {held.printed} when {way.name}")
