"""Chapter 4, the fixed-size state: what the decoder gets to see, what 512 numbers can keep, and what length does to quality."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import torch
from hypothesis import strategies as st

from claims.figures.memory import accuracy_by_length
from claims.kit import at_most, claim, close, domain, holds, measure, only, reading, rounding, search, show, trials
from claims.kit.domains import seeds
from claims.memories import TwoPasts, distance, elmans_with_two_pasts
from impls import constructive, elman, seq2seq, tasks, training
from impls.broken_memory import h_handed_over_without_C, state_leaks_nearly

# --- what the decoder sees ------------------------------------------------------------------------------------------

VOCABULARY, WIDTH = 4, 3
CELLS = ("elman", "gru", "lstm")


@dataclass(frozen=True)
class TwoSources:
    """An untrained encoder-decoder, two sources, and a target that is written from either."""

    cell: str
    seed: int
    source: list[int]
    other: list[int]
    target: list[int]


@domain("two sources of 2 to 4 tokens, a target of 1 to 3; cells: {cells}")
def two_sources(cells: Sequence[str] = CELLS) -> st.SearchStrategy[TwoSources]:
    def tokens(low: int, high: int) -> st.SearchStrategy[list[int]]:
        return st.lists(st.integers(0, VOCABULARY - 1), min_size=low, max_size=high)

    return st.builds(TwoSources, st.sampled_from(list(cells)), st.integers(0, 99), tokens(2, 4), tokens(2, 4), tokens(1, 3))


def the_whole_state(wanted: seq2seq.State, own: seq2seq.State) -> seq2seq.State:
    return wanted


def scores(model: seq2seq.Seq2Seq, source: list[int], target: list[int], final: seq2seq.State | None = None) -> torch.Tensor:
    """The decoder's logits; with `final` the encoder reads the source but hands over that state instead of its own."""

    def run(cell: seq2seq.Cell, xs: torch.Tensor, start: seq2seq.State) -> tuple[torch.Tensor, seq2seq.State]:
        states, last = seq2seq.unrolled(cell, xs, start)
        return states, final if final is not None and cell is model.encoder else last

    return seq2seq.logits(model, torch.tensor(source), seq2seq.shifted(model, torch.tensor(target)), run)


@claim(
    "bottleneck.decoder-sees-one-vector",
    says="Without attention the decoder learns of the source by the encoder's final state and in no other way.",
    lines=(158, 177),
    expect="supported",
    as_written=reading(two=two_sources(), attention=False, hand_over=the_whole_state),
    fails_for={
        "near miss: one part in 10¹⁰ of the other final state leaks through": reading(
            two=two_sources(), attention=False, hand_over=state_leaks_nearly
        ),
        "an LSTM of whose state (h, C) only h is the same": reading(
            two=two_sources(("lstm",)), attention=False, hand_over=h_handed_over_without_C
        ),
        "with attention": reading(two=two_sources(), attention=True, hand_over=the_whole_state),
    },
    witness={
        "two words and four words, an LSTM": reading(
            two=TwoSources("lstm", 0, [3, 1], [0, 2, 1, 3], [1, 2, 3]), attention=False, hand_over=the_whole_state
        )
    },
    teach="Exchange the source but keep the final state: not a bit of the output changes. For an LSTM “the final state” is the "
    "pair (h, C), two vectors: with h alone kept the output does change.",
    not_shown="That the final state is too small for the source: this is about the route, not about its width.",
    cites=("cho2014", "sutskever2014"),
)
def the_final_state_decides(two: TwoSources, attention: bool, hand_over: Callable[..., seq2seq.State]) -> None:
    model = seq2seq.draw(VOCABULARY, WIDTH, torch.Generator().manual_seed(two.seed), two.cell, attention)
    finals = [seq2seq.encode(model, torch.tensor(source))[1] for source in (two.source, two.other)]
    want = scores(model, two.source, two.target)
    got = scores(model, two.other, two.target, final=hand_over(*finals))
    show("scores of the first target token, one source", want[0])
    show("scores with the other source and that final state", got[0])
    close(got, want, 0.0, "scores with the source exchanged and the final state kept")


# --- what 512 numbers can keep --------------------------------------------------------------------------------------

WORDS = 49_999  # ids 1 to 49 999; the register keeps 0 for an empty place
Document = list[int]


@dataclass(frozen=True)
class Register:
    """The tanh network of `impls.constructive` with that many numbers in its state."""

    width: int
    dtype: str = "float32"
    scale: float = constructive.SCALE

    @property
    def name(self) -> str:
        return f"a tanh network with {self.width} {self.dtype} numbers as its state"

    def states(self, documents: list[Document]) -> list[tuple[float, ...]]:
        """The final state of each document; all are of one length."""
        dtype = getattr(torch, self.dtype)
        xs = torch.stack([constructive.encode(document, dtype) for document in documents], dim=1)
        return [tuple(h) for h in elman.run(constructive.register_rnn(self.width, dtype, self.scale), xs)[-1].tolist()]

    def read(self, state: tuple[float, ...]) -> Document:
        return constructive.read(torch.tensor(state, dtype=torch.float64), self.scale)


@dataclass(frozen=True)
class Machine:
    """Any recurrence over finitely many states: in state s the word v leads to state table[s][v]. It starts in state 0."""

    table: np.ndarray

    @property
    def name(self) -> str:
        return f"a machine with {len(self.table)} states"

    def states(self, documents: list[Document]) -> list[tuple[float, ...]]:
        return [(reduce(lambda state, word: int(self.table[state, word]), document, 0),) for document in documents]

    def read(self, state: tuple[float, ...]) -> Document:
        return []  # no reader is needed: the states are counted


@domain("any machine with {states} states over two words")
def machines(states: tuple[int, int]) -> st.SearchStrategy[Machine]:
    def table(size: int) -> st.SearchStrategy[Machine]:
        row = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))
        return st.lists(row, min_size=size, max_size=size).map(lambda rows: Machine(np.array(rows)))

    return st.integers(*states).flatmap(table)


@domain("two documents of {words} words out of 49 999 that differ in {where} word")
def two_documents(words: int, where: str = "one") -> st.SearchStrategy[list[Document]]:
    """Few numbers make a document: word t is number 1 + (a + b·t) mod 49 999; one place of the other document is changed."""

    def make(a: int, b: int, place: int, change: int) -> list[Document]:
        document = [1 + (a + b * t) % WORDS for t in range(words)]
        return [document, [*document[:place], 1 + (document[place] - 1 + change) % WORDS, *document[place + 1 :]]]

    whole = st.integers(0, WORDS - 1)
    return st.builds(make, whole, whole, st.integers(0, words - 1 if where == "one" else 0), st.integers(1, WORDS - 1))


EIGHT = only([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)], "all 8 documents of 3 words out of two")
COUNTER = Machine(np.array([[2 * s % 8, (2 * s + 1) % 8] for s in range(8)]))  # the state is the document as a binary number
THE_WHOLE_VOCABULARY = [[1 + t + 500 * page for t in range(500)] for page in range(99)] + [list(range(49_500, 50_000))]
ALIKE_IN_FLOAT16 = [[40_000] * 8, [40_000] * 7 + [40_001]]


@claim(
    "bottleneck.five-hundred-words-lossy",
    says="Squeezing 500 words into 512 numbers loses something, whatever the network.",
    lines=(185, 301),
    expect="qualified",
    by=search(cases=100),
    as_written=reading(memory=Register(512), documents=two_documents(500)),
    amended={"more documents than the state has values, Vⁿ > S": reading(memory=machines((1, 7)), documents=EIGHT)},
    holds_for={
        "one word more than places, the first one changed": reading(
            memory=Register(16), documents=two_documents(17, "the first")
        ),
        "the same network in float16": reading(
            memory=Register(8, "float16", 2.0**-20),
            documents=only(ALIKE_IN_FLOAT16, "eight words 40 000, the last perhaps 40 001"),
        ),
    },
    fails_for={
        "near miss: as many words as places": reading(memory=Register(16), documents=two_documents(16)),
        "near miss: as many documents as the state has values": reading(memory=only(COUNTER), documents=EIGHT),
    },
    witness={
        "100 documents of 500 words that use the whole vocabulary": reading(
            memory=Register(512), documents=only(THE_WHOLE_VOCABULARY, "ids 1 to 49 999")
        )
    },
    teach="512 float32 numbers hold 16 384 bits, 500 words out of 50 000 need 7 805. A tanh network can keep them to the bit: "
    "shift the state by one place, write the new word, scaled by 2⁻⁴⁰, into the first; tanh leaves numbers that small alone. "
    "What is true is a matter of counting: once there are more documents than states, two share one.",
    not_shown="That training finds such weights, or that its decoder could use them. For words that are real vectors no "
    "continuous map into fewer real numbers is one-to-one (invariance of domain); that is a theorem, not checked here.",
)
def two_documents_share_a_state(memory: Register | Machine, documents: list[Document]) -> None:
    states = memory.states(documents)
    show("documents", len(documents))
    show("different states that they leave", len(set(states)))
    read_back = [memory.read(state) for state in states] == documents
    otherwise = f"{len(documents)} documents left {len(set(states))} different states"
    holds(len(set(states)) < len(documents), otherwise + (" and were read back from them word for word" if read_back else ""))


# --- what later tokens do to early ones -----------------------------------------------------------------------------

LAG = 100
REGISTER_OF = {
    places: only(
        TwoPasts(constructive.register_rnn(places), np.array([1.0]), np.array([2.0]), np.array([[3.0]]), LAG),
        f"the register of {places} places, {LAG} later tokens",
    )
    for places in (50, 101)
}
LATCH = only(
    TwoPasts(constructive.latch_lstm(1, 40.0), np.array([1.0, 1]), np.array([-1.0, 1]), np.array([[1.0, 0], [-1, 0]]), LAG),
    f"the LSTM latch, {LAG} later tokens",
)


@claim(
    "bottleneck.early-tokens-overwritten",
    says="Later tokens overwrite what the state holds of the early ones.",
    lines=(185,),
    expect="qualified",
    by=search(cases=100),
    as_written=reading(two=elmans_with_two_pasts(LAG), kept=0.99),
    amended={
        "no singular value of W_h exceeds γ = 0.9, so each later token leaves at most γ": reading(
            two=elmans_with_two_pasts(LAG, singular_values=(0, 0.9)), kept=0.9
        )
    },
    holds_for={"a register with fewer places than later tokens": reading(two=REGISTER_OF[50], kept=0.9)},
    fails_for={
        "near miss: singular values of 0.91": reading(two=elmans_with_two_pasts(LAG, singular_values=(0.91, 0.91)), kept=0.9),
        "a register with places to spare": reading(two=REGISTER_OF[101], kept=0.99),
        "an LSTM that latches": reading(two=LATCH, kept=0.99),
    },
    witness={
        "W_h = 2: the sign of the first token decides for ever": reading(
            two=TwoPasts(
                elman.Elman(*(torch.tensor(w, dtype=torch.float64) for w in ([[2.0]], [[1.0]], [0.0]))),
                np.array([1.0]), np.array([-1.0]), np.array([[0.125], [-0.125]]), LAG,
            ),
            kept=0.99,
        )
    },
    teach="Overwriting is what a contraction does: with σ_max(W_h) ≤ γ < 1 each later token leaves at most γ of a difference. A "
    "network may just as well keep the first token and overwrite the last (a latch), or keep all of them until its places are "
    "used up (a register).",
    not_shown="Which of these a trained network is.",
    cites=("bengio1994", "pascanu2013"),
)  # fmt: skip
def each_later_token_takes_its_share(two: TwoPasts, kept: float) -> None:
    early, late = two.ends()
    before, after = distance(early), distance(late)
    show("difference of the states after the first token", before)
    show(f"difference after {two.lag} more", after)
    at_most(after, kept**two.lag * before + rounding(20), f"difference left after {two.lag} later tokens")


# --- length and quality ---------------------------------------------------------------------------------------------

BUDGET = training.Budget(steps=1200, batch=16)
DROP = 0.4  # fixed before the seeds were run


def accuracy(seed: int, attention: bool, length: int) -> float:
    """Share of tokens right on held-out strings after training at this length: write 16 symbols backwards, width 32."""
    task = tasks.reverse(16, length)
    model = seq2seq.draw(16, 32, torch.Generator().manual_seed(seed), "lstm", attention, torch.float32)
    return training.token_accuracy(training.train(model, task, seed, BUDGET).model, task, seed)


@claim(
    "bottleneck.quality-falls-with-length",
    says="The longer the source, the worse what an encoder-decoder without attention writes.",
    lines=(189, 193, 194, 195, 196, 197, 199),
    expect="supported",
    by=trials(seeds=14, alpha=0.01, beats=0.5),
    as_written=reading(seed=seeds(), attention=False, short=4, long=16),
    fails_for={
        "with attention": reading(seed=seeds(), attention=True, short=4, long=16),
    },
    teach="At one and the same budget a model of width 32 writes 4 symbols backwards almost without a fault and more than half "
    "of 16 wrong; attention, and nothing else changed, takes the fall away.",
    not_shown="That the state is too small: five times the steps lifted accuracy at length 16 from .46 to .71 and from .42 to "
    ".65 on the two seeds tried, so training has its share. One task, one width, random strings; not translation, and not BLEU.",
    cites=("cho2014properties", "bahdanau2015"),
    figure=accuracy_by_length,
)
def accuracy_falls_with_length(seed: int, attention: bool, short: int, long: int) -> None:
    at_short, at_long = accuracy(seed, attention, short), accuracy(seed, attention, long)
    measure(short=at_short, long=at_long)
    holds(at_short - at_long >= DROP, f"accuracy {at_short:.2f} at length {short}, {at_long:.2f} at length {long}")
