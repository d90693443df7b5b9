"""Figures of chapter 3: norms and gradients over depth."""

from math import log
from typing import Any

import altair as alt
import torch

from claims.figures import Seen
from claims.kit.figures import heatmap, lines
from claims.networks import gradient_rate
from impls import bptt, elman


def norms_by_depth(_: Seen) -> alt.Chart:
    """Norm against depth for products whose factors all have eigenvalues below one."""
    nilpotent = torch.tensor([[0.0, 1.0], [0.0, 0.0]], dtype=torch.float64)
    swap = torch.tensor([[0.0, 2.0], [2.0, 0.0]], dtype=torch.float64)
    slopes = (torch.diag(torch.tensor(pair, dtype=torch.float64)) for pair in ((1.0, 0.09), (0.09, 1.0)))
    shear = torch.tensor([[0.9, 2.0], [0.0, 0.9]], dtype=torch.float64)
    chains = {
        "tanh network, slopes in turn (radius 0.6)": [slope @ swap for slope in slopes],
        "two nilpotent matrices in turn (radius 0)": [nilpotent, nilpotent.T],
        "one matrix with radius 0.9, not normal": [shear],
        "one matrix with norm 0.9": [0.9 * torch.eye(2, dtype=torch.float64)],
    }
    depths = range(1, 101, 3)
    rows = [
        {"factors": t, "log10 of the norm": bptt.log_norm(chain, t) / log(10), "chain": name}
        for name, chain in chains.items()
        for t in depths
    ]
    return lines(
        rows, x="factors", y="log10 of the norm", series="chain",
        title="Eigenvalues below 1 at every step: products may grow, stay or die out",
        says="Four products of up to 100 matrices whose eigenvalues are all below one. A tanh network's product grows to "
        "10^30, two nilpotent matrices keep norm 1, one repeated matrix first grows and then decays, one of norm 0.9 decays.",
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
