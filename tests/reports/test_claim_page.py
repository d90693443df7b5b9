"""What only a claim's own page has: its source, its neighbours, where it comes from, how to cite it; and what may surprise."""

import json
import re
from html import unescape
from pathlib import Path

import msgspec
import pytest

from claims import every_claim
from reports.pages.listing import listing
from reports.pages.neighbours import neighbourhood
from reports.pages.pages import Pages
from reports.pages.surprising import surprising
from tests.reports import made, sites
from tests.reports.made import HOSTILE, claim, fact, reading, record

MODULE = '''
@first
@claim(
    "toys.a",
    says="A < B",
)
def holds_up(n):
    """Says so."""
    assert n < 3  # <b>


table_b = claim(
    "toys.b", says="B",
)(holds_up)
'''
ROWS = '[[fact]]\nid = "toys.c"\nvalue = "<i>"\n\n[[fact.published]]\nvalue = "4"\n\n[[fact]]\nid = "toys.d"\n'


def plain(marked: str) -> str:
    return unescape(re.sub("<[^>]*>", "", marked))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    (tmp_path / "toys.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "toys.toml").write_text(ROWS, encoding="utf-8")
    return tmp_path


# --- its source -----------------------------------------------------------------------------------------------------


def test_a_decorated_property_is_shown_whole_from_any_line_of_its_decorator(sources: Path) -> None:
    shown = plain(listing("toys.py:3", sources))
    assert shown == MODULE.strip().partition("\n\n\n")[0]


def test_a_claim_that_shares_a_property_shows_it_without_the_other_claim(sources: Path) -> None:
    made_of, property = plain(listing("toys.py:13", sources)).split("\n\n\n")
    assert made_of.startswith("table_b = claim(")
    assert property.startswith("def holds_up(n):")
    assert "toys.a" not in made_of + property


def test_a_fact_shows_its_row_and_not_the_next(sources: Path) -> None:
    shown = plain(listing("toys.toml:1", sources))
    assert 'value = "<i>"' in shown
    assert shown.endswith('value = "4"')


@pytest.mark.parametrize("where", ["toys.py:99", "gone.py:1", "toys.py", "toys.txt:1", "", "toys.toml:99"])
def test_where_there_is_no_source_nothing_is_shown(sources: Path, where: str) -> None:
    assert listing(where, sources) == ""


def test_code_is_escaped_and_only_what_is_told_apart_is_marked(sources: Path) -> None:
    shown = listing("toys.py:3", sources)
    assert "<b>" not in shown
    assert '<i class="s">"A &lt; B"</i>' in shown
    assert '<i class="k">def</i>' in shown


@pytest.mark.parametrize("one", every_claim(), ids=lambda one: one.id)
def test_every_claims_source_is_found_and_names_it(one) -> None:
    assert one.id in plain(listing(one.defined_at))


# --- its neighbours -------------------------------------------------------------------------------------------------


def test_a_claim_stands_between_what_it_uses_and_what_uses_it() -> None:
    base, middle = claim("supported", id="a.base"), claim("qualified", id="a.middle", uses=["a.base", "a.gone"])
    top = claim("refuted", id="a.top", uses=["a.middle", "a.base"])
    by_id = {one.id: one for one in (top, middle, base)}
    graph = neighbourhood(middle, by_id)

    assert graph is not None
    assert [one.id for _, one in graph.lines] == ["a.base", "a.middle", "a.top"]
    assert len(graph.arcs) == 3, "what its neighbours rest on among themselves is drawn as well"
    assert neighbourhood(claim("refuted"), by_id) is None


def test_neighbours_are_linked_both_ways(tmp_path: Path) -> None:
    files = sites.written(tmp_path, record(claim("supported"), claim("refuted", uses=["gradients.is-supported"])))
    for here, there in (("supported", "refuted"), ("refuted", "supported")):
        drawn = files[f"claims/gradients.is-{here}.html"].partition('<svg class="graph"')[2].partition("</svg>")[0]
        assert f'href="../claims/gradients.is-{there}.html"' in drawn
    assert sites.lost_links(files) == []


# --- where it comes from, how to cite it ----------------------------------------------------------------------------


def test_the_page_says_with_what_it_was_made_and_how_to_cite_it() -> None:
    whole = record(claim("refuted"))
    whole = msgspec.structs.replace(whole, run=msgspec.structs.replace(whole.run, versions={"torch": "1.2.3"}, machine="Abacus"))
    seeded = [msgspec.structs.replace(one, entropy=70 + number) for number, one in enumerate(whole.claims[0].readings)]
    seen = made.evidence(whole, None)["gradients.is-refuted"]
    seen = msgspec.structs.replace(seen, readings=seeded)
    page = Pages(whole, {seen.id: seen}, {}).claim(msgspec.structs.replace(whole.claims[0], cites=[]))
    origin = page.partition('id="origin"')[2].partition("</section>")[0]

    for word in ("Abacus", "torch 1.2.3", "profile verdict", "0123456789ab", "800 distinct in 4 readings", "70, 71, 72, 73"):
        assert word in origin
    assert page.count('<pre id="cite-') == 5
    assert HOSTILE not in page


def test_the_review_in_the_head_is_json_whatever_the_claim_says() -> None:
    breaks_out = claim("refuted", says=f"</script>{HOSTILE}", cites=[])
    page = Pages(record(breaks_out), {}, {}).claim(breaks_out)
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)

    assert json.loads(found)["claimReviewed"] == breaks_out.says
    assert json.loads(found)["url"] == "gradients.is-refuted.html"


# --- what may surprise ----------------------------------------------------------------------------------------------


def test_what_nothing_rescues_comes_first_then_what_is_said_or_built_on_most_then_what_a_case_settles() -> None:
    ranked = [
        claim("refuted", "a", id="a.often", lines=[1, 2, 3, 4], by="trials"),
        claim("refuted", "a", id="a.built-on", lines=[1]),
        claim("refuted", "b", id="b.case", lines=[1, 2]),
        fact(chapter="b", id="b.published", lines=[1, 2]),
        claim("refuted", "c", id="c.counted", lines=[1, 2], by="trials"),
        claim("qualified", "d", id="d.rescued", lines=[1, 2, 3, 4, 5]),
    ]
    users = [claim("supported", id=f"e.{n}", uses=["a.built-on"]) for n in range(2)]
    found = surprising(record(*users, *reversed(ranked)))

    assert [one.id for one in found] == ["a.often", "a.built-on", "b.case", "b.published", "c.counted", "d.rescued"]


def test_a_chapter_has_two_at_most_and_all_have_ten() -> None:
    many = [claim("refuted", f"chapter{n // 4}", id=f"chapter{n // 4}.n{n}") for n in range(40)]
    found = surprising(record(*many))

    assert len(found) == 10
    assert [one.id for one in found[:3]] == ["chapter0.n0", "chapter0.n1", "chapter1.n4"]


def test_what_stands_does_not_surprise() -> None:
    assert surprising(record(claim("supported"), claim("undecided"))) == []
    assert surprising(record(claim("refuted", readings=[reading("as written", "as written", "fell")]))) != []


def test_an_argument_that_has_no_words_has_no_empty_line(tmp_path: Path) -> None:
    stored = msgspec.structs.replace(made.case("by hand"), text={"theta": "", "n": "5"})
    witness = reading("witness", "one unit", "fell", counterexample=stored)
    page = sites.written(tmp_path, record(claim("refuted", readings=[made.readings("refuted")[0], witness])))

    shown = page["claims/gradients.is-refuted.html"]
    assert "<dt>n</dt>" in shown
    assert "<dt>theta</dt>" not in shown
