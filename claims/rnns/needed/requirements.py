"""The four requirements, one after another: what each asks for, and what attention makes of it."""

from collections.abc import Callable, Iterator
from functools import partial

import networkx as nx
import numpy as np
import torch
from scipy.optimize import linprog, minimize
from scipy.special import logsumexp

from claims.kit import at_least, at_most, cases, claim, close, holds, only, reading, search, show
from claims.kit.domains import whole
from claims.rnns.figures.needed import greatest_weight_on_a_line, weight_by_length
from claims.rnns.subjects.requirements import GENERATING
from claims.subjects.contexts import (
    Adding,
    Halving,
    Rearranged,
    SoftmaxRead,
    different_keys,
    independent_keys,
    keys_of_one_length,
    keys_of_some_length,
    loops,
    rearranged,
    short_sums,
    softmax_reads,
    with_a_constant_lead,
    with_a_lead,
)  # fmt: skip
from claims.subjects.traces import traced
from impls.attending import attention
from impls.broken import attention as broken_attention
from impls.broken import needed as broken_needed
from impls.counting.graph import shortest_gradient_path
from impls.tracing.systems import (
    ADDITIVE,
    BIDIRECTIONAL,
    CAUSAL_ATTENTION,
    CONVOLUTION_LAYER,
    ELMAN,
    LSTM,
    MINGRU_SCAN,
    PREFIX_ATTENTION,
    SELF_ATTENTION,
    TRANSFORMER_LAYER,
    System,
)  # fmt: skip

# --- 1. full context without degradation ----------------------------------------------------------------------------

Weigh = Callable[[attention.SelfAttention, torch.Tensor], torch.Tensor]
EQUAL = 1 - 1e-10


def everywhere(p: attention.SelfAttention, X: torch.Tensor) -> torch.Tensor:
    """Attention weights, every token looking at every other."""
    return attention.weights(X @ p.W_q.T, X @ p.W_k.T)


def backwards_only(p: attention.SelfAttention, X: torch.Tensor) -> torch.Tensor:
    """The same under a causal mask."""
    return attention.weights(X @ p.W_q.T, X @ p.W_k.T, attention.causal_mask(len(X)))


def a_token_farther_away_loses_weight(weigh: Weigh, text: Rearranged) -> None:
    before, after = (weigh(text.parameters, tokens) for tokens in text.texts())
    was, became = text.weight(before, moved=False), text.weight(after, moved=True)
    if abs(text.order.index(0) - text.order.index(1)) > 1:
        at_most(became, EQUAL * was, "weight of the token asked for, which has moved away")


@claim(
    "needed.direct-access",
    says="Self-attention lets every output attend to every input with no penalty for distance and no degradation.",
    lines=(411, 413),
    expect="qualified",
    by=search(cases=150),
    as_written=reading(weigh=everywhere, text=rearranged(inserted=(1, 4)), share=0.99),
    amended={
        "the text stays as long as it is: tokens only change places": reading(
            weigh=everywhere, text=rearranged(inserted=(0, 0)), share=EQUAL
        ),
        "the score asked for leads all that come in between by log n + 5": reading(
            weigh=everywhere, text=with_a_lead(5), share=0.99
        ),
    },
    fails_for={
        "near miss: tokens carry 10⁻⁸ of their place": reading(
            weigh=broken_needed.weights_with_positions_nearly, text=rearranged(inserted=(0, 0)), share=EQUAL
        ),
        "near miss: a lead of log n + 3": reading(weigh=everywhere, text=with_a_lead(3), share=0.99),
        "a causal mask": reading(weigh=backwards_only, text=rearranged(inserted=(0, 0)), share=EQUAL),
        "a softmax over those that ask": reading(
            weigh=broken_needed.weights_normalised_over_queries, text=with_a_lead(5), share=0.99
        ),
        "scores that pay for distance": reading(
            weigh=broken_needed.weights_with_distance_penalty, text=rearranged(inserted=(0, 0)), share=EQUAL
        ),
    },
    altered={
        "Self-attention gives a token less weight the farther away it is.": reading(
            a_token_farther_away_loses_weight, weigh=everywhere, text=rearranged(inserted=(0, 0))
        ),
        "A token keeps its weight if its score leads all that come in between by 5, however many they are.": reading(
            weigh=everywhere, text=with_a_constant_lead(5), share=0.99
        ),
    },
    teach="Distance costs nothing: reorder the tokens and the weights move along, unless position codes are made to "
    "decide otherwise. Length does cost: the mean weight is 1/n, and with scores within ±B each lies "
    "between e^(-2B)/n and e^(2B)/n. To keep its share in a text of n tokens a token's score must lead by about log n.",
    not_shown="What training makes of it: trained models do read some places of a long text better than others.",
    cites=("vaswani2017", "press2022"),
    figure=weight_by_length,
)
def the_token_keeps_its_weight(weigh: Weigh, text: Rearranged, share: float) -> None:
    """No weight depends on a place, so another order changes none. With a lead of log n + 5 what is inserted adds less than
    n·e^(s - log n - 5) = e^(s-5) to a denominator of at least e^s, so that 1/(1 + e⁻⁵) = 0.993 of the weight is left."""
    before, after = (weigh(text.parameters, tokens) for tokens in text.texts())
    was, became = text.weight(before, moved=False), text.weight(after, moved=True)
    show(f"its weight among {len(before)} tokens", was)
    show(f"its weight among {len(after)} tokens", became)
    at_least(became, share * was, "weight of the token asked for, when tokens move or come in between")


# --- 2. parallel training -------------------------------------------------------------------------------------------

ONE_LAYER = cases((SELF_ATTENTION, CAUSAL_ATTENTION, PREFIX_ATTENTION, TRANSFORMER_LAYER), "layers of self-attention")


def no_position_reads_another(system: System, n: int) -> None:
    graph = traced(system, n, 2)
    for t, results in enumerate(graph.outputs):
        read = [s + 1 for s, token in enumerate(graph.inputs) if s != t and nx.has_path(graph.nodes, token, results[0])]
        holds(not read, f"{n} tokens: position {t + 1} reads the tokens {read}")


def all_positions_take_as_many_operations_as_one(system: System, n: int) -> None:
    many, one = traced(system, n, 2).work, traced(system, 1, 2).work
    holds(many == one, f"{many} operations for {n} tokens, {one} for one")


@claim(
    "needed.parallel-training",
    says="In training, a layer of self-attention computes each position independently of what it computes for the others.",
    lines=(353, 417),
    expect="supported",
    by=search(cases=60),
    as_written=reading(system=ONE_LAYER, n=whole(2, 8)),
    holds_for={"a convolution": reading(system=CONVOLUTION_LAYER(2), n=whole(2, 8))},
    fails_for={
        "the same attention when it writes its own input": reading(system=GENERATING, n=whole(2, 8)),
        "the Elman network": reading(system=ELMAN, n=whole(2, 8)),
        "the LSTM": reading(system=LSTM, n=whole(2, 8)),
        "a bidirectional RNN": reading(system=BIDIRECTIONAL, n=whole(2, 8)),
        "near miss: the minimal GRU by scan, which waits log₂ n times instead of n": reading(system=MINGRU_SCAN, n=whole(2, 8)),
        "an RNN encoder-decoder with attention": reading(system=ADDITIVE, n=whole(2, 8)),
    },
    altered={
        "In training, a layer of self-attention computes each position independently of the other tokens.": reading(
            no_position_reads_another, system=ONE_LAYER, n=whole(2, 8)
        ),
        "In training, all positions of a layer of self-attention take as many operations as one.": reading(
            all_positions_take_as_many_operations_as_one, system=ONE_LAYER, n=whole(2, 8)
        ),
    },
    teach="All positions of a layer can be computed at once because the tokens are known beforehand. That is training: a "
    "model that writes text must finish a token before it can read it, and that is as sequential as an RNN. Layers still wait "
    "for one another, and O(log n) of waiting, as in a scan, is no hindrance to hardware either: see "
    "needed.table.parallel-training.",
    not_shown="That hardware is fully used: that depends on memory traffic too.",
    cites=("vaswani2017",),
)
def no_position_waits_for_another(system: System, n: int) -> None:
    graph, single = traced(system, n, 2), traced(system, 1, 2)
    for t, results in enumerate(graph.outputs):
        needed_by = set().union(*(nx.descendants(graph.nodes, result) for result in results))
        waiting = [s + 1 for s, others in enumerate(graph.outputs) if s != t and needed_by & set(others)]
        holds(not waiting, f"{n} tokens: what is computed at position {t + 1} is needed at {waiting}")
    holds(graph.span == single.span, f"{graph.span} operations in a row for {n} tokens, {single.span} for one")


# --- 3. no fixed-size bottleneck ------------------------------------------------------------------------------------

Attend = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
Remember = Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]
LEAD = 50.0  # the others' weights are then below e^-50


def every_token(keys: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Each token's own key and value; the value of token i is the i-th unit vector, so that what is read shows the mixture."""
    return keys, torch.eye(len(keys), dtype=keys.dtype)


def sharpest_query(keys: np.ndarray, row: int) -> tuple[np.ndarray, float]:
    """The query with entries in [-1, 1] whose score for that row leads all others the most, and by how much: a linear
    programme, so that a lead of zero means that there is no such query."""
    width = keys.shape[1]
    behind = np.hstack([np.delete(keys, row, axis=0) - keys[row], np.ones((len(keys) - 1, 1))])
    found = linprog([0.0] * width + [-1.0], A_ub=behind, b_ub=np.zeros(len(behind)), bounds=[(-1, 1)] * width + [(0, 1e6)])
    return found.x[:width], float(found.x[width])


def fairest_query(keys: np.ndarray, row: int) -> np.ndarray:
    """For a row that no query puts in front: the query that gives it the most weight. Minus log weight is convex."""
    return minimize(lambda query: logsumexp((keys - keys[row]) @ query), np.zeros(keys.shape[1])).x


def purest_readings(attend: Attend, keys: torch.Tensor, values: torch.Tensor) -> Iterator[torch.Tensor]:
    """What is read when a query favours one row as far as queries can, row after row."""
    for row in range(len(keys)):
        query, lead = sharpest_query(keys.numpy(), row)
        query = query * LEAD / lead if lead > 1e-9 else fairest_query(keys.numpy(), row)
        query = query * keys.shape[1] ** 0.5  # attention divides by the root of the width
        yield attend(torch.from_numpy(query)[None], keys, values)[0]


AS_IT_IS = {"attend": attention.attend, "remember": every_token}
ALMOST_A_MEAN = only(partial(broken_attention.unnormalised_nearly, by=1e-10), "attention, its weights off by 10⁻¹⁰")
MIDDLE = np.array([[-1.0], [0.0], [1.0]])


def every_query_reads_one_token(attend: Attend, remember: Remember, keys: np.ndarray) -> None:
    """Queries as long as the keys."""
    for query, read in zip(keys, attend(torch.from_numpy(keys), *remember(torch.from_numpy(keys))), strict=True):
        at_least(float(read.max()), 1 - 1e-12, f"greatest share of a token for the query {query.round(3)}")


def only_the_heaviest_can_be_read_alone(attend: Attend, remember: Remember, keys: np.ndarray) -> None:
    """The token with the most weight for a query of ones, and no other."""
    reads = torch.stack(list(purest_readings(attend, *remember(torch.from_numpy(keys)))))
    readable = {token + 1 for token in range(len(keys)) if float(reads[:, token].max()) >= 1 - 1e-12}
    heaviest = int(keys.sum(axis=1).argmax()) + 1
    holds(readable == {heaviest}, f"the heaviest is token {heaviest}; those that some query reads alone are {sorted(readable)}")


@claim(
    "needed.no-fixed-bottleneck",
    says="In attention all input representations stay accessible at full resolution.",
    lines=(419, 421),
    expect="qualified",
    by=search(cases=60),
    as_written=reading(attend=attention.attend, remember=every_token, keys=different_keys(tokens=(2, 5))),
    amended={
        "all keys are of one length": reading(
            attend=attention.attend, remember=every_token, keys=keys_of_one_length(tokens=(2, 6))
        ),
        "there are no more tokens than entries in a key, and the keys are linearly independent": reading(
            attend=attention.attend, remember=every_token, keys=independent_keys(tokens=(2, 5))
        ),
    },
    fails_for={
        "near miss: weights that add up to 1 + 10⁻¹⁰": reading(
            attend=ALMOST_A_MEAN, remember=every_token, keys=keys_of_one_length(tokens=(2, 6))
        ),
        "a memory of two rows, keys of one length": reading(
            attend=attention.attend, remember=broken_needed.two_places, keys=keys_of_one_length(tokens=(3, 6))
        ),
        "a memory of two rows, independent keys": reading(
            attend=attention.attend, remember=broken_needed.two_places, keys=independent_keys(tokens=(3, 5))
        ),
    },
    witness={
        "three keys on a line: the middle one never gets more than a third": reading(
            attend=attention.attend, remember=every_token, keys=only(MIDDLE, "-1, 0 and 1")
        )
    },
    altered={
        "In attention all input representations stay accessible at full resolution if no key is longer than 1.": reading(
            attend=attention.attend, remember=every_token, keys=keys_of_some_length(tokens=(2, 6))
        ),
        "In attention with keys of one length only the most heavily weighted input stays accessible.": reading(
            only_the_heaviest_can_be_read_alone, **AS_IT_IS, keys=keys_of_one_length(tokens=(2, 6))
        ),
        "In attention with keys of one length every query reads one input at full resolution.": reading(
            every_query_reads_one_token, attend=attention.attend, remember=every_token, keys=keys_of_one_length(tokens=(2, 6))
        ),
    },
    teach="All tokens stay in memory, and it grows with them. But a softmax puts a token in front only if its key lies "
    "outside the convex hull of the others: inside, its score is a mean of theirs and never above them all, so it gets half "
    "the weight at most. More tokens than dimensions are no obstacle: of keys of one length none lies inside.",
    not_shown="How often trained keys lie inside; what several heads or layers reach together. How long the query must be: to "
    "tell close keys apart it grows without bound.",
    cites=("vaswani2017", "grivas2022"),
    figure=greatest_weight_on_a_line,
)
def each_token_can_be_read_alone(attend: Attend, remember: Remember, keys: np.ndarray) -> None:
    """If k = Σ λ_j k_j, then q·k = Σ λ_j q·k_j ≤ max q·k_j whatever q. Otherwise a hyperplane parts k from the other keys, and
    its normal, made long enough, is the query; for keys of one length that is k itself, as k·k_j < k·k."""
    reads = list(purest_readings(attend, *remember(torch.from_numpy(keys))))
    for token in range(len(keys)):
        purest = reads[int(torch.stack(reads)[:, token].argmax())]
        show(f"purest reading of token {token + 1}, as shares of all tokens", purest)
        close(purest, np.eye(len(keys))[token], 1e-12, f"token {token + 1} of {len(keys)}, read as purely as any query can")


# --- 4. a constant gradient path ------------------------------------------------------------------------------------

FEW, VANISHED = 8, 1e-9


def a_short_path_makes_the_gradient_vanish(computation: SoftmaxRead | Halving) -> None:
    output, tokens = computation.run()
    gradient = float(torch.autograd.grad(output.sum(), tokens[0])[0].norm())
    operations = shortest_gradient_path(output, tokens[0])
    if operations is not None and operations <= FEW:
        at_most(gradient, VANISHED, f"gradient of the first token, {operations} operations away")


def a_long_path_makes_the_gradient_vanish(computation: Halving | Adding) -> None:
    output, tokens = computation.run()
    gradient = float(torch.autograd.grad(output.sum(), tokens[0])[0].norm())
    operations = shortest_gradient_path(output, tokens[0])
    if operations is None or operations > FEW:
        at_most(gradient, VANISHED, f"gradient of the first token, {operations} operations away")


@claim(
    "needed.constant-path-cures-vanishing",
    says="A gradient path of constant length eliminates vanishing gradients.",
    lines=(425,),
    expect="qualified",
    uses=("complexity.attention-path-o1",),
    by=search(cases=150),
    as_written=reading(computation=short_sums()),
    amended={
        "it runs through a softmax over at most 64 tokens, scores within ±5": reading(
            computation=softmax_reads(scores=(-5, 5), tokens=(2, 64))
        )
    },
    fails_for={
        "near miss: scores within ±15": reading(computation=softmax_reads(scores=(-15, 15), tokens=(2, 64))),
        "halving at every step, as one product": reading(computation=only(Halving("as one product", 64), "64 tokens")),
    },
    holds_for={
        "halving step by step: the path is not short": reading(computation=only(Halving("step by step", 64), "64 tokens")),
        "halving by scan: the path is not short either": reading(computation=only(Halving("by scan", 64), "64 tokens")),
    },
    witness={
        "halving over 64 tokens as one product": reading(computation=Halving("as one product", 64)),
        "float32, a score 104 below the highest": reading(computation=SoftmaxRead((0.0, 104.0), "float32")),
        "float64, a score 746 below the highest": reading(computation=SoftmaxRead((0.0, 746.0))),
    },
    altered={
        "A path of constant length through a softmax of scores within ±5 makes the gradient vanish.": reading(
            a_short_path_makes_the_gradient_vanish, computation=softmax_reads(scores=(-5, 5), tokens=(2, 64))
        ),
        "Only a gradient path of constant length keeps the gradient from vanishing.": reading(
            a_long_path_makes_the_gradient_vanish, computation=loops()
        ),
    },
    teach="The path belongs to the evaluation, the gradient to the function. h = h/2 + x over 64 tokens has a path of 126 "
    "operations as a loop, 12 as a scan and 1 as a product, and the gradient of the first token is 2⁻⁶³ each time. In "
    "attention no decay with distance is built in, but a token gets the share e^score/Σ: at least e^(-2B)/n for scores within "
    "±B, and exactly zero in float32 from a gap of 104.",
    not_shown="How far apart trained scores lie. “Vanished” is below 10⁻⁹ here.",
    cites=("vaswani2017",),
)
def a_short_path_keeps_the_gradient(computation: SoftmaxRead | Halving) -> None:
    output, tokens = computation.run()
    operations = shortest_gradient_path(output, tokens[0])
    gradient = float(torch.autograd.grad(output.sum(), tokens[0])[0].norm())
    show("operations on the gradient's path to the first token", operations)
    show("gradient of the first token", gradient)
    if operations is not None and operations <= FEW:
        at_least(gradient, VANISHED, f"gradient of the first token, {operations} operations away")
