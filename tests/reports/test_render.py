"""The site: whole, safe, self-contained, and the same for the same record."""

import re
from html import unescape
from pathlib import Path

import pytest

from claims.evidence.evidence import Clocked, EvidenceError
from reports.pages import matrices
from reports.pages.pages import write_single
from reports.pages.render import digest, formulas, prose
from reports.record.readings import clocked as clocked_of
from reports.record.record import SCHEMA, Record
from reports.text.formulas import plain
from reports.text.wording import tried
from tests.reports import sites
from tests.reports.made import HOSTILE, WORDS, chart, claim, evidence, reading, record
from tests.reports.sites import Tags, written


def one_file(folder: Path, made: Record, figure: dict[str, object] | None = None) -> str:
    (folder / "sources.bib").write_text(sites.BIB, encoding="utf-8")
    return write_single(made, evidence(made, figure), folder, folder / "sources.bib").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return written(tmp_path_factory.mktemp("full"), record(), chart())


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> str:
    return one_file(tmp_path_factory.mktemp("single"), record(), chart())


def start(files: dict[str, str]) -> str:
    return files["index.html"]


def test_each_claim_has_a_page_with_its_statement_verdict_and_replay(full: dict[str, str]) -> None:
    for word in WORDS:
        page = full[f"claims/gradients.is-{word}.html"]
        assert f"It is {word}" in page.partition("<h1")[2].partition("</h1>")[0]
        assert re.search(rf'class="badge {word}".*{word}', page)
        assert f"python -m reports --replay gradients.is-{word}" in page
        assert f'href="claims/gradients.is-{word}.html"' in start(full)


def test_the_one_file_has_each_claim_at_its_anchor(single: str) -> None:
    for word in WORDS:
        section = single.partition(f'<article class="claim {word}" id="gradients.is-{word}"')[2].partition("</article>")[0]
        assert f"It is {word}" in section
        assert f"python -m reports --replay gradients.is-{word}" in section


def test_no_template_shows_its_own_braces(full: dict[str, str], single: str) -> None:
    pages = {name: text for name, text in full.items() if name.endswith(".html")} | {"single.html": single}
    for name, text in pages.items():
        assert re.findall(r"\{\{ (?!7\*?7)[^}]*\}\}|\{%", text) == [], name  # BibTeX has none with a blank


def test_links_arrive_ids_are_unique_and_nothing_is_loaded_from_elsewhere(full: dict[str, str], single: str) -> None:
    for files in (full, {"single.html": single}):
        assert sites.lost_links(files) == []
        assert sites.repeated_ids(files) == []
        assert sites.dangling(files) == []
        assert sites.loaded_from_elsewhere(files) == []
        assert all("default-src 'none'" in text for name, text in files.items() if name.endswith(".html"))
    assert "src" not in {name for _, attributes in Tags(single).tags for name in attributes}


def test_what_looks_for_lost_links_finds_them() -> None:
    files = {
        "a/b.html": '<a href="../c.html#there"></a><a href="../c.html#gone"></a><a href="d.html"></a>',
        "c.html": '<p id="there">',
    }
    assert sorted(sites.lost_links(files)) == [("a/b.html", "../c.html#gone"), ("a/b.html", "d.html")]


def test_hostile_text_stays_text(full: dict[str, str], single: str) -> None:
    for page in (*(text for name, text in full.items() if name.endswith(".html")), single):
        assert "<script>alert" not in page
    assert "{{ 7*7 }}" in start(full)  # not evaluated
    assert [tag for tag, _ in Tags(single).tags].count("script") == 1


def test_the_one_script_of_the_one_file_is_the_one_that_is_allowed(single: str) -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", single, re.DOTALL)
    assert f"script-src '{digest(script)}'" in single


def test_a_figure_stands_in_the_page_with_its_words_and_numbers(full: dict[str, str], single: str) -> None:
    page = full["claims/gradients.is-refuted.html"]
    assert page.count('<svg role="img"') == 1
    assert "It goes down." in page
    assert 'href="../figures/gradients.is-refuted.csv"' in page
    assert full["figures/gradients.is-refuted.csv"].startswith('\ufeff"step","norm","kind"\n"0","1.0","a"\n')
    assert single.count("<svg ") == len(WORDS)


def test_the_same_record_gives_the_same_bytes(tmp_path: Path, full: dict[str, str]) -> None:
    assert written(tmp_path, record(), chart()) == full


def test_a_record_without_figures_or_claims_is_a_site_as_well(tmp_path: Path) -> None:
    bare = record(claim("supported", figure=None, cites=[], lines=[], readings=[], not_shown="", chapter="new_one"))
    files = written(tmp_path, bare)
    assert "New one" in start(files)
    assert "<svg" not in files["claims/new_one.is-supported.html"]
    empty = Record(schema=SCHEMA, text=bare.text, run=bare.run, summary=dict.fromkeys(WORDS, 0), claims=[])
    assert "The statements" in start(written(tmp_path, empty))
    assert "The statements" in one_file(tmp_path, empty)


def test_pages_of_an_earlier_run_go_and_files_of_others_stay(tmp_path: Path) -> None:
    written(tmp_path, record(claim("refuted"), claim("supported")), chart())
    (tmp_path / "site" / "mine.html").write_text("", encoding="utf-8")
    files = written(tmp_path, record(claim("refuted")))
    assert [name for name in files if name.startswith(("claims/", "figures/"))] == ["claims/gradients.is-refuted.html"]
    assert "mine.html" in files


def test_a_site_of_260_claims_stays_small(tmp_path: Path) -> None:
    many = record(*(claim(WORDS[n % 4], id=f"gradients.claim-{n}") for n in range(260)))
    assert sum(len(text.encode()) for text in written(tmp_path, many).values()) < 6_000_000
    assert len(one_file(tmp_path, many).encode()) < 3_000_000


def test_an_unknown_source_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="nobody2000"):
        written(tmp_path, record(claim("refuted", cites=["nobody2000"])))


def test_a_verdict_that_is_not_the_pinned_one_is_said_so(tmp_path: Path, full: dict[str, str]) -> None:
    astray = written(tmp_path, record(claim("refuted", expected="supported")))
    assert "Not as expected" in start(astray)
    assert "Expected to be supported" in astray["claims/gradients.is-refuted.html"]
    assert "Not as expected" not in start(full)


def test_a_control_that_went_astray_is_said_so(full: dict[str, str]) -> None:
    assert "not as it must" in full["claims/gradients.is-undecided.html"]
    assert "0 of 1 as they must" in full["claims/gradients.is-undecided.html"]
    assert "not as it must" not in full["claims/gradients.is-refuted.html"]


def test_buttons_copy_the_text_itself(full: dict[str, str]) -> None:
    copies = [unescape(text) for tags in sites.pages(full).values() for text in tags.values("data-copy")]
    assert any(HOSTILE in text and "gradients.is-refuted: two nilpotent matrices" in text for text in copies)
    assert any("[[0. 1.]" in text for text in copies)
    assert any(text.startswith("@techreport{checked-claims-2026-03-04") for text in copies)
    name = "gradients.is-refuted"
    assert f'data-copies="{name}--name {name}--why {name}--teach cite-2"' in full[f"claims/{name}.html"]


def test_pages_lead_from_claim_to_claim_in_the_essays_order(full: dict[str, str]) -> None:
    page, ways = "claims/gradients.is-supported.html", []
    while page:
        ways.append(page)
        onward = re.search(r'<a rel="next" href="\.\./([^"]+)"', full[page])
        page = onward[1] if onward else ""
    assert ways == [f"claims/gradients.is-{word}.html" for word in WORDS]
    assert 'rel="prev" href="../claims/gradients.is-qualified.html"' in full["claims/gradients.is-refuted.html"]


def test_the_folded_chapters_count_each_chapters_verdicts(tmp_path: Path) -> None:
    made = record(claim("refuted"), claim("supported"), claim("supported", chapter="gated"))
    numbers = re.findall(r'data-of="(\w+)" data-word="(\w+)"><span[^>]*>.</span> (\d+)', start(written(tmp_path, made)))
    assert [(chapter, word, int(count)) for chapter, word, count in numbers if count != "0"] == [
        ("gradients", "supported", 1), ("gradients", "refuted", 1), ("gated", "supported", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "matrix"),
    [
        ("[[0. 1.]\n [0. 0.]]", [[["0", "1"], ["0", "0"]]]),
        ("[inf -1.5]", [[["∞", "−1.5"]]]),
        ("[[[0.5]], [[2.]]]", [[["0.5"]], [["2"]]]),
        ("[[0 1; -1/2 0], [0 7/8; 2 0]]", [[["0", "1"], ["−1/2", "0"]], [["0", "7/8"], ["2", "0"]]]),
        ("[1; 2 3]", []),
        ("[a; b]", []),
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
    assert prose("error_if_nonfinite clip_grad_norm_ in_proj_weight a ` lone") == (
        "error_if_nonfinite clip_grad_norm_ in_proj_weight a ` lone"
    )


@pytest.mark.parametrize(
    ("written", "set_", "without_marks"),
    [
        ("h_{t-1} + C_(t-1)", "h<sub>t-1</sub> + C<sub>t-1</sub>", "h_(t-1) + C_(t-1)"),
        ("‖J_T…J_1‖ ≤ σ_T…σ_1", "‖J<sub>T</sub>…J<sub>1</sub>‖ ≤ σ<sub>T</sub>…σ<sub>1</sub>", "‖J_T…J_1‖ ≤ σ_T…σ_1"),
        ("σ_max(W_h) and W_hᵀ a", "σ<sub>max</sub>(W<sub>h</sub>) and W<sub>h</sub>ᵀ a", "σ_max(W_h) and W_hᵀ a"),
        ("dC_T/dC_1 = C̃_t", "dC<sub>T</sub>/dC<sub>1</sub> = C̃<sub>t</sub>", "dC_T/dC_1 = C̃_t"),
        ("e^{-2B}/n, 10^-0.82. 10^6.", "e<sup>-2B</sup>/n, 10<sup>-0.82</sup>. 10<sup>6</sup>.", "e^(-2B)/n, 10^-0.82. 10^6."),
        ("h_t^2, x_{i^2}", "h<sub>t</sub><sup>2</sup>, x<sub>i<sup>2</sup></sub>", "h_t^2, x_(i^2)"),
        (r"$\alpha_{t-1} < \frac{a}{b}$, $O(n^2)$", "α<sub>t-1</sub> &lt; a/b, O(n<sup>2</sup>)", "α_(t-1) < a/b, O(n^2)"),
        ("from $5 to $6 in `x_{t}`", "from $5 to $6 in <code>x_{t}</code>", "from $5 to $6 in x_{t}"),
        ("*no* <b>_{x}", "<em>no</em> &lt;b&gt;_{x}", "no <b>_x"),
    ],
)
def test_formulas_are_set_and_are_read_without_their_marks(written: str, set_: str, without_marks: str) -> None:
    assert prose(written) == set_
    assert plain(written) == without_marks


def test_what_a_program_wrote_has_its_formulas_set_and_nothing_else() -> None:
    assert formulas("*h_t* of `W_h` <b>") == "*h<sub>t</sub>* of `W<sub>h</sub>` &lt;b&gt;"


def test_counts_say_what_they_count() -> None:
    trial = reading("as written", "as written", "held", engine="trials", cases=16, wins=16, trials=20)
    clocked = reading("as written", "as written", "held", engine="trials", cases=0, timed=True)
    assert tried(trial, {}) == "16 of 16 seeds, 20 at most"
    assert tried(clocked, {"wins": 19, "cases": 20}) == "this run: 19 of 20 repetitions"
    assert tried(clocked, {}) == "by the clock of another run"
    told = {"wins": 19, "cases": 20, "median": {"time_ratio": 3.16}, "half": {"time_ratio": [3.1, 3.25]}}
    assert tried(clocked, told) == "this run: 19 of 20 repetitions; median time ratio 3.16 (half of them 3.1 to 3.25)"
    assert tried(reading("as written", "as written", "held", complete=True, cases=4), {}) == "all 4"


def test_of_what_a_clock_measured_the_median_and_the_middle_half_are_told():
    ratios = [{"ratio": float(number)} for number in range(1, 10)]
    seen = clocked_of(Clocked(cases=11, wins=9, measured=[*ratios, {"ratio": None}, {"other": 2.0}], recorded="there, then"))
    assert seen["median"] == {"ratio": 5.0, "other": 2.0}
    assert seen["half"] == {"ratio": [3.0, 7.0]}
    assert (seen["cases"], seen["wins"], seen["recorded"]) == (11, 9, "there, then")
