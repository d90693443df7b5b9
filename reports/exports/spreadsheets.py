"""`verdicts.csv`, a row a claim, and `readings.csv`, a row a reading: RFC 4180, in UTF-8 with the mark by which Excel knows it.

A spreadsheet runs a cell that begins with =, +, - or @ (or their full-width forms, or a tab or line break) as a formula. No cell
begins so here: it gets an apostrophe in front, and so does one that begins with an apostrophe. To have the text as it was, drop
one leading apostrophe. Several values in a cell are separated by semicolons. Every cell is quoted, whatever is in it, and our
sentences stand without the marks of their emphasis."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence

from reports.record.record import ClaimRecord, ReadingRecord, Record
from reports.text import wording
from reports.text.plain import plain

RUNS_AS_FORMULA = tuple("=+-@＝＋－＠\t\r\n")


def verdicts_csv(record: Record) -> bytes:
    """A row a claim, in the order of the text."""
    return spreadsheet([_claim(one) for one in record.claims]).encode()


def readings_csv(record: Record) -> bytes:
    """A row a reading, claim by claim."""
    clocked = record.run.clocked
    return spreadsheet([
        _reading(claim, one, clocked.get(claim.id, {}).get(one.name, {})) for claim in record.claims for one in claim.readings
    ]).encode()  # fmt: skip


def spreadsheet(rows: Sequence[Mapping[str, object]]) -> str:
    """These rows, with all names that any has for a head, and the mark in front. A number is as it is, with its minus."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    head = list(dict.fromkeys(name for row in rows for name in row))
    if head:
        writer.writerows([head, *([_cell(row.get(name, "")) for name in head] for row in rows)])
    return f"\ufeff{text.getvalue()}"


def _cell(value: object) -> object:
    finite = isinstance(value, int | float) and math.isfinite(value)
    return value if finite else guarded("" if value is None else value)


def guarded(cell: object) -> str:
    """The cell's text, so that no spreadsheet takes it for a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith((*RUNS_AS_FORMULA, "'")) else text


def _claim(one: ClaimRecord) -> dict[str, object]:
    return {
        "id": one.id, "chapter": one.chapter, "verdict": one.verdict, "expected": one.expected, "statement": plain(one.says),
        "correction or comment": plain(one.teach), "why": plain(one.why), "not shown": plain(one.not_shown),
        "scope": plain(one.scope),
        "engine": wording.ENGINE_NAMES[wording.engine(one)], "lines": _joined(one.lines), "sources": _joined(one.cites),
        "asked": plain(one.asked), "stability": one.stability.stamp if one.stability else "",
        "defined at": one.defined_at, "evidence": f"evidence/{one.id}.json",
    }  # fmt: skip


def _reading(claim: ClaimRecord, one: ReadingRecord, clocked: Mapping[str, object]) -> dict[str, object]:
    must: dict[bool | None, str] = {None: "", True: "yes", False: "no"}
    case, wins = one.counterexample, "" if one.wins is None else one.wins
    return {
        "claim": claim.id, "reading": plain(one.name), "role": one.role, "outcome": one.outcome,
        "as it must": must[wording.as_it_must(one)], "tried": wording.tried(one, dict(clocked)),
        "cases": clocked.get("cases", one.cases), "wins": clocked.get("wins", wins), "discarded": one.discarded,
        "engine": one.engine or claim.by, "domain": one.domain, "why": plain(one.why),
        "counterexample": case.says if case else "",
    }  # fmt: skip


def _joined(values: Iterable[object]) -> str:
    return "; ".join(map(str, values))
