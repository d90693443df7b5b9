"""The two equations, and which tokens a state depends on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import Domain, claim, close, reading, rounding, search, show
from claims.kit.domains import seeds, whole
from claims.kit.domains.matrices import grid
from claims.kit.reading import Check, Reading
from claims.subjects.networks import ElmanRun, elman_runs
from impls.broken import cells as broken
from impls.broken import promise as broken_promise
from impls.recurrent import elman
from impls.tracing.positions import Positions
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


def printed(step: Step = elman.step, read_out: ReadOut = read_out_of, bias: bool = True) -> Reading:
    """The equations as printed, but for what is named."""
    return reading(drawn=TEN_STEPS, step=step, read_out=read_out, bias=bias)


@claim(
    "promise.elman-recurrence",
    says="The two printed equations, tanh of weighted state, weighted input and bias, and an affine read-out of the state, are "
    "the simple recurrent network as torch computes it.",
    lines=(29, 30, 108),
    expect="supported",
    by=search(cases=100),
    as_written=printed(),
    holds_for={"without b, against a torch.nn.RNN without biases": printed(step=broken.elman_step_without_bias, bias=False)},
    fails_for={
        "near miss: b too large by 5·10⁻¹²": printed(step=broken_promise.step_bias_nearly),
        "near miss: b_y too large by 5·10⁻¹²": printed(read_out=broken_promise.read_out_bias_nearly),
        "b left out": printed(step=broken.elman_step_without_bias),
        "W_h and W_x exchanged": printed(step=broken.elman_step_weights_swapped),
        "W_h transposed": printed(step=broken.elman_step_weights_transposed),
        "b_y left out": printed(read_out=broken_promise.read_out_without_bias),
        "y_t read from h_{t-1}": printed(read_out=broken_promise.read_out_one_step_late),
    },
    altered={
        "The state is the logistic function of weighted state, weighted input and bias.": printed(
            step=broken_promise.step_logistic
        ),
        "The output is tanh of an affine read-out of the state.": printed(read_out=broken_promise.read_out_squashed),
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


def read_by(system: System, check: Check | None = None) -> Reading:
    return reading(check, system=system, past=whole(1, 4), future=whole(1, 4), width=whole(1, 3), seed=seeds())


def with_two_futures(system: System, past: int, future: int, width: int, seed: int) -> Iterator[Positions]:
    """What a system of random weights makes of `past` random tokens and either of two continuations."""
    generator = torch.Generator().manual_seed(seed)
    network = system.draw(width, generator)
    common, one, other = (torch.randn(n, width, generator=generator, dtype=torch.float64) for n in (past, future, future))
    return (system.run(network, [*common, *then]) for then in (one, other))


def first_states(count: int, positions: Positions) -> torch.Tensor:
    return torch.cat([part for position in positions[:count] for part in position])


def its_own_token_changes_nothing(system: System, past: int, future: int, width: int, seed: int) -> None:
    one, other = (first_states(past + 1, run) for run in with_two_futures(system, past, future, width, seed))
    close(one, other, 0.0, f"states of the first {past + 1} positions, the last token exchanged")


def earlier_tokens_change_nothing(system: System, past: int, future: int, width: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    network = system.draw(width, generator)
    last, one, other = (torch.randn(n, width, generator=generator, dtype=torch.float64) for n in (1, past, past))
    after_one, after_other = (torch.cat(system.run(network, [*before, *last])[-1]) for before in (one, other))
    close(after_one, after_other, 0.0, f"state after {past + 1} tokens, all but the last exchanged")


@claim(
    "promise.state-sees-only-the-prefix",
    says="The state after t tokens depends on these alone: no token that comes later changes it.",
    lines=(26,),
    expect="supported",
    by=search(cases=100),
    as_written=read_by(ELMAN),
    holds_for={f"the {system.name}": read_by(system) for system in (GRU, LSTM, CAUSAL_ATTENTION)},
    fails_for={
        "near miss: one part in 10¹⁰ of the next state leaks in": read_by(broken_promise.leaks_backwards(ELMAN)),
        "the bidirectional RNN": read_by(BIDIRECTIONAL),
        "self-attention without a mask": read_by(SELF_ATTENTION),
        "causal attention, its mask off by one": read_by(broken_promise.MASK_OFF_BY_ONE),
    },
    altered={
        "The state after t tokens depends on those before the last alone: neither the last nor a later one changes it.": read_by(
            ELMAN, its_own_token_changes_nothing
        ),
        "The state after t tokens depends on the last of them alone.": read_by(ELMAN, earlier_tokens_change_nothing),
    },
    teach="Replace all that follows, and not a bit of h_t changes. What comes later may decide what matters, and the state "
    "cannot know it. Causal attention shares this; a bidirectional network and unmasked attention do not.",
    not_shown="That h_t holds all of the prefix: it depends on nothing else, which is less.",
    cites=("elman1990",),
)
def later_tokens_change_nothing(system: System, past: int, future: int, width: int, seed: int) -> None:
    before_one, before_other = (first_states(past, run) for run in with_two_futures(system, past, future, width, seed))
    show(f"states of the first {past} positions with one continuation", before_one)
    show("the same with the other", before_other)
    close(before_one, before_other, 0.0, f"states of the first {past} positions")
