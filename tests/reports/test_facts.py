"""Facts in the report: the essay's figure beside the published ones, a page of references, and what to say instead."""

import re
from pathlib import Path

import msgspec
import pytest

from claims import every_claim
from claims.evidence.evidence import as_json
from claims.evidence.profiles import PROFILES
from claims.evidence.sources import read_sources
from claims.facts import elsewhere as all_elsewhere
from claims.kit.facts.fact import Elsewhere
from claims.kit.facts.rows import read_facts
from claims.rnns.facts import facts
from claims.rnns.instead import FIRST
from claims.rnns.tables import TABLES
from claims.texts import the_text
from reports.commands import statements
from reports.pages.pages import Pages, write_site
from reports.record.making import Around, make_record
from reports.record.record import Record
from reports.text.markdown import as_markdown
from tests import toys
from tests.reports.made import BIB, HOSTILE, claim, elsewhere, evidence, fact, reading, record
from tests.reports.running import INPUT_ERROR, files
from tests.reports.sites import lost_links, read
from tests.seen import examine_claim

VERDICT = PROFILES["verdict"]


@pytest.fixture(scope="module")
def made() -> Record:
    slip = reading("altered", "said of ByteNet, not GNMT", "held")
    told = fact(readings=[*fact().readings, slip])
    return msgspec.structs.replace(record(told, fact("undecided"), claim("refuted"), claim("supported")), elsewhere=elsewhere())


@pytest.fixture(scope="module")
def site(made: Record, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "sources.bib").write_text(BIB, encoding="utf-8")
    return write_site(made, evidence(made, None), folder, folder / "sources.bib").parent


def text(site: Path, name: str) -> str:
    return (site / name).read_text(encoding="utf-8")


# --- the page of a fact ---------------------------------------------------------------------------------------------


def test_a_fact_stands_beside_its_sources_each_with_its_place_and_how_it_is_known(site: Path) -> None:
    section = text(site, "claims/gradients.fact-is-refuted.html")

    assert "<strong>4 GPUs" in section
    link = r'<a href="\.\./references.html#source-pascanu2013">Pascanu et al. 2013</a>'
    assert re.search(rf"{link}, Table 2.*?<strong>96 GPUs</strong>", section, re.S)
    assert section.count('<tr class="aside">') == 2, "what does not decide is set apart"
    assert "known from memory, decides nothing" in section
    assert "python -m reports --replay gradients.fact-is-refuted" in section
    assert "Cases to look at" not in section, "the table says it already"


def test_a_slip_in_the_sentence_of_a_fact_is_shown_with_what_would_have_been_noticed(site: Path) -> None:
    _, _, after = text(site, "claims/gradients.fact-is-refuted.html").partition("What would have been noticed")

    assert "said of ByteNet, not GNMT" in after
    assert "What would have been noticed" not in text(site, "claims/gradients.fact-is-undecided.html")


def test_facts_can_be_told_from_what_is_gone_through(site: Path) -> None:
    page = text(site, "index.html")

    assert '<option value="sources">comparison with sources</option>' in page
    assert re.search(r'data-claim="gradients.fact-is-refuted"[^>]*data-engine="sources"', page)


def test_a_fact_without_a_source_says_so() -> None:
    bare = fact("undecided")
    bare = msgspec.structs.replace(bare, fact=msgspec.structs.replace(bare.fact, published=[]), cites=[])

    assert "no source found" in Pages(record(bare), {}, {}).claim(bare)


def test_hostile_text_stays_text_on_either_page(site: Path) -> None:
    for name in ("index.html", "references.html", "claims/gradients.fact-is-refuted.html"):
        assert "<script>alert" not in text(site, name)
        assert HOSTILE not in text(site, name)


# --- references -----------------------------------------------------------------------------------------------------


def test_the_page_of_references_lists_what_was_taken_where_and_how_it_was_checked(site: Path) -> None:
    page = text(site, "references.html")
    entry = page.partition('id="source-hochreiter1997"')[2].partition("</ul>")[0]

    assert "Jürgen Schmidhuber" in entry
    assert "<strong>7 GPUs</strong>" in entry
    assert "Table 9; known from memory, decides nothing" in entry
    assert 'href="claims/gradients.fact-is-refuted.html"' in entry
    assert "cited by" in page.partition('id="source-pascanu2013"')[2].partition("</ul>")[0], "by claims that are no facts"


def test_the_page_of_references_says_what_is_open_and_what_is_settled_otherwise(site: Path) -> None:
    page = text(site, "references.html")

    assert 'href="claims/gradients.fact-is-undecided.html"' in page.partition("Left open")[2]
    settled = page.partition("Settled without sources")[2]
    assert "It is computed." in settled
    assert "nothing yet" in settled.partition("It is open.")[2]


def test_links_between_the_pages_arrive(site: Path) -> None:
    assert lost_links(read(site)) == []
    assert "references.html" in text(site, "index.html")


# --- what to say instead --------------------------------------------------------------------------------------------


def test_what_to_say_instead_starts_with_what_matters_most_and_leaves_out_what_stands() -> None:
    chosen = (toys.qualified, toys.supported, toys.refuted)
    found = {one.id: examine_claim(one) for one in chosen}
    first = ("toys.nobody", toys.refuted.id, toys.supported.id)
    made = make_record(chosen, found, VERDICT, 1.0, Around(first=first))

    assert made.instead == [toys.refuted.id, toys.qualified.id]
    listed = Pages(made, {}, {}).instead()
    assert listed.index("Eleven is not.") < listed.index("Say up to what.")
    assert f"<s>{toys.refuted.says}</s>" in listed
    assert f"<s>{toys.qualified.says}</s>" not in listed, "it is true under a condition"
    assert f"1. {toys.refuted.says}" in as_markdown(made)


def test_the_first_corrections_are_fifteen_claims_that_there_are() -> None:
    assert len(set(FIRST)) == len(FIRST) == 15
    assert set(FIRST) <= {one.id for one in every_claim()}


# --- from rows to the record ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> Record:
    chosen = [one for one in every_claim() if one.fact]
    found = {one.id: examine_claim(one) for one in chosen}
    return make_record(chosen, found, VERDICT, 1.0, Around(TABLES, all_elsewhere(the_text()), FIRST))


def test_a_cell_shows_what_the_essay_prints_and_what_was_published_with_its_source(real: Record) -> None:
    page = Pages(real, {}, read_sources(the_text().bibliography)).tables()
    table = page.partition('id="sequential.wmt14-table"')[2].partition("</section>")[0]
    cell = table.partition("<strong>4 GPUs</strong>")[2].partition("</td>")[0]

    assert 'class="cell refuted"' in table
    assert '<a href="claims/sequential.wmt14-table.gnmt-hardware.html">✗ refuted</a>' in cell
    assert "96 GPUs" in cell
    assert '<a href="references.html#source-shazeer2017">Shazeer et al. 2017</a>, Table 3' in cell
    assert "4 GPUs ✗ refuted, published: 96 GPUs" in as_markdown(real)


def test_each_decided_fact_has_a_source_that_was_read_and_decides(real: Record) -> None:
    for one in real.claims:
        assert one.fact is not None
        assert (one.verdict == "undecided") == (not any(each.decides for each in one.fact.published)), one.id


def test_every_table_of_figures_is_rebuilt_from_facts_that_there_are(real: Record) -> None:
    cells = [cell for table in real.tables for _, cells in table.rows for cell in cells if getattr(cell, "came", "")]

    assert len(cells) > 40
    assert {cell.claim for cell in cells} <= set(facts())
    assert all(cell.prints == facts()[cell.claim].prints for cell in cells)


def test_statements_elsewhere_carry_the_verdicts_of_the_claims_that_settle_them() -> None:
    found = {toys.refuted.id: examine_claim(toys.refuted)}
    statement = Elsewhere(name="a", lines=[1], says="A.", why="b", claims=[toys.refuted.id, "toys.nobody"])
    made = make_record([toys.refuted], found, VERDICT, 1.0, Around(elsewhere=[statement]))

    assert made.elsewhere[0].claims == [(toys.refuted.id, "refuted"), ("toys.nobody", "")]
    assert b'"elsewhere"' in as_json(made)


# --- malformed rows -------------------------------------------------------------------------------------------------


def test_malformed_rows_end_the_run_with_all_mistakes_and_leave_what_was_there(reports, tmp_path) -> None:
    reports.examine()
    before = files(reports.folder)
    (tmp_path / "toys.toml").write_text('[[fact]]\nid = "toys.x"\nlines = [1]\nvalu = "12"\n', encoding="utf-8")
    sources = read_sources(the_text().bibliography)
    reports.monkeypatch.setattr(statements, "entries", lambda *_: read_facts([tmp_path / "toys.toml"], sources))
    code, _, complaint = reports.run()

    assert code == INPUT_ERROR
    assert len(re.findall(r"toys\.toml:1: ", complaint)) == complaint.count("\n") - 1 >= 4
    assert "'valu' was unexpected" in complaint
    assert "Traceback" not in complaint
    assert files(reports.folder) == before
