"""The page `site/machines.html`: machines, figures, and what was counted."""

import re
from statistics import median

import pytest

from claims.evidence.store import Store
from claims.subjects.machines import every_recording
from impls.clocks import timing
from impls.clocks.timing import Layer
from reports.pages.pages import Pages
from reports.record.making import _timed
from reports.record.record import MachinesRecord
from tests.reports import made


@pytest.fixture(scope="module")
def machines() -> MachinesRecord:
    drawn = made.evidence(made.record(made.claim("refuted")), made.chart())
    return _timed(drawn, ["toys.undrawn", "gradients.is-refuted"], Store(None))


@pytest.fixture(scope="module")
def page(machines) -> str:
    record = made.record(made.claim("refuted"))
    record = type(record)(**{name: getattr(record, name) for name in record.__struct_fields__} | {"machines": machines})
    return Pages(record, made.evidence(record, made.chart()), {}).machines()


def test_where_no_figure_was_drawn_there_is_no_page():
    undrawn = made.evidence(made.record(made.claim("refuted")), None)
    assert _timed({}, ["gradients.is-refuted"], Store(None)) is None
    assert _timed(undrawn, ["gradients.is-refuted"], Store(None)) is None


def test_only_figures_that_were_drawn_are_shown(machines, page):
    assert machines.figures == ["gradients.is-refuted"]
    assert page.count("<figure ") == page.count("<svg ") == 1


def test_every_machine_that_was_recorded_has_a_row_with_its_date(machines, page):
    assert [one.name for one in machines.machines] == [one.name for one in every_recording()]
    for one in machines.machines:
        assert one.name in page
        assert one.date[:10] in page
        assert one.rate > 0
        assert one.launch > 0
        assert one.ahead_from is None or one.ahead_until is None or one.ahead_from < one.ahead_until


def test_what_was_counted_can_be_read_without_a_script_and_says_that_it_was_not_measured(machines, page):
    rows = re.findall(r'<tr data-work="([^"]+)" data-chain="([^"]+)">', page)
    assert [(float(work), float(chain)) for work, chain in rows] == [(one.work, one.chain) for one in machines.counted]
    assert "Extrapolated, not measured" in page
    assert 'class="slider" data-js hidden' in page


def took(on, name, d, n):
    batch = next(batch for width, batch in timing.SHAPES if width == d)
    rows = on.find([Layer(name, d)], n, batch)
    return median(row[0] for row in rows) if rows else None


def test_what_is_said_instead_is_true_of_every_machine_that_was_recorded():
    for on in every_recording():
        ratio = {(d, n): took(on, "LSTM", d, n) / other for d in (128, 512) for n in timing.LENGTHS
                 if (other := took(on, "Transformer layer", d, n))}  # fmt: skip
        assert all(ratio[128, n] < 1 for n in (16, 64, 256)), "with little to do the LSTM is ahead"
        if on.kind == "cpu":
            assert all(times < 1 for (d, _), times in ratio.items() if d == 128), "on cores it is at every length"
        else:
            assert ratio[512, 512] > 3
            assert 1 / ratio[512, 4096] == pytest.approx(3 / 5, abs=0.05)
            assert max(ratio.values()) < 4
            one_by_one = took(on, "LSTM, step by step", 512, 512) / took(on, "Transformer layer", 512, 512)
            assert one_by_one > 10


def test_the_page_says_where_the_transformer_layer_was_ahead_by_the_clock(machines, page):
    for one in machines.machines:
        assert set(one.ahead_at) <= set(one.timed)
        assert f"at {', '.join(map(str, one.ahead_at))} tokens" in page if one.ahead_at else "at no length of" in page


def test_text_from_claims_stays_text(page):
    assert "<script>alert" not in page
