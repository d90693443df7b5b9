"""Run a stored counterexample or witness again and print the arithmetic."""

from inspect import signature
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from claims import find_claim
from claims.evidence.evidence import Case, ReadingEvidence, read_evidence
from claims.evidence.store import Store
from claims.kit.claim import Claim
from claims.kit.examine import put_once, rebuilt
from claims.kit.reading import property_of
from claims.kit.text import as_text
from claims.texts import the_text
from reports.commands import statements
from reports.commands.waiting import about_to


def replay(id: str, out: Path | None) -> int:
    """Replay the stored cases of the claim: witnesses, the smallest and the worst counterexample as written, else a control's."""
    store = Store(statements.KEPT)
    entry, console = statements.the_one(id, statements.entries(store)), Console()
    statements.keep_sources(store)
    file = newest_evidence(entry.id, out)
    evidence = read_evidence(file)  # before the claim is imported, which takes torch
    about_to(f"Loading {entry.module}")
    claim = find_claim(entry.id, entry.module)
    stored = [(one, case) for one in evidence.readings for case in (one.counterexample or one.tightest, one.worst) if case]
    chosen = [(one, case) for one, case in stored if one.role in ("as written", "witness")] or stored[:1]
    if not chosen:
        raise click.ClickException(f"{claim.id} has no stored case to replay: every case held and none was close to failing")
    console.print(f"[bold]{escape(claim.id)}[/bold]  {escape(claim.says)}", soft_wrap=True)
    console.print(f"from {escape(str(file))}, profile {evidence.profile}", soft_wrap=True, highlight=False)
    for one, case in chosen:
        _replay_case(claim, one, case, console)
    return 0


def newest_evidence(id: str, out: Path | None) -> Path:
    """Where the last run put what it saw of this claim: into the folder `out`, or else into whichever a run chooses by itself."""
    folders = [out] if out else [statements.reports(), *statements.scratch().glob("*")]
    files = [folder / "evidence" / f"{id}.json" for folder in folders]
    if there := [one for one in files if one.exists()]:
        return max(there, key=lambda one: one.stat().st_mtime_ns)
    missing = f"{files[0]}: there is no evidence of it yet; examine it first: python -m reports{the_text().option} --only {id}"
    raise click.ClickException(missing + (f" --out {out}" if out else ""))


def _replay_case(claim: Claim, one: ReadingEvidence, case: Case, console: Console) -> None:
    try:
        reading = claim.reading(one.name)
        arguments, check = rebuilt(reading, case), property_of(claim.check, reading)
        signature(check).bind(**arguments)
    except (StopIteration, LookupError, TypeError, ValueError) as problem:
        misfit = f"{claim.id}: the stored case of “{one.name}” does not fit the claim any more; examine it again"
        raise click.ClickException(misfit) from problem
    console.print(f"\n[bold]{escape(one.role)}[/bold]: {escape(one.name)} ({escape(case.found_by)})", soft_wrap=True)
    for name, value in arguments.items():
        _print(console, name, value)
    says, shown = put_once(check, arguments)
    for label, value in shown:
        _print(console, label, value)
    console.print(f"[bold]→ {escape(says)}[/bold]", soft_wrap=True, highlight=False)


def _print(console: Console, label: str, value: Any) -> None:
    text = as_text(value)
    gap = "\n" if "\n" in text else " "
    console.print(f"{escape(label)} ={gap}{escape(text)}", soft_wrap=True, highlight=False)
