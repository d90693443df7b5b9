"""claims.subjects.predicted: counts are those of a whole trace, and times follow from them by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.subjects import predicted
from claims.subjects.predicted import TRACED, Demand, crossing, demand, eaten
from impls.clocks.timing import ALONGSIDE, Abilities, Layer


@pytest.mark.parametrize("name", TRACED)
@pytest.mark.parametrize(("n", "d", "batch"), [(1, 4, 1), (9, 8, 2), (14, 4, 3)])
def test_what_short_traces_tell_of_a_longer_one_is_what_that_one_says(name, n, d, batch):
    graph = TRACED[name](n, d, batch)
    assert demand(Layer(name, d), n, batch) == Demand(graph.work, graph.span, 4 * graph.moved)


def test_every_layer_that_is_timed_beside_the_others_has_a_count():
    assert all(demand(Layer(name, 8), 16, 1).work > 0 for name in ALONGSIDE)


def test_the_counts_are_those_of_the_formulas():
    n, d = 64, 16
    lstm, layer = (demand(Layer(name, d), n, 1) for name in ("LSTM", "Transformer layer"))
    assert lstm.chain == 7 * n
    assert lstm.work >= 16 * d * d * n
    assert layer.chain == 31
    assert layer.work >= (24 * d * d + 4 * n * d) * n


def test_a_scan_takes_rounds_and_more_work_than_going_in_order():
    ordered, scanned = (demand(Layer(f"linear recurrence, {how}", 8), 64, 2) for how in ("in order", "by scan"))
    assert ordered.chain == 2 * 63
    assert scanned.chain < 20
    assert scanned.work > ordered.work


@given(*[st.floats(1e3, 1e9)] * 3)
def test_the_prediction_is_the_chain_at_its_launches_and_the_slower_of_work_and_bytes(work, chain, moved):
    able = Abilities(rate=100.0, launch=0.5, bandwidth=10.0)
    assert predicted.predicted(Demand(work, chain, moved), able) == pytest.approx(chain / 2 + max(work / 100, moved / 10))
    assert Demand(work, chain, moved).to_train == Demand(3 * work, 2 * chain, 3 * moved)


FIRST, SECOND = Layer("LSTM", 32), Layer("Transformer layer", 32)
FEW = Abilities(rate=1e9, launch=0.0, bandwidth=1e30)
MANY = Abilities(rate=1e13, launch=1e-6, bandwidth=1e30)


def test_where_work_decides_the_curves_do_not_cross():
    assert crossing(FIRST, SECOND, 1, FEW) is None
    assert eaten(FIRST, SECOND, 1, FEW) is None


def test_where_the_chain_decides_they_cross_early_and_the_square_eats_the_gain():
    from_here, until = crossing(FIRST, SECOND, 1, MANY), eaten(FIRST, SECOND, 1, MANY)
    assert from_here == 8  # 7 · 8 operations in a row against 31; at 4 it is 28
    assert until is not None

    def ahead(n):
        slow, fast = (predicted.predicted(demand(layer, n, 1).to_train, MANY) for layer in (FIRST, SECOND))
        return fast < slow

    assert ahead(from_here)
    assert not ahead(from_here // 2)
    assert ahead(until // 2)
    assert not ahead(until)
