"""Attention as equations and as a graph: what it is, what it solved and what it left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from math import exp, tanh

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import at_least, at_most, cases, claim, close, domain, holds, only, reading, rounding, search, show
from claims.kit.domains import seeds, whole
from claims.kit.domains.matrices import grid
from claims.rnns.attention.encoder import attention_changes_the_encoding, the_encoder_looks_at_the_decoder
from claims.rnns.attention.stacks import Stack, change_in_reverse, stacks
from claims.rnns.subjects.requirements import GENERATING, run
from claims.subjects.traces import traced
from impls.attending import attention, transformer
from impls.broken import needed as broken_needed
from impls.tracing.positions import alone
from impls.tracing.systems import (
    ADDITIVE,
    BIDIRECTIONAL,
    CAUSAL_ATTENTION,
    CROSS_ATTENTION,
    DILATED,
    ELMAN,
    LSTM,
    MINGRU_SCAN,
    PREFIX_ATTENTION,
    SELF_ATTENTION,
    TRANSFORMER_LAYER,
    WINDOWED,
    System,
)  # fmt: skip
from impls.translating import seq2seq

# --- Bahdanau attention ---------------------------------------------------------------------------------------------

Additive = Callable[[attention.Additive, torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True)
class Question:
    """A decoder state asks for encoder states. Shapes: W_d, W_e (a, d), v (a,), s (d,), memory (n, d)."""

    W_d: np.ndarray
    W_e: np.ndarray
    v: np.ndarray
    s: np.ndarray
    memory: np.ndarray

    def put_to(self, attend: Additive) -> tuple[torch.Tensor, torch.Tensor]:
        """The context and the weights by an implementation."""
        W_d, W_e, v, s, memory = (torch.from_numpy(getattr(self, one.name)) for one in fields(self))
        return attend(attention.Additive(W_d, W_e, v), s, memory)

    def by_hand(self) -> tuple[list[float], list[float]]:
        """The same from the printed equations, one number after another."""
        units, tokens = range(len(self.v)), range(len(self.memory))
        entries = range(len(self.s))

        def score(t: int) -> float:
            inside = [sum(self.W_d[k, i] * self.s[i] + self.W_e[k, i] * self.memory[t, i] for i in entries) for k in units]
            return float(sum(self.v[k] * tanh(inside[k]) for k in units))

        grown = [exp(score(t)) for t in tokens]
        alpha = [one / sum(grown) for one in grown]
        return [float(sum(alpha[t] * self.memory[t, i] for t in tokens)) for i in entries], alpha


@domain("1 to 3 encoder states up to 3 wide, a hidden layer up to 3 wide; all numbers within [-2, 2]")
def questions() -> st.SearchStrategy[Question]:
    @cache
    def make(a: int, d: int, n: int) -> st.SearchStrategy[Question]:
        shapes = {"W_d": (a, d), "W_e": (a, d), "v": (a,), "s": (d,), "memory": (n, d)}
        return st.builds(Question, **{name: grid(shape, (-2, 2)) for name, shape in shapes.items()})

    return st.tuples(*[st.integers(1, 3)] * 3).flatmap(lambda drawn: make(*drawn))


@claim(
    "attention.bahdanau-equations",
    says="Additive attention scores each encoder state by a small tanh network, turns the scores into weights by a softmax, and "
    "hands the decoder the weighted mean of the states.",
    lines=(445, 446, 447),
    expect="supported",
    as_written=reading(attend=attention.additive, question=questions()),
    fails_for={
        "near miss: weights that add up to 1 + 10⁻¹²": reading(
            attend=broken_needed.additive_unnormalised_nearly, question=questions()
        ),
        "scores that never read an encoder state": reading(attend=broken_needed.additive_blind_to_memory, question=questions()),
        "no normalisation": reading(attend=broken_needed.additive_unnormalised, question=questions()),
        "the softmax over the width instead of the states": reading(
            attend=broken_needed.additive_normalised_over_width, question=questions()
        ),
        "the tanh left out": reading(attend=broken_needed.additive_without_tanh, question=questions()),
    },
    altered={
        "Additive attention hands the decoder the one state of the greatest weight.": reading(
            attend=broken_needed.additive_hard, question=questions()
        ),
        "Additive attention scores each encoder state by its dot product with the decoder's.": reading(
            attend=broken_needed.additive_dot_product, question=questions()
        ),
    },
    teach="Weights are positive and add up to one, so the context lies in the convex hull of the states: a mean, never more "
    "than what is there. Without the tanh the decoder's state would shift all scores alike and choose nothing. The paper "
    "scores with the decoder's state before the step, s_(i-1); the essay's h_t is the one after it, as in later work.",
    not_shown="That the query is taken after the step rather than before: the equations are the same.",
    cites=("bahdanau2015",),
)
def the_equations_are_followed(attend: Additive, question: Question) -> None:
    (context, alpha), (want, weights) = question.put_to(attend), question.by_hand()
    show("weights", alpha)
    show("context", context)
    within = rounding(100, float(np.abs(question.memory).max()))
    close(alpha, weights, within, "weights")
    close(context, want, within, "context")
    holds(bool((alpha > 0).all()), "a weight is not positive")
    close(alpha.sum(), 1.0, within, "sum of the weights")
    beyond = np.maximum(question.memory.min(0) - np.asarray(context), np.asarray(context) - question.memory.max(0))
    holds(beyond.max() <= within, f"an entry of the context lies {beyond.max():.3g} outside those of the states")


Shown = Callable[[torch.Tensor], torch.Tensor]
D, CELLS = 2, cases(("elman", "gru", "lstm"))


def every_state(states: torch.Tensor) -> torch.Tensor:
    return states


def all_but_the_first(states: torch.Tensor) -> torch.Tensor:
    return states[1:]


def the_last_alone(states: torch.Tensor) -> torch.Tensor:
    return states[-1:]


def without_the_final_state(cell: str, attends: bool, shown: Shown, n: int, seed: int) -> tuple[torch.Tensor, int]:
    """How the scores of n target tokens depend on the n encoder states, (n·n, n·d), when the decoder starts from zeros, and
    how many numbers the final state would have handed over."""
    model = seq2seq.draw(n, D, torch.Generator().manual_seed(seed), cell, attends)
    source, target = torch.arange(n), torch.arange(n).flip(0)
    final = seq2seq.encode(model, source)[1]

    def scores(states: torch.Tensor) -> torch.Tensor:
        def run(network: seq2seq.Cell, xs: torch.Tensor, start: seq2seq.State) -> tuple[torch.Tensor, seq2seq.State]:
            if network is model.encoder:
                return shown(states), tuple(torch.zeros_like(part) for part in final)
            return seq2seq.unrolled(network, xs, start)

        return seq2seq.logits(model, source, seq2seq.shifted(model, target), run)

    states, _ = seq2seq.unrolled(model.encoder, model.embed_source, tuple(torch.zeros_like(part) for part in final))
    derivative = torch.autograd.functional.jacobian(scores, states.detach())
    return derivative.reshape(n * n, n * D), sum(part.numel() for part in final)


def more_gets_across_at_each_step(cell: str, attends: bool, shown: Shown, n: int, seed: int) -> None:
    derivative, handed_over = without_the_final_state(cell, attends, shown, n, seed)
    for i, at_one_step in enumerate(derivative.reshape(n, n, n * D), start=1):
        numbers = int(torch.linalg.matrix_rank(at_one_step, rtol=1e-12))
        at_least(numbers, handed_over + 1, f"independent numbers that reach the decoder at step {i}")


@claim(
    "attention.solved-bottleneck",
    says="Because the decoder can look at all encoder states, and not only at the last one, attention solved the fixed-size "
    "bottleneck for decoding.",
    lines=(450, 451, 489),
    expect="supported",
    uses=(
        "attention.bahdanau-equations",
        "bottleneck.attention-was-designed-for-it",
    ),
    by=search(cases=60),
    as_written=reading(cell=CELLS, attends=True, shown=every_state, n=whole(5, 7), seed=seeds()),
    fails_for={
        "without attention": reading(cell=CELLS, attends=False, shown=every_state, n=whole(5, 7), seed=seeds()),
        "near miss: attention to all states but the first": reading(
            cell=CELLS, attends=True, shown=all_but_the_first, n=whole(5, 7), seed=seeds()
        ),
    },
    altered={
        "Because the decoder looks at the last encoder state again at every step, attention solved the bottleneck.": reading(
            cell=CELLS, attends=True, shown=the_last_alone, n=whole(5, 7), seed=seeds()
        ),
        "Because the encoder can look at all decoder states, attention solved the bottleneck.": reading(
            the_encoder_looks_at_the_decoder, d=D, cell=CELLS, attends=True, n=whole(5, 7), seed=seeds()
        ),
        "Because the decoder can look at all encoder states, attention solved the bottleneck for encoding.": reading(
            attention_changes_the_encoding, d=D, cell=CELLS, attends=True, n=whole(5, 7), seed=seeds()
        ),
        "With attention more than the final state holds reaches the decoder at every single step.": reading(
            more_gets_across_at_each_step, cell=CELLS, attends=True, shown=every_state, n=whole(5, 7), seed=seeds()
        ),
    },
    teach="Take the final state away altogether: the decoder still reaches each encoder state, and over the target more "
    "numbers reach it than the final state holds. What it gets at any one step is again a single mean of fixed width, but "
    "another one at each step, asked for by the decoder.",
    not_shown="That quality gains from it: see bottleneck.quality-falls-with-length. Each encoder state is itself of fixed "
    "size. Sources shorter than five tokens.",
    cites=("bahdanau2015",),
)
def more_gets_across_than_the_final_state_holds(cell: str, attends: bool, shown: Shown, n: int, seed: int) -> None:
    derivative, handed_over = without_the_final_state(cell, attends, shown, n, seed)
    reach = derivative.reshape(n, n, n, D).abs().amax((1, 3))  # target by source
    show("largest effect of each source state (column) on the scores of each target token (row)", reach)
    unread = [f"{j + 1} at {i + 1}" for i in range(n) for j in range(n) if reach[i, j] == 0]
    holds(not unread, f"encoder states without effect on a target token: {', '.join(unread)}")
    numbers = int(torch.linalg.matrix_rank(derivative, rtol=1e-12))
    at_least(numbers, handed_over + 1, "independent numbers that reach the decoder without the final state")


def encoder_of(system: System) -> System:
    """What an encoder-decoder computes for each source token, by itself."""
    return System(f"encoder of: {system.name}", system.draw, lambda p, xs: alone([at[-1] for at in system.run(p, xs)]))


BAHDANAU, TRANSFORMER = encoder_of(ADDITIVE), encoder_of(CROSS_ATTENTION)


def no_token_adds_a_round(system: System, n: int) -> None:
    fewer, more = traced(system, n, 2).span, traced(system, n + 1, 2).span
    holds(fewer == more, f"{fewer} operations in a row for {n} source tokens, {more} for {n + 1}")


def twice_the_tokens_add_as_much_each_time(system: System, n: int) -> None:
    """As a logarithm does, rounded up or not."""
    once, twice, four_times = (traced(system, n * times, 2).span for times in (1, 2, 4))
    at_most(four_times - twice, twice - once, f"operations in a row that {4 * n} tokens add to {2 * n}")


@claim(
    "attention.still-sequential",
    says="The encoder under Bahdanau attention was still recurrent, so training was still sequential.",
    lines=(455, 507),
    expect="supported",
    by=search(cases=40),
    as_written=reading(system=BAHDANAU, n=whole(1, 12)),
    holds_for={
        "encoder, attention and decoder together": reading(system=ADDITIVE, n=whole(1, 8)),
        "an LSTM as the encoder": reading(system=LSTM, n=whole(1, 8)),
        "an encoder that reads both ways, as in the paper": reading(system=BIDIRECTIONAL, n=whole(1, 8)),
    },
    fails_for={
        "a Transformer as the encoder": reading(system=TRANSFORMER, n=whole(1, 8)),
        "near miss: a dilated convolution, deeper at every power of two": reading(system=DILATED(2), n=whole(1, 8)),
        "near miss: the minimal GRU by scan": reading(system=MINGRU_SCAN, n=whole(1, 8)),
    },
    altered={
        "The encoder under Bahdanau attention worked on all tokens at once.": reading(
            no_token_adds_a_round, system=BAHDANAU, n=whole(1, 12)
        ),
        "The encoder under Bahdanau attention took a number of rounds that grows like log n.": reading(
            twice_the_tokens_add_as_much_each_time, system=BAHDANAU, n=whole(1, 3)
        ),
    },
    teach="Attention changed where the decoder looks, not how the states come about: each source token still adds a round that "
    "must wait for the one before. Two directions at once take as many rounds as one.",
    not_shown="What that costs on a given machine.",
    cites=("bahdanau2015", "vaswani2017"),
)
def each_token_adds_a_round(system: System, n: int) -> None:
    fewer, more = traced(system, n, 2).span, traced(system, n + 1, 2).span
    show(f"operations in a row, {n} and {n + 1} source tokens", (fewer, more))
    at_least(more - fewer, 1, f"operations in a row that token {n + 1} adds")


# --- attention is all you need --------------------------------------------------------------------------------------

Pairs = Callable[[int], Sequence[tuple[int, int]]]


def every_pair(n: int) -> list[tuple[int, int]]:
    """(i, j): position j reads token i."""
    return [(i, j) for i in range(n) for j in range(n)]


def no_later_token(n: int) -> list[tuple[int, int]]:
    return [(i, j) for i, j in every_pair(n) if i <= j]


def no_earlier_token(n: int) -> list[tuple[int, int]]:
    return [(i, j) for i, j in every_pair(n) if i >= j]


DECODER_LAYER = System(
    "causal Transformer layer",
    TRANSFORMER_LAYER.draw,
    lambda p, xs: alone(transformer.run(p, torch.stack(list(xs)), attention.causal_mask(len(xs))).unbind(0)),
)
ENCODER_KIND = cases((TRANSFORMER_LAYER, SELF_ATTENTION), "encoder layer, and its self-attention alone")
DECODER_KIND = cases((DECODER_LAYER, CAUSAL_ATTENTION, PREFIX_ATTENTION), "causal layer, and its self-attention alone")
UPPER_LEFT = System(
    "attention over a cache, its mask aligned at the upper left",
    attention.draw_self_attention,
    lambda p, xs: alone(broken_needed.masked_from_the_upper_left(p, xs)),
)
EITHER = cases((TRANSFORMER_LAYER, DECODER_LAYER), "the Transformer's layers: encoder and, causal, decoder")


def one_layer_reads_all_pairs_but_its_own(system: System, n: int) -> None:
    tokens, outputs = run(system, n)
    for j, output in enumerate(outputs):
        direction = torch.linspace(1, 2, len(output), dtype=output.dtype)
        gradients = torch.autograd.grad(output @ direction, tokens, retain_graph=True, materialize_grads=True)
        read = [i for i, gradient in enumerate(gradients) if gradient.any()]
        holds(read == [i for i in range(n) if i != j], f"{n} tokens: position {j + 1} reads {[i + 1 for i in read]}")


@claim(
    "attention.single-layer-all-pairs",
    says="In a Transformer every position can attend to every other in a single layer, all of them in parallel.",
    lines=(459,),
    expect="qualified",
    by=search(cases=40),
    as_written=reading(system=EITHER, pairs=only(every_pair), n=whole(2, 6)),
    amended={
        "no mask forbids it, as in an encoder": reading(system=ENCODER_KIND, pairs=only(every_pair), n=whole(2, 6)),
        "under a causal mask “every other” means every earlier one, and the tokens are known, as in training": reading(
            system=DECODER_KIND, pairs=only(no_later_token), n=whole(2, 6)
        ),
    },
    fails_for={
        "near miss: a window that leaves out one pair, the farthest": reading(
            system=WINDOWED(9), pairs=only(no_later_token), n=6
        ),
        "a causal mask from the upper left, with fewer queries than keys": reading(
            system=UPPER_LEFT, pairs=only(no_later_token), n=whole(2, 6)
        ),
        "tokens written one after another": reading(system=GENERATING, pairs=only(no_later_token), n=whole(2, 6)),
        "an RNN": reading(system=ELMAN, pairs=only(no_later_token), n=whole(2, 6)),
    },
    altered={
        "Under a causal mask every position can attend to every later one.": reading(
            system=DECODER_KIND, pairs=only(no_earlier_token), n=whole(2, 6)
        ),
        "Without a mask every position attends to all others, and not to itself.": reading(
            one_layer_reads_all_pairs_but_its_own, system=ENCODER_KIND, n=whole(2, 6)
        ),
    },
    teach="In the encoder, yes. A decoder must not look ahead and is masked: each position reads itself and what came before. "
    "And parallel means training: in writing each token waits for the one before, six operations more for every token here.",
    not_shown="That a weight is large enough to matter; that one layer is enough for more than pairs.",
    cites=("vaswani2017",),
)
def one_layer_reads_all_pairs_at_once(system: System, pairs: Pairs, n: int) -> None:
    tokens, outputs = run(system, n)
    for j, output in enumerate(outputs):
        direction = torch.linspace(1, 2, len(output), dtype=output.dtype)
        gradients = torch.autograd.grad(output @ direction, tokens, retain_graph=True, materialize_grads=True)
        unread = [i + 1 for i, gradient in enumerate(gradients) if (i, j) in pairs(n) and not gradient.any()]
        holds(not unread, f"{n} tokens: position {j + 1} reads nothing of {unread}")
    one, many = traced(system, 1, 4).span, traced(system, n, 4).span
    show(f"operations in a row at 1 and {n} tokens", (one, many))
    holds(one == many, f"{many} operations in a row at {n} tokens, {one} at one")


NOTICED = 1e-6


def the_last_output_is_blind_to_the_order(stack: Stack, n: int, seed: int) -> None:
    at_most(change_in_reverse(stack, n, seed), NOTICED, "change of the last output")


@claim(
    "attention.only-attention-and-ffn",
    says="Self-attention and feed-forward layers alone can take the place of the recurrent network.",
    lines=(459,),
    expect="qualified",
    by=search(cases=100),
    as_written=reading(stack=stacks((1, 2, 3)), n=whole(3, 6), seed=seeds()),
    amended={
        "position codes are added to the tokens": reading(stack=stacks((1, 2, 3), codes=1.0), n=whole(3, 6), seed=seeds()),
        "there are two layers or more, under a causal mask": reading(
            stack=stacks((2, 3), causal=True), n=whole(3, 6), seed=seeds()
        ),
    },
    holds_for={
        "one layer under a causal mask, with position codes": reading(
            stack=stacks((1,), causal=True, codes=1.0), n=whole(3, 6), seed=seeds()
        )
    },
    fails_for={
        "one layer under a causal mask": reading(stack=stacks((1,), causal=True), n=whole(3, 6), seed=seeds()),
        "every place has the code of the first": reading(
            stack=stacks((1, 2, 3), codes=1.0, one_code=True), n=whole(3, 6), seed=seeds()
        ),
        "near miss: position codes times 10⁻⁸": reading(stack=stacks((1, 2, 3), codes=1e-8), n=whole(3, 6), seed=seeds()),
    },
    altered={
        "Cross-attention and feed-forward layers alone can take the place of the network, with position codes.": reading(
            stack=stacks((1, 2, 3), codes=1.0, across=True), n=whole(3, 6), seed=seeds()
        ),
        "Position codes added, such layers still treat their tokens as a set.": reading(
            the_last_output_is_blind_to_the_order, stack=stacks((1, 2, 3), codes=1.0), n=whole(3, 6), seed=seeds()
        ),
    },
    teach="Such layers treat their tokens as a set: put them in another order and the outputs move along, so that “bites” "
    "gets the same output in “dog bites man” and in “man bites dog”. Position codes repair that; they answer a fault of "
    "attention, not of the RNN, which has order for free. A causal mask tells the order too, from the second layer on: by "
    "then a token knows what came before it.",
    not_shown="That order is all that is missing. The paper's model also has embeddings, residual connections and norms.",
    cites=("vaswani2017", "haviv2022"),
)
def the_last_output_notices_the_order(stack: Stack, n: int, seed: int) -> None:
    at_least(change_in_reverse(stack, n, seed), NOTICED, "change of the last output")
