"""The passages as W3C Web Annotations: positions in the reader's copy, the verdicts there, and links; no text of the essay."""

from collections.abc import Iterator
from typing import Any

from reports.essay.placing import Placing
from reports.pages.render import Here
from reports.reading.sentences import Essay, Sentence
from reports.record.record import ClaimRecord, Record
from reports.text.plain import plain

CONTEXT = ["http://www.w3.org/ns/anno.jsonld", {"sha256": "https://schema.org/sha256", "digest": "https://schema.org/identifier"}]


def annotations(essay: Essay, placing: Placing, record: Record) -> dict[str, Any]:
    """A collection of one page, with an annotation for each claim in each place. Positions count characters of the text, a line
    end for one; the `digest` is that of `passages.toml`, `sha256` that of the file's bytes."""
    items = list(_items(essay, placing, {one.id: one for one in record.claims}))
    page = {"id": "annotations.json#page", "type": "AnnotationPage", "startIndex": 0, "items": items}
    return {
        "@context": CONTEXT, "id": "annotations.json", "type": "AnnotationCollection", "label": record.text.report,
        "total": len(items), "created": record.run.date, "first": page,
    }  # fmt: skip


def _items(essay: Essay, placing: Placing, claims: dict[str, ClaimRecord]) -> Iterator[dict[str, Any]]:
    source = {"id": essay.name, "type": "Text", "format": essay.format, "sha256": essay.sha256}
    for number, row in sorted(placing.rows.items()):
        sentence = essay.sentences[number]
        for id in row.stated:
            if id in claims:
                yield _annotation(claims[id], sentence, f"annotations.json#s{number}-{id}", source)


def _annotation(claim: ClaimRecord, sentence: Sentence, id: str, source: dict[str, str]) -> dict[str, Any]:
    end = sentence.at + len(sentence.text)
    says = {"type": "TextualBody", "purpose": "assessing", "format": "text/plain", "language": "en"}
    return {
        "id": id, "type": "Annotation", "motivation": "assessing",
        "body": [
            says | {"value": f"{claim.verdict}: {plain(claim.says)}"},
            {"type": "SpecificResource", "source": Here().claim(claim.id), "purpose": "linking"},
        ],
        "target": {
            "type": "SpecificResource", "source": source, "digest": sentence.digest,
            "selector": {"type": "TextPositionSelector", "start": sentence.at, "end": end},
        },
    }  # fmt: skip
