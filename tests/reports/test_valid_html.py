"""Every page is valid HTML, by an approximation that needs no Java; `tests/consumers/` asks the validator itself."""

import re

import msgspec
import pytest

from claims.evidence.sources import read_sources
from reports.classroom.handout import handout_as_html
from reports.classroom.slides import slides_as_html
from reports.essay.page import copy_as_html
from reports.pages.pages import Pages
from reports.record.record import StabilityRecord
from tests.reports import sites, test_essay
from tests.reports.made import WORDS, asked, case, chart, claim, evidence, fact, readings, record
from tests.reports.valid import faults

RUN_TOGETHER = re.compile(r"\w[.!?;:](?:</\w+>)?<(?:a|b|code|em|strong)[ >]")  # a sentence, and no space before the next
PAGE = "<!doctype html><html lang=en><head><title>t</title></head><body>{}</body></html>"


@pytest.mark.parametrize("wrong", [
    "<span><pre>x</pre></span>", "<span><table><tr><td>1</td></tr></table></span>", "<p><ul><li>x</li></ul></p>",
    '<label for="a">one <input id="a"> <output for="a">1</output></label>', '<label for="b"><input id="a"></label>',
    "<button><a href='#'>x</a></button>", "<a href='#'><span><a href='#'>x</a></span></a>", "<ul><p>x</p></ul>",
    '<p id="a">1</p><p id="a">2</p>', '<p id="">1</p>', "<div><p>x</div></p>", "<b><div>x</div></b>",
    "<table><div>x</div></table>", "<h2><div>x</div></h2>", "<summary><table></table></summary>", "<p>x</b></p>",
])  # fmt: skip
def test_what_is_wrong_is_found(wrong):
    assert faults(PAGE.format(wrong)) != []


@pytest.mark.parametrize("right", [
    "<div><pre>x</pre></div>", '<label for="a">one</label> <output for="a">1</output> <input id="a">', "<p>a <b>c</b></p>",
    "<summary><h2>x</h2></summary>", "<p><svg><g><title>x</title></g></svg></p>",
    "<dl><div><dt>a</dt><dd><pre>b</pre></dd></div></dl>",
])  # fmt: skip
def test_what_is_right_is_let_pass(right):
    assert faults(PAGE.format(right)) == []


@pytest.fixture(scope="module")
def made():
    """A record with a claim of each verdict, a fact, a question, and values of every kind."""
    values = {"period": "1: [[0. 1.]\n     [0. 0.]]", "text": "so\nand so", "W = W_h": "W_h = [1 2]\nh = words"}
    shown = [("to try it, torch", "import torch\nprint(1)"), ("norm", "[1/2 -1]"), ("words", "no number")]
    seen = msgspec.structs.replace(case("stored witness", shown=shown), text=values)
    told = [msgspec.structs.replace(one, counterexample=seen) if one.role == "witness" else one for one in readings("refuted")]
    stable = StabilityRecord(stamp="stable", tried={"threads": 1})
    return record(
        *(claim(word, stability=stable) for word in WORDS),
        claim("refuted", id="gradients.with-values", readings=told),
        fact(),
        asked(),
    )


def test_every_page_of_the_site_is(made, tmp_path):
    pages = {name: text for name, text in sites.written(tmp_path, made, chart()).items() if name.endswith(".html")}

    assert {name: wrong for name, text in pages.items() if (wrong := faults(text))} == {}
    assert len(pages) > len(made.claims), "those of the claims and others"
    assert '<table class="matrix"' in pages["claims/gradients.with-values.html"]
    assert {name: found for name, text in pages.items() if (found := RUN_TOGETHER.findall(text))} == {}


def test_what_is_written_on_demand_is(made, tmp_path):
    (tmp_path / "sources.bib").write_text(sites.BIB, encoding="utf-8")
    sources, seen = read_sources(tmp_path / "sources.bib"), evidence(made, chart())
    pages = {
        "single": Pages(made, seen, sources).single(), "handout": handout_as_html(made),
        "slides": slides_as_html(made, seen, sources, [one.id for one in made.claims]),
        "essay": copy_as_html(test_essay.copy(test_essay.OWLS), made),
    }  # fmt: skip

    assert {name: wrong for name, text in pages.items() if (wrong := faults(text))} == {}
