"""The sixteen ways to write the chain rule of a tanh network down, of which two are right for vectors."""

from dataclasses import dataclass
from itertools import product as every_pair

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Convention:
    """One of sixteen ways to write the chain rule down: the factor, the order of the factors, the side of the gradient."""

    factor: str
    order: str
    side: str
    slopes_too_large_by: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.factor}, {self.order}, {self.side}"

    def gradient(self, W: Matrix, slopes: list[Matrix], g: Matrix) -> Matrix:
        steep = [(1 + self.slopes_too_large_by) * slope for slope in slopes]
        factors = [{"D·W": D @ W, "W·D": W @ D, "D·Wᵀ": D @ W.T, "Wᵀ·D": W.T @ D}[self.factor] for D in map(np.diag, steep)]
        ordered = factors[::-1] if self.order == "latest first" else factors
        whole = np.linalg.multi_dot([np.eye(len(W)), np.eye(len(W)), *ordered])
        return g @ whole if self.side == "row on the left" else whole @ g


CONVENTIONS = [
    Convention(*choice)
    for choice in every_pair(
        ("D·W", "W·D", "D·Wᵀ", "Wᵀ·D"), ("latest first", "earliest first"), ("row on the left", "column on the right")
    )
]
AS_PRINTED = Convention("Wᵀ·D", "earliest first", "row on the left")
RIGHT = (
    Convention("D·W", "latest first", "row on the left"),
    Convention("Wᵀ·D", "earliest first", "column on the right"),
)
