"""The two equations, and which tokens a state depends on."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import Domain, claim, close, reading, rounding, search, show
from claims.kit.domains import seeds, whole
from claims.kit.domains.matrices import grid
from claims.subjects.networks import ElmanRun, elman_runs
from impls.broken import cells as broken
from impls.broken.promise import leaks_backwards, read_out_bias_nearly, read_out_one_step_late, read_out_without_bias
from impls.recurrent import elman
from impls.tracing.systems import BIDIRECTIONAL, CAUSAL_ATTENTION, ELMAN, GRU, LSTM, SELF_ATTENTION, System

Step = Callable[[elman.Elman, torch.Tensor, torch.Tensor], torch.Tensor]
ReadOut = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]

# --- the equations --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WithReadOut:
    """A run of an Elman network of width d, and a read-out of two numbers: W_y (2, d), b_y (2,)."""

    run: ElmanRun
    W_y: np.ndarray
    b_y: np.ndarray

    def by_the_equations(self, step: Step, read_out: ReadOut, x: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        """[h_t, y_t] for every t, with the bias b."""
        network, h, hs = replace(self.run.network, b=b), self.run.start, []
        for x_t in x.unbind():
            h = step(network, h, x_t)
            hs.append(h)
        states = torch.stack(hs)
        return torch.cat([states, read_out(torch.from_numpy(self.W_y), torch.from_numpy(self.b_y), states)], dim=1)

    def by_torch(self, x: torch.Tensor, bias: bool) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The same by torch.nn.RNN and torch.nn.Linear, and the two biases of the former, whose sum is b."""
        d = len(self.run.b)
        cell, linear = torch.nn.RNN(d, d, bias=bias, dtype=torch.float64), torch.nn.Linear(d, 2, dtype=torch.float64)
        numbers = [self.run.W_x, self.run.W_h, *([self.run.b + 1, 0 * self.run.b - 1] if bias else []), self.W_y, self.b_y]
        with torch.no_grad():
            for theirs, ours in zip([*cell.parameters(), *linear.parameters()], numbers, strict=True):
                theirs.copy_(torch.from_numpy(ours))
        states = cell(x, self.run.start[None])[0]
        return torch.cat([states, linear(states)], dim=1), [cell.bias_ih_l0, cell.bias_hh_l0] if bias else []


def read_out_of(W_y: torch.Tensor, b_y: torch.Tensor, hs: torch.Tensor) -> torch.Tensor:
    """y_t = W_y h_t + b_y."""
    return hs @ W_y.T + b_y


def with_read_out(runs: Domain) -> Domain:
    """The same runs, and a read-out with weights and biases within [-2, 2]."""

    def reading_out(run: ElmanRun) -> st.SearchStrategy[WithReadOut]:
        return st.builds(WithReadOut, st.just(run), grid((2, len(run.b)), (-2, 2)), grid((2,), (-2, 2)))

    return Domain(f"{runs.words}, a read-out of two numbers", runs.strategy.flatmap(reading_out))


TEN_STEPS = with_read_out(elman_runs(steps=(1, 10), weights=(-1, 1)))


@claim(
    "promise.elman-recurrence",
    says="The two printed equations, tanh of weighted state, weighted input and bias, and an affine read-out of the state, are "
    "the simple recurrent network as torch computes it.",
    lines=(29, 30, 108),
    expect="supported",
    by=search(cases=100),
    as_written=reading(drawn=TEN_STEPS, step=elman.step, read_out=read_out_of, bias=True),
    holds_for={
        "without b, against a torch.nn.RNN without biases": reading(
            drawn=TEN_STEPS, step=broken.elman_step_without_bias, read_out=read_out_of, bias=False
        )
    },
    fails_for={
        "near miss: b too large by 10⁻⁹": reading(
            drawn=TEN_STEPS, step=broken.elman_step_bias_nearly, read_out=read_out_of, bias=True
        ),
        "near miss: b_y too large by 10⁻⁹": reading(drawn=TEN_STEPS, step=elman.step, read_out=read_out_bias_nearly, bias=True),
        "b left out": reading(drawn=TEN_STEPS, step=broken.elman_step_without_bias, read_out=read_out_of, bias=True),
        "W_h and W_x exchanged": reading(
            drawn=TEN_STEPS, step=broken.elman_step_weights_swapped, read_out=read_out_of, bias=True
        ),
        "b_y left out": reading(drawn=TEN_STEPS, step=elman.step, read_out=read_out_without_bias, bias=True),
        "y_t read from h_{t-1}": reading(drawn=TEN_STEPS, step=elman.step, read_out=read_out_one_step_late, bias=True),
    },
    teach="They are torch.nn.RNN and torch.nn.Linear to the last few bits, gradients of the inputs included. Torch keeps two "
    "biases. The states see their sum alone, but each is trained with the gradient of b, so that a step of gradient descent "
    "moves the sum twice as far. Where the recurrence is printed without b it is another network, torch's with "
    "bias=False.",
    not_shown="Long runs: where W_h stretches, rounding grows from step to step and two right implementations drift apart.",
    cites=("elman1990",),
)
def the_equations_are_torchs(drawn: WithReadOut, step: Step, read_out: ReadOut, bias: bool) -> None:
    mine, theirs, b = (part.clone().requires_grad_() for part in (drawn.run.inputs, drawn.run.inputs, drawn.run.network.b))
    ours, (want, both) = drawn.by_the_equations(step, read_out, mine, b), drawn.by_torch(theirs, bias)
    show("h_1 and y_1 by the equations", ours[0])
    show("h_1 and y_1 by torch", want[0])
    # Some 10 roundings of numbers below 12 at each step and 6 in the read-out; a later step enlarges them by ‖W_h‖ at most.
    within = rounding(400 * len(mine), float(np.linalg.norm(drawn.run.W_h, 2)) ** len(mine))
    close(ours, want, within, "h_1 to h_n and y_1 to y_n")
    got, of_b = torch.autograd.grad(ours.sum(), [mine, b], allow_unused=True)
    expected, *of_both = torch.autograd.grad(want.sum(), [theirs, *both])
    close(got, expected, within, "gradient of the inputs")
    for of_one in of_both:
        close(of_one, of_b, within, "gradient of one of torch's two biases, beside that of b")


# --- what the state sees --------------------------------------------------------------------------------------------


@claim(
    "promise.state-sees-only-the-prefix",
    says="The state after t tokens depends on these alone: no token that comes later changes it.",
    lines=(26,),
    expect="supported",
    by=search(cases=100),
    as_written=reading(system=ELMAN, past=whole(1, 4), future=whole(1, 4), width=whole(1, 3), seed=seeds()),
    holds_for={
        f"the {system.name}": reading(system=system, past=whole(1, 4), future=whole(1, 4), width=whole(1, 3), seed=seeds())
        for system in (GRU, LSTM, CAUSAL_ATTENTION)
    },
    fails_for={
        "near miss: one part in 10¹⁰ of the next state leaks in": reading(
            system=leaks_backwards(ELMAN), past=whole(1, 4), future=whole(1, 4), width=whole(1, 3), seed=seeds()
        ),
        "the bidirectional RNN": reading(
            system=BIDIRECTIONAL, past=whole(1, 4), future=whole(1, 4), width=whole(1, 3), seed=seeds()
        ),
        "self-attention without a mask": reading(
            system=SELF_ATTENTION, past=whole(1, 4), future=whole(1, 4), width=whole(1, 3), seed=seeds()
        ),
    },
    teach="Replace all that follows, and not a bit of h_t changes. What comes later may decide what matters, and the state "
    "cannot know it. Causal attention shares this; a bidirectional network and unmasked attention do not.",
    not_shown="That h_t holds all of the prefix: it depends on nothing else, which is less.",
    cites=("elman1990",),
)
def later_tokens_change_nothing(system: System, past: int, future: int, width: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    network = system.draw(width, generator)
    common, one, other = (torch.randn(n, width, generator=generator, dtype=torch.float64) for n in (past, future, future))
    before_one, before_other = (
        torch.cat([part for position in system.run(network, [*common, *then])[:past] for part in position])
        for then in (one, other)
    )
    show(f"states of the first {past} positions with one continuation", before_one)
    show("the same with the other", before_other)
    close(before_one, before_other, 0.0, f"states of the first {past} positions")
