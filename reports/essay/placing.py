"""Where the passages are in a reader's copy: in place, moved, or changed so that they are to be reviewed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from reports.essay.passages import Row
from reports.essay.sentences import Sentence


@dataclass(frozen=True)
class Placing:
    """By the number of a sentence: its row (`rows`), or the row of what probably stood there before it was changed (`was`).
    `lost` are the rows whose sentence is nowhere."""

    sentences: Sequence[Sentence] = field(repr=False)
    rows: dict[int, Row] = field(default_factory=dict)
    was: dict[int, Row] = field(default_factory=dict)
    lost: list[Row] = field(default_factory=list)

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
    """Find each row's sentence by its digest: first where the order of the rows says, which tells the many cells apart that read
    alike, then anywhere. As many new sentences as missing ones between the same neighbours are what became of these."""
    placing, digests = Placing(sentences), [one.digest for one in sentences]
    aside: list[Row] = []
    matcher = SequenceMatcher(None, [one.digest for one in rows], digests, autojunk=False)
    for what, first, last, start, end in matcher.get_opcodes():
        if what == "equal":
            placing.rows.update(zip(range(start, end), rows[first:last], strict=True))
        else:
            aside += rows[first:last]
            if last - first == end - start:
                placing.was.update(zip(range(start, end), rows[first:last], strict=True))
    free: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(digests):
        if number not in placing.rows:
            free[one].append(number)
    for row in aside:
        if same := free[row.digest]:
            nearest = min(same, key=lambda number: abs(sentences[number].line - row.line))
            same.remove(nearest)
            placing.rows[nearest] = row
        else:
            placing.lost.append(row)
    found = set(map(id, placing.rows.values()))
    for number, row in list(placing.was.items()):
        if number in placing.rows or id(row) in found:
            del placing.was[number]
    return placing
