"""What a product of many step Jacobians does: vanish, explode or neither."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import accumulate
from math import e

import numpy as np
from hypothesis import strategies as st

from claims.kit import at_least, at_most, claim, domain, holds, only, reading, search, show
from claims.kit.domains import chains
from claims.kit.domains.matrices import Interval, grid, times
from claims.rnns.gradients.figures import norms_by_depth, powers_of_one_matrix
from claims.rnns.gradients.jacobians import (
    TAKING_TURNS,
    Chain,
    ClosingInOnOne,
    Matrix,
    in_the_long_run,
    norm_after,
    of_a_network,
    show_exactly,
    show_the_long_run,
    spectral_radius,
)  # fmt: skip
from impls.counting import exact

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
    own = st.sampled_from((1, -1, 2, -2, 3, -3, 0))  # rarely 0, which leaves no inverse
    three = st.builds(lambda a, b, c: np.array([[a, b], [0, c]], float), own, st.integers(-3, 3), own)
    return st.builds(lambda S, Ts: [S @ T @ (inverse @ S.T @ inverse.T) for T in Ts], turn, some(three))


@domain("2 or 3 symmetric factors of whole numbers, width 2")
def symmetric_factors() -> st.SearchStrategy[Chain]:
    return some(whole_numbers().map(lambda J: J + J.T))


def adds_up_products(s: Fraction, A: exact.Rational, B: exact.Rational) -> bool:
    """Is s a sum λν + μξ or λξ + μν, λ and μ being the eigenvalues of A, ν and ξ those of B?

    Both sums are roots of a quadratic whose coefficients are rational, even where the eigenvalues are not."""
    (t, u), (p, q) = map(exact.trace, (A, B)), map(exact.determinant, (A, B))
    return s * s - t * u * s + p * (u * u - 2 * q) + q * (t * t - 2 * p) == 0


def the_singular_values_multiply(factors: Chain) -> None:
    """Their squares are the eigenvalues of JᵀJ."""
    A, B = exact.exactly(factors[1]), exact.exactly(factors[0])
    total = exact.trace(gram(exact.after(A, B)))
    holds(adds_up_products(total, gram(A), gram(B)), f"their squares add up to {total}; products of the factors' would not")


def gram(J: exact.Rational) -> exact.Rational:
    """JᵀJ."""
    return exact.after(tuple(zip(*J, strict=True)), J)


def the_eigenvalues_add_up(factors: Chain) -> None:
    A, B = exact.exactly(factors[1]), exact.exactly(factors[0])
    want, found = exact.trace(A) + exact.trace(B), exact.trace(exact.after(A, B))
    holds(found == want, f"the product's eigenvalues have the sum {found}, sums of the factors' have {want}")


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
    altered={
        "Along a product of Jacobians that commute the singular values multiply.": reading(
            the_singular_values_multiply, factors=commuting_factors()
        ),
        "Along a product of Jacobians that commute the eigenvalues add up.": reading(
            the_eigenvalues_add_up, factors=commuting_factors()
        ),
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


def it_dies_out(period: Chain) -> None:
    holds(in_the_long_run(period) < 0, "the product does not die out exponentially")


def it_grows(period: Chain) -> None:
    holds(in_the_long_run(period) > 0, "the product does not grow exponentially")


def its_norm_halves(period: Chain) -> None:
    """When there are twice as many factors, as of what dies out like one over their number, give or take half a power of it."""
    early, late = norm_after(period, 64), norm_after(period, 128)
    holds(2**-1.5 * early < late < 2**-0.5 * early, f"the norm of 128 factors is {late:.3g}, that of 64 {early:.3g}")


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
        "When every singular value is at most 7/8, the product explodes.": reading(
            it_grows, period=chains(every_singular_value=(0, LESS))
        ),
        "When every singular value is at most 7/8, the product dies out like one over the number of steps.": reading(
            its_norm_halves, period=chains(every_singular_value=(0, LESS))
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


@domain("a diagonal matrix, one of its two eigenvalues in [0, 7/8], the other in [9/8, 2]")
def one_inside_one_outside() -> st.SearchStrategy[Chain]:
    return st.builds(lambda inner, outer: [np.diag([inner[0], outer[0]])], grid((1,), (0, LESS)), grid((1,), (MORE, 2)))


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


def the_first_power_is_no_smaller(period: Chain, allowed: Callable[[Matrix], float]) -> None:
    """Than the identity, which is power 0."""
    (J,) = period
    at_least(float(np.linalg.norm(J, 2)), allowed(J), "norm of power 1")


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
    altered={
        "Where one normal Jacobian with its eigenvalues inside the unit circle acts, the gradient grows from the start.": reading(
            the_first_power_is_no_smaller, period=normal_matrices(0.9), allowed=never_above_one
        ),
        "Where one normal Jacobian with one of its eigenvalues inside the unit circle acts, the gradient shrinks.": reading(
            period=one_inside_one_outside(), allowed=never_above_one
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


@domain("one matrix at every step, 2 wide, one of its singular values in {above}, the other in [0, 1/2]")
def one_singular_value(above: Interval) -> st.SearchStrategy[Chain]:
    turn = chains(every_singular_value=(1, 1), size=(2, 2), repeat=True).strategy.map(lambda period: period[0])
    stretch = st.builds(lambda low, high: np.diag([*low, *high]), grid((1,), (0, 0.5)), grid((1,), above))
    return st.builds(lambda U, S, V: [times(times(U, S), V)], turn, stretch, turn)


def it_grows_linearly(period: Chain) -> None:
    """Twice as many factors, twice the norm: nearer to that than to what the power ½ or 1½ of their number comes to."""
    times_as_long = norm_after(period, 128) / norm_after(period, 64)
    holds(2**0.5 < times_as_long < 2**1.5, f"the norm of 128 factors is {times_as_long:.3g} times that of 64")


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
    altered={
        "When all eigenvalues of every Jacobian lie outside the unit circle, the product dies out.": reading(
            it_dies_out, period=chains(every_eigenvalue=(MORE, 2))
        ),
        "When one Jacobian with an eigenvalue outside the unit circle acts at every step, its powers grow linearly.": reading(
            it_grows_linearly, period=chains(some_eigenvalue=(MORE, 2), repeat=True)
        ),
        "When one Jacobian that acts at every step has a singular value above one, its powers grow without bound.": reading(
            period=one_singular_value((MORE, 2))
        ),
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
