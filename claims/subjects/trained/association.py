"""Associative recall: a network reads pairs of a key and a value, then a key, and says its value."""

from collections.abc import Iterator

import torch

from claims.evidence.runs import Ran, experiment, ran
from claims.subjects.trained.fair import HOW
from impls.learning import reader, tasks, training

KEYS, WIDTH, BATCH, STEPS = 12, 48, 64, 800
PAIRS = (2, 4, 8)
GUESS = {pairs: tasks.unbound(KEYS, pairs) for pairs in PAIRS}  # right answers without knowing which value belongs to which key

SETTING = (
    f"Associative recall of {PAIRS[0]} to {PAIRS[-1]} pairs of {KEYS} keys and {KEYS} values; at most {STEPS} "
    f"steps of {BATCH} strings a budget; {HOW}"
)


@experiment
def associating(seed: int, body: str, rate: float, width: int = WIDTH, budgets: int = 1) -> Iterator[tuple[int, Ran]]:
    """A network learns from 2 to 8 pairs of 12 keys and 12 values, in at most 800 steps of 64 strings a budget.

    `at 2`, `at 4` and `at 8`: the share of held-out strings of so many pairs whose value it says."""
    task = tasks.associate(KEYS, PAIRS[-1], PAIRS[0])
    tests = {f"at {pairs}": tasks.associate(KEYS, pairs) for pairs in PAIRS}
    model = reader.draw(body, task.vocabulary, width, longest=10, generator=torch.Generator().manual_seed(seed))
    budget = training.Budget(STEPS, BATCH, rate, enough=0.01)
    for spent, trained in training.course(model, task, seed, budget, reader.loss, list(tests.values()), budgets):
        right = {name: reader.accuracy(trained.model, *training.held_out(test, seed)) for name, test in tests.items()}
        yield spent, ran(trained.losses, **training.spent(trained), **right)
