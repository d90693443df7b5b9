"""Networks that read in one direction or both, and how soon a recurrence and a Transformer come to the same loss."""

import torch

from claims.evidence.runs import Ran, experiment, ran
from claims.subjects.trained.fair import HOW, Setting, at_best_rate
from impls.learning import language, reader, tasks, training

SYMBOLS, LENGTH, WIDTH, BATCH, STEPS = 8, 10, 32, 32, 400
TARGETS = {"spelling": 1.0, "recall": 0.1}  # nats
WIDTHS = {"LSTM": 56, "attention": 48, "Transformer": 32}  # so that all have about as many parameters

SETTING = (
    f"Naming the symbol that follows, strings of {LENGTH} or {2 * LENGTH}, {SYMBOLS} symbols; at most {STEPS} steps of {BATCH} "
    f"strings; {HOW}"
)
SPELLING = f"Spelling a text of a thousand letters; as many parameters each; steps of {BATCH} strings; {HOW}"


@experiment
def foretelling(seed: int, body: str, width: int, length: int, rate: float) -> Ran:
    """A network learns to say at each of so many symbols which one follows, in at most 400 steps of 32 strings.

    `accuracy`: the share of symbols in held-out strings that it foretells. Chance is 1/8."""
    task = tasks.foretell(SYMBOLS, length)
    model = reader.draw(body, SYMBOLS, width, length, torch.Generator().manual_seed(seed))
    trained = training.train(model, task, seed, training.Budget(STEPS, BATCH, rate, enough=0.01), reader.loss)
    right = reader.accuracy(trained.model, *training.held_out(task, seed))
    return ran(trained.losses, **training.spent(trained), accuracy=right)


def foretold(seed: int, one: Setting) -> float:
    """The share that training at the best rate comes to."""
    return at_best_rate(foretelling, seed, body=one.body, width=one.width, length=one.length)["accuracy"]


@experiment
def reaching(seed: int, task: str, body: str, rate: float, most: int) -> Ran:
    """A network learns to spell a text of a thousand letters, or to recall the first of 31 symbols, until the mean loss of 20
    steps is 1 nat a letter, or 0.1 nats, or `most` steps of 32 strings are over; `steps` is how many it took.

    An LSTM has width 56, one layer of attention 48, a Transformer of two layers 32: between 26 000 and 29 000 parameters."""
    chosen = language.spelling(32) if task == "spelling" else tasks.recall(SYMBOLS, 30)
    model = reader.draw(body, chosen.vocabulary, WIDTHS[body], 32, torch.Generator().manual_seed(seed))
    trained = training.train(model, chosen, seed, training.Budget(most, BATCH, rate, enough=TARGETS[task]), reader.loss)
    return ran(trained.losses, **training.spent(trained))
