"""Delayed recall: a network reads symbols and says which came first."""

import math
from collections.abc import Iterator

import torch

from claims.evidence.runs import Ran, experiment, ran
from claims.kit import reading
from claims.kit.domains import seeds
from claims.kit.reading import Check, Reading
from claims.subjects.trained.fair import HOW, Setting, at_best_rate, settings
from impls.learning import reader, tasks, training

SYMBOLS, WIDTH, BATCH, STEPS = 8, 32, 32, 600  # chance is 1/8
TASK = f"Naming the first of {SYMBOLS} symbols after a lag; at most {STEPS} steps of {BATCH} strings a budget"
SETTING = f"{TASK}; {HOW}"
UNTRAINED = f"Gradients before training, for random strings of {SYMBOLS} symbols"
FAR = (100, 200, 500)  # lags that training on shorter ones is tried at


@experiment
def recalling(
    seed: int,
    body: str,
    shortest: int,
    longest: int,
    rate: float,
    width: int = WIDTH,
    budgets: int = 1,
    window: int = 0,
    clipped: bool = True,
) -> Iterator[tuple[int, Ran]]:
    """A network learns to say which of 8 symbols came first, from lags between `shortest` and `longest`, in at most
    600 steps of 32 strings a budget; with a `window` its gradient goes back as many steps and no further.

    `accuracy`: the share of held-out strings, at the longest lag, after which it is right; `at 100` and so on: at others, where
    it was trained on several lags or on one as long."""
    task, model = tasks.recall(SYMBOLS, longest, shortest), drawn(seed, body, longest, width)
    budget = training.Budget(STEPS, BATCH, rate, max_norm=1.0 if clipped else math.inf, enough=0.01)

    def loss(p: reader.Reader, source: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
        return reader.truncated_loss(p, source, answers, window) if window else reader.loss(p, source, answers)

    far = FAR if shortest < longest or longest in FAR else ()
    tests = {"accuracy": tasks.recall(SYMBOLS, longest)} | {f"at {lag}": tasks.recall(SYMBOLS, lag) for lag in far}
    for spent, trained in training.course(model, task, seed, budget, loss, list(tests.values()), budgets):
        right = {name: reader.accuracy(trained.model, *training.held_out(test, seed)) for name, test in tests.items()}
        yield spent, ran(trained.losses, **training.spent(trained), **right)


# Training that sees no short lag, from three starts, at two widths and over two lags.
LATE = settings(("LSTM", 32, 30), ("LSTM, orthogonal", 128, 30), ("LSTM, forget bias 1", 32, 100))
LONG = settings(("LSTM", 32, 100), ("LSTM, forget bias 1", 32, 100), ("LSTM, orthogonal", 128, 100))


def recalled(seed: int, one: Setting, mixed: bool = False, budgets: int = 1, window: int = 0) -> Ran:
    """What training at the best rate comes to, on lags up to that length, all of them `mixed` or that one alone. A window that
    reaches the first token cuts nothing off."""
    shortest, cut = 1 if mixed else one.length, window if window <= one.length else 0
    return at_best_rate(
        recalling,
        seed,
        body=one.body,
        width=one.width,
        shortest=shortest,
        longest=one.length,
        budgets=budgets,
        window=cut,
    )


def drawn(seed: int, body: str, lag: int, width: int = WIDTH) -> reader.Reader:
    """The network before training."""
    return reader.draw(body, SYMBOLS, width, longest=lag + 2, generator=torch.Generator().manual_seed(seed))


def share_that_arrives(seed: int, body: str, lag: int, width: int = WIDTH) -> float:
    """The gradient of the untrained network's answer by the first token, as a share of that by the last: norms, one string.

    Two digits of it, worked out in double precision: weights are drawn in single, whose last bits are the processor's own."""
    single = drawn(seed, body, lag, width)
    model = training.rebuilt(single, (part.double() for part in training.tensors(single)))
    source = torch.randint(SYMBOLS, (lag + 1, 1), generator=torch.Generator().manual_seed(seed))
    embedded = torch.nn.functional.embedding(source, model.embed).requires_grad_()
    answer = reader.read(model, embedded)[0, 0, int(source[0])]
    (gradient,) = torch.autograd.grad(answer, embedded)
    return float(f"{float(gradient[0].norm() / gradient[-1].norm()):.2g}")


USUAL = "LSTM", "LSTM, orthogonal", "LSTM, forget bias 1"  # starts of an LSTM that were made for no lag


def before_training(*bodies: str, lag: int, check: Check | None = None) -> Reading:
    """A reading of untrained networks of two widths, each of them a setting."""
    return reading(check, seed=seeds(), each=settings(*((body, width, lag) for body in bodies for width in (32, 128))))


def least_that_arrives(seed: int, each: tuple[Setting, ...]) -> tuple[float, Setting]:
    """The share that arrives in the setting in which it is least, and that setting."""
    return min(_shares(seed, each), key=_share)


def most_that_arrives(seed: int, each: tuple[Setting, ...]) -> tuple[float, Setting]:
    """The same where it is most."""
    return max(_shares(seed, each), key=_share)


def _shares(seed: int, each: tuple[Setting, ...]) -> Iterator[tuple[float, Setting]]:
    return ((share_that_arrives(seed, one.body, one.length, one.width), one) for one in each)


def _share(found: tuple[float, Setting]) -> float:
    return found[0]
