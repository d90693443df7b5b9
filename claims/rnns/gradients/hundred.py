"""A hundred factors: how many there are, what their singular values decide, and what networks do before training."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import networkx as nx
import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import Domain, Look, claim, domain, holds, measure, only, reading, search, show, trials
from claims.kit.domains import chains, seeds
from claims.rnns.gradients.figures import gradient_rate_map
from claims.rnns.gradients.jacobians import Chain, in_the_long_run, of_a_network, show_the_long_run
from claims.rnns.gradients.products import LESS, MORE, it_dies_out, it_grows
from claims.subjects.networks import EVERYDAY, ORTHOGONAL_AT_REST, TORCHS, Untrained, decades_over
from impls.counting import graph
from impls.recurrent import elman
from impls.recurrent.recurrence import unroll

# --- how many factors -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stretch:
    """From the loss at the state of step T back to the state of step k; k = 0 is the initial state."""

    T: int
    k: int


@domain("from step T, up to {longest}, back to {state}")
def stretches(longest: int, state: str = "any earlier state k") -> st.SearchStrategy[Stretch]:
    """`state` may be h_0 or h_1."""
    fixed = {"h_0": 0, "h_1": 1}.get(state)
    return st.integers(2, longest).flatmap(cache(lambda T: st.builds(Stretch, st.just(T), _back_to(fixed, T))))


def _back_to(fixed: int | None, T: int) -> st.SearchStrategy[int]:
    return st.integers(0, T - 1) if fixed is None else st.just(fixed)


LONGEST = 100


@cache
def unrolled() -> graph.Graph:
    """An Elman network of width 2 over 100 tokens, its states h_0 to h_100 the outputs of the trace."""
    p = elman.draw(2, 2, torch.Generator().manual_seed(0))
    states = torch.ones(LONGEST + 1, 2, dtype=torch.float64)
    return graph.trace(lambda h, *xs: [h, *unroll(partial(elman.step, p), h, xs)], *states)


def factors_between(stretch: Stretch) -> int:
    """Recurrent products between two states of the trace: what reads h_k, directly or not, and is read by h_T."""
    (start,), (end,) = unrolled().outputs[stretch.k], unrolled().outputs[stretch.T]
    between = nx.descendants(unrolled().nodes, start) & nx.ancestors(unrolled().nodes, end)
    return sum(unrolled().nodes.nodes[node]["kind"] == "product" for node in between)


def one_a_token(T: int, k: int) -> int:
    return T


def one_a_step_between(T: int, k: int) -> int:
    return T - k


def one_fewer(T: int, k: int) -> int:
    return T - k - 1


def both_ends(T: int, k: int) -> int:
    return T - k + 1


@claim(
    "gradients.hundred-factors",
    says="A sequence of a hundred tokens means a product of a hundred step Jacobians.",
    lines=(128, 513),
    expect="qualified",
    contrary=("100 tokens, back to the initial state: 100",),
    uses=("gradients.chain-of-jacobians",),
    by=search(cases=60),
    as_written=reading(stretch=stretches(LONGEST), promised=one_a_token),
    amended={
        "the gradient is followed back to the initial state": reading(stretch=stretches(LONGEST, "h_0"), promised=one_a_token),
    },
    holds_for={"T - k of them from step T to step k": reading(stretch=stretches(LONGEST), promised=one_a_step_between)},
    fails_for={
        "near miss: back to the state of the first token": reading(stretch=stretches(LONGEST, "h_1"), promised=one_a_token),
        "near miss: one fewer": reading(stretch=stretches(LONGEST), promised=one_fewer),
    },
    altered={
        "Back to the initial state, both ends counted, there is a factor more than there are tokens.": reading(
            stretch=stretches(LONGEST, "h_0"), promised=both_ends
        ),
    },
    witness={
        "100 tokens, back to the initial state: 100": reading(stretch=Stretch(100, 0), promised=one_a_token),
        "100 tokens, back to the state of the first: 99": reading(stretch=Stretch(100, 1), promised=one_a_token),
        "100 tokens, back to the state of the last but one: 1": reading(stretch=Stretch(100, 99), promised=one_a_token),
    },
    teach="Beware of the fencepost error: T steps have T - 1 transitions between them, and one more leads in from h_0, which "
    "matters only if the initial state is learnt. And most gradients are shorter: that of a state has a factor for every "
    "*later* step.",
    not_shown="What becomes of that product: see the claims around this one.",
    cites=("werbos1990", "pascanu2013"),
)
def the_product_has_that_many_factors(stretch: Stretch, promised: Callable[[int, int], int]) -> None:
    found, want = factors_between(stretch), promised(stretch.T, stretch.k)
    show(f"recurrent products between h_{stretch.k} and h_{stretch.T} in the trace", found)
    holds(found == want, f"{found} factors from h_{stretch.T} back to h_{stretch.k}, not {want}")


# --- singular values ------------------------------------------------------------------------------------------------

STRETCH_AND_SQUEEZE = [np.diag([2.0, 0.5]), np.diag([0.5, 2.0])]


def of_any_singular_values() -> Domain:
    """Beside those of any kind such as a search would rarely come by: what one step stretches another may squeeze."""
    anything = chains(every_singular_value=(0.5, 2))
    diagonal = st.integers(1, 2).flatmap(_two_of_halves_and_twos)
    return Domain(f"{anything.words}; or two diagonal ones in turn, up to 2 wide, of 1/2 and 2", anything.strategy | diagonal)


@cache
def _two_of_halves_and_twos(d: int) -> st.SearchStrategy[Chain]:
    one = st.lists(st.sampled_from([0.5, 2.0]), min_size=d, max_size=d).map(np.diag)
    return st.lists(one, min_size=2, max_size=2)


@claim(
    "gradients.singular-values-must-be-one",
    says="A long product of Jacobians, of a hundred say, vanishes or explodes unless all their singular values are exactly one.",
    lines=(128,),
    expect="qualified",
    uses=("gradients.hundred-factors",),
    as_written=reading(period=of_any_singular_values()),
    amended={
        "all singular values at most 7/8": reading(period=chains(every_singular_value=(0, LESS))),
        "all singular values at least 9/8": reading(period=chains(every_singular_value=(MORE, 2))),
    },
    altered={
        "Where all singular values are at most 7/8, the product explodes.": reading(
            it_grows, period=chains(every_singular_value=(0, LESS))
        ),
        "Where all eigenvalues of every factor are at most 7/8 in modulus, the product vanishes.": reading(
            it_dies_out, period=chains(every_eigenvalue=(0, LESS), size=(2, 2), off_diagonal=8)
        ),
    },
    fails_for={
        "all singular values exactly 1": reading(period=chains(every_singular_value=(1, 1))),
        "near miss: all singular values below 1 but one": reading(period=only([np.diag([1.0, LESS])], "[1 0; 0 7/8]")),
    },
    witness={
        "what one step doubles the next one halves": reading(period=STRETCH_AND_SQUEEZE),
        "one matrix at every step, [0 2; 1/2 0]": reading(period=[np.array([[0.0, 2.0], [0.5, 0.0]])]),
        "a tanh network: W = 2I, slopes (1, ¼) and (¼, 1) in turn": reading(
            period=of_a_network([[2, 0], [0, 2]], [[1, 0.25], [0.25, 1]])
        ),
    },
    teach="Singular values on both sides of 1 can balance for ever; all on one side, by a margin, settles it. "
    "The converse is true: orthogonal factors keep every length. How soon is another question: a hundred factors of 0.99 "
    "leave 37 %.",
    not_shown="How often a trained network balances so: that is a matter for trials.",
    cites=("pascanu2013", "arjovsky2016"),
)
def the_product_vanishes_or_explodes(period: Chain) -> None:
    """Exponentially, one or the other: the spectral radius of the product over one period is not 1."""
    show_the_long_run(period)
    show("singular values, factor by factor", [np.linalg.svd(J, compute_uv=False) for J in period])
    holds(in_the_long_run(period) != 0, "the product neither dies out nor grows exponentially")


# --- in practice ----------------------------------------------------------------------------------------------------


def a_hundred_steps_enlarge_the_gradient_a_thousandfold(seed: int, settings: tuple[Untrained, ...], length: int) -> None:
    decades, where = min((decades_over(seed, one, length), str(one)) for one in settings)
    holds(decades > 3, f"{where}: the gradient changed by 10^{decades:.2f}")


@claim(
    "gradients.hundred-steps-almost-surely",
    says="A product of a hundred step Jacobians is all but certain to vanish or explode.",
    lines=(128, 513),
    expect="qualified",
    uses=("gradients.hundred-factors",),
    by=trials(seeds=1500, beats=0.9, looked=[Look(110, 2.2e-5)]),
    as_written=reading(seed=seeds(), settings=EVERYDAY, length=100),
    amended={"the weights are drawn as torch draws them": reading(seed=seeds(), settings=TORCHS, length=100)},
    fails_for={
        "singular values exactly one: orthogonal weights at rest": reading(seed=seeds(), settings=ORTHOGONAL_AT_REST, length=100),
        "near miss: a single step": reading(seed=seeds(), settings=TORCHS, length=1),
    },
    altered={
        "A product of a hundred step Jacobians is all but certain to explode, with weights as torch draws them.": reading(
            a_hundred_steps_enlarge_the_gradient_a_thousandfold, seed=seeds(), settings=TORCHS, length=100
        ),
    },
    teach="It depends on how the weights are drawn. As torch draws them the gradient shrinks, by "
    "{least change | amended:.0f} powers of ten over the hundred steps or more. As Keras draws them, orthogonal and "
    "without bias, small inputs leave the slopes of tanh near 1: in one of these networks it changed by "
    "{least change:.1f} powers of ten. There is a critical line in the plane of gain and input scale where it does "
    "neither.",
    not_shown="Trained networks. Other inputs than normal and one-hot ones.",
    scope="Plain tanh networks before training, weights as torch or as Keras draws them, width 32 or 128, 100 steps of normal or "
    "one-hot inputs, gain 1, float64",
    cites=("pascanu2013", "saxe2014"),
    figure=gradient_rate_map,
)
def a_hundred_steps_change_the_gradient_a_thousandfold(seed: int, settings: tuple[Untrained, ...], length: int) -> None:
    """In each of the settings."""
    least, where = min((abs(decades_over(seed, one, length)), str(one)) for one in settings)
    measure(change=least)
    holds(least > 3, f"{where}: the gradient changed by {least:.2f} powers of ten only")
