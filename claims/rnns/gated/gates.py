"""What gates do to gradients, and the table of what they improve."""

from dataclasses import dataclass, replace
from functools import reduce
from itertools import product
from math import exp

import networkx as nx
import numpy as np
import torch

from claims.kit import at_least, at_most, cases, claim, exhaustion, holds, reading, rounding, search, show
from claims.kit.domains import seeds, whole
from claims.rnns.gated.figures import longest_document_by_width
from claims.rnns.gated.sweeps import n_rounds_in_whatever_way
from claims.subjects.memories import SIGMOID_2, LSTMRun, hand_set, lstm_runs
from claims.subjects.traces import traced
from impls.broken.gru import gru_reads_two_steps_back
from impls.counting import steps
from impls.recurrent import ahead, elman, lstm, packing
from impls.tracing.positions import alone
from impls.tracing.systems import (
    BIDIRECTIONAL,
    ELMAN,
    GRU,
    LSTM,
    MINGRU_SCAN,
    PREFIX_ATTENTION,
    SCAN,
    SELF_ATTENTION,
    SKIP,
    STACKED_ELMAN,
    System,
)  # fmt: skip

# --- two rows of the table ------------------------------------------------------------------------------------------

PLAINLY = {"mm": "matrix product", "mul": "product entry by entry"}
LSTM_AHEAD = System("LSTM, its inputs multiplied beforehand", LSTM.draw, ahead.states)


def some_two_steps_overlap(system: System, past_only: bool, n: int) -> None:
    found = steps.overlap(traced(system, n, 2), past_only)
    holds(found is not None, f"{system}, {n} tokens: no operations of two steps may be done at once")


@claim(
    "gated.table.parallelism",
    says="Neither the plain network nor the LSTM lets any work on one step be done together with work on another.",
    lines=(293, 300),
    expect="qualified",
    uses=("gated.still-sequential",),
    by=exhaustion(),
    as_written=reading(system=cases((ELMAN, LSTM_AHEAD)), past_only=False, n=cases((2, 4))),
    amended={
        "only what reads an earlier state is counted": reading(
            system=cases((ELMAN, LSTM_AHEAD, LSTM)), past_only=True, n=cases((3, 4, 6))
        )
    },
    altered={
        "In a plain network and an LSTM, work that reads an earlier state can be done for two steps at once.": reading(
            some_two_steps_overlap, system=cases((ELMAN, LSTM_AHEAD, LSTM)), past_only=True, n=cases((3, 4, 6))
        ),
        "A plain network and an LSTM both let some work on one step be done together with work on another.": reading(
            some_two_steps_overlap, system=cases((ELMAN, LSTM_AHEAD)), past_only=False, n=cases((2, 4))
        ),
    },
    fails_for={
        "near miss: a skip over two steps, whose product is ready a step early": reading(system=SKIP, past_only=True, n=4),
        "two layers: the second works on a step while the first is a step ahead": reading(
            system=STACKED_ELMAN(2), past_only=True, n=4
        ),
        "a minimal GRU, by scan": reading(system=MINGRU_SCAN, past_only=True, n=4),
        "attention": reading(system=PREFIX_ATTENTION, past_only=True, n=4),
    },
    witness={"the LSTM, two tokens": reading(system=LSTM_AHEAD, past_only=False, n=2)},
    teach="Say what has to wait: the products with the state, one after another. The products with the inputs, half of the "
    "work where inputs are as wide as states, wait for nothing and are taken for all steps at once, as fast kernels do. "
    "Within a step all d units go in parallel, and so do the sequences of a batch.",
    not_shown="How much time that saves. Written as one product with [h, x], a cell hides it; the sum can be split.",
    cites=("appleyard2016",),
)
def no_two_steps_overlap(system: System, past_only: bool, n: int) -> None:
    """An operation belongs to the first state that needs it. Steps take turns if each waits for all of the step before."""
    found = steps.overlap(traced(system, n, 2), past_only)
    two = " and ".join(f"a {PLAINLY.get(operation, operation)} at step {step + 1}" for operation, step in found or ())
    show("operations of two steps that may be done at once", two or "none")
    holds(found is None, f"{system}, {n} tokens: {two} need not wait for each other")


@dataclass(frozen=True)
class Memory:
    """A system, and the vectors of d numbers that it is said to hand from step to step."""

    system: System
    vectors: int

    @property
    def name(self) -> str:
        return f"{self.system}: {'d' if self.vectors == 1 else f'{self.vectors}d'} numbers"


def the_memory_grows_with_the_tokens(memory: Memory, t: int, later: int) -> None:
    found = steps.handed_on(traced(memory.system, t + later, 2), t)
    holds(found == memory.vectors * t, f"{memory.system}: {found} vectors handed on after {t} tokens, not {memory.vectors * t}")


@claim(
    "gated.table.fixed-size-state",
    says="The state that a plain network and an LSTM hand from step to step has a fixed size, however many tokens came before.",
    lines=(294, 301, 495),
    expect="supported",
    by=search(cases=60),
    as_written=reading(memory=cases((Memory(ELMAN, 1), Memory(LSTM, 2))), t=whole(2, 6), later=whole(1, 3)),
    altered={
        "The state that a plain network and an LSTM hand from step to step grows by as much with each token.": reading(
            the_memory_grows_with_the_tokens,
            memory=cases((Memory(ELMAN, 1), Memory(LSTM, 2))),
            t=whole(2, 6),
            later=whole(1, 3),
        ),
        "A plain network and an LSTM hand on a state of the same fixed size, the d numbers of h.": reading(
            memory=cases((Memory(ELMAN, 1), Memory(LSTM, 1))), t=whole(2, 6), later=whole(1, 3)
        ),
    },
    holds_for={
        "the LSTM, its inputs multiplied beforehand": reading(memory=Memory(LSTM_AHEAD, 2), t=whole(2, 5), later=2),
        "two layers": reading(memory=Memory(STACKED_ELMAN(2), 2), t=whole(2, 6), later=2),
    },
    fails_for={
        "near miss: the LSTM with as many numbers as the plain network": reading(
            memory=Memory(LSTM, 1), t=whole(2, 6), later=whole(1, 3)
        ),
        "attention, which needs the keys and values of all tokens": reading(
            memory=Memory(PREFIX_ATTENTION, 2), t=whole(2, 6), later=whole(1, 3)
        ),
    },
    teach="Both are fixed, but not equal: the plain network hands on the d numbers of h, the LSTM the 2d of h and C. Compare at "
    "equal memory or say so. Attention has no such limit: its memory grows by a token's worth with each token.",
    not_shown="That a fixed size is too small: how much fits into it is counted in gated.thousand-tokens.",
    cites=("hochreiter1997",),
)
def the_memory_is_that_many_vectors(memory: Memory, t: int, later: int) -> None:
    """The fewest vectors, computed from t tokens alone, through which all passes that they do to later states (minimum cut)."""
    found = steps.handed_on(traced(memory.system, t + later, 2), t)
    show(f"vectors handed on after {t} of {t + later} tokens", found)
    holds(found == memory.vectors, f"{memory.system}: {found} vectors handed on after {t} tokens, not {memory.vectors}")


# --- the constraints that remain ------------------------------------------------------------------------------------

TWO_CHAINS = System("GRU that reads the state two steps back", GRU.draw, lambda p, xs: alone(gru_reads_two_steps_back(p, xs)))


def twice_the_tokens_take_one_step_more(system: System, n: int) -> None:
    """What takes log n steps."""
    a_token = traced(system, 3, 2).span - traced(system, 2, 2).span
    more = traced(system, 2 * n, 2).span - traced(system, n, 2).span
    holds(more <= a_token, f"{system}: {more} operations in a row more at {2 * n} tokens than at {n}; a step takes {a_token}")


def each_state_waits_for_the_next(system: System, n: int) -> None:
    graph = traced(system, n, 2)
    for t in range(1, n):
        for part, later in product(graph.outputs[t - 1], graph.outputs[t]):
            holds(nx.has_path(graph.nodes, later, part), f"{system}: state {t} of {n} is computed without state {t + 1}")


@claim(
    "gated.still-sequential",
    says="Carried out step by step, the LSTM and the GRU take n steps one after another for n tokens: every state waits for "
    "the one before.",
    lines=(300, 495),
    expect="supported",
    by=search(cases=60),
    as_written=reading(system=cases((LSTM, GRU)), n=whole(3, 14)),
    altered={
        "Carried out step by step, the LSTM and the GRU take log n steps one after another for n tokens.": reading(
            twice_the_tokens_take_one_step_more, system=cases((LSTM, GRU)), n=whole(3, 14)
        ),
        "In the LSTM and the GRU every state waits for the one after.": reading(
            each_state_waits_for_the_next, system=cases((LSTM, GRU)), n=whole(3, 14)
        ),
        "However they are carried out, the LSTM and the GRU take n steps one after another for n tokens.": reading(
            n_rounds_in_whatever_way, cell=cases(("lstm", "gru")), n=whole(100, 140), seed=seeds()
        ),
    },
    holds_for={"the plain network, which they are measured against": reading(system=ELMAN, n=whole(3, 14))},
    fails_for={
        "near miss: a GRU that reads the state two steps back": reading(system=TWO_CHAINS, n=whole(6, 14)),
        "a minimal GRU, by scan": reading(system=MINGRU_SCAN, n=whole(6, 14)),
        "a linear recurrence, by scan": reading(system=SCAN, n=whole(6, 14)),
        "attention": reading(system=SELF_ATTENTION, n=whole(6, 14)),
        "a bidirectional network, whose outputs do not wait for one another": reading(system=BIDIRECTIONAL, n=whole(3, 14)),
    },
    teach="Gates that read h keep the chain: 7 operations in a row for each token of an LSTM, 10 for a GRU (with torch's biases; "
    "7 as printed), 4 for the plain network. Gates that read the input alone give it up: a minimal GRU needs about log n rounds.",
    not_shown="That no other method finds the states sooner: sweeps over all steps do where a network forgets "
    "(sequential.step-t-waits-for-t-1).",
    cites=("feng2024", "hochreiter1997", "cho2014"),
)
def each_token_lengthens_the_chain(system: System, n: int) -> None:
    two, three, graph = traced(system, 2, 2), traced(system, 3, 2), traced(system, n, 2)
    a_token = three.span - two.span
    want = two.span + (n - 2) * a_token
    show("operations in a row that a token adds", a_token)
    show(f"operations in a row at {n} tokens", graph.span)
    holds(a_token >= 1, f"{system}: a third token adds {a_token} operations to the longest chain")
    holds(graph.span == want, f"{system}: {graph.span} operations in a row at n = {n}, not {want}")
    for t in range(1, n):
        for part, earlier in product(graph.outputs[t], graph.outputs[t - 1]):
            holds(nx.has_path(graph.nodes, earlier, part), f"{system}: state {t + 1} of {n} is computed without state {t}")


# --- a thousand tokens in 512 numbers -------------------------------------------------------------------------------

Document = list[int]


@dataclass(frozen=True)
class Packed:
    """`impls.recurrent.packing.pack`: that many numbers of a format, N <- N·V + id on their bit patterns."""

    width: int
    dtype: str
    vocabulary: int
    n: int

    @property
    def name(self) -> str:
        return f"{self.n} ids below {self.vocabulary}, packed into {self.width} {self.dtype} numbers"

    def documents(self) -> list[Document]:
        """The one whose number is largest, which needs most room, and a varied one."""
        return [[self.vocabulary - 1] * self.n, [(7 + 39_916_801 * t) % self.vocabulary for t in range(self.n)]]

    def read_back(self, documents: list[Document]) -> list[Document]:
        dtype = getattr(torch, self.dtype)
        states = [packing.pack(document, self.width, dtype, self.vocabulary) for document in documents]
        return [packing.unpack(state, self.n, self.vocabulary) for state in states]


@dataclass(frozen=True)
class Spiral(Packed):
    """`impls.recurrent.packing.spiral_rnn`: a tanh network that keeps several ids in each number of its state."""

    @property
    def name(self) -> str:
        return f"{self.n} ids below {self.vocabulary}, in a tanh network of {self.width} {self.dtype} numbers"

    def read_back(self, documents: list[Document]) -> list[Document]:
        dtype = getattr(torch, self.dtype)
        xs = torch.tensor(documents, dtype=dtype).T.unsqueeze(-1)
        states = elman.run(packing.spiral_rnn(self.width, self.vocabulary, dtype), xs)[-1]
        return [packing.read_spiral(state, self.n, self.vocabulary) for state in states]


@dataclass(frozen=True)
class Machine:
    """Any recurrence over few states: from state s the word v leads to state table[s][v]. It starts in state 0."""

    table: tuple[tuple[int, ...], ...]
    n: int

    @property
    def name(self) -> str:
        return f"{self.n} words out of {len(self.table[0])}, in a machine with {len(self.table)} states"

    def documents(self) -> list[Document]:
        return [list(words) for words in product(range(len(self.table[0])), repeat=self.n)]

    def read_back(self, documents: list[Document]) -> list[Document]:
        """No reader can do better than to name, for each state, one of the documents that lead there."""
        ends = [reduce(lambda state, word: self.table[state][word], document, 0) for document in documents]
        named = dict(zip(ends, documents, strict=True))
        return [named[end] for end in ends]


def every_machine(states: int, n: int, words: int = 2) -> list[Machine]:
    """All recurrences over so many states."""
    rows = list(product(range(states), repeat=words))
    return [Machine(table, n) for table in product(rows, repeat=states)]


IDS = 50_000
FULL = (  # n* tokens; numbers from the formula, so that a slip in the packing shows
    *(Packed(32, dtype, IDS, n) for dtype, n in (("float16", 32), ("bfloat16", 32), ("float32", 65), ("float64", 131))),
    *(Packed(d, "float32", 2, n) for d, n in ((2, 63), (3, 95))),
)
TOO_FULL = (*(replace(one, n=one.n + 1) for one in FULL), Packed(512, "float32", IDS, 1050))
COUNTER = Machine(((0, 1), (2, 3), (0, 1), (2, 3)), 2)  # the state is the two words as a binary number


TOO_MANY = cases(
    [*every_machine(2, 2), *every_machine(3, 2), *TOO_FULL],
    "n* + 1 tokens: all 745 machines with two or three states over two words, and packings into 2 to 512 numbers",
)


def every_document_is_lost(memory: Packed | Machine) -> None:
    documents = memory.documents()
    kept = sum(read == document for read, document in zip(memory.read_back(documents), documents, strict=True))
    holds(not kept, f"{memory.name}: {kept} of the {len(documents)} documents tried were read back to the last token")


def about_half_is_lost(memory: Packed | Machine) -> None:
    """Of the tokens of all documents tried, a third to two thirds."""
    documents = memory.documents()
    pairs = zip(memory.read_back(documents), documents, strict=True)
    lost = [read != token for back, document in pairs for read, token in zip(back, document, strict=True)]
    holds(len(lost) <= 3 * sum(lost) <= 2 * len(lost), f"{memory.name}: {sum(lost)} of {len(lost)} tokens were lost")


@claim(
    "gated.thousand-tokens",
    says="Compressing a document of 1000 tokens into 512 numbers loses something.",
    lines=(301, 495),
    expect="qualified",
    uses=("gated.table.fixed-size-state",),
    by=exhaustion(),
    as_written=reading(memory=Packed(512, "float32", IDS, 1000)),
    amended={"there are more documents than states (n > n*)": reading(memory=TOO_MANY)},
    altered={
        "Where there are more documents than states, every document loses something.": reading(
            every_document_is_lost, memory=TOO_MANY
        ),
        "Where there are more documents than states, about half of it is lost.": reading(about_half_is_lost, memory=TOO_MANY),
        "Compressing a document into so many numbers loses something as soon as it has n* tokens.": reading(
            memory=cases([*FULL, *TOO_FULL], "n* tokens or one more, packed into 2 to 512 numbers")
        ),
    },
    holds_for={
        "a tanh network whose float32 numbers have 24 bits for two ids of 16": reading(memory=Spiral(512, "float32", 2**16, 1000))
    },
    fails_for={
        **{f"near miss: n* tokens, {one.width} {one.dtype} numbers": reading(memory=one) for one in FULL},
        "near miss: the tanh network with ids of 12 bits": reading(memory=Spiral(512, "float32", 2**12, 1000)),
        "near miss: as many documents as states, a counter": reading(memory=COUNTER),
    },
    witness={
        "1000 ids below 65 536 in a tanh network, float64": reading(memory=Spiral(512, "float64", 2**16, 1000)),
    },
    teach="Count: V^n documents fit into S^d states, so up to n* = ⌊d·log₂S/log₂V⌋ tokens need not lose anything. Of ids below "
    "50 000 that is 1049 in 512 float32 numbers, 523 in float16, at most twice that for an LSTM, which has h and C. Beyond n* "
    "two documents share a state, whatever the recurrence. Whether training finds such a code is another question.",
    not_shown="That a trained network comes near n*, or that a decoder could use so dense a code. That a tanh state reaches n*: "
    "within [-1, 1] there are half as many floats, room for 1016 tokens in place of 1049.",
    figure=longest_document_by_width,
)
def some_document_is_lost(memory: Packed | Machine) -> None:
    documents = memory.documents()
    back = memory.read_back(documents)
    lost = sum(read != document for read, document in zip(back, documents, strict=True))
    show("documents tried, the one that needs most room among them", len(documents))
    show("not read back as they were", lost)
    holds(lost, f"{memory.name}: each of the {len(documents)} documents tried was read back to the last token")


# --- gradients through gates ----------------------------------------------------------------------------------------


def steep_candidate(steps: int) -> LSTMRun:
    """f = i = 1/2, o = 1 and C̃ = tanh(8h), in a state of zeros: each step multiplies the gradient by 1/2 + 8/2."""
    return LSTMRun(hand_set(W_C=[8, 0], b_o=40), np.zeros((steps, 1)))


def the_cell_gradient_explodes(run: LSTMRun, rate: float) -> None:
    norm = float(torch.linalg.matrix_norm(lstm.cell_jacobian(run.network, run.inputs), 2))
    at_least(norm, rate ** (1 - len(run.x)), f"norm of dC_T/dC_1 over {len(run.x) - 1} steps")


def the_sum_of_the_forget_gates_decays(run: LSTMRun, rate: float) -> None:
    gates = lstm.forget_gates(run.network, run.inputs)[1:]
    at_most(float(gates.sum(0).max()), rate ** len(gates), f"sum of {len(gates)} forget gates")


def the_input_gates_bound_it(run: LSTMRun) -> None:
    p, x = run.network, run.inputs
    hs, _ = lstm.run(p, x)
    most = float(lstm.gates(p, hs[:-1], x[1:])[1].prod(0).max())
    norm = float(torch.linalg.matrix_norm(lstm.cell_jacobian(p, x), 2))
    at_most(norm, most, "norm of dC_T/dC_1, by the product of input gates", within=most * rounding(40 * len(x)))


@claim(
    "gated.multiplicative-decay",
    says="The product of forget gates that stay below one shrinks exponentially, and the gradients of distant steps shrink "
    "with it.",
    lines=(302, 495),
    expect="qualified",
    uses=("forgetting.cell-is-a-highway",),
    by=search(cases=100),
    as_written=reading(run=lstm_runs(steps=(10, 10), forget=2, recurrent=4, widest=1), rate=0.99),
    amended={
        "neither f nor i nor the candidate reads h; f ≤ γ < 1 at every step": reading(
            run=lstm_runs(steps=(2, 10), forget=2, reads_h="o"), rate=SIGMOID_2
        )
    },
    altered={
        "The sum of forget gates that stay below γ < 1 shrinks exponentially.": reading(
            the_sum_of_the_forget_gates_decays, run=lstm_runs(steps=(2, 10), forget=2, reads_h="o"), rate=SIGMOID_2
        ),
        "Where neither f nor i nor the candidate reads h and f ≤ γ < 1 at every step, the gradients explode.": reading(
            the_cell_gradient_explodes, run=lstm_runs(steps=(2, 10), forget=2, reads_h="o"), rate=SIGMOID_2
        ),
        "Where neither f nor i nor the candidate reads h and f ≤ γ < 1, gradients shrink with the input gates.": reading(
            the_input_gates_bound_it, run=lstm_runs(steps=(2, 10), forget=2, reads_h="o")
        ),
    },
    fails_for={
        "near miss, for γ = 0.881: f larger by 2·10⁻¹³": reading(
            run=lstm_runs(steps=(10, 10), forget=2 + 2e-12, reads_h="o", widest=1), rate=SIGMOID_2
        ),
        "a forget bias of -2 that was never set, f up to 0.5 for 0.12": reading(
            run=lstm_runs(steps=(2, 10), forget=0, reads_h="o", widest=1), rate=1 / (1 + exp(2))
        ),
        "near miss: the candidate reads h with a weight of 8·10⁻⁸": reading(
            run=LSTMRun(hand_set(W_C=[8e-8, 0], b_f=2, b_o=40), np.zeros((2, 1))), rate=SIGMOID_2
        ),
        "near miss, for one per cent: f up to 0.995": reading(
            run=lstm_runs(steps=(10, 10), forget=5.3, reads_h="o", widest=1), rate=0.99
        ),
        "near miss, for γ = 0.881: f up to 0.891": reading(
            run=lstm_runs(steps=(10, 10), forget=2.1, reads_h="o", widest=1), rate=SIGMOID_2
        ),
        "f = 1": reading(run=lstm_runs(steps=(2, 10), forget=40, reads_h="o", widest=1), rate=0.99),
    },
    witness={"f = 1/2 at all of 100 steps, the gradient grows 4.5-fold at each": reading(run=steep_candidate(100), rate=0.99)},
    teach="The product of forget gates of at most γ < 1 does decay, that is arithmetic; below one is not enough, for "
    "3/4 · 8/9 · 15/16 · … stays above a half. The gradient is that product only if nothing that feeds "
    "the cell reads h; otherwise the path through h may outgrow it: with f = 1/2 at every step dC_T/dC_1 can be 4.5^(T-1).",
    not_shown="Whether the forget gates of trained networks stay below one, and by how much; every gate of a usual LSTM reads h. "
    "As written, to decay means by one per cent a step at least.",
    cites=("hochreiter1997", "gers2000"),
)
def the_cell_gradient_decays(run: LSTMRun, rate: float) -> None:
    gates = lstm.forget_gates(run.network, run.inputs)[1:]
    norm = float(torch.linalg.matrix_norm(lstm.cell_jacobian(run.network, run.inputs), 2))
    show("largest forget gate", float(gates.max()))
    show("product of the forget gates", gates.prod(0))
    show(f"norm of dC_T/dC_1 over {len(gates)} steps", norm)
    most = rate ** len(gates)
    at_most(norm, most, f"norm of dC_T/dC_1 over {len(gates)} steps", within=most * rounding(40 * len(run.x)))
