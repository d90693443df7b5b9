"""The bibliography as the report cites it."""

from pathlib import Path

import pytest

from claims.evidence.evidence import EvidenceError
from claims.evidence.sources import cited, read_sources
from claims.texts import the_text
from tests.reports.made import BIB


@pytest.fixture
def bib(tmp_path: Path) -> Path:
    path = tmp_path / "sources.bib"
    path.write_text(BIB, encoding="utf-8")
    return path


def test_short_forms_count_the_authors(bib: Path) -> None:
    assert {one.short for one in read_sources(bib).values()} == {"Pascanu et al. 2013", "Hochreiter and Schmidhuber 1997"}


def test_latex_becomes_text_and_numbers_become_addresses(bib: Path) -> None:
    lstm, difficulty = (read_sources(bib)[key] for key in ("hochreiter1997", "pascanu2013"))
    assert lstm.authors == "Sepp Hochreiter and Jürgen Schmidhuber"
    assert (lstm.where, lstm.url) == ("Neural Computation 9(8), 1735–1780", "https://doi.org/10.1162/neco.1997.9.8.1735")
    assert (difficulty.title, difficulty.url) == ("On the Difficulty of Training RNNs", "https://arxiv.org/abs/1211.5063")


def test_sources_that_read_the_same_are_told_apart(bib: Path) -> None:
    bib.write_text(BIB + BIB.replace("{pascanu2013", "{other").replace("{hochreiter1997", "{another"))
    assert [read_sources(bib)[key].short for key in ("pascanu2013", "other")] == ["Pascanu et al. 2013a", "Pascanu et al. 2013b"]


def test_an_unknown_key_is_named_with_its_file(bib: Path) -> None:
    with pytest.raises(EvidenceError, match=r"sources\.bib.*nobody2000"):
        cited(["nobody2000", "pascanu2013"], read_sources(bib), bib)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("@article{broken, title = {", "not readable"),
        ("@misc{nameless, title = {A}, year = {2000}}", "nameless has no author"),
        ("@misc{odd, author = {A, {b%c}}, title = {A}, year = {2000}}", "odd is not readable"),
        ("@misc{odd, author = {A, B}, title = {A}, year = {2000}, url = {javascript:alert(1)}}", "odd.*must begin with https"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_it(bib: Path, content: str, named: str) -> None:
    bib.write_text(content)
    with pytest.raises(EvidenceError, match=named):
        read_sources(bib)


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"absent\.bib"):
        read_sources(tmp_path / "absent.bib")


def test_a_file_is_read_once() -> None:
    assert read_sources(the_text().bibliography) is read_sources(the_text().bibliography)


def test_the_bibliography_of_the_claims_is_sound() -> None:
    assert all(one.authors and one.year and one.where for one in read_sources(the_text().bibliography).values())
