"""The command line: commands, and the options of a run, which is what it does without any. Nothing heavy is loaded for it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from reports.commands import calls
from reports.commands.options import FILE, OF_A_RUN, once, taking
from reports.commands.recording import RECORDING, in_a_line

WRITES = """What a call writes. A run writes the record, what is exported of it, the evidence and the site into one folder:
reports/ for all claims with the profile verdict; else reports/scratch/only or reports/scratch/PROFILE, which the next such run
writes over; or the one that --out names. There no run replaces a record by one of fewer claims, nor one of the profile verdict
by one of another. essay, slides, handout, notebook and questions read the record that is there and write into its site; new
adds a claim to its chapter; stability writes stability.json beside the record, observe writes tried.json there, and its lines
elsewhere; list, notes, replay, check, challenge and locate write nothing.

What a call removes. What was written on demand stays while the record is the same. A run that changes the record removes the
pages that were made of the older one, and names them; notebooks, which people edit, it names and leaves. What is refused (exit
code 3, in a line) has changed nothing."""


class Commands(click.Group):
    """The commands in their order, and then the options. A word that is none is refused with what was meant perhaps."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a reader."""
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Two lists after that of the commands: what a run takes, and the rest."""
        self.format_commands(ctx, formatter)
        of_a_run = {one.name for one in calls.verify.params}
        for title, here in (("Options of a run", True), ("Other options, like the commands of their names", False)):
            listed = [one for one in self.get_params(ctx) if (one.name in of_a_run) is here]
            with formatter.section(title):
                formatter.write_dl([told for one in listed if (told := one.get_help_record(ctx))])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called. Those of a bare machine were called before, had they come first."""
        if args[0] not in self.commands or args[0] in RECORDING:
            from reports.commands.statements import stray

            stray(args[0], calls.NAMES, [one.opts[0] for one in self.params])
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands, commands=[*calls.COMMANDS, *(click.Command(name, help=in_a_line(name)) for name in RECORDING)],
    invoke_without_command=True, options_metavar="[COMMAND … | OPTIONS]", subcommand_metavar="",
    epilog=WRITES, context_settings=calls.HELP,
)  # fmt: skip
@taking(*OF_A_RUN)
@click.option("--list", "listing", is_flag=True, help="List the claims with their verdicts, --only these.")
@once("--replay", "replayed", metavar="ID", help="Run a stored counterexample again, with its arithmetic.")
@once("--essay", type=FILE, metavar="FILE", help="Mark your copy; with --no-examine by the evidence judged anew.")
@once("--notes", "noted", type=FILE, metavar="FILE", help="Find what was checked near each of your sentences.")
@click.option("--slides", is_flag=True, help="Write a deck for the classroom, --only these claims.")
@click.option("--handout", is_flag=True, help="Write worksheets and answers, --only these claims.")
@once("--notebook", metavar="ID", help="Write a Jupyter notebook about a claim.")
@click.pass_context
def command(
    context: click.Context, only: Sequence[str], out: Path | None, listing: bool, replayed: str | None, noted: Path | None,
    slides: bool, handout: bool, notebook: str | None, **of_a_run: Any,
) -> int:  # fmt: skip
    """Put the claims of a text to the test, and report what came of it.

    Without a command it is verify: all claims are examined. COMMAND --help tells of each."""
    if context.invoked_subcommand:
        must_come_first(context, context.invoked_subcommand)
        return 0
    calls.must_make_sense(context)
    if listing:
        return int(context.invoke(calls.listing, ids=only, out=out))
    if replayed is not None:
        return int(context.invoke(calls.replay, id=replayed, out=out))
    if noted is not None:
        return int(context.invoke(calls.notes, file=noted, out=out))
    if slides or handout or notebook is not None:
        return calls.take_to_class(out, only, slides, handout, notebook)
    return calls.examine(only=only, out=out, **of_a_run)


def must_come_first(context: click.Context, name: str) -> None:
    """Refuse options before a command: they would be ignored."""
    given = [one.opts[0] for one in context.command.params if calls.was_given(context, str(one.name))]
    if given:
        raise click.UsageError(f"{name} comes first, before all options; {given[0]} stands before it")
