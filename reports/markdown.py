"""`verdicts.md`: the record as a page that reads well on a forge."""

from itertools import groupby

from claims.kit.claim import WORDS
from reports.record import CellRecord, ClaimRecord, Record, TableRecord
from reports.wording import ICONS, MOST_IMPORTANT, cell


def as_markdown(record: Record) -> str:
    """Counts, then a table a chapter."""
    counts = ", ".join(f"**{record.summary[word]}** {ICONS[word]} {word}" for word in WORDS)
    parts = ["# Verdicts", "", f"{len(record.claims)} statements: {counts}.", "", *_instead(record)]
    for chapter, claims in groupby(record.claims, key=lambda one: one.chapter):
        parts += [f"## {chapter.replace('_', ' ').capitalize()}", "", "| statement | verdict | why |", "|---|---|---|"]
        parts += [_row(one) for one in claims]
        parts.append("")
        for table in (one for one in record.tables if one.chapter == chapter):
            parts += [f"**{table.title}** {table.says}", "", *_table(table), ""]
    return "\n".join(parts)


def _instead(record: Record) -> list[str]:
    """The corrections that matter most."""
    by_id = {one.id: one for one in record.claims}
    first = [by_id[id] for id in record.instead[:MOST_IMPORTANT]]
    rows = [f"{number}. {one.says} ({ICONS[one.verdict]} {one.verdict}) **{one.teach}**" for number, one in enumerate(first, 1)]
    return ["## What to say instead", "", *rows, ""] if rows else []


def _table(table: TableRecord) -> list[str]:
    """A rebuilt table; each cell says what came out."""
    head = ["| | " + " | ".join(table.columns) + " |", "|" + "---|" * (len(table.columns) + 1)]
    return head + ["| " + " | ".join([name, *map(_cell, cells)]) + " |" for name, cells in table.rows]


def _cell(one: CellRecord | str | None) -> str:
    if not isinstance(one, CellRecord):
        return one or ""
    if one.is_fact:
        published = "; ".join(", ".join(filter(None, [each.prints, each.of])) for each in one.published)
        return f"{one.prints} {cell(one)}, published: {published or 'no source found'}"
    return f"{cell(one)} ({one.prints})" if one.prints else cell(one)


def _row(one: ClaimRecord) -> str:
    cells = f"{one.says}<br>`{one.id}`", f"{ICONS[one.verdict]} {one.verdict}", one.why
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
