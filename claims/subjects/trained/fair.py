"""Equal treatment: every network gets the learning rate that does best for it, of the same few, on seeds that no trial uses; and
a general sentence is tried in several settings."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from claims.evidence.runs import Experiment, Ran
from claims.kit import Domain, Look, only, trials

RATES = (1e-3, 3e-3, 1e-2)
HOW = f"Adam, best of {len(RATES)} learning rates, float32 on a CPU"  # as every scope says
THREE_STARTS = "LSTMs as torch draws them, with orthogonal weights and no bias, or with a forget bias of 1"
BY_TRAINING = trials(seeds=41, alpha=6.2e-5, looked=[Look(14, 6.2e-5)])  # 14 seeds settle it where none is lost
DISCARDED = (0,)  # no trial has so small a seed
LEARNT, NOT_LEARNT = 0.9, 0.25  # of answers that are right; the latter is twice chance among 8 symbols
STAYS = 0.05  # an accuracy, or BLEU as a share of 100, that falls by no more stays; one that falls by more falls
VANISHED = 1e-3  # a gradient of which so little arrives of what the last token gets


@dataclass(frozen=True)
class Setting:
    """A network as somebody may well begin with it: its body, whose name says how it starts, how wide it is, and how long the
    strings are (or what else there is more or less of)."""

    body: str
    width: int
    length: int

    def __str__(self) -> str:
        return f"{self.body}, width {self.width}, length {self.length}"


def settings(*each: tuple[str, int, int]) -> Domain:
    """The settings of these bodies, widths and lengths, as one value: a statement is to hold in each."""
    every = tuple(Setting(*one) for one in each)
    return only(every, "; ".join(map(str, every)))


def at_best_rate(run: Experiment, seed: int, **arguments: Any) -> Ran:
    """The run of this seed at the rate that does best for these arguments, at the plain budget where `budgets` says more."""
    plain = arguments | ({"budgets": 1} if "budgets" in arguments else {})
    return run(seed=seed, rate=best_rate(run, **plain), **arguments)


def best_rate(run: Experiment, **arguments: Any) -> float:
    """The rate with which training ends soonest or, where it takes all of its budget, with the lowest loss. One that diverges
    comes last."""

    def cost(rate: float) -> tuple[float, float]:
        tried = [run(seed=seed, rate=rate, **arguments).measured for seed in DISCARDED]
        return _total(one["steps"] for one in tried), _total(one["loss"] for one in tried)

    return min(RATES, key=cost)


def one_of_each(seed: int, *choices: Sequence[Any]) -> Iterator[Any]:
    """One of each of these, so that every combination belongs to as many seeds as any other."""
    for each in choices:
        seed, place = divmod(seed, len(each))
        yield each[place]


def _total(numbers: Iterable[float | None]) -> float:
    return sum(inf if number is None else number for number in numbers)
