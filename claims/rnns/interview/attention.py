"""The attention of 2015 and that of 2017: what each lets a position read, and how far its gradient has to travel."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from itertools import pairwise
from typing import NamedTuple

import networkx as nx
import torch

from claims.kit import cases, claim, exhaustion, holds, reading, search, show
from claims.kit.domains import seeds, whole
from impls.broken import attention as broken_attention
from impls.broken import interview as broken_interview
from impls.counting.graph import Graph
from impls.tracing.translators import (
    AS_PUBLISHED,
    RECURRENT,
    TRANSFORMER,
    Translator,
    drawn,
    trace_translator,
    transformer_pair,
)

ADDITIVE, NO_ATTENTION = RECURRENT("lstm", attends=True), RECURRENT("lstm", attends=False)
SELF_IN_SOURCE = Translator("its encoder's states attend to each other", ADDITIVE.draw, broken_interview.source_attends_to_itself)
SELF_IN_TARGET = Translator("its decoder's states attend to each other", ADDITIVE.draw, broken_interview.target_attends_to_itself)
MASKED_LATE = replace(TRANSFORMER, name="mask off by one", run=partial(transformer_pair, broken_attention.mask_off_by_one))
UNMASKED = replace(TRANSFORMER, name="no mask", run=partial(transformer_pair, broken_interview.no_mask))
LAST_ROW = replace(TRANSFORMER, name="last row of the memory alone", run=broken_interview.last_memory_row_alone)
RECURRENCE_BELOW = replace(TRANSFORMER, name="a recurrence below the encoder", run=broken_interview.recurrence_below)
NO_SOURCE = replace(TRANSFORMER, name="the decoder alone", run=broken_interview.decoder_alone)

Pairs = set[tuple[int, int]]  # (token, position), both from 0
Place = tuple[str, ...]
translated = cache(trace_translator)


class Links(NamedTuple):
    """Who reaches whom without going through others."""

    within_source: Pairs
    within_target: Pairs
    across: Pairs


@cache
def links(translator: Translator, n: int, m: int) -> Links:
    """Read off the trace of n source and m target tokens."""
    graph = translated(translator, n, m)
    xs, ys = graph.inputs[:n], graph.inputs[n:]
    source, target = graph.outputs[:n], graph.outputs[n : n + m]
    outputs = [place[0] for place in graph.outputs[n + m :]]
    across = {
        (j, i)
        for j, i in all_pairs(n, m)
        if linked(graph, xs[j], outputs[i], [*source[:j], *source[j + 1 :], *target[:i], *target[i + 1 :]])
    }
    return Links(within(graph, xs, source, [place[0] for place in source]), within(graph, ys, target, outputs), across)


def within(graph: Graph, tokens: tuple[str, ...], places: tuple[Place, ...], ends: list[str]) -> Pairs:
    """Other tokens of the same sequence, reached round the two places beside one's own; a recurrence goes through these."""
    beside = [[places[k] for k in (j - 1, j + 1) if 0 <= k < len(places)] for j in range(len(places))]
    pairs = all_pairs(len(tokens), len(ends))
    return {(i, j) for i, j in pairs if i != j and linked(graph, tokens[i], ends[j], beside[j])}


def linked(graph: Graph, token: str, end: str, around: list[Place]) -> bool:
    """Does a path lead there that goes round all nodes of those places?"""
    avoided = {node for place in around for node in place}
    return nx.has_path(nx.restricted_view(graph.nodes, avoided, []), token, end)


def listed(found: Pairs) -> str:
    token, position = min(found)
    return f"token {token + 1} and position {position + 1}"


def all_pairs(n: int, m: int) -> Pairs:
    return {(i, j) for i in range(n) for j in range(m)}


LENGTHS = cases((3, 5))
SIZES = {"n": LENGTHS, "m": LENGTHS}
DRAWN = {"n": whole(3, 4), "m": whole(3, 4), "seed": seeds()}


def joined_throughout(translator: Translator, n: int, m: int) -> None:
    """All tokens of the source with each other, all of the target with those before, the source with all outputs."""
    found, earlier = links(translator, n, m), {(k, i) for k, i in all_pairs(m, m) if k < i}
    missing = {(i, j) for i, j in all_pairs(n, n) if i != j} - found.within_source
    holds(not missing, f"within the source {missing and listed(missing)} are joined only through the places beside it")
    missing = earlier - found.within_target
    holds(not missing, f"within the target {missing and listed(missing)} are joined only through the places beside it")
    missing = all_pairs(n, m) - found.across
    holds(not missing, f"source {missing and listed(missing)} of the target are joined only through the places of others")


def outputs_read_the_last_of_the_source(translator: Translator, n: int, m: int) -> None:
    others = links(translator, n, m).across - {(n - 1, i) for i in range(m)}
    holds(not others, f"{others and listed(others)} are joined past the states of all others")


@claim(
    "interview.bahdanau-cross-only",
    says="The attention of Bahdanau et al. joins decoder to encoder and nothing else: no token attends to others of its own "
    "sequence.",
    lines=(442, 507),
    expect="supported",
    by=exhaustion(),
    as_written=reading(translator=ADDITIVE, **SIZES),
    holds_for={
        "as it was published: gated units, the source read in both directions": reading(translator=AS_PUBLISHED, **SIZES),
    },
    fails_for={
        "the Transformer": reading(translator=TRANSFORMER, **SIZES),
        "near miss: self-attention over the decoder's states": reading(translator=SELF_IN_TARGET, **SIZES),
        "near miss: self-attention over the encoder's states": reading(translator=SELF_IN_SOURCE, **SIZES),
        "no attention at all": reading(translator=NO_ATTENTION, **SIZES),
    },
    altered={
        "The attention of Bahdanau et al. joins all tokens, within each sequence and across.": reading(
            joined_throughout, translator=ADDITIVE, **SIZES
        ),
        "The attention of Bahdanau et al. joins the decoder to the last state of the encoder alone.": reading(
            outputs_read_the_last_of_the_source, translator=ADDITIVE, **SIZES
        ),
    },
    teach="Three kinds of link, three answers. From a source token to an output: direct, past the states of all other tokens. "
    "Between two tokens of the source, or two of the target: only through the state of a neighbour, which is the recurrence.",
    not_shown="What the decoder's recurrence hands on: through it an output depends on the whole target before it.",
    cites=("bahdanau2015", "vaswani2017"),
)
def attention_joins_the_two_sequences_alone(translator: Translator, n: int, m: int) -> None:
    found = links(translator, n, m)
    show("direct links between tokens of the source", len(found.within_source))
    show("between tokens of the target", len(found.within_target))
    show("from the source to the outputs", len(found.across))
    for where, joined in (("source", found.within_source), ("target", found.within_target)):
        holds(not joined, f"within the {where} {joined and listed(joined)} are joined past the states beside it")
    missing = all_pairs(n, m) - found.across
    holds(not missing, f"{missing and listed(missing)} are joined only through the states of other tokens")


def gradients_arrive(translator: Translator, n: int, m: int, seed: int) -> list[str]:
    """For each output a mark a token, those of the source first: + for a gradient, - for none or exactly zero."""
    p, tokens = drawn(translator, n, m, d=4, seed=seed)
    leaves = [token.requires_grad_() for token in tokens]
    outputs = translator.run(p, leaves[:n], leaves[n:]).outputs
    found = [torch.autograd.grad(output.sin().sum(), leaves, retain_graph=True, allow_unused=True) for output in outputs]
    return ["".join("-+"[g is not None and bool(g.any())] for g in gradients) for gradients in found]


def a_target_position_sees_no_later_one(translator: Translator, n: int, m: int, seed: int, ahead: int = 0) -> None:
    """All of the source and the target up to itself, or so many positions `ahead` of that."""
    for i, arrives in enumerate(gradients_arrive(translator, n, m, seed)):
        seen = min(i + 1 + ahead, m)
        wanted = "+" * (n + seen) + "-" * (m - seen)
        show(f"gradients of output {i + 1}, to the source | to the target", f"{arrives[:n]} | {arrives[n:]}")
        holds(
            arrives == wanted, f"gradients of output {i + 1} arrive at {arrives[:n]} | {arrives[n:]}, not {wanted[n:]} at the end"
        )


@claim(
    "interview.transformer-has-both",
    says="In the Transformer attention alone joins tokens, within each sequence and across: encoder and decoder work on all "
    "positions at once, and no target position sees a later one.",
    lines=(459, 507),
    expect="supported",
    by=search(cases=40),
    as_written=reading(translator=TRANSFORMER, **DRAWN),
    fails_for={
        "near miss: its mask off by one": reading(translator=MASKED_LATE, **DRAWN),
        "near miss: a recurrence below its encoder": reading(translator=RECURRENCE_BELOW, **DRAWN),
        "its decoder without a mask": reading(translator=UNMASKED, **DRAWN),
        "its decoder reading the last source row alone": reading(translator=LAST_ROW, **DRAWN),
        "its decoder reading no source": reading(translator=NO_SOURCE, **DRAWN),
        "additive attention between recurrences": reading(translator=ADDITIVE, **DRAWN),
    },
    altered={
        "In the Transformer every target position sees those before it, and not itself.": reading(
            a_target_position_sees_no_later_one, translator=TRANSFORMER, **DRAWN, ahead=-1
        ),
        "In the Transformer every target position sees the whole target.": reading(
            a_target_position_sees_no_later_one, translator=TRANSFORMER, **DRAWN, ahead=4
        ),
    },
    teach="Self-attention within the source, masked self-attention within the target, cross-attention from one to the other. "
    "The mask lets the decoder train on all positions at once: output t has a gradient to every source token and to the target "
    "up to t, and exactly none to what comes later.",
    not_shown="Generation, which remains one token after another. More than one layer on each side.",
    cites=("vaswani2017", "bahdanau2015"),
)
def attention_does_it_all(translator: Translator, n: int, m: int, seed: int) -> None:
    joined_throughout(translator, n, m)
    a_target_position_sees_no_later_one(translator, n, m, seed)
    short, long = translated(translator, 2, 2).span, translated(translator, n, m).span
    show(f"operations in a row, 2 + 2 tokens and {n} + {m}", (short, long))
    holds(short == long, f"{long} operations in a row for {n} + {m} tokens, {short} for 2 + 2")


# --- the encoder's gradient -----------------------------------------------------------------------------------------


def from_the_loss(graph: Graph, n: int) -> list[int]:
    """Operations on the shortest path from each of n source tokens to any output."""
    outputs = range(len(graph.outputs) - (len(graph.inputs) - n), len(graph.outputs))
    return [min(shortest(graph, i, j) for j in outputs) for i in range(n)]


def from_the_last_source_place(graph: Graph, n: int) -> list[int]:
    """The same to what the encoder says of its last token."""
    return [shortest(graph, i, n - 1) for i in range(n)]


def shortest(graph: Graph, i: int, place: int) -> int:
    length = graph.shortest_path(i, place)
    if length is None:
        raise ValueError(f"no path from input {i} to place {place}")
    return length


SHORT = {"n": whole(3, 6), "m": whole(1, 2)}


Way = Callable[[Graph, int], list[int]]


def the_way_is_longer_to_later_tokens(translator: Translator, way: Way, n: int, m: int) -> None:
    lengths = way(translated(translator, n, m), n)
    holds(all(earlier < later for earlier, later in pairwise(lengths)), f"the ways are {', '.join(map(str, lengths))} long")


def all_ways_are_equally_long(translator: Translator, way: Way, n: int, m: int) -> None:
    lengths = way(translated(translator, n, m), n)
    holds(len(set(lengths)) == 1, f"the ways are {', '.join(map(str, lengths))} operations long")


@claim(
    "interview.bahdanau-encoder-vanishes",
    says="With attention the encoder is still recurrent: the earlier a source token, the longer the gradient's way to it.",
    lines=(455, 507),
    expect="qualified",
    uses=("attention.still-sequential",),
    by=search(cases=30),
    as_written=reading(translator=ADDITIVE, way=from_the_loss, **SHORT),
    amended={
        "the gradient comes from the source itself, from the state of a later token": reading(
            translator=ADDITIVE, way=from_the_last_source_place, **SHORT
        )
    },
    holds_for={
        "as published, within the source": reading(translator=AS_PUBLISHED, way=from_the_last_source_place, **SHORT),
        "without attention, from the loss": reading(translator=NO_ATTENTION, way=from_the_loss, **SHORT),
    },
    fails_for={
        "the Transformer, within the source": reading(translator=TRANSFORMER, way=from_the_last_source_place, **SHORT),
        "an encoder whose states attend to each other, within the source": reading(
            translator=SELF_IN_SOURCE, way=from_the_last_source_place, **SHORT
        ),
    },
    altered={
        "Within the source, the later a token, the longer the gradient's way to it.": reading(
            the_way_is_longer_to_later_tokens, translator=ADDITIVE, way=from_the_last_source_place, **SHORT
        ),
        "With attention the gradient's way is equally long to all tokens, within the source too.": reading(
            all_ways_are_equally_long, translator=ADDITIVE, way=from_the_last_source_place, **SHORT
        ),
    },
    teach="Attention gives every source token a way of its own to the loss, through its state, its score and the context: as "
    "long for the first as for the last. What stays is the chain within the encoder: how h_j learns to take in a token "
    "far before it.",
    not_shown="How much gradient is left at the end of a way: a long one need not vanish, and a short one is thinned out, "
    "since n attention weights share one unit.",
    cites=("bahdanau2015", "pascanu2013"),
)
def the_way_is_longer_to_earlier_tokens(translator: Translator, way: Way, n: int, m: int) -> None:
    lengths = way(translated(translator, n, m), n)
    show("operations on the way to each source token, the first token first", lengths)
    longer = all(earlier > later for earlier, later in pairwise(lengths))
    holds(longer, f"from the first source token to the last, the way is {', '.join(map(str, lengths))} operations long")
