"""Encoder-decoders that learn to write a string backwards, with attention and without."""

import torch

from claims.kit.runs import Ran, experiment, ran
from impls import bleu, seq2seq, tasks, training

SYMBOLS, WIDTH, BATCH, STEPS = 16, 16, 32, 800


@experiment
def reversing(seed: int, attention: bool, length: int, rate: float, budgets: int = 1) -> Ran:
    """An encoder-decoder of LSTMs, width 16, learns to write strings of that length backwards, 16 symbols, in at most 800 steps
    of 32 strings a budget.

    `accuracy`: the share of tokens that greedy decoding gets right on held-out strings; `bleu`: corpus BLEU of the same, 0 to
    100; `aligned`, with attention: the share of tokens for which the weight is largest at the very token to be written."""
    task = tasks.reverse(SYMBOLS, length)
    model = seq2seq.draw(SYMBOLS, WIDTH, torch.Generator().manual_seed(seed), "lstm", attention, torch.float32)
    trained = training.train(model, task, seed, training.Budget(budgets * STEPS, BATCH, rate, enough=0.03))
    source, target = training.held_out(task, seed)
    with torch.no_grad():
        written = seq2seq.greedy(trained.model, source, length)
    right = (written == target).double().mean().item()
    aligned = {"aligned": seq2seq.aligned(trained.model, source, target)} if attention else {}
    return ran(trained.losses, **training.spent(trained), accuracy=right, bleu=bleu.corpus(written, target), **aligned)


LONGEST, MIXED_STEPS = 34, 800


@experiment
def reversing_any(seed: int, width: int, attention: bool, rate: float) -> Ran:
    """One encoder-decoder learns to write strings of 1 to 34 symbols backwards, in 800 steps of 32 strings.

    `half`: up to which length it gets at least half of the tokens right; `at 1` and so on: the share that is right."""
    model = seq2seq.draw(SYMBOLS, width, torch.Generator().manual_seed(seed), "lstm", attention, torch.float32)
    tests = [tasks.reverse(SYMBOLS, length) for length in range(1, LONGEST + 1)]
    mixed = tasks.reverse(SYMBOLS, LONGEST, shortest=1)
    trained = training.train(model, mixed, seed, training.Budget(MIXED_STEPS, BATCH, rate), tests=tests)
    right = [training.token_accuracy(trained.model, test, seed) for test in tests]
    half = next((length for length, share in enumerate(right) if share < 0.5), LONGEST)
    return ran(trained.losses, **training.spent(trained), half=half, **{f"at {n}": share for n, share in enumerate(right, 1)})
