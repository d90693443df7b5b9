"""`verdicts.md`: what a forge makes of it is what the record says."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from claims.evidence.keys import ROOT
from reports.record.record import read_record
from reports.text.markdown import as_markdown, marked
from tests.reports.made import HOSTILE, WORDS, claim, record

FORGE = MarkdownIt("gfm-like", {"linkify": False})
TEXT = st.text(st.one_of(st.sampled_from("`*_~<>[]()|\\$&#-+=!:.1aγ \n"), st.characters(exclude_categories=["C"])))
MARKS = {"code_inline", "em_open", "em_close"}  # that our sentences may have


def seen(markdown):
    """What is read there, with emphasis and code as they are written, and which other marks were found."""
    signs = {"em_open": "*", "em_close": "*"}
    inline = [one for token in FORGE.parse(markdown) if token.type == "inline" for one in token.children]
    text = "".join(f"`{one.content}`" if one.type == "code_inline" else signs.get(one.type, one.content) for one in inline)
    return text, {one.type for one in inline} - {"text", "text_special"}


@given(TEXT)
@example("1. a")
@example("- a")
@example("[a]: b")
@example("Say *a_b* and `a|b\\` of h_{t-1} < <b> ~~a~~ ![a](b) &amp; 2*3*4 # a")
def test_a_sentence_reads_as_it_was_written_in_a_paragraph_a_list_and_a_table(text):
    plain = " ".join(text.split())
    for around in ("{}", "1. {}", "| a | b |\n|---|---|\n| c | {} |"):
        given_there = marked(text).replace("|", "\\|") if "|---|" in around else marked(text)
        found, marks = seen(around.format(given_there))

        assert found.removeprefix("abc" if "|---|" in around else "") == plain
        assert marks <= MARKS


def test_hostile_text_stays_text():
    tokens = FORGE.parse(as_markdown(record()))

    assert [one.type for one in tokens if one.type == "html_block"] == []
    found = {one.content for token in tokens for one in token.children or () if one.type == "html_inline"}
    assert found == {"<br>"}
    assert HOSTILE in seen(as_markdown(record()))[0]


def test_counts_stand_on_top_and_lead_to_the_chapters():
    made = record(claim("refuted"), claim("refuted", id="gradients.again"), claim("supported", chapter="long_range"))
    text = as_markdown(made)

    assert "| [Vanishing and exploding gradients](#vanishing-and-exploding-gradients) |  |  | 2 |  |" in text
    assert "| [Long-range dependencies](#long-range-dependencies) | 1 |  |  |  |" in text
    assert "| **All** | **1** | **0** | **2** | **0** |" in text
    assert [text.count(f"\n## {name}\n") for name in ("Vanishing and exploding gradients", "Long-range dependencies")] == [1, 1]


@pytest.mark.parametrize("word", WORDS)
def test_a_correction_is_given_where_the_record_has_the_statement_among_those_that_need_one(word):
    made = record(claim(word))
    row = next(line for line in as_markdown(made).splitlines() if line.startswith("| ") and f"`gradients.is-{word}`" in line)

    assert ("**Say instead:** Say *singular values* of W_h." in row) == (made.instead != [])


def test_the_committed_record_fits_a_forge_and_its_links_arrive():
    text = as_markdown(read_record(ROOT / "reports" / "verdicts.json"))
    links = re.findall(r"\]\((?!#)([^)]+)\)", text)

    assert len(text.encode()) < 200_000
    assert len(links) > 250
    assert [one for one in links if not one.startswith("https://") and not (ROOT / "reports" / one).exists()] == []
