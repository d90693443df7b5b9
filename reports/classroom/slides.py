"""The deck `site/slides.html`: predict, observe, explain. One file, and a plain document where there is no JavaScript."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from claims.evidence.evidence import Case, ClaimEvidence, ReadingEvidence
from claims.evidence.sources import Source, cited
from reports.classroom import choice
from reports.pages import pictures
from reports.pages.render import TEMPLATES, Here, digest, environment
from reports.record.record import ClaimRecord, Record
from reports.text import citing

IN_CONTENTS = 12  # statements that a slide of contents has room for


class Question(NamedTuple):
    """A statement to vote on: its place among them, the number of its first slide, and what there is to look at."""

    place: int
    at: int
    claim: ClaimRecord
    case: tuple[ReadingEvidence, Case] | None
    chart: dict[str, Any] | None

    @property
    def steps(self) -> list[str]:
        """The kinds of its slides."""
        seen = {"sources": self.claim.fact, "case": self.case, "figure": self.claim.figure and self.chart}
        return ["predict", *([kind for kind, there in seen.items() if there] or ["outcomes"]), "answer"]


class Slide(NamedTuple):
    """A slide of some kind, and the questions that it is about: one, or those that are listed."""

    kind: str
    about: Sequence[Question] = ()


def slides_as_html(
    record: Record, evidence: Mapping[str, ClaimEvidence], sources: Mapping[str, Source], ids: Sequence[str] = ()
) -> str:
    """The deck of these claims as text, of those of the rule where none is named. A claim without evidence has no figure."""
    script = (TEMPLATES / "slides.js").read_text(encoding="utf-8")
    questions = list(_questions(choice.chosen(record, ids), evidence))
    html: str = environment().get_template("slides.html").render(
        record=record, run=record.run, script=Markup(script), script_digest=digest(script), questions=questions,
        slides=_slides(questions), rule="" if ids else choice.RULE, address=Here().claim, picture=pictures.picture,
        cited=lambda key: cited([key], sources)[0], citation=citing.citation(record),
    )  # fmt: skip
    return html


def slides_in(deck: str) -> int:
    """How many slides a deck has."""
    return deck.count('<section class="slide ')


def _questions(claims: Sequence[ClaimRecord], evidence: Mapping[str, ClaimEvidence]) -> Iterator[Question]:
    at = 2 + len(_pages(claims))
    for place, one in enumerate(claims, 1):
        question = Question(place, at, one, choice.case_of(one), evidence[one.id].figure if one.id in evidence else None)
        at += len(question.steps)
        yield question


def _slides(questions: Sequence[Question]) -> list[Slide]:
    contents = [Slide("contents", page) for page in _pages(questions)]
    return [Slide("title"), *contents, *(Slide(step, [one]) for one in questions for step in one.steps), Slide("last")]


def _pages(listed: Sequence[Any]) -> list[Sequence[Any]]:
    return [listed[start : start + IN_CONTENTS] for start in range(0, len(listed), IN_CONTENTS)]
