"""Domains of networks that have something to remember: LSTMs with explicit weights, and sequences that differ early on.

Weights and inputs lie on a grid of eighths, so that a counterexample can be read. Everything is float64.
"""

from dataclasses import dataclass, replace
from functools import cache, partial
from math import exp
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit.domain import Domain
from claims.kit.domains.matrices import Interval, chains, grid
from claims.kit.domains.numbers import LARGEST_SEED
from impls.recurrent import lstm
from impls.recurrent.elman import Elman
from impls.recurrent.lstm import LSTM
from impls.recurrent.recurrence import unroll
from impls.translating import seq2seq

GATES = "fiCo"  # in the order of LSTM's fields
INPUTS: Interval = (-2, 2)
Whole = tuple[int, int]
SIGMOID_2 = 1 / (1 + exp(-2.0))  # 0.881, the largest forget gate where `forget=2`


@dataclass(frozen=True)
class LSTMRun:
    """An LSTM and the inputs (n, m) of n steps; it starts from a state of zeros."""

    network: LSTM
    x: np.ndarray

    @property
    def inputs(self) -> torch.Tensor:
        return torch.from_numpy(self.x)


@dataclass(frozen=True)
class LSTMStart:
    """An LSTM in the state (h, C), each (d,), about to read the inputs x (n, m)."""

    network: LSTM
    h: np.ndarray
    C: np.ndarray
    x: np.ndarray

    @property
    def cell(self) -> torch.Tensor:
        return torch.from_numpy(self.C)

    def last_cell(self, network: LSTM, C: torch.Tensor) -> torch.Tensor:
        """C_n of another network, or from another cell."""
        return unroll(partial(lstm.step, network), (torch.from_numpy(self.h), C), torch.from_numpy(self.x))[-1][1]


@dataclass(frozen=True)
class SeededLSTM:
    """An LSTM of width d as torch draws it from a seed, m inputs wide, to be run for n steps from a state of any size."""

    seed: int
    d: int
    m: int
    n: int

    @property
    def network(self) -> LSTM:
        return lstm.draw(self.d, self.m, torch.Generator().manual_seed(self.seed))

    def numbers(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The inputs (n, m), h_0 and C_0."""
        generator = torch.Generator().manual_seed(self.seed + 1)
        shapes = (self.n, self.m), (self.d,), (self.d,)
        x, h, C = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes)
        return x, h.tanh(), C


@dataclass(frozen=True)
class TwoPasts:
    """A network reads two sequences that agree but for the first token, `first` or `other`.

    The `lag` tokens after it repeat the rows of `later`. Shapes: first, other (m,), later (period, m)."""

    network: Elman | LSTM
    first: np.ndarray
    other: np.ndarray
    later: np.ndarray
    lag: int

    def ends(self) -> tuple[seq2seq.State, seq2seq.State]:
        """The state after the first token and after the last; each part is (2, d), a row for each sequence."""
        biases = self.network.b_o if isinstance(self.network, LSTM) else self.network.b
        firsts = torch.from_numpy(np.stack([self.first, self.other])).to(biases.dtype)
        later = torch.from_numpy(self.later[np.arange(self.lag) % len(self.later)]).to(biases.dtype)
        return first_and_last_state(self.network, len(biases), firsts, later)


@dataclass(frozen=True)
class SeededPasts:
    """The same for an LSTM of width d as torch draws it from a seed, its inputs drawn from a normal distribution."""

    seed: int
    d: int
    lag: int

    def ends(self) -> tuple[seq2seq.State, seq2seq.State]:
        generator = torch.Generator().manual_seed(self.seed)
        network = lstm.draw(self.d, self.d, generator)
        firsts, later = (torch.randn(rows, self.d, generator=generator, dtype=torch.float64) for rows in (2, self.lag))
        return first_and_last_state(network, self.d, firsts, later)


def first_and_last_state(
    network: Elman | LSTM, d: int, firsts: torch.Tensor, later: torch.Tensor
) -> tuple[seq2seq.State, seq2seq.State]:
    """By torch's own kernel where there is one: thousands of steps of the readable cell would take seconds."""
    zero = firsts.new_zeros(2, d)
    early = seq2seq.step(network, (zero, zero) if isinstance(network, LSTM) else (zero,), firsts)
    return early, seq2seq.fused(network, later.unsqueeze(1).expand(-1, 2, -1), early)[1]


def distance(state: seq2seq.State) -> float:
    """Between the two rows of a state, all its parts together."""
    return float(torch.cat([part[0] - part[1] for part in state]).double().norm())


@dataclass(frozen=True)
class TwoFutures:
    """An LSTM reads two sequences that agree up to a point. Shapes: past (t, m), future and other (k, m)."""

    network: LSTM
    past: np.ndarray
    future: np.ndarray
    other: np.ndarray

    def inputs(self) -> tuple[torch.Tensor, torch.Tensor]:
        return tuple(torch.from_numpy(np.concatenate([self.past, then])) for then in (self.future, self.other))


def hand_set(**weights: float | list[float]) -> lstm.LSTM:
    """One unit and one input. A gate's row weighs h and x; what is not named is zero."""
    rows = {f"W_{gate}": [weights.get(f"W_{gate}", [0, 0])] for gate in GATES}
    biases = {f"b_{gate}": [weights.get(f"b_{gate}", 0)] for gate in GATES}
    return lstm.LSTM(**{name: torch.tensor(value, dtype=torch.float64) for name, value in (rows | biases).items()})


def gate_set(p: LSTM, gate: str, a: float) -> LSTM:
    """The bias that puts its pre-activation at a or beyond for all |h| < 1 and |x| <= 2, and at a where its weights are 0."""
    W, d = getattr(p, f"W_{gate}"), len(p.b_f)
    reach = W.abs() @ torch.tensor([1.0] * d + [2.0] * (W.shape[1] - d), dtype=W.dtype)
    return replace(p, **{f"b_{gate}": a + np.sign(a) * reach})


def lstm_runs(
    steps: Whole = (2, 5), reads_h: str = GATES, forget: float | None = None, recurrent: float = 1, widest: int = 2
) -> Domain:
    """LSTMs with explicit weights. `reads_h` names the gates that read the state, by weights of the usual size times
    `recurrent`; `forget` bounds the pre-activation of the forget gate at every step, whatever the inputs."""
    words = f"LSTMs {_between((1, widest))} wide over {_between(steps)} steps, {_gates(reads_h, forget, recurrent)}"
    return Domain(words, st.builds(LSTMRun, _lstms(reads_h, forget, recurrent, widest), _rows(steps[1], steps[0])))


def lstm_starts(steps: Whole, widest: int = 2) -> Domain:
    """LSTMs with explicit weights in any state, the cell within [-8, 8]."""

    @cache
    def wide(d: int) -> st.SearchStrategy[LSTMStart]:
        state = grid((d,), (-0.875, 0.875)), grid((d,), (-8, 8))
        return st.builds(LSTMStart, _lstm(d), *state, _rows(steps[1], steps[0]))

    words = f"LSTMs {_between((1, widest))} wide in any state, then {_between(steps)} steps"
    return Domain(words, st.integers(1, widest).flatmap(wide))


def seeded_lstms(width: Whole, inputs: Whole, steps: Whole) -> Domain:
    """For shapes and equalities, where no single weight matters."""
    words = f"torch's default LSTMs {_between(width)} wide, {_between(inputs)} inputs, {_between(steps)} steps"
    return Domain(words, st.builds(
        SeededLSTM, st.integers(0, LARGEST_SEED - 1), st.integers(*width), st.integers(*inputs), st.integers(*steps)
    ))  # fmt: skip


def two_futures(widest: int = 2) -> Domain:
    """LSTMs with explicit weights that read two sequences with a common past."""
    words = f"LSTMs {_between((1, widest))} wide; 1 to 3 tokens, then either of two continuations of 2"
    return Domain(words, st.builds(TwoFutures, _lstms(widest=widest), _rows(3), grid((2, 1), INPUTS), grid((2, 1), INPUTS)))


def lstms_with_two_pasts(
    lag: Whole, reads_h: str = GATES, forget: float | None = None, recurrent: float = 1, widest: int = 2
) -> Domain:
    """LSTMs with explicit weights and a swapped first token."""
    gates = _gates(reads_h, forget, recurrent)
    words = f"LSTMs {_between((1, widest))} wide, {gates}; the first token swapped, {_between(lag)} later ones"
    return Domain(words, _two_pasts(_lstms(reads_h, forget, recurrent, widest), lag))


def seeded_lstms_with_two_pasts(width: Whole, lag: Whole) -> Domain:
    """For what holds from nearly every seed, where no single weight matters."""
    words = f"torch's default LSTMs {_between(width)} wide; the first token swapped, {_between(lag)} later ones"
    return Domain(words, st.builds(SeededPasts, st.integers(0, LARGEST_SEED), st.integers(*width), st.integers(*lag)))


def elmans_with_two_pasts(
    lag: int, singular_values: Interval | None = None, eigenvalues: Interval | None = None, narrowest: int = 1
) -> Domain:
    """Elman networks with explicit weights and a swapped first token."""
    bounds = singular_values or eigenvalues
    if bounds is None:
        words, W_h = "weights in [-2, 2]", st.integers(1, 2).flatmap(lambda d: grid((d, d), (-2, 2)))
    else:
        words = f"{'singular values' if singular_values else 'moduli of the eigenvalues'} of W_h in {_between(bounds)}"
        size = narrowest, 2
        drawn = chains(every_singular_value=singular_values, every_eigenvalue=eigenvalues, size=size, repeat=True)
        W_h = drawn.strategy.map(lambda period: period[0])
    return Domain(
        f"Elman networks {'1 or 2' if narrowest == 1 else '2'} wide, {words}; the first token swapped, {lag} later ones",
        _two_pasts(W_h.flatmap(_elman), (lag, lag)),
    )


def _two_pasts(network: st.SearchStrategy[Any], lag: Whole) -> st.SearchStrategy[TwoPasts]:
    later = st.just(np.zeros((1, 1))) | _rows(3)  # in silence a cell forgets least
    return st.builds(TwoPasts, network, grid((1,), INPUTS), grid((1,), INPUTS), later, st.integers(*lag))


def _elman(W_h: np.ndarray) -> st.SearchStrategy[Elman]:
    d = len(W_h)
    return st.builds(Elman, st.just(torch.from_numpy(W_h)), _tensor((d, 1), (-2, 2)), _biases(d))


@cache
def _biases(d: int) -> st.SearchStrategy[torch.Tensor]:
    return st.just(torch.zeros(d, dtype=torch.float64)) | _tensor((d,), (-2, 2))


def _lstms(reads_h: str = GATES, forget: float | None = None, recurrent: float = 1, widest: int = 2) -> st.SearchStrategy[LSTM]:
    return st.integers(1, widest).flatmap(lambda d: _lstm(d, reads_h, forget, recurrent))


@cache
def _lstm(d: int, reads_h: str = GATES, forget: float | None = None, recurrent: float = 1) -> st.SearchStrategy[LSTM]:
    """The weights that are not zero, gate by gate."""

    def make(rows: list[np.ndarray], biases: list[np.ndarray], slack: float) -> LSTM:
        W = [torch.from_numpy(np.hstack([np.zeros((d, d + 1 - row.shape[1])), row])) for row in rows]
        for gate, weights in zip(GATES, W, strict=True):
            weights[:, :d] *= recurrent if gate in reads_h else 0
        b = [torch.from_numpy(bias) for bias in biases]
        if forget is not None:
            # |h| < 1 and |x| <= 2, so the weighted sum stays within `reach` of the bias. Often it is constant, at its largest.
            b = [forget - W[0].abs() @ torch.tensor([1.0] * d + [2.0], dtype=torch.float64) - slack, *b]
        return LSTM(*W, *b)

    rows = [grid((d, d * (gate in reads_h) + 1), (-4, 4)) for gate in GATES]
    biases = [grid((d,), (-4, 4)) for _ in GATES]
    if forget is None:
        return st.builds(make, st.tuples(*rows), st.tuples(*biases), st.just(0.0))
    often = st.just(np.zeros((d, 1))) | rows[0]
    return st.builds(make, st.tuples(often, *rows[1:]), st.tuples(*biases[1:]), st.sampled_from([0.0, 0.125, 0.5, 2.0]))


def _rows(most: int, least: int = 1) -> st.SearchStrategy[np.ndarray]:
    """The inputs of a few steps, one number each."""
    return st.integers(least, most).flatmap(lambda count: grid((count, 1), INPUTS))


@cache
def _tensor(shape: tuple[int, ...], entries: Interval) -> st.SearchStrategy[torch.Tensor]:
    return grid(shape, entries).map(torch.from_numpy)


def _gates(reads_h: str, forget: float | None, recurrent: float = 1) -> str:
    readers = {GATES: "every gate reads h", "": "no gate reads h"}.get(reads_h, f"{' and '.join(reads_h)} alone read h")
    readers += f" (weights times {recurrent:g})" if recurrent != 1 else ""
    return readers if forget is None else f"{readers}, f at most {1 / (1 + exp(-forget)):.3f} at every step"


def _between(bounds: Interval) -> str:
    low, high = bounds
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
