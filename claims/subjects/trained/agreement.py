"""Language models on templated English: the number of a verb whose head noun stands some way back."""

from collections.abc import Iterator

import torch

from claims.evidence.runs import Ran, experiment, ran
from claims.subjects.trained.fair import HOW
from impls.learning import language, reader, training

WIDTH, BATCH, STEPS = 32, 32, 200
TRAINED, DISTANCES = 10, (1, 5, 10, 20)  # words between head and verb, in training at most and in the tests

SETTING = (
    f"Templated English, up to {TRAINED} words between head and verb in training; {STEPS} steps of {BATCH} sentences a "
    f"budget; {HOW}"
)


@experiment
def agreeing(seed: int, body: str, rate: float, width: int = WIDTH, budgets: int = 1) -> Iterator[tuple[int, Ran]]:
    """A language model reads sentences whose verb is up to 10 words from its head, in 200 steps of 32 a budget.

    `at 1` and so on: the share of held-out sentences of that distance, all nouns in between of the other number, where it gives
    the right one of two verbs the higher score; `mixed at 10`: the same with nouns of either number in between, `same at 10` of
    the head's; `opposite before, at 10`: of the head's in between, and of the other number before it."""
    task = language.agreement(TRAINED, shortest=0)
    tests = {f"at {distance}": language.agreement(distance, others="opposite") for distance in DISTANCES}
    tests |= {"mixed at 10": language.agreement(10), "same at 10": language.agreement(10, others="same")}
    tests["opposite before, at 10"] = language.agreement(10, others="opposite before")
    model = reader.draw(body, task.vocabulary, width, longest=30, generator=torch.Generator().manual_seed(seed))
    budget = training.Budget(STEPS, BATCH, rate)
    for spent, trained in training.course(model, task, seed, budget, reader.loss, list(tests.values()), budgets):
        right = {
            name: reader.accuracy(trained.model, *training.held_out(test, seed), among=language.VERBS)
            for name, test in tests.items()
        }
        yield spent, ran(trained.losses, **training.spent(trained), **right)
