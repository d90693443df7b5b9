"""Anybody's notes beside the statements that were checked: sentence by sentence the nearest of these, where one is near enough.

Nearness is a matter of words. It says where to look, and nothing of whether the sentence is true.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from claims.evidence.evidence import write_whole
from claims.kit.heard import ASIDE, Heard
from reports.pages.render import Here, environment
from reports.reading.sentences import Essay, Sentence, read_essay
from reports.record.record import ClaimRecord, Record
from reports.search.index import index_of

MOST = 3  # statements that are shown for a sentence
SUGGESTS = (
    "These are suggestions, found by the words of a sentence. The verdicts are on the statements; "
    "nothing here judges the sentence itself."
)


@dataclass(frozen=True)
class Notes:
    """Notes, and by the number of a sentence the statements that are near it, the nearest first."""

    essay: Essay
    near: dict[int, list[ClaimRecord]]

    @property
    def suggestions(self) -> Iterator[tuple[Sentence, list[ClaimRecord]]]:
        """The sentences that something is near, in their order."""
        return ((self.essay.sentences[number], claims) for number, claims in self.near.items())

    @property
    def summary(self) -> str:
        """How many there are, in a line."""
        count = len(self.essay.sentences)
        return f"{self.essay.name}: {count} sentence{'s' * (count != 1)}, {len(self.near)} with a suggestion"


def read_notes(path: Path, record: Record, said: Heard = ()) -> Notes:
    """The notes in a file beside the statements of a record, which may be `said` in more ways than it has. EvidenceError if the
    file cannot be read."""
    essay = read_essay(path)
    from reports.search.learned import NEAR_ENOUGH, learned, nearest  # takes torch, which takes a second

    taught = with_more(record, said)
    index, by = index_of(taught), learned(taught)
    by_id = {one.id: one for one in record.claims}
    found = {number: nearest(index, by, one.words, NEAR_ENOUGH, MOST) for number, one in enumerate(essay.sentences)}
    return Notes(essay, {number: [by_id[one.id] for one in hits] for number, hits in found.items() if hits})


def with_more(record: Record, said: Heard) -> Record:
    """The record, its statements heard as all this as well."""
    known = {one.id for one in record.claims} | {ASIDE}
    more = {id: sentences for id, sentences in said if id in known}
    return msgspec.structs.replace(
        record, heard={id: [*record.heard.get(id, ()), *more.get(id, ())] for id in dict.fromkeys((*record.heard, *more))}
    )


def write_notes(notes: Notes, record: Record, folder: Path) -> Path:
    """Write the page and return its path."""
    path = folder / "site" / "notes.html"
    html: str = environment().get_template("notes.html").render(
        record=record, run=record.run, here=Here(), notes=notes, suggests=SUGGESTS
    )  # fmt: skip
    write_whole(path, html.encode())
    return path
