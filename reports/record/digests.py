"""Digests: of a record by its canonical form (RFC 8785), so that spaces and the order of keys are nothing; of other files by
their bytes.

The record says nothing of its own digest, nor of what is made of it: pages, citations and the statement beside it name it, and no
circle comes about. What changes from run to run stands in `run.json` and is no part of it.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import rfc8785

from claims.evidence.evidence import EvidenceError
from claims.evidence.files import UNREADABLE, content_of, told

SHORT = 12  # hexadecimal digits that tell records apart on a page; whoever checks one takes all 64


def canonical_digest(document: Any) -> str:
    """SHA-256, in hexadecimal digits, of a JSON document in its canonical form. ValueError where it has none: an infinite
    number, or a whole one beyond 2⁵³."""
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def digest_of_record(path: Path) -> str:
    """That of the record in a file. EvidenceError where it is no JSON or has no canonical form."""
    try:
        return canonical_digest(json.loads(content_of(path).decode()))
    except UNREADABLE as problem:
        raise EvidenceError(
            f"{path}: not readable as a record ({told(problem)}); run python -m reports to make it anew"
        ) from problem


def digest_of_bytes(path: Path) -> str:
    """SHA-256 of a file as it lies there."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
