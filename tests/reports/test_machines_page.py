"""The page `site/machines.html`: machines, figures, what was counted, and what is left open for want of a machine."""

import re

import pytest

from claims.kit.claim import ClaimError, claim, reading
from claims.subjects.machines import every_recording
from reports.machines import MachinesRecord, machines_record
from reports.record import is_as_pinned
from reports.render import machines_as_html
from tests.reports import made


@pytest.fixture(scope="module")
def machines() -> MachinesRecord:
    drawn = made.evidence(made.record(made.claim("refuted")), made.chart())
    return machines_record(drawn, ["toys.undrawn", "gradients.is-refuted"])


@pytest.fixture(scope="module")
def page(machines) -> str:
    wanting = made.claim("undecided", id="sequential.wants", expected="undecided", needs="a GPU")
    record = made.record(made.claim("refuted"), wanting)
    record = type(record)(**{name: getattr(record, name) for name in record.__struct_fields__} | {"machines": machines})
    return machines_as_html(record, made.evidence(record, made.chart()))


def test_where_no_figure_was_drawn_there_is_no_page():
    assert machines_record({}, ["gradients.is-refuted"]) is None


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


def test_the_one_script_is_the_one_that_is_allowed(page):
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    from reports.render import digest

    assert f"script-src '{digest(script)}'" in page


def test_what_wants_a_machine_is_listed_with_what_it_needs(page):
    assert 'href="index.html#sequential.wants"' in page
    assert "needs a GPU" in page


def test_text_from_claims_stays_text(page):
    assert "<script>alert" not in page


# --- a machine that few have ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", ["supported", "qualified", "refuted"])
def test_that_the_machine_is_here_is_no_change_of_verdict(verdict):
    there = made.claim(verdict, expected="undecided", needs="a GPU")
    assert is_as_pinned(made.record(there)) == ([], [])
    assert is_as_pinned(made.record(made.claim(verdict, expected="undecided"))) != ([], [])


def test_what_needs_a_machine_is_pinned_as_undecided():
    with pytest.raises(ClaimError, match="needs a GPU and expects 'supported'; pin it as undecided"):
        claim(
            "toys.gpu",
            says="",
            teach="",
            expect="supported",
            needs="a GPU",
            as_written=reading(n=1),
            fails_for={"x": reading(n=2)},
        )(lambda n: None)
