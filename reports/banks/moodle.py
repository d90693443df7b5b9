"""Moodle XML, as Moodle's own import reads it: a category a chapter, a multiple choice a claim."""

from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from reports.banks import setting
from reports.banks.questions import WHICH_VERDICT, Question
from reports.record.record import Record

UNWRITABLE = dict.fromkeys({*range(32), 0xFFFE, 0xFFFF} - {9, 10, 13}, "\ufffd")  # in XML 1.0


def moodle_xml(questions: Sequence[Question], record: Record) -> bytes:
    """The bank as a document. The four verdicts stand in their order, other answers are shuffled."""
    quiz = ET.Element("quiz")
    for chapter, those in groupby(questions, key=lambda one: one.claim.chapter):
        category = ET.SubElement(ET.SubElement(quiz, "question", type="category"), "category")
        _text(category, setting.category(record, chapter))
        for one in those:
            _question(quiz, one, record)
    ET.indent(quiz)
    return ET.tostring(quiz, encoding="utf-8", xml_declaration=True) + b"\n"


def _question(quiz: ET.Element, one: Question, record: Record) -> None:
    made = ET.SubElement(quiz, "question", type="multichoice")
    _text(ET.SubElement(made, "name"), one.claim.id)
    _text(ET.SubElement(made, "questiontext", format="html"), setting.stem(one))
    _text(ET.SubElement(made, "generalfeedback", format="html"), setting.feedback(one, record.text.report))
    shuffled = str(one.asks != WHICH_VERDICT).lower()
    for name, value in [
        ("defaultgrade", "1"), ("penalty", "0.3333333"), ("hidden", "0"), ("idnumber", one.claim.id), ("single", "true"),
        ("shuffleanswers", shuffled), ("answernumbering", "abc"),
    ]:  # fmt: skip
        ET.SubElement(made, name).text = value
    for each in one.answers:
        choice = ET.SubElement(made, "answer", fraction="100" if each.right else "0", format="html")
        _text(choice, setting.answer(each))
        _text(ET.SubElement(choice, "feedback", format="html"), setting.as_html(each.because))
    tags = ET.SubElement(made, "tags")
    _text(ET.SubElement(tags, "tag"), one.claim.chapter.replace("_", " "))


def _text(within: ET.Element, text: str) -> None:
    ET.SubElement(within, "text").text = text.translate(UNWRITABLE)
