"""The banks of questions: what is asked, that the record has the answers, and what is read back of every format."""

import html
import re
import shutil
import sqlite3
import sys
import zipfile

import msgspec
import pytest
from moodle_xml_parser.parser import parse_bytes

from claims.evidence.keys import ROOT
from claims.evidence.outcomes import WORDS
from reports.__main__ import main
from reports.banks import setting
from reports.banks.bank import FORMATS, banks
from reports.banks.moodle import moodle_xml
from reports.banks.qti import qti_text
from reports.banks.questions import (
    AT_LEAST,
    NEAR_MISS,
    WHICH_CASE,
    WHICH_CONDITION,
    WHICH_SENTENCE,
    WHICH_VERDICT,
    WRONG,
    questions,
)  # fmt: skip
from reports.commands.verify.keeping import forget_outdated
from reports.record.record import read_record
from tests.reports import made
from tests.reports.running import ALL_PINNED, INPUT_ERROR

RECORD = read_record(ROOT / "reports" / "verdicts.json")
ALL = questions(RECORD)
SIGNS = (
    r"W_h and γ^T, h_{t-1}, \sigma \\ \( x \) $y$ `a_b` *so* _so_ **so** a < b > c = d : e ~ f # g {h} ^i^ %50% | -- ... 'q' "
    r'"q" &amp; &#35; <b>bold</b> [[0 1; 1 0]] [x](y) ![x](y) // :: ####'
)
MATRICES = "1: [[0.  1.]\n    [0.  0.]]\n2: [[ 1. -1.]\n    [ 0.  2.]]\n\\n = ~{#}"


def hostile():
    """A record each of whose claims is asked in another way, all its words being signs of some format."""
    case = msgspec.structs.replace(made.case("first of the list"), text={"period": MATRICES}, says=SIGNS)
    near = [made.case("tightest", shown=[]) for _ in range(2)]
    held = [
        made.reading("amended", f"{kind} {SIGNS}", "held", domain="period: 2 matrices", tightest=msgspec.structs.replace(
            one, text={"period": MATRICES.replace("2.", f"{place}.")}
        ))
        for place, (kind, one) in enumerate(zip(("first", "second"), near, strict=True), 3)
    ]  # fmt: skip
    fell = [made.reading("fails for", f"{NEAR_MISS}{place} {SIGNS}", "fell") for place in range(2)]
    written = made.reading("as written", "as written", "fell", counterexample=case)
    slips = [made.reading("altered", f"Slip {place}: {SIGNS}", "fell") for place in range(3)]
    words = {"says": f"- 1. {SIGNS}", "teach": SIGNS, "why": SIGNS, "scope": SIGNS}
    return made.record(
        made.claim("qualified", id="gradients.by-values", readings=[written, *held], **words),
        made.claim("qualified", id="gradients.condition", readings=[held[0], *fell], **words),
        made.claim("supported", id="gradients.sentence", readings=slips, **words),
        made.claim("undecided", id="gradients.verdict", **words),
    )  # fmt: skip


def test_every_claim_is_asked_once_and_one_answer_is_right():
    assert [one.claim.id for one in ALL] == [one.id for one in RECORD.claims]
    for one in ALL:
        assert [each.right for each in one.answers].count(True) == 1, one.claim.id
        assert AT_LEAST < len(one.answers) <= 1 + WRONG, one.claim.id
        texts = [each.text.casefold() for each in one.answers]
        assert len(set(texts)) == len(texts), one.claim.id
    stems = [(one.told, one.asks) for one in ALL]
    assert all(stems.count(one) == 1 for one in stems)


def test_the_record_has_the_right_answer_and_says_of_each_wrong_one_that_it_is_wrong():
    for one in ALL:
        _has_its_answers(one)


def _has_its_answers(one):
    came = {each.name.removeprefix(NEAR_MISS): each.outcome for each in one.claim.readings}
    right = next(each.text for each in one.answers if each.right)
    wrong = [each.text for each in one.answers if not each.right]
    match one.asks:
        case asks if asks == WHICH_VERDICT:
            assert right.partition(":")[0].lower() == one.claim.verdict
            assert [each.text.partition(":")[0].lower() for each in one.answers] == list(WORDS)
        case asks if asks == WHICH_CONDITION:
            assert (one.claim.verdict, came[right]) == ("qualified", "held")
            assert all(came[each] == "fell" for each in wrong)
        case asks if asks == WHICH_SENTENCE:
            assert (one.claim.verdict, right) == ("supported", one.claim.says)
            assert all(came[each] == "fell" for each in wrong)
        case asks if asks == WHICH_CASE and one.answers[0].printed:
            values = {"\n".join(case.text.values()): each.outcome for each in one.claim.readings
                      for case in (each.counterexample, each.tightest) if case}  # fmt: skip
            outcomes = [{values[text] for text in values if text in each.text.replace(" =\n", " = ")} for each in one.answers]
            assert all(("fell" if each.right else "held") in came for each, came in zip(one.answers, outcomes, strict=True))
        case asks if asks == WHICH_CASE:
            assert came[right] == "fell"
            assert all(came[each] == "held" for each in wrong)
        case _:
            assert {right} == {each.prints for each in one.claim.fact.published if each.decides}
            assert right not in wrong


def test_a_question_says_what_to_say_instead_and_what_is_undecided_says_why():
    for one in ALL:
        assert (one.claim.why if one.claim.verdict == "undecided" else one.claim.teach) in one.feedback


def test_the_kinds_that_there_are_all_occur():
    asked = [one.asks for one in ALL]
    assert all(asked.count(kind) >= 10 for kind in (WHICH_VERDICT, WHICH_CONDITION, WHICH_SENTENCE, WHICH_CASE))
    assert sum(one.startswith("What do the sources print?") for one in asked) >= 10
    assert [one.asks for one in questions(hostile())] == [WHICH_CASE, WHICH_CONDITION, WHICH_SENTENCE, WHICH_VERDICT]


def test_the_same_record_asks_the_same_and_a_chapter_asks_no_more():
    assert questions(read_record(ROOT / "reports" / "verdicts.json")) == ALL
    some = [one.id for one in RECORD.claims if one.chapter == "gradients"]
    assert questions(RECORD, some) == [one for one in ALL if one.claim.id in some]


@pytest.mark.parametrize("record", [RECORD, hostile()], ids=["all claims", "hostile words"])
def test_moodles_xml_gives_back_what_was_written(record):
    asked = questions(record)
    read = parse_bytes(moodle_xml(asked, record))["multichoice"]

    assert [one.name for one in read] == [one.claim.id for one in asked]
    for one, back in zip(asked, read, strict=True):
        assert back.text_pre_parse == html.unescape(setting.stem(one))
        assert back.general_feedback == html.unescape(setting.feedback(one, record.text.report))
        assert [(each.answer, each.score_fraction) for each in back.options] == [
            (html.unescape(setting.answer(each)).strip(), 100 * each.right) for each in one.answers
        ]
        assert (back.single, back.shuffle_answers) == (True, one.asks != WHICH_VERDICT)


def test_what_xml_cannot_say_is_replaced():
    record = made.record(made.claim("undecided", says="a\x00b\x0bc\ufffe"))
    assert "a\ufffdb c\ufffd" in parse_bytes(moodle_xml(questions(record), record))["multichoice"][0].text_pre_parse


def notes_of(package, folder):
    """The notes of a deck, by their ids."""
    folder.mkdir(exist_ok=True)
    (folder / "deck.apkg").write_bytes(package)
    with zipfile.ZipFile(folder / "deck.apkg") as file:
        file.extract("collection.anki2", folder)
    base = sqlite3.connect(folder / "collection.anki2")
    try:
        found = base.execute("select guid, flds, mod from notes")
        return {guid: (fields.split("\x1f"), changed) for guid, fields, changed in found}
    finally:
        base.close()


@pytest.mark.parametrize("record", [RECORD, hostile()], ids=["all claims", "hostile words"])
def test_ankis_notes_have_what_was_written(record, tmp_path):
    asked = questions(record)
    notes = notes_of(banks(record, (), ["anki"])[".apkg"], tmp_path)

    fields = {one.claim.id: one for one in asked}
    assert {texts[0] for texts, _ in notes.values()} == fields.keys()
    for (id, stem, answers, right, feedback), _ in notes.values():
        one = fields[id]
        assert stem == setting.stem(one)
        assert re.findall("<li>(.*?)</li>", answers) == [setting.answer(each) for each in one.answers]
        assert right[3:] == next(setting.answer(each) for each in one.answers if each.right)
        assert feedback == setting.feedback(one, record.text.report)


def test_a_newer_deck_has_the_same_notes_and_they_are_newer(tmp_path):
    older = made.record(made.claim("qualified", id="gradients.one"))
    newer = made.record(made.claim("refuted", id="gradients.one"))
    newer = msgspec.structs.replace(newer, run=msgspec.structs.replace(newer.run, date="2027-01-01T00:00:00+00:00"))
    ((before, first),) = notes_of(banks(older, (), ["anki"])[".apkg"], tmp_path / "a").items()
    ((after, second),) = notes_of(banks(newer, (), ["anki"])[".apkg"], tmp_path / "b").items()

    assert before == after
    assert first[0] != second[0]
    assert first[1] < second[1]


def test_the_text_for_qti_leaves_no_mark_but_its_tags():
    record = hostile()
    for line in qti_text(questions(record), record).decode().splitlines():
        body = re.sub(r"^(?:\d+\.|\.\.\.|\*?[a-h]\))\s", "", line)
        if body != line:
            body = re.sub("</?(?:em|code|sub|sup|br)>", "", body)
            assert not re.search(r"[\\`*_{}\[\]<>$~^'\"|]|--|#(?!\d+;)|&(?!#\d+;)", body), line


def test_each_format_is_written_where_it_is_said_and_no_other(tmp_path, monkeypatch, capsys):
    shutil.copy(ROOT / "reports" / "verdicts.json", tmp_path)
    site, first = tmp_path / "site", RECORD.claims[0]

    def ask(*words):
        monkeypatch.setattr(sys, "argv", ["reports", "questions", *words, "--out", str(tmp_path)])
        return main(), {one.name for one in site.glob("*")}, capsys.readouterr()

    code, written, said = ask()
    assert (code, written) == (ALL_PINNED, {"questions.xml", "questions.gift", "questions.txt", "questions.apkg"})
    assert all(name in said.out for name in written)
    code, more, _ = ask(first.id, "--format", "gift")
    assert (code, more - written) == (ALL_PINNED, {f"questions-{first.id}.gift"})
    assert (site / f"questions-{first.id}.gift").read_text().count("[id:") == 1
    code, same, said = ask("--format", "word")
    assert (code, same) == (INPUT_ERROR, more)
    assert "moodle" in said.err


def test_a_bank_of_an_older_record_is_removed(tmp_path):
    names = ["questions.xml", "questions-chosen.gift", "questions-a.b.txt", "questions.apkg"]
    (tmp_path / "site").mkdir()
    for one in [*names, "questions.docx"]:
        (tmp_path / "site" / one).write_bytes(b"")

    assert sum("questions" in line for line in forget_outdated(tmp_path, but=())) == len(names)
    assert [one.name for one in (tmp_path / "site").iterdir()] == ["questions.docx"]


def test_genanki_is_wanted_for_anki_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "genanki", None)
    others = [name for name in FORMATS if name != "anki"]
    assert set(banks(hostile(), (), others)) == {".xml", ".gift", ".txt"}
    with pytest.raises(ModuleNotFoundError):
        banks(hostile(), (), ["anki"])
