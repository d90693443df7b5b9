"""docs/many-machines.md: what was measured stands there as the command writes it, and is what it says it is."""

import re

import pytest

from benchmarks import machines
from benchmarks.machines import BEGIN, END, PAGE, SLEEPERS, Measured, as_text, put_into
from claims import every_claim

TEXT = PAGE.read_text(encoding="utf-8")
MEASURED = TEXT.partition(BEGIN)[2].partition(END)[0]
measured = pytest.mark.skipif("**Trials**" not in MEASURED, reason="not measured yet: python -m benchmarks.machines --write")
ROW = re.compile(r"^\| (\d+) \| ([\d.]+) \| ([\d.]+) \|$", re.MULTILINE)


def tables(text):
    """By their titles in bold: rows of workers, seconds, and how many times one worker that is."""
    parts = re.split(r"\*\*(\w+)\*\*", text)[1:]
    return {
        title: [(int(one), float(took), float(times)) for one, took, times in ROW.findall(part)]
        for title, part in zip(parts[::2], parts[1::2], strict=True)
    }


@measured
def test_there_is_a_row_for_each_number_of_workers():
    found = tables(MEASURED)
    assert [one for one, _, _ in found["Trials"]] == [1, 2]
    assert [one for one, _, _ in found["Simulated"]] == list(SLEEPERS) == [1, 2, 4, 8]
    assert re.search(r"Measured on \d{4}-\d\d-\d\d, .+ cores, Python", MEASURED)
    assert "tasks that sleep" in MEASURED


@measured
def test_how_many_times_one_worker_is_worked_out_from_the_seconds():
    """Of trials it is the median of the rounds, each of which has its own."""
    rows = tables(MEASURED)["Simulated"]
    for _, took, times in rows:
        assert times == pytest.approx(rows[0][1] / took, rel=0.03)


@measured
def test_more_workers_are_faster():
    for rows in tables(MEASURED).values():
        assert [took for _, took, _ in rows] == sorted((took for _, took, _ in rows), reverse=True)


@measured
def test_the_claims_that_were_trained_are_there():
    ids = re.search(r"networks of (.*) from nothing", MEASURED)[1]
    assert set(re.findall(r"`([^`]+)`", ids)) <= {one.id for one in every_claim()}


def test_the_median_gain_is_told_and_the_page_keeps_the_rest():
    text = as_text(Measured({1: [10.0, 30.0, 20.0], 2: [5.0, 10.0, 20.0]}, {1: 16.0, 8: 2.0}), ["a.b"], 7)
    assert "| 1 | 20.0 | 1.00 |" in text
    assert "| 2 | 10.0 | 2.00 |" in text
    assert "| 8 | 2.0 | 8.00 |" in text
    page = put_into(TEXT, text)
    assert text in page
    assert page.partition(BEGIN)[0] == TEXT.partition(BEGIN)[0]
    assert page.partition(END)[2] == TEXT.partition(END)[2]
    with pytest.raises(ValueError, match="no place"):
        put_into("nothing", text)


def test_the_commands_are_those_that_there_are():
    """Each option that the page names is one of a run's."""
    from reports.command import command

    known = {name for one in command.params for name in one.opts}
    assert {"--dask", "--workers", "--fresh"} <= known
    assert machines.PAGE.name in (machines.ROOT / "README.md").read_text(encoding="utf-8")
