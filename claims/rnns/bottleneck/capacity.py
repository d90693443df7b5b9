"""What 512 numbers can keep, and what later tokens do to early ones."""

from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache, reduce
from itertools import product
from math import log2

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import at_least, at_most, claim, domain, holds, only, reading, rounding, search, show
from claims.subjects.memories import TwoPasts, distance, elmans_with_two_pasts
from impls.recurrent import constructive, elman

# --- what 512 numbers can keep --------------------------------------------------------------------------------------

WORDS = 49_999  # ids 1 to 49 999; the register keeps 0 for an empty place
Document = list[int]


@dataclass(frozen=True)
class Register:
    """The tanh network of `impls.recurrent.constructive` with that many numbers in its state."""

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
class FiniteMachine:
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
def machines(states: tuple[int, int]) -> st.SearchStrategy[FiniteMachine]:
    @cache
    def table(size: int) -> st.SearchStrategy[FiniteMachine]:
        row = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))
        return st.lists(row, min_size=size, max_size=size).map(lambda rows: FiniteMachine(np.array(rows)))

    return st.integers(*states).flatmap(table)


@domain("two documents of {words} words out of 49 999 that differ in {where} word")
def two_documents(words: int, where: str = "one") -> st.SearchStrategy[list[Document]]:
    """Few numbers make a document: word t is number 1 + (a + b·t) mod 49 999; one place of the other document is changed."""

    def make(a: int, b: int, place: int, change: int) -> list[Document]:
        document = [1 + (a + b * t) % WORDS for t in range(words)]
        return [document, [*document[:place], 1 + (document[place] - 1 + change) % WORDS, *document[place + 1 :]]]

    whole = st.integers(0, WORDS - 1)
    return st.builds(make, whole, whole, st.integers(0, words - 1 if where == "one" else 0), st.integers(1, WORDS - 1))


@domain("a text of {words} words out of 50 000")
def texts(words: int) -> st.SearchStrategy[list[Document]]:
    return st.lists(st.integers(1, 50_000), min_size=words, max_size=words).map(lambda text: [text])


ALL_WORDS = [[1 + (6 * k + i) % 50_000 for i in range(6)] for k in range(8334)]


def no_sentence_comes_back(memory: Register, sentences: list[Document]) -> None:
    kept = [text for text, state in zip(sentences, memory.states(sentences), strict=True) if memory.read(state) == text]
    holds(not kept, f"{len(kept)} of {len(sentences)} sentences came back")


@claim(
    "bottleneck.six-words-fit",
    says="For a sentence of six words 512 numbers are enough.",
    lines=(179,),
    expect="supported",
    by=search(cases=60),
    as_written=reading(memory=Register(512), sentences=texts(6)),
    holds_for={
        "six numbers, and every one of 50 000 words in 8334 sentences": reading(
            memory=Register(6), sentences=only(ALL_WORDS, "words 1 to 50 000 in order, six at a time")
        ),
    },
    fails_for={
        "near miss: one number too few": reading(memory=Register(5), sentences=texts(6)),
        "near miss: numbers of 11 significant bits (float16), where a word takes 16": reading(
            memory=Register(512, "float16", 2.0**-20), sentences=texts(6)
        ),
    },
    altered={
        "For a sentence of six words 512 numbers are needed: 511 are too few.": reading(
            no_sentence_comes_back, memory=Register(511), sentences=texts(6)
        ),
        "For a sentence of twenty words 16 numbers are enough.": reading(memory=Register(16), sentences=texts(20)),
    },
    teach="Six numbers are enough: a tanh network that keeps its words side by side gives all six back to the bit. Counting "
    "agrees: 6 words out of 50 000 are 94 bits, and 512 float32 numbers hold more than 16 000. By both, 500 words fit as well.",
    not_shown="That training finds such weights.",
)
def the_sentences_come_back(memory: Register, sentences: list[Document]) -> None:
    """tanh(u) = u(1 - u²/3 + …) rounds to u at the size of these numbers, so each place hands on its word unchanged."""
    read_back = [memory.read(state) for state in memory.states(sentences)]
    lost = [f"{text} as {read}" for text, read in zip(sentences, read_back, strict=True) if text != read]
    show("sentence", sentences[0])
    show("read back from the state", read_back[0])
    show("bits in it, the 50 000 words being equally likely", len(sentences[0]) * log2(50_000))
    holds(not lost, f"{len(lost)} of {len(sentences)} sentences came back otherwise: {''.join(lost[:1])}")


EIGHT = only([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)], "all 8 documents of 3 words out of two")
COUNTER = FiniteMachine(
    np.array([[2 * s % 8, (2 * s + 1) % 8] for s in range(8)])
)  # the state is the document as a binary number
THE_WHOLE_VOCABULARY = [[1 + t + 500 * page for t in range(500)] for page in range(99)] + [list(range(49_500, 50_000))]
ALIKE_IN_FLOAT16 = [[40_000] * 8, [40_000] * 7 + [40_001]]


def no_two_documents_share_a_state(memory: Register | FiniteMachine, documents: list[Document]) -> None:
    left = len(set(memory.states(documents)))
    holds(left == len(documents), f"{len(documents)} documents left {left} different states")


def all_documents_share_a_state(memory: Register | FiniteMachine, documents: list[Document]) -> None:
    left = len(set(memory.states(documents)))
    holds(left == 1, f"{len(documents)} documents left {left} different states")


FOUR = only([[a, b] for a in (0, 1) for b in (0, 1)], "all 4 documents of 2 words out of two")


def one_that_is_large_enough_loses_nothing(states: int, documents: list[Document]) -> None:
    """Of all machines with so many states over two words, whatever it takes to build them."""
    rows = list(product(range(states), repeat=2))
    machines = (FiniteMachine(np.array(table)) for table in product(rows, repeat=states))
    most = max(len(set(machine.states(documents))) for machine in machines)
    holds(most == len(documents), f"{len(documents)} documents leave {most} different states at most, whatever the machine")


@claim(
    "bottleneck.five-hundred-words-lossy",
    says="Compressing 500 words into 512 numbers loses something, whatever the network.",
    lines=(181, 185),
    expect="qualified",
    uses=("bottleneck.decoder-sees-one-vector",),
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
    altered={
        "Where there are more documents than the state has values, each can still have a state of its own.": reading(
            no_two_documents_share_a_state, memory=machines((1, 7)), documents=EIGHT
        ),
        "Where there are more documents than the state has values, no document can be told from another.": reading(
            all_documents_share_a_state, memory=machines((1, 7)), documents=EIGHT
        ),
        "Where there are more documents than the state has values, a network that is large enough loses nothing.": reading(
            one_that_is_large_enough_loses_nothing, states=3, documents=FOUR
        ),
    },
    witness={
        "100 documents of 500 words that use the whole vocabulary": reading(
            memory=Register(512), documents=only(THE_WHOLE_VOCABULARY, "ids 1 to 49 999")
        )
    },
    teach="512 float32 numbers hold over 16 000 bits, 500 words out of 50 000 need 7 805. A tanh network can keep them to the "
    "bit: shift the state by one place, write the new word, scaled by 2⁻⁴⁰, into the first; tanh leaves numbers that small "
    "alone. What is true is a matter of counting: once there are more documents than states, two share one. For 500 words "
    "that takes a vocabulary of more than seven billion.",
    not_shown="That training finds such weights, or that its decoder could use them. For words that are real vectors no "
    "continuous map into fewer real numbers is one-to-one (invariance of domain); that is a theorem, not checked here.",
)
def two_documents_share_a_state(memory: Register | FiniteMachine, documents: list[Document]) -> None:
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


def later_tokens_leave_it_all(two: TwoPasts, kept: float) -> None:
    early, late = two.ends()
    at_least(distance(late), kept * distance(early), f"difference left after {two.lag} later tokens")


def later_tokens_take_from_the_weights(two: TwoPasts, kept: float) -> None:
    """What weights hold of the first token: how far those that have read it lie from those that have read the other."""
    early, late = (_weights_apart(replace(two, lag=lag)) for lag in (1, two.lag))
    fades = early > 0 and late <= kept ** (two.lag - 1) * early
    holds(fades, f"the weights lie {early:g} apart early on, and {late:g} at the end")


def _weights_apart(two: TwoPasts) -> float:
    """Of two copies of the network, each of which reads one of the two sequences."""
    read = [deepcopy(two.network) for _ in range(2)]
    for network, first in zip(read, (two.first, two.other), strict=True):
        replace(two, network=network, first=first, other=first).ends()
    one, other = (torch.cat([part.flatten() for part in vars(network).values()]) for network in read)
    return float((one - other).norm())


def of_width_one(w_h: float, w_x: float, first: tuple[float, float], later: list[float]) -> TwoPasts:
    """h_t = tanh(w_h·h_{t−1} + w_x·x_t), two first tokens, and those that come after them again and again."""
    network = elman.Elman(*(torch.tensor(w, dtype=torch.float64) for w in ([[w_h]], [[w_x]], [0.0])))
    one, other = (np.array([x]) for x in first)
    return TwoPasts(network, one, other, np.array([[x] for x in later]), LAG)


@claim(
    "bottleneck.early-tokens-overwritten",
    says="Later tokens overwrite what the state holds of the early ones.",
    lines=(185,),
    expect="qualified",
    by=search(cases=100),
    as_written=reading(two=elmans_with_two_pasts(LAG), kept=0.99),
    amended={
        "no singular value of W_h exceeds 0.9": reading(
            two=elmans_with_two_pasts(LAG, singular_values=(0, 0.9)), kept=0.9
        )
    },
    holds_for={"a register with fewer places than later tokens": reading(two=REGISTER_OF[50], kept=0.9)},
    fails_for={
        "near miss, for one per cent: singular values of 0.991": reading(
            two=of_width_one(0.991, 0.125, (-0.125, 0.125), [0.0]), kept=0.99
        ),
        "near miss, for γ = 0.9: singular values of 0.901": reading(
            two=elmans_with_two_pasts(LAG, singular_values=(0.901, 0.901)), kept=0.9
        ),
    },
    altered={
        "Where no eigenvalue of W_h exceeds 0.9 in modulus, each later token leaves at most 0.9 of a difference.": reading(
            two=elmans_with_two_pasts(LAG, eigenvalues=(0.9, 0.9), narrowest=2), kept=0.9
        ),
        "Where no singular value of W_h exceeds 0.9, later tokens leave untouched what the state holds of early ones.": reading(
            later_tokens_leave_it_all, two=elmans_with_two_pasts(LAG, singular_values=(0, 0.9)), kept=1.0
        ),
        "Where no singular value of W_h exceeds 0.9, later tokens overwrite what the weights hold of the early ones.": reading(
            later_tokens_take_from_the_weights, two=elmans_with_two_pasts(LAG, singular_values=(0, 0.9)), kept=0.9
        ),
        "Where no singular value of W_h exceeds 0.9, the early tokens outweigh the later ones.": reading(
            later_tokens_leave_it_all, two=elmans_with_two_pasts(LAG, singular_values=(0, 0.9)), kept=0.9
        ),
    },
    witness={
        "a register with places to spare": reading(two=REGISTER_OF[101], kept=0.99),
        "an LSTM that latches": reading(two=LATCH, kept=0.99),
        "W_h = 2: the sign of the first token decides for ever": reading(
            two=of_width_one(2.0, 1.0, (1.0, -1.0), [0.125, -0.125]), kept=0.99
        )
    },
    teach="Overwriting is what a contraction does: with σ_max(W_h) ≤ γ < 1 each later token leaves at most γ of a difference. A "
    "network may just as well keep the first token and overwrite the last (a latch), or keep all of them until its places are "
    "used up (a register).",
    not_shown="Which of these a trained network does. As written, to overwrite means that each later token takes away at "
    "least one per cent of the difference.",
    cites=("bengio1994", "pascanu2013"),
)  # fmt: skip
def each_later_token_takes_its_share(two: TwoPasts, kept: float) -> None:
    early, late = two.ends()
    before, after = distance(early), distance(late)
    show("difference of the states after the first token", before)
    show(f"difference after {two.lag} more", after)
    at_most(after, kept**two.lag * before, f"difference left after {two.lag} later tokens", within=rounding(20))
