"""The command line: which claims, how hard to try, where to write. What is asked for is loaded when it is asked for."""

import os
from functools import partial
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from claims.evidence.profiles import PROFILES
from reports.commands.together import must_go_together

MOST_WORKERS = 64
COMMANDS = ("locate", "new", "record-hardware", "record-libraries")  # that come first and have help of their own
WRITES = """What a call writes. A run writes the record, what is exported of it, the evidence and the site into one folder:
reports/ for all claims with the profile verdict; else reports/scratch/only or reports/scratch/PROFILE, which the next such run
writes over; or the one that --out names. There no run replaces a record by one of fewer claims, nor one of the profile verdict by
one of another. --essay, --slides, --handout and --notebook read the record that is there and write into its site; --list and
--replay write nothing.

What a call removes. What was written on demand stays while the record is the same. A run that changes the record removes the
pages that were made of the older one, and names them; notebooks, which people edit, it names and leaves. What is refused (exit
code 3, in a line) has changed nothing."""


class Place(click.Path):
    """The path of a file or a folder. An empty one would mean the folder that one is in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what names nothing."""
        if value in ("", b""):
            self.fail("it is empty", param, ctx)
        return super().convert(value, param, ctx)


def _the_only_one(context: click.Context, option: click.Parameter, values: tuple[Any, ...]) -> Any:
    if len(values) > 1:
        raise click.UsageError(f"{option.opts[0]} was given {len(values)} times; give it once")
    return values[0] if values else None


once = partial(click.option, multiple=True, callback=_the_only_one)
FILE, FOLDER = Place(path_type=Path), Place(file_okay=False, path_type=Path)


@click.command(epilog=WRITES, context_settings={"help_option_names": ["-h", "--help"], "allow_extra_args": True})
@click.option("--only", multiple=True, metavar="ID", help="Examine this claim only; may be given again, or name a chapter.")
@once("--profile", type=click.Choice(list(PROFILES)), default=["verdict"], show_default=True, help="How hard to try.")
@once(
    "--workers", type=click.IntRange(1, MOST_WORKERS), default=[min(2, os.cpu_count() or 1)], show_default=True,
    help="Processes to share the readings between.",
)  # fmt: skip
@once("--out", type=FOLDER, help="Folder for record, evidence and site.")
@click.option("--fresh", is_flag=True, help="Examine everything again and train every network, whatever is kept.")
@click.option("--no-examine", is_flag=True, help="Judge and render the evidence that is there.")
@click.option("--single", is_flag=True, help="Write the whole report as one file as well, to mail: site/single.html.")
@once("--compare", "older", type=FILE, metavar="OLD.json", help="Say what changed since.")
@once(
    "--essay", type=FILE, metavar="FILE",
    help="Mark the passages of your copy of the essay by the record that is there; judge it anew with --no-examine.",
)  # fmt: skip
@once("--notes", "noted", type=FILE, metavar="FILE", help="The nearest statements for each sentence of anybody's notes.")
@once("--replay", "replayed", metavar="ID", help="Run a stored counterexample or witness again, with its arithmetic.")
@click.option(
    "--slides", is_flag=True, help="Write a deck for the classroom, from the record that is there, --only these claims."
)
@click.option(
    "--handout", is_flag=True, help="Write worksheets and answers in the same way, to print from the browser, or to PDF."
)
@once("--notebook", metavar="ID", help="Write a Jupyter notebook in which a claim is replayed and its domain changed.")
@click.option("--list", "listing", is_flag=True, help="List the claims with their verdicts, --only these.")
@click.pass_context
def command(
    context: click.Context,
    only: tuple[str, ...],
    profile: str,
    workers: int,
    out: Path | None,
    fresh: bool,
    no_examine: bool,
    single: bool,
    older: Path | None,
    essay: Path | None,
    noted: Path | None,
    replayed: str | None,
    slides: bool,
    handout: bool,
    notebook: str | None,
    listing: bool,
) -> int:
    """Put the essay's claims to the test and report what came of it."""
    _must_make_sense(context)
    if listing:
        from reports.commands.listing import listing as show_list

        return show_list(out, only)
    if noted is not None:
        from reports.commands.notes import notes

        return notes(noted, out)
    if replayed is not None:
        from reports.commands.replay import replay

        return replay(replayed, out)
    if slides or handout or notebook is not None:
        from reports.commands.classroom import write_for_the_classroom

        return write_for_the_classroom(out, only, slides, handout, notebook)
    from reports.commands.run import Asked, mark, run

    asked = Asked(only, PROFILES[profile], workers, out, fresh, no_examine, single, older, essay)
    return mark(asked) if essay and not no_examine else run(asked)


def _must_make_sense(context: click.Context) -> None:
    """Refuse words that are nothing, and options that do not go together."""
    options = {str(one.name): one.opts[0] for one in context.command.params}
    if context.args:
        from reports.commands.statements import stray

        stray(context.args[0], COMMANDS, list(options.values()))
    must_go_together([
        option for name, option in options.items() if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ])  # fmt: skip
