"""Where the passages are in a reader's copy: in place, moved, or changed so that they are to be reviewed."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import accumulate, pairwise

from reports.essay.building import Sentence
from reports.essay.passages import Row

TELLING = 4  # words of a sentence that hardly stands in two essays by chance
GAP = -1
Run = tuple[int, int, int]  # places of its first row and of its first sentence among those that are left, and how many they are


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
    part that changed its place is found in the next round. A run without a telling sentence might be anybody's, and is taken only
    where its rows say that it stands, or as far from there as the rows around it moved."""
    telling = _Telling([one.digest for one in rows], sentences)
    pairs: dict[int, int] = {}
    while found := telling.runs(pairs):
        pairs |= found
    pairs |= _on_their_own(rows, sentences, pairs)
    row_of = {number: place for place, number in pairs.items()}
    was = _instead(row_of, len(rows), len(sentences))
    kept = {*pairs, *was.values()}
    return Placing(
        sentences, {number: rows[place] for number, place in sorted(row_of.items())},
        {number: rows[place] for number, place in was.items()},
        [row for place, row in enumerate(rows) if place not in kept],
    )  # fmt: skip


class _Telling:
    """Finds runs around telling sentences, in time that grows as the text does. Sentences that no row speaks of are gaps."""

    def __init__(self, rows: Sequence[str], sentences: Sequence[Sentence]) -> None:
        self.rows, known = rows, set(rows)
        self.digests = {number: digest for number, one in enumerate(sentences) if (digest := one.digest) in known}
        self.telling = {number for number in self.digests if len(re.findall(r"\w+", sentences[number].words)) >= TELLING}

    def runs(self, pairs: Mapping[int, int]) -> dict[int, int]:
        """Places of rows that have no sentence yet, with sentences that have no row yet."""
        taken = set(pairs.values())
        left = [place for place in range(len(self.rows)) if place not in pairs]
        free = self._free(taken)
        upto = [0, *accumulate(one in self.telling for one in free)]  # how many there are before
        found: dict[int, int] = {}
        for at, start, size in _in_order(list(self._matches(left, free)), upto):
            found.update(zip(left[at : at + size], free[start : start + size], strict=True))
        return found

    def _free(self, taken: Container[int]) -> list[int]:
        """Sentences, with a number that none has for each gap between them."""
        free, before = list[int](), -1
        for number in self.digests:
            if number != before + 1:
                free.append(GAP)
            before = number
            if number not in taken:
                free.append(number)
        return free

    def _matches(self, left: Sequence[int], free: Sequence[int]) -> Iterator[Run]:
        """The longest runs, each with a telling sentence in it."""
        rows = [self.rows[one] for one in left]
        digests = [self.digests.get(one, "") for one in free]
        where: dict[str, list[int]] = defaultdict(list)
        for start, number in enumerate(free):
            if number in self.telling:
                where[digests[start]].append(start)
        reached: dict[int, int] = {}  # by how far a sentence stands behind its row: up to where a run was followed
        for at, digest in enumerate(rows):
            for start in where.get(digest, ()):
                if reached.get(start - at, 0) <= start:
                    back, size = 0, 1
                    while back < min(at, start) and rows[at - back - 1] == digests[start - back - 1]:
                        back += 1
                    while at + size < len(rows) and start + size < len(digests) and rows[at + size] == digests[start + size]:
                        size += 1
                    reached[start - at] = start + size
                    yield at - back, start - back, size + back


def _in_order(runs: Sequence[Run], upto: Sequence[int]) -> list[Run]:
    """The longest of the runs, and of the others what lies between its neighbours in rows and sentences, the longest first."""
    waiting = [(-size, at, start) for at, start, size in runs]
    heapify(waiting)
    kept: list[Run] = []
    while waiting:
        size, at, start = heappop(waiting)
        place = bisect_left(kept, (at, start, 0))
        low = kept[place - 1] if place else (0, 0, 0)
        skip = max(low[0] + low[2] - at, low[1] + low[2] - start, 0)
        end = min([-size, *(high[part] - (at, start)[part] for high in kept[place : place + 1] for part in (0, 1))])
        if end - skip == -size:
            kept.insert(place, (at, start, -size))
        elif end > skip and upto[start + end] > upto[start + skip]:
            heappush(waiting, (skip - end, at + skip, start + skip))
    return kept


def _on_their_own(rows: Sequence[Row], sentences: Sequence[Sentence], pairs: Mapping[int, int]) -> dict[int, int]:
    """Rows that stand where they say, or as many lines from there as the row before or the row behind. So a cell of one number is
    found though the same number may stand anywhere."""
    taken, placed = set(pairs.values()), sorted(pairs)
    spots = {(one.line, one.start): number for number, one in enumerate(sentences) if number not in taken}
    found: dict[int, int] = {}
    for place, row in enumerate(rows):
        if place in pairs:
            continue
        at = bisect_left(placed, place)
        moved = [sentences[pairs[one]].line - rows[one].line for one in placed[max(at - 1, 0) : at + 1]]
        for by in moved or [0]:
            number = spots.get((row.line + by, row.start))
            if number is not None and sentences[number].digest == row.digest:
                found[place] = spots.pop((row.line + by, row.start))
                break
    return found


def _instead(row_of: Mapping[int, int], rows: int, sentences: int) -> dict[int, int]:
    """Sentences without a row, with the places of as many rows without a sentence that stood between the same neighbours."""
    found: dict[int, int] = {}
    taken = set(row_of.values())
    known = [(-1, -1), *sorted(row_of.items()), (sentences, rows)]
    for (start, first), (end, last) in pairwise(known):
        if row_of and end - start == last - first:
            found.update(zip(range(start + 1, end), range(first + 1, last), strict=True))
    return {number: place for number, place in found.items() if place not in taken}
