"""Figures of chapter 5: what a state keeps."""

import altair as alt
import torch

from claims.kit.figures import Seen, lines
from claims.rnns.forgetting.by_hand import constant_gate, feedback, latch
from impls.recurrent import lstm


def gap_by_recurrent_weight(_: Seen) -> alt.Chart:
    """How far dC_T/dC_1 is from the product of the forget gates, as the gates come to read h."""
    generator = torch.Generator().manual_seed(0)
    network, x = lstm.draw(8, 8, generator), torch.randn(10, 8, generator=generator, dtype=torch.float64)
    names = {"f": "the forget gate", "i": "the input gate", "C": "the candidate", "fiC": "all three"}
    rows = []
    for readers, name in names.items():
        blind = "".join(gate for gate in "fiC" if gate not in readers)
        for exponent in range(-10, 1):
            p = lstm.without_recurrence(lstm.without_recurrence(network, blind), readers, 10.0**exponent)
            gap = float((lstm.cell_jacobian(p, x) - torch.diag(lstm.forget_gates(p, x)[1:].prod(0))).abs().max())
            row = {"recurrent weights (times the drawn ones)": 10.0**exponent, "reads h": name}
            rows.append(row | {"gap (largest entry)": float(f"{gap:.3g}")})  # 10⁻¹³ is left of 1: more digits are rounding
    return lines(
        rows, x="recurrent weights (times the drawn ones)", y="gap (largest entry)", series="reads h", log_x=True, log_y=True,
        title="Any gate but the output gate opens a side road for the gradient",
        says="Four straight lines on logarithmic axes: the gap between dC_T/dC_1 and the product of the forget gates grows in "
        "proportion to the recurrent weights, whichever of f, i and the candidate reads h. For the output gate it is zero.",
    )  # fmt: skip


def share_kept_by_steps(_: Seen) -> alt.Chart:
    """What is left of a difference between two cells, for three LSTMs."""
    made = {
        "latch: f rounds to 1": latch,
        "feedback: f = 0.881, the candidate reads h": feedback,
        "f = 0.881, no gate reads h": lambda lag: constant_gate(2.0, lag),
    }
    rows = []
    for name, cell in made.items():
        for lag in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024):
            first, last = (float((C[0] - C[1]).norm()) for _, C in cell(lag).ends())
            share = last / first
            rows.append({"steps": lag, "difference of the cells (share of the first)": share, "cell": name})
    return lines(
        rows, x="steps", y="difference of the cells (share of the first)", series="cell", log_x=True,
        title="With the same forget gate of 0.881 one cell forgets in 50 steps and another never",
        says="Three curves over up to 1024 steps: the latch stays at 1, the feedback cell rises and stays, and the cell whose "
        "gates do not read h is at zero after some fifty steps.",
    )  # fmt: skip
