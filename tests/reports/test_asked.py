"""What is asked in class and not in the essay: counted apart everywhere, and shown with where it was asked."""

import json
import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from claims.evidence.evidence import EvidenceError
from reports.classroom import choice
from reports.exports.badges import badge
from reports.exports.claim_review import claim_review
from reports.exports.crate import ro_crate
from reports.exports.junit import junit
from reports.exports.spreadsheets import verdicts_csv
from reports.record.record import Record, read_record, write_record
from reports.text import citing
from reports.text.markdown import as_markdown
from reports.text.wording import how_many, question
from tests.reports.made import asked, claim, record
from tests.reports.sites import written

ADDRESS = "https://example.org/q?a=1&b=2"


@pytest.fixture
def made() -> Record:
    """Three statements of the essay, and two that are asked in class."""
    return record(claim("supported"), claim("refuted"), claim("qualified"), asked("qualified"), asked("supported"))


def test_they_count_apart_in_words(made: Record) -> None:
    of_essay = "3 statements: 1 supported, 1 qualified, 1 refuted, 0 undecided"
    assert how_many(made) == f"{of_essay}; 2 asked in class: 1 supported, 1 qualified, 0 refuted, 0 undecided"
    assert how_many(record(claim("refuted"))) == "1 statements: 0 supported, 0 qualified, 1 refuted, 0 undecided"
    assert how_many(record(asked())) == "1 asked in class: 0 supported, 1 qualified, 0 refuted, 0 undecided"
    assert how_many(made) in ro_crate(made)["@graph"][1]["description"]
    assert "Verdict report on 3 statements and 2 asked in class, " in citing.citation(made)
    assert "Verdict report on 3 statements and 2 asked in class, " in citing.bibtex(made)


def test_they_count_apart_in_badges_and_in_the_text(made: Record) -> None:
    assert "1 of 3 statements supported" in badge(made, "supported")
    text = as_markdown(made)
    assert text.startswith("# Verdicts\n\n3 statements of an essay on recurrent networks and attention")
    assert "2 more are not in the essay, but asked in class, and count apart: 1 supported, 1 qualified" in text
    rows = [line.split(" |")[0] for line in text.splitlines() if line.startswith(("| [", "| **All**"))]
    assert rows[-2:] == ["| **All**", "| [Asked in class](#asked-in-class)"]


def test_a_record_whose_counts_are_mixed_up_is_refused(made: Record, tmp_path: Path) -> None:
    write_record(made, tmp_path)
    assert read_record(tmp_path / "verdicts.json").apart == made.apart
    plain = json.loads((tmp_path / "verdicts.json").read_bytes())
    plain["summary"]["supported"] += plain.pop("apart")["asked"]["supported"]
    (tmp_path / "verdicts.json").write_text(json.dumps(plain))
    with pytest.raises(EvidenceError, match="its counts are not those of its verdicts"):
        read_record(tmp_path / "verdicts.json")


def test_the_start_page_counts_them_apart(made: Record, tmp_path: Path) -> None:
    page = unescape(written(tmp_path, made)["index.html"])
    assert re.findall(r"<dd><strong>(\d+)</strong>", page) == ["1", "1", "1", "0"]
    assert "2 more are not in the essay" in page
    assert "3 statements and 2 asked in class ·" in page
    outline = page.partition('id="outline"')[2].partition("</section>")[0]
    assert outline.index("Vanishing and exploding gradients") < outline.index('class="apart"') < outline.index("Asked in class")


def test_the_page_of_one_says_where_it_was_asked_and_names_no_line(made: Record, tmp_path: Path) -> None:
    files = written(tmp_path, made)
    page, other = (files[f"claims/{id}.html"] for id in ("asked.is-qualified", "gradients.is-qualified"))
    assert "Not in the essay." in page
    assert 'href="https://example.org/q?a=1&amp;b=2" rel="noreferrer">A forum 2019</a>' in page
    assert "In the essay" not in page
    assert "Not in the essay." not in other
    assert "In the essay" in other


def test_an_export_says_where_it_was_asked(made: Record) -> None:
    one = made.claims[3]
    assert question(one).place == "A forum 2019"
    assert claim_review(one, made)["itemReviewed"]["appearance"]["url"] == ADDRESS
    assert one.asked in verdicts_csv(made).decode("utf-8-sig").replace('""', '"')
    told = {case.attrib["name"]: case.findtext("system-out") for case in ElementTree.fromstring(junit(made)).iter("testcase")}
    assert [name for name, said in told.items() if "Asked: " in said] == ["asked.is-qualified", "asked.is-supported"]
    assert "Asked: [A forum 2019](https://example.org/q?a=1&b=2)." in as_markdown(made)


def test_a_lesson_on_the_essay_leaves_them_out_unless_they_are_asked_for(made: Record) -> None:
    assert [one.id for one in choice.chosen(made, ()) if one.asked] == []
    assert [one.id for one in choice.chosen(made, ["asked.is-qualified"])] == ["asked.is-qualified"]
