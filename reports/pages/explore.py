"""`explore.html`: closed formulas to turn by hand. Arithmetic that illustrates a claim, and no evidence for any."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import cosh, exp, floor, log, log1p, log10
from typing import NamedTuple


class Slider(NamedTuple):
    """What can be turned, from where to where, and where it stands at first."""

    name: str
    says: str
    low: float
    high: float
    step: float
    start: float


@dataclass(frozen=True)
class Curve:
    """A gain over `across`, in powers of ten: `power(settings, x)`, in the script under the same id. Which claims it
    illustrates is for a text to say (`formulas` in its `text.toml`)."""

    id: str
    title: str
    formula: str
    says: str
    sliders: Sequence[Slider]
    across: str
    xs: Sequence[float]
    power: Callable[[Mapping[str, float], float], float]
    settings: Sequence[float]

    @property
    def columns(self) -> list[str]:
        """What stands above the table."""
        return [f"{x:g}" for x in self.xs]

    def rows(self) -> list[tuple[str, list[str]]]:
        """What some settings of the first slider come to at each x, the other sliders as they stand at first."""
        start = {one.name: one.start for one in self.sliders}
        turned = self.sliders[0]
        return [
            (f"{turned.says} {value:g}", [power_of_ten(self.power(start | {turned.name: value}, x)) for x in self.xs])
            for value in self.settings
        ]


@dataclass(frozen=True)
class Shares:
    """What adds up to one, a share for each slider but the first: `shares(settings)`, in the script under the same id."""

    id: str
    title: str
    formula: str
    says: str
    sliders: Sequence[Slider]
    across: str
    shares: Callable[[Mapping[str, float]], list[float]]
    settings: Sequence[float]

    @property
    def columns(self) -> list[str]:
        """What stands above the table."""
        return [f"{one.says} {one.start:g}" for one in self.sliders[1:]]

    def rows(self) -> list[tuple[str, list[str]]]:
        """What some settings of the first slider come to, the other sliders as they stand at first."""
        start = {one.name: one.start for one in self.sliders}
        turned = self.sliders[0]
        return [
            (f"{turned.says} {value:g}", [share_of_one(one) for one in self.shares(start | {turned.name: value})])
            for value in self.settings
        ]


def softmax(scores: Sequence[float], divided_by: float) -> list[float]:
    """exp(s/T) over their sum, the largest score taken off first, so that nothing overflows."""
    most = max(scores)
    powers = [exp((one - most) / divided_by) for one in scores]
    return [one / sum(powers) for one in powers]


def share_of_one(share: float) -> str:
    """A share with three digits."""
    return f"{share:.3f}" if share >= 0.0005 else "under 0.001"


def power_of_ten(power: float) -> str:
    """A number from its logarithm, with three digits where it is of a usual size."""
    if -4 <= power <= 3:
        return f"{10**power:.3g}"
    whole = floor(power)
    return f"{10 ** (power - whole):.1f}·10^{whole}"


CURVES = (
    Curve(
        "radius", "Spectral radius against depth", "ρ^t",
        "What is left after t steps of one and the same symmetric matrix, whose largest modulus of an eigenvalue is ρ. For other "
        "matrices this is what happens in the end; before that, the product may grow.",
        (Slider("rho", "ρ =", 0.5, 1.5, 0.01, 0.9),), "depth t", (0, 10, 20, 50, 100),
        lambda at, t: t * log10(at["rho"]),
        (0.5, 0.9, 0.99, 1.0, 1.01, 1.1),
    ),
    Curve(
        "gain", "Gain against input scale", "(w·(1 - tanh²(a)))^T",
        "What is left after T steps of a tanh unit with recurrent weight w, if every step drives it to the same a, weighted "
        "state and input together. Small drives let the weight through; large ones saturate the unit, and no weight makes "
        "up for that.",
        (
            Slider("w", "w =", 0.5, 4, 0.05, 1.5),
            Slider("T", "T =", 1, 100, 1, 50),
        ), "drive a", (0, 0.25, 0.5, 1, 2, 3),
        lambda at, a: at["T"] * log10(at["w"] / cosh(a) ** 2),
        (0.5, 1.0, 1.5, 2.0, 4.0),
    ),
    Curve(
        "forget", "Forget bias against lag", "σ(b)^n",
        "What an LSTM's cell keeps over n steps when its forget gate sees nothing but its bias b. A gate that is half open "
        "forgets in a few steps; to keep half over n steps takes a bias of about log n.",
        (Slider("b", "b =", -2, 8, 0.1, 0),), "lag n", (1, 10, 30, 50, 100, 200),
        lambda at, n: -n * log1p(exp(-at["b"])) / log(10),
        (0.0, 1.0, 2.0, 4.0, 6.0),
    ),
)  # fmt: skip

SHARES = (
    Shares(
        "softmax", "Scores to weights", "softmax(s/T)",
        "The weights of three keys whose scores are s, each divided by T: the temperature, or √d where d is the width of a "
        "head. Only differences of scores count. A large T makes the weights alike, a small one leaves nearly all to the largest "
        "score.",
        (
            Slider("T", "T =", 0.25, 16, 0.25, 1),
            Slider("a", "first score =", -10, 10, 0.5, 2), Slider("b", "second score =", -10, 10, 0.5, 1),
            Slider("c", "third score =", -10, 10, 0.5, -1),
        ), "weights of the keys",
        lambda at: softmax([at["a"], at["b"], at["c"]], at["T"]),
        (0.25, 0.5, 1.0, 2.0, 8.0, 16.0),
    ),
)  # fmt: skip

FORMULAS = (*CURVES, *SHARES)
