"""How many steps a recurrence and a Transformer take to the same loss."""

from claims.figures.training import steps_to_target
from claims.kit import cannot_tell, claim, holds, measure, reading, trials
from claims.kit.domains import seeds
from claims.subjects.trained.fair import best_rate
from claims.subjects.trained.reading import TARGETS, reaching

TUNED, MOST = 400, 1600  # steps: on the discarded seeds, and at most


@claim(
    "sequential.ten-times-faster-convergence",
    says="On the same data a Transformer converges ten times faster than an LSTM.",
    lines=(82,),
    expect="refuted",
    by=trials(seeds=12, alpha=2.45e-4),
    as_written=reading(seed=seeds(), task="spelling", recurrent="LSTM", attentive="Transformer", times=10),
    amended={"twice will do": reading(seed=seeds(), task="spelling", recurrent="LSTM", attentive="Transformer", times=2)},
    holds_for={
        "recalling the first of 31 symbols": reading(
            seed=seeds(), task="recall", recurrent="LSTM", attentive="attention", times=10
        )
    },
    fails_for={
        "an LSTM in the Transformer's place": reading(seed=seeds(), task="spelling", recurrent="LSTM", attentive="LSTM", times=10)
    },
    teach="In steps, and with as many parameters, an LSTM learns to spell a text as soon as a Transformer does; where one token "
    "far back is all that matters attention wins by any factor, for the LSTM never gets there. Ten times is a figure for time on "
    "parallel hardware, and on a task it must name.",
    not_shown="Time on a GPU, where steps of a Transformer take less: see sequential.speedup-needs-parallel-hardware. Large "
    "models and texts.",
    cites=("vaswani2017",),
    figure=steps_to_target,
)
def it_takes_that_many_times_the_steps(seed: int, task: str, recurrent: str, attentive: str, times: int) -> None:
    """Each at the best rate of the same three. One that is not there after 1600 steps takes at least so many."""
    rates = {body: best_rate(reaching, task=task, body=body, most=TUNED) for body in (recurrent, attentive)}
    behind, ahead = (reaching(seed, task=task, body=body, rate=rates[body], most=MOST) for body in (recurrent, attentive))
    measure(attention=ahead["steps"], recurrent=behind["steps"])
    if ahead["loss"] > TARGETS[task] or (behind["loss"] > TARGETS[task] and times * ahead["steps"] > MOST):
        cannot_tell(f"{MOST} steps are too few to tell")
    holds(
        behind["steps"] >= times * ahead["steps"],
        f"{ahead['steps']:.0f} steps with attention, {behind['steps']:.0f} with recurrence, not {times} times as many",
    )
