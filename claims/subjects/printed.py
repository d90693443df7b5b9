"""Figures as they are printed, each of which stands for every number that prints so, and models as the essay's tables list them.

What is worked out from figures here rises or falls with each of them, so it is smallest and largest at the ends of what they
stand for: two ends settle all the numbers between.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import log2
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Between:
    """Every number from `low` to `high`, all of them positive where they are multiplied or divided."""

    low: Fraction
    high: Fraction

    @property
    def name(self) -> str:
        return f"{float(self.low):.5g} to {float(self.high):.5g}"

    @property
    def doublings(self) -> tuple[float, float]:
        """Both ends as powers of 2."""
        return log2(self.low), log2(self.high)

    def __sub__(self, other: "Between") -> "Between":
        return Between(self.low - other.high, self.high - other.low)

    def __mul__(self, times: int) -> "Between":
        return Between(self.low * times, self.high * times)

    def __truediv__(self, other: "Between") -> "Between":
        return Between(self.low / other.high, self.high / other.low)


def printed(figure: str, unit: int = 1) -> Between:
    """The numbers, in that unit, that print so: 65 is 64.5 to 65.5, both ends included, since customs differ on halves.

    Final zeros after ~ are taken for a round number: ~380 is 375 to 385."""
    number = Decimal(figure.removeprefix("~"))
    number = number.normalize() if figure.startswith("~") else number
    half = Fraction(10) ** int(number.as_tuple().exponent) / 2
    return Between(Fraction(number) - half, Fraction(number) + half) * unit


@dataclass(frozen=True)
class Trained:
    """A model and what is printed about it: BLEU, millions of parameters, hours of training and on how many GPUs, and the
    estimated number of floating-point operations of its training."""

    name: str
    bleu: Between
    hours: Between | None = None
    gpus: int | None = None
    parameters: Between | None = None
    operations: Between | None = None
    recurrent: bool = False


Cost = Callable[[Trained], Between]


def parameters(model: Trained) -> Between:
    return told(model.parameters)


def by_the_clock(model: Trained) -> Between:
    """Hours."""
    return told(model.hours)


def gpu_hours(model: Trained) -> Between:
    """Hours times GPUs, whatever these can do."""
    return told(model.hours) * told(model.gpus)


def operations(model: Trained) -> Between:
    """Estimated, of the whole training."""
    return told(model.operations)


def told(figure: T | None) -> T:
    if figure is None:
        raise ValueError("nothing is printed about that")
    return figure


# The essay's own figures: lines 90 to 93, and the sizes of lines 368 to 371. The operations are published ones, see below.
BYTENET = Trained("ByteNet", printed("23.7"), hours=printed("~3", unit=24))
GNMT = Trained("GNMT", printed("26.3"), printed("~7", unit=24), gpus=4, parameters=printed("~380"), recurrent=True)
BASE = Trained(
    "Transformer base", printed("27.3"), printed("~12"), gpus=8, parameters=printed("65"), operations=printed("3.3e18")
)
BIG = Trained("Transformer big", printed("28.4"), printed("~3.5", unit=24), gpus=8, parameters=printed("213"))
TABLE = (BYTENET, GNMT, BASE, BIG)
CONVS2S = Trained("ConvS2S", printed("26.4"), parameters=printed("~268"))

# What was published: BLEU and operations by Vaswani et al. (2017, Table 2), size and time by Shazeer et al. (2017, Table 3).
GNMT_PUBLISHED = Trained(
    "GNMT as published, one model",
    printed("24.6"), printed("1", unit=24), gpus=96, parameters=printed("278"), operations=printed("2.3e19"), recurrent=True,
)  # fmt: skip
ENSEMBLE = Trained("GNMT, eight models together", printed("26.30"), operations=printed("1.8e20"), recurrent=True)
EXPERTS = Trained("an LSTM with a mixture of experts", printed("26.03"), operations=printed("2.0e19"), recurrent=True)
PUBLISHED = (GNMT_PUBLISHED, ENSEMBLE, EXPERTS)
# From English to French, the same source.
BASE_FRENCH = Trained("Transformer base, English to French", printed("38.1"), operations=printed("3.3e18"))
GNMT_FRENCH = Trained("GNMT, English to French", printed("39.92"), operations=printed("1.4e20"), recurrent=True)
