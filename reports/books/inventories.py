"""What lets books link a claim by its id and show its verdict: `objects.inv` for Sphinx, MyST-Parser and Quarto's interlinks, and
`myst.xref.json` for mystmd, with a page of data for each verdict, from which mystmd takes the words of a link."""

import zlib
from typing import Any

from claims.evidence.evidence import as_json
from claims.evidence.outcomes import Word
from reports.record.record import Record
from reports.text.wording import ICONS, LEGEND


def shown(verdict: Word) -> str:
    """The words of a link that says nothing else."""
    return f"{ICONS[verdict]} {verdict}"


def objects_inv(record: Record) -> bytes:
    """An inventory in Sphinx's second format, each claim a label: name, role, priority, address and words, compressed."""
    head = [
        "# Sphinx inventory version 2",
        f"# Project: {' '.join(record.text.report.split())}",
        f"# Version: {record.run.date[:10]}",
        "# The remainder of this file is compressed using zlib.",
    ]  # fmt: skip
    lines = [f"{one.id} std:label -1 claims/{one.id}.html {shown(one.verdict)}" for one in record.claims]
    return ("\n".join(head) + "\n").encode() + zlib.compress(("\n".join(lines) + "\n").encode(), 9)


def myst_xref(record: Record) -> bytes:
    """The claims as pages of a MyST project, which need not be one."""
    references = [
        {"identifier": one.id, "kind": "page", "data": f"/myst/{one.verdict}.json", "url": f"/claims/{one.id}.html"}
        for one in record.claims
    ]
    return as_json({"version": "1", "myst": "1.8.3", "references": references})


def of_verdict(verdict: Word, record: Record) -> bytes:
    """A page of data that a verdict's words are taken from."""
    data: dict[str, Any] = {"title": shown(verdict), "description": LEGEND[verdict]}
    return as_json({"kind": "Article", "frontmatter": data, "mdast": {"type": "root", "children": []}})
