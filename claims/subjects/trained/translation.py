"""Encoder-decoders that learn to write a string backwards, with attention and without."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan

import torch

from claims.evidence.runs import Ran, experiment, ran
from claims.kit import cannot_tell
from claims.subjects.trained.fair import HOW, LEARNT, Setting, at_best_rate
from impls.learning import tasks, training
from impls.translating import bleu, seq2seq

SYMBOLS, WIDTH, BATCH, STEPS = 16, 16, 32, 800

SETTING = (
    f"Writing random strings of {SYMBOLS} symbols backwards, an encoder-decoder of LSTMs for each length; at most "
    f"{STEPS} steps of {BATCH} strings a budget; {HOW}"
)


@experiment
def reversing(
    seed: int, attention: bool, length: int, rate: float, cell: str = "lstm", width: int = WIDTH, budgets: int = 1
) -> Iterator[tuple[int, Ran]]:
    """An encoder-decoder of such cells learns to write strings of that length backwards, 16 symbols, in at most 800 steps
    of 32 strings a budget.

    `accuracy`: the share of tokens that greedy decoding gets right on held-out strings; `bleu`: corpus BLEU of the same, 0 to
    100; `aligned`, with attention: the share of tokens for which the weight is largest at the very token to be written."""
    task = tasks.reverse(SYMBOLS, length)
    model = seq2seq.draw(SYMBOLS, width, torch.Generator().manual_seed(seed), cell, attention, torch.float32)
    source, target = training.held_out(task, seed)
    for spent, trained in training.course(model, task, seed, training.Budget(STEPS, BATCH, rate, enough=0.03), times=budgets):
        written = training.written(trained.model, source, target)
        right = {"accuracy": training.token_accuracy(written, target), "bleu": bleu.corpus(written, target)}
        if attention:
            right["aligned"] = seq2seq.aligned(trained.model, source, target)
        yield spent, ran(trained.losses, **training.spent(trained), **right)


@dataclass(frozen=True)
class TwoLengths:
    """Token accuracy, and BLEU where it was worked out, at a short length and a long one."""

    short: float
    long: float
    short_bleu: float = nan
    long_bleu: float = nan

    @property
    def fall(self) -> float:
        """By how much the accuracy is less at the long one."""
        return self.short - self.long

    @property
    def fall_in_bleu(self) -> float:
        """The same of BLEU, as a share of 100."""
        return (self.short_bleu - self.long_bleu) / 100


def at_lengths(seed: int, one: Setting, one_model: bool, attention: bool, short: int, budgets: int) -> TwoLengths:
    """What becomes of one model for all lengths, or of one for each."""
    return by_one_model(seed, one, attention, short) if one_model else at_two_lengths(seed, one, attention, short, budgets)


def model_of_its_own(seed: int, one: Setting, attention: bool, length: int, budgets: int) -> Ran:
    """What a model for that length alone comes to at the best rate."""
    return at_best_rate(reversing, seed, cell=one.body, width=one.width, attention=attention, length=length, budgets=budgets)


def at_two_lengths(seed: int, one: Setting, attention: bool, short: int, budgets: int) -> TwoLengths:
    """What becomes of a model for each of two lengths, at its best rate. Where the shorter one is not learnt there is nothing to
    fall from."""
    near, far = (model_of_its_own(seed, one, attention, length, budgets) for length in (short, one.length))
    if near["accuracy"] < LEARNT:
        cannot_tell(f"{one}: accuracy {near['accuracy']:.2f} at length {short}: the budget is too small even for that")
    return TwoLengths(near["accuracy"], far["accuracy"], near["bleu"], far["bleu"])


LONGEST, MIXED_STEPS = 34, 800
ANY_LENGTH = (
    f"Writing random strings of {SYMBOLS} symbols backwards, one encoder-decoder of LSTMs for lengths 1 to {LONGEST}; "
    f"{MIXED_STEPS} steps of {BATCH} strings; {HOW}"
)


@experiment
def reversing_any(seed: int, width: int, attention: bool, rate: float, cell: str = "lstm") -> Ran:
    """One encoder-decoder learns to write strings of 1 to 34 symbols backwards, in 800 steps of 32 strings.

    `half`: up to which length it gets at least half of the tokens right; `at 1` and so on: the share that is right."""
    model = seq2seq.draw(SYMBOLS, width, torch.Generator().manual_seed(seed), cell, attention, torch.float32)
    tests = [tasks.reverse(SYMBOLS, length) for length in range(1, LONGEST + 1)]
    mixed = tasks.reverse(SYMBOLS, LONGEST, shortest=1)
    trained = training.train(model, mixed, seed, training.Budget(MIXED_STEPS, BATCH, rate), tests=tests)

    def right_at(test: tasks.Task) -> float:
        source, target = training.held_out(test, seed)
        return training.token_accuracy(training.written(trained.model, source, target), target)

    right = [right_at(test) for test in tests]
    half = next((length for length, share in enumerate(right) if share < 0.5), LONGEST)
    return ran(trained.losses, **training.spent(trained), half=half, **{f"at {n}": share for n, share in enumerate(right, 1)})


def by_one_model(seed: int, one: Setting, attention: bool, short: int) -> TwoLengths:
    """What becomes of one model that was trained on all lengths, at two of them."""
    came = at_best_rate(reversing_any, seed, cell=one.body, width=one.width, attention=attention)
    return TwoLengths(came[f"at {short}"], came[f"at {one.length}"])
