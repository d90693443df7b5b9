"""The state: what it can hold, how large it is, and that nothing else is remembered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import claim, close, domain, holds, only, reading, rounding, search, show
from claims.kit.domains import seeds, whole
from claims.kit.domains.matrices import grid
from impls.attending import attention
from impls.broken.memory import h_handed_over_without_C
from impls.broken.promise import state_kept_back, state_leaks_a_trace
from impls.recurrent import constructive, elman
from impls.tracing.systems import CAUSAL_ATTENTION, ELMAN, GRU, LSTM, System
from impls.translating import seq2seq

# --- what the state can hold ----------------------------------------------------------------------------------------

Words = list[int]  # each +1 or -1


@dataclass(frozen=True)
class FloatNetwork:
    """An Elman network in floats that reads its words as they are."""

    cell: elman.Elman

    def states(self, sequences: list[Words]) -> list[tuple[float, ...]]:
        return [tuple(self._state(words).tolist()) for words in sequences]

    def _state(self, words: Words) -> torch.Tensor:
        read = torch.tensor(words, dtype=self.cell.b.dtype).reshape(-1, 1)
        return elman.run(self.cell, read)[-1] if words else torch.zeros_like(self.cell.b)


@dataclass(frozen=True)
class RealNetwork:
    """h = tanh(h/2 + x) with so many digits. In real numbers its state gives all words back: |h/2| < 1/2, so the sign of h_t is
    x_t, and h_{t-1} = 2(artanh h_t - x_t); it is 0 at the start only."""

    digits: int

    def states(self, sequences: list[Words]) -> list[tuple[Decimal]]:
        with localcontext() as context:
            context.prec = self.digits
            return [(self._state(words),) for words in sequences]

    @staticmethod
    def _state(words: Words) -> Decimal:
        h = Decimal(0)
        for x in words:
            e = (h + 2 * x).exp()  # e^2u at u = h/2 + x
            h = (e - 1) / (e + 1)
        return h


def network(W_h: list[list[float]], W_x: list[float], dtype: torch.dtype = torch.float64) -> FloatNetwork:
    """One with the given weights and no bias."""
    weights = torch.tensor(W_h, dtype=dtype), torch.tensor(W_x, dtype=dtype)[:, None]
    return FloatNetwork(elman.Elman(*weights, torch.zeros(len(W_x), dtype=dtype)))


@domain("Elman networks 1 or 2 wide that add each word to their state, W_h and b within [-2, 2]")
def networks() -> st.SearchStrategy[FloatNetwork]:
    """W_x is 1 throughout: a network that does not read its words would hold nothing, and prove as much."""

    @cache
    def of_width(d: int) -> st.SearchStrategy[FloatNetwork]:
        return st.builds(
            lambda W_h, b: FloatNetwork(elman.Elman(*map(torch.from_numpy, (W_h, np.ones((d, 1)), b)))),
            grid((d, d), (-2, 2)), grid((d,), (-2, 2)),
        )  # fmt: skip

    return st.integers(1, 2).flatmap(of_width)


@domain("two sequences of words +1 and -1 that differ before their last {same} words")
def two_sequences(same: tuple[int, int]) -> st.SearchStrategy[list[Words]]:
    """Any two different sequences are of this form: before what they end in, one has a +1 where the other has -1 or begins."""

    def words(low: int, high: int) -> st.SearchStrategy[Words]:
        return st.lists(st.sampled_from([1, -1]), min_size=low, max_size=high)

    def make(end: Words, early: Words, earlier: Words, begins: bool) -> list[Words]:
        return [[*early, 1, *end], end if begins else [*earlier, -1, *end]]

    return st.builds(make, words(*same), words(0, 2), words(0, 2), st.booleans())


HALVING = network([[0.5]], [1], torch.float32)
BLIND_TO_WHAT_IT_WRITES = network([[1, 1], [1, 1]], [1, -1])
TEN_WORDS = [list(words) for words in product((1, -1), repeat=10)]
REGISTER = only(FloatNetwork(constructive.register_rnn(16)), "the register of 16 places, float32")


def all_leave_one_state(memory: FloatNetwork | RealNetwork, sequences: list[Words]) -> None:
    left = len(set(memory.states(sequences)))
    holds(left == 1, f"{len(sequences)} sequences left {left} different states")


def one_beginning_leaves_one_state(memory: FloatNetwork | RealNetwork, sequences: list[Words]) -> None:
    once, again = memory.states(sequences), memory.states(sequences)
    holds(once == again, f"{len(sequences)} sequences, read twice, left other states the second time")


@claim(
    "promise.state-holds-everything",
    says="The state holds all that has been read so far, so that no two different beginnings leave the same state.",
    lines=(26,),
    expect="qualified",
    by=search(cases=300),
    as_written=reading(memory=networks(), sequences=two_sequences(same=(0, 30))),
    amended={
        "the weights of a shift register, and no more words than it is wide": reading(
            memory=REGISTER, sequences=two_sequences(same=(0, 13))
        ),
        "real numbers in place of floats, and the network h = tanh(h/2 + x) with x = ±1": reading(
            memory=only(RealNetwork(60), "h = tanh(h/2 + x) with 60 digits"), sequences=two_sequences(same=(0, 20))
        ),
    },
    fails_for={
        "near miss: one word more than places": reading(memory=REGISTER, sequences=two_sequences(same=(16, 16))),
        "near miss: h = tanh(h/2 + x) in float32": reading(
            memory=only(HALVING, "h = tanh(h/2 + x) in float32"), sequences=two_sequences(same=(20, 30))
        ),
    },
    altered={
        "A shift register with a place for every word is left in one state by all sequences.": reading(
            all_leave_one_state, memory=REGISTER, sequences=two_sequences(same=(0, 13))
        ),
        "A shift register holds all that has been read, more words than it is wide among it.": reading(
            memory=REGISTER, sequences=two_sequences(same=(16, 24))
        ),
        "No two different states are left by the same beginning.": reading(
            one_beginning_leaves_one_state, memory=networks(), sequences=two_sequences(same=(0, 30))
        ),
    },
    witness={
        "W_h does not see what W_x writes": reading(memory=BLIND_TO_WHAT_IT_WRITES, sequences=[[1, 1], [-1, 1]]),
        "all 1024 sequences of ten words, h = tanh(h/2 + x) in float32": reading(memory=HALVING, sequences=TEN_WORDS),
    },
    teach="Whether it does depends on the weights and on counting: Vⁿ sequences need as many different states. In real numbers "
    "one unit is enough, for h = tanh(h/2 + x) gives back every x = ±1, the last from its sign; in float32 the same unit takes "
    "some sequences of ten words for others. What always holds is less: h_t depends on the prefix alone, and the future on h_t.",
    not_shown="What trained networks keep.",
    cites=("elman1990",),
)
def different_beginnings_leave_different_states(memory: FloatNetwork | RealNetwork, sequences: list[Words]) -> None:
    states = memory.states(sequences)
    show("sequences", len(sequences))
    show("different states that they leave", len(set(states)))
    show("state after the first of them", [float(number) for number in states[0]])
    holds(len(set(states)) == len(sequences), f"{len(sequences)} sequences left {len(set(states))} different states")


# --- the size of the state ------------------------------------------------------------------------------------------

Carried = tuple[torch.Tensor, ...]


@dataclass(frozen=True)
class Streamed:
    """A recurrence that reads token by token and carries its state, the pair (h, C) for an LSTM."""

    cell: str
    system: System
    kept: int = 2  # parts of the state; of h and C the others are zeros at every step
    added: float = 0.0  # to what is carried on

    @property
    def name(self) -> str:
        return (
            f"the {self.system}" + (", h alone kept" if self.kept == 1 else "") + (f", {self.added:g} added" * bool(self.added))
        )

    def start(self, d: int) -> Carried:
        return (torch.zeros(d, dtype=torch.float64),) * (min(2, self.kept) if self.cell == "lstm" else 1)

    def read(self, p: seq2seq.Cell, carried: Carried, x: torch.Tensor) -> tuple[Carried, torch.Tensor]:
        """What is carried on, and the output."""
        cells = (torch.zeros_like(x),) * (self.cell == "lstm" and self.kept == 1)
        state = seq2seq.step(p, (*carried, *cells), x)
        return tuple(part + self.added for part in state[: self.kept]), state[0]


@dataclass(frozen=True)
class StreamedAttention:
    """Causal attention that reads token by token and carries keys and values: of all tokens, or of as many as it has room for."""

    room: int = 0
    system: System = CAUSAL_ATTENTION

    @property
    def name(self) -> str:
        return "causal attention" + (f" with room for {self.room} tokens" if self.room else "")

    def start(self, d: int) -> Carried:
        return (torch.zeros(self.room, d, dtype=torch.float64),) * 2 + (torch.tensor(0),)

    def read(self, p: attention.SelfAttention, carried: Carried, x: torch.Tensor) -> tuple[Carried, torch.Tensor]:
        *rows, filled = carried
        grown = [torch.cat([old, (W @ x)[None]]) for old, W in zip(rows, (p.W_k, p.W_v), strict=True)]
        K, V = (one[1:] if self.room else one for one in grown)
        filled = (filled + 1).clamp(max=len(K))
        return (K, V, filled), attention.attend((p.W_q @ x)[None], K[-filled:], V[-filled:])[0]


def one_by_one(machine: Streamed | StreamedAttention, p: Any, xs: torch.Tensor) -> Iterator[tuple[int, torch.Tensor]]:
    """After each token: how many numbers are carried on, and the output."""
    carried = machine.start(xs.shape[1])
    for x in xs:
        carried, output = machine.read(p, carried, x)
        yield sum(part.numel() for part in carried), output


ELMAN_STREAM, GRU_STREAM, LSTM_STREAM = Streamed("elman", ELMAN), Streamed("gru", GRU), Streamed("lstm", LSTM)
LENGTH, WIDTH = whole(2, 60), whole(1, 4)


def what_is_carried_grows(machine: Streamed | StreamedAttention, n: int, width: int, seed: int) -> None:
    sizes, _ = zip(*one_by_one(machine, *drawn_with_tokens(machine, n, width, seed)), strict=True)
    holds(sizes[-1] > sizes[0], f"{sizes[0]} numbers are carried after the first token, {sizes[-1]} after token {n}")


def one_length_leaves_vectors_of_several(machine: Streamed | StreamedAttention, n: int, width: int, seed: int) -> None:
    left = {[*one_by_one(machine, *drawn_with_tokens(machine, n, width, one))][-1][0] for one in (seed, seed + 1, seed + 2)}
    holds(len(left) > 1, f"three sequences of {n} tokens leave vectors of {', '.join(map(str, left))} numbers")


def the_first_state_suffices(machine: Streamed | StreamedAttention, n: int, width: int, seed: int) -> None:
    """To go on with the last token from there."""
    p, xs = drawn_with_tokens(machine, n + 1, width, seed)
    *_, (_, resumed) = one_by_one(machine, p, xs[[0, -1]])
    close(resumed, machine.system.run(p, list(xs))[-1][0], rounding(100), "last output, from the state after the first token")


def drawn_with_tokens(machine: Streamed | StreamedAttention, n: int, width: int, seed: int) -> tuple[Any, torch.Tensor]:
    """Weights, and n tokens."""
    generator = torch.Generator().manual_seed(seed)
    return machine.system.draw(width, generator), torch.randn(n, width, generator=generator, dtype=torch.float64)


@claim(
    "promise.any-length-one-size",
    says="A sequence of any length is compressed into a vector of one size, and from that vector the network predicts.",
    lines=(33,),
    expect="supported",
    by=search(cases=60),
    as_written=reading(machine=ELMAN_STREAM, n=LENGTH, width=WIDTH, seed=seeds()),
    holds_for={
        "the GRU": reading(machine=GRU_STREAM, n=LENGTH, width=WIDTH, seed=seeds()),
        "the LSTM, its vector being h and C": reading(machine=LSTM_STREAM, n=LENGTH, width=WIDTH, seed=seeds()),
        "2000 tokens": reading(machine=ELMAN_STREAM, n=2000, width=4, seed=0),
    },
    fails_for={
        "causal attention: what it carries grows": reading(machine=StreamedAttention(), n=LENGTH, width=WIDTH, seed=seeds()),
        "near miss: room for 40 tokens only, which changes the 41st output": reading(
            machine=StreamedAttention(room=40), n=41, width=WIDTH, seed=seeds()
        ),
        "near miss: 10⁻¹² is added to what is carried on": reading(
            machine=Streamed("elman", ELMAN, added=1e-12), n=LENGTH, width=WIDTH, seed=seeds()
        ),
        "an LSTM that carries h alone": reading(machine=Streamed("lstm", LSTM, kept=1), n=LENGTH, width=WIDTH, seed=seeds()),
    },
    altered={
        "A sequence of one fixed size is compressed into a vector of any length.": reading(
            one_length_leaves_vectors_of_several, machine=ELMAN_STREAM, n=LENGTH, width=WIDTH, seed=seeds()
        ),
        "A sequence of any length is compressed into a vector that grows with it.": reading(
            what_is_carried_grows, machine=ELMAN_STREAM, n=LENGTH, width=WIDTH, seed=seeds()
        ),
        "From the vector that the first token leaves the network predicts what follows the whole sequence.": reading(
            the_first_state_suffices, machine=ELMAN_STREAM, n=LENGTH, width=WIDTH, seed=seeds()
        ),
    },
    teach="The Elman network and the GRU carry d numbers from token to token, the LSTM 2d, after one token and after two "
    "thousand. Attention carries a key and a value, 2d numbers, for every token it has read; with the oldest dropped its "
    "outputs change. That is the trade-off: constant memory that may forget, or memory that grows and need not forget.",
    not_shown="That a vector of that size is enough for a task: what one can hold is asked in promise.state-holds-everything.",
    cites=("elman1990", "vaswani2017"),
)
def what_is_carried_stays_as_large_and_suffices(machine: Streamed | StreamedAttention, n: int, width: int, seed: int) -> None:
    p, xs = drawn_with_tokens(machine, n, width, seed)
    sizes, outputs = zip(*one_by_one(machine, p, xs), strict=True)
    show("numbers carried after the first token", sizes[0])
    show(f"numbers carried after {n} tokens", sizes[-1])
    close(outputs[-1], machine.system.run(p, list(xs))[-1][0], rounding(100), "last output, from what was carried")
    holds(len(set(sizes)) == 1, f"{sizes[0]} numbers are carried after the first token, {sizes[-1]} after token {n}")


# --- the state as the only memory -----------------------------------------------------------------------------------

NAMES = {"elman": "the Elman network", "gru": "the GRU", "lstm": "the LSTM"}


@dataclass(frozen=True)
class Recurrence:
    """A recurrence of `impls.translating.seq2seq`, with its whole state."""

    cell: str
    width: int = 3

    @property
    def name(self) -> str:
        return NAMES[self.cell]

    def run(self, seed: int, xs: torch.Tensor, start: seq2seq.State | None = None) -> tuple[torch.Tensor, seq2seq.State]:
        """All outputs, and the state they end in."""
        cell = seq2seq.DRAW[self.cell](self.width, self.width, torch.Generator().manual_seed(seed))
        zeros = (torch.zeros(self.width, dtype=torch.float64),) * (2 if self.cell == "lstm" else 1)
        return seq2seq.unrolled(cell, xs, start or zeros)


@dataclass(frozen=True)
class Attention:
    """Causal attention that is to go on from its last output alone, which takes the place of the tokens before."""

    width: int = 3
    name: str = "causal attention, its last output for a state"

    def run(self, seed: int, xs: torch.Tensor, start: seq2seq.State | None = None) -> tuple[torch.Tensor, seq2seq.State]:
        p = attention.draw_self_attention(self.width, torch.Generator().manual_seed(seed))
        rows = torch.stack([*(start or ()), *xs])
        outputs = attention.self_attention(p, rows, attention.causal_mask(len(rows)))[-len(xs) :]
        return outputs, (outputs[-1],)


@dataclass(frozen=True)
class ThreeSequences:
    """Lengths of two pasts and of a future, and the seed that all tokens and weights come from."""

    past: int
    other_past: int
    future: int
    seed: int

    def tokens(self, width: int) -> list[torch.Tensor]:
        generator = torch.Generator().manual_seed(self.seed + 1)
        lengths = self.past, self.other_past, self.future
        return [torch.randn(n, width, generator=generator, dtype=torch.float64) for n in lengths]


@domain("two pasts of 1 to 5 tokens and a future of 1 to 5")
def three_sequences() -> st.SearchStrategy[ThreeSequences]:
    return st.builds(ThreeSequences, *(st.integers(1, 5) for _ in range(3)), st.integers(0, 10**6))


def the_whole_state(wanted: seq2seq.State, own: seq2seq.State) -> seq2seq.State:
    return wanted


def C_alone(wanted: seq2seq.State, own: seq2seq.State) -> seq2seq.State:
    return (own[0], *wanted[1:])


def led_to(h: torch.Tensor, machine: Recurrence, seed: int, xs: torch.Tensor) -> torch.Tensor:
    """These tokens, the last exchanged for the one with which an Elman network ends in h."""
    cell = elman.draw(machine.width, machine.width, torch.Generator().manual_seed(seed))
    before = machine.run(seed, xs[:-1])[1][0] if len(xs) > 1 else torch.zeros_like(h)
    return torch.cat([xs[:-1], torch.linalg.solve(cell.W_x, torch.atanh(h) - cell.W_h @ before - cell.b)[None]])


def the_same_future_tells_of_the_same_past(machine: Recurrence, drawn: ThreeSequences) -> None:
    past, other_past, future = drawn.tokens(machine.width)
    other_past = led_to(machine.run(drawn.seed, past)[1][0], machine, drawn.seed, other_past)
    outputs = [machine.run(drawn.seed, torch.cat([xs, future]))[0][len(xs) :] for xs in (past, other_past)]
    alike = torch.allclose(*outputs, rtol=0, atol=rounding(1000))
    same = past.shape == other_past.shape and torch.allclose(past, other_past)
    holds(same or not alike, f"after {len(past)} tokens and after {len(other_past)} others the same future follows")


@claim(
    "promise.state-is-the-only-memory",
    says="All that a recurrent network remembers is its state: where two pasts leave the same state, the same future follows.",
    lines=(33,),
    expect="supported",
    by=search(cases=100),
    as_written=reading(machine=Recurrence("elman"), drawn=three_sequences(), hand_over=the_whole_state),
    holds_for={
        "the GRU": reading(machine=Recurrence("gru"), drawn=three_sequences(), hand_over=the_whole_state),
        "the LSTM, its state being the pair (h, C)": reading(
            machine=Recurrence("lstm"), drawn=three_sequences(), hand_over=the_whole_state
        ),
    },
    fails_for={
        "near miss: one part in 10¹² of the other state stays": reading(
            machine=Recurrence("elman"), drawn=three_sequences(), hand_over=state_leaks_a_trace
        ),
        "an LSTM with the same h and another C": reading(
            machine=Recurrence("lstm"), drawn=three_sequences(), hand_over=h_handed_over_without_C
        ),
        "causal attention with the same last output": reading(
            machine=Attention(), drawn=three_sequences(), hand_over=the_whole_state
        ),
    },
    altered={
        "A recurrent network remembers nothing of what it has read: after any two pasts the same future follows.": reading(
            machine=Recurrence("elman"), drawn=three_sequences(), hand_over=state_kept_back
        ),
        "Where two states lead to the same future, the same past came before.": reading(
            the_same_future_tells_of_the_same_past, machine=Recurrence("elman"), drawn=three_sequences()
        ),
        "All that an LSTM remembers is its cell C.": reading(
            machine=Recurrence("lstm"), drawn=three_sequences(), hand_over=C_alone
        ),
    },
    teach="Give a network the state that another past has left it in, and it goes on as if it had read that past. For an LSTM "
    "the state is the pair (h, C): with h alone it goes on differently. The last output of attention is no such state.",
    not_shown="That the state tells much about the past: only that nothing else does.",
    cites=("elman1990", "hochreiter1997"),
)
def the_state_stands_for_the_past(
    machine: Recurrence | Attention, drawn: ThreeSequences, hand_over: Callable[[seq2seq.State, seq2seq.State], seq2seq.State]
) -> None:
    past, other_past, future = drawn.tokens(machine.width)
    went_on = machine.run(drawn.seed, torch.cat([past, future]))[0][drawn.past :]
    state, other_state = (machine.run(drawn.seed, xs)[1] for xs in (past, other_past))
    resumed = machine.run(drawn.seed, future, hand_over(state, other_state))[0]
    show("outputs after the one past", went_on)
    show("outputs after the other, from the state of the one", resumed)
    close(resumed, went_on, rounding(100), f"{drawn.future} outputs after the state was put in place of the past")
