"""How to cite a claim: five formats that programs read, with the statement as it stands."""

import json
import re

import pytest
from pybtex.database import parse_string

from reports.text.citing import citations
from reports.text.plain import plain
from reports.text.tex import tex
from tests.reports import made

SAYS = "50 % of *all* {networks cost $5 & more_than #1 ~ x^2 \\ “so” `norm(x)`"
PLAIN = "50 % of all {networks cost $5 & more_than #1 ~ x^2 \\ “so” norm(x) (claim gradients.is-refuted: refuted)"


WORDS = {"backslash": "\\", "asciitilde": "~", "asciicircum": "^", "braceleft": "{", "braceright": "}"}


def as_latex_prints(text: str) -> str:
    """The outer braces keep capitals and are not printed."""
    inner = text.removeprefix("{").removesuffix("}")
    assert not set("\\{}~^&%$#_") & set(re.sub(r"\\text\w+{}|\\[&%$#_]", "", inner)), "it means something to LaTeX"
    return re.sub(r"\\text(\w+){}|\\([&%$#_])", lambda one: WORDS[one[1]] if one[1] else one[2], inner)


@pytest.fixture(scope="module")
def cited() -> dict[str, str]:
    return citations(made.claim("refuted", says=SAYS), made.record())


def test_there_are_five_formats(cited):
    assert list(cited) == ["APA", "Plain text", "BibTeX", "RIS", "CSL-JSON"]


def test_bibtex_gives_back_the_statement_whatever_is_in_it(cited):
    entry = parse_string(cited["BibTeX"], "bibtex").entries["gradients.is-refuted"]

    assert as_latex_prints(entry.fields["title"]) == PLAIN
    assert entry.fields["year"] == "2026"
    assert "commit 0123456789ab with local changes" in entry.fields["note"]
    assert [str(person) for person in entry.persons["author"]] == [f"{{{made.ABOUT.authors}}}"]


def test_ris_has_a_tag_a_line_and_an_end(cited):
    lines = cited["RIS"].splitlines()

    assert all(line[2:6] == "  - " for line in lines)
    assert lines[0] == "TY  - ELEC"
    assert f"TI  - {PLAIN}" in lines
    assert "DA  - 2026/03/04" in lines
    assert lines[-1] == "ER  - "


def test_csl_is_json_with_date_and_author(cited):
    (entry,) = json.loads(cited["CSL-JSON"])

    assert entry["title"] == f'<span class="nocase">{PLAIN}</span>', "or Chicago writes it With Capitals"
    assert entry["container-title"] == made.ABOUT.report
    assert entry["issued"] == {"date-parts": [[2026, 3, 4]]}
    assert entry["author"] == [{"literal": made.ABOUT.authors}]
    assert entry["id"] == "gradients.is-refuted"


def test_apa_and_plain_text_name_date_statement_and_claim(cited):
    assert cited["APA"].startswith(f"{made.ABOUT.authors}. (2026, March 4). {PLAIN}. In {made.ABOUT.report} (commit ")
    assert f"{PLAIN}. In: {made.ABOUT.report}, 2026-03-04, commit " in cited["Plain text"]
    assert all("\n" not in cited[name] for name in ("APA", "Plain text"))


def test_a_statement_of_several_lines_is_cited_on_one():
    found = citations(made.claim("refuted", says="One.\nER  - \nTwo."), made.record())

    assert found["RIS"].count("\nER  - ") == 1
    assert "One. ER - Two (claim" in found["RIS"]


@pytest.mark.parametrize(
    ("scope", "ends"), [("", "is-refuted: refuted)"), ("Tried on 8 seeds.", "is-refuted: refuted; scope: Tried on 8 seeds)")]
)
def test_a_title_names_the_claim_its_verdict_and_its_scope_and_has_no_stop_of_its_own(scope, ends):
    found = citations(made.claim("refuted", says="It *is* so.", scope=scope), made.record())

    assert json.loads(found["CSL-JSON"])[0]["title"].removesuffix("</span>").endswith(f">It is so (claim gradients.{ends}")
    assert all(".)" not in text and ".." not in text and "Refuted" not in text for text in found.values())


@pytest.mark.parametrize(("text", "printed"), [
    ("γ ≤ Ω²", r"\ensuremath{\gamma} \ensuremath{\le} \ensuremath{\Omega}\textsuperscript{2}"),
    ("Wᵀx₀", r"W\textsuperscript{T}x\textsubscript{0}"),
    ("λ → −1", r"\ensuremath{\lambda} \ensuremath{\to} \ensuremath{-}1"), ("“so” …", "“so” …"),
])  # fmt: skip
def test_signs_that_pdflatex_cannot_print_are_commands(text, printed):
    assert tex(text) == printed


@pytest.mark.parametrize(("text", "read"), [
    ("*all* of `a*b*c`", "all of a*b*c"), ("2 * 3 * 4", "2 * 3 * 4"), ("a lone ` stays, *so*", "a lone ` stays, so"),
    ("W_h^T", "W_h^T"),
])  # fmt: skip
def test_plain_text_has_no_marks_and_all_else(text, read):
    assert plain(text) == read
