"""The exports: each what its format asks for, whatever the record's text holds, and in step with the record."""

import csv
import io
import json
import re
import tomllib
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rocrate.rocrate import ROCrate

from claims.evidence.evidence import as_json
from claims.evidence.keys import ROOT
from reports.exports import EXPORTS, write_exports
from reports.exports.badges import badge
from reports.exports.claim_review import claim_review, claim_reviews
from reports.exports.junit import junit
from reports.exports.spreadsheets import RUNS_AS_FORMULA, guarded, readings_csv, spreadsheet, verdicts_csv
from reports.record.record import read_record, schema
from reports.text import citing, wording
from tests.reports.made import ABOUT, HOSTILE, WORDS, claim, fact, reading, record
from tests.reports.running import files

REPORTS = ROOT / "reports"
TEXT = st.text(st.characters(exclude_categories=["Cs"]))  # what UTF-8 can hold


@pytest.fixture(scope="module")
def committed():
    """The record that is kept in the repository."""
    return read_record(REPORTS / "verdicts.json")


def test_the_same_record_gives_the_same_files(tmp_path):
    for folder in ("one", "two"):
        write_exports(record(*map(claim, WORDS), fact()), tmp_path / folder)

    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert set(files(tmp_path / "one")) == {*EXPORTS, *(f"badges/{word}.svg" for word in WORDS)}


# --- spreadsheets ---------------------------------------------------------------------------------------------------


def rows(table):
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))


def test_a_row_a_claim_has_what_the_record_says_of_it():
    made = record(claim("qualified", lines=[3, 5], cites=["a2000", "b2001"]), fact())
    first, second = rows(verdicts_csv(made))

    assert (first["id"], first["verdict"], first["expected"]) == ("gradients.is-qualified", "qualified", "qualified")
    assert (first["lines"], first["sources"]) == ("3; 5", "a2000; b2001")
    assert (first["statement"], first["why"]) == (f"It is qualified: {HOSTILE}", f"Because {HOSTILE}")
    assert (first["engine"], second["engine"]) == ("search", "comparison with sources")


def test_a_row_a_reading_says_how_it_came_out_and_whether_it_must():
    timed = reading("as written", "as written", "held", timed=True, cases=0)
    made = record(claim("supported", readings=[timed]), claim("undecided"))
    made.run.clocked["gradients.is-supported"] = {"as written": {"wins": 19, "cases": 20}}
    told = [(one["outcome"], one["as it must"], one["cases"], one["wins"]) for one in rows(readings_csv(made))]

    assert told == [("held", "", "20", "19"), ("fell", "", "200", ""), ("fell", "", "200", ""), ("held", "no", "200", ""),
                    ("fell", "", "200", "")]  # fmt: skip


@pytest.mark.parametrize("text", [
    '=HYPERLINK("http://example.org","x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "a\nb", 'a "b", c', "",
])  # fmt: skip
def test_no_cell_is_a_formula_and_every_text_can_be_had_back(text):
    cell = rows(verdicts_csv(record(claim("refuted", says=text))))[0]["statement"]

    assert not cell.startswith(RUNS_AS_FORMULA)
    assert (cell[1:] if cell.startswith("'") else cell) == text


def test_every_cell_is_quoted_and_no_mark_is_left():
    table = verdicts_csv(record(claim("refuted", says="*All* of `x`, 2 * 3.", teach="Say *none*.", why="`W_h`")))
    text = table.decode("utf-8-sig")

    assert all(line.startswith('"') and line.endswith('"') for line in text.split("\r\n")[:-1])
    assert '"All of x, 2 * 3.","Say none.","W_h"' in text
    assert table.startswith("\ufeff".encode())


def test_numbers_are_no_formulas():
    told = spreadsheet([{"a": -1.5, "b": "-1.5"}, {"a": float("-inf"), "c": None}]).splitlines()

    assert told[1:] == ['"-1.5","\'-1.5",""', '"\'-inf","",""']


@given(TEXT)
def test_a_guard_is_one_apostrophe_or_nothing(text):
    cell = guarded(text)

    assert not cell.startswith(RUNS_AS_FORMULA)
    assert cell.removeprefix("'") == text


# --- JUnit ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def form():
    """The schema by which Jenkins reads such files."""
    return xmlschema.XMLSchema(Path(__file__).with_name("junit-10.xsd"))


@pytest.mark.parametrize(("verdict", "expected", "outcome"), [
    ("refuted", "refuted", None),
    ("undecided", "undecided", "skipped"),
    ("refuted", "supported", "failure"),
    ("undecided", "supported", "failure"),
    ("supported", "undecided", "failure"),
])  # fmt: skip
def test_a_case_passes_when_the_verdict_is_as_pinned(form, verdict, expected, outcome):
    root = ElementTree.fromstring(junit(record(claim(verdict, expected=expected))))
    case, suite = root.find("testsuite/testcase"), root.find("testsuite")

    assert form.is_valid(root)
    assert [one.tag for one in case] == [*filter(None, [outcome]), "system-out"]
    assert f"Because {HOSTILE}" in case.find("system-out").text
    for counted in ("failure", "skipped"):
        assert suite.attrib[counted if counted == "skipped" else "failures"] == str(int(outcome == counted))


def test_suites_are_chapters_and_their_counts_and_seconds_add_up():
    made = record(claim("refuted"), claim("undecided"), claim("supported", chapter="gated", expected="refuted"))
    made.run.took["gradients.is-refuted"] = {"as written": 1.5, "near miss": 0.25}
    root = ElementTree.fromstring(junit(made))

    counts = [[one.attrib[name] for name in ("name", "tests", "failures", "skipped", "time")] for one in root]
    assert counts == [["gradients", "2", "0", "1", "1.750"], ["gated", "1", "1", "0", "0.000"]]
    assert [root.attrib[name] for name in ("tests", "failures", "errors", "time")] == ["3", "1", "0", "1.750"]


@given(st.text(), st.sampled_from(WORDS))
def test_whatever_a_statement_says_the_document_is_well_formed_and_keeps_it(form, text, expected):
    root = ElementTree.fromstring(junit(record(claim("undecided", says=text, why=text, expected=expected))))

    told = re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", f"{text}\nundecided: {text}")
    assert form.is_valid(root)
    assert root.find(".//system-out").text.startswith(told.replace("\r\n", "\n").replace("\r", "\n"))


# --- badges ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", WORDS)
def test_a_badge_says_icon_number_and_word_and_has_a_title(word):
    root = ElementTree.fromstring(badge(record(claim(word), claim(word, id="another")), word))
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]

    assert texts == [wording.ICONS[word], f"2 {word}"]
    assert root.find("{http://www.w3.org/2000/svg}title").text == root.attrib["aria-label"] == f"2 of 2 statements {word}"


@pytest.mark.parametrize("word", WORDS)
def test_a_badge_has_the_colour_of_the_pages_and_is_legible(word):
    colours = re.findall(r'<rect[^>]* fill="(#\w+)"', badge(record(), word))
    style = (REPORTS / "pages" / "templates" / "style.css").read_text(encoding="utf-8")

    assert f"--{word}: {colours[0]};" in style
    assert min(1.05 / (luminance(one) + 0.05) for one in colours) >= 4.5, "white on it, as WCAG 2 asks for"


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# --- claim reviews --------------------------------------------------------------------------------------------------


def test_a_review_names_claim_verdict_reason_and_page():
    made = record(claim("refuted", lines=[7]))
    review = claim_review(made.claims[0], made)

    assert (review["@type"], review["claimReviewed"]) == ("ClaimReview", f"It is refuted: {HOSTILE}")
    assert review["url"] == "claims/gradients.is-refuted.html"
    assert review["itemReviewed"]["appearance"]["pagination"] == "lines 7"
    assert review["datePublished"] == made.run.date
    assert review["reviewRating"] == {
        "@type": "Rating", "alternateName": "refuted", "ratingExplanation": f"Because {HOSTILE}",
        "ratingValue": 1, "worstRating": 1, "bestRating": 3,
    }  # fmt: skip


def test_ratings_rise_with_truth_and_what_is_undecided_has_none():
    values = [claim_review(one, record())["reviewRating"].get("ratingValue") for one in map(claim, WORDS)]

    assert dict(zip(WORDS, values, strict=True)) == {"refuted": 1, "qualified": 2, "supported": 3, "undecided": None}


def test_a_review_has_no_marks_of_our_prose():
    made = record(claim("refuted", says="*All* of `x`.", teach="Say *none*.", why="It *is*.", scope="`torch`"))

    assert not set("*`") & set(json.dumps(claim_reviews(made), ensure_ascii=False))


def test_all_reviews_stand_in_one_document_with_addresses_from_the_report():
    found = json.loads(as_json(claim_reviews(record())))

    assert found["@context"] == "https://schema.org"
    assert [one["url"] for one in found["@graph"]] == [f"site/claims/gradients.is-{word}.html" for word in WORDS]
    assert not any("@context" in one for one in found["@graph"])


# --- the crate ------------------------------------------------------------------------------------------------------


def test_the_crate_is_read_by_the_library_and_lists_what_is_there(reports):
    reports.examine()
    crate = ROCrate(reports.folder)
    parts = {one.id for one in crate.root_dataset["hasPart"]}

    assert {one for one in parts if not (reports.folder / one).exists()} == set()
    assert parts == {name + "/" * (reports.folder / name).is_dir() for name in top(reports.folder)} - {"ro-crate-metadata.json"}
    assert crate.name == ABOUT.report
    assert crate.license.id == citing.LICENSE
    assert crate.root_dataset["author"]["name"] == ABOUT.authors
    run = read_record(reports.record).run
    assert crate.root_dataset["datePublished"] == crate.dereference("#run")["endTime"] == run.date
    assert crate.dereference("#run")["instrument"]["version"] == run.commit
    assert {one["name"]: one["version"] for one in crate.dereference("#checked-claims")["softwareRequirements"]} == run.versions


def top(folder):
    return {path.name for path in folder.iterdir()} - {".run.lock"}


def test_every_reference_within_the_crate_arrives():
    graph = json.loads(EXPORTS["ro-crate-metadata.json"](record()))["@graph"]
    ids = [one["@id"] for one in graph]

    def references(part):
        if isinstance(part, dict) and set(part) == {"@id"}:
            yield part["@id"]
        for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            yield from references(one)

    assert len(ids) == len(set(ids))
    assert {one for one in references(graph) if not one.startswith("https://w3id.org/ro/crate/")} <= set(ids)


# --- what is kept in the repository ---------------------------------------------------------------------------------


def test_the_committed_record_is_valid_by_the_schema_published_beside_it():
    published = json.loads((REPORTS / "verdicts.schema.json").read_bytes())

    assert published == schema()
    jsonschema.validate(json.loads((REPORTS / "verdicts.json").read_bytes()), published, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("name", ["verdicts.md", *(f"badges/{word}.svg" for word in WORDS)])
def test_what_is_committed_is_what_the_committed_record_gives(committed, tmp_path, name):
    write_exports(committed, tmp_path)

    assert (REPORTS / name).read_bytes() == (tmp_path / name).read_bytes(), "run python -m reports --no-examine"


FIELDS = {
    "abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license",
    "license-url", "message", "preferred-citation", "references", "repository", "repository-artifact", "repository-code", "title",
    "type", "url", "version",
}  # of the Citation File Format 1.2.0  # fmt: skip


def test_the_citation_file_has_the_fields_of_its_format_and_is_in_step(committed):
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert set(cited) <= FIELDS
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert (cited["cff-version"], cited["type"]) == ("1.2.0", "software")
    assert (cited["version"], cited["license"]) == (project["version"], project["license"])
    assert ABOUT.report.startswith(cited["title"])
    assert cited["authors"] == [{"name": ABOUT.authors}]
    assert citing.LICENSE.endswith(f"/{cited['license']}")
    assert cited["date-released"] <= date.fromisoformat(committed.run.date[:10]), "a release cites a record made for it"


def test_the_schema_is_the_same_whichever_version_made_it():
    """Some indent what a docstring says, some describe the keys of a mapping, and some begin with null where others end."""

    def parts(one):
        yield one
        for inner in one.values() if isinstance(one, dict) else one if isinstance(one, list) else ():
            yield from parts(inner)

    found = [one for one in parts(schema()) if isinstance(one, dict)]
    assert [one["description"] for one in found if "\n    " in str(one.get("description", ""))] == []
    assert not any("propertyNames" in one for one in found)
    among = [[each.get("type") for each in one["anyOf"]] for one in found if "anyOf" in one]
    assert any("null" in one for one in among)
    assert not any("null" in one[:-1] for one in among)
