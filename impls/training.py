"""Training: one loop for every model that is a frozen dataclass of tensors, and the measure it is judged by.

    loss(θ) = mean over the batch of -log p_θ(y_i | y_<i, x)         teacher forcing, in nats a token
    θ ← Adam(θ, clip(∇loss(θ)))                                      Kingma & Ba 2015; impls.clipping

A run is determined by its model, task, seed and budget: the data come from a generator of their own and no
global state is touched. The strings of the test are kept out of training, also where a task has so few that
they would recur (four tokens of 16 make 65 536 strings, fewer than 1200 batches of 64).

The budget is part of every result: "cannot" means here "does not within this many steps".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from time import perf_counter
from typing import Any, Generic, TypeVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

from impls import seq2seq
from impls.clipping import clip_by_norm
from impls.tasks import Answers, Task, Tokens

Model = TypeVar("Model")
Loss = Callable[[Model, Tokens, Answers], Tensor]


@dataclass(frozen=True)
class Budget:
    """What a run may spend, and the two numbers of the optimiser."""

    steps: int = 1200
    batch: int = 64
    learning_rate: float = 5e-3
    max_norm: float = 1.0


@dataclass(frozen=True)
class Trained(Generic[Model]):
    """A trained model and how it got there: the loss before each step."""

    model: Model
    losses: tuple[float, ...]
    seconds: float


def tensors(p: object) -> list[Tensor]:
    """All tensors of a nested dataclass, in the order of its fields."""
    if isinstance(p, Tensor):
        return [p]
    return [t for field in fields(p) for t in tensors(getattr(p, field.name))] if is_dataclass(p) else []


def rebuilt(p: Any, parts: Iterator[Tensor]) -> Any:
    """The same nested dataclass around other tensors, taken in the order of `tensors`."""
    if isinstance(p, Tensor):
        return next(parts)
    if not is_dataclass(p):
        return p
    parameters: Any = p
    return replace(parameters, **{field.name: rebuilt(getattr(p, field.name), parts) for field in fields(p)})


def teacher_forcing(p: seq2seq.Seq2Seq, source: Tokens, target: Answers) -> Float[Tensor, ""]:
    """Cross-entropy of the target, token by token, in nats."""
    scores = seq2seq.logits(p, source, seq2seq.shifted(p, target), run=seq2seq.fused)
    return torch.nn.functional.cross_entropy(scores.flatten(0, 1), target.flatten())


def train(model: Model, task: Task, seed: int, budget: Budget, loss: Loss = teacher_forcing) -> Trained[Model]:
    """The model after `budget.steps` steps on fresh batches. The one passed in is left as it was."""
    began = perf_counter()
    leaves = [tensor.detach().clone().requires_grad_() for tensor in tensors(model)]
    live = rebuilt(model, iter(leaves))
    optimiser = torch.optim.Adam(leaves, lr=budget.learning_rate, fused=True)
    generator, test = _generator(seed, "train"), _strings(held_out(task, seed)[0])
    losses = []
    for _ in range(budget.steps):
        source, target = task.sample(budget.batch, generator)
        unseen = ~torch.isin(_strings(source), test)  # a batch may so lose a column or two
        error = loss(live, source[:, unseen], target[:, unseen])
        clipped = clip_by_norm(torch.autograd.grad(error, leaves), budget.max_norm)
        for leaf, g in zip(leaves, clipped, strict=True):
            leaf.grad = g
        optimiser.step()
        losses.append(error.item())
    final = rebuilt(model, iter([leaf.detach() for leaf in leaves]))
    return Trained(final, tuple(losses), perf_counter() - began)


def held_out(task: Task, seed: int, rows: int = 256) -> tuple[Tokens, Answers]:
    """The test strings that belong to a seed: at most `rows`, and at most an eighth of all there are."""
    return task.sample(max(1, min(rows, task.vocabulary**task.length // 8)), _generator(seed, "test"))


def token_accuracy(p: seq2seq.Seq2Seq, task: Task, seed: int) -> float:
    """The share of target tokens that greedy decoding gets right on the held-out strings."""
    source, target = held_out(task, seed)
    with torch.no_grad():
        return (seq2seq.greedy(p, source, len(target)) == target).double().mean().item()


def _generator(seed: int, purpose: str) -> torch.Generator:
    """Two streams a seed, one to train and one to test."""
    return torch.Generator().manual_seed(2 * seed + (purpose == "test"))


def _strings(source: Int[Tensor, "n *batch"]) -> Int[Tensor, "*batch"]:
    """A number for each column, the same for equal strings; if others coincide, a few more are left out."""
    number = torch.zeros_like(source[0])
    for token in source.unbind(0):
        number = number * 31 + token
    return number
