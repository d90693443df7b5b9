"""The page `site/essay.html`: the reader's own copy with every passage marked, the coverage as a number, and what to review.

It is written on demand alone, for the project holds no text; `site/annotations.json` says the same to programs.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from claims.evidence.evidence import as_json, write_whole
from claims.evidence.outcomes import Word
from reports.essay.annotations import annotations
from reports.essay.marking import Verdicts
from reports.essay.parsing import none_is_rubbish
from reports.essay.passages import KINDS, Row, passages
from reports.essay.placing import Placing, place
from reports.essay.rendering import rendered
from reports.essay.sentences import Essay, Sentence, read_essay
from reports.pages.render import Here, environment
from reports.record.record import ClaimRecord, Record

MOST_LISTED = 500  # sentences that are to be reviewed; all of them are marked


@dataclass(frozen=True)
class Copy:
    """A reader's copy, and where the passages are in it."""

    essay: Essay
    placing: Placing

    @property
    def summary(self) -> str:
        """How much of it is accounted for, in a line."""
        count, review = self.placing.count(), len(self.placing.review)
        rest = f"; {review} to be reviewed" if review else ""
        return (
            f"{self.essay.name}: {count['accounted']} of {count['sentences']} sentences accounted for "
            f"({coverage(self.placing)}), {count['claims'] + count['repeats']} of them with claims{rest}"
        )


def copy_of(essay: Essay, known: Collection[str] | None = None) -> Copy:
    """A text with its passages found. EvidenceError if a passage names a claim that is none of the `known` ones; that the text
    changed is no error."""
    return Copy(essay, place(passages(known).passages, essay.sentences))


def read_copy(path: Path) -> Copy:
    """The same of a text in a file, whatever its passages name. EvidenceError if it cannot be read."""
    return copy_of(read_essay(path))


def write_copy(copy: Copy, record: Record, folder: Path) -> Path:
    """Write the page and the annotations, and return the path of the page."""
    path = folder / "site" / "essay.html"
    write_whole(path.with_name("annotations.json"), as_json(annotations(copy.essay, copy.placing, record)))
    write_whole(path, copy_as_html(copy, record).encode())
    return path


@none_is_rubbish()
def copy_as_html(copy: Copy, record: Record) -> str:
    """The page as text."""
    placing = copy.placing
    marking = Verdicts(placing, {one.id: one for one in record.claims})
    html: str = environment().get_template("essay.html").render(
        record=record, run=record.run, here=Here(), essay=copy.essay, placing=placing, count=placing.count(),
        coverage=coverage(placing),
        body=rendered(copy.essay, marking), by_verdict=_by_verdict(placing, marking), without=_without(placing), kinds=KINDS,
        lines=lines, most=MOST_LISTED,
    )  # fmt: skip
    return html


def coverage(placing: Placing) -> str:
    """The share of sentences that are accounted for, rounded down: 100 % means all of them."""
    whole, part = len(placing.sentences), len(placing.rows)
    if not whole:
        return "there are no sentences"
    return f"{part * 1000 // whole / 10:g} %"


def lines(one: Row | Sentence) -> str:
    """Where a sentence stands."""
    return f"lines {one.line} to {one.last}" if one.last > one.line else f"line {one.line}"


def _by_verdict(placing: Placing, marking: Verdicts) -> dict[Word, list[tuple[int, list[ClaimRecord]]]]:
    """The sentences that state or repeat a claim of each verdict, with these claims."""
    found: dict[Word, list[tuple[int, list[ClaimRecord]]]] = defaultdict(list)
    for number, row in sorted(placing.rows.items()):
        of: dict[Word, list[ClaimRecord]] = defaultdict(list)
        for claim in marking.stated(row):
            of[claim.verdict].append(claim)
        for word, claims in of.items():
            found[word].append((number, claims))
    return found


def _without(placing: Placing) -> dict[str, list[tuple[str, list[int]]]]:
    """By kind, the reasons for which sentences have no claim, each with its sentences."""
    found: dict[str, dict[str, list[int]]] = {kind: defaultdict(list) for kind in KINDS}
    for number, row in sorted(placing.rows.items()):
        if row.none:
            found[row.none][row.why].append(number)
    return {kind: sorted(reasons.items(), key=_first) for kind, reasons in found.items() if reasons}


def _first(reason: tuple[str, Sequence[int]]) -> int:
    return reason[1][0]
