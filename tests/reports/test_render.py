"""The page: whole, safe, self-contained, and the same for the same record."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from claims.kit.evidence import EvidenceError
from reports import matrices
from reports.record import SCHEMA, Record
from reports.render import prose, write_site
from reports.wording import tried
from tests.reports.made import BIB, HOSTILE, WORDS, chart, claim, evidence, reading, record


def page(tmp_path: Path, made: Record, figure: dict[str, object] | None = None) -> str:
    bib = tmp_path / "sources.bib"
    bib.write_text(BIB, encoding="utf-8")
    return write_site(made, evidence(made, figure), tmp_path, bib).read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Every start tag with its attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page(tmp_path_factory.mktemp("full"), record(), chart())


def test_each_claim_has_its_anchor_statement_and_verdict(full: str) -> None:
    for word in WORDS:
        section = full.partition(f'id="gradients.is-{word}"')[2].partition("</article>")[0]
        assert f"It is {word}" in section
        assert re.search(rf'class="badge {word}".*{word}', section)
        assert f"python -m reports --replay gradients.is-{word}" in section


def test_ids_are_unique_and_links_within_the_page_arrive(full: str) -> None:
    tags = Tags(full).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {href[1:] for tag, attributes in tags if tag == "a" and (href := attributes.get("href") or "").startswith("#")}
    assert targets <= set(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", full)) <= set(ids)


def test_hostile_text_stays_text(full: str) -> None:
    assert "<script>alert" not in full
    assert "{{ 7*7 }}" in full  # not evaluated
    assert [tag for tag, _ in Tags(full).tags].count("script") == 1


def test_nothing_is_loaded(full: str) -> None:
    for tag, attributes in Tags(full).tags:
        assert "src" not in attributes
        assert tag not in ("link", "img", "iframe", "object", "base")
        addresses = [attributes.get("href") or "#", attributes.get("xlink:href") or "#"]
        assert tag == "a" or all(address.startswith("#") for address in addresses)
    assert "@import" not in full
    assert all(where.startswith("#") for where in re.findall(r"url\(([^)]*)\)", full))
    assert "default-src 'none'" in full


def test_a_figure_stands_in_the_page_with_its_words_and_numbers(full: str) -> None:
    assert full.count("<svg ") == len(WORDS)
    assert "It goes down." in full
    assert "data:text/csv;charset=utf-8,step%2Cnorm%2Ckind%0A0%2C1.0%2Ca" in full


def test_the_same_record_gives_the_same_bytes(tmp_path: Path, full: str) -> None:
    assert page(tmp_path, record(), chart()) == full


def test_a_record_without_figures_or_claims_is_a_page_as_well(tmp_path: Path) -> None:
    bare = record(claim("supported", figure=None, cites=[], lines=[], readings=[], not_shown="", chapter="new_one"))
    assert "New one" in page(tmp_path, bare)
    assert "<svg" not in page(tmp_path, bare)
    assert "The statements" in page(tmp_path, Record(schema=SCHEMA, run=bare.run, summary=dict.fromkeys(WORDS, 0), claims=[]))


def test_the_page_of_250_claims_stays_small(tmp_path: Path) -> None:
    many = record(*(claim(WORDS[n % 4], id=f"gradients.claim-{n}") for n in range(250)))
    assert len(page(tmp_path, many).encode()) < 4_000_000


def test_an_unknown_source_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="nobody2000"):
        page(tmp_path, record(claim("refuted", cites=["nobody2000"])))


def test_a_verdict_that_is_not_the_pinned_one_is_said_so(tmp_path: Path, full: str) -> None:
    assert "Not as expected" in page(tmp_path, record(claim("refuted", expected="supported")))
    assert "Not as expected" not in full


def test_a_control_that_went_astray_is_said_so(full: str) -> None:
    astray = full.partition('id="gradients.is-undecided"')[2].partition("</article>")[0]
    assert "not as it must" in astray
    assert "not as it must" not in full.partition('id="gradients.is-refuted"')[2].partition("</article>")[0]


def test_buttons_copy_the_text_itself(full: str) -> None:
    copies = [unescape(attributes["data-copy"] or "") for _, attributes in Tags(full).tags if "data-copy" in attributes]
    assert any(HOSTILE in text and "Verdict: refuted." in text for text in copies)
    assert any("[[0. 1.]" in text for text in copies)
    assert any(text.startswith("@misc{checked-claims-2026-03-04") for text in copies)


@pytest.mark.parametrize(
    ("text", "matrix"),
    [
        ("[[0. 1.]\n [0. 0.]]", [[["0", "1"], ["0", "0"]]]),
        ("[inf -1.5]", [[["∞", "−1.5"]]]),
        ("[[[0.5]], [[2.]]]", [[["0.5"]], [["2"]]]),
        ("[]", []),
        ("[[1 2]\n [3]]", []),
        ("[0 1 2 3 4 5 6]", []),
        ("[0, 1, ...]", []),
        ("[]]", []),
        ("a number: [1]", []),
    ],
)
def test_small_matrices_are_set_as_matrices_and_all_else_as_printed(text: str, matrix: list[object]) -> None:
    assert matrices.matrices(text) == matrix


def test_a_printed_argument_falls_into_its_parts() -> None:
    parts = matrices.items("W_h = [[1. 2.]\n     [3. 4.]]\nname = elman\n2: [1]")
    assert [one.label for one in parts] == ["W_h =", "name =", "2:"]


def test_prose_knows_emphasis_code_and_simple_formulas() -> None:
    assert prose("*so* `a*b_c` W_h γ^T |P|^(1/d) 2*3*4 <b>") == (
        "<em>so</em> <code>a*b_c</code> W<sub>h</sub> γ<sup>T</sup> |P|<sup>1/d</sup> 2*3*4 &lt;b&gt;"
    )
    assert prose("error_if_nonfinite clip_grad_norm_ a ` lone") == "error_if_nonfinite clip_grad_norm_ a ` lone"


def test_counts_say_what_they_count() -> None:
    trial = reading("as written", "as written", "held", engine="trials", cases=16, wins=16, trials=20)
    clocked = reading("as written", "as written", "held", engine="trials", cases=0, timed=True)
    assert tried(trial, {}) == "16 of 16 seeds, 20 planned"
    assert tried(clocked, {"wins": 19, "cases": 20}) == "this run: 19 of 20 repetitions"
    assert tried(clocked, {}) == "see run"
    assert tried(reading("as written", "as written", "held", complete=True, cases=4), {}) == "all 4"
