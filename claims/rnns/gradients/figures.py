"""Figures of chapter 3: norms and gradients over depth."""

from math import exp, log
from typing import Any

import altair as alt
import torch

from claims.kit.figures import Seen, heatmap, lines
from claims.subjects.networks import gradient_rate
from impls.learning import bptt
from impls.recurrent import elman


def norms_by_depth(_: Seen) -> alt.Chart:
    """Norm against depth for products whose factors all have eigenvalues below one."""
    nilpotent = torch.tensor([[0.0, 1.0], [0.0, 0.0]], dtype=torch.float64)
    swap = torch.tensor([[0.0, 2.0], [2.0, 0.0]], dtype=torch.float64)
    slopes = (torch.diag(torch.tensor(pair, dtype=torch.float64)) for pair in ((1.0, 1 / 16), (1 / 16, 1.0)))
    shear = torch.tensor([[0.9, 2.0], [0.0, 0.9]], dtype=torch.float64)
    chains = {
        "as written: a tanh network, |λ| = ½ at every step": [slope @ swap for slope in slopes],
        "as written: two matrices in turn, λ = 0": [nilpotent, nilpotent.T],
        "as corrected: one matrix throughout, |λ| = 0.9": [shear],
        "as corrected: singular values 0.9": [0.9 * torch.eye(2, dtype=torch.float64)],
    }
    rows = [
        {"factors": t, "log10 of the norm": bptt.log_norm(chain, t) / log(10), "chain": name}
        for name, chain in chains.items()
        for t in range(1, 101, 3)
    ]
    return lines(
        rows, x="factors", y="log10 of the norm", series="chain",
        title="Eigenvalues below 1 promise nothing, unless the matrix stays the same",
        says="Norms of four products of up to 100 matrices whose eigenvalues are all below one. As the statement is written: a "
        "tanh network's product grows to 10^30, two matrices in turn keep norm 1. As corrected: one repeated matrix first "
        "grows and then decays, one of singular values 0.9 decays from the start.",
    )  # fmt: skip


def powers_of_one_matrix(_: Seen) -> alt.Chart:
    """Norm of the k-th power against k, for matrices with the same eigenvalues and more and more beside the diagonal."""
    rows = []
    for beside in (0.0, 0.5, 2.0, 5.0, 20.0):
        J = torch.tensor([[0.9, beside], [0.0, 0.9]], dtype=torch.float64)
        name = f"{beside:g} beside the diagonal" + (": normal" if beside == 0 else "")
        rows += [{"step k": k, "norm of the k-th power": exp(bptt.log_norm([J], k)), "matrix": name} for k in range(1, 101, 3)]
    return lines(
        rows, x="step k", y="norm of the k-th power", series="matrix", log_y=True,
        title="All eigenvalues are 0.9: the less normal the matrix, the higher its powers climb",
        says="Five curves for the matrix with 0.9 twice on the diagonal and 0, 0.5, 2, 5 or 20 beside it. With 0 the norm falls "
        "from the start. The others climb for about nine steps, to 2, 8, 19 and 77, and are back below 1 after up to 69 steps.",
    )  # fmt: skip


def gradient_rate_map(_: Seen) -> alt.Chart:
    """Growth per step over the plane of gain and input scale, for two initialisations."""
    rows: list[dict[str, Any]] = []
    for name, start in {"uniform (torch's default)": elman.draw, "orthogonal": elman.orthogonal}.items():
        for gain in (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0):
            for scale in (0.01, 0.03, 0.1, 0.3, 1.0, 3.0):
                rows.append(
                    {"start": name, "gain": gain, "input scale": scale, "decades in 100 steps": _decades(start, gain, scale)}
                )
    return heatmap(
        rows, x="input scale", y="gain", value="decades in 100 steps", panel="start",
        title="Gradients vanish at small gain (blue), explode at large (orange), and do neither on a line between",
        says="Two maps of how many powers of ten the gradient changes in 100 steps, one seed each, over input scale and gain of "
        "the recurrent weights. With inputs of size 1 it vanishes up to a gain of 1.25 for orthogonal weights and 2 for uniform "
        "ones, and changes little at 1.5 and 3; orthogonal weights of gain 1 and tiny inputs lose one power of ten.",
    )  # fmt: skip


def _decades(start: Any, gain: float, scale: float, seed: int = 0) -> float:
    return round(gradient_rate(seed, start, gain, scale) * 100 / log(10), 2)
