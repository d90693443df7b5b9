"""Training: one loop for every model that is a frozen dataclass of tensors, and the measure it is judged by.

    loss(θ) = mean over the batch of -log p_θ(y_i | y_<i, x)         teacher forcing, in nats a token
    θ ← Adam(θ, clip(∇loss(θ)))                                      Kingma & Ba 2015; impls.learning.clipping

A run is determined by its model, task, seed and budget: the data come from a generator of their own and no
global state is touched. The strings of the test are kept out of training, also where a task has so few that
they would recur (four tokens of 16 make 65 536 strings, fewer than 1200 batches of 64).

The budget is part of every result: "cannot" means here "does not within this many steps".
"""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass, replace
from math import ceil, inf, isfinite
from statistics import fmean
from typing import Any, Generic, TypeVar

import torch
from jaxtyping import Float
from torch import Tensor
from torch.optim.adam import adam

from impls.learning.clipping import clip_by_norm
from impls.learning.tasks import Answers, Task, Tokens, uniform
from impls.translating import seq2seq

Model = TypeVar("Model")
Loss = Callable[[Model, Tokens, Answers], Tensor]


@dataclass(frozen=True)
class Budget:
    """What a run may spend, and the two numbers of the optimiser. It ends early once the mean loss of RECENT steps is below
    `enough`."""

    steps: int = 1200
    batch: int = 64
    learning_rate: float = 5e-3
    max_norm: float = 1.0
    enough: float = 0.0


RECENT = 20  # steps over which a loss is averaged
TRIES = 100  # batches to draw until one has a string outside of the test


@dataclass(frozen=True)
class Trained(Generic[Model]):
    """A trained model and how it got there: the loss before each step. Training ends where a loss is no number any more; that
    loss is then the last one."""

    model: Model
    losses: tuple[float, ...]


def tensors(p: object) -> list[Tensor]:
    """All tensors of a nested dataclass, in the order of its fields."""
    if isinstance(p, Tensor):
        return [p]
    if isinstance(p, tuple):
        return [t for part in p for t in tensors(part)]
    return [t for field in fields(p) for t in tensors(getattr(p, field.name))] if is_dataclass(p) else []


def rebuilt(p: Any, parts: Iterator[Tensor]) -> Any:
    """The same nested dataclass around other tensors, taken in the order of `tensors`."""
    if isinstance(p, Tensor):
        return next(parts)
    if isinstance(p, tuple):
        return tuple(rebuilt(part, parts) for part in p)
    if not is_dataclass(p):
        return p
    parameters: Any = p
    return replace(parameters, **{field.name: rebuilt(getattr(p, field.name), parts) for field in fields(p)})


def teacher_forcing(p: seq2seq.Seq2Seq, source: Tokens, target: Answers) -> Float[Tensor, ""]:
    """Cross-entropy of the target, token by token, in nats."""
    scores = seq2seq.logits(p, source, seq2seq.shifted(p, target), run=seq2seq.fused)
    return torch.nn.functional.cross_entropy(scores.flatten(0, 1), target.flatten())


def train(
    model: Model, task: Task, seed: int, budget: Budget, loss: Loss = teacher_forcing, tests: Sequence[Task] = ()
) -> Trained[Model]:
    """The model after `budget.steps` steps on fresh batches. The one passed in is left as it was, and the strings held out of
    this task, or of those that it is to be tested on, are kept from it."""
    return next(trained for _, trained in course(model, task, seed, budget, loss, tests))


def course(
    model: Model,
    task: Task,
    seed: int,
    budget: Budget,
    loss: Loss = teacher_forcing,
    tests: Sequence[Task] = (),
    times: int = 1,
) -> Iterator[tuple[int, Trained[Model]]]:
    """The same after one budget and after so many `times` that, each with how many were begun: fewer where training ended
    before. The first is what training for one budget alone comes to."""
    parts = tensors(model)
    theta = torch.cat([part.detach().flatten() for part in parts])
    leaves = [
        of.view_as(part).requires_grad_() for of, part in zip(theta.split([part.numel() for part in parts]), parts, strict=True)
    ]
    live = rebuilt(model, iter(leaves))
    taken = torch.zeros(()), torch.zeros_like(theta), torch.zeros_like(theta)
    generator, test = _generator(seed, "train"), _tested(tests or [task], seed)
    losses: list[float] = []
    for begun in sorted({min(1, times), times}):
        while len(losses) < begun * budget.steps and not ended(losses, budget.enough):
            source, target = _fresh(task, budget.batch, generator, test)
            error = loss(live, source, target)
            gradient = torch.cat([g.flatten() for g in torch.autograd.grad(error, leaves)])
            (shortened,) = clip_by_norm([gradient], budget.max_norm)
            _adam(theta, shortened, *taken, budget.learning_rate)
            losses.append(error.item())
        early = ended(losses, budget.enough)
        so_far = rebuilt(model, iter([leaf.detach().clone() for leaf in leaves]))
        yield ceil(len(losses) / budget.steps) if early else begun, Trained(so_far, tuple(losses))
        if early:
            return


def _adam(theta: Tensor, gradient: Tensor, steps: Tensor, mean: Tensor, square: Tensor, rate: float) -> None:
    """One step, in place, with the two running means and the count of steps. torch.optim.Adam does the same in three times the
    time, which is as much as a short backward pass takes."""
    adam(
        [theta], [gradient], [mean], [square], [], [steps], fused=True, amsgrad=False, maximize=False,
        beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0, lr=rate,
    )  # fmt: skip


def recent(losses: Sequence[float]) -> float:
    """The mean loss of the last RECENT steps; infinite where there was none."""
    return fmean(losses[-RECENT:]) if losses else inf


def ended(losses: Sequence[float], enough: float) -> bool:
    """Whether there is no use in going on: the loss is low enough, or no number."""
    return bool(losses) and (not isfinite(losses[-1]) or (len(losses) >= RECENT and recent(losses) < enough))


def spent(trained: Trained[Model]) -> dict[str, int | float]:
    """How many steps it took, the loss in the end and the number of parameters."""
    size = sum(tensor.numel() for tensor in tensors(trained.model))
    return {"steps": len(trained.losses), "loss": recent(trained.losses), "size": size}


HELD_OUT = 256  # strings


def held_out(task: Task, seed: int) -> tuple[Tokens, Answers]:
    """The test strings that belong to a seed: at most HELD_OUT, and of all strings there are at most an eighth."""
    source, target = task.sample(HELD_OUT, _generator(seed, "test"))
    there = task.vocabulary ** len(source) // 8 if task.write is uniform else HELD_OUT
    return source[:, : max(1, there)], target[:, : max(1, there)]


def written(p: seq2seq.Seq2Seq, source: Tokens, target: Answers) -> Answers:
    """What greedy decoding answers, as many tokens as the target has."""
    with torch.no_grad():
        return seq2seq.greedy(p, source, len(target))


def token_accuracy(answers: Answers, target: Answers) -> float:
    """The share of target tokens that are answered."""
    return (answers == target).double().mean().item()


def _fresh(task: Task, batch: int, generator: torch.Generator, test: Set[bytes]) -> tuple[Tokens, Answers]:
    """A batch without the strings of the test, which may cost it a column or two. Where it costs all, as it does at lengths of
    which the test has every string, another one is drawn."""
    for _ in range(TRIES):
        source, target = task.sample(batch, generator)
        unseen = [column for column, string in enumerate(_strings(source)) if string not in test]
        if len(unseen) == batch:
            return source, target
        if unseen:
            return source[:, unseen], target[:, unseen]
    raise ValueError(f"{task.name}: of {TRIES} batches none had a string that is not held out; hold out fewer")


def _tested(tasks: Sequence[Task], seed: int) -> Set[bytes]:
    return {string for task in tasks for string in _strings(held_out(task, seed)[0])}


def _generator(seed: int, purpose: str) -> torch.Generator:
    """Two streams a seed, one to train and one to test."""
    return torch.Generator().manual_seed(2 * seed + (purpose == "test"))


def _strings(source: Tokens) -> list[bytes]:
    """Column by column, each as the bytes of its tokens: quick to compare, and as long as the string is."""
    return [column.tobytes() for column in source.T.contiguous().numpy()]
