"""A deck for Anki, by `genanki`: a card a claim, which a newer deck replaces, for a note is known by its claim's id."""

import tempfile
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import escape

from reports.banks import setting
from reports.banks.questions import Question
from reports.record.record import Record

FIELDS = ("Claim", "Question", "Answers", "Answer", "Feedback")
FRONT = "{{Question}}\n{{Answers}}"
BACK = "{{FrontSide}}\n<hr id=answer>\n<b>{{Answer}}</b>\n<p>{{Feedback}}</p>"
STYLE = ".card { font: 18px sans-serif; text-align: left; max-width: 40em; margin: 1em auto; } li { margin: .4em 0; }"


def apkg(questions: Sequence[Question], record: Record) -> bytes:
    """The deck as a package, with a deck below it for each chapter. Made of the same record, a note is no newer."""
    import genanki

    model = genanki.Model(
        _number("cards of checked claims"), "Checked claim", css=STYLE, fields=[{"name": one} for one in FIELDS],
        templates=[{"name": "Question", "qfmt": FRONT, "afmt": BACK}],
    )  # fmt: skip
    decks: dict[str, Any] = {}
    for one in questions:
        name = f"{record.text.report}::{record.text.chapter(one.claim.chapter).title}".replace('"', "")
        deck = decks.setdefault(name, genanki.Deck(_number(name), name))
        deck.add_note(genanki.Note(model, _fields(one, record), guid=genanki.guid_for(record.text.title, one.claim.id)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "questions.apkg"
        genanki.Package(list(decks.values())).write_to_file(path, timestamp=datetime.fromisoformat(record.run.date).timestamp())
        return path.read_bytes()


def _fields(one: Question, record: Record) -> list[str]:
    answers = [setting.answer(each) for each in one.answers]
    right = next(place for place, each in enumerate(one.answers) if each.right)
    listed = "".join(f"<li>{each}</li>" for each in answers)
    shown = [setting.stem(one), f'<ol type="a">{listed}</ol>', f"{'abcdefgh'[right]}. {answers[right]}"]
    return [str(escape(one.claim.id)), *shown, setting.feedback(one, record.text.report)]


def _number(name: str) -> int:
    """A number that is always the same for a name, as Anki wants one."""
    return int.from_bytes(sha256(name.encode()).digest()[:4]) | 1 << 30
