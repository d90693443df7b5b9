"""What an encoder hands over to its decoder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from hypothesis import strategies as st

from claims.kit import at_least, at_most, cases, claim, close, domain, reading, rounding, search, show
from claims.kit.domains import seeds, whole
from impls.broken.memory import h_handed_over_without_C, state_leaks_nearly
from impls.translating import seq2seq

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


def drawn_for(two: TwoSources, attention: bool) -> seq2seq.Seq2Seq:
    return seq2seq.draw(VOCABULARY, WIDTH, torch.Generator().manual_seed(two.seed), two.cell, attention)


def the_target_before_changes_nothing(two: TwoSources, attention: bool, hand_over: Callable[..., seq2seq.State]) -> None:
    """The next scores, after the target and after one that differs from it at each place."""
    model, other = drawn_for(two, attention), [(token + 1) % VOCABULARY for token in two.target]
    one, another = (scores(model, two.source, [*target, 0])[-1] for target in (two.target, other))
    close(another, one, 0.0, "scores with the target before exchanged")


def the_first_word_decides(two: TwoSources, attention: bool, hand_over: Callable[..., seq2seq.State]) -> None:
    model, other = drawn_for(two, attention), [two.source[0], *two.other]
    close(scores(model, other, two.target), scores(model, two.source, two.target), 0.0, "scores, the first word kept")


@claim(
    "bottleneck.decoder-sees-one-vector",
    says="Without attention the decoder learns about the source only through the encoder's final state.",
    lines=(158, 173, 174, 489),
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
    altered={
        "Without attention what the decoder writes depends on the final state alone, not on the target before.": reading(
            the_target_before_changes_nothing, two=two_sources(), attention=False, hand_over=the_whole_state
        ),
        "Without attention the decoder learns about the source only through the encoder's first state.": reading(
            the_first_word_decides, two=two_sources(), attention=False, hand_over=the_whole_state
        ),
    },
    witness={
        "two words and four words, an LSTM": reading(
            two=TwoSources("lstm", 0, [3, 1], [0, 2, 1, 3], [1, 2, 3]), attention=False, hand_over=the_whole_state
        )
    },
    teach="Replace the source but keep the final state: not a bit of the output changes. For an LSTM “the final state” is the "
    "pair (h, C), two vectors (bottleneck.lstm-hands-over-two-vectors): with h alone kept the output does change.",
    not_shown="That the final state is too small for the source: this is about the route, not about its width.",
    cites=("cho2014", "sutskever2014"),
)
def the_final_state_decides(two: TwoSources, attention: bool, hand_over: Callable[..., seq2seq.State]) -> None:
    model = drawn_for(two, attention)
    finals = [seq2seq.encode(model, torch.tensor(source))[1] for source in (two.source, two.other)]
    want = scores(model, two.source, two.target)
    got = scores(model, two.other, two.target, final=hand_over(*finals))
    show("scores of the first target token, one source", want[0])
    show("scores with the other source and that final state", got[0])
    close(got, want, 0.0, "scores with the source exchanged and the final state kept")


def h_alone(state: seq2seq.State) -> seq2seq.State:
    """An LSTM's h, its C replaced by zeros."""
    return (state[0], *(0 * part for part in state[1:]))


def all_of_it(state: seq2seq.State) -> seq2seq.State:
    return state


def h_and_a_trace_of_C(state: seq2seq.State) -> seq2seq.State:
    """h, and one part in 10¹¹ of C."""
    return (state[0], *(1e-11 * part for part in state[1:]))


def reach_of_the_source(
    cell: str, attention: bool, hand_over: Callable[[seq2seq.State], seq2seq.State], n: int, d: int, seed: int
) -> torch.Tensor:
    """Singular values of the map from n source words, as vectors of width d, to the scores of 3 target words."""
    model = seq2seq.draw(VOCABULARY, d, torch.Generator().manual_seed(seed), cell, attention)

    def run(cell: seq2seq.Cell, xs: torch.Tensor, start: seq2seq.State) -> tuple[torch.Tensor, seq2seq.State]:
        states, last = seq2seq.unrolled(cell, xs, start)
        return states, hand_over(last) if cell is model.encoder else last

    def written(words: torch.Tensor) -> torch.Tensor:
        target_in = seq2seq.shifted(model, torch.arange(3))
        return seq2seq.logits(replace(model, embed_source=words), torch.arange(n), target_in, run).flatten()

    return torch.linalg.svdvals(torch.autograd.functional.jacobian(written, model.embed_source).flatten(1))


LENGTH, NUMBERS = whole(3, 4), whole(1, 3)


def as_many_numbers_as_in_so_many_vectors(
    cell: str, attention: bool, hand_over: Callable, vectors: int, n: int, d: int, seed: int
) -> None:
    reach = reach_of_the_source(cell, attention, hand_over, n, d, seed)
    at_least(float(reach[vectors * d - 1]), rounding(100, float(reach[0])), f"singular value {vectors * d} of the map to scores")


@claim(
    "bottleneck.lstm-hands-over-two-vectors",
    says="As drawn, an LSTM encoder gives its decoder a single vector, h_T.",
    lines=(158, 173, 174, 489),
    expect="qualified",
    by=search(cases=40),
    as_written=reading(cell="lstm", attention=False, hand_over=all_of_it, vectors=1, n=LENGTH, d=NUMBERS, seed=seeds()),
    amended={
        "the cells are Elman's or GRUs": reading(
            cell=cases(["elman", "gru"]), attention=False, hand_over=all_of_it, vectors=1, n=LENGTH, d=NUMBERS, seed=seeds()
        ),
    },
    holds_for={
        "an LSTM of whose state only h is handed over": reading(
            cell="lstm", attention=False, hand_over=h_alone, vectors=1, n=LENGTH, d=NUMBERS, seed=seeds()
        ),
    },
    fails_for={
        "near miss: h, and one part in 10¹¹ of C": reading(
            cell="lstm", attention=False, hand_over=h_and_a_trace_of_C, vectors=1, n=LENGTH, d=NUMBERS, seed=seeds()
        ),
        "a GRU with attention": reading(
            cell="gru", attention=True, hand_over=all_of_it, vectors=1, n=LENGTH, d=NUMBERS, seed=seeds()
        ),
    },
    altered={
        "A GRU encoder gives its decoder two vectors as well.": reading(
            as_many_numbers_as_in_so_many_vectors,
            cell="gru",
            attention=False,
            hand_over=all_of_it,
            vectors=2,
            n=LENGTH,
            d=NUMBERS,
            seed=seeds(),
        ),
        "An LSTM encoder gives its decoder two vectors.": reading(
            cell="lstm", attention=False, hand_over=all_of_it, vectors=2, n=LENGTH, d=NUMBERS, seed=seeds()
        ),
    },
    teach="An LSTM hands over two vectors, h_T and C_T: at width 512 that is 1024 numbers, and what is written can depend on "
    "all of them. Draw an arrow for each, or draw a GRU.",
    not_shown="How much of the source these numbers hold. A program may also hand over h alone.",
    cites=("sutskever2014", "cho2014"),
)
def no_more_numbers_than_in_so_many_vectors(
    cell: str, attention: bool, hand_over: Callable, vectors: int, n: int, d: int, seed: int
) -> None:
    """What is a smooth function of k numbers has a Jacobian of rank k at most: all further singular values are zero."""
    reach = reach_of_the_source(cell, attention, hand_over, n, d, seed)
    numbers = vectors * d
    within = rounding(100, float(reach[0]))
    show("singular values of the map from the source to the scores, 0 for rounding", reach * (reach > within))
    show("numbers in so many vectors", numbers)
    at_most(float(reach[numbers]), 0, f"singular value {numbers + 1} of the map from source to scores", within)
