"""Where the passages are in a reader's copy: in place, moved, or changed so that they are to be reviewed."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise

from reports.essay.passages import Row
from reports.essay.sentences import Sentence

TELLING = 4  # words of a sentence that hardly stands in two essays by chance


@dataclass(frozen=True)
class Placing:
    """By the number of a sentence: its row (`rows`), or the row of what probably stood there before it was changed (`was`).
    `gone` are the rows with nothing in their place."""

    sentences: Sequence[Sentence] = field(repr=False)
    rows: dict[int, Row]
    was: dict[int, Row]
    gone: list[Row]

    @property
    def review(self) -> list[int]:
        """The sentences that no row accounts for: new ones, and changed ones."""
        return [number for number in range(len(self.sentences)) if number not in self.rows]

    @property
    def moved(self) -> list[tuple[int, int, int]]:
        """First line, last line (as they were placed) and by how many lines they moved, for each run that moved together."""
        runs: list[tuple[int, int, int]] = []
        for number, row in sorted(self.rows.items(), key=lambda one: one[1].place):
            by = self.sentences[number].line - row.line
            if runs and runs[-1][2] == by:
                runs[-1] = (runs[-1][0], row.line, by)
            else:
                runs.append((row.line, row.line, by))
        return [one for one in runs if one[2]]

    def count(self) -> Counter[str]:
        """How many sentences there are, are accounted for, state claims, repeat some, and have none."""
        rows = self.rows.values()
        return Counter(
            sentences=len(self.sentences), accounted=len(self.rows), claims=sum(bool(one.claims) for one in rows),
            repeats=sum(bool(one.repeats) for one in rows), none=sum(bool(one.none) for one in rows),
        )  # fmt: skip


def place(rows: Sequence[Row], sentences: Sequence[Sentence]) -> Placing:
    """Find each row's sentence by its digest, run by run in the order of the rows: so cells that read alike are told apart, and a
    part that changed its place is found in the next round. A run without a telling sentence might be anybody's and is left."""
    pairs: dict[int, int] = {}
    while found := _runs(rows, sentences, pairs):
        pairs |= found
    row_of = {number: place for place, number in pairs.items()}
    was = _instead(row_of, len(rows), len(sentences))
    kept = {*pairs, *was.values()}
    return Placing(
        sentences, {number: rows[place] for number, place in sorted(row_of.items())},
        {number: rows[place] for number, place in was.items()},
        [row for place, row in enumerate(rows) if place not in kept],
    )  # fmt: skip


def _runs(rows: Sequence[Row], sentences: Sequence[Sentence], pairs: dict[int, int]) -> dict[int, int]:
    """Places of rows that have no sentence yet, with sentences that have no row yet."""
    taken = set(pairs.values())
    left = [place for place in range(len(rows)) if place not in pairs]
    free = [number for number in range(len(sentences)) if number not in taken]
    matcher = SequenceMatcher(None, [rows[one].digest for one in left], [sentences[one].digest for one in free], autojunk=False)
    found: dict[int, int] = {}
    for at, start, size in matcher.get_matching_blocks():
        run = free[start : start + size]
        if any(_is_telling(sentences[one]) for one in run):
            found.update(zip(left[at : at + size], run, strict=True))
    return found


def _is_telling(sentence: Sentence) -> bool:
    return len(re.findall(r"\w+", sentence.text)) >= TELLING


def _instead(row_of: dict[int, int], rows: int, sentences: int) -> dict[int, int]:
    """Sentences without a row, with the places of as many rows without a sentence that stood between the same neighbours."""
    found: dict[int, int] = {}
    known = [(-1, -1), *sorted(row_of.items()), (sentences, rows)]
    for (start, first), (end, last) in pairwise(known):
        if row_of and end - start == last - first:
            found.update(zip(range(start + 1, end), range(first + 1, last), strict=True))
    return {number: place for number, place in found.items() if place not in row_of.values()}
