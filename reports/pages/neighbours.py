"""What a claim rests on and what rests on it, laid out as a small graph: a line a claim, foundations above."""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.record.record import ClaimRecord

STEP, LEFT, BEND = 30, 60, 14  # pixels from line to line, to the dots, and that an arc bends out for each line it passes


@dataclass(frozen=True)
class Graph:
    """Claims from top to bottom, each with its height in pixels; `arcs` are paths from a claim to one that rests on it."""

    lines: list[tuple[int, ClaimRecord]]
    arcs: list[str]
    height: int
    left: int = LEFT


def neighbourhood(claim: ClaimRecord, by_id: Mapping[str, ClaimRecord]) -> Graph | None:
    """The claims that this one uses, itself, and those that use it; none where it stands alone."""
    above = [by_id[id] for id in claim.uses if id in by_id]
    below = [one for one in by_id.values() if claim.id in one.uses]
    if not above and not below:
        return None
    lines = [(STEP // 2 + number * STEP, one) for number, one in enumerate([*above, claim, *below])]
    height_of = {one.id: y for y, one in lines}
    arcs = [_arc(height_of[used], y) for y, one in lines for used in one.uses if used in height_of]
    return Graph(lines, arcs, height=len(lines) * STEP)


def _arc(start: int, end: int) -> str:
    out = max(LEFT - BEND * (abs(end - start) // STEP), 4)
    return f"M{LEFT},{start}C{out},{start} {out},{end} {LEFT},{end}"
