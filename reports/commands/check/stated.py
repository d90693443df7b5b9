"""Whether the record is one, and whether each file of the report is the one that the statement beside it speaks of."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema

from claims.evidence.evidence import EvidenceError, as_json
from claims.evidence.files import UNREADABLE, content_of, told
from reports.commands.check.trouble import GET_IT_BACK, Trouble, few, run_again, shortly
from reports.exports.statement import FILE, RECORD, read_statement
from reports.record.digests import canonical_digest, digest_of_bytes, digest_of_record
from reports.record.record import schema

SCHEMA = "verdicts.schema.json"


def record_troubles(folder: Path) -> Iterator[Trouble]:
    """Of the record by itself: that it is there, JSON, and what its schema allows; and of the schema."""
    path = folder / RECORD
    if not path.is_file():
        yield Trouble(path, "it is missing", f"{GET_IT_BACK}, or {run_again()}")
        return
    if not (folder / SCHEMA).is_file():
        yield Trouble(folder / SCHEMA, "it is missing", run_again())
    elif (folder / SCHEMA).read_bytes() != as_json(schema()):
        yield Trouble(folder / SCHEMA, "it is not the schema that this version has", run_again())
    try:
        document = json.loads(content_of(path).decode())
        canonical_digest(document)
    except UNREADABLE as problem:
        yield Trouble(path, f"it is no JSON that has a canonical form ({told(problem)})", f"{GET_IT_BACK}, or {run_again()}")
        return
    found = jsonschema.Draft202012Validator(schema()).iter_errors(document)
    worst = [jsonschema.exceptions.best_match([one]) for one in found]
    yield from few([_against(path, document, one) for one in worst], path)


def _against(path: Path, document: Any, problem: Any) -> Trouble:
    """Where the schema is violated: by the name of a claim, where it is in one."""
    place = list(problem.absolute_path)
    if place[:1] == ["claims"] and len(place) > 1:
        claim = document["claims"][place[1]]
        of = claim.get("id", place[1]) if isinstance(claim, dict) else place[1]
        place[:2] = [f"claim {of}"]
    where = ", ".join(map(str, place)) or "at its top"
    return Trouble(
        path, f"{where}: {shortly(problem.message)}, which its schema does not allow", f"{GET_IT_BACK}, or {run_again()}"
    )


def stated_troubles(folder: Path) -> Iterator[Trouble]:
    """Of each file that is not as the statement has it. Where there is neither a statement nor a site there is nothing to
    say: a clone has the record and its evidence alone."""
    path = folder / FILE
    if not path.is_file():
        if (folder / "site").is_dir():
            yield Trouble(path, "it is missing, and the pages beside it are not", run_again())
        return
    try:
        stated = read_statement(path)
    except EvidenceError as problem:
        yield Trouble(path, str(problem).removeprefix(f"{path}: "), run_again())
        return
    names = {one.name: one for one in stated.subject}
    if RECORD not in names:
        yield Trouble(path, f"it does not speak of {RECORD}", run_again())
    others = []
    for name, one in names.items():
        file = folder / name
        if not _is_in(folder, file):
            yield Trouble(path, f"it speaks of {shortly(name)}, which is not in this folder", run_again())
        elif not file.is_file():
            others.append(Trouble(file, "it is missing", f"{GET_IT_BACK}, or {run_again()}"))
        elif digest_of_bytes(file) != one.digest.get("sha256"):
            others.append(Trouble(file, f"its bytes are not those that {FILE} speaks of", f"{GET_IT_BACK}, or {run_again()}"))
    yield from few(others, folder)
    record = folder / RECORD
    canonical = names[RECORD].annotations.get("canonicalSha256") if RECORD in names else None
    if canonical and record.is_file() and canonical != digest_of_record(record):
        yield Trouble(path, f"its canonical digest is not that of {RECORD}", run_again())


def _is_in(folder: Path, file: Path) -> bool:
    """Whether a path leads to where a file of this folder could be, links and dots followed."""
    try:
        file.is_file()
        return file.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # longer than names are, links in a circle, a sign that no name has
        return False
