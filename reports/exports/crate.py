"""`ro-crate-metadata.json`: what the report's folder holds, who made it from what and when, as an RO-Crate 1.1 for archives."""

from typing import Any

from reports.record.record import Record
from reports.text.citing import LICENSE, address, citation
from reports.text.wording import how_many

CRATE = "https://w3id.org/ro/crate/1.1"
PAGE = "site/index.html"  # where the authors are to be found, as far as the crate knows
FILES = {  # the first is what all the others are made from
    "verdicts.json": ("The record: every claim with its readings, its verdict and why", "application/json"),
    "run.json": ("When, where, with what and how fast it was found out", "application/json"),
    "verdicts.schema.json": ("JSON Schema of the record", "application/schema+json"),
    "verdicts.md": ("The verdicts as text", "text/markdown"),
    "verdicts.csv": ("The verdicts as a table, a row a claim", "text/csv"),
    "readings.csv": ("The readings that the verdicts rest on, as a table", "text/csv"),
    "verdicts.junit.xml": ("The verdicts as test cases, for build servers", "application/xml"),
    "verdicts.intoto.json": ("An unsigned in-toto statement: a digest of every file", "application/vnd.in-toto+json"),
    "claim-reviews.jsonld": ("The verdicts as schema.org claim reviews", "application/ld+json"),
}
FOLDERS = {
    "evidence/": "What was seen when each reading was put to the test, a file a claim",
    "site/": "The report as pages, which open offline",
    "badges/": "How many statements got which verdict, as pictures",
}


def ro_crate(record: Record) -> dict[str, Any]:
    """The crate's JSON-LD document."""
    files = [
        {"@id": id, "@type": "File", "name": name, "encodingFormat": media} | _conforms(id) for id, (name, media) in FILES.items()
    ]
    folders = [{"@id": id, "@type": "Dataset", "name": name} for id, name in FOLDERS.items()]
    return {
        "@context": f"{CRATE}/context",
        "@graph": [_descriptor(), _root(record, files + folders), *files, *folders, *_people(record), *_provenance(record)],
    }


def _descriptor() -> dict[str, Any]:
    return {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "conformsTo": {"@id": CRATE}, "about": {"@id": "./"}}


def _root(record: Record, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "@id": "./", "@type": "Dataset", "name": record.text.report,
        "description": f"Verdicts on {how_many(record)}. Cite as: {citation(record)}",
        "datePublished": record.run.date, "license": {"@id": LICENSE}, "author": {"@id": "#authors"},
        "publisher": {"@id": "#authors"},
        "hasPart": _ids(parts), "mentions": {"@id": "#run"},
    } | ({"url": record.run.address} if record.run.address else {})  # fmt: skip


def _conforms(id: str) -> dict[str, Any]:
    return {"conformsTo": {"@id": "verdicts.schema.json"}} if id == "verdicts.json" else {}


def _people(record: Record) -> list[dict[str, Any]]:
    return [
        {"@id": "#authors", "@type": "Organization", "name": record.text.authors, "url": address(record) or PAGE},
        {
            "@id": LICENSE,
            "@type": "CreativeWork",
            "name": "MIT License",
            "description": "Use and share it; keep the notice.",
        },
    ]


def _provenance(record: Record) -> list[dict[str, Any]]:
    """The run, the program at its commit, and the packages that evidence depends on."""
    run = record.run
    packages = [
        {"@id": f"#{name}", "@type": "SoftwareApplication", "name": name, "version": version}
        for name, version in sorted(run.versions.items())
    ]
    name = record.text.report
    program = {"@id": "#checked-claims", "@type": "SoftwareApplication", "name": name, "softwareRequirements": _ids(packages)}
    action = {
        "@id": "#run", "@type": "CreateAction", "name": f"Examination of the claims, profile {run.profile}", "endTime": run.date,
        "description": run.machine, "instrument": {"@id": "#checked-claims"},
        "result": [{"@id": id} for id in (*FILES, *FOLDERS)],
    }  # fmt: skip
    return [action, program | ({"version": run.commit} if run.commit else {}), *packages]


def _ids(entities: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": one["@id"]} for one in entities]
