"""The banks of questions in the hands of those that import them: gift-pegjs, text2qti with qti2txt, and Anki."""

import html
import json
import os
import re
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree as ET

import msgspec
import pytest

from reports.banks import setting
from reports.banks.bank import banks
from reports.banks.questions import questions
from tests.reports.test_banks import RECORD, hostile

RECORDS = pytest.mark.parametrize("record", [RECORD, hostile()], ids=["all claims", "hostile words"])


def needed(name):
    """The program of that name; the test is skipped where there is none."""
    return shutil.which(name) or pytest.skip(f"{name} is not installed")


def spoken(text):
    """HTML as it is read: without its tags, entities for what they stand for."""
    return " ".join(html.unescape(re.sub(r"</?[a-z][^<>]*>", " ", text)).split())


def letters(text):
    """What is read of HTML, whatever becomes of its tags and of quotation marks."""
    return re.sub(r"[\s“”\"`]", "", html.unescape(re.sub(r"</?[a-z][^<>]*>", "", text)))


@RECORDS
def test_gift_pegjs_reads_back_each_question(record, tmp_path):
    node = needed("node")
    if subprocess.run([node, "-e", "require('gift-pegjs')"], capture_output=True).returncode:
        pytest.skip("gift-pegjs is not installed where NODE_PATH says")
    (tmp_path / "bank.gift").write_bytes(banks(record, (), ["gift"])[".gift"])
    script = "const {readFileSync} = require('fs'), {parse} = require('gift-pegjs');" + (
        "console.log(JSON.stringify(parse(readFileSync(process.argv[1], 'utf8'))))"
    )
    read = subprocess.run([node, "-e", script, tmp_path / "bank.gift"], capture_output=True, check=True, text=True).stdout

    asked, found = questions(record), [one for one in json.loads(read) if one["type"] != "Category"]
    assert [(one["type"], one["id"], one["title"]) for one in found] == [("MC", one.claim.id, one.claim.id) for one in asked]
    for one, back in zip(asked, found, strict=True):
        assert back["stem"] == {"format": "html", "text": setting.stem(one)}
        assert back["globalFeedback"]["text"] == setting.feedback(one, record.text.report)
        assert [(each["text"]["text"], each["isCorrect"]) for each in back["choices"]] == [
            (setting.answer(each).strip(), each.right) for each in one.answers
        ]
        assert [each["feedback"]["text"] if each["feedback"] else "" for each in back["choices"]] == [
            setting.as_html(each.because).strip() for each in one.answers
        ]


def packed(record, folder):
    """The QTI package that text2qti makes."""
    text2qti = needed("text2qti")
    (folder / "bank.txt").write_bytes(banks(record, (), ["qti"])[".txt"])
    done = subprocess.run([text2qti, "bank.txt"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder / "bank.zip"


@RECORDS
def test_text2qti_makes_a_package_of_the_same_questions(record, tmp_path):
    with zipfile.ZipFile(packed(record, tmp_path)) as package:
        names = [one for one in package.namelist() if re.search(r"/text2qti_assessment_\w+\.xml$", one)]
        tree = ET.fromstring(package.read(names[0]))
    items = [one for one in tree.iter() if one.tag.endswith("}item")]

    asked = questions(record)
    assert [one.get("title") for one in items] == [one.claim.id for one in asked]
    for one, item in zip(asked, items, strict=True):
        texts = {part.tag.rpartition("}")[2]: part for part in item}
        stem, *answers = [part.text for part in texts["presentation"].iter() if part.tag.endswith("}mattext")]
        assert spoken(stem) == spoken(setting.stem(one))
        assert [spoken(each) for each in answers] == [spoken(setting.answer(each)) for each in one.answers]
        told = [spoken(part.text) for part in item.iter() if part.tag.endswith("}mattext")]
        assert spoken(setting.feedback(one, record.text.report)) in told
        labels = [part.get("ident") for part in item.iter() if part.tag.endswith("}response_label")]
        scored = [part for part in item.iter() if part.tag.endswith("}respcondition") and part.get("continue") == "No"]
        right = next(part.text for part in scored[0].iter() if part.tag.endswith("}varequal"))
        assert [label == right for label in labels] == [each.right for each in one.answers]


def test_qti2txt_reads_the_package(tmp_path):
    qti2txt = needed(os.environ.get("QTI2TXT", "qti2txt"))
    package, folder = packed(RECORD, tmp_path), tmp_path / "read"
    folder.mkdir()
    done = subprocess.run([qti2txt, "-f", package, "-o", folder], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    (told,) = folder.glob("*.txt")
    blocks = re.split(r"\n(?=1\. )", told.read_text())[1:]

    asked = questions(RECORD)
    assert len(blocks) == len(asked)
    for one, block in zip(asked, blocks, strict=True):
        right = next(setting.answer(each) for each in one.answers if each.right)
        found = re.findall(r"^\*[a-h]\) (.*?)(?=^(?:\*?[a-h]\)|\.\.\.) )", block, flags=re.MULTILINE | re.DOTALL)
        assert [letters(each) for each in found] == [letters(right)], one.claim.id


def import_into(collection, package, path):
    """Import a deck as a person does, what is newer replacing what is older."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    path.write_bytes(package)
    return collection.import_anki_package(
        ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions(update_notes=0, update_notetypes=0))
    ).log


@RECORDS
def test_anki_shows_what_was_written(record, tmp_path):
    anki = pytest.importorskip("anki.collection")
    collection = anki.Collection(str(tmp_path / "collection.anki2"))
    import_into(collection, banks(record, (), ["anki"])[".apkg"], tmp_path / "bank.apkg")
    asked = {one.claim.id: one for one in questions(record)}
    notes = [collection.get_note(id) for id in collection.find_notes("")]

    assert sorted(one["Claim"] for one in notes) == sorted(asked)
    for note in notes:
        one, card = asked[note["Claim"]], note.cards()[0]
        right = next(setting.answer(each) for each in one.answers if each.right)
        assert spoken(setting.stem(one)) in spoken(card.question())
        assert all(spoken(setting.answer(each)) in spoken(card.question()) for each in one.answers)
        assert spoken(right) in spoken(card.answer().partition("<hr")[2])
        assert spoken(setting.feedback(one, record.text.report)) in spoken(card.answer())
    collection.close()


def test_anki_replaces_what_a_newer_record_says_otherwise(tmp_path):
    anki = pytest.importorskip("anki.collection")
    collection = anki.Collection(str(tmp_path / "collection.anki2"))
    newer = msgspec.structs.replace(
        RECORD, run=msgspec.structs.replace(RECORD.run, date="2099-01-01T00:00:00+00:00"),
        claims=[msgspec.structs.replace(one, teach=f"Now: {one.teach}") for one in RECORD.claims],
    )  # fmt: skip
    for record in (RECORD, newer):
        import_into(collection, banks(record, (), ["anki"])[".apkg"], tmp_path / "bank.apkg")
    notes = [collection.get_note(id) for id in collection.find_notes("")]

    assert len(notes) == len(RECORD.claims)
    decided = {one.id for one in RECORD.claims if one.verdict != "undecided"}
    assert all("Now: " in one["Feedback"] for one in notes if one["Claim"] in decided)
    collection.close()
