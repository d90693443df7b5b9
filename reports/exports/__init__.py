"""What others take away: the record in the formats of spreadsheets, build servers, forges, archives and those who check facts.

Each is a pure function of the record and computes nothing about verdicts; the same record gives the same bytes."""

from collections.abc import Callable
from pathlib import Path

from claims.evidence.evidence import as_json, write_whole
from claims.evidence.outcomes import WORDS
from reports.exports.badges import badge
from reports.exports.claim_review import claim_reviews
from reports.exports.crate import ro_crate
from reports.exports.junit import junit
from reports.exports.spreadsheets import readings_csv, verdicts_csv
from reports.record.record import Record
from reports.text.markdown import as_markdown

EXPORTS: dict[str, Callable[[Record], bytes]] = {
    "verdicts.md": lambda record: as_markdown(record).encode(),
    "verdicts.csv": verdicts_csv,
    "readings.csv": readings_csv,
    "verdicts.junit.xml": junit,
    "claim-reviews.jsonld": lambda record: as_json(claim_reviews(record)),
    "ro-crate-metadata.json": lambda record: as_json(ro_crate(record)),
}


def write_exports(record: Record, folder: Path) -> None:
    """Write them all beside the record, each replaced in one step."""
    for name, export in EXPORTS.items():
        write_whole(folder / name, export(record))
    for word in WORDS:
        write_whole(folder / "badges" / f"{word}.svg", badge(record, word).encode())
