"""Translation models as the essay's tables list them, and as published: the figures are those of `claims.rnns.facts`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from claims.kit.facts.fact import Published
from claims.kit.facts.printed import Between, printed
from claims.rnns.facts import facts

T = TypeVar("T")


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


def stated(id: str) -> Between:
    """What the essay's figure in that row stands for; times in hours."""
    return facts()[id].said.figure.between


def published(id: str, **of: str) -> Between:
    """What the first published figure of that row stands for that is of these."""
    return facts()[id].stated(first_published(id, **of)).figure.between


def first_published(id: str, **of: str) -> Published:
    """The first published figure of that row that is of these."""
    fact = facts()[id]
    return next(one for one in fact.published if of.items() <= fact.configuration.but(one.of).given.items())


def count(figure: Between) -> int:
    """A number that is printed whole."""
    return round(figure.low + (figure.high - figure.low) / 2)


WMT, MT = "sequential.wmt14-table", "benchmarks.mt-table"

# By the essay: the first table for BLEU, time and GPUs, the second for sizes. Operations are published, see below.
BYTENET = Trained("ByteNet", stated(f"{WMT}.bytenet-bleu"), stated(f"{WMT}.bytenet-training-time"))
GNMT = Trained(
    "GNMT", stated(f"{WMT}.gnmt-bleu"), stated(f"{WMT}.gnmt-training-time"), count(stated(f"{WMT}.gnmt-hardware")),
    stated(f"{MT}.gnmt-params"), recurrent=True,
)  # fmt: skip
BASE = Trained(
    "Transformer base", stated(f"{WMT}.transformer-base-bleu"), stated(f"{WMT}.transformer-base-time"),
    count(stated(f"{WMT}.transformer-base-gpus")), stated(f"{MT}.base-params"), printed("3.3e18"),
)  # fmt: skip
BIG = Trained(
    "Transformer big", stated(f"{WMT}.transformer-big-bleu"), stated(f"{WMT}.transformer-big-time"),
    count(stated(f"{WMT}.transformer-big-gpus")), stated(f"{MT}.big-params"),
)  # fmt: skip
TABLE = (BYTENET, GNMT, BASE, BIG)
CONVS2S = Trained("ConvS2S", stated(f"{MT}.convs2s-bleu"), parameters=stated(f"{MT}.convs2s-params"))

# As published. The essay says nothing of operations, of the mixture of experts and of French: Vaswani et al. (2017, Table 2).
BASE_PUBLISHED = Trained(
    "Transformer base as published", published(f"{WMT}.transformer-base-bleu"), published(f"{WMT}.transformer-base-time"),
    count(published(f"{WMT}.transformer-base-gpus")), published(f"{MT}.base-params"), printed("3.3e18"),
)  # fmt: skip
GNMT_PUBLISHED = Trained(
    "GNMT as published, one model", published(f"{WMT}.gnmt-bleu", models="one model"), published(f"{WMT}.gnmt-training-time"),
    count(published(f"{WMT}.gnmt-hardware")), published(f"{MT}.gnmt-params"), printed("2.3e19"), recurrent=True,
)  # fmt: skip
ENSEMBLE = Trained(
    "GNMT, eight models together", published(f"{WMT}.gnmt-bleu", models="an ensemble of eight models"),
    operations=printed("1.8e20"), recurrent=True,
)  # fmt: skip
EXPERTS = Trained("an LSTM with a mixture of experts", printed("26.03"), operations=printed("2.0e19"), recurrent=True)
PUBLISHED = (GNMT_PUBLISHED, ENSEMBLE, EXPERTS)
BASE_FRENCH = Trained("Transformer base, English to French", printed("38.1"), operations=printed("3.3e18"))
GNMT_FRENCH = Trained("GNMT, English to French", printed("39.92"), operations=printed("1.4e20"), recurrent=True)
