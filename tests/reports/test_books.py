"""What books link by: the inventories of Sphinx and of MyST, and the LaTeX package."""

import json
import re

import msgspec
import pytest
import sphobjinv

from claims.evidence.keys import ROOT
from reports.books import BOOKS, write_books
from reports.books.latex import SIGNS, deck, package, set_in_latex
from reports.record.record import read_record
from reports.text.wording import ICONS
from tests.reports import made

RECORD = read_record(ROOT / "reports" / "verdicts.json")
SPECIAL = r"a\b {c} #1 $x$ 5% & ~ ^ _ `d_e` < > | \" '"


def test_the_inventory_has_every_claim_with_its_page_and_its_verdict(tmp_path):
    write_books(RECORD, tmp_path)
    found = sphobjinv.Inventory(tmp_path / "objects.inv")

    assert found.project == RECORD.text.report
    assert [(one.name, f"{one.domain}:{one.role}", one.uri, one.dispname) for one in found.objects] == [
        (one.id, "std:label", f"claims/{one.id}.html", f"{ICONS[one.verdict]} {one.verdict}") for one in RECORD.claims
    ]


def test_mysts_references_lead_to_the_words_of_each_verdict(tmp_path):
    write_books(RECORD, tmp_path)
    read = json.loads((tmp_path / "myst.xref.json").read_bytes())

    assert [one["identifier"] for one in read["references"]] == [one.id for one in RECORD.claims]
    for one, back in zip(RECORD.claims, read["references"], strict=True):
        assert back["url"] == f"/claims/{one.id}.html"
        words = json.loads((tmp_path / back["data"].removeprefix("/")).read_bytes())["frontmatter"]["title"]
        assert words == f"{ICONS[one.verdict]} {one.verdict}"


def test_all_of_them_are_written_among_the_pages(tmp_path):
    write_books(RECORD, tmp_path)
    assert {one.relative_to(tmp_path).as_posix() for one in tmp_path.rglob("*") if one.is_file()} == set(BOOKS)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("W_h and γ^T", r"W\textsubscript{h} and \ensuremath{\gamma}\textsuperscript{T}"),
        ("*so* and `x_1`", r"\emph{so} and \texttt{x\_1}"),
        ("10⁻¹² ≤ σ₂", r"10\textsuperscript{\ensuremath{-}}\textsuperscript{1}\textsuperscript{2} \ensuremath{\leq} "
                       r"\ensuremath{\sigma}\textsubscript{2}"),
        ("C\u0303 and Σ, Λ, Α", r"\~{C} and \ensuremath{\Sigma}, \ensuremath{\Lambda}, A"),
        ("{50%} #1 \\x", r"\{50\%\} \#1 \textbackslash{}x"),
        ("‖J‖ = ½", r"\ensuremath{\|}J\ensuremath{\|} = \textonehalf{}"),
    ],
)  # fmt: skip
def test_prose_is_set_as_latex_prints_it(text, printed):
    assert set_in_latex(text) == printed


def test_no_sign_of_latex_gets_into_the_package_unmarked():
    record = made.record(made.claim("refuted", says=SPECIAL, teach=SPECIAL))
    data = package(record).decode().partition("\\claims@add{")[2]
    bare = data
    for mark in sorted(SIGNS.values(), key=len, reverse=True):
        bare = bare.replace(mark, "")
    bare = re.sub(r"%\n|\\(?:emph|texttt|textsubscript|textsuperscript|allowbreak|endinput)\b", "", bare)
    assert not re.search(r"[\\#$%&_~^]", bare)
    assert f"{{{bare}".count("{") == bare.count("}")


def test_the_deck_shows_a_claim_of_each_verdict():
    told = deck(RECORD).decode()
    ids = set(re.findall(r"\\claim\{([^}]+)\}", told))
    assert sorted(one.verdict for one in RECORD.claims if one.id in ids) == sorted({one.verdict for one in RECORD.claims})


def test_another_texts_package_is_called_by_that_text():
    other = msgspec.structs.replace(RECORD, text=msgspec.structs.replace(RECORD.text, title="Sorting on a page", noun="page"))
    assert "Checked claims: sorting on a page" in package(other).decode()
    assert RECORD.text.report not in package(other).decode() + deck(other).decode()
