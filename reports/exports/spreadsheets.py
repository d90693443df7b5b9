"""`verdicts.csv`, a row a claim, and `readings.csv`, a row a reading: RFC 4180, in UTF-8 with the mark by which Excel knows it.

A spreadsheet runs a cell that begins with =, +, - or @ (or their full-width forms, or a tab or line break) as a formula. No cell
begins so here: it gets an apostrophe in front, and so does one that begins with an apostrophe. To have the text as it was, drop
one leading apostrophe. Several values in a cell are separated by semicolons."""

import csv
import io
from collections.abc import Iterable, Mapping

from reports.record.record import ClaimRecord, ReadingRecord, Record
from reports.text import wording

RUNS_AS_FORMULA = tuple("=+-@＝＋－＠\t\r\n")


def verdicts_csv(record: Record) -> bytes:
    """A row a claim, in the order of the text."""
    return _table([_claim(one) for one in record.claims])


def readings_csv(record: Record) -> bytes:
    """A row a reading, claim by claim."""
    clocked = record.run.clocked
    return _table([
        _reading(claim, one, clocked.get(claim.id, {}).get(one.name, {})) for claim in record.claims for one in claim.readings
    ])  # fmt: skip


def guarded(cell: object) -> str:
    """The cell's text, so that no spreadsheet takes it for a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith((*RUNS_AS_FORMULA, "'")) else text


def _claim(one: ClaimRecord) -> dict[str, object]:
    return {
        "id": one.id, "chapter": one.chapter, "verdict": one.verdict, "expected": one.expected, "statement": one.says,
        "correction or comment": one.teach, "why": one.why, "not shown": one.not_shown, "scope": one.scope,
        "engine": wording.ENGINE_NAMES[wording.engine(one)], "lines": _joined(one.lines), "sources": _joined(one.cites),
        "asked": one.asked,
        "defined at": one.defined_at, "evidence": f"evidence/{one.id}.json",
    }  # fmt: skip


def _reading(claim: ClaimRecord, one: ReadingRecord, clocked: Mapping[str, object]) -> dict[str, object]:
    must: dict[bool | None, str] = {None: "", True: "yes", False: "no"}
    case, wins = one.counterexample, "" if one.wins is None else one.wins
    return {
        "claim": claim.id, "reading": one.name, "role": one.role, "outcome": one.outcome,
        "as it must": must[wording.as_it_must(one)], "tried": wording.tried(one, dict(clocked)),
        "cases": clocked.get("cases", one.cases), "wins": clocked.get("wins", wins), "discarded": one.discarded,
        "engine": one.engine or claim.by, "domain": one.domain, "why": one.why, "counterexample": case.says if case else "",
    }  # fmt: skip


def _joined(values: Iterable[object]) -> str:
    return "; ".join(map(str, values))


def _table(rows: list[dict[str, object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    if rows:
        writer.writerow(rows[0])
        writer.writerows([guarded(cell) for cell in row.values()] for row in rows)
    return text.getvalue().encode("utf-8-sig")
