"""Text to take away: how to cite the report, a claim in five formats, and a stored case."""

import json
import re
from datetime import date

from claims.evidence.evidence import Case, ReadingEvidence
from reports.record.record import ClaimRecord, Record, Run
from reports.text.wording import how_far, how_many

LICENSE = "https://spdx.org/licenses/MIT"


def citation(record: Record) -> str:
    """The report as plain text."""
    return f"{record.text.authors}. {record.text.report}. {_note(record)}."


def bibtex(record: Record) -> str:
    """The report as a BibTeX entry."""
    day, authors = record.run.date[:10], record.text.authors
    title = re.sub(r"\b\w*[A-Z]\w*[A-Z]\w*\b", r"{\g<0>}", record.text.report)  # or BibTeX writes them small
    return (
        f"@misc{{checked-claims-{day},\n  author = {{{{{authors}}}}},\n  title = {{{title}}},\n  year = {{{day[:4]}}},\n"
        f"  note = {{{_note(record)}}}\n}}"
    )


def _note(record: Record) -> str:
    return f"Verdict report on {how_many(record, listed=False)}, {_edition(record.run)}"


def citations(claim: ClaimRecord, record: Record) -> dict[str, str]:
    """One claim with its verdict, in the formats that are asked for, by their names."""
    return {
        "APA": _apa(claim, record), "Plain text": _plain(claim, record), "BibTeX": _bibtex(claim, record),
        "RIS": _ris(claim, record), "CSL-JSON": _csl_json(claim, record),
    }  # fmt: skip


def _title(claim: ClaimRecord) -> str:
    """The statement, with its verdict and where it was tried, on one line and without the marks of our prose."""
    came = f"{claim.verdict.capitalize()}; scope: {claim.scope}." if claim.scope else f"{claim.verdict.capitalize()}."
    return " ".join(re.sub("[*`]", "", f"{claim.says} ({came})").split())


def _plain(claim: ClaimRecord, record: Record) -> str:
    return f"{record.text.authors}. {_title(claim)} Claim {claim.id} in: {record.text.report}, {_edition(record.run)}."


def _apa(claim: ClaimRecord, record: Record) -> str:
    day = date.fromisoformat(record.run.date[:10])
    when = f"{day.year}, {day:%B} {day.day}"
    return f"{record.text.authors}. ({when}). {_title(claim)} In {record.text.report} (claim {claim.id}{_commit(record.run)})."


def _bibtex(claim: ClaimRecord, record: Record) -> str:
    run = record.run
    fields = {
        "author": f"{{{record.text.authors}}}", "title": f"{{{_tex(_title(claim))}}}", "year": run.date[:4],
        "howpublished": _tex(f"{record.text.report}, claim {claim.id}"), "note": _tex(_edition(run)),
    }  # fmt: skip
    return f"@misc{{{claim.id},\n" + ",\n".join(f"  {name} = {{{text}}}" for name, text in fields.items()) + "\n}"


def _ris(claim: ClaimRecord, record: Record) -> str:
    run = record.run
    fields = [
        ("TY", "ELEC"), ("AU", record.text.authors), ("TI", _title(claim)), ("T2", record.text.report), ("PY", run.date[:4]),
        ("DA", run.date[:10].replace("-", "/")), ("AN", claim.id), ("N1", _edition(run)), ("ER", ""),
    ]  # fmt: skip
    return "\n".join(f"{tag}  - {text}" for tag, text in fields)


def _csl_json(claim: ClaimRecord, record: Record) -> str:
    text, run = record.text, record.run
    entry = {
        "id": claim.id, "type": "webpage", "title": _title(claim), "container-title": text.report,
        "author": [{"literal": text.authors}],
        "issued": {"date-parts": [[int(part) for part in run.date[:10].split("-")]]}, "note": _edition(run),
    }  # fmt: skip
    return json.dumps([entry], ensure_ascii=False)


_SPECIAL = {one: f"\\{one}" for one in "&%$#_"} | {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
}  # fmt: skip


def _tex(text: str) -> str:
    """Text that LaTeX prints as it stands."""
    return "".join(_SPECIAL.get(one, one) for one in text)


def case_text(claim: ClaimRecord, one: ReadingEvidence, case: Case) -> str:
    """A stored case as it would be printed by a replay."""
    values = [*case.text.items(), *case.shown]
    lines = [f"{label} =\n{value}" if "\n" in value else f"{label} = {value}" for label, value in values]
    return "\n".join(
        [f"{claim.id}: {one.name} ({case.found_by})", *lines, f"→ {case.says}", *([how_far(case.strain)] if case.strain else [])]
    )


def _edition(run: Run) -> str:
    return f"{run.date[:10]}{_commit(run)}, profile {run.profile}"


def _commit(run: Run) -> str:
    changed = " with local changes" if run.commit.endswith("+") else ""
    return f", commit {run.commit.removesuffix('+')}{changed}" if run.commit else ""
