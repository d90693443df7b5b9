"""The deck: each statement once, the verdict hidden until it is asked for, safe, self-contained, the same for the same record."""

import re
from collections import Counter
from pathlib import Path

import pytest

from claims.evidence.evidence import ClaimEvidence
from claims.evidence.sources import read_sources
from reports.classroom.choice import MOST, case_of, chosen
from reports.classroom.slides import slides_as_html, slides_in
from reports.record.record import ClaimRecord, Record
from tests.reports.made import ABOUT, BIB, HOSTILE, WORDS, case, chart, claim, evidence, fact, reading, record
from tests.reports.running import ALL_PINNED
from tests.reports.test_render import Tags


def deck(made: Record, folder: Path, *ids: str, seen: dict[str, ClaimEvidence] | None = None) -> str:
    bib = folder / "sources.bib"
    bib.write_text(BIB, encoding="utf-8")
    return slides_as_html(made, evidence(made, chart()) if seen is None else seen, read_sources(bib), ids)


def of_kind(kind: str, page: str) -> list[str]:
    slides = page.partition("</main>")[0].split('<section class="slide ')[1:]
    return [one for one in slides if one.startswith(f'of-{kind}"')]


def everything() -> list[ClaimRecord]:
    """A claim of each verdict, and one that is compared with sources."""
    return [*(claim(word) for word in WORDS), fact()]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = record(*everything())
    return deck(made, tmp_path_factory.mktemp("deck"), *(one.id for one in made.claims))


def test_every_statement_is_predicted_observed_and_explained_once(full: str) -> None:
    predicted = [re.findall(r'data-claim="([^"]+)"', one)[0] for one in of_kind("predict", full)]
    assert predicted == [one.id for one in everything()]
    assert len(of_kind("answer", full)) == len(predicted)
    assert len(of_kind("case", full)) == len(of_kind("figure", full)) == len(WORDS)
    assert len(of_kind("sources", full)) == 1
    assert "two nilpotent matrices" in of_kind("case", full)[0]
    assert '<table class="matrix"' in of_kind("case", full)[0]


@pytest.mark.parametrize("word", WORDS)
def test_what_is_predicted_gives_no_verdict_away(word: str, tmp_path: Path) -> None:
    def predicted(verdict: str) -> list[str]:
        made = record(claim(verdict, id="gradients.one", says="It is so."))  # type: ignore[arg-type]
        return of_kind("predict", deck(made, tmp_path, "gradients.one")) + of_kind(
            "contents", deck(made, tmp_path, "gradients.one")
        )

    assert predicted(word) == predicted("supported")


@pytest.mark.parametrize("word", WORDS)
def test_the_answer_has_the_verdict_why_what_to_say_and_the_address(word: str, full: str) -> None:
    (answer,) = (one for one in of_kind("answer", full) if f"gradients.is-{word}" in one)
    assert re.search(rf'<h2[^>]*>Answer: <span class="badge {word}">', answer)
    assert "<em>singular values</em>" in answer
    assert f'href="claims/gradients.is-{word}.html"' in answer
    assert word == "qualified" or "Because" in answer
    assert ("True if" in answer) == (word == "qualified")


def test_slides_are_numbered_headed_and_found(full: str) -> None:
    sections = re.findall(r'<section class="slide [^>]* id="(\d+)"', full)
    assert sections == [str(number) for number in range(1, len(sections) + 1)]
    tags = Tags(full).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {href[1:] for tag, attributes in tags if tag == "a" and (href := attributes.get("href") or "").startswith("#")}
    assert targets <= set(ids)
    labelled = [attributes["aria-labelledby"] for tag, attributes in tags if tag == "section" and "aria-labelledby" in attributes]
    assert set(labelled) <= set(ids)
    assert len(labelled) == len(sections) + 1  # and the speaker's notes


def test_every_slide_of_a_question_has_the_notes_of_its_question(full: str) -> None:
    notes = dict(re.findall(r'<article id="(notes-\d+)">(.*?)</article>', full, re.DOTALL))
    assert set(re.findall(r' data-notes="([^"]+)"', full)) == set(notes)
    for place, one in enumerate(everything(), 1):
        (slide,) = (slide for slide in of_kind("answer", full) if f'data-notes="notes-{place}"' in slide)
        assert f"claims/{one.id}.html" in slide
        told = notes[f"notes-{place}"]
        assert f'class="badge {one.verdict}"' in told
        assert "<dt>Say</dt><dd>" in told
        assert ("<dt>Not shown</dt>" in told) == bool(one.not_shown)
        assert ("<dt>Controls</dt>" in told) == any(each.role in ("fails for", "holds for") for each in one.readings)
        assert one.defined_at in told


def test_the_title_says_how_many_slides_there_are(full: str) -> None:
    (title,) = of_kind("title", full)
    last = max(int(number) for number in re.findall(r'<section class="slide [^>]* id="(\d+)"', full))
    assert f"{last} slides" in title


def test_contents_lead_to_the_question(full: str) -> None:
    for number, says in re.findall(r'<li><a href="#(\d+)">It is (\w+)', "".join(of_kind("contents", full))):
        (slide,) = (one for one in of_kind("predict", full) if f' id="{number}" ' in one)
        assert f"It is {says}" in slide


def test_hostile_text_stays_text_and_nothing_is_loaded(full: str) -> None:
    assert "<script>alert" not in full
    assert "{{ 7*7 }}" in full
    tags = Tags(full).tags
    assert [tag for tag, _ in tags].count("script") == 1
    assert "default-src 'none'" in full
    assert not [tag for tag, attributes in tags if "src" in attributes or tag in ("link", "img", "iframe", "object", "base")]


def test_the_same_record_gives_the_same_deck(full: str, tmp_path: Path) -> None:
    made = record(*everything())
    assert deck(made, tmp_path, *(one.id for one in made.claims)) == full


def test_the_rule_takes_from_every_chapter_what_falls_and_what_stands(tmp_path: Path) -> None:
    of_essay = [one.name for one in ABOUT.chapters if not one.apart]
    several = [claim(word, chapter, id=f"{chapter}.{word}-{n}") for chapter in of_essay for word in WORDS for n in range(3)]
    made = record(*several)
    picked = chosen(made, ())
    assert len(picked) == MOST
    assert Counter(one.chapter for one in picked if one.id in made.instead) == dict.fromkeys(of_essay, 1)
    assert {one.verdict for one in picked if one.id not in made.instead} == {"supported"}
    assert [one.id for one in picked] == [one.id for one in several if one in picked]  # in the order of the essay
    assert "until there are" in deck(made, tmp_path, seen={})


def test_the_rule_passes_over_what_there_is_nothing_to_look_at_for() -> None:
    blank = {"figure": None, "readings": [reading("as written", "as written", "fell")]}
    assert chosen(record(claim("refuted", **blank), claim("supported", **blank)), ()) == []


def test_without_a_case_or_a_figure_the_outcomes_are_shown(tmp_path: Path) -> None:
    bare = record(claim("supported", figure=None, readings=[reading("as written", "as written", "held")]))
    (slide,) = of_kind("outcomes", deck(bare, tmp_path, bare.claims[0].id))
    assert "held" in slide


def test_a_case_that_is_too_large_gives_way_to_a_smaller_one() -> None:
    large = case("stored witness", shown=[("digits", "7" * 2000)])
    first = reading("witness", "large", "fell", counterexample=large)
    second = reading("witness", "small", "fell", counterexample=case("stored witness"))
    for readings in ([first, second], [second, first]):
        shown = case_of(claim("refuted", readings=readings))
        assert shown is not None
        assert shown[0].name == "small"
    assert case_of(claim("refuted", readings=[first])) == (first, large)


def test_a_seed_that_lost_is_no_case_to_look_at() -> None:
    lost = reading("as written", "as written", "fell", engine="trials", counterexample=case("one of the seeds"))
    assert case_of(claim("refuted", by="trials", readings=[lost])) is None


def test_a_record_without_claims_makes_a_deck_as_well(tmp_path: Path) -> None:
    empty = deck(Record(schema=2, text=ABOUT, run=record().run, summary=dict.fromkeys(WORDS, 0), claims=[]), tmp_path)
    assert not of_kind("predict", empty)
    assert HOSTILE not in empty


def test_the_command_writes_the_deck_from_what_is_there(reports) -> None:
    reports.examine()
    reports.monkeypatch.setattr("reports.commands.verify.run._examine", lambda *_: pytest.fail("it examined"))
    before = reports.record.read_bytes()

    code, said, _ = reports.run("--slides")
    assert code == ALL_PINNED
    path = reports.folder / "site" / "slides.html"
    assert f"Written: {path} ({slides_in(path.read_text(encoding='utf-8'))} slides)" in said
    assert reports.run("--slides", "--handout", "--only", "toys")[0] == ALL_PINNED
    assert {path.name for path in (reports.folder / "site").glob("*-toys.html")} == {"slides-toys.html", "handout-toys.html"}
    assert reports.record.read_bytes() == before


def test_a_deck_without_a_record_or_of_a_claim_without_a_verdict_is_refused(reports) -> None:
    assert "there is no record yet" in reports.refuses("--slides")
    reports.examine("--only", "toys.numbers-are-small", "--out", reports.folder)
    assert "toys.all-numbers-are-small" in reports.refuses("--slides", "--only", "toys.all-numbers-are-small")
    assert "did you mean" in reports.refuses("--slides", "--only", "toys.number-are-small")
    assert not (reports.folder / "site" / "slides.html").exists()
