"""What the last bits of a number decide: nothing that is stored. `python -m tests.processors` tries it with all claims."""

import altair as alt
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from claims.evidence.evidence import as_json
from claims.evidence.profiles import VERDICT
from claims.kit import at_least, at_most, claim, close, measure, reading
from claims.kit.domains import reals
from claims.kit.domains.matrices import times
from claims.kit.examine import examine_reading
from claims.kit.property import listening
from tests.seen import collect

BITS = (0.0, 1e-15, -1e-15)


@pytest.mark.parametrize(("put", "strain"), [
    (lambda bits: at_most(1 + bits, 3, "x"), 0.3333),
    (lambda bits: at_least(3, 1 + bits, "x"), 0.3333),
    (lambda bits: at_most(1 + bits, 3, "x", 1e-14), 0.3333),
    (lambda bits: at_most(1e-16 + bits, 3, "x", 1e-14), 0.0),
], ids=["at most", "at least", "allowing for rounding", "nothing but rounding"])  # fmt: skip
def test_they_are_no_strain(put, strain):
    for bits in BITS:
        with listening() as seen:
            put(bits)

        assert seen.strain == strain


def test_they_are_not_measured():
    with listening() as seen:
        for place, bits in enumerate(BITS):
            measure(**{str(place): 1 / 3 + bits})

    assert set(seen.measured.values()) == {0.333333}


def examined(check):
    """A claim by this check: what was drawn, and the evidence without the time it took."""
    drawn = []

    @claim("toys.rounding", says="x.", teach="x.", expect="supported", as_written=reading(x=reals(0, 10)),
           fails_for={"none": reading(x=reals(11, 12))})  # fmt: skip
    def rounding_alone(x):
        drawn.append(x)
        check(x)

    found = examine_reading(rounding_alone, rounding_alone.reading("as written"), VERDICT)
    return drawn, as_json({**{name: getattr(found, name) for name in found.__struct_fields__}, "seconds": 0})


@pytest.mark.parametrize("check", [
    lambda error: close(error, 0.0, 1e-12, "x"),
    lambda error: at_most(error, 0, "x", within=1e-12),
    lambda error: at_most(0.1 + error, 1, "x"),
], ids=["close", "at most nothing", "at most one"])  # fmt: skip
def test_they_choose_no_case(check):
    """Two processors that round otherwise draw the same cases and store the same evidence."""
    assert examined(lambda x: check(1e-14 * x)) == examined(lambda x: check(1e-14 * (10 - x)))


def test_they_are_not_drawn_in_a_chart():
    def drawn(bits):
        chart = alt.Chart(alt.Data(values=[{"x": 1, "y": 1 / 3 + bits}])).mark_point().encode(x="x:Q", y="y:Q")

        @claim("toys.drawn", says="x.", teach="x.", expect="supported", as_written=reading(x=reals(0, 10)),
               fails_for={"none": reading(x=reals(11, 12))}, figure=lambda seen: chart)  # fmt: skip
        def is_small(x):
            at_most(x, 10, "x")

        return as_json(collect(is_small, VERDICT, []).figure)

    assert len({drawn(bits) for bits in BITS}) == 1
    assert b"0.333333" in drawn(0.0)


@given(*[arrays(float, (3, 3), elements=reals(-2, 2).strategy)] * 2)
def test_a_product_in_a_domain_adds_from_left_to_right(A, B):
    sums = [[A[i, 0] * B[0, j] + A[i, 1] * B[1, j] + A[i, 2] * B[2, j] for j in range(3)] for i in range(3)]

    assert np.array_equal(times(A, B), sums)
