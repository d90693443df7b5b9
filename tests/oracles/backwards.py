"""The graph that autograd keeps for the way back, walked step by step: another record of what was computed than the trace of the
forward pass, made by torch itself."""

import itertools
from functools import cache

import torch

from claims.rnns.subjects.requirements import WIDTH
from claims.subjects.traces import traced
from impls.counting.graph import shortest_gradient_path
from impls.tracing.translators import drawn
from tests.oracles.registry import only, second

MOVES = (
    "Alias Cat Clone Expand Permute ReshapeAlias Select Slice Split Squeeze Stack T Transpose Unbind UnsafeView Unsqueeze View"
)


def run(system, n, d, seed=0):
    """Tokens that are to be differentiated by, and what stands at each position."""
    generator = torch.Generator().manual_seed(seed)
    p = system.draw(d, generator)
    tokens = [torch.randn(d, generator=generator, dtype=torch.float64).requires_grad_() for _ in range(n)]
    return tokens, system.run(p, tokens)


def is_move(function):
    return function.name().split("Backward")[0].rpartition("::")[2] in MOVES.split()


def is_operation(function):
    """Views and parameters are none."""
    return not is_move(function) and not hasattr(function, "variable")


def longest(tensors, counts=is_operation):
    """The most functions that count on any way back from these."""
    known = {None: 0}
    waiting = [one.grad_fn for one in tensors]
    while waiting:
        function = waiting[-1]
        following = [one for one, _ in function.next_functions] if function else []
        if missing := [one for one in following if one not in known]:
            waiting += missing
            continue
        waiting.pop()
        known[function] = (function is not None and counts(function)) + max((known[one] for one in following), default=0)
    return max(known.values())


def leads(tensor, leaf, around=()):
    """Whether a way leads back to a leaf that passes none of these tensors."""
    avoided = {(one.grad_fn, one.output_nr) for one in around}
    waiting, seen = [(tensor.grad_fn, tensor.output_nr)], set(avoided)
    while waiting:
        place = waiting.pop()
        if place in seen or place[0] is None:
            continue
        seen.add(place)
        if getattr(place[0], "variable", None) is leaf:
            return True
        waiting += place[0].next_functions
    return tensor is leaf


@cache
def depth(system, n, d=2):
    _, places = run(system, n, d)
    return longest([part for place in places for part in place])


@cache
def lengths(system, n, d=2):
    """The fewest operations on the way back from each position (column) to each token (row); None where none leads."""
    tokens, places = run(system, n, d)
    return [[shortest_gradient_path(place[0], token) for place in places] for token in tokens]


# --- what waits for what -------------------------------------------------------------------------------------------------


@second("attention.still-sequential", by="backward graph")
def a_token_makes_no_way_back_longer(system, n):
    return depth(system, n + 1) <= depth(system, n)


@second("interview.bptt-unrolls", by="backward graph")
def some_step_is_passed_by(system, n, seed):
    """Every state is reached from the last output, each through the state after it alone."""
    tokens, places = run(system, n, 2, seed)
    loss = places[-1][0].sin()
    for t in range(n):
        after = [part for place in places[t + 1 : t + 2] for part in place]
        if not leads(loss, tokens[t]) or (after and leads(loss, tokens[t], after)):
            return True
    return False


# --- paths -------------------------------------------------------------------------------------------------------------


@second("gated.bidirectional-no-direct-access", by="backward graph")
def some_step_away_is_no_farther(system, n):
    found = lengths(system, n)
    for output in range(n):
        column = [found[token][output] for token in range(n)]
        for away in (column[output:], column[output::-1]):
            if None in away or any(far <= near for near, far in itertools.pairwise(away)):
                return True
    return False


@second("interview.bigger-state-same-path", by="backward graph")
def the_path_is_not_so_many_transitions(system, lag, width):
    (own,), over_one = lengths(system, 1, 1)[0], lengths(system, 2, 1)[0][1]
    transition = over_one - own
    return transition < 1 or lengths(system, lag + 1, width)[0][lag] != own + lag * transition


@second("complexity.attention-path-o1", by="trace")
def the_forward_path_is_longer_than_at_two_tokens(system, n):
    """The claim walks back; the trace of the forward pass is followed here."""

    def most(n):
        graph = traced(system, n, 2)
        return max(graph.shortest_path(i, j) for j in range(n) for i in range(j + 1))

    return most(n) > most(2)


def directly(system):
    """The longest of the shortest ways back, at three lengths."""
    found = [lengths(system, n, WIDTH) for n in (3, 6, 12)]
    seen = [[row[j] for i, row in enumerate(one) for j in range(i, len(one))] for one in found]
    if any(None in one for one in seen):
        return None
    return [max(length for row in one for length in row if length is not None) for one in found]


@second("needed.table.direct-access", by="backward graph")
def the_way_back_grows(requirement, system):
    found = directly(system)
    return found is None or len(set(found)) > 1


@second("needed.table.parallel-training", by="backward graph")
def the_way_back_grows_faster_than_log_n(requirement, system):
    """At powers of two, where rounds of joining neighbours are full: a doubling adds more than the one before."""
    few, some, many = (depth(system, n, WIDTH) for n in (4, 8, 16))
    return many - some > some - few


@second("needed.table.constant-gradient-path", by="trace")
def the_forward_path_grows(requirement, system):
    """Where no gradient is cut the forward path is as long; what cuts it, the trace does not see."""
    only(not hasattr(system, "whole"))
    found = []
    for n in (3, 6, 12):
        graph = traced(system, n, WIDTH)
        paths = {(i, j): graph.shortest_path(i, j) for i in range(n) for j in range(n)}
        if any(length is None for (i, j), length in paths.items() if i <= j):
            return True
        found.append(max(length for length in paths.values() if length is not None))
    return len(set(found)) > 1


# --- two sequences -------------------------------------------------------------------------------------------------------


@cache
def links(translator, n, m):
    """Pairs (token, position) from 0 that are joined past the places beside: within source and target; and past all others."""
    p, tokens = drawn(translator, n, m, 4, 0)
    leaves = [token.requires_grad_() for token in tokens]
    found = translator.run(p, leaves[:n], leaves[n:])
    xs, ys = leaves[:n], leaves[n:]
    return (
        within(xs, found.source, [place[0] for place in found.source]),
        within(ys, found.target, found.outputs),
        {
            (j, i)
            for j in range(n)
            for i in range(m)
            if leads(found.outputs[i], xs[j], others(found.source, j) + others(found.target, i))
        },
        longest(found.outputs),
    )


def others(places, but):
    return [part for k, place in enumerate(places) if k != but for part in place]


def within(tokens, places, ends):
    def beside(j):
        return [part for k in (j - 1, j + 1) if 0 <= k < len(places) for part in places[k]]

    pairs = ((i, j) for i in range(len(tokens)) for j in range(len(ends)) if i != j)
    return {(i, j) for i, j in pairs if leads(ends[j], tokens[i], beside(j))}


@second("interview.bahdanau-cross-only", by="backward graph")
def tokens_of_one_sequence_are_joined(translator, n, m):
    source, target, across, _ = links(translator, n, m)
    return bool(source or target) or len(across) < n * m


@second("interview.transformer-has-both", by="backward graph")
def some_are_not_joined_or_one_sees_ahead(translator, n, m, seed):
    """That no output sees ahead is looked at: a later target token is exchanged."""
    source, target, across, deep = links(translator, n, m)
    if len(source) < n * (n - 1) or len(across) < n * m or not {(k, i) for i in range(m) for k in range(i)} <= target:
        return True
    p, tokens = drawn(translator, n, m, 4, seed)
    outputs = translator.run(p, tokens[:n], tokens[n:]).outputs
    for k in range(n + m):
        moved = [token + (t == k) for t, token in enumerate(tokens)]
        changed = [not torch.equal(*two) for two in zip(outputs, translator.run(p, moved[:n], moved[n:]).outputs, strict=True)]
        if changed != [k < n + i + 1 for i in range(m)]:
            return True
    return deep != links(translator, 2, 2)[3]
