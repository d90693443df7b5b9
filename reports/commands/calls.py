"""Each command with what it takes, an example, and what it writes. What is asked for is loaded when it is asked for."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from claims.evidence.profiles import PROFILES
from reports.commands.options import (
    ADDRESS,
    AT_ONCE,
    FILE,
    FOLDER,
    HELPED,
    LOCAL,
    NO_EXAMINE,
    OF_A_RUN,
    ONLY,
    PROFILE,
    SHARED,
    SINGLE,
    TEXT,
    WORKERS,
    once,
    taking,
)  # fmt: skip
from reports.commands.recording import RECORDING
from reports.commands.together import must_go_together

HELP = {"help_option_names": ["-h", "--help"]}
MOST_SEEDS = 1000
BANKS = ("moodle", "gift", "qti", "anki")
CHOSEN = "site/{0}.html; of one claim or chapter site/{0}-ID.html, of several site/{0}-chosen.html."


class Command(click.Command):
    """One that knows where the options belong that it has not."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what it was given. UsageError where that is another's."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as problem:
            option, everything = problem.option_name, ctx.find_root().command
            if option == "--only":
                told = f"{self.name} takes no --only; python -m reports {self.name} --help shows what names a claim"
                raise click.UsageError(told) from problem
            if option.lstrip("-") in getattr(everything, "commands", {}):
                raise click.UsageError(f"{option} is a command of its own: python -m reports {option.lstrip('-')}") from problem
            if option in [name for one in everything.params for name in one.opts]:
                raise click.UsageError(f"{self.name} takes no {option}; it is an option of verify") from problem
            raise


def named(name: str, example: str, writes: str, **more: Any) -> Any:
    """A function as a command."""
    told = f"For instance: python -m reports {name} {example}\n\nWrites {writes}"
    return click.command(name, cls=Command, epilog=told, context_settings=HELP | more)


def examine(
    only: Sequence[str] = (),
    profile: str = PROFILE,
    workers: int = WORKERS,
    out: Path | None = None,
    fresh: bool = False,
    no_examine: bool = False,
    single: bool = False,
    older: Path | None = None,
    essay: Path | None = None,
    address: str | None = None,
    dask: str | None = None,
) -> int:
    """A run; or a copy marked by the record that is there, where that is not judged anew."""
    from reports.commands.verify.run import Asked, mark, run

    asked = Asked(only, PROFILES[profile], workers, out, fresh, no_examine, single, older, essay, address or "", dask or "")
    return mark(asked) if essay and not no_examine else run(asked)


def take_to_class(
    out: Path | None, ids: Sequence[str], slides: bool = False, handout: bool = False, notebook: str | None = None,
    exercise: bool = False,
) -> int:  # fmt: skip
    """What a lecturer asked for."""
    from reports.commands.classroom import write_for_the_classroom

    return write_for_the_classroom(out, ids, slides, handout, notebook, exercise)


def must_make_sense(context: click.Context) -> None:
    """Refuse words that are nothing, and options that do not go together."""
    options = {str(one.name): one.opts[0] for one in context.command.params}
    if context.args:
        from reports.commands.statements import stray

        stray(context.args[0], NAMES, list(options.values()))
    must_go_together([option for name, option in options.items() if was_given(context, name)])
    if context.params.get("dask") not in (None, LOCAL) and was_given(context, "workers"):
        raise click.UsageError("--workers does not go with --dask ADDRESS: a scheduler has those that were started for it")


def was_given(context: click.Context, name: str) -> bool:
    """Whether a parameter was set on the command line."""
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


# --- the commands, in the order in which they are listed --------------------------------------------------------------


@named(
    "verify", "--only chapter --profile quick",
    "record, evidence and site into one folder; python -m reports --help has the rule.", allow_extra_args=True,
)  # fmt: skip
@taking(*OF_A_RUN)
@click.pass_context
def verify(context: click.Context, **asked: Any) -> int:
    """Examine claims, judge them, write the report.

    Without a command, python -m reports does the same. It ends with 0 where all verdicts are as pinned, 1 where one changed, 2
    where one is undecided that was not pinned so, 3 where it was asked something impossible."""
    must_make_sense(context)
    return examine(**asked)


@named("new", "chapter.what-it-says", "the claim into its chapter. Nothing is overwritten.")
@click.argument("id")
@click.option("--section", metavar="NAME", help="Add it to this module of the chapter; otherwise it has one of its own.")
@click.option("--new-chapter", "begins", is_flag=True, help="Begin a chapter with it.")
@taking(TEXT)
def new(id: str, section: str | None, begins: bool) -> int:
    """Write a claim to fill in, which runs as it is.

    ID is chapter.what-it-says, in small letters and hyphens."""
    from reports.commands.new import new as begin

    return begin(id, section, begins)


@named("replay", "chapter.what-it-says", "nothing.")
@click.argument("id")
@taking(*SHARED)
def replay(id: str, out: Path | None) -> int:
    """Run a stored counterexample again, step by step.

    ID is a claim's. It is taken from the run that examined the claim last, or from the folder that --out names; where there is no
    counterexample, a witness or the closest case is run."""
    from reports.commands.replay import replay as run_again

    return run_again(id, out)


@named(
    "challenge",
    "my-challenge.py",
    "nothing; with --new a file challenge-ID.py to fill in, where you are. Nothing is overwritten.",
)
@click.argument("file", type=FILE, required=False)
@click.option("--new", "begun", metavar="ID", help="Write a file to fill in, with the claim's arguments.")
@taking(*SHARED)
def challenge(file: Path | None, begun: str | None, out: Path | None) -> int:
    """Try a case, reading or variant of yours on a claim.

    FILE is Python. Its code runs on this machine, with all that you may do here. What it would change is told in words, by the
    engines and the judge of the report, and no record is written. It ends with 1 where a verdict would change."""
    from reports.commands.challenge.challenge import begin
    from reports.commands.challenge.challenge import challenge as put_to_it

    if (file is None) is (begun is None):
        raise click.UsageError("give a FILE to run, or --new ID for one to fill in")
    return begin(str(begun)) if file is None else put_to_it(file, out)


@named("list", "chapter", "nothing. In a pipe it is a claim a line, parted by tabs.")
@click.argument("ids", nargs=-1, metavar="[ID or CHAPTER]...")
@taking(*SHARED)
def listing(ids: Sequence[str], out: Path | None) -> int:
    """List the claims with their verdicts.

    All of them, or these, or those of these chapters."""
    from reports.commands.listing import listing as show_list

    return show_list(out, ids)


@named(
    "observe", "chapter.what-it-says",
    "a line a test case into .hypothesis/observed, or the folder given, and tried.json beside the record, "
    "from which the next run puts it on the pages.",
)  # fmt: skip
@click.argument("ids", nargs=-1, metavar="[ID or CHAPTER]...")
@once("--into", type=FOLDER, metavar="FOLDER", help="Where the lines go.")
@taking(*SHARED)
def observe(ids: Sequence[str], into: Path | None, out: Path | None) -> int:
    """See what the searches tried.

    Those of all claims, or of these, or of those of these chapters, are run once more, case by case as in the report. Tyche reads
    the lines, which have the form of Hypothesis' observations. No evidence is written."""
    from reports.commands.observe import observe as look_on

    return look_on(ids, into, out)


@named("essay", "my-copy.md", "site/essay.html and site/annotations.json, and the site around them.")
@click.argument("file", type=FILE)
@taking(NO_EXAMINE, SINGLE, *SHARED)
def essay(file: Path, no_examine: bool, single: bool, out: Path | None) -> int:
    """Mark your copy of the text by its verdicts.

    FILE is that copy. Each passage that a claim checks is marked by the record that is there, or by the evidence judged anew."""
    return examine(essay=file, no_examine=no_examine, single=single, out=out)


@named("notes", "my-notes.md", "nothing.")
@click.argument("file", type=FILE)
@taking(*SHARED)
def notes(file: Path, out: Path | None) -> int:
    """Find what was checked near each of your sentences.

    FILE is Markdown, LaTeX or plain text. What is found are suggestions, and no verdict on a sentence of yours."""
    from reports.commands.notes import notes as look_up

    return look_up(file, out)


@named("slides", "chapter", CHOSEN.format("slides"))
@click.argument("ids", nargs=-1, metavar="[ID or CHAPTER]...")
@taking(*SHARED)
def slides(ids: Sequence[str], out: Path | None) -> int:
    """Write a deck: predict, observe, explain.

    Of a choice of claims that are fit for it, or of these, or of those of these chapters, from the record that is there."""
    return take_to_class(out, ids, slides=True)


@named("handout", "chapter", CHOSEN.format("handout"))
@click.argument("ids", nargs=-1, metavar="[ID or CHAPTER]...")
@taking(*SHARED)
def handout(ids: Sequence[str], out: Path | None) -> int:
    """Write worksheets with answers, to print.

    Of all claims, or of these, or of those of these chapters, from the record that is there."""
    return take_to_class(out, ids, handout=True)


@named("notebook", "chapter.what-it-says", "site/notebooks/ID.ipynb, or site/notebooks/ID-exercise.ipynb.")
@click.argument("id")
@click.option("--exercise", is_flag=True, help="Let a counterexample be found, for nbgrader or otter; with the answer.")
@taking(*SHARED)
def notebook(id: str, exercise: bool, out: Path | None) -> int:
    """Write a Jupyter notebook about a claim.

    ID is a claim's, or a chapter's, for one of each claim. There its case is replayed, and its domain is to be changed."""
    return take_to_class(out, (), notebook=id, exercise=exercise)


@named(
    "questions", "chapter --format moodle",
    "site/questions.xml, .gift, .txt and .apkg; of one claim or chapter site/questions-ID.…, of several site/questions-chosen.…",
)  # fmt: skip
@click.argument("ids", nargs=-1, metavar="[ID or CHAPTER]...")
@click.option(
    "--format", "formats", type=click.Choice(BANKS), multiple=True, default=BANKS, show_default="all",
    help="Moodle XML; GIFT; the text that text2qti makes a QTI package of, for Canvas; or a deck for Anki. May be given again.",
)  # fmt: skip
@taking(*SHARED)
def questions(ids: Sequence[str], formats: Sequence[str], out: Path | None) -> int:
    """Write questions for a course system, or for Anki.

    A multiple choice on each claim, or on these, or on those of these chapters, from the record that is there."""
    from reports.commands.classroom import write_questions

    return write_questions(out, ids, list(dict.fromkeys(formats)))


@named("check", "", "nothing.")
@taking(*SHARED)
def check(out: Path | None) -> int:
    """Check a report: its digests, its verdicts, its pages.

    That the record is one by its schema, that each verdict follows from its evidence by the judge, that each file is the one that
    the statement beside it speaks of, and that exports and pages are what the record comes to. Of the text, or of a copy in the
    folder that --out names. It ends with 1, and a line for each file that is not as it should be."""
    from reports.commands.check.check import check as look_through

    return look_through(out)


@named("compare", "old/verdicts.json", "what a run does, and changes.md beside the record.")
@click.argument("older", type=FILE, metavar="OLD.json")
@taking(ONLY, NO_EXAMINE, ADDRESS, *SHARED)
def compare(older: Path, only: Sequence[str], no_examine: bool, address: str | None, out: Path | None) -> int:
    """Make a run, and say what changed since another.

    OLD.json is the verdicts.json of another one, of an older commit perhaps."""
    return examine(only=only, no_examine=no_examine, out=out, older=older, address=address)


@named("locate", "my-copy.md 'a phrase'", "nothing.")
@click.argument("file", type=FILE)
@click.argument("phrase")
@taking(TEXT)
def locate(file: Path, phrase: str) -> int:
    """Print where a passage stands in your copy.

    The rows for passages.toml of the sentences in FILE that PHRASE stands in, wherever it breaks its lines."""
    from reports.essay.locate import locate as find

    return find(file, phrase)


@named("stability", "chapter --seeds 20", "stability.json beside the record, from which the next run puts it on the pages.")
@click.argument("ids", nargs=-1, metavar="[ID or CHAPTER]...")
@once(
    "--seeds", type=click.IntRange(0, MOST_SEEDS), default=[20], show_default=True,
    help="So many other seeds for each search and for trials.",
)  # fmt: skip
@click.option(
    "--python", "pythons", type=FILE, multiple=True, metavar="PATH",
    help="A Python with other versions, of torch for instance. May be given again.",
)  # fmt: skip
@taking(AT_ONCE, HELPED, TEXT)
def stability(ids: Sequence[str], seeds: int, pythons: Sequence[Path], workers: int, dask: str | None) -> int:
    """Examine claims otherwise, and see what moves.

    All of them, or these, or those of these chapters; but not those that a clock decides. Searches and lists of cases are gone
    through under other seeds and hash seeds, on other threads, processors and versions; trials are made on seeds beyond those
    that decided. What was tried so since a claim changed is not tried again. It ends with 1 where something moved."""
    from reports.commands.stability import stability as examine_otherwise

    return examine_otherwise(ids, seeds, pythons, workers, dask or "")


COMMANDS = (
    verify, check, new, replay, challenge, listing, observe, essay, notes, slides, handout, notebook, questions, compare, locate,
    stability,
)  # fmt: skip
NAMES = [*(str(one.name) for one in COMMANDS), *RECORDING]
