"""`verdicts.md`: the record as a page that reads well on a forge."""

from itertools import groupby

from claims.kit.claim import WORDS, Word
from reports.record import ClaimRecord, Record

ICONS: dict[Word, str] = {"supported": "✓", "qualified": "◐", "refuted": "✗", "undecided": "?"}


def as_markdown(record: Record) -> str:
    """Counts, then a table a chapter."""
    counts = ", ".join(f"**{record.summary[word]}** {ICONS[word]} {word}" for word in WORDS)
    parts = ["# Verdicts", "", f"{len(record.claims)} statements: {counts}.", ""]
    for chapter, claims in groupby(record.claims, key=lambda one: one.chapter):
        parts += [f"## {chapter.replace('_', ' ').capitalize()}", "", "| statement | verdict | why |", "|---|---|---|"]
        parts += [_row(one) for one in claims]
        parts.append("")
    return "\n".join(parts)


def _row(one: ClaimRecord) -> str:
    cells = f"{one.says}<br>`{one.id}`", f"{ICONS[one.verdict]} {one.verdict}", one.why
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
