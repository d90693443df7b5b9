"""Networks that read in both directions of time: what they are, and what they leave as it was."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import cast

import torch

from claims.kit import cases, claim, close, exhaustion, holds, only, reading, rounding, search, show
from claims.kit.domains import seeds, whole
from claims.subjects.traces import traced
from impls.broken import cells as broken
from impls.broken.bidirectional import backward_half_first, backward_states_nearly, both_read_forwards, one_network_for_both
from impls.recurrent import bidirectional, elman, gru, lstm
from impls.recurrent.recurrence import unroll, zeros
from impls.tracing import positions
from impls.tracing.systems import (
    BIDIRECTIONAL,
    BIDIRECTIONAL_LSTM,
    CAUSAL_ATTENTION,
    ELMAN,
    LINEAR,
    LSTM,
    SELF_ATTENTION,
    SKIP,
    STACKED_ELMAN,
    System,
)  # fmt: skip

Tokens = Sequence[torch.Tensor]
Weights = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]

# --- what it is -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A recurrent layer of ours, torch's of the same kind, and our parameters in torch's order: W_ih, W_hh, b_ih, b_hh."""

    name: str
    draw: Callable[[int, int, torch.Generator], object]
    run: Callable[..., torch.Tensor]
    torchs: type[torch.nn.RNNBase]
    weights: Callable[..., Weights]


def elman_weights(p: elman.Elman) -> Weights:
    return p.W_x, p.W_h, p.b, 0 * p.b


def lstm_weights(p: lstm.LSTM) -> Weights:
    W, b, d = torch.cat([p.W_i, p.W_f, p.W_C, p.W_o]), torch.cat([p.b_i, p.b_f, p.b_C, p.b_o]), len(p.b_f)
    return W[:, d:], W[:, :d], b, 0 * b


def gru_weights(p: gru.GRU) -> Weights:
    W, b, d = torch.cat([p.W_r, p.W_z, p.W]), torch.cat([p.b_r, p.b_z, p.b]), len(p.b)
    return W[:, d:], W[:, :d], b, torch.cat([0 * p.b_r, 0 * p.b_z, p.b_hn])


CELLS = cases((
    Cell("Elman network", elman.draw, elman.run, torch.nn.RNN, elman_weights),
    Cell("LSTM", lstm.draw, lambda p, xs: lstm.run(p, xs)[0], torch.nn.LSTM, lstm_weights),
    Cell("GRU in torch's form", gru.draw, partial(gru.run, step=gru.step_reset_after), torch.nn.GRU, gru_weights),
))  # fmt: skip


def by_torch(cell: Cell, forward: object, backward: object, xs: torch.Tensor) -> torch.Tensor:
    """The outputs of torch's bidirectional layer with these parameters."""
    width = cell.weights(forward)[1].shape[1]
    layer = cell.torchs(xs.shape[1], width, bidirectional=True, dtype=torch.float64)
    with torch.no_grad():
        for theirs, ours in zip(layer.parameters(), cell.weights(forward) + cell.weights(backward), strict=True):
            theirs.copy_(ours)
        return layer(xs)[0]


def each_half_reads_every_token(cell: Cell, n: int, d: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    forward, backward = cell.draw(d, 3, generator), cell.draw(d, 3, generator)
    tokens = [torch.randn(3, generator=generator, dtype=torch.float64).requires_grad_() for _ in range(n)]
    outputs = bidirectional.run(partial(cell.run, forward), partial(cell.run, backward), tokens)
    for half in (outputs[:, :d], outputs[:, d:]):
        for t, output in enumerate(half):
            gradients = torch.autograd.grad(output.sum(), tokens, retain_graph=True)
            unread = [s + 1 for s, gradient in enumerate(gradients) if not gradient.any()]
            holds(not unread, f"half of output {t + 1} does not read the tokens {unread}")


@claim(
    "gated.bidirectional-both-sides",
    says="A bidirectional network reads the sequence in both directions and joins the two states of each position, so that every "
    "output draws on past and future.",
    lines=(320,),
    expect="supported",
    by=search(cases=60),
    as_written=reading(cell=CELLS, together=bidirectional.run, n=whole(1, 5), d=whole(1, 4), seed=seeds()),
    altered={
        "In a bidirectional network each half of the state at a position draws on past and future.": reading(
            each_half_reads_every_token, cell=CELLS, n=whole(2, 5), d=whole(1, 4), seed=seeds()
        ),
        "A bidirectional network reads the sequence in both directions with the same weights.": reading(
            cell=CELLS, together=one_network_for_both, n=whole(1, 5), d=whole(1, 4), seed=seeds()
        ),
    },
    fails_for={
        "near miss: the backward half too large by one part in 10¹¹": reading(
            cell=CELLS,
            together=only(partial(backward_states_nearly, by=1e-11), "the backward half too large by one part in 10¹¹"),
            n=whole(1, 5),
            d=whole(1, 4),
            seed=seeds(),
        ),
        "the backward half first": reading(cell=CELLS, together=backward_half_first, n=whole(1, 5), d=whole(1, 4), seed=seeds()),
        "backward states not turned round": reading(
            cell=CELLS, together=broken.bidirectional_not_flipped_back, n=whole(2, 5), d=whole(1, 4), seed=seeds()
        ),
        "both networks read forwards": reading(
            cell=CELLS, together=both_read_forwards, n=whole(2, 5), d=whole(1, 4), seed=seeds()
        ),
    },
    teach="It is torch's layer with bidirectional=True to the last few bits. The two directions have weights of their own and "
    "do not meet within a layer: neither half has read both sides; only what reads the two together has.",
    not_shown="That the future helps in a given task, which is a matter for trials. Several layers.",
    cites=("schuster1997", "graves2005"),
)
def every_output_is_torchs_and_reads_every_token(
    cell: Cell, together: Callable[..., torch.Tensor], n: int, d: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    forward, backward = cell.draw(d, 3, generator), cell.draw(d, 3, generator)
    xs = torch.randn(n, 3, generator=generator, dtype=torch.float64)
    tokens = [x.clone().requires_grad_() for x in xs]
    outputs = together(partial(cell.run, forward), partial(cell.run, backward), tokens)
    for t, output in enumerate(outputs):
        gradients = torch.autograd.grad(output.sum(), tokens, retain_graph=True)
        unread = [s + 1 for s, gradient in enumerate(gradients) if not gradient.any()]
        holds(not unread, f"output {t + 1} does not read the tokens {unread}")
    close(outputs, by_torch(cell, forward, backward, xs), rounding(200 * n), "outputs")


# --- what it rules out ----------------------------------------------------------------------------------------------

WHOLE, FORWARD_HALF = only(slice(None), "all of it"), only(slice(0, 2), "the states of the forward direction")


def no_later_token_changes_the_output(system: System, half: slice, t: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    p = system.draw(2, generator)
    *read, one, other = (torch.randn(2, generator=generator, dtype=torch.float64) for _ in range(t + 2))
    before, after = (system.run(p, [*read, following])[t - 1][0][half] for following in (one, other))
    holds(torch.equal(before, after), f"output {t} changes with the token that follows")


def no_earlier_token_changes_the_output(system: System, half: slice, t: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    p = system.draw(2, generator)
    one, other, *read = (torch.randn(2, generator=generator, dtype=torch.float64) for _ in range(t + 2))
    before, after = (system.run(p, [first, *read])[t][0][half] for first in (one, other))
    holds(torch.equal(before, after), f"output {t + 1} changes with the first token")


def whose_output_changes_with_earlier_tokens_is_not_autoregressive(system: System, t: int, seed: int) -> None:
    """Autoregressive: the output at a position is found from the tokens up to it."""
    generator = torch.Generator().manual_seed(seed)
    p = system.draw(2, generator)
    one, other, *read, following = (torch.randn(2, generator=generator, dtype=torch.float64) for _ in range(t + 3))
    here, elsewhere = (system.run(p, [first, *read, following])[t][0] for first in (one, other))
    from_the_prefix = system.run(p, [one, *read])[t][0]
    changes, autoregressive = not torch.equal(here, elsewhere), torch.equal(here, from_the_prefix)
    holds(
        not (changes and autoregressive),
        f"{system}: output {t + 1} changes with the first token, and is found without later ones",
    )


@claim(
    "gated.bidirectional-not-autoregressive",
    says="A bidirectional network is not autoregressive: its output at a position changes with later tokens, the very ones "
    "that it would have to predict when it generates from left to right.",
    lines=(321,),
    expect="supported",
    by=search(cases=60),
    as_written=reading(system=BIDIRECTIONAL, half=WHOLE, t=whole(1, 6), seed=seeds()),
    altered={
        "A bidirectional network is autoregressive: its output at a position does not change with later tokens.": reading(
            no_later_token_changes_the_output, system=BIDIRECTIONAL, half=WHOLE, t=whole(1, 6), seed=seeds()
        ),
        "The output of a bidirectional network changes with later tokens and not with earlier ones.": reading(
            no_earlier_token_changes_the_output, system=BIDIRECTIONAL, half=WHOLE, t=whole(1, 6), seed=seeds()
        ),
        "A network is not autoregressive if its output at a position changes with earlier tokens.": reading(
            whose_output_changes_with_earlier_tokens_is_not_autoregressive,
            system=cases((BIDIRECTIONAL, ELMAN)),
            t=whole(1, 6),
            seed=seeds(),
        ),
    },
    holds_for={
        "the bidirectional LSTM": reading(system=BIDIRECTIONAL_LSTM, half=WHOLE, t=whole(1, 6), seed=seeds()),
        "self-attention without a mask": reading(system=SELF_ATTENTION, half=WHOLE, t=whole(1, 6), seed=seeds()),
    },
    fails_for={
        "near miss: the forward half of the same network": reading(
            system=BIDIRECTIONAL, half=FORWARD_HALF, t=whole(1, 6), seed=seeds()
        ),
        "the Elman network": reading(system=ELMAN, half=WHOLE, t=whole(1, 6), seed=seeds()),
        "the LSTM": reading(system=LSTM, half=WHOLE, t=whole(1, 6), seed=seeds()),
        "causal self-attention": reading(system=CAUSAL_ATTENTION, half=WHOLE, t=whole(1, 6), seed=seeds()),
    },
    teach="The output that should predict token t + 1 has read token t + 1: in training it sees the answer, in generation "
    "there is nothing yet to see. Such a network can still encode a source for a decoder that reads one way. Reading the "
    "prefix anew for every token would also do, at n(n+1)/2 steps in each direction.",
    not_shown="How large the change is.",
    cites=("schuster1997", "bahdanau2015"),
)
def the_output_changes_with_the_token_it_should_predict(system: System, half: slice, t: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    p = system.draw(2, generator)
    *read, one, other = (torch.randn(2, generator=generator, dtype=torch.float64) for _ in range(t + 2))
    before, after = (system.run(p, [*read, following])[t - 1][0][half] for following in (one, other))
    show(f"output {t} followed by one token", before)
    show(f"output {t} followed by another", after)
    holds(not torch.equal(before, after), f"output {t} is the same whichever token follows")


# --- what it leaves as it was ---------------------------------------------------------------------------------------


def elman_states(p: elman.Elman, xs: Tokens) -> list[torch.Tensor]:
    """h_1..h_n of a network whose state may be of another width than its input."""
    return unroll(partial(elman.step, p), zeros(len(p.b), xs), xs)


def layers_both_ways(layers: Sequence[tuple[elman.Elman, elman.Elman]], xs: Tokens) -> positions.Positions:
    for layer in layers:
        xs = positions.both_ways(elman_states, layer, xs)
    return positions.alone(xs)


def stacked_both_ways(layers: int) -> System:
    """From the second layer on the input is 2d wide."""
    return System(
        f"bidirectional RNN, {layers} layers",
        lambda d, g: [(elman.draw(d, m, g), elman.draw(d, m, g)) for m in (d, *[2 * d] * (layers - 1))],
        layers_both_ways,
    )


SKIP_BOTH_WAYS = System(
    "bidirectional RNN with a skip over two steps",
    lambda d, g: (SKIP.draw(d, g), SKIP.draw(d, g)),
    lambda p, xs: positions.alone(positions.both_ways(positions.skipping, p, xs)),
)
SCAN_BOTH_WAYS = System(
    "linear recurrence in both directions, by scan",
    lambda d, g: (LINEAR.draw(d, g), LINEAR.draw(d, g)),
    lambda p, xs: positions.alone(positions.both_ways(positions.linear_scan, p, xs)),
)


@dataclass(frozen=True)
class TracedNetwork:
    """A system of some layers, and one pass of one layer in one direction, which it is measured by."""

    system: System
    layers: int
    one_pass: System

    @property
    def name(self) -> str:
        return self.system.name


Passes = Callable[[int, int], Fraction]  # how many passes stand in a row, of so many layers over n tokens


def two_a_layer(layers: int, n: int) -> Fraction:
    return Fraction(2 * layers)


def one_a_layer(layers: int, n: int) -> Fraction:
    return Fraction(layers)


def one_for_all(layers: int, n: int) -> Fraction:
    return Fraction(1)


def overlapping(layers: int, n: int) -> Fraction:
    """As a stack in one direction, where a layer starts on a token as soon as the one below has left it."""
    return Fraction(n + layers - 1, n)


BOTH_WAYS = cases((
    TracedNetwork(BIDIRECTIONAL, 1, ELMAN),
    TracedNetwork(BIDIRECTIONAL_LSTM, 1, LSTM),
    *(TracedNetwork(stacked_both_ways(layers), layers, ELMAN) for layers in (2, 3)),
))  # fmt: skip
LENGTHS = cases((4, 8))


@claim(
    "gated.bidirectional-still-sequential",
    says="Training stays sequential: two passes over the sequence one after another, where attention takes one parallel pass.",
    lines=(322,),
    expect="qualified",
    by=exhaustion(),
    as_written=reading(network=BOTH_WAYS, n=LENGTHS, passes=two_a_layer),
    amended={
        "the two passes of a layer run side by side, and only layers one after another": reading(
            network=BOTH_WAYS, n=LENGTHS, passes=one_a_layer
        )
    },
    altered={
        "In both directions the two passes of a layer run side by side, and so do the layers.": reading(
            network=BOTH_WAYS, n=LENGTHS, passes=one_for_all
        ),
    },
    holds_for={
        "one direction, two layers that overlap": reading(
            network=TracedNetwork(STACKED_ELMAN(2), 2, ELMAN), n=LENGTHS, passes=overlapping
        )
    },
    fails_for={
        "near miss: layers in both directions that overlap": reading(
            network=TracedNetwork(stacked_both_ways(2), 2, ELMAN), n=LENGTHS, passes=overlapping
        ),
        "a linear recurrence in both directions, by scan": reading(
            network=TracedNetwork(SCAN_BOTH_WAYS, 1, LINEAR), n=LENGTHS, passes=one_a_layer
        ),
        "self-attention": reading(network=TracedNetwork(SELF_ATTENTION, 1, ELMAN), n=LENGTHS, passes=one_a_layer),
    },
    teach="Neither direction waits for the other, so given the hardware a layer takes as long as one pass: n steps in a row, not "
    "2n. What is lost is the overlap of layers: L layers take L passes, in one direction only n + L - 1 steps.",
    not_shown="The backward pass, which goes the same ways in reverse. A processor that one pass alone keeps busy: "
    "there two take twice as long.",
    cites=("schuster1997", "graves2005"),
)
def the_longest_chain_is_so_many_passes(network: TracedNetwork, n: int, passes: Passes) -> None:
    chain, one = traced(network.system, n, 2).span, traced(network.one_pass, n, 2).span
    wanted = passes(network.layers, n)
    show("operations in a row", chain)
    show("the same in one pass of one layer", one)
    holds(chain == wanted * one, f"{chain} operations in a row at n = {n}, {wanted} times {one} wanted")


BOTH_DIRECTIONS = cases((BIDIRECTIONAL, BIDIRECTIONAL_LSTM))


def paths_away(system: System, n: int) -> Iterator[tuple[int, list[int | None]]]:
    """Each output, and its shortest paths from the tokens to the right and to the left, from nearest to farthest."""
    graph = traced(system, n, 2)
    for output in range(n):
        paths = [graph.shortest_path(token, output) for token in range(n)]
        show(f"operations from each token to output {output + 1}", paths)
        yield from ((output, away) for away in (paths[output:], paths[output::-1]))


def each_step_away_shortens_the_path(system: System, n: int) -> None:
    for output, away in paths_away(system, n):
        shrinking = None not in away and all(near > far for near, far in pairwise(cast(list[int], away)))
        holds(shrinking, f"shortest paths to output {output + 1}, from nearest to farthest: {away}")


def every_token_is_as_near(system: System, n: int) -> None:
    for output, away in paths_away(system, n):
        holds(len(set(away)) == 1, f"shortest paths to output {output + 1}, from nearest to farthest: {away}")


def some_token_is_out_of_reach(system: System, n: int) -> None:
    without = [output + 1 for output, away in paths_away(system, n) if None in away]
    holds(without, f"{system}, {n} tokens: every output has a path from every token")


@claim(
    "gated.bidirectional-no-direct-access",
    says="An output of a bidirectional network still has no direct access to all context: the path grows with the distance.",
    lines=(323,),
    expect="supported",
    by=exhaustion(),
    as_written=reading(system=BOTH_DIRECTIONS, n=cases(range(2, 8))),
    altered={
        "An output of a bidirectional network has direct access to all context: the path is as short from every token.": reading(
            every_token_is_as_near, system=BOTH_DIRECTIONS, n=cases(range(2, 8))
        ),
        "The path to an output of a bidirectional network shrinks with the distance.": reading(
            each_step_away_shortens_the_path, system=BOTH_DIRECTIONS, n=cases(range(2, 8))
        ),
        "An output of a bidirectional network still has no access to all context: no path at all leads to it from some token.": (
            reading(some_token_is_out_of_reach, system=BOTH_DIRECTIONS, n=cases(range(2, 8)))
        ),
    },
    fails_for={
        "self-attention": reading(system=SELF_ATTENTION, n=cases(range(2, 8))),
        "near miss: a skip over two steps, in both directions": reading(system=SKIP_BOTH_WAYS, n=cases(range(3, 8))),
        "one direction: later tokens are out of reach": reading(system=ELMAN, n=cases(range(2, 8))),
    },
    teach="From token i to output j the shortest path takes |i - j| transitions, to either side. The second direction brings "
    "later tokens within reach and brings no earlier one nearer. Only a reader of both end states gains: no token is farther "
    "from them than half the sequence.",
    not_shown="That a long path loses anything: see forgetting.every-gate-loses. Several layers.",
    cites=("schuster1997", "vaswani2017"),
)
def each_step_away_lengthens_the_path(system: System, n: int) -> None:
    for output, away in paths_away(system, n):
        growing = None not in away and all(near < far for near, far in pairwise(cast(list[int], away)))
        holds(growing, f"shortest paths to output {output + 1}, from nearest to farthest: {away}")
