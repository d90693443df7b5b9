"""The handout on paper: each box beside its word, and no statement broken over two pages."""

import re
import shutil
import subprocess

import pytest

from claims.evidence.keys import ROOT
from reports.pages.render import prose
from reports.record.record import read_record

PAPER = {"A4": (595, 842), "Letter": (612, 792)}  # points
MARGIN = 39.7  # points are 14 mm
STATEMENT, CORRECTION = (0, 0.31), (0.44, 1)  # of the width between the margins, in the answers


def columns(pdf, paper, part):
    """The words of a column, page by page."""
    width, height = PAPER[paper]
    left, right = (MARGIN + share * (width - 2 * MARGIN) for share in part)
    box = ["-x", str(round(left)), "-W", str(round(right - left)), "-y", "0", "-H", str(height)]
    text = subprocess.run(["pdftotext", "-enc", "UTF-8", *box, str(pdf), "-"], capture_output=True, check=True).stdout.decode()
    return [" ".join(page.split()) for page in text.split("\f")]


def without_formulas(words):
    """The words as they are printed, where nothing in them is lowered or raised."""
    printed = re.sub(r"</?(?:em|code)>", "", prose(words))
    return (
        None if "<" in printed or "&" in printed or "-" in printed else " ".join(words.replace("*", "").replace("`", "").split())
    )


@pytest.mark.parametrize("paper", PAPER)
def test_no_statement_and_no_correction_is_broken_over_two_pages(visit, tmp_path, paper):
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext here: install it, for instance with apt-get install poppler-utils")
    pdf = tmp_path / "handout.pdf"
    visit().open("handout.html").pdf(path=pdf, format=paper)
    claims = read_record(ROOT / "reports" / "verdicts.json").claims
    said = [one for claim in claims if (one := without_formulas(claim.says))]
    taught = [one for claim in claims if claim.verdict != "undecided" and (one := without_formulas(claim.teach))]
    statements, corrections = columns(pdf, paper, STATEMENT), columns(pdf, paper, CORRECTION)

    assert len(said) > len(claims) / 2
    assert len(taught) > len(claims) / 4
    assert [one for one in said if not any(one in page for page in statements)] == []
    assert [one for one in taught if not any(one in page for page in corrections)] == []


def test_each_box_stands_beside_its_word_on_paper(visit):
    page = visit(viewport={"width": 688, "height": 1000}).open("handout.html")
    page.emulate_media(media="print")
    first = page.locator(".boxes").first
    places = first.locator("span").evaluate_all(
        "(all) => all.map((one) => [one.querySelector('.box').getBoundingClientRect().right, one.getBoundingClientRect(),"
        " one.textContent.trim()])"
    )
    assert [words.split()[-1] for _, _, words in places] == ["supported", "qualified", "refuted", "undecided"]
    assert all(box - place["left"] < 25 and place["height"] < 25 for box, place, _ in places)
    statement = page.locator(".work tbody th").first.bounding_box()
    row = first.bounding_box()
    assert statement["y"] <= row["y"] < statement["y"] + statement["height"]  # beside it and not below
    assert row["x"] >= statement["x"] + statement["width"] - 1
