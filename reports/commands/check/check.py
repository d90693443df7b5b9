"""`python -m reports check`: the record, its schema, its digests, its verdicts, and all that was made of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from claims.evidence.evidence import ClaimEvidence, EvidenceError, machine
from claims.evidence.keys import from_root
from claims.texts import the_text
from reports.commands import statements
from reports.commands.check.following import evidence_of, verdict_troubles
from reports.commands.check.made import export_troubles, page_troubles
from reports.commands.check.stated import record_troubles, stated_troubles
from reports.commands.check.trouble import Trouble, run_again
from reports.commands.waiting import about_to
from reports.exports.statement import FILE, RECORD
from reports.record.record import RUN, Record, read_record
from reports.record.replications import FILE as REPLICATIONS
from reports.record.replications import read_replications

NOT_AS_IT_SHOULD_BE = 1


def check(out: Path | None) -> int:
    """Check the report in this folder, or the one of the text; tell each file that is not as it should be."""
    folder = out or statements.reports()
    if not folder.is_dir():
        raise click.UsageError(f"{folder} is no folder; name the one in which {RECORD} lies with --out")
    replications = read_replications()
    found: dict[Path, Trouble] = {}
    told: list[str] = []
    for one in _troubles(folder, told):
        if one.file not in found or one.file == folder / RECORD:  # what follows from a trouble that was told is no news
            found[one.file] = one
            click.echo(str(one))
    for line in told:
        click.echo(line)
    if found:
        click.echo(f"{folder}: not as it should be.")
        return NOT_AS_IT_SHOULD_BE
    record = read_record(folder / RECORD)
    same = sum(one.digest == record.run.digest for one in replications)
    click.echo(f"All is as it should be. Record: sha256:{record.run.digest}")
    click.echo(f"Others who came to the same: {same}. If you ran it, add to {from_root(the_text().report / REPLICATIONS)}:")
    click.echo(row(record))
    return 0


def row(record: Record) -> str:
    """What to add to `replications.toml`."""
    today = datetime.now(UTC).date()
    return f'[[replication]]\nwho = "your name"\nwhere = "{machine()}"\nwhen = {today}\ndigest = "{record.run.digest}"'


def _troubles(folder: Path, told: list[str]) -> Iterator[Trouble]:
    """One after another; what was looked at is `told` in lines for the end. Nothing is made of a record that is none."""
    about_to("Reading the record")
    broken = list(record_troubles(folder))
    yield from broken
    if any(one.file == folder / RECORD for one in broken):
        return
    try:
        record = read_record(folder / RECORD)
    except EvidenceError as problem:
        yield Trouble(folder / RECORD, str(problem).removeprefix(f"{folder / RECORD}: "), run_again())
        return
    about_to("Working out digests")
    yield from stated_troubles(folder)
    told.append(_stated(folder))
    about_to("Judging the evidence")
    lost: list[Trouble] = []
    evidence = evidence_of(record, folder, lost)
    yield from lost
    yield from verdict_troubles(record, evidence, folder)
    told.append(f"Judged again: {len(evidence)} of {len(record.claims)} claims, by their evidence.")
    yield from _made_again(record, evidence, folder, told, whole=not lost)


def _stated(folder: Path) -> str:
    return f"Digests: by {FILE}." if (folder / FILE).is_file() else f"Digests: there is no {FILE}, so none but the record's."


def _made_again(
    record: Record, evidence: dict[str, ClaimEvidence], folder: Path, told: list[str], whole: bool
) -> Iterator[Trouble]:
    if not (folder / "site").is_dir():
        told.append(f"Pages: there are none here, so none was looked at; {run_again()}.")
        return
    if not (folder / RUN).is_file():
        yield Trouble(folder / RUN, "it is missing, and pages say what stands there", run_again())
        return
    if not whole:
        return
    about_to("Making every page and every export again")
    yield from export_troubles(record, folder)
    yield from page_troubles(record, evidence, folder)
    told.append("Pages and exports: made again, and compared.")
