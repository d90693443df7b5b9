"""`verdicts.md`: the record as a page that reads well on a forge."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from claims.evidence.outcomes import WORDS, Word
from reports.record.record import CellRecord, ClaimRecord, Record, TableRecord
from reports.text.wording import ICONS, LEGEND, MOST_IMPORTANT, cell, question, verdicts

NO_BREAK = "\u00a0"
_BEGINS_A_BLOCK = r"^(\d+(?=[.)](?:\s|$))|(?=[#>\[]|[-+](?:[-\s]|$)))(.)"  # list, heading, quotation, definition, rule


def as_markdown(record: Record) -> str:
    """Counts, what to say instead, then a table a chapter."""
    by_id = {one.id: one for one in record.claims}
    chapters = [(name, list(claims)) for name, claims in groupby(record.claims, key=lambda one: one.chapter)]
    parts = [
        "# Verdicts",
        "",
        *_counts(record),
        "",
        *_contents(chapters, record),
        "",
    ]
    parts += _instead([by_id[id] for id in record.instead[:MOST_IMPORTANT]])
    for chapter, claims in chapters:
        parts += [f"## {record.text.chapter(chapter).title}", "", *_head(["verdict", "statement", "why"])]
        parts += [_row(one, corrected=one.id in record.instead or record.is_apart(one)) for one in claims]
        parts.append("")
        for table in (one for one in record.tables if one.chapter == chapter):
            parts += [f"**{marked(table.title)}** {marked(table.says)}", "", *_table(table, by_id), ""]
    return "\n".join(parts)


def marked(text: str) -> str:
    """Our own sentences: emphasis and code are Markdown's, any other character that Markdown would take for a mark is escaped."""
    parts = re.split(r"(`[^`]+`)|(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])", " ".join(text.split()))
    plain, code, emphasis = parts[::3], parts[1::3], parts[2::3]
    kept = [one or f"*{_escaped(other)}*" for one, other in zip(code, emphasis, strict=True)]
    joined = "".join(f"{_escaped(before)}{mark}" for before, mark in zip(plain, [*kept, ""], strict=True))
    return re.sub(_BEGINS_A_BLOCK, r"\1\\\2", joined)


def _escaped(text: str) -> str:
    """Only where it could be a mark, for the text is read as it is as well: γ < 1, W_h and ~40 % are none."""
    return re.sub(r"[\\`*$]|(?<=\S)~|(?<![^\W_])_|<(?=[A-Za-z/!?])|&(?=#?\w+;)|(?<=\])\(", r"\\\g<0>", text)


def _counts(record: Record) -> list[str]:
    rows = [f"- **{record.summary[word]} {ICONS[word]} {word}.** {marked(LEGEND[word])}" for word in WORDS]
    how = "Each statement leads to its evidence; [`verdicts.json`](verdicts.json) is the same as data."
    what = f"{len(record.of_text)} statements of {record.text.described}"
    top = [f"{what}, put to the test. {how}", "", *rows]
    if record.run.digest:
        top += ["", f"Digest of the record (SHA-256 of its form by RFC 8785): `{record.run.digest}`"]
    for chapter, claims in record.beyond.items():
        where = f"not in the {record.text.noun}, but {record.text.chapter(chapter).apart}"
        apart = f"{len(claims)} more are {where}, and count apart"
        top += ["", f"{apart}: {verdicts(record.apart[chapter])}."]
    return top


def _contents(chapters: Sequence[tuple[str, Sequence[ClaimRecord]]], record: Record) -> list[str]:
    """The chapters, each with how many of its statements got which verdict; those that count apart below the sum."""
    head = [_line(["", *(_verdict(word) for word in WORDS)]), "|---|" + "---:|" * len(WORDS)]
    rows = {name: _chapter_line(record.text.chapter(name).title, claims) for name, claims in chapters}
    total = _line(["**All**", *(f"**{record.summary[word]}**" for word in WORDS)])
    return [
        *head,
        *(row for name, row in rows.items() if name not in record.beyond),
        total,
        *(rows[name] for name in rows if name in record.beyond),
    ]


def _chapter_line(title: str, claims: Sequence[ClaimRecord]) -> str:
    counts = Counter(one.verdict for one in claims)
    return _line([f"[{marked(title)}](#{_anchor(title)})", *(str(counts[word] or "") for word in WORDS)])


def _anchor(heading: str) -> str:
    """How forges call a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _instead(first: Sequence[ClaimRecord]) -> list[str]:
    """The corrections that matter most."""
    rows = [
        f"{number}. {marked(one.says)} ({ICONS[one.verdict]} {one.verdict}{_scope(one)}) **{marked(one.teach)}**"
        for number, one in enumerate(first, 1)
    ]
    return ["## What to say instead", "", *rows, ""] if rows else []


def _scope(one: ClaimRecord) -> str:
    return f"; scope: {marked(one.scope)}" if one.scope else ""


def _table(table: TableRecord, by_id: Mapping[str, ClaimRecord]) -> list[str]:
    """A rebuilt table; each cell says what came out."""
    rows = [_line([marked(name), *(_cell(one, by_id) for one in cells)]) for name, cells in table.rows]
    return [*_head(["", *map(marked, table.columns)]), *rows]


def _cell(one: CellRecord | str | None, by_id: Mapping[str, ClaimRecord]) -> str:
    if not isinstance(one, CellRecord):
        return marked(one or "")
    if one.claim in by_id and (fact := by_id[one.claim].fact):
        published = "; ".join(", ".join(filter(None, [each.prints, each.of])) for each in fact.published)
        return marked(f"{one.prints} {cell(one)}, published: {published or 'no source found'}")
    return marked(f"{cell(one)} ({one.prints})" if one.prints else cell(one))


def _row(one: ClaimRecord, corrected: bool) -> str:
    why = [marked(one.why), *([f"**Say instead:** {marked(one.teach)}"] if corrected else [])]
    where = f"<br>{marked(one.scope)}" if one.scope else ""
    told = [marked(one.says), *([_asked(one)] if one.asked else []), f"[`{one.id}`](evidence/{one.id}.json)"]
    return _line([f"{_verdict(one.verdict)}{where}", "<br>".join(told), "<br>".join(why)])


def _asked(one: ClaimRecord) -> str:
    """Where, and what."""
    place, asks, address = question(one)
    return f"Asked: [{marked(place)}]({address}). {marked(asks)}"


def _verdict(word: Word) -> str:
    return f"{ICONS[word]}{NO_BREAK}{word}"


def _head(columns: Sequence[str]) -> list[str]:
    return [_line(columns), "|" + "---|" * len(columns)]


def _line(cells: Iterable[str]) -> str:
    """A row of a table; a bar within a cell is escaped even in code."""
    return "| " + " | ".join(one.replace("|", "\\|") for one in cells) + " |"
