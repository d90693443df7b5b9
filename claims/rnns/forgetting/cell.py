"""Chapter 5, forgetting: the LSTM's equations, what its cell hands down, and what a gate that is set does."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import exp

import numpy as np
import torch

from claims.kit import Domain, at_most, cases, claim, close, only, reading, rounding, search, show
from claims.kit.domain import name_of
from claims.rnns.forgetting.by_hand import bits
from claims.rnns.forgetting.figures import gap_by_recurrent_weight
from claims.subjects.memories import (
    LSTMRun,
    LSTMStart,
    SeededLSTM,
    gate_set,
    hand_set,
    lstm_runs,
    lstm_starts,
    seeded_lstms,
)  # fmt: skip
from impls.broken import cells as broken
from impls.recurrent import lstm
from impls.recurrent.recurrence import unroll

Pair = tuple[torch.Tensor, torch.Tensor]  # a state and its cell, or all states and all cells
Run = Callable[[lstm.LSTM, torch.Tensor, Pair], Pair]

# --- the equations --------------------------------------------------------------------------------------------------


def torch_lstm(p: lstm.LSTM, x: torch.Tensor, h: torch.Tensor, C: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """h_1..h_n and C_n of torch.nn.LSTM with these weights: it stacks them as i, f, C̃, o and adds two biases."""
    cell = torch.nn.LSTM(x.shape[-1], len(h), dtype=torch.float64)
    W, b = torch.cat([p.W_i, p.W_f, p.W_C, p.W_o]), torch.cat([p.b_i, p.b_f, p.b_C, p.b_o])
    with torch.no_grad():
        for theirs, ours in zip(cell.parameters(), (W[:, len(h) :], W[:, : len(h)], b, 0 * b), strict=True):
            theirs.copy_(ours)
    hs, (_, last) = cell(x, (h[None], C[None]))
    return hs, last[0]


def run_by(step: Callable[..., Pair], p: lstm.LSTM, xs: torch.Tensor, start: Pair) -> Pair:
    hs, Cs = zip(*unroll(partial(step, p), start, xs), strict=True)
    return torch.stack(hs), torch.stack(Cs)


def by_steps(step: Callable[..., Pair], words: str | None = None) -> Domain:
    """A run of such steps."""
    return only(partial(run_by, step), words or name_of(step))


LSTMS = seeded_lstms(width=(1, 5), inputs=(1, 4), steps=(1, 8))


def the_state_alone_decides_what_comes_next(run: Run, drawn: SeededLSTM) -> None:
    """From one h and two cells, as in a GRU, which has none."""
    x, h, C = drawn.numbers()
    from_one, from_another = (run(drawn.network, x, (h, cell))[0] for cell in (C, 0 * C))
    close(from_one, from_another, rounding(1000, float(C.abs().max()) + drawn.n), "states h_1 to h_n, from another cell")


@claim(
    "forgetting.lstm-equations",
    says="Six equations define the LSTM: three gates, a candidate, the cell and the state.",
    lines=(212, 213, 214, 215, 216, 217),
    expect="supported",
    by=search(cases=100),
    as_written=reading(run=lstm.run, drawn=LSTMS),
    altered={
        "The state is the output gate times the cell, which is not squashed.": reading(
            run=by_steps(broken.lstm_step_cell_not_squashed), drawn=LSTMS
        ),
        "The forget gate weighs the candidate, and the input gate the old cell.": reading(
            run=by_steps(broken.lstm_step_forget_and_input_swapped), drawn=LSTMS
        ),
        "The gates read the cell, and not the state, of the step before.": reading(
            run=by_steps(broken.lstm_step_gates_read_the_cell), drawn=LSTMS
        ),
        "Six equations define the LSTM: four gates, the candidate being one, the cell and the state.": reading(
            run=by_steps(broken.lstm_step_candidate_as_a_gate), drawn=LSTMS
        ),
        "Six equations define the GRU: what comes next depends on the state h alone, and not on a cell besides.": reading(
            the_state_alone_decides_what_comes_next, run=lstm.run, drawn=LSTMS
        ),
    },
    fails_for={
        "near miss: the forget bias too large by 10⁻⁹": reading(run=by_steps(broken.lstm_step_forget_nearly), drawn=LSTMS),
        "gates fed the token before": reading(run=broken.lstm_run_gates_one_token_late, drawn=LSTMS),
        "the weights stacked in ONNX's order and read in torch's": reading(
            run=by_steps(broken.lstm_step_in_onnx_order), drawn=LSTMS
        ),
        "the biases left out": reading(run=by_steps(broken.lstm_step_without_biases), drawn=LSTMS),
    },
    teach="They are torch.nn.LSTM's to the last few bits, gradients included; only the order in which it stores the weights "
    "differs. The forget gate came later than the cell: it was first shown in September 1999.",
    not_shown="Long runs: expansive weights amplify rounding, so that two right implementations drift apart.",
    cites=("hochreiter1997", "gers1999", "gers2000"),
)
def the_equations_are_torchs(run: Run, drawn: SeededLSTM) -> None:
    x, h, C = drawn.numbers()
    mine, theirs = x.clone().requires_grad_(), x.clone().requires_grad_()
    hs, Cs = run(drawn.network, mine, (h, C))
    ours, want = (hs, Cs[-1]), torch_lstm(drawn.network, theirs, h, C)
    within = rounding(1000, float(C.abs().max()) + drawn.n)  # 8 steps of some 30 roundings each, which later steps may enlarge
    close(ours[0], want[0], within, "states h_1 to h_n")
    close(ours[1], want[1], within, "cell C_n")
    got, expected = (torch.autograd.grad(hs.sum() + C_n.sum(), leaf)[0] for (hs, C_n), leaf in ((ours, mine), (want, theirs)))
    close(got, expected, within, "gradient of the inputs")


# --- the highway ----------------------------------------------------------------------------------------------------


Follow = Callable[[lstm.LSTM, torch.Tensor], torch.Tensor]
OVER_ALL = only(lstm.cell_jacobian, "the gradient over all paths")
ALONG = only(lstm.jacobian_along_the_cell, "the gradient along the cell, h held fixed")
NEARLY_ALONG = only(
    partial(lstm.jacobian_along_the_cell, step=partial(broken.lstm_step_forget_nearly, by=1e-12)),
    "the same, the forget bias too large by 10⁻¹²",
)

GATES_EXCHANGED = only(
    partial(lstm.jacobian_along_the_cell, step=broken.lstm_step_forget_and_input_swapped), "the same, f and i exchanged"
)


def state_jacobian(p: lstm.LSTM, x: torch.Tensor) -> torch.Tensor:
    """dh_T/dh_1 over all paths."""
    zero = torch.zeros_like(p.b_f)
    h, C = lstm.step(p, (zero, zero), x[0])
    first = h.detach().requires_grad_()
    last = unroll(partial(lstm.step, p), (first, C), x[1:])[-1][0]
    return torch.stack([torch.autograd.grad(h, first, retain_graph=True)[0] for h in last])


def the_cell_gradient_is_the_product_of_input_gates(run: LSTMRun) -> None:
    p, x = run.network, run.inputs
    hs, _ = lstm.run(p, x)
    product = torch.diag(lstm.gates(p, hs[:-1], x[1:])[1].prod(0))
    close(lstm.cell_jacobian(p, x), product, rounding(40 * len(x)), "dC_T/dC_1")


def the_first_gate_counts_as_well(run: LSTMRun) -> None:
    p, x = run.network, run.inputs
    close(lstm.cell_jacobian(p, x), torch.diag(lstm.forget_gates(p, x).prod(0)), rounding(40 * len(x)), "dC_T/dC_1")


@claim(
    "forgetting.cell-is-a-highway",
    says="The cell state is a highway for gradients: on the way from a cell back to an earlier one they meet the forget gates "
    "and nothing else.",
    lines=(220,),
    expect="qualified",
    uses=("forgetting.lstm-equations",),
    by=search(cases=100),
    as_written=reading(run=lstm_runs(widest=1), gradient=OVER_ALL),
    amended={
        "of all paths the one along the cell is meant": reading(run=lstm_runs(), gradient=ALONG),
        "neither f nor i nor the candidate reads h (the output gate may)": reading(run=lstm_runs(reads_h="o"), gradient=OVER_ALL),
    },
    altered={
        "Where neither f nor i nor C̃ reads h, gradients meet forget gates alone from a state h to an earlier one.": reading(
            run=lstm_runs(reads_h="o"), gradient=state_jacobian
        ),
        "Where neither f nor i nor C̃ reads h, gradients meet input gates alone from a cell to an earlier one.": reading(
            the_cell_gradient_is_the_product_of_input_gates, run=lstm_runs(reads_h="o")
        ),
        "Where neither f nor i nor C̃ reads h, they meet all forget gates, the one that made the earlier cell too.": reading(
            the_first_gate_counts_as_well, run=lstm_runs(reads_h="o")
        ),
    },
    fails_for={
        "near miss: along the cell, the forget bias too large by 10⁻¹²": reading(run=lstm_runs(), gradient=NEARLY_ALONG),
        "along the cell, f and i exchanged": reading(run=lstm_runs(widest=1), gradient=GATES_EXCHANGED),
        "near miss: recurrent weights times 10⁻¹¹": reading(run=lstm_runs(recurrent=1e-11, widest=1), gradient=OVER_ALL),
        "of the gates only f reads h": reading(run=lstm_runs(reads_h="f", widest=1), gradient=OVER_ALL),
        "of the gates only i reads h": reading(run=lstm_runs(reads_h="i", widest=1), gradient=OVER_ALL),
        "only the candidate reads h": reading(run=lstm_runs(reads_h="C", widest=1), gradient=OVER_ALL),
    },
    teach="Along the cell the gradient is f_{k+1}·…·f_T, at most 1: a path that is always there. But it is one among many: f, "
    "i and C̃ read h, and h reads C. The side roads can add far more than the highway carries. The product is exact where "
    "nothing that feeds C reads h, and in general only there.",
    not_shown="How much the side roads carry in a trained network.",
    cites=("hochreiter1997", "gers2000"),
    figure=gap_by_recurrent_weight,
)
def the_cell_gradient_is_the_product_of_forget_gates(run: LSTMRun, gradient: Follow) -> None:
    found = gradient(run.network, run.inputs)
    product = torch.diag(lstm.forget_gates(run.network, run.inputs)[1:].prod(0))
    show("dC_T/dC_1", found)
    show("product of the forget gates", product)
    close(found, product, rounding(40 * len(run.x)), "dC_T/dC_1")


# --- what a gate that is set does -----------------------------------------------------------------------------------

Look = Callable[[lstm.LSTM, LSTMStart], torch.Tensor]
SetGates = Callable[[lstm.LSTM, float], lstm.LSTM]

BOTH_WAYS = cases((4, 8, 12, -4, -8, -12))  # pre-activations, for gates of 0.98, 0.9997, 0.999994 and of one minus these


def forget_gate_set(p: lstm.LSTM, a: float) -> lstm.LSTM:
    return gate_set(p, "f", a)


def the_other_way(p: lstm.LSTM, a: float) -> lstm.LSTM:
    return gate_set(p, "f", -a)


def input_gate_set(p: lstm.LSTM, a: float) -> lstm.LSTM:
    return gate_set(p, "i", a)


def input_gate_shut_as_well(p: lstm.LSTM, a: float) -> lstm.LSTM:
    return gate_set(gate_set(p, "f", a), "i", -abs(a))


def both_set_nearly(p: lstm.LSTM, a: float) -> lstm.LSTM:
    return input_gate_shut_as_well(p, a - np.sign(a) * 1e-4)


def half_open(p: lstm.LSTM, a: float) -> lstm.LSTM:
    return replace(input_gate_shut_as_well(p, a), W_f=0 * p.W_f, b_f=0 * p.b_f)


def the_cell(p: lstm.LSTM, start: LSTMStart) -> torch.Tensor:
    """C_n."""
    return start.last_cell(p, start.cell)


def share_of_the_old_cell(p: lstm.LSTM, start: LSTMStart) -> torch.Tensor:
    """What C_n owes to C_0: how it differs from that of a cell that began empty, all else equal."""
    return start.last_cell(p, start.cell) - start.last_cell(p, 0 * start.cell)


def one_unit(words: str, steps: int, C: float, **weights: float | list[float]) -> Domain:
    """Set by hand, from h = 0 and without inputs."""
    return only(LSTMStart(hand_set(**weights), bits(0), bits(C), np.zeros((steps, 1))), words)


AS_WRITTEN = {"set_gates": forget_gate_set, "look": share_of_the_old_cell}


@claim(
    "forgetting.gate-limits",
    says="A forget gate near one never lets go of what the cell holds, and one near zero always wipes it out.",
    lines=(220,),
    expect="qualified",
    uses=("forgetting.lstm-equations",),
    by=search(cases=100),
    as_written=reading(start=lstm_starts((1, 5), widest=1), a=BOTH_WAYS, set_gates=forget_gate_set, look=share_of_the_old_cell),
    amended={
        "one speaks of a single step and of the old cell's share in the new one": reading(
            start=lstm_starts((1, 1)), a=BOTH_WAYS, set_gates=forget_gate_set, look=share_of_the_old_cell
        ),
        "the input gate is near 0 as well": reading(
            start=lstm_starts((1, 5)), a=BOTH_WAYS, set_gates=input_gate_shut_as_well, look=the_cell
        ),
    },
    altered={
        "In a single step a forget gate near one wipes out the share of the old cell, and one near zero keeps it.": reading(
            start=lstm_starts((1, 1)), a=BOTH_WAYS, set_gates=the_other_way, look=share_of_the_old_cell
        ),
        "In a single step an input gate near one keeps the share of the old cell, and one near zero wipes it out.": reading(
            start=lstm_starts((1, 1)), a=BOTH_WAYS, set_gates=input_gate_set, look=share_of_the_old_cell
        ),
    },
    fails_for={
        "near miss: pre-activations of ±11.9999 held to the bound for ±12": reading(
            start=one_unit("C = 8, C̃ = -1, one step", 1, 8, b_C=-40), a=12, set_gates=both_set_nearly, look=the_cell
        ),
        "the input gate open, and the whole cell looked at": reading(
            start=lstm_starts((1, 1)), a=BOTH_WAYS, set_gates=forget_gate_set, look=the_cell
        ),
        "a forget gate at ½": reading(start=lstm_starts((1, 5)), a=BOTH_WAYS, set_gates=half_open, look=the_cell),
    },
    witness={
        "f = 0.9997 ten times over, and h rubs the cell out": reading(
            start=one_unit("C_0 = 1, i = o = 1, C̃ = -tanh h", 10, 1, W_C=[-1, 0], b_i=40, b_o=40), a=8, **AS_WRITTEN
        ),
        "f = 0.0003 ten times over, and through h the rest grows back": reading(
            start=one_unit("C_0 = 1, i = o = 1, C̃ = tanh 4h", 10, 1, W_C=[4, 0], b_i=40, b_o=40), a=-8, **AS_WRITTEN
        ),
    },
    teach="1 - σ(a) = σ(-a) < e^(-a): the gate comes exponentially near to 1 and to 0 and reaches neither. It acts on one "
    "term, f·C_{t-1}. To hold a cell still for n steps shut the input gate as well, with |a| of the order of log n; otherwise "
    "h may rub out a bit under an open forget gate, or carry one past a shut one.",
    not_shown="Which gates training sets so.",
    cites=("gers2000", "tallec2018"),
)
def a_set_gate_keeps_or_wipes_out(start: LSTMStart, a: float, set_gates: SetGates, look: Look) -> None:
    """With ε = e^(-|a|) and |C̃| < 1 a step moves the cell by at most ε(|C| + 1), or leaves at most that of it. It grows by at
    most ε a step meanwhile, so the bound below covers n steps."""
    n, epsilon = len(start.x), exp(-abs(a))
    size = float(start.cell.abs().max())
    left, wanted = look(set_gates(start.network, a), start), start.cell if a > 0 else 0 * start.cell
    show("the cell before", start.cell)
    show(f"{look.__name__.replace('_', ' ')} after {n} steps", left)
    bound, within = n * epsilon * (size + 1 + n * epsilon), rounding(20 * n, size + n)
    at_most(float((left - wanted).abs().max()), bound, f"distance from {'what was there' if a > 0 else 'nothing'}", within)
