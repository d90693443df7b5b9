"""Chapter 5, forgetting: what is left in an LSTM after hundreds of steps."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import cast

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import Domain, at_least, at_most, claim, only, reading, rounding, search, show
from claims.rnns.forgetting.by_hand import feedback, kept, latch, left_after, output_loop
from claims.rnns.forgetting.figures import share_kept_by_steps
from claims.subjects.memories import (
    SIGMOID_2,
    SeededPasts,
    TwoPasts,
    distance,
    lstms_with_two_pasts,
    seeded_lstms_with_two_pasts,
)  # fmt: skip
from impls.recurrent import lstm
from impls.translating import seq2seq


def by_looking(two: TwoPasts) -> float:
    """How far apart the last two cells are."""
    C = two.ends()[1][1]
    return float((C[0] - C[1]).norm())


def by_undoing_the_gates(two: TwoPasts) -> float:
    """The same after division by every gate passed, all in exact arithmetic; for LSTMs of whose gates none reads h."""
    early = two.ends()[0][1]
    network = cast(lstm.LSTM, two.network)
    cells = [[Fraction(c) for c in C] for C in early.tolist()]
    whole = [Fraction(1)] * len(cells[0])
    for t in range(two.lag):
        x = torch.from_numpy(two.later[t % len(two.later)])
        f, i, candidate, _ = ([Fraction(g) for g in gate.tolist()] for gate in lstm.gates(network, 0 * early[0], x))
        cells = [[f * c + i * n for f, c, i, n in zip(f, C, i, candidate, strict=True)] for C in cells]
        whole = [product * f for product, f in zip(whole, f, strict=True)]
    return float(np.linalg.norm([float((one - other) / product) for one, other, product in zip(*cells, whole, strict=True)]))


def each_gate_enlarges_it(two: TwoPasts, left: Callable[[TwoPasts], float]) -> None:
    early, late = two.ends()
    before, after = float((early[1][0] - early[1][1]).norm()), left(two)
    at_least(after, before, f"difference of the cells left by {two.lag} gates", rounding(40, float(late[1].abs().max())))


def each_addition_takes_its_share(two: TwoPasts, kept: float) -> None:
    """Of the difference that the forget gate has left; for LSTMs of whose gates f, i and candidate none reads h."""
    cells = two.ends()[0][1]
    network = cast(lstm.LSTM, two.network)
    for t in range(two.lag):
        f, i, candidate, _ = lstm.gates(network, 0 * cells[0], torch.from_numpy(two.later[t % len(two.later)]))
        before, cells = f * cells, f * cells + i * candidate
        was, left = (float((one - other).norm()) for one, other in (before, cells))
        within = rounding(4, float(before.abs().max()) + 1)
        at_most(left, kept * was, f"difference of the cells after addition {t + 1}", within)


@claim(
    "forgetting.every-gate-loses",
    says="Over very long distances each multiplication by a gate loses information.",
    lines=(224, 225),
    expect="qualified",
    uses=("forgetting.chain-of-gates",),
    by=search(cases=100),
    as_written=reading(two=lstms_with_two_pasts(lag=(50, 50), forget=2, recurrent=8, widest=1), left=by_looking, kept=0.99),
    amended={
        "neither f nor i nor the candidate reads h: a gate f ≤ γ leaves at most γ of a difference": reading(
            two=lstms_with_two_pasts(lag=(1, 50), forget=2, reads_h="o"), left=by_looking, kept=SIGMOID_2
        )
    },
    altered={
        "Where neither f nor i nor the candidate reads h, each multiplication by a gate enlarges a difference.": reading(
            each_gate_enlarges_it, two=lstms_with_two_pasts(lag=(1, 50), forget=2, reads_h="o"), left=by_looking
        ),
        "Where neither f nor i nor the candidate reads h, a gate f ≤ γ leaves at most γ² of a difference.": reading(
            two=lstms_with_two_pasts(lag=(1, 50), forget=2, reads_h="o"), left=by_looking, kept=SIGMOID_2**2
        ),
        "Where neither f nor i nor the candidate reads h, each addition to the cell takes one per cent of a difference.": reading(
            each_addition_takes_its_share, two=lstms_with_two_pasts(lag=(1, 50), forget=2, reads_h="o"), kept=0.99
        ),
    },
    fails_for={
        "near miss, for γ = 0.881: f larger by 3·10⁻¹³": reading(
            two=left_after(SIGMOID_2 + 3e-13, 1), left=by_looking, kept=SIGMOID_2
        ),
        "near miss, for one per cent: f = 0.995": reading(two=kept(5.3, lag=50), left=by_looking, kept=0.99),
        "near miss, for γ = 0.881: f up to 0.891": reading(
            two=lstms_with_two_pasts(lag=(50, 50), forget=2.1, reads_h="o", widest=1), left=by_looking, kept=SIGMOID_2
        ),
        "f = 1, as in the cell of 1997": reading(two=kept(40, lag=50), left=by_looking, kept=0.99),
        "a reader who divides by the gates, in exact arithmetic": reading(
            two=kept(2.0, lag=100), left=by_undoing_the_gates, kept=0.99
        ),
    },
    witness={
        "a latch: in floats σ(40) is 1": reading(two=only(latch(100), "the latch, 100 later tokens"), left=by_looking, kept=0.99),
        "feedback keeps a bit for 10 000 steps, every gate at 0.881": reading(two=feedback(10_000), left=by_looking, kept=0.99),
    },
    teach="A gate below 1 shrinks a difference, and in exact arithmetic shrinking loses nothing. Two ways to keep a bit for "
    "ever: hold f so close to 1 that it rounds to 1, or let h feed the candidate, so that the bit is a stable state that "
    "restores itself (its gradient vanishes: keeping a bit and carrying a gradient are different things). Where nothing that "
    "feeds C reads h, a difference of two cells shrinks by exactly f_1·…·f_T.",
    not_shown="Which of these training finds.",
    cites=("bengio1994", "hochreiter1997"),
    figure=share_kept_by_steps,
)
def each_gate_takes_its_share(two: TwoPasts, left: Callable[[TwoPasts], float], kept: float) -> None:
    early, late = two.ends()
    before, after = distance(early), left(two)
    show("difference of the two states after the first token", before)
    show(f"difference of the two cells after {two.lag} more", after)
    within = rounding(40, float(late[1].abs().max()))
    at_most(after, kept**two.lag * before, f"difference left by {two.lag} gates", within)


def latches_and_others(lag: tuple[int, int]) -> Domain:
    """Weights set by hand belong to what “an LSTM” means: a latch under any later tokens but a second write, or drawn weights."""
    tokens = st.lists(st.integers(-16, 16), min_size=3, max_size=3).map(lambda eighths: np.array([[e / 8, 0] for e in eighths]))
    latches = st.builds(lambda later, lag: replace(latch(lag), later=later), tokens, st.integers(*lag))
    others = lstms_with_two_pasts((lag[0], lag[0]))
    return Domain(f"a latch with {lag[0]} to {lag[1]} later tokens, or {others.words}", latches | others.strategy)


class ReadBackwards(SeededPasts):
    """The same sequences, the first token read last: a reversal too many, or one forgotten."""

    def ends(self) -> tuple[seq2seq.State, seq2seq.State]:
        generator = torch.Generator().manual_seed(self.seed)
        network = lstm.draw(self.d, self.d, generator)
        firsts, later = (torch.randn(rows, self.d, generator=generator, dtype=torch.float64) for rows in (2, self.lag))
        start = firsts.new_zeros(2, self.d), firsts.new_zeros(2, self.d)
        before = seq2seq.fused(network, later.flip(0).unsqueeze(1).expand(-1, 2, -1), start)[1]
        return super().ends()[0], seq2seq.step(network, before, firsts)


HALF, A_MILLIONTH = 0.5, 1e-6  # refuted only where more than a half is left, rescued only where less than a millionth is


def the_first_token_is_kept(two: TwoPasts | SeededPasts, left: float) -> None:
    before, after = map(distance, two.ends())
    at_least(after, left * before, f"difference left after {two.lag} tokens", within=rounding(400, 10))


@claim(
    "forgetting.500-tokens",
    says="Over sequences of 500 tokens or more an LSTM forgets catastrophically.",
    lines=(226,),
    expect="qualified",
    uses=("forgetting.every-gate-loses",),
    by=search(cases=50),
    as_written=reading(two=latches_and_others(lag=(500, 2000)), left=HALF),
    amended={
        "neither a gate nor the candidate reads h, and f is at most 0.881": reading(
            two=lstms_with_two_pasts(lag=(500, 600), reads_h="", forget=2), left=A_MILLIONTH
        ),
        "weights as torch first draws them": reading(
            two=seeded_lstms_with_two_pasts(width=(4, 32), lag=(500, 600)), left=A_MILLIONTH
        ),
    },
    altered={
        "With weights as torch first draws them an LSTM keeps at least half over sequences of 500 tokens or more.": reading(
            the_first_token_is_kept, two=seeded_lstms_with_two_pasts(width=(4, 32), lag=(500, 600)), left=HALF
        ),
        "With weights as torch first draws them an LSTM forgets catastrophically over sequences of 5 tokens or more.": reading(
            two=seeded_lstms_with_two_pasts(width=(4, 32), lag=(5, 600)), left=A_MILLIONTH
        ),
    },
    fails_for={
        "near miss, for a half: 3·10⁻¹¹ more": reading(two=left_after(HALF + 3e-11, 500), left=HALF),
        "near miss, for a millionth: 3·10⁻¹¹ more": reading(two=left_after(A_MILLIONTH + 3e-11, 500), left=A_MILLIONTH),
        "as torch first draws them, the first token read last": reading(
            two=only(ReadBackwards(0, 8, 500), "an LSTM 8 wide that reads backwards"), left=HALF
        ),
        "f = 0.9987 at every step": reading(two=kept(6.64, lag=500), left=HALF),
        "only o reads h: the bit lives in h": reading(
            two=only(output_loop(), "h = σ(8h - 4)·tanh C, 2000 later tokens"), left=A_MILLIONTH
        ),
        "feedback through the candidate": reading(two=only(feedback(2000), "every gate at 0.881, 2000 later tokens"), left=HALF),
    },
    witness={"a latch keeps a bit for 2000 tokens": reading(two=latch(2000), left=HALF)},
    teach="What an LSTM holds after 500 tokens depends on its weights. Fresh from torch's initialisation next to nothing of the "
    "first token is left; set by hand it keeps a bit for as long as one likes. What happens in between is a matter of training.",
    not_shown="Trained networks: what they keep after 500 tokens is a matter for trials.",
    cites=("hochreiter1997", "bengio1994"),
)
def the_first_token_is_forgotten(two: TwoPasts | SeededPasts, left: float) -> None:
    before, after = map(distance, two.ends())
    show("difference of the states after the first token", before)
    show(f"difference after {two.lag} more", after)
    at_most(after, left * before, f"difference left after {two.lag} tokens", within=rounding(400, 10))
