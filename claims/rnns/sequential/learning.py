"""How many steps a recurrence and a Transformer take to the same loss."""

from claims.kit import cannot_tell, claim, holds, measure, reading
from claims.kit.domains import seeds
from claims.rnns.figures.training import steps_to_target
from claims.subjects.trained.fair import BY_TRAINING, best_rate
from claims.subjects.trained.reading import SPELLING, TARGETS, reaching

TUNED, MOST = 400, 1600  # steps: on the discarded seeds, and at most


@claim(
    "sequential.ten-times-faster-convergence",
    says="A Transformer takes a tenth of the steps that an LSTM takes to converge on the same data.",
    expect="refuted",
    by=BY_TRAINING,
    as_written=reading(seed=seeds(), task="spelling", recurrent="LSTM", attentive="Transformer", times=10),
    amended={"twice will do": reading(seed=seeds(), task="spelling", recurrent="LSTM", attentive="Transformer", times=2)},
    altered={
        "An LSTM takes no more steps than a Transformer to converge on the same data.": reading(
            seed=seeds(), task="spelling", recurrent="Transformer", attentive="LSTM", times=1
        ),
    },
    holds_for={
        "recalling the first of 31 symbols": reading(
            seed=seeds(), task="recall", recurrent="LSTM", attentive="attention", times=10
        )
    },
    fails_for={"the two exchanged": reading(seed=seeds(), task="spelling", recurrent="Transformer", attentive="LSTM", times=10)},
    teach="With as many parameters an LSTM learns to spell a text in {median recurrent:.0f} steps and a "
    "Transformer in {median attention:.0f}. Where one token far back is all that matters attention takes "
    "{median attention | holds for:.0f}, and the LSTM is not there after {least recurrent | holds for:.0f}. Steps are "
    "no matter of hardware: a factor of ten that comes from parallel hardware is one in the time of a step, and must "
    "name the machine.",
    not_shown="Time: see sequential.ten-times-faster-convergence.throughput.gpu. Large models and texts.",
    scope=f"{SPELLING}; two layers of a Transformer beside an LSTM as torch draws it",
    cites=("vaswani2017",),
    contrary=("twice will do",),
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
