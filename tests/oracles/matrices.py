"""Matrices in fractions."""

import itertools
from fractions import Fraction
from functools import reduce
from operator import mul

import numpy as np

from tests.oracles.registry import oracle


def exact(A):
    return np.array([[Fraction(entry) for entry in row] for row in np.asarray(A).tolist()], dtype=object)


def product(period):
    return reduce(lambda P, J: J.dot(P), map(exact, period))


def radius_against_one(P):
    """Jury's conditions for s² - ts + u at widths 1 and 2; at width 3 numpy, which is right unless it is close."""
    if len(P) == 1:
        (p,) = P.ravel()
        return (abs(p) > 1) - (abs(p) < 1)
    if len(P) == 2:
        t, u = abs(P[0, 0] + P[1, 1]), P[0, 0] * P[1, 1] - P[0, 1] * P[1, 0]
        return -1 if abs(u) < 1 and t < 1 + u else 0 if abs(u) <= 1 and t <= 1 + u else 1
    largest = np.abs(np.linalg.eigvals(P.astype(float))).max()
    return 0 if abs(largest - 1) < 1e-6 else int(np.sign(largest - 1))


@oracle("gradients.eigenvalues-below-one-vanish", by="exact arithmetic")
def it_keeps_or_grows(period):
    if not isinstance(period, list):  # one factor after another, none of them again
        return all(part > Fraction(1, 2) for part in itertools.accumulate(map(period.factor, range(1, 300)), mul))
    return radius_against_one(product(period)) >= 0


@oracle("gradients.eigenvalues-above-one-explode", by="exact arithmetic")
def it_keeps_or_dies_out(period):
    return radius_against_one(product(period)) <= 0


@oracle("gradients.singular-values-must-be-one", by="exact arithmetic")
def it_keeps_although_singular_values_are_not_one(period):
    orthogonal = all((exact(J).T.dot(exact(J)) == np.eye(len(J), dtype=int)).all() for J in period)
    return radius_against_one(product(period)) == 0 and not orthogonal


@oracle("gradients.structural-in-the-weights", by="exact arithmetic")
def the_weights_keep_a_gradient(network):
    slopes = 1 - exact([network.h.tolist()])[0] ** 2
    return radius_against_one(slopes[:, None] * exact(network.W_h)) == 0


@oracle("gradients.transient-growth", by="exact arithmetic")
def some_power_stretches(period, allowed):
    """Its largest singular value exceeds 1: the larger eigenvalue of PᵀP does."""
    P = J = exact(period[0])
    for _ in range(60):
        if radius_against_one(P.T.dot(P)) > 0:
            return True
        P = J.dot(P)
    return False


@oracle("gradients.eigenvalues-multiply", by="another library")
def no_pairing_multiplies(factors):
    """Whichever eigenvalue of one factor is paired with which of the next."""
    spectra = [np.linalg.eigvals(J).astype(complex) for J in factors]
    found = np.linalg.eigvals(reduce(lambda P, J: J @ P, factors)).astype(complex)
    pairings = itertools.product(*(list(itertools.permutations(spectrum)) for spectrum in spectra))
    products = [np.prod(np.array(pairing), axis=0) for pairing in pairings]
    return not any(np.abs(np.poly(found) - np.poly(paired)).max() < 1e-6 for paired in products)


@oracle("gradients.hundred-factors", by="on paper")
def another_number_of_steps_lies_between(stretch, promised):
    return len(range(stretch.k + 1, stretch.T + 1)) != promised(stretch.T, stretch.k)
