"""What a product of many step Jacobians does: vanish, explode or neither."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from itertools import accumulate
from math import e

import networkx as nx
import numpy as np
import torch
from hypothesis import strategies as st

from claims.gradients.figures import gradient_rate_map, norms_by_depth, powers_of_one_matrix
from claims.gradients.jacobians import (
    TAKING_TURNS,
    Chain,
    ClosingInOnOne,
    Matrix,
    in_the_long_run,
    of_a_network,
    show_exactly,
    show_the_long_run,
    spectral_radius,
)  # fmt: skip
from claims.kit import at_most, claim, domain, holds, measure, only, reading, search, show, trials
from claims.kit.domains import chains, seeds
from claims.kit.domains.matrices import Interval, grid, times
from claims.subjects.networks import EVERYDAY, ORTHOGONAL_AT_REST, TORCHS, Untrained, decades_over
from impls.counting import exact, graph
from impls.recurrent import elman
from impls.recurrent.recurrence import unroll

STRETCH_AND_SQUEEZE = [np.diag([2.0, 0.5]), np.diag([0.5, 2.0])]
LESS, MORE = 7 / 8, 9 / 8  # than 1, by a margin

# --- the premise ----------------------------------------------------------------------------------------------------


def whole_numbers(entries: int = 3) -> st.SearchStrategy[Matrix]:
    return st.lists(st.integers(-entries, entries), min_size=4, max_size=4).map(lambda four: np.array(four, float).reshape(2, 2))


def some(matrix: st.SearchStrategy[Matrix]) -> st.SearchStrategy[Chain]:
    return st.lists(matrix, min_size=2, max_size=3)


@domain("2 or 3 factors of whole numbers, width 2")
def any_factors() -> st.SearchStrategy[Chain]:
    return some(whole_numbers())


@domain("2 or 3 factors a·1 + b·M of one matrix M, width 2")
def commuting_factors() -> st.SearchStrategy[Chain]:
    pairs = st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=2, max_size=3)
    return st.builds(lambda M, pairs: [a * np.eye(2) + b * M for a, b in pairs], whole_numbers(), pairs)


@domain("2 or 3 factors S·T·S⁻¹, T upper triangular, S the same for all, width 2")
def triangular_factors() -> st.SearchStrategy[Chain]:
    turn = st.builds(lambda k, m: np.array([[1.0 + k * m, k], [m, 1.0]]), st.integers(-2, 2), st.integers(-2, 2))  # det 1
    inverse = np.array([[0.0, 1.0], [-1.0, 0.0]])  # J Sᵀ J⁻¹ is the inverse of S when det S = 1
    return st.builds(lambda S, Ts: [S @ np.triu(T) @ (inverse @ S.T @ inverse.T) for T in Ts], turn, some(whole_numbers()))


@domain("2 or 3 symmetric factors of whole numbers, width 2")
def symmetric_factors() -> st.SearchStrategy[Chain]:
    return some(whole_numbers().map(lambda J: J + J.T))


def adds_up_products(s: Fraction, A: exact.Rational, B: exact.Rational) -> bool:
    """Is s a sum λν + μξ or λξ + μν, λ and μ being the eigenvalues of A, ν and ξ those of B?

    Both sums are roots of a quadratic whose coefficients are rational, even where the eigenvalues are not."""
    (t, u), (p, q) = map(exact.trace, (A, B)), map(exact.determinant, (A, B))
    return s * s - t * u * s + p * (u * u - 2 * q) + q * (t * t - 2 * p) == 0


@claim(
    "gradients.eigenvalues-multiply",
    says="Along the product of step Jacobians the eigenvalues multiply.",
    lines=(123,),
    expect="qualified",
    uses=("gradients.chain-of-jacobians",),
    by=search(cases=100),
    as_written=reading(factors=any_factors()),
    amended={
        "the factors commute, as they do when one Jacobian serves every step": reading(factors=commuting_factors()),
        "the factors are triangular in one basis": reading(factors=triangular_factors()),
    },
    fails_for={
        "near miss: triangular, but for a 1 among hundreds": reading(
            factors=only(
                [np.array([[100.0, 0.0], [1.0, 200.0]]), np.array([[100.0, 100.0], [0.0, 300.0]])],
                "[100 0; 1 200], then [100 100; 0 300]",
            )
        ),
        "symmetric factors": reading(factors=symmetric_factors()),
    },
    witness={
        "two nilpotent matrices": reading(factors=TAKING_TURNS),
        "a tanh network, W = [[0, 2], [2, 0]]: ½ and ½ make 4": reading(
            factors=of_a_network([[0, 2], [2, 0]], [[1, 1 / 16], [1 / 16, 1]])
        ),
    },
    teach="Determinants multiply, and largest singular values do at most; single eigenvalues only along a common "
    "eigenvector. Two matrices whose eigenvalues are all 0 can have a product with the eigenvalue 1.",
    not_shown="Widths above 2. A common triangular basis is enough at any width: the diagonals multiply.",
    cites=("horn2013",),
)
def the_eigenvalues_multiply(factors: Chain) -> None:
    """Those of a product of two are known from their sum and their product, trace and determinant. At s = tr AB the quadratic
    of `adds_up_products` is -det(AB - BA): it is zero if and only if A and B have an eigenvector in common."""
    show_exactly(factors)
    show("eigenvalues, factor by factor", [np.linalg.eigvals(J) for J in factors])
    B = exact.exactly(factors[0])
    for A in map(exact.exactly, factors[1:]):
        AB, determinants = exact.after(A, B), (exact.determinant(A), exact.determinant(B))
        show("determinants of two factors, and of their product", [*map(str, determinants), str(exact.determinant(AB))])
        holds(exact.determinant(AB) == determinants[0] * determinants[1], "the determinants do not multiply")
        total = exact.trace(AB)
        holds(adds_up_products(total, A, B), f"the product's eigenvalues add up to {total}; products of the factors' would not")
        B = AB


# --- the consequences -----------------------------------------------------------------------------------------------


@claim(
    "gradients.eigenvalues-below-one-vanish",
    says="When the eigenvalues of every step's Jacobian lie inside the unit circle, the product dies out exponentially.",
    lines=(123, 125, 513),
    expect="qualified",
    uses=(
        "gradients.chain-of-jacobians",
        "gradients.eigenvalues-multiply",
    ),
    as_written=reading(period=chains(every_eigenvalue=(0, LESS), size=(2, 2))),
    amended={
        "the same Jacobian at every step": reading(period=chains(every_eigenvalue=(0, LESS), repeat=True)),
        "every singular value at most 7/8": reading(period=chains(every_singular_value=(0, LESS))),
    },
    altered={
        "When all of them but one lie inside the unit circle, the product dies out.": reading(
            period=chains(some_eigenvalue=(MORE, 2), repeat=True)
        ),
    },
    fails_for={
        "near miss: one Jacobian, one of its eigenvalues 1": reading(period=only([np.diag([1.0, LESS])], "[1 0; 0 7/8]")),
        "one Jacobian with eigenvalues beyond 1": reading(period=chains(every_eigenvalue=(MORE, 2), repeat=True)),
    },
    witness={
        "two nilpotent matrices take turns": reading(period=TAKING_TURNS),
        "a tanh network: W = [[0, 2], [2, 0]], slopes (1, 1/16) and (1/16, 1) in turn": reading(
            period=of_a_network([[0, 2], [2, 0]], [[1, 1 / 16], [1 / 16, 1]])
        ),
        "one unit, its eigenvalue 1 - 1/(t+1)² at step t": reading(period=ClosingInOnOne()),
    },
    teach="Say *singular values*: ‖J_T…J_1‖ ≤ σ_T…σ_1, so a largest singular value of at most γ < 1 at every step leaves at "
    "most γ^T of the gradient. Eigenvalues govern the powers of one matrix, not the products of different ones. And keep "
    "the margin γ: the product of 1 - 1/(t+1)² tends to 1/2.",
    not_shown="How soon: a matrix that is not normal may grow for many steps before it dies out, see gradients.transient-growth.",
    cites=("pascanu2013", "horn2013"),
    figure=norms_by_depth,
)
def the_product_vanishes(period: Chain | ClosingInOnOne) -> None:
    """Exponentially: the spectral radius of the product over one period is below 1."""
    show_the_long_run(period)
    holds(in_the_long_run(period) < 0, "the product does not die out exponentially")


@domain("a normal matrix {size} wide, symmetric or a multiple of an orthogonal one, its eigenvalues of modulus up to {radius}")
def normal_matrices(radius: float, size: Interval = (1, 3)) -> st.SearchStrategy[Chain]:
    return st.integers(int(size[0]), int(size[1])).flatmap(lambda d: _normal(d, radius))


@cache
def _normal(d: int, radius: float) -> st.SearchStrategy[Chain]:
    turn = chains(every_singular_value=(1, 1), size=(d, d), repeat=True).strategy.map(lambda period: period[0])
    spectrum = grid((d,), (-1, 1)).map(lambda part: radius * part)
    symmetric = st.builds(lambda Q, spectrum: [times(times(Q, np.diag(spectrum)), Q.T)], turn, spectrum)
    return symmetric | st.builds(lambda Q, spectrum: [spectrum[0] * Q], turn, spectrum)


def never_above_one(J: Matrix) -> float:
    return 1.0


def kreiss(J: Matrix) -> float:
    """The supremum over |z| > 1 of (|z| - 1)·‖(z - J)⁻¹‖, here over a grid; at most ‖Jᵏ‖ for some k, J⁰ = 1 among them."""
    beyond, around = np.meshgrid(2.0 ** np.arange(-8, 4), np.exp(2j * np.pi * np.arange(64) / 64))
    z = ((1 + beyond) * around).ravel()
    smallest = np.linalg.svd(z[:, None, None] * np.eye(len(J)) - J, compute_uv=False)[:, -1]  # its inverse is the norm
    return float((beyond.ravel() / smallest).max())


def e_times_d_times_kreiss(J: Matrix) -> float:
    return e * len(J) * kreiss(J)


@claim(
    "gradients.transient-growth",
    says="Where one Jacobian with its eigenvalues inside the unit circle acts at each step, the gradient shrinks from the start.",
    expect="qualified",
    uses=("gradients.eigenvalues-below-one-vanish",),
    by=search(cases=100),
    as_written=reading(period=chains(every_eigenvalue=(0, 0.9), size=(2, 2), repeat=True), allowed=never_above_one),
    amended={
        "the Jacobian is normal: its eigenvectors are orthogonal": reading(period=normal_matrices(0.9), allowed=never_above_one),
        "every singular value is at most 0.9": reading(
            period=chains(every_singular_value=(0, 0.9), repeat=True), allowed=never_above_one
        ),
    },
    holds_for={
        "growth up to e·d times the Kreiss constant, which bounds it whatever the Jacobian": reading(
            period=chains(every_eigenvalue=(0, 0.9), repeat=True), allowed=e_times_d_times_kreiss
        ),
    },
    fails_for={
        "near miss: 0.9 twice on the diagonal, 0.2 beside it": reading(
            period=only([np.array([[0.9, 0.2], [0.0, 0.9]])], "[0.9 0.2; 0 0.9]"), allowed=never_above_one
        ),
        "near miss: the Kreiss constant without the factor e·d": reading(
            period=chains(every_eigenvalue=(0, 0.9), repeat=True), allowed=kreiss
        ),
    },
    witness={
        "½ twice on the diagonal, 8 beside it": reading(period=[np.array([[0.5, 8.0], [0.0, 0.5]])], allowed=never_above_one),
        "0.9 twice on the diagonal, 5 beside it: a peak of 19.4": reading(
            period=[np.array([[0.9, 5.0], [0.0, 0.9]])], allowed=never_above_one
        ),
    },
    teach="Eigenvalues speak of the end of the run, the norm of its beginning. Powers of a matrix that is not normal may grow at "
    "first, as far as its resolvent allows, and a hundred steps may lie within that time. For a normal one ‖Jᵏ‖ = |λ|ᵏ at "
    "every k, where λ is its largest eigenvalue.",
    not_shown="Widths above 3. The Kreiss constant is a largest value on a grid, which can only make the bound stricter.",
    cites=("trefethen2005", "horn2013"),
    figure=powers_of_one_matrix,
)
def no_power_exceeds_what_is_allowed(period: Chain, allowed: Callable[[Matrix], float]) -> None:
    """Two hundred powers are enough: of these matrices the one with 2 everywhere above a diagonal of 0.9 is the largest, entry by
    entry. Its 200th power has the norm 7·10⁻⁵, and every later one a smaller."""
    (J,) = period
    norms = np.linalg.norm(list(accumulate([J] * 200, np.matmul)), 2, axis=(1, 2))
    show("largest modulus of an eigenvalue", spectral_radius(J))
    show("norms of the first powers", norms[:12])
    at_most(float(norms.max()), allowed(J), f"norm of power {1 + int(np.argmax(norms))}, the largest")


@claim(
    "gradients.eigenvalues-above-one-explode",
    says="When step Jacobians have eigenvalues outside the unit circle, their product grows without bound, exponentially.",
    lines=(126, 513),
    expect="qualified",
    uses=(
        "gradients.chain-of-jacobians",
        "gradients.eigenvalues-multiply",
    ),
    as_written=reading(period=chains(some_eigenvalue=(MORE, 2))),
    amended={
        "all eigenvalues of every step at least 9/8 in modulus": reading(period=chains(every_eigenvalue=(MORE, 2))),
        "the same Jacobian at every step": reading(period=chains(some_eigenvalue=(MORE, 2), repeat=True)),
    },
    fails_for={
        "near miss: all eigenvalues of modulus 1": reading(period=chains(every_eigenvalue=(1, 1))),
        "near miss: one Jacobian whose powers grow, but not exponentially": reading(
            period=only([np.array([[1.0, 1.0], [0.0, 1.0]])], "[1 1; 0 1]")
        ),
        "all eigenvalues inside the circle, one Jacobian": reading(period=chains(every_eigenvalue=(0, LESS), repeat=True)),
    },
    witness={
        "each step doubles the axis that the next one erases": reading(period=[np.diag([2.0, 0.0]), np.diag([0.0, 2.0])]),
        "a tanh network: W = 2I, slopes (1, 1/16) and (1/16, 1) in turn": reading(
            period=of_a_network([[2, 0], [0, 2]], [[1, 1 / 16], [1 / 16, 1]])
        ),
    },
    teach="One eigenvalue beyond 1 promises nothing when the matrices change. If *all* are at least ρ > 1 in modulus the norm "
    "does explode: determinants multiply, so ‖P‖ ≥ |det P|^(1/d) ≥ ρ^T. Even then a particular gradient may shrink.",
    not_shown="That every gradient grows: it would be enough for that if all singular values were at least ρ.",
    cites=("pascanu2013", "horn2013"),
)
def the_product_explodes(period: Chain) -> None:
    """Exponentially: the spectral radius of the product over one period exceeds 1."""
    show_the_long_run(period)
    holds(in_the_long_run(period) > 0, "the product does not grow exponentially")


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


@claim(
    "gradients.hundred-factors",
    says="A sequence of a hundred tokens means a product of a hundred step Jacobians.",
    lines=(128, 513),
    expect="qualified",
    uses=("gradients.chain-of-jacobians",),
    by=search(cases=60),
    as_written=reading(stretch=stretches(LONGEST), promised=one_a_token),
    amended={
        "the gradient is followed back to the initial state": reading(stretch=stretches(LONGEST, "h_0"), promised=one_a_token),
        "from step T to step k there are T - k": reading(stretch=stretches(LONGEST), promised=one_a_step_between),
    },
    fails_for={
        "near miss: back to the state of the first token": reading(stretch=stretches(LONGEST, "h_1"), promised=one_a_token),
        "near miss: one fewer": reading(stretch=stretches(LONGEST), promised=one_fewer),
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


@claim(
    "gradients.singular-values-must-be-one",
    says="A long product of Jacobians, of a hundred say, vanishes or explodes unless all their singular values are exactly one.",
    lines=(128,),
    expect="qualified",
    uses=("gradients.hundred-factors",),
    as_written=reading(period=chains(every_singular_value=(0.5, 2))),
    amended={
        "all singular values at most 7/8": reading(period=chains(every_singular_value=(0, LESS))),
        "all singular values at least 9/8": reading(period=chains(every_singular_value=(MORE, 2))),
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


@claim(
    "gradients.hundred-steps-almost-surely",
    says="A product of a hundred step Jacobians is all but certain to vanish or explode.",
    lines=(128, 513),
    expect="qualified",
    uses=("gradients.hundred-factors",),
    by=trials(seeds=110, beats=0.9),
    as_written=reading(seed=seeds(), settings=EVERYDAY, length=100),
    amended={"the weights are drawn as torch draws them": reading(seed=seeds(), settings=TORCHS, length=100)},
    fails_for={
        "singular values exactly one: orthogonal weights at rest": reading(seed=seeds(), settings=ORTHOGONAL_AT_REST, length=100),
        "near miss: a single step": reading(seed=seeds(), settings=TORCHS, length=1),
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
