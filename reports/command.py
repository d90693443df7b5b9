"""The command line: which claims, how hard to try, where to write. What is asked for is loaded when it is asked for."""

import os
from pathlib import Path

import click

from claims.evidence.profiles import PROFILES

MOST_WORKERS = 64


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", multiple=True, metavar="ID", help="Examine this claim only; may be given again, or name a chapter.")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="verdict", show_default=True, help="How hard to try.")
@click.option(
    "--workers", type=click.IntRange(1, MOST_WORKERS), default=min(2, os.cpu_count() or 1), show_default=True,
    help="Processes to share the readings between.",
)  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for record, evidence and site.")
@click.option("--fresh", is_flag=True, help="Examine everything again and train every network, whatever is kept.")
@click.option("--no-examine", is_flag=True, help="Judge and render the evidence that is there.")
@click.option("--single", is_flag=True, help="Write the whole report as one file as well, to mail: site/single.html.")
@click.option("--compare", "older", type=click.Path(path_type=Path), metavar="OLD.json", help="Say what changed since.")
@click.option(
    "--essay", type=click.Path(path_type=Path), metavar="FILE",
    help="Mark the passages of your copy of the essay; judges the evidence that is there.",
)  # fmt: skip
@click.option("--replay", "replayed", metavar="ID", help="Run a stored counterexample or witness again, with its arithmetic.")
@click.option(
    "--slides", is_flag=True, help="Write a deck for the classroom, from the record that is there, --only these claims."
)
@click.option(
    "--handout", is_flag=True, help="Write worksheets and answers in the same way, to print from the browser, or to PDF."
)
@click.option("--notebook", metavar="ID", help="Write a Jupyter notebook in which a claim is replayed and its domain changed.")
@click.option("--list", "listing", is_flag=True, help="List the claims with their verdicts.")
def command(
    only: tuple[str, ...],
    profile: str,
    workers: int,
    out: Path | None,
    fresh: bool,
    no_examine: bool,
    single: bool,
    older: Path | None,
    essay: Path | None,
    replayed: str | None,
    slides: bool,
    handout: bool,
    notebook: str | None,
    listing: bool,
) -> int:
    """Put the essay's claims to the test and report what came of it."""
    if listing:
        from reports.commands.listing import listing as show_list

        return show_list(out)
    if replayed:
        from reports.commands.replay import replay

        return replay(replayed, out)
    if slides or handout or notebook:
        from reports.commands.classroom import write_for_the_classroom

        return write_for_the_classroom(out, only, slides, handout, notebook)
    from reports.commands.run import Asked, run

    return run(Asked(only, PROFILES[profile], workers, out, fresh, no_examine or essay is not None, single, older, essay))
