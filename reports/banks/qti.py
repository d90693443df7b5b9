"""The plain text that `text2qti` turns into a QTI package, which Canvas and others import: Markdown, with HTML in it."""

import html
import re
from collections.abc import Sequence

from reports.banks import setting
from reports.banks.questions import WHICH_VERDICT, Question
from reports.record.record import Record

TAGS = re.compile(r"(</?(?:em|code|sub|sup|br)>)")
# What Markdown, its quotes and dashes, or LaTeX may take for a mark; at the beginning also what makes a list.
MARK = re.compile(r"[\\`*_{}\[\]<>&#$~^'\"|]|--+|\.\.+")
FIRST = re.compile(r"^(?:\d|[^\w&])")


def qti_text(questions: Sequence[Question], record: Record) -> bytes:
    """The bank as text. A quiz shuffles all answers or none: the verdicts keep their order if nothing else is asked."""
    shuffled = str(any(one.asks != WHICH_VERDICT for one in questions)).lower()
    parts = [f"Quiz title: {_plain(record.text.report)}\nshuffle answers: {shuffled}"]
    parts += [_question(number, one, record) for number, one in enumerate(questions, 1)]
    return ("\n\n".join(parts) + "\n").encode()


def _question(number: int, one: Question, record: Record) -> str:
    lines = [f"Title: {one.claim.id}", "Points: 1", f"{number}. {_safe(setting.stem(one))}"]
    lines.append(f"... {_safe(setting.feedback(one, record.text.report))}")
    for letter, each in zip("abcdefgh", one.answers, strict=False):
        lines.append(f"{'*' if each.right else ''}{letter}) {_safe(setting.answer(each))}")
        lines += [f"... {_safe(setting.as_html(each.because))}"] if each.because else []
    return "\n".join(lines)


def _safe(text: str) -> str:
    """HTML in which nothing but its tags is a mark."""
    parts = TAGS.split(text)
    parts[::2] = [MARK.sub(_as_numbers, html.unescape(one)) for one in parts[::2]]
    parts[0] = FIRST.sub(_as_numbers, parts[0])
    return "".join(parts)


def _as_numbers(signs: re.Match[str]) -> str:
    return "".join(f"&#{ord(one)};" for one in signs[0])


def _plain(text: str) -> str:
    return " ".join(text.split())
