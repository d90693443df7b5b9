"""The GRU: what it merges, and its equations."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import Domain, at_most, claim, close, domain, only, reading, rounding, search, show
from claims.kit.domains.matrices import grid
from claims.kit.domains.numbers import LARGEST_SEED
from claims.subjects.memories import LSTMRun, lstm_runs
from impls.broken.gru import gru_step_candidate_added_whole, gru_step_lets_in_what_it_keeps, gru_step_weights_nearly_add_up
from impls.recurrent import gru, lstm
from impls.recurrent.recurrence import unroll

Whole = tuple[int, int]

# --- one gate for two -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GRURun:
    """A GRU, the state it starts from (d,) and the inputs (n, m) of n steps."""

    network: gru.GRU
    h_0: np.ndarray
    x: np.ndarray


@domain("GRUs 1 or 2 wide over 1 to 5 steps, weights within [-4, 4], from a state within [-3, 3]")
def gru_runs() -> st.SearchStrategy[GRURun]:
    """With explicit weights on the grid of eighths and one input."""

    def make(block: np.ndarray, h_0: np.ndarray, x: np.ndarray) -> GRURun:
        W = [torch.from_numpy(numbers[:, :-1].copy()) for numbers in block]
        b = [*(torch.from_numpy(numbers[:, -1].copy()) for numbers in block), torch.zeros(len(h_0), dtype=torch.float64)]
        return GRURun(gru.GRU(*W, *b), h_0, x)

    @cache
    def sized(d: int, n: int) -> st.SearchStrategy[GRURun]:
        return st.builds(make, grid((3, d, d + 2), (-4, 4)), grid((d,), (-3, 3)), grid((n, 1), (-2, 2)))

    return st.tuples(st.integers(1, 2), st.integers(1, 5)).flatmap(lambda drawn: sized(*drawn))


Update = tuple[torch.Tensor, torch.Tensor, torch.Tensor]  # the memory before a step, the candidate, the memory after it
GRUStep = Callable[[gru.GRU, torch.Tensor, torch.Tensor], torch.Tensor]


def of_a_gru(run: GRURun, step: GRUStep, candidate: GRUStep, wide_open: float) -> list[Update]:
    """The candidate is what a step gives whose update gate has been forced open: by b_z = 1000, where z weighs the candidate."""
    forced, h, updates = replace(run.network, b_z=run.network.b_z + wide_open), torch.from_numpy(run.h_0), []
    for x in torch.from_numpy(run.x):
        updates.append((h, candidate(forced, h, x), step(run.network, h, x)))
        h = updates[-1][2]
    return updates


def of_the_printed_gru(run: GRURun) -> list[Update]:
    return of_a_gru(run, gru.step_reset_before, gru.step_reset_before, 1000.0)


def of_torchs_gru(run: GRURun) -> list[Update]:
    return of_a_gru(run, gru.step_reset_after, gru.step_reset_after, -1000.0)


def of_a_gru_whose_weights_nearly_add_up(run: GRURun) -> list[Update]:
    return of_a_gru(run, partial(gru_step_weights_nearly_add_up, by=1e-13), gru.step_reset_before, 1000.0)


def of_a_gru_that_lets_in_what_it_keeps(run: GRURun) -> list[Update]:
    return of_a_gru(run, gru_step_lets_in_what_it_keeps, gru.step_reset_before, 1000.0)


def of_a_gru_that_adds_the_candidate_whole(run: GRURun) -> list[Update]:
    return of_a_gru(run, gru_step_candidate_added_whole, gru.step_reset_before, 1000.0)


def of_an_lstm(run: LSTMRun, coupled: bool = False) -> list[Update]:
    """Of its cell; where the gates are coupled, i is 1 - f."""
    h = C = torch.zeros_like(run.network.b_f)
    updates = []
    for x in run.inputs:
        f, i, candidate, o = lstm.gates(run.network, h, x)
        new = f * C + (1 - f if coupled else i) * candidate
        updates.append((C, candidate, new))
        h, C = o * torch.tanh(new), new
    return updates


def of_a_coupled_lstm(run: LSTMRun) -> list[Update]:
    return of_an_lstm(run, coupled=True)


SATURATED = GRURun(  # the candidate rounds to 1, which is where the state stands already
    gru.GRU(*[torch.zeros(1, 2, dtype=torch.float64)] * 3, *torch.tensor([[0.0], [0.0], [20.0], [0.0]], dtype=torch.float64)),
    np.ones(1),
    np.zeros((1, 1)),
)


@claim(
    "gated.gru-merges-gates",
    says="In a GRU one gate does the work of the forget and the input gate: it lets in exactly as much of the new as it drops "
    "of the old.",
    lines=(307,),
    expect="supported",
    by=search(cases=100),
    as_written=reading(updates=of_the_printed_gru, run=gru_runs()),
    altered={
        "In a GRU one gate does the work of two: it lets in as much of the new as it keeps of the old.": reading(
            updates=of_a_gru_that_lets_in_what_it_keeps, run=gru_runs()
        ),
    },
    holds_for={
        "torch's GRU": reading(updates=of_torchs_gru, run=gru_runs()),
        "an LSTM whose input gate is 1 - f": reading(updates=of_a_coupled_lstm, run=lstm_runs()),
    },
    fails_for={
        "the LSTM: f and i are free of each other": reading(updates=only(of_an_lstm), run=lstm_runs(widest=1)),
        "the candidate added whole, as if nothing weighed it": reading(
            updates=of_a_gru_that_adds_the_candidate_whole, run=gru_runs()
        ),
        "near miss: weights that add up to 1 + 10⁻¹³ z": reading(
            updates=of_a_gru_whose_weights_nearly_add_up, run=only(SATURATED, "a GRU at rest at 1")
        ),
    },
    teach="h_t lies between h_{t-1} and a candidate in (-1, 1), unit by unit, so |h_t| ≤ max(1, |h_0|) and cannot grow with a "
    "count, while an LSTM's cell with f = i = 1 reaches 1000 in 1000 steps. The GRU also drops the output gate and the separate "
    "cell, and adds a reset gate.",
    not_shown="That nothing is lost by the merger: how well either learns is a matter for trials.",
    cites=("cho2014", "hochreiter1997"),
)
def the_new_memory_lies_between_the_old_and_the_candidate(updates: Callable[..., list[Update]], run: GRURun | LSTMRun) -> None:
    """If the weights z and 1 - z add up to one, the new value is on the segment between the two; otherwise it can leave it."""
    for old, candidate, new in updates(run):
        outside = torch.maximum(torch.minimum(old, candidate) - new, new - torch.maximum(old, candidate)).max()
        show("old memory, candidate, new memory", [old, candidate, new])
        allowed = rounding(8, float(torch.maximum(old.abs(), candidate.abs()).max()))
        at_most(float(outside), 0, "distance of the new memory from the interval between old and candidate", within=allowed)


# --- the printed equations ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SeededGRU:
    """A GRU of width d as torch draws it from a seed, m inputs wide, to be run for n steps from a state within (-1, 1)."""

    seed: int
    d: int
    m: int
    n: int
    biased: bool = True

    @property
    def network(self) -> gru.GRU:
        drawn = gru.draw(self.d, self.m, torch.Generator().manual_seed(self.seed))
        return drawn if self.biased else gru.without_biases(drawn)

    def numbers(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The inputs (n, m) and h_0."""
        generator = torch.Generator().manual_seed(self.seed + 1)
        x, h = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((self.n, self.m), (self.d,)))
        return x, h.tanh()


def seeded_grus(width: Whole, steps: Whole, biased: bool = True) -> Domain:
    """For equalities, where no single weight matters."""
    wide = f"{width[0]} wide" if width[0] == width[1] else f"{width[0]} to {width[1]} wide"
    words = f"torch's default GRUs {wide}{'' if biased else ', no biases'}, 1 to 4 inputs, {steps[0]} to {steps[1]} steps"
    seeds, inputs = st.integers(0, LARGEST_SEED - 1), st.integers(1, 4)
    return Domain(words, st.builds(SeededGRU, seeds, st.integers(*width), inputs, st.integers(*steps), st.just(biased)))


@dataclass(frozen=True)
class Form:
    """A way to write the GRU. Three choices; the essay's are all false, torch's all true."""

    z_weighs_the_old: bool
    reset_after_the_product: bool
    biases: bool
    reset_bias_too_large_by: float = 0.0
    gates_exchanged: bool = False

    @property
    def name(self) -> str:
        return (
            f"z weighs the {'old' if self.z_weighs_the_old else 'new'}, "
            f"reset {'after' if self.reset_after_the_product else 'before'} the product, "
            f"with{'' if self.biases else 'out'} biases{', r and z exchanged' if self.gates_exchanged else ''}"
        )

    def states(self, network: gru.GRU, x: torch.Tensor, h_0: torch.Tensor) -> torch.Tensor:
        """h_1 to h_n with these weights."""
        p = network if self.biases else gru.without_biases(network)
        p = replace(p, b_r=p.b_r + self.reset_bias_too_large_by)
        p = replace(p, W_r=p.W_z, W_z=p.W_r, b_r=p.b_z, b_z=p.b_r) if self.gates_exchanged else p
        step = gru.step_reset_after if self.reset_after_the_product else gru.step_reset_before
        # In impls.recurrent.gru the form with the reset after has z for the old state, the other one for the new.
        p = p if self.z_weighs_the_old == self.reset_after_the_product else gru.swapped(p)
        return torch.stack(unroll(partial(step, p), h_0, x))


PRINTED, TORCHS = Form(False, False, False), Form(True, True, True)
CHOS = Form(True, False, False)  # of 2014, in the version that was published


def the_form_is_that_of_cho_et_al(form: Form, drawn: SeededGRU) -> None:
    x, h_0 = drawn.numbers()
    close(form.states(drawn.network, x, h_0), CHOS.states(drawn.network, x, h_0), rounding(1000), "states h_1 to h_n")


def torch_gru(p: gru.GRU, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    """h_1..h_n of torch.nn.GRU with these weights: it stacks them as r, z, candidate and has two biases each."""
    cell = torch.nn.GRU(x.shape[-1], len(h), dtype=torch.float64)
    W, b = torch.cat([p.W_r, p.W_z, p.W]), torch.cat([p.b_r, p.b_z, p.b])
    b_hidden = torch.cat([0 * p.b_r, 0 * p.b_z, p.b_hn])
    with torch.no_grad():
        for theirs, ours in zip(cell.parameters(), (W[:, len(h) :], W[:, : len(h)], b, b_hidden), strict=True):
            theirs.copy_(ours)
    return cell(x, h[None])[0]


@claim(
    "gated.gru-equations",
    says="The four printed equations define the GRU, as torch.nn.GRU computes it.",
    lines=(310, 311, 312, 313),
    expect="qualified",
    by=search(cases=100),
    as_written=reading(form=PRINTED, drawn=seeded_grus(width=(1, 5), steps=(1, 8))),
    amended={
        "z and 1 - z change places, the reset comes after the recurrent product, and biases are added": reading(
            form=TORCHS, drawn=seeded_grus(width=(1, 5), steps=(1, 8))
        )
    },
    altered={
        "The printed equations define the GRU, as torch computes it, once z and 1 - z change places.": reading(
            form=replace(PRINTED, z_weighs_the_old=True), drawn=seeded_grus(width=(1, 5), steps=(1, 8))
        ),
        "In torch's GRU the reset gate weighs the old state, and the update gate what the candidate reads of it.": reading(
            form=replace(TORCHS, gates_exchanged=True), drawn=seeded_grus(width=(1, 5), steps=(1, 8))
        ),
        "With these three changes the printed equations define the GRU, as Cho et al. (2014) introduced it.": reading(
            the_form_is_that_of_cho_et_al, form=TORCHS, drawn=seeded_grus(width=(2, 5), steps=(2, 8))
        ),
    },
    holds_for={
        "z renamed, no biases on either side, a single unit: then the place of the reset does not matter": reading(
            form=Form(True, False, False), drawn=seeded_grus((1, 1), (1, 8), biased=False)
        )
    },
    fails_for={
        "near miss: all but z": reading(form=replace(TORCHS, z_weighs_the_old=False), drawn=seeded_grus((2, 5), (2, 8))),
        "near miss: all but the place of the reset": reading(
            form=replace(TORCHS, reset_after_the_product=False), drawn=seeded_grus((2, 5), (2, 8))
        ),
        "near miss: all but the biases": reading(form=replace(TORCHS, biases=False), drawn=seeded_grus((2, 5), (2, 8))),
        "near miss: all three, the reset's bias too large by 10⁻¹⁰": reading(
            form=replace(TORCHS, reset_bias_too_large_by=1e-10), drawn=seeded_grus((2, 5), (2, 8))
        ),
    },
    witness={
        "without biases on either side and z renamed, 2 units, 2 steps": reading(
            form=Form(True, False, False), drawn=SeededGRU(0, 2, 1, 2, biased=False)
        )
    },
    teach="Mind these three when porting weights. z is a matter of naming: change the signs of W_z and b_z. Missing biases "
    "are bias=False. The reset is another function: torch computes r ⊙ (W h), as in the first two versions of Cho et al. "
    "(2014) on arXiv; the print has W (r ⊙ h), as in the third. The two agree for a single unit or where r is the same for "
    "all units, not in general. Cho et al. give z to the old state, as torch does.",
    not_shown="Which form learns better.",
    cites=("cho2014",),
)
def the_form_is_torchs(form: Form, drawn: SeededGRU) -> None:
    x, h_0 = drawn.numbers()
    mine, theirs = x.clone().requires_grad_(), x.clone().requires_grad_()
    ours, want = form.states(drawn.network, mine, h_0), torch_gru(drawn.network, theirs, h_0)
    show("last state by the equations", ours[-1])
    show("last state of torch.nn.GRU", want[-1])
    within = rounding(1000)  # 8 steps of some 30 roundings each, which later steps may enlarge
    close(ours, want, within, "states h_1 to h_n")
    got, expected = (torch.autograd.grad(hs.sum(), leaf)[0] for hs, leaf in ((ours, mine), (want, theirs)))
    close(got, expected, within, "gradient of the inputs")
