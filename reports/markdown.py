"""`verdicts.md`: the record as a page that reads well on a forge."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from claims.kit.claim import WORDS
from reports.record import CellRecord, ClaimRecord, Record, TableRecord
from reports.wording import ICONS, MOST_IMPORTANT, cell


def as_markdown(record: Record) -> str:
    """Counts, then a table a chapter."""
    counts = ", ".join(f"**{record.summary[word]}** {ICONS[word]} {word}" for word in WORDS)
    by_id = {one.id: one for one in record.claims}
    parts = ["# Verdicts", "", f"{len(record.claims)} statements: {counts}.", ""]
    parts += _instead([by_id[id] for id in record.instead[:MOST_IMPORTANT]])
    for chapter, claims in groupby(record.claims, key=lambda one: one.chapter):
        parts += [f"## {chapter.replace('_', ' ').capitalize()}", "", "| statement | verdict | why |", "|---|---|---|"]
        parts += [_row(one) for one in claims]
        parts.append("")
        for table in (one for one in record.tables if one.chapter == chapter):
            parts += [f"**{table.title}** {table.says}", "", *_table(table, by_id), ""]
    return "\n".join(parts)


def _instead(first: Sequence[ClaimRecord]) -> list[str]:
    """The corrections that matter most."""
    rows = [f"{number}. {one.says} ({ICONS[one.verdict]} {one.verdict}) **{one.teach}**" for number, one in enumerate(first, 1)]
    return ["## What to say instead", "", *rows, ""] if rows else []


def _table(table: TableRecord, by_id: Mapping[str, ClaimRecord]) -> list[str]:
    """A rebuilt table; each cell says what came out."""
    head = ["| | " + " | ".join(table.columns) + " |", "|" + "---|" * (len(table.columns) + 1)]
    return head + ["| " + " | ".join([name, *(_cell(one, by_id) for one in cells)]) + " |" for name, cells in table.rows]


def _cell(one: CellRecord | str | None, by_id: Mapping[str, ClaimRecord]) -> str:
    if not isinstance(one, CellRecord):
        return one or ""
    if one.claim in by_id and (fact := by_id[one.claim].fact):
        published = "; ".join(", ".join(filter(None, [each.prints, each.of])) for each in fact.published)
        return f"{one.prints} {cell(one)}, published: {published or 'no source found'}"
    return f"{cell(one)} ({one.prints})" if one.prints else cell(one)


def _row(one: ClaimRecord) -> str:
    cells = f"{one.says}<br>`{one.id}`", f"{ICONS[one.verdict]} {one.verdict}", one.why
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
