"""The GRU beside the LSTM: what it saves, and what it leaves as it was."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch

from claims.kit import cases, claim, exhaustion, holds, reading, search, show
from claims.kit.domains import whole
from claims.rnns.gated.gates import TWO_CHAINS
from claims.subjects.traces import traced
from impls.counting import steps
from impls.recurrent import gru, lstm
from impls.tracing.systems import ELMAN, GRU, LSTM, MINGRU_SCAN, PREFIX_ATTENTION, System

# --- fewer parameters -----------------------------------------------------------------------------------------------

Count = Callable[[int, int], int]  # inputs and width of one layer -> its numbers


@dataclass(frozen=True)
class Pair:
    """What is counted for a layer of a GRU and for one of an LSTM."""

    name: str
    gru: Count
    lstm: Count


def of_torch(kind: type[torch.nn.RNNBase], biased: bool) -> Count:
    def count(m: int, d: int) -> int:
        return sum(p.numel() for p in kind(m, d, bias=biased, device="meta").parameters())

    return count


def of_fields(parameters: object, without: tuple[str, ...] = ()) -> int:
    return sum(value.numel() for name, value in vars(parameters).items() if name not in without)


def printed_gru(m: int, d: int) -> int:
    """Three matrices, no biases."""
    return of_fields(gru.draw(d, m, torch.Generator()), without=("b_z", "b_r", "b", "b_hn"))


def printed_lstm(m: int, d: int) -> int:
    """Four matrices and four biases."""
    return of_fields(lstm.draw(d, m, torch.Generator()))


def coupled_lstm(m: int, d: int) -> int:
    """The input gate is 1 - f and needs no weights."""
    return of_fields(lstm.draw(d, m, torch.Generator()), without=("W_i", "b_i", "b_f", "b_C", "b_o"))


SAME = tuple(
    Pair(f"torch's layers, {words}", of_torch(torch.nn.GRU, biased), of_torch(torch.nn.LSTM, biased))
    for biased, words in ((True, "biases in both"), (False, "no biases"))
)
AS_PRINTED = Pair("as printed: the LSTM alone has biases", printed_gru, printed_lstm)
UNEQUAL = Pair("torch's layers, the GRU alone with biases", of_torch(torch.nn.GRU, True), of_torch(torch.nn.LSTM, False))
PLAIN = Pair("torch's layers, a plain network in the LSTM's place", of_torch(torch.nn.GRU, True), of_torch(torch.nn.RNN, True))
COUPLED = Pair("the printed GRU, and an LSTM whose input gate is 1 - f", printed_gru, coupled_lstm)


def fewer(ours: int, theirs: int) -> bool:
    return ours < theirs


def more(ours: int, theirs: int) -> bool:
    return ours > theirs


def two_thirds(ours: int, theirs: int) -> bool:
    return 3 * ours == 2 * theirs


def three_quarters(ours: int, theirs: int) -> bool:
    return 4 * ours == 3 * theirs


@claim(
    "gated.gru-smaller-faster",
    says="A GRU has fewer parameters than an LSTM of the same width.",
    lines=(316,),
    expect="supported",
    by=search(cases=100),
    as_written=reading(pair=cases((*SAME, AS_PRINTED)), compared=fewer, m=whole(1, 64), d=whole(1, 64)),
    altered={
        "A GRU has more parameters than an LSTM of the same width.": reading(
            pair=cases((*SAME, AS_PRINTED)), compared=more, m=whole(1, 64), d=whole(1, 64)
        ),
        "A GRU has fewer parameters than a plain RNN of the same width.": reading(
            pair=PLAIN, compared=fewer, m=whole(1, 64), d=whole(1, 64)
        ),
        "A GRU has two thirds of the parameters of an LSTM of the same width, for it has two gates and not three.": reading(
            pair=cases((*SAME, AS_PRINTED)), compared=two_thirds, m=whole(1, 64), d=whole(1, 64)
        ),
    },
    holds_for={
        "exactly three quarters, where both have biases or neither": reading(
            pair=cases(SAME), compared=three_quarters, m=whole(1, 64), d=whole(1, 64)
        )
    },
    fails_for={
        "near miss: exactly three quarters, as printed": reading(
            pair=AS_PRINTED, compared=three_quarters, m=whole(1, 64), d=whole(1, 64)
        ),
        "an LSTM whose input gate is 1 - f has as many": reading(pair=COUPLED, compared=fewer, m=whole(1, 64), d=whole(1, 64)),
        "the GRU alone with biases, six inputs and units together at most": reading(
            pair=UNEQUAL, compared=fewer, m=whole(1, 3), d=whole(1, 3)
        ),
    },
    teach="Three matrices of d by d + m in place of four: exactly three quarters wherever both have biases or neither does, a "
    "little less as printed, where only the LSTM has them. At equal numbers a GRU may be 15 % wider (inputs as wide as "
    "states), so say which of the two is held equal in a comparison.",
    not_shown="The other half of the sentence, that it trains faster: a matter for a clock.",
    cites=("cho2014", "hochreiter1997"),
)
def the_gru_has_that_share_of_the_parameters(pair: Pair, compared: Callable[[int, int], bool], m: int, d: int) -> None:
    ours, theirs = pair.gru(m, d), pair.lstm(m, d)
    show("parameters of the GRU", ours)
    show("parameters of the LSTM", theirs)
    holds(compared(ours, theirs), f"{pair.name}: {ours} against {theirs} at d = {d}, m = {m}")


# --- the limits it keeps --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Added:
    """What one more token adds. `gates` is None where no path leads from the first token to the last state."""

    chain: bool  # does the longest chain of operations grow?
    vectors: int  # to what must be handed on
    gates: int | None  # products entry by entry, on the way from the first token to the last state that has fewest

    def __str__(self) -> str:
        chain = "a longer chain" if self.chain else "no longer chain"
        return f"({chain}, {self.vectors} vectors of memory, {'no way' if self.gates is None else f'{self.gates} gates'})"


@cache
def added(system: System, n: int) -> Added:
    """By the n-th token, n > 3, so that the memory is full before it."""
    before, after = traced(system, n - 1, 2), traced(system, n, 2)
    vectors = steps.handed_on(after, n - 1) - steps.handed_on(before, n - 2)
    gates = steps.fewest(before, "mul", 0, n - 2), steps.fewest(after, "mul", 0, n - 1)
    more = None if gates[0] is None or gates[1] is None else gates[1] - gates[0]
    return Added(after.span > before.span, vectors, more)


LENGTHS = cases((4, 5, 6, 7))


def a_token_enlarges_the_memory(system: System, n: int) -> None:
    holds(added(system, n).vectors >= 1, f"token {n} adds to {system} {added(system, n)}")


def a_token_puts_no_gate_in_between(system: System, n: int) -> None:
    holds(added(system, n).gates == 0, f"token {n} adds to {system} {added(system, n)}")


@claim(
    "gated.gru-same-limits",
    says="The GRU has the LSTM's limits: each token lengthens the chain, none enlarges the memory, and each puts one more "
    "gate between the first token and the last state.",
    lines=(316,),
    expect="supported",
    uses=("gated.gru-equations",),
    by=exhaustion(),
    as_written=reading(system=GRU, n=LENGTHS),
    altered={
        "In a GRU each token enlarges the memory.": reading(a_token_enlarges_the_memory, system=GRU, n=LENGTHS),
        "In a GRU no further gate stands between the first token and the last state.": reading(
            a_token_puts_no_gate_in_between, system=GRU, n=LENGTHS
        ),
    },
    fails_for={
        "near miss: a GRU that reads the state two steps back": reading(system=TWO_CHAINS, n=LENGTHS),
        "a minimal GRU, by scan": reading(system=MINGRU_SCAN, n=LENGTHS),
        "attention": reading(system=PREFIX_ATTENTION, n=LENGTHS),
        "the plain network, which has no gates": reading(system=ELMAN, n=LENGTHS),
    },
    teach="The structure is the same, the numbers are not: as printed a GRU's step has two matrix products in a row against "
    "one, its memory is half as large (d numbers against 2d). What multiplies the old state is 1 - z here, the forget gate "
    "there.",
    not_shown="How fast gradients decay: that depends on the values of the gates and is a matter for trials.",
    cites=("cho2014", "hochreiter1997"),
)
def a_token_adds_what_it_adds_to_an_lstm(system: System, n: int) -> None:
    ours, theirs = added(system, n), added(LSTM, n)
    show(f"token {n} adds to {system}", str(ours))
    show(f"token {n} adds to an LSTM", str(theirs))
    holds(theirs == Added(True, 0, 1), f"token {n} adds to an LSTM {theirs}")
    holds(ours == theirs, f"token {n} adds to {system} {ours}; to an LSTM {theirs}")
