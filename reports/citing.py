"""Text to take away: how to cite the report, a claim, and a stored case."""

from claims.kit.evidence import Case, ReadingEvidence
from reports.record import ClaimRecord, Record, Run
from reports.wording import TITLE

AUTHORS = "The Checked Claims authors"  # as in CITATION.cff
LICENSE = "https://spdx.org/licenses/MIT"


def citation(record: Record) -> str:
    """The report as plain text."""
    return f"{AUTHORS}. {TITLE}. Verdict report on {len(record.claims)} statements, {_edition(record.run)}."


def bibtex(record: Record) -> str:
    """The report as a BibTeX entry."""
    day = record.run.date[:10]
    title = TITLE.replace("RNNs", "{RNNs}")
    return (
        f"@misc{{checked-claims-{day},\n  author = {{{{{AUTHORS}}}}},\n  title = {{{title}}},\n  year = {{{day[:4]}}},\n"
        f"  note = {{Verdict report on {len(record.claims)} statements, {_edition(record.run)}}}\n}}"
    )


def quotation(claim: ClaimRecord, run: Run) -> str:
    """One claim with its verdict, its correction and where they are from."""
    correction = "" if claim.verdict == "undecided" else f"\nCorrection or comment: {claim.teach}"
    return f"“{claim.says}”\nVerdict: {claim.verdict}. {claim.why}{correction}\n({TITLE}, claim {claim.id}, {_edition(run)}.)"


def case_text(claim: ClaimRecord, one: ReadingEvidence, case: Case) -> str:
    """A stored case as it would be printed by a replay."""
    values = [*case.text.items(), *case.shown]
    lines = [f"{label} =\n{value}" if "\n" in value else f"{label} = {value}" for label, value in values]
    return "\n".join([f"{claim.id}: {one.name} ({case.found_by})", *lines, f"→ {case.says}"])


def _edition(run: Run) -> str:
    changed = " with local changes" if run.commit.endswith("+") else ""
    commit = f", commit {run.commit.removesuffix('+')}{changed}" if run.commit else ""
    return f"{run.date[:10]}{commit}, profile {run.profile}"
