"""Pronouns and whom they stand for: passages that bind them, and an LSTM, its weights set by hand, that keeps track.

A token names an entity, by a code of ±1; it may bind a pronoun to it, by a flag of that pronoun; or it is a paragraph break.
Each pronoun has a place, a latch of `BITS` units (recurrent.constructive): it copies the code when the pronoun's flag is up, and
else holds what it has. So each can be bound anew at any time while the others stay, whatever is named in between.
"""

from dataclasses import dataclass, replace
from itertools import product

import torch
from hypothesis import strategies as st

from claims.kit.domain import domain
from impls.recurrent import constructive, lstm
from impls.translating import seq2seq

BITS = 4
CODES = torch.tensor(list(product((-1.0, 1.0), repeat=BITS)), dtype=torch.float64)  # row e is the code of entity e
LEGIBLE = 0.5  # a unit nearer to 0 is not read
Whole = tuple[int, int]


@dataclass(frozen=True)
class Passage:
    """Pronoun k comes to stand for entity `bound[k]`, after `rebound` had bound some otherwise; then `later` tokens, which
    name the entities of `named` in turn. `breaks` are those of them that a paragraph break stands before."""

    bound: tuple[int, ...]
    rebound: tuple[tuple[int, int], ...] = ()
    named: tuple[int, ...] = (0,)
    later: int = 0
    breaks: tuple[int, ...] = ()

    @property
    def length(self) -> int:
        return len(self.rebound) + len(self.bound) + self.later

    def tokens(self, places: int) -> torch.Tensor:
        """(n, BITS + places + 1): the code, the flags, and whether it is a break; after the last place comes the first again."""
        rows = []
        for pronoun, entity in [*self.rebound, *enumerate(self.bound)]:
            rows.append(torch.cat([CODES[entity], torch.eye(places + 1, dtype=torch.float64)[pronoun % places]]))
        silence, a_break = torch.zeros(2, BITS + places + 1, dtype=torch.float64)
        a_break[-1] = 1
        for k in range(self.later):
            rows += [a_break] if k in self.breaks else []
            rows.append(torch.cat([CODES[self.named[k % len(self.named)]], silence[BITS:]]))
        return torch.stack(rows)


@dataclass(frozen=True)
class Bindings:
    """The LSTM with so many places; at strength 40 its gates round to 0 and 1. The gate `closes`, one of f, i and o, is shut by a
    paragraph break."""

    name: str
    places: int = 16
    strength: float = 40.0
    closes: str = ""

    @property
    def network(self) -> lstm.LSTM:
        latch, d = constructive.latch_lstm(BITS, self.strength), self.places * BITS
        shut = torch.full((d, 1), -2 * self.strength, dtype=torch.float64)

        def side_by_side(W: torch.Tensor, on_a_break: torch.Tensor) -> torch.Tensor:
            """One latch for each place: all read the code, each a flag of its own."""
            _, on_code, on_flag = W.split([BITS, BITS, 1], dim=1)
            flags = torch.block_diag(*[on_flag] * self.places)
            return torch.cat([W.new_zeros(d, d), on_code.repeat(self.places, 1), flags, on_a_break], dim=1)

        W = {f"W_{gate}": side_by_side(getattr(latch, f"W_{gate}"), shut * (gate == self.closes)) for gate in "fiCo"}
        return lstm.LSTM(**W, **{f"b_{gate}": getattr(latch, f"b_{gate}").repeat(self.places) for gate in "fiCo"})

    def recall(self, passage: Passage) -> list[int | None]:
        """Whom each pronoun stands for, read off the hidden state at the end; None where a unit is too near to 0."""
        x, start = passage.tokens(self.places), torch.zeros(1, self.places * BITS, dtype=torch.float64)
        h = seq2seq.fused(self.network, x[:, None], (start, start))[1][0].reshape(self.places, BITS)
        return [self._entity(h[pronoun % self.places]) for pronoun in range(len(passage.bound))]

    @staticmethod
    def _entity(units: torch.Tensor) -> int | None:
        codes = units.sign() * (units.abs() > LEGIBLE)
        return next((entity for entity, code in enumerate(CODES) if torch.equal(code, codes)), None)


@domain("{pronouns} pronouns, each bound to another of 16 entities, some of them twice; then {later} tokens")
def passages(pronouns: Whole, later: Whole) -> st.SearchStrategy[Passage]:
    """The tokens in between name entities as well. No two pronouns agree, so that it shows when one is taken for another."""

    def make(count: int, order: list[int], twice: list[tuple[int, int]], named: list[int], later: int) -> Passage:
        rebound = tuple((pronoun % count, entity) for pronoun, entity in twice)
        return Passage(tuple(order[:count]), rebound, tuple(named), later)

    entity = st.integers(0, 2**BITS - 1)
    return st.builds(
        make, st.integers(*pronouns), st.permutations(range(2**BITS)), st.lists(st.tuples(entity, entity), max_size=4),
        st.lists(entity, min_size=1, max_size=4), st.integers(*later),
    )  # fmt: skip


@domain("{pronouns} pronouns, each bound to another of 16 entities; then {later} tokens, {breaks} paragraph breaks among them")
def passages_in_paragraphs(pronouns: Whole, later: Whole, breaks: Whole) -> st.SearchStrategy[Passage]:
    """Breaks come after all the bindings."""
    places = st.sets(st.integers(0, later[0] - 1), min_size=breaks[0], max_size=breaks[1])
    whole = passages(pronouns, later).strategy
    return st.builds(lambda passage, places: replace(passage, breaks=tuple(sorted(places))), whole, places)
