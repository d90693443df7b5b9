"""What gradients at the start say of learning, and what clipping does in training."""

from collections.abc import Callable

from claims.kit import Look, claim, holds, measure, only, reading, trials
from claims.kit.domains import seeds
from claims.kit.reading import Check, Reading
from claims.rnns.figures.training import every_seed
from claims.rnns.gradients.remedies import clipped as clipping
from claims.rnns.gradients.remedies import the_first_of_a_hundred_steps_counts
from claims.subjects.networks import (
    EVERYDAY,
    ORTHOGONAL_AT_REST,
    TORCHS,
    Untrained,
    decades_over,
    nearest_to_orthogonal,
    singular_values,
)
from claims.subjects.trained.clipped import EXPLODING, OVERFLOWING, STEPS, exploding
from claims.subjects.trained.clipped import SETTING as CLIPPED
from claims.subjects.trained.fair import BY_TRAINING, LEARNT, NOT_LEARNT, THREE_STARTS, VANISHED, Setting, one_of_each, settings
from claims.subjects.trained.recall import (
    LATE,
    SETTING,
    before_training,
    most_that_arrives,
    recalled,
    share_that_arrives,
)
from impls.recurrent import elman


def it_vanishes_and_is_learnt(seed: int, each: tuple[Setting, ...], mixed: bool, over: int, budgets: int) -> None:
    share, right = what_arrives_and_is_learnt(seed, each, mixed, over, budgets)
    holds(share <= VANISHED and right >= LEARNT, f"the first token gets {share:.2g} and is told in {right:.0%} of the strings")


def it_explodes_and_is_not_learnt(seed: int, each: tuple[Setting, ...], mixed: bool, over: int, budgets: int) -> None:
    share, right = what_arrives_and_is_learnt(seed, each, mixed, over, budgets)
    holds(share * VANISHED >= 1 and right <= NOT_LEARNT, f"the first token gets {share:.2g} of what the last one gets")


def what_arrives_and_is_learnt(seed: int, each: tuple[Setting, ...], mixed: bool, over: int, budgets: int) -> tuple[float, float]:
    """The most of either. Over so many tokens, or over as many as training has; the share is that of the first token in the
    gradient of the last state, before training."""
    share = max(share_that_arrives(seed, one.body, over or one.length, one.width) for one in each)
    right = max(recalled(seed, one, mixed, budgets)[f"at {over}" if over else "accuracy"] for one in each)
    return share, right


@claim(
    "gradients.vanishing-forbids-learning",
    says="Where gradients vanish over a distance, dependencies over it cannot be learnt.",
    lines=(134,),
    expect="qualified",
    uses=("gradients.early-parameters-starve",),
    by=BY_TRAINING,
    as_written=reading(seed=seeds(), each=settings(("LSTM", 32, 50)), mixed=True, over=200, budgets=2),
    amended={
        "all examples have that one distance": reading(seed=seeds(), each=LATE, mixed=False, over=0, budgets=1),
        "the same, with five times the steps": reading(
            seed=seeds(), each=settings(("LSTM", 32, 30), ("LSTM, orthogonal", 32, 30)), mixed=False, over=0, budgets=5
        ),
    },
    fails_for={
        "biases made for the distance, so that nothing vanishes": reading(
            seed=seeds(), each=settings(("LSTM, chrono", 32, 30)), mixed=False, over=0, budgets=1
        ),
    },
    altered={
        "Where gradients vanish over the one distance that all examples have, dependencies over it are learnt.": reading(
            it_vanishes_and_is_learnt, seed=seeds(), each=LATE, mixed=False, over=0, budgets=1
        ),
        "Where gradients explode over the one distance that all examples have, dependencies over it cannot be learnt.": reading(
            it_explodes_and_is_not_learnt, seed=seeds(), each=LATE, mixed=False, over=0, budgets=1
        ),
    },
    teach="Before training {most share:.0g} of an LSTM's gradient at most comes back over 200 tokens. Trained on "
    "lags of 1 to 50 it names the first symbol after 200 all the same, in {median accuracy:.0%} of the strings and at "
    "least {least accuracy:.0%}: what short lags taught it serves the long ones. Where all examples have a lag of 30 "
    "the statement is right, from three starts: {median accuracy | all examples:.0%} in the best of them, near chance.",
    not_shown="Dependencies that do not get easier when they are shorter. What the gradient is in the course of training.",
    scope=f"{SETTING}; {THREE_STARTS}, widths 32 and 128; lags 1 to 50, 2 budgets; or a lag of 30 or 100, 1 budget, or 5",
    cites=("bengio1994", "pascanu2013"),
    figure=every_seed(
        "accuracy", "accuracy", "What arrives of the gradient before training does not decide what is learnt from shorter lags"
    ),
)
def it_vanishes_and_is_not_learnt(seed: int, each: tuple[Setting, ...], mixed: bool, over: int, budgets: int) -> None:
    share, right = what_arrives_and_is_learnt(seed, each, mixed, over, budgets)
    measure(share=share, accuracy=right)
    holds(share <= VANISHED, f"the first token gets {share:.2g} of what the last one gets: nothing vanishes")
    holds(right <= NOT_LEARNT, f"the first token gets {share:.2g} at most, and is told in {right:.0%} of the strings")


def drawn_by(words: str, *starts: Callable[..., elman.Elman], check: Check | None = None) -> Reading:
    return reading(check, seed=seeds(), starts=only(starts, words), input_scale=0.01)


def at_one_step_all_are_near(seed: int, starts: tuple[Callable[..., elman.Elman], ...], input_scale: float) -> None:
    start, width = one_of_each(seed, starts, (16, 64))
    off = nearest_to_orthogonal(seed, start, input_scale, width)
    holds(off <= 0.1, f"at every step one singular value is off by {off:.3f} at least")


def none_is_below_one(seed: int, starts: tuple[Callable[..., elman.Elman], ...], input_scale: float) -> None:
    start, width = one_of_each(seed, starts, (16, 64))
    least = float(singular_values(seed, start, input_scale, width).min())
    holds(least >= 1, f"a singular value of {least:.3f}")


@claim(
    "gradients.never-one-in-practice",
    says="In practice singular values of the step Jacobians are not one.",
    lines=(128,),
    expect="qualified",
    uses=("gradients.singular-values-must-be-one",),
    by=trials(seeds=1500, beats=0.9, looked=[Look(150, 2.2e-5)]),
    as_written=drawn_by("uniform or orthogonal weights, width 16 or 64, by the seed", elman.draw, elman.orthogonal),
    amended={"weights as torch draws them": drawn_by("uniform weights, width 16 or 64, by the seed", elman.draw)},
    fails_for={"orthogonal weights": drawn_by("orthogonal weights, width 16 or 64, by the seed", elman.orthogonal)},
    altered={
        "From weights as torch draws them there is a step at which all singular values of the Jacobian are near one.": drawn_by(
            "uniform weights, width 16 or 64, by the seed", elman.draw, check=at_one_step_all_are_near
        ),
        "From weights as torch draws them no singular value of a step Jacobian is below one.": drawn_by(
            "uniform weights, width 16 or 64, by the seed", elman.draw, check=none_is_below_one
        ),
    },
    teach="Where weights are drawn without a thought for it they are not: at every step some singular value is off "
    "by {least off | amended:.2f} or more. But practice has taken the thought: from orthogonal weights and small "
    "inputs there is a step at which all lie within {most off | fails for:.2f} of one.",
    not_shown="Trained networks, whose weights need not stay orthogonal; parametrisations that keep them so.",
    scope="Plain tanh networks before training, orthogonal weights or weights as torch draws them, width 16 or "
    "64, 100 steps of normal inputs a hundredth in size, float64",
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
    start, width = one_of_each(seed, starts, (16, 64))
    off = nearest_to_orthogonal(seed, start, input_scale, width)
    measure(off=off)
    holds(off > 0.1, f"at one step all singular values lie within {off:.3f} of one")


def what_is_so_far_back_dominates(seed: int, settings: tuple[Untrained, ...], length: int) -> None:
    decades, where = min((decades_over(seed, one, length), str(one)) for one in settings)
    holds(10**decades * VANISHED >= 1, f"{where}: over {length} steps the gradient changed by 10^{decades:.2f}")


def next_to_nothing_arrives(seed: int, each: tuple[Setting, ...]) -> None:
    share, where = most_that_arrives(seed, each)
    holds(share <= VANISHED, f"{where}: the first token gets {share:.2g} of what the last one gets")


@claim(
    "gradients.horizon-of-a-few-tokens",
    says="A plain network's gradient sees the last few tokens only: what is 50 or more steps back is invisible to it.",
    lines=(135, 136),
    expect="qualified",
    uses=("gradients.early-parameters-starve",),
    by=trials(seeds=1500, beats=0.9, looked=[Look(110, 2.2e-5)]),
    as_written=reading(seed=seeds(), settings=EVERYDAY, length=50),
    amended={"the weights are drawn as torch draws them": reading(seed=seeds(), settings=TORCHS, length=50)},
    fails_for={
        "orthogonal weights at rest, which keep all of it": reading(seed=seeds(), settings=ORTHOGONAL_AT_REST, length=50),
        "near miss: a single step": reading(seed=seeds(), settings=TORCHS, length=1),
    },
    altered={
        "From weights as torch draws them the gradient is dominated by what is 50 or more steps back.": reading(
            what_is_so_far_back_dominates, seed=seeds(), settings=TORCHS, length=50
        ),
        "An LSTM's gradient, its biases made for the distance, sees the last few tokens only: 50 steps back are invisible.": (
            before_training("LSTM, chrono", lag=50, check=next_to_nothing_arrives)
        ),
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
def nothing_arrives_from_so_far_back(seed: int, settings: tuple[Untrained, ...], length: int) -> None:
    """In each of the settings."""
    decades, where = max((decades_over(seed, one, length), str(one)) for one in settings)
    measure(decades=decades, arrives=10**decades)
    holds(10**decades <= VANISHED, f"{where}: over {length} steps the gradient changed by 10^{decades:.2f}")


THAT_EXPLODE = only(EXPLODING, "; ".join(EXPLODING))
EVERY_NETWORK = only(EXPLODING + OVERFLOWING, "; ".join(EXPLODING + OVERFLOWING))


@claim(
    "gradients.clipping-stabilises",
    says="Clipping keeps a network in training whose gradients explode.",
    lines=(138, 140),
    expect="qualified",
    uses=("gradients.clipping-bounds-the-norm",),
    by=trials(looked=[Look(20, 2.2e-5)]),
    as_written=reading(seed=seeds(), clipped=True, each=EVERY_NETWORK),
    amended={"neither states nor gradients overflow": reading(seed=seeds(), clipped=True, each=THAT_EXPLODE)},
    fails_for={"without clipping": reading(seed=seeds(), clipped=False, each=THAT_EXPLODE)},
    altered={
        "Clipping keeps a network in training whose states or gradients overflow.": reading(
            seed=seeds(), clipped=True, each=only(OVERFLOWING, "; ".join(OVERFLOWING))
        ),
        "Clipping keeps a network in training whose gradients vanish: the first of a hundred steps still counts.": reading(
            the_first_of_a_hundred_steps_counts, seed=seeds(), remedy=clipping, d=6, gamma=0.6
        ),
    },
    teach="Without clipping ReLU networks that start from the identity have weights that are no numbers after "
    "{most steps | without clipping:.0f} of 30 steps at most; with it all weights stay finite. Clipping bounds the step. It does "
    "nothing where the states themselves overflow, as they do from 1.2 times the identity over 300 tokens, and where the "
    "gradient does, as in a tanh network that starts far beyond an orthogonal matrix, it makes weights that are no numbers.",
    not_shown="That it learns anything: finite is not trained. Other optimisers than plain gradient descent.",
    scope=f"{CLIPPED}; ReLU and tanh networks, widths 16 and 64, strings of 100 to 300 tokens, clipped to norm 1",
    cites=("pascanu2013", "le2015"),
    figure=every_seed(
        "steps",
        "steps after which all weights were numbers",
        "With clipping all weights stay numbers, unless states or gradients themselves overflow",
    ),
)
def the_weights_stay_finite(seed: int, clipped: bool, each: tuple[str, ...]) -> None:
    steps, where = min((exploding(seed, clipped=clipped, network=one)["steps"], one) for one in each)
    measure(steps=steps)
    holds(steps == STEPS, f"{where}: weights were no numbers any more after {steps:.0f} of {STEPS} steps")
