"""`verdicts.intoto.json`: a digest of every file of the report, and where it comes from, as an in-toto statement with SLSA's
provenance. It is not signed, so that it tells a torn or a changed copy, and nothing of who made it.

Addresses: https://in-toto.io/Statement/v1 and https://slsa.dev/provenance/v1 have the fields.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from claims.evidence.evidence import EvidenceError, as_json, write_whole
from claims.evidence.files import UNREADABLE, content_of, told
from reports.record.digests import digest_of_bytes
from reports.record.record import RUN, Record

FILE = "verdicts.intoto.json"
STATEMENT, PREDICATE = "https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1"
KIND, UNSIGNED = "urn:checked-claims:run:v1", "urn:checked-claims:whoever-ran-it:unsigned"
RECORD = "verdicts.json"
# Beside the pages, which a run names one by one: what it leaves in the folder of a report.
LEFT = (
    RECORD, "verdicts.schema.json", "verdicts.md", "*.csv", "verdicts.junit.xml", "claim-reviews.jsonld",
    "ro-crate-metadata.json", RUN, "badges/*.svg", "evidence/*.json", "evidence/runs/*.json", "evidence/recorded/*.json",
    "evidence/libraries/*.json",
)  # fmt: skip


class Statement(msgspec.Struct):
    """As much of one as tells which files are as they were: their names, each with its digests."""

    subject: list["Subject"]
    type: str = msgspec.field(name="_type")
    predicateType: str


class Subject(msgspec.Struct):
    """A file, seen from the statement's folder."""

    name: str
    digest: dict[str, str]
    annotations: dict[str, str] = {}


def write_statement(record: Record, folder: Path, pages: Iterable[str]) -> None:
    """Write the statement on what lies in the folder now, with these `pages` of the site."""
    left = sorted({file for one in LEFT for file in folder.glob(one)})
    files = [one.relative_to(folder).as_posix() for one in left] + [f"site/{one}" for one in pages]
    write_whole(folder / FILE, as_json(statement(record, {name: digest_of_bytes(folder / name) for name in files})))


def restate(folder: Path, name: str) -> None:
    """A file that is written again, for something lies in the site to which it leads: it is stated as it is now. Nothing where
    there is no statement, or where that does not speak of the file. One that cannot be read is left for `check` to tell."""
    path = folder / FILE
    with suppress(EvidenceError):
        read_statement(path)  # so that what follows is there
        plain = msgspec.json.decode(content_of(path))
        for one in plain["subject"]:
            if one["name"] == name:
                one["digest"] = {"sha256": digest_of_bytes(folder / name)}
        write_whole(path, as_json(plain))


def read_statement(path: Path) -> Statement:
    """The one in a file. EvidenceError where it is none."""
    try:
        found = msgspec.json.decode(content_of(path), type=Statement)
    except UNREADABLE as problem:
        raise EvidenceError(f"{path}: not readable as an in-toto statement ({told(problem)}); run python -m reports") from problem
    if (found.type, found.predicateType) != (STATEMENT, PREDICATE):
        raise EvidenceError(
            f"{path}: no in-toto statement of SLSA's provenance, version 1; run python -m reports to make it anew"
        )
    return found


def statement(record: Record, digests: dict[str, str]) -> dict[str, Any]:
    """The document on files of these digests."""
    run, canonical = record.run, {"annotations": {"canonicalization": "RFC 8785", "canonicalSha256": record.run.digest}}
    subjects = [
        {"name": name, "digest": {"sha256": digest}} | (canonical if name == RECORD else {}) for name, digest in digests.items()
    ]
    packages = [{"uri": f"pkg:pypi/{name}@{version}"} for name, version in sorted(run.versions.items()) if name != "python"]
    checkout = {"name": "checkout", "annotations": {"commit": run.commit, "about": record.text.title}}
    definition = {
        "buildType": KIND, "externalParameters": {"profile": run.profile, "address": run.address},
        "internalParameters": {"machine": run.machine, "python": run.versions.get("python", "")},
        "resolvedDependencies": [checkout, *packages],
    }  # fmt: skip
    details = {"builder": {"id": UNSIGNED}, "metadata": {"finishedOn": run.date}}
    return {
        "_type": STATEMENT, "subject": subjects, "predicateType": PREDICATE,
        "predicate": {"buildDefinition": definition, "runDetails": details},
    }  # fmt: skip
