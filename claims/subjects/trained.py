"""Networks in training: experiments, whose runs are kept (`claims.kit.runs`). Edits here and in what is imported undo that."""

import torch

from claims.kit.runs import Ran, experiment, ran
from impls import elman, recaller, seq2seq, tasks, training
from impls.clipping import clip_by_norm

SYMBOLS, WIDTH = 16, 32
REVERSING = training.Budget(steps=1200, batch=16)
LEARNT, NOT_LEARNT = 0.9, 0.25  # of strings that are right; twice chance among 8 symbols


@experiment
def reversing(seed: int, attention: bool, length: int) -> Ran:
    """An encoder-decoder of LSTMs learns to write strings of that length backwards, 16 symbols, width 32.

    `accuracy`: the share of tokens that greedy decoding gets right on held-out strings."""
    task = tasks.reverse(SYMBOLS, length)
    model = seq2seq.draw(SYMBOLS, WIDTH, torch.Generator().manual_seed(seed), "lstm", attention, torch.float32)
    trained = training.train(model, task, seed, REVERSING)
    return ran(trained.losses, accuracy=training.token_accuracy(trained.model, task, seed))


@experiment
def recalling(seed: int, cell: str, shortest: int, longest: int, asked: int, steps: int = 600) -> Ran:
    """A network of width 64 learns to say which of 8 symbols came first, after lags from `shortest` to `longest`.

    `accuracy`: the share of held-out strings, at the lag that is `asked`, after which it says so. Chance is 1/8."""
    task, model = tasks.recall(8, longest, shortest), _recaller(seed, cell, longest)
    trained = training.train(model, task, seed, training.Budget(steps, batch=64, learning_rate=2e-3), recaller.loss)
    test = training.held_out(tasks.recall(8, asked), seed)
    return ran(trained.losses, accuracy=recaller.accuracy(trained.model, *test))


def share_that_arrives(seed: int, cell: str, lag: int) -> float:
    """The gradient of the untrained network's answer by the first token, as a share of that by the last: norms, one string."""
    model = _recaller(seed, cell, lag)
    source = torch.randint(8, (lag + 1, 1), generator=torch.Generator().manual_seed(seed))
    embedded = torch.nn.functional.embedding(source, model.embed).requires_grad_()
    answer = recaller.read(model, embedded)[0, int(source[0])]
    (gradient,) = torch.autograd.grad(answer, embedded)
    return float(gradient[0].norm() / gradient[-1].norm())


def _recaller(seed: int, cell: str, lag: int) -> recaller.Recaller:
    return recaller.draw(cell, 8, 64, longest=lag + 2, generator=torch.Generator().manual_seed(seed))


@experiment
def clipping(seed: int, clipped: bool, gain: float, length: int) -> Ran:
    """A ReLU network of width 64, W_h = gain·I, learns to repeat its first input at the end, by 30 steps of gradient descent at
    rate 0.01. `steps`: after how many all weights were still numbers."""
    generator = torch.Generator().manual_seed(seed)
    drawn = elman.draw(64, 1, generator, torch.float32)
    leaves = [gain * torch.eye(64), drawn.W_x, drawn.b, torch.randn(64, generator=generator) / 8]
    losses: list[float] = []
    for _ in range(30):
        leaves = [leaf.detach().requires_grad_() for leaf in leaves]
        x = torch.randn(length, 32, 1, generator=generator)
        states = elman.run(elman.Elman(*leaves[:3]), x, activation=torch.relu)
        error = ((states[-1] @ leaves[3] - x[0, :, 0]) ** 2).mean()
        gradients = torch.autograd.grad(error, leaves)
        gradients = tuple(clip_by_norm(gradients, 1.0)) if clipped else gradients
        leaves = [leaf - 0.01 * g for leaf, g in zip(leaves, gradients, strict=True)]
        if not all(leaf.isfinite().all() for leaf in leaves):
            break
        losses.append(error.item())
    return ran(losses, steps=len(losses))
