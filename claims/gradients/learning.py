"""What gradients at the start say of learning, and what clipping does in training."""

from collections.abc import Callable
from math import log

from claims.figures.training import every_seed
from claims.kit import claim, holds, measure, only, reading, trials
from claims.kit.domains import seeds
from claims.subjects.networks import gradient_rate, nearest_to_orthogonal
from claims.subjects.trained.clipped import STEPS, exploding
from claims.subjects.trained.fair import NOT_LEARNT, VANISHED, at_best_rate
from claims.subjects.trained.recall import recalling, share_that_arrives
from impls.recurrent import elman


@claim(
    "gradients.vanishing-forbids-learning",
    says="Where gradients vanish over a distance, dependencies over it cannot be learnt.",
    lines=(134,),
    expect="qualified",
    uses=("gradients.early-parameters-starve",),
    by=trials(seeds=14, alpha=6.2e-5),
    as_written=reading(seed=seeds(), body="LSTM", shortest=1, longest=50, lag=200, budgets=2),
    amended={
        "all examples have that one distance": reading(seed=seeds(), body="LSTM", shortest=30, longest=30, lag=30, budgets=5),
    },
    fails_for={
        "biases made for the distance, so that nothing vanishes": reading(
            seed=seeds(), body="LSTM, chrono", shortest=30, longest=30, lag=30, budgets=1
        ),
    },
    teach="Before training the first of 201 tokens gets next to nothing of an LSTM's gradient. Trained on lags of 1 to 50, it "
    "tells after 200 which symbol came first: what short lags taught it serves the long ones. Where all examples are long the "
    "statement is right.",
    not_shown="Dependencies that do not get easier when they are shorter. What the gradient is in the course of training.",
    cites=("bengio1994", "pascanu2013"),
    figure=every_seed(
        "accuracy", "accuracy", "What arrives of the gradient before training does not decide what is learnt from shorter lags"
    ),
)
def it_vanishes_and_is_not_learnt(seed: int, body: str, shortest: int, longest: int, lag: int, budgets: int) -> None:
    """The share is that of the first token in the gradient of the last state, before training."""
    share = share_that_arrives(seed, body, lag)
    came = at_best_rate(recalling, seed, body=body, shortest=shortest, longest=longest, budgets=budgets)
    right = came["accuracy" if lag == longest else f"at {lag}"]
    measure(share=share, accuracy=right)
    holds(share <= VANISHED, f"the first token gets {share:.2g} of what the last one gets: nothing vanishes")
    holds(right <= NOT_LEARNT, f"the first token gets {share:.2g}, and is told in {right:.0%} of the strings at lag {lag}")


STARTS = elman.draw, elman.orthogonal


@claim(
    "gradients.never-one-in-practice",
    says="In practice singular values of the step Jacobians are not one.",
    lines=(128,),
    expect="qualified",
    uses=("gradients.singular-values-must-be-one",),
    by=trials(seeds=150, beats=0.9),
    as_written=reading(seed=seeds(), starts=only(STARTS, "uniform or orthogonal weights, by the seed"), input_scale=0.01),
    amended={"weights as torch draws them": reading(seed=seeds(), starts=only(STARTS[:1], "uniform weights"), input_scale=0.01)},
    fails_for={"orthogonal weights": reading(seed=seeds(), starts=only(STARTS[1:], "orthogonal weights"), input_scale=0.01)},
    teach="Where weights are drawn without a thought for it they are not, at any step. But practice has taken the thought: from "
    "orthogonal weights and small inputs all of them start within a tenth of one, at the steps that come nearest.",
    not_shown="Trained networks, whose weights need not stay orthogonal; parametrisations that keep them so.",
    cites=("saxe2014", "arjovsky2016"),
    figure=every_seed(
        "off",
        "distance of the farthest singular value from 1",
        "Orthogonal weights and small inputs keep all singular values near 1, others do not",
        log_x=True,
    ),
)
def at_every_step_one_is_off(seed: int, starts: tuple[Callable[..., elman.Elman], ...], input_scale: float) -> None:
    """Off is what differs from one by more than a tenth."""
    off = nearest_to_orthogonal(seed, starts[seed % len(starts)], input_scale)
    measure(off=off)
    holds(off > 0.1, f"at one step all singular values lie within {off:.3f} of one")


@claim(
    "gradients.horizon-of-a-few-tokens",
    says="A plain network's gradient sees the last few tokens only: what is 50 steps back is invisible to it.",
    lines=(135, 136),
    expect="supported",
    uses=("gradients.early-parameters-starve",),
    by=trials(seeds=150, beats=0.9),
    as_written=reading(seed=seeds(), start=elman.draw, input_scale=1.0),
    fails_for={"orthogonal weights and tiny inputs": reading(seed=seeds(), start=elman.orthogonal, input_scale=0.01)},
    teach="From usual weights it does: over 50 steps the gradient shrinks by more than a million. Say *usual weights*: with "
    "orthogonal ones and small inputs it arrives nearly whole.",
    not_shown="Trained networks, whose gradient may see farther; widths other than 32.",
    cites=("pascanu2013", "saxe2014"),
    figure=every_seed(
        "decades",
        "powers of ten that the gradient changes by over 50 steps",
        "From usual weights next to nothing arrives over 50 steps, from orthogonal ones nearly all",
    ),
)
def fifty_steps_back_nothing_arrives(seed: int, start: Callable[..., elman.Elman], input_scale: float) -> None:
    decades = gradient_rate(seed, start, gain=1.0, input_scale=input_scale, length=50) * 50 / log(10)
    measure(decades=decades)
    holds(10**decades <= VANISHED, f"over 50 steps the gradient changed by 10^{decades:.2f} only")


@claim(
    "gradients.clipping-stabilises",
    says="Clipping keeps a network in training whose gradients explode.",
    lines=(138, 140),
    expect="supported",
    uses=("gradients.clipping-bounds-the-norm",),
    by=trials(),
    as_written=reading(seed=seeds(), clipped=True, gain=1.0, length=100),
    fails_for={
        "without clipping": reading(seed=seeds(), clipped=False, gain=1.0, length=100),
        "states that overflow by themselves: gain 1.2 over 300 steps": reading(seed=seeds(), clipped=True, gain=1.2, length=300),
    },
    teach="A ReLU network that starts from the identity is lost after its first steps without clipping, and all its weights stay "
    "finite with it. Clipping bounds the step; it does nothing where the states themselves overflow.",
    not_shown="That it learns anything: finite is not trained. Other optimisers than plain gradient descent.",
    cites=("pascanu2013", "le2015"),
    figure=every_seed(
        "steps",
        "steps after which all weights were numbers",
        "With clipping all weights stay numbers, unless the states themselves overflow",
    ),
)
def the_weights_stay_finite(seed: int, clipped: bool, gain: float, length: int) -> None:
    steps = exploding(seed, clipped=clipped, gain=gain, length=length)["steps"]
    measure(steps=steps)
    holds(steps == STEPS, f"weights were no numbers any more after {steps:.0f} of {STEPS} steps")
