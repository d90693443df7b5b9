"""Text to take away: how to cite the report, a claim in five formats, and a stored case."""

import json
from collections.abc import Mapping
from datetime import date

from claims.evidence.evidence import Case, ReadingEvidence
from reports.record.record import ClaimRecord, Record, Run
from reports.text.plain import plain
from reports.text.tex import tex
from reports.text.wording import how_far, how_many

LICENSE = "https://spdx.org/licenses/MIT"
RECOMPUTED = (  # by anybody, in a shell, where the record lies; the digest stands in the last line
    "python -m pip install rfc8785",
    "python -c \"import hashlib, json, rfc8785; record = json.load(open('verdicts.json', encoding='utf-8')); "
    'print(hashlib.sha256(rfc8785.dumps(record)).hexdigest())" > digest.txt',
    'grep {digest} digest.txt && echo "It is that record."',
)


def address(record: Record, claim: ClaimRecord | None = None) -> str:
    """Where the report is published, or a claim's page of it; empty where that was not given."""
    site = record.run.address
    return f"{site}claims/{claim.id}.html" if site and claim else site


def citation(record: Record) -> str:
    """The report as plain text."""
    return _sentences(record.text.authors, record.text.report, _note(record), address(record))


def bibtex(record: Record) -> str:
    """The report as a BibTeX entry."""
    fields = {
        "author": f"{{{tex(record.text.authors)}}}", "title": f"{{{tex(record.text.report)}}}", "type": "Verdict report",
        "institution": _url(record), "year": record.run.date[:4], "note": tex(_note(record)),
    }  # fmt: skip
    return _entry("techreport", f"checked-claims-{record.run.date[:10]}", fields)


def _note(record: Record) -> str:
    return f"Verdict report on {how_many(record, listed=False)}, {edition(record.run)}"


def citations(claim: ClaimRecord, record: Record) -> dict[str, str]:
    """One claim with its verdict, in the formats that are asked for, by their names."""
    return {
        "APA": _apa(claim, record), "Plain text": _plain(claim, record), "BibTeX": _bibtex(claim, record),
        "RIS": _ris(claim, record), "CSL-JSON": _csl_json(claim, record),
    }  # fmt: skip


def _title(claim: ClaimRecord) -> str:
    """The statement, with its name, its verdict and where it was tried, on one line and without the marks of our prose. The name
    is in the title because that is what every style prints, and leaves as it is."""
    says, scope = (" ".join(plain(one).split()).removesuffix(".") for one in (claim.says, claim.scope))
    return f"{says} (claim {claim.id}: {claim.verdict}{f'; scope: {scope}' if scope else ''})"


def _plain(claim: ClaimRecord, record: Record) -> str:
    where = f"In: {record.text.report}, {edition(record.run)}"
    return _sentences(record.text.authors, _title(claim), where, address(record, claim))


def _apa(claim: ClaimRecord, record: Record) -> str:
    day, run = date.fromisoformat(record.run.date[:10]), record.run
    told = ", ".join(filter(None, [_commit(run), _record(run)]))
    where = f"In {record.text.report}{f' ({told})' if told else ''}"
    return _sentences(f"{record.text.authors}. ({day.year}, {day:%B} {day.day})", _title(claim), where, address(record, claim))


def _sentences(*parts: str) -> str:
    """Each with one stop behind it, but for the address at the end, to which it would seem to belong."""
    *told, where = parts
    return " ".join([*(f"{one.removesuffix('.')}." for one in told), *([where] if where else [])])


def _bibtex(claim: ClaimRecord, record: Record) -> str:
    """A report, whose institution every style prints as it is given: fields for an address or for what it stands in are known to
    some styles alone. The statement stands in braces of its own, or styles would write its formulas small."""
    told = f"{tex(record.text.report)}, {_url(record, claim)}" if record.run.address else tex(record.text.report)
    fields = {
        "author": f"{{{tex(record.text.authors)}}}", "title": f"{{{tex(_title(claim))}}}", "type": "Verdict",
        "institution": f"{{{told}}}", "year": record.run.date[:4], "note": tex(edition(record.run)),
    }  # fmt: skip
    return _entry("techreport", claim.id, fields)


def _url(record: Record, claim: ClaimRecord | None = None) -> str:
    return rf"\url{{{where}}}" if (where := address(record, claim)) else ""


def _entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    lines = ",\n".join(f"  {name} = {{{text}}}" for name, text in fields.items() if text)
    return f"@{kind}{{{key},\n{lines}\n}}"


def _ris(claim: ClaimRecord, record: Record) -> str:
    run, where = record.run, address(record, claim)
    fields = [
        ("TY", "ELEC"), ("AU", record.text.authors), ("TI", _title(claim)), ("T2", record.text.report), ("PY", run.date[:4]),
        ("DA", run.date[:10].replace("-", "/")), ("AN", claim.id), ("N1", edition(run)), *([("UR", where)] if where else []),
        ("ER", ""),
    ]  # fmt: skip
    return "\n".join(f"{tag}  - {text}" for tag, text in fields)


def _csl_json(claim: ClaimRecord, record: Record) -> str:
    """A page of the report. Styles that write titles with capitals are told to leave the statement alone: γ is no Γ."""
    text, run, where = record.text, record.run, address(record, claim)
    entry = {
        "id": claim.id, "type": "webpage", "title": f'<span class="nocase">{_title(claim)}</span>',
        "container-title": text.report, "author": [{"literal": text.authors}],
        "issued": {"date-parts": [[int(part) for part in run.date[:10].split("-")]]}, "note": edition(run),
    }  # fmt: skip
    return json.dumps([entry | ({"URL": where} if where else {})], ensure_ascii=False)


def recomputed(run: Run) -> list[str]:
    """The lines of a shell by which anybody works out the digest of the record and compares it."""
    return [one.format(digest=run.digest) for one in RECOMPUTED]


def case_text(claim: ClaimRecord, one: ReadingEvidence, case: Case) -> str:
    """A stored case as it would be printed by a replay."""
    values = [*case.text.items(), *case.shown]
    lines = [f"{label} =\n{value}" if "\n" in value else f"{label} = {value}" for label, value in values]
    return "\n".join(
        [f"{claim.id}: {one.name} ({case.found_by})", *lines, f"→ {case.says}", *([how_far(case.strain)] if case.strain else [])]
    )


def edition(run: Run) -> str:
    """Of which run it is: day, commit, profile, and the digest of its record."""
    return ", ".join(filter(None, [run.date[:10], _commit(run), f"profile {run.profile}", _record(run)]))


def _record(run: Run) -> str:
    """The digest by which a record is told from every other: whole, for what is cited is checked by it."""
    return f"record sha256:{run.digest}" if run.digest else ""


def _commit(run: Run) -> str:
    changed = " with local changes" if run.commit.endswith("+") else ""
    return f"commit {run.commit.removesuffix('+')}{changed}" if run.commit else ""
