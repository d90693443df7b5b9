"""How a question's words are set for all banks: one line of HTML, which holds nothing but `em`, `code`, `sub`, `sup` and `br`."""

import re

from markupsafe import Markup, escape

from reports.banks.questions import Answer, Question
from reports.pages.render import prose
from reports.record.record import Record


def as_html(text: str) -> str:
    """Our own prose."""
    return str(prose(" ".join(text.split())))


def printed(text: str) -> str:
    """What stands in rows and columns: a matrix keeps them."""
    lines = (re.sub(r"^ +| {2,}", lambda gap: "\u00a0" * len(gap[0]), line) for line in text.split("\n"))
    return str(Markup("<code>{}</code>").format(Markup("<br>").join(escape(one) for one in lines)))


def stem(question: Question) -> str:
    """What is told, and what is asked."""
    return "<br><br>".join(as_html(one) for one in [*question.told, question.asks])


def answer(one: Answer) -> str:
    return printed(one.text) if one.printed else as_html(one.text)


def category(record: Record, chapter: str) -> str:
    """The folder of a chapter's questions, as Moodle names it: a slash in a name is written twice."""
    names = (one.replace("/", "//") for one in (record.text.report, record.text.chapter(chapter).title))
    return " ".join(f"$course$/top/{'/'.join(names)}".split())


def feedback(question: Question, report: str) -> str:
    """What is said afterwards, with the case if there is one, and the claim's name to look it up by."""
    case = [f"Here it fell:<br>{printed(question.case)}"] if question.case else []
    return "<br><br>".join([as_html(question.feedback), *case, as_html(f"{report}, claim {question.claim.id}.")])
