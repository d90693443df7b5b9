"""What small networks learn sooner. Published figures of this chapter are rows of `facts/practice.toml`."""

from claims.kit import cannot_tell, claim, holds, measure, reading
from claims.kit.domains import seeds
from claims.subjects.trained.fair import BY_TRAINING, HOW, best_rate
from claims.subjects.trained.reading import TARGETS, reaching

TUNED, MOST = 400, 1600  # steps: on the discarded seeds, and at most


@claim(
    "practice.recalls-sooner",
    says="A layer of attention needs fewer training steps than an LSTM of its size to learn to recall a token from far back.",
    lines=(48,),
    expect="supported",
    by=BY_TRAINING,
    as_written=reading(seed=seeds(), task="recall", sooner="attention", later="LSTM"),
    fails_for={"the two exchanged": reading(seed=seeds(), task="recall", sooner="LSTM", later="attention")},
    altered={
        "A Transformer of two layers needs fewer training steps than an LSTM of its size to learn to spell a text.": reading(
            seed=seeds(), task="spelling", sooner="Transformer", later="LSTM"
        ),
    },
    teach="Attention had learnt it after {median sooner:.0f} steps in the middle of the seeds; no LSTM was there before "
    "{least later:.0f}. To the layer the token is as near as any other, while an LSTM has to learn first to carry it through "
    "thirty steps. Say for which task: where neighbours matter most nothing of the kind follows.",
    not_shown="Seconds: a step of one is not as long as a step of the other. Larger networks, and texts.",
    scope="Naming the first of 31 symbols; widths 48 and 56, so that both have as many parameters; one layer of attention; "
    f"steps of 32 strings, {MOST} at most; {HOW}",
    cites=("vaswani2017",),
)
def one_takes_fewer_steps(seed: int, task: str, sooner: str, later: str) -> None:
    """Each at the best rate of the same three. One that is not there in the end takes more steps than one that is."""
    rates = {body: best_rate(reaching, task=task, body=body, most=TUNED) for body in (sooner, later)}
    one, other = (reaching(seed, task=task, body=body, rate=rates[body], most=MOST) for body in (sooner, later))
    measure(sooner=one["steps"], later=other["steps"])
    arrived = [came["loss"] <= TARGETS[task] for came in (one, other)]
    if not any(arrived):
        cannot_tell(f"{MOST} steps are too few for both")
    holds(
        arrived[0] and (one["steps"] < other["steps"] or not arrived[1]),
        f"{one['steps']:.0f} steps, the other {other['steps']:.0f}",
    )
