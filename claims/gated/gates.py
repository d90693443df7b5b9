"""What gates do to gradients, and the table of what they improve."""

import numpy as np
import torch

from claims.kit import at_most, claim, reading, rounding, search, show
from claims.memories import LSTMRun, hand_set, lstm_runs
from impls import lstm

# --- gradients through gates ----------------------------------------------------------------------------------------

SIGMOID_2 = 1 / (1 + np.exp(-2.0))  # 0.881, the largest forget gate where `forget=2`


def steep_candidate(steps: int) -> LSTMRun:
    """f = i = 1/2, o = 1 and C̃ = tanh(8h), in a state of zeros: each step multiplies the gradient by 1/2 + 8/2."""
    return LSTMRun(hand_set(W_C=[8, 0], b_o=40), np.zeros((steps, 1)))


@claim(
    "gated.multiplicative-decay",
    says="Forget gates that stay below one multiply up, so gradients of distant steps decay exponentially.",
    lines=(302, 495),
    expect="qualified",
    by=search(cases=100),
    as_written=reading(run=lstm_runs(steps=(10, 10), forget=2, widest=1), rate=0.99),
    amended={
        "neither f nor i nor the candidate reads h; f ≤ γ at every step": reading(
            run=lstm_runs(steps=(2, 10), forget=2, reads_h="o"), rate=SIGMOID_2
        )
    },
    fails_for={
        "near miss: recurrent weights times 10⁻⁸": reading(
            run=lstm_runs(steps=(2, 4), forget=2, recurrent=1e-8, widest=1), rate=SIGMOID_2
        ),
        "near miss: f up to 0.891 for γ = 0.881": reading(
            run=lstm_runs(steps=(10, 10), forget=2.1, reads_h="o", widest=1), rate=SIGMOID_2
        ),
        "f = 1": reading(run=lstm_runs(steps=(2, 10), forget=40, reads_h="o", widest=1), rate=0.99),
    },
    witness={"f = 1/2 at all of 100 steps, the gradient grows 4.5-fold at each": reading(run=steep_candidate(100), rate=0.99)},
    teach="The product of forget gates does decay, that is arithmetic. The gradient is that product only if nothing that feeds "
    "the cell reads h; otherwise the path through h may outgrow it: with f = 1/2 at every step dC_T/dC_1 can be 4.5^(T-1).",
    not_shown="Whether the forget gates of trained networks stay below one, and by how much.",
    cites=("hochreiter1997", "gers2000"),
)
def the_cell_gradient_decays(run: LSTMRun, rate: float) -> None:
    gates = lstm.forget_gates(run.network, run.inputs)[1:]
    norm = float(torch.linalg.matrix_norm(lstm.cell_jacobian(run.network, run.inputs), 2))
    show("largest forget gate", float(gates.max()))
    show("product of the forget gates", gates.prod(0))
    show(f"norm of dC_T/dC_1 over {len(gates)} steps", norm)
    at_most(norm, rate ** len(gates) * (1 + rounding(40 * len(run.x))), f"norm of dC_T/dC_1 over {len(gates)} steps")
