"""The essay's four requirements, each as something to count in a system and what the count must do as the text grows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import networkx as nx
import torch

from claims.kit import reading
from claims.kit.claim import Reading
from claims.subjects.traces import traced
from impls.attending import attention
from impls.broken import needed as broken_needed
from impls.counting.graph import shortest_gradient_path
from impls.tracing.positions import Positions, Tokens, alone
from impls.tracing.systems import (
    ADDITIVE,
    BIDIRECTIONAL,
    CONVOLUTION,
    CROSS_ATTENTION,
    DILATED,
    ELMAN,
    FINAL_STATE,
    GRU,
    LSTM,
    MINGRU_SCAN,
    PREFIX_ATTENTION,
    SCAN,
    TRANSFORMER_LAYER,
    System,
)  # fmt: skip

LENGTHS = (3, 6, 12)
WIDTH = 4  # layer normalisation leaves two directions fewer than the width
FAR_ABOVE_ROUNDING = 1e-12  # some hundred float64 operations on the way to an entry of a derivative

Counts = Sequence[int | None]  # None where something that is asked for does not exist at all
Lengths = dict[tuple[int, int], int | None]  # of paths from token i to position j


@dataclass(frozen=True)
class Requirement:
    """`satisfied` judges the counts at LENGTHS; of two systems the one with more or with fewer is the better."""

    name: str
    counted: str
    count: Callable[[System, int], int | None]
    satisfied: Callable[[Counts], bool]
    more_is_better: bool = False

    def counts(self, system: System) -> Counts:
        return [self.count(system, n) for n in LENGTHS]

    def met_by(self, system: System) -> bool:
        return self.satisfied(self.counts(system))

    def better(self, system: System, other: System) -> bool:
        """At the greatest of LENGTHS."""
        here, there = self.count(system, LENGTHS[-1]), self.count(other, LENGTHS[-1])
        if here is None or there is None:
            return here is not None
        return here > there if self.more_is_better else here < there


# --- what is counted ------------------------------------------------------------------------------------------------


@cache
def longest_path(system: System, n: int) -> int | None:
    """The fewest operations from a token to a position, for the worst pair."""
    return worst(paths(system, n))


@cache
def longest_path_from_later_tokens(system: System, n: int) -> int | None:
    """The same for a position and a token after it; None where there is no way at all for some pair."""
    later = [length for (i, j), length in paths(system, n).items() if i > j]
    return None if None in later else max(known(later))


def paths(system: System, n: int) -> Lengths:
    """The fewest operations from each token to each position."""
    graph = traced(system, n, WIDTH)
    lengths: Lengths = {}
    for i, token in enumerate(graph.inputs):
        reached = nx.single_source_dijkstra_path_length(
            graph.nodes, token, weight=lambda _, to, __: graph.nodes.nodes[to]["steps"]
        )
        lengths |= {(i, j): reached.get(position[0]) for j, position in enumerate(graph.outputs)}
    return lengths


@cache
def operations_in_a_row(system: System, n: int) -> int:
    """On two numbers at a time, so that a sum or a softmax over n terms costs its ⌈log₂ n⌉ too."""
    return traced(system, n, WIDTH).span_bounded


@cache
def numbers_that_cross(system: System, n: int) -> int:
    """The rank of the derivative of the later half's outputs by the earlier half's tokens: whatever passes between them by
    way of k numbers has a rank of at most k, however it is computed."""
    tokens, outputs = run(system.whole if isinstance(system, Truncated) else system, n)
    rows = [
        torch.cat(torch.autograd.grad(entry, tokens[: n // 2], retain_graph=True, materialize_grads=True))
        for output in outputs[n // 2 :]
        for entry in output
    ]
    return int(torch.linalg.matrix_rank(torch.stack(rows), rtol=FAR_ABOVE_ROUNDING))


@cache
def longest_gradient_path(system: System, n: int) -> int | None:
    """The fewest backward operations from a position to a token, for the worst pair; the gradient there must not be zero."""
    tokens, outputs = run(system, n)
    lengths: Lengths = {}
    for j, output in enumerate(outputs):
        direction = torch.linspace(1, 2, len(output), dtype=output.dtype)
        gradients = torch.autograd.grad(output @ direction, tokens, retain_graph=True, materialize_grads=True)
        arrives = [bool(gradient.any()) for gradient in gradients]
        lengths |= {(i, j): shortest_gradient_path(output, tokens[i]) if arrives[i] else None for i in range(n)}
    return worst(lengths)


def run(system: System, n: int) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Tokens and, for each position, the output."""
    generator = torch.Generator().manual_seed(n)
    parameters = system.draw(WIDTH, generator)
    tokens = [torch.randn(WIDTH, generator=generator, dtype=torch.float64).requires_grad_() for _ in range(n)]
    return tokens, [position[0] for position in system.run(parameters, tokens)]


def worst(lengths: Lengths) -> int | None:
    """The greatest length from token i to position j. A token must reach its own position and all later ones; no system is
    asked to look ahead, but where one does, those paths count too."""
    if any(length is None and i <= j for (i, j), length in lengths.items()):
        return None
    return max(length for length in lengths.values() if length is not None)


# --- what the count must do -----------------------------------------------------------------------------------------


def stays(counts: Counts) -> bool:
    return None not in counts and len(set(counts)) == 1


def grows(counts: Counts) -> bool:
    return all(later > earlier for earlier, later in zip(known(counts), known(counts)[1:], strict=False))


def grows_like_log_n_at_most(counts: Counts) -> bool:
    """Each doubling of the length adds no more than the one before."""
    added = [later - earlier for earlier, later in zip(known(counts), known(counts)[1:], strict=False)]
    return added == sorted(added, reverse=True)


def known(counts: Counts) -> list[int]:
    return [count for count in counts if count is not None]


DIRECT_ACCESS = Requirement("direct access", "operations between a token and a position, at most", longest_path, stays)
PARALLEL_TRAINING = Requirement(
    "parallel training", "operations in a row, on two numbers each", operations_in_a_row, grows_like_log_n_at_most
)
NO_FIXED_BOTTLENECK = Requirement(
    "no fixed bottleneck", "independent numbers that pass from the first half to the second", numbers_that_cross, grows, True
)
CONSTANT_GRADIENT_PATH = Requirement(
    "constant gradient path", "backward operations between a position and a token, at most", longest_gradient_path, stays
)
FOUR = (DIRECT_ACCESS, PARALLEL_TRAINING, NO_FIXED_BOTTLENECK, CONSTANT_GRADIENT_PATH)


# --- who is asked ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Truncated(System):
    """The numbers of `whole`, with gradients cut on the way."""

    whole: System


def generating(p: attention.SelfAttention, xs: Tokens) -> Positions:
    """What is read at t is what was written at t - 1, and x_t: the draw that makes a token of it."""
    read, written = list(xs[:1]), []
    for t in range(len(xs)):
        written.append(attention.self_attention(p, torch.stack(read))[-1])
        if t + 1 < len(xs):
            read.append(xs[t + 1] + written[-1])
    return alone(written)


CONVOLUTIONS, DILATIONS = CONVOLUTION(2), DILATED(2)
CACHED = Truncated(
    "self-attention over a cache that passes no gradient",
    attention.draw_self_attention,
    lambda p, xs: alone(broken_needed.cached(p, xs)),
    PREFIX_ATTENTION,
)
GENERATING = System("self-attention that writes its own input", attention.draw_self_attention, generating)
PRINTED = (ELMAN, LSTM, TRANSFORMER_LAYER)
SYSTEMS = (
    *PRINTED, GRU, BIDIRECTIONAL, FINAL_STATE, ADDITIVE, CROSS_ATTENTION, DILATIONS, CONVOLUTIONS, SCAN, MINGRU_SCAN
)  # fmt: skip


def put_to(requirement: Requirement, *systems: System) -> dict[str, Reading]:
    """A cell for each system, under its name."""
    return {one.name: reading(requirement=requirement, system=one) for one in systems}
