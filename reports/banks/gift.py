"""GIFT, the plain text that Moodle and others read."""

from collections.abc import Sequence
from itertools import groupby

from reports.banks import setting
from reports.banks.questions import Question
from reports.record.record import Record

SPECIAL = str.maketrans({one: f"\\{one}" for one in "\\~=#{}:"})


def gift(questions: Sequence[Question], record: Record) -> bytes:
    """The bank as text, a category a chapter; each question is known by its claim's id."""
    parts = []
    for chapter, those in groupby(questions, key=lambda one: one.claim.chapter):
        parts.append(f"$CATEGORY: {setting.category(record, chapter)}")
        parts += [_question(one, record) for one in those]
    return ("\n\n".join(parts) + "\n").encode()


def _question(one: Question, record: Record) -> str:
    lines = [f"// [id:{one.claim.id}]", f"::{_escaped(one.claim.id)}::{_html(setting.stem(one))} {{"]
    for each in one.answers:
        because = f" #{_html(setting.as_html(each.because))}" if each.because else ""
        lines.append(f"  {'=' if each.right else '~'}{_html(setting.answer(each))}{because}")
    lines.append(f"  ####{_html(setting.feedback(one, record.text.report))}")
    return "\n".join([*lines, "}"])


def _html(text: str) -> str:
    return f"[html]{_escaped(text)}"


def _escaped(text: str) -> str:
    return text.translate(SPECIAL)
