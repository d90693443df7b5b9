"""A rebuilt table: each cell is filled from the evidence, links to what filled it, and is never typed."""

from dataclasses import replace

import pytest

from claims import every_claim
from claims.evidence.profiles import PROFILES
from claims.kit.table import Cell, Table
from claims.rnns.tables import TABLES
from reports.pages.pages import Pages
from reports.record.making import Around, make_record
from reports.text.markdown import as_markdown
from tests import toys
from tests.seen import examine_claim

QUALIFIED = "toys.numbers-are-small"
CLAIMS = (toys.qualified, toys.supported)
TABLE = Table(
    id="toys.table", title="Small numbers", says="Who is small.", columns=("ten", "all"), lines=(3, 4),
    rows=(
        ("is small", (Cell(QUALIFIED, "the numbers go up to ten", "Yes"), Cell(QUALIFIED, "as written", "No"))),
        ("verdict", (Cell("toys.small-numbers-are-small"), "n_2 < 10")),
        ("not in this run", (Cell("toys.nobody"), None)),
    ),
)  # fmt: skip
ELSEWHERE = replace(TABLE, id="other.table", title="Elsewhere")
AGAIN = replace(TABLE, id="toys.again", title="Again")
UNSEEN = Table(id="toys.unseen", title="Unseen", says="", columns=("a",), rows=(("b", (Cell("toys.nobody"),)),))


@pytest.fixture(scope="module")
def record():
    verdict = PROFILES["verdict"]
    found = {one.id: examine_claim(one, verdict) for one in CLAIMS}
    return make_record(CLAIMS, found, verdict, 1.0, Around((TABLE, UNSEEN, ELSEWHERE, AGAIN)))


def test_a_cell_takes_the_outcome_of_its_reading_or_the_verdict_of_its_claim(record):
    table = record.tables[0]

    assert [[getattr(cell, "came", cell) for cell in cells] for _, cells in table.rows] == [
        ["held", "fell"],
        ["supported", "n_2 < 10"],
        ["", None],
    ]


def test_the_page_links_each_cell_to_its_claim(record):
    page = Pages(record, {}, {}).tables()

    assert '<a href="claims/toys.numbers-are-small.html">✓ yes</a> <small>Yes</small>' in page
    assert '<a href="claims/toys.small-numbers-are-small.html">✓ supported</a>' in page
    assert 'id="toys.table"' in page
    assert 'id="toys.again"' in page, "tables of a chapter need not stand side by side in the list"
    assert "n<sub>2</sub> &lt; 10" in page
    assert "Unseen" not in page


def test_the_text_has_the_table_as_well(record):
    assert "| is small | ✓ yes (Yes) | ✗ no (No) |" in as_markdown(record)
    assert "| verdict | ✓ supported | n_2 < 10 |" in as_markdown(record)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.id)
def test_every_cell_of_the_essays_tables_has_a_claim_that_speaks_for_it(table):
    readings = {one.id: {"", *(reading.name for reading in one.readings)} for one in every_claim()}
    cells = [cell for _, cells in table.rows for cell in cells if isinstance(cell, Cell)]

    assert {len(cells) for _, cells in table.rows} == {len(table.columns)}
    assert [cell for cell in cells if cell.reading not in readings.get(cell.claim, ())] == []
