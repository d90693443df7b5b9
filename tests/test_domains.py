"""Each domain holds what its words say, both ends included, and discards nothing on the way.

Spectra are known by construction. Here they are worked out anew: eigenvalues from trace and determinant, or as the roots of
nothing but a triangle's diagonal; singular values by numpy, which is safe for them.
"""

import functools
from collections import Counter

import hypothesis
import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from hypothesis.statistics import collector

from claims.evidence.codec import to_plain
from claims.kit import Domain, cases, only
from claims.kit.domain import in_words, name_of
from claims.kit.domains import any32, chains, finite32, matrices, reals, seeds, vectors, whole
from claims.kit.engines.inside import the_same_everywhere
from claims.rnns.gated.gru import gru_runs
from claims.subjects.contexts import independent_keys, rearranged
from claims.subjects.memories import lstm_runs
from claims.subjects.networks import elman_runs
from impls.broken import cells
from impls.broken.gru import gru_reads_two_steps_back
from impls.recurrent import elman

# Bounds below full precision are no domain of a claim, and eigenvalue routines warn of them.
BOUND = st.floats(0, 2, allow_subnormal=False)
INTERVALS = st.tuples(BOUND, BOUND).map(sorted).map(tuple)
ROUNDING = 1e-12
EVERY = {
    "whole": whole(-3, 8),
    "reals": reals(-1.5, 2.5),
    "seeds": seeds(),
    "finite32": finite32(size=(1, 3)),
    "any32": any32(size=(0, 3)),
    "vectors": vectors(),
    "matrices": matrices(),
    "chains by eigenvalues": chains(every_eigenvalue=(0.2, 0.9)),
    "chains by one eigenvalue": chains(some_eigenvalue=(1.1, 2)),
    "chains by singular values": chains(every_singular_value=(0.5, 2)),
    "chains of one matrix": chains(every_eigenvalue=(1, 1), repeat=True),
    "Elman runs": elman_runs(),
    "a list": cases([1, 2, 3]),
    "one value": only(7),
}


def moduli(J):
    """The moduli of the eigenvalues, largest last, without an eigenvalue routine: they misread defective matrices."""
    if not np.triu(J, 1).any() or not np.tril(J, -1).any():
        return np.sort(np.abs(np.diag(J)))
    assert J.shape == (2, 2), f"neither a triangle nor a rotation:\n{J}"
    half, determinant = np.trace(J) / 2, np.linalg.det(J)
    assert half**2 <= determinant + ROUNDING, "a rotation has no two real eigenvalues"
    return np.sqrt([determinant, determinant])


def singular_values(J):
    return np.linalg.svd(J, compute_uv=False)


def reaches(domain, condition):
    """Whether the domain holds such a value; `find` is Hypothesis' own search, here without shrinking what it finds."""
    try:
        find(domain.strategy, condition, settings=settings(max_examples=2000, database=None, phases=(Phase.generate,)))
    except NoSuchExample:
        return False
    return True


@pytest.mark.parametrize("name", EVERY)
def test_no_case_is_filtered_away(name):
    seen = {}

    @settings(max_examples=200, database=None, phases=[Phase.generate])
    @given(EVERY[name].strategy)
    def draw(value): ...

    with collector.with_value(seen.update):
        draw()

    statuses = Counter(case["status"] for case in seen["generate-phase"]["test-cases"])
    assert statuses["valid"] > 0
    assert statuses["invalid"] == 0
    # Hypothesis itself cuts some of its mutations short; a domain too large to draw would overrun nearly every time.
    assert statuses["overrun"] < statuses["valid"] / 2


@given(st.data(), INTERVALS)
def test_all_eigenvalues_lie_within_the_bounds(data, bounds):
    for J in data.draw(chains(every_eigenvalue=bounds).strategy):
        assert moduli(J)[0] >= bounds[0] - ROUNDING
        assert moduli(J)[-1] <= bounds[1] + ROUNDING


@given(st.data(), INTERVALS)
def test_the_eigenvalues_of_a_triangle_keep_to_the_bounds_exactly(data, bounds):
    for J in data.draw(chains(every_eigenvalue=bounds).strategy):
        if not (np.triu(J, 1).any() and np.tril(J, -1).any()):
            assert bounds[0] <= moduli(J)[0] <= moduli(J)[-1] <= bounds[1]


@given(st.data(), st.floats(1, 2), st.floats(1, 2))
def test_one_eigenvalue_lies_within_the_bounds_and_the_others_do_not_exceed_one(data, low, high):
    low, high = sorted((low, high))
    for J in data.draw(chains(some_eigenvalue=(low, high)).strategy):
        assert low <= moduli(J)[-1] <= high
        assert (moduli(J)[:-1] <= max(1, high)).all()


@given(st.data(), INTERVALS)
def test_all_singular_values_lie_within_the_bounds(data, bounds):
    for J in data.draw(chains(every_singular_value=bounds).strategy):
        assert singular_values(J)[-1] >= bounds[0] - ROUNDING
        assert singular_values(J)[0] <= bounds[1] + ROUNDING


@pytest.mark.parametrize("end", [0.2, 0.9])
def test_both_ends_of_an_eigenvalue_interval_are_reached(end):
    assert reaches(chains(every_eigenvalue=(0.2, 0.9)), lambda period: any(np.isclose(moduli(J), end).any() for J in period))


@pytest.mark.parametrize("end", [0.5, 2])
def test_both_ends_of_a_singular_value_interval_are_reached(end):
    domain = chains(every_singular_value=(0.5, 2))

    assert reaches(domain, lambda period: any(np.isclose(singular_values(J), end).any() for J in period))


@pytest.mark.parametrize(("kind", "is_there"), [
    ("a rotation", lambda J: J.shape == (2, 2) and np.linalg.det(J) > 0 and np.trace(J) ** 2 < 3.9 * np.linalg.det(J)),
    ("an upper triangle", lambda J: np.triu(J, 1).any() and not np.tril(J, -1).any()),
    ("a lower triangle", lambda J: np.tril(J, -1).any() and not np.triu(J, 1).any()),
    ("a negative eigenvalue", lambda J: J.shape == (1, 1) and J[0, 0] < 0),
    ("the largest width", lambda J: J.shape == (3, 3)),
    ("a far larger norm than eigenvalue", lambda J: singular_values(J)[0] > 2),
])  # fmt: skip
def test_chains_with_small_eigenvalues_hold(kind, is_there):
    assert reaches(chains(every_eigenvalue=(0.2, 0.9)), lambda period: any(is_there(J) for J in period))


@pytest.mark.parametrize("length", [1, 2, 3])
def test_periods_of_each_length_are_reached(length):
    assert reaches(chains(every_eigenvalue=(0, 0.75)), lambda period: len(period) == length)
    assert reaches(chains(every_eigenvalue=(0, 0.75), repeat=True), lambda period: len(period) == length) == (length == 1)


@pytest.mark.parametrize("eighths", range(9))
def test_an_orthogonal_matrix_may_be_turned_by_any_eighth_of_half_a_circle(eighths):
    cosine = np.cos(eighths * np.pi / 8)
    domain = chains(every_singular_value=(1, 1), size=(2, 2), repeat=True)
    assert reaches(domain, lambda period: abs(np.abs(period[0]).min() - min(abs(cosine), (1 - cosine**2) ** 0.5)) < ROUNDING)


@given(chains(every_eigenvalue=(0, 1)).strategy)
def test_the_factors_of_a_period_are_one_to_three_matrices_of_one_width(period):
    assert 1 <= len(period) <= 3
    assert len({J.shape for J in period}) == 1


@given(chains(every_eigenvalue=(0, 1), repeat=True).strategy)
def test_a_repeated_matrix_is_a_period_of_one(period):
    assert len(period) == 1


def test_different_matrices_in_one_period_are_common():
    assert reaches(chains(every_eigenvalue=(0, 1)), lambda period: len(period) == 3 and not np.array_equal(period[0], period[2]))


def test_chains_need_to_know_what_to_bound():
    with pytest.raises(TypeError, match="every_eigenvalue="):
        chains()


@given(st.data(), st.floats(-3, 3), st.floats(-3, 3))
def test_entries_lie_on_the_grid_of_eighths_and_within_their_interval(data, low, high):
    low, high = sorted((low, high))
    low = min(low, high - 0.25)  # so that a multiple of an eighth lies between
    for domain, dimensions in ((matrices(entries=(low, high)), 2), (vectors(entries=(low, high)), 1)):
        array = data.draw(domain.strategy)
        assert array.ndim == dimensions
        assert ((low <= array) & (array <= high)).all()
        assert (array * 8 == np.round(array * 8)).all()


def test_an_interval_may_be_one_number_and_has_its_lower_end_first():
    assert reaches(matrices(entries=(1, 1)), lambda array: (array == 1).all())
    for domain in (matrices, vectors):
        with pytest.raises(ValueError, match="write the lower end first"):
            domain(entries=(1, 0.5))


@pytest.mark.parametrize(("domain", "end"), [
    (whole(-3, 8), -3), (whole(-3, 8), 8), (reals(-1.5, 2.5), -1.5), (reals(-1.5, 2.5), 2.5),
    (seeds(), 0), (seeds(), 2**63 - 1), (cases(["a", "b"]), "a"), (cases(["a", "b"]), "b"),
])  # fmt: skip
def test_both_ends_of_a_range_are_reached(domain, end):
    assert reaches(domain, lambda value: value == end)


@pytest.mark.parametrize("make", [matrices, vectors])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_every_size_is_reached(make, size):
    assert reaches(make(size=(1, 3), entries=(-2, 1.5)), lambda array: len(array) == size)


@pytest.mark.parametrize(("domain", "end"), [(matrices(), -2), (matrices(), 2), (vectors(), -2), (vectors(), 2)])
def test_extreme_entries_are_reached(domain, end):
    assert reaches(domain, lambda array: (array == end).any())


@given(whole(-3, 8).strategy, reals(-1.5, 2.5).strategy, seeds().strategy)
def test_numbers_stay_within_their_range(n, x, seed):
    assert -3 <= n <= 8
    assert -1.5 <= x <= 2.5
    assert x == 0 or abs(x) >= np.finfo(float).tiny
    assert 0 <= seed < 2**63


@given(finite32(size=(1, 4), magnitude=(1e-6, 1e6)).strategy)
def test_finite_vectors_hold_zeros_and_numbers_of_the_named_size(vector):
    size = np.abs(vector)

    assert vector.dtype == np.float32
    assert 1 <= len(vector) <= 4
    assert ((size == 0) | ((size >= np.float32(1e-6)) & (size <= np.float32(1e6)))).all()


@pytest.mark.parametrize("is_there", [
    lambda v: (v == 0).any(), lambda v: (v < 0).any(), lambda v: (np.abs(v) == np.float32(1e6)).any(), lambda v: len(v) == 4,
], ids=["a zero", "a negative number", "the largest size", "the most entries"])  # fmt: skip
def test_finite_vectors_reach(is_there):
    assert reaches(finite32(size=(1, 4)), is_there)


@given(any32(size=(1, 3)).strategy)
def test_vectors_of_anything_hold_no_nan(vector):
    assert vector.dtype == np.float32
    assert not np.isnan(vector).any()


@pytest.mark.parametrize("extreme", [np.inf, -np.inf])
def test_vectors_of_anything_reach_infinity(extreme):
    assert reaches(any32(size=(1, 3)), lambda vector: (vector == extreme).any())


@given(elman_runs(width=(1, 3), steps=(2, 5)).strategy)
def test_an_elman_run_has_matching_shapes_and_runs(run):
    d, n = len(run.b), len(run.x)

    assert 1 <= d <= 3
    assert 2 <= n <= 5
    assert elman.run(run.network, run.inputs, run.start).shape == (n, d)
    assert (np.abs(run.h_0) < 1).all(), "a state is a tanh"


@pytest.mark.parametrize(("domain", "words"), [
    (whole(-3, 8), ["-3", "8"]),
    (reals(-1.5, 2.5), ["-1.5", "2.5"]),
    (finite32(size=(2, 4)), ["[2, 4]", "1e-06", "1e+06"]),
    (any32(size=(1, 3)), ["[1, 3]", "infinite"]),
    (vectors(size=(2, 5), entries=(-1, 1)), ["[2, 5]", "[-1, 1]"]),
    (matrices(size=(2, 2)), ["2 wide", "[-2, 2]"]),
    (chains(every_eigenvalue=(0, 0.9)), ["every eigenvalue", "[0, 0.9]", "1 to 3 matrices", "[1, 3]"]),
    (chains(every_eigenvalue=(1, 1), repeat=True), ["every eigenvalue", "modulus in 1,", "one matrix"]),
    (chains(some_eigenvalue=(1.1, 2), off_diagonal=4), ["one eigenvalue", "[1.1, 2]", "up to 4"]),
    (chains(every_singular_value=(0.5, 2), size=(1, 2)), ["every singular value", "[0.5, 2]", "[1, 2]"]),
    (elman_runs(steps=(2, 7)), ["[2, 7]"]),
])  # fmt: skip
def test_the_words_name_the_parameters(domain, words):
    assert [word for word in words if word not in domain.words] == []


@pytest.mark.parametrize(("value", "words"), [
    ((0, 0.9), "[0, 0.9]"), ((1, 1), "1"), (0.5, "0.5"), (7, "7"), ("x", "x"), (whole(1, 2), "whole numbers from 1 to 2"),
])  # fmt: skip
def test_a_parameter_reads_as_a_person_would_write_it(value, words):
    assert in_words(value) == words


def test_an_implementation_is_called_by_its_module_and_name_never_by_its_address():
    assert name_of(elman.run) == "elman.run"
    assert only(elman.Elman).words == "elman.Elman"
    assert only(elman.run, "the network").words == "the network"


def test_what_is_wrong_on_purpose_is_called_broken_in_the_report():
    assert name_of(gru_reads_two_steps_back) == "broken_gru.gru_reads_two_steps_back"
    assert name_of(cells.elman_step_bias_nearly) == "broken_cells.elman_step_bias_nearly"


@pytest.mark.parametrize(
    ("domain", "is_one"), [(only(7), True), (cases([7]), True), (cases([7, 8]), False), (whole(7, 7), False)]
)
def test_a_domain_knows_whether_it_is_one_value(domain, is_one):
    assert isinstance(domain, Domain)
    assert domain.is_one_value is is_one


# --- spread: a search that draws nearly the same case again and again, or matrices without rank, tries little ------------------

DRAWS = 200
DISTINCT, FULL_RANK, NEARLY_CONSTANT = 0.8, 0.5, 0.25  # floors for cases and for square matrices, a ceiling for the last
FREE = {
    "matrices": (matrices(size=(2, 3)), lambda case: [case]),
    "Elman runs": (elman_runs(width=(2, 3)), lambda case: [case.W_h, case.W_x]),
    "LSTM runs": (lstm_runs(), lambda case: [W[:, :-1].numpy() for W in (case.network.W_f, case.network.W_i, case.network.W_o)]),
    "GRU runs": (gru_runs(), lambda case: [W[:, :-1].numpy() for W in (case.network.W_r, case.network.W_z)]),
    "texts": (rearranged(inserted=(0, 2)), lambda case: [case.W_q, case.W_k]),
    "keys": (independent_keys(tokens=(2, 5)), lambda case: [case]),
}
TURNS = {
    "moduli from 1/5": chains(every_eigenvalue=(0.2, 0.9)),
    "a modulus above 1": chains(some_eigenvalue=(1.1, 2)),
    "singular values from 1/2": chains(every_singular_value=(0.5, 2)),
    "singular values from 0": chains(every_singular_value=(0, 0.875)),
}
ONE = {
    "moduli from 0": chains(every_eigenvalue=(0, 0.9), repeat=True),
    "moduli from 1/5": chains(every_eigenvalue=(0.2, 0.9), repeat=True),
    "a modulus above 1": chains(some_eigenvalue=(1.1, 2), repeat=True),
    "singular values from 1/4, 1 or 2 wide": chains(every_singular_value=(0.25, 0.9), size=(1, 2), repeat=True),
}
SPREAD = FREE | {
    f"{kind}, {name}": (made, list)
    for kind, some in (("matrices in turn", TURNS), ("one matrix", ONE))
    for name, made in some.items()
}  # fmt: skip


def drawn_from(domain):
    """What a search draws before it is steered, the same each time."""
    found = []

    @hypothesis.seed(0)
    @settings(max_examples=DRAWS, database=None, deadline=None, phases=[Phase.generate])
    @given(domain.strategy)
    def draw(case):
        found.append(case)

    with the_same_everywhere():
        draw()
    return found


@functools.cache
def spread(name):
    """The share of cases that are distinct, and of square matrices 2 wide or more that are of full rank, or nearly constant:
    three quarters of their entries are one number."""
    domain, inside = SPREAD[name]
    cases_drawn = drawn_from(domain)
    square = [M for case in cases_drawn for M in inside(case) if M.shape[0] == M.shape[1] > 1]
    assert len(square) >= DRAWS // 4
    return {
        "distinct": len({str(to_plain(case)) for case in cases_drawn}) / len(cases_drawn),
        "full rank": np.mean([np.linalg.matrix_rank(M) == len(M) for M in square]),
        "nearly constant": np.mean([np.unique(M, return_counts=True)[1].max() >= 0.75 * M.size for M in square]),
    }


each = pytest.mark.parametrize("name", SPREAD)


@each
def test_most_cases_are_distinct(name):
    assert spread(name)["distinct"] >= DISTINCT


@each
def test_half_of_the_square_matrices_are_of_full_rank(name):
    assert spread(name)["full rank"] >= FULL_RANK


@each
def test_few_square_matrices_are_nearly_constant(name):
    assert spread(name)["nearly constant"] <= NEARLY_CONSTANT
