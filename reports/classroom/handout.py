"""The handout `site/handout.html`, to be printed: worksheets with room for an answer, then the answers, chapter by chapter."""

from collections.abc import Sequence
from itertools import groupby

from reports.pages.render import Here, environment
from reports.record.record import Record
from reports.text import citing


def handout_as_html(record: Record, ids: Sequence[str] = ()) -> str:
    """The handout on these claims as text, on all of them where none is named. A statement has the same number on both sides."""
    claims = [one for one in record.claims if not ids or one.id in set(ids)]
    numbered = groupby(enumerate(claims, 1), key=lambda item: item[1].chapter)
    html: str = environment().get_template("handout.html").render(
        record=record, run=record.run, chapters=[(chapter, list(those)) for chapter, those in numbered],
        address=Here().claim, citation=citing.citation(record),
    )  # fmt: skip
    return html
