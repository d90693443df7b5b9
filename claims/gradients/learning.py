"""What gradients at the start say of learning, and what clipping does in training."""

from collections.abc import Callable

from claims.figures.training import every_seed
from claims.kit import claim, holds, measure, only, reading, trials
from claims.kit.domains import seeds
from claims.subjects.networks import (
    EVERYDAY,
    ORTHOGONAL_AT_REST,
    TORCHS,
    Setting,
    decades_over,
    nearest_to_orthogonal,
)
from claims.subjects.trained.clipped import SETTING as CLIPPED
from claims.subjects.trained.clipped import STEPS, exploding
from claims.subjects.trained.fair import NOT_LEARNT, VANISHED, at_best_rate
from claims.subjects.trained.recall import SETTING, recalling, share_that_arrives
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
    teach="Before training {most share:.0g} of an LSTM's gradient at most comes back over 200 tokens. Trained on "
    "lags of 1 to 50 it names the first symbol after 200 all the same, in {median accuracy:.0%} of the strings and at "
    "least {least accuracy:.0%}: what short lags taught it serves the long ones. Where all examples have a lag of 30 "
    "the statement is right: {median accuracy | amended:.0%}, near chance.",
    not_shown="Dependencies that do not get easier when they are shorter. What the gradient is in the course of training.",
    scope=f"{SETTING}; an LSTM as torch draws it; lags 1 to 50 with 2 budgets, a lag of 30 with 5",
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
    teach="Where weights are drawn without a thought for it they are not: at every step some singular value is off "
    "by {least off | amended:.2f} or more. But practice has taken the thought: from orthogonal weights and small "
    "inputs there is a step at which all lie within {most off | fails for:.2f} of one.",
    not_shown="Trained networks, whose weights need not stay orthogonal; parametrisations that keep them so.",
    scope="Plain tanh networks before training, orthogonal weights or weights as torch draws them, width 32, 100 "
    "steps of normal inputs a hundredth in size, float64",
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
    says="A plain network's gradient sees the last few tokens only: what is 50 or more steps back is invisible to it.",
    lines=(135, 136),
    expect="qualified",
    uses=("gradients.early-parameters-starve",),
    by=trials(seeds=110, beats=0.9),
    as_written=reading(seed=seeds(), settings=EVERYDAY, length=50),
    amended={"the weights are drawn as torch draws them": reading(seed=seeds(), settings=TORCHS, length=50)},
    fails_for={
        "orthogonal weights at rest, which keep all of it": reading(seed=seeds(), settings=ORTHOGONAL_AT_REST, length=50),
        "near miss: a single step": reading(seed=seeds(), settings=TORCHS, length=1),
    },
    teach="From weights as torch draws them at most {most arrives | amended:.0g} of it arrives over 50 steps. As "
    "Keras draws them, orthogonal and without bias, up to {most arrives:.0%} does in a wide network that reads one-hot "
    "inputs. Say which start you mean.",
    not_shown="Trained networks, whose gradient may see farther. Other inputs than normal and one-hot ones.",
    scope="Plain tanh networks before training, weights as torch or as Keras draws them, width 32 or 128, 50 steps "
    "of normal or one-hot inputs, float64",
    cites=("pascanu2013", "saxe2014"),
    figure=every_seed(
        "decades",
        "powers of ten that the gradient changes by over 50 steps",
        "Whether next to nothing arrives over 50 steps depends on how the weights are drawn",
    ),
)
def nothing_arrives_from_so_far_back(seed: int, settings: tuple[Setting, ...], length: int) -> None:
    """In each of the settings."""
    decades, where = max((decades_over(seed, one, length), str(one)) for one in settings)
    measure(decades=decades, arrives=10**decades)
    holds(10**decades <= VANISHED, f"{where}: over {length} steps the gradient changed by 10^{decades:.2f}")


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
    teach="Without clipping a ReLU network that starts from the identity has weights that are no numbers after "
    "{most steps | without clipping:.0f} of 30 steps at most, on strings of 100 tokens; with it all weights stay "
    "finite. Clipping bounds the step; it does nothing where the states themselves overflow, as they do at a gain of "
    "1.2 over 300 tokens.",
    not_shown="That it learns anything: finite is not trained. Other optimisers than plain gradient descent.",
    scope=f"{CLIPPED}; strings of 100 tokens, clipped to norm 1",
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
