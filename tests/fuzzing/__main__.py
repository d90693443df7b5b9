"""`python -m tests.fuzzing [READER]… --inputs 100000`: spoilt files for the readers, and what they did with them.

Exit codes: 0 if every reader read or refused each of them with an error of its own, 1 if one did not.
"""

import sys
from pathlib import Path

import click

from tests.fuzzing.readers import names, reader
from tests.fuzzing.running import Came, fuzz, record


@click.command()
@click.argument("readers", nargs=-1, type=click.Choice(list(names())), metavar="[READER]…")
@click.option("--inputs", default=1_000, show_default=True, type=click.IntRange(1), help="Files for each reader.")
@click.option("--seed", default=0, show_default=True, help="Another one, other files.")
@click.option("--first", default=0, show_default=True, type=click.IntRange(0), help="The number of the file to begin with.")
@click.option("--record", "recorded", is_flag=True, help="Write down what came of it, for docs/guarantees.md.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="A folder for the files that a reader fell over.")
def main(readers: tuple[str, ...], inputs: int, seed: int, first: int, recorded: bool, keep: Path | None) -> None:
    """Give readers spoilt files, all readers where none is named."""
    fell = False
    for name in readers or names():
        came = fuzz(reader(name), range(first, first + inputs), seed, keep, progress=_progress)
        click.echo(f"{name}: {came.told}")
        if recorded:
            record(name, came, seed)
        for what, numbers in came.findings.items():
            fell = True
            click.echo(f"  {len(numbers)} × {what}; the first is --first {numbers[0]} --inputs 1")
    sys.exit(1 if fell else 0)


def _progress(came: Came) -> None:
    if sys.stderr.isatty() or came.count % 10_000 == 0:
        click.echo(f"\r{came.told}", err=True, nl=not sys.stderr.isatty())


if __name__ == "__main__":
    main()
