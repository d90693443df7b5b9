"""The handout: worksheets without verdicts, then answers under the same numbers."""

import re

import pytest

from reports.classroom.handout import handout_as_html
from tests.reports.made import HOSTILE, WORDS, claim, fact, record
from tests.reports.test_render import Tags


@pytest.fixture(scope="module")
def full() -> str:
    return handout_as_html(record(*(claim(word, chapter) for chapter in ("gradients", "gated") for word in WORDS), fact()))


def sheets(page: str) -> list[str]:
    return re.findall(r'<section class="sheet">.*?</section>', page, re.DOTALL)


def statements(sheet: str) -> list[tuple[str, str]]:
    return re.findall(r'<th scope="row"><b>(\d+)</b> It is (\w+)', sheet)


def test_all_worksheets_come_before_the_answers_and_have_the_same_numbers(full: str) -> None:
    titles = [re.findall(r"<h2>(.*?)</h2>", one)[0] for one in sheets(full)]
    half = len(titles) // 2
    assert [title.count("worksheet") for title in titles] == [1] * half + [0] * half
    numbered = [statements(one) for one in sheets(full)]
    assert numbered[:half] == numbered[half:]
    assert [number for those in numbered[:half] for number, _ in those] == [str(n) for n in range(1, 10)]


@pytest.mark.parametrize("word", WORDS)
def test_a_worksheet_gives_no_verdict_away(word: str) -> None:
    def worksheet(verdict: str) -> str:
        return sheets(handout_as_html(record(claim(verdict, id="gradients.one", says="It is so."))))[0]  # type: ignore[arg-type]

    assert worksheet(word) == worksheet("supported")


def test_every_statement_has_a_box_beside_each_word(full: str) -> None:
    for sheet in sheets(full)[: len(sheets(full)) // 2]:
        boxes = re.findall(r'<div class="boxes">(.*?)</div>', sheet)
        assert len(boxes) == len(statements(sheet))
        for one in boxes:
            assert re.findall(r'<span><i class="box"[^>]*></i>.&nbsp;(\w+)</span>', one) == list(WORDS)


def test_an_answer_has_the_verdict_the_correction_and_the_address(full: str) -> None:
    for word in WORDS:
        (row,) = re.findall(rf'<tr id="gated.is-{word}">.*?</tr>', full, re.DOTALL)
        assert f'class="badge {word}"' in row
        assert f'href="claims/gated.is-{word}.html"' in row
        assert ("<em>singular values</em>" in row) == (word != "undecided")  # nothing is corrected that was not decided
        assert ("True if" in row) == (word == "qualified")
    assert full.count("2026-03-04, commit 0123456789ab") == len(sheets(full)) // 2


def test_chosen_claims_alone_are_handed_out(full: str) -> None:
    made = record(*(claim(word) for word in WORDS))
    page = handout_as_html(made, ["gradients.is-refuted"])
    assert [statements(one) for one in sheets(page)] == [[("1", "refuted")]] * 2


def test_hostile_text_stays_text_and_nothing_runs(full: str) -> None:
    assert HOSTILE not in full
    assert "{{ 7*7 }}" in full
    assert {tag for tag, _ in Tags(full).tags} & {"script", "img", "link", "iframe"} == set()
    assert "default-src 'none'" in full


def test_the_same_record_gives_the_same_handout(full: str) -> None:
    made = record(*(claim(word, chapter) for chapter in ("gradients", "gated") for word in WORDS), fact())
    assert handout_as_html(made) == full
