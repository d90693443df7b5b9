"""The option `--text`, which every command has that speaks of a text."""

from pathlib import Path
from typing import Any

import click

from claims.texts import use


class Place(click.Path):
    """The path of a file or a folder. An empty one would mean the folder that one is in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what names nothing."""
        if value in ("", b""):
            self.fail("it is empty", param, ctx)
        return super().convert(value, param, ctx)


def _meant(context: click.Context, option: click.Parameter, folders: tuple[Path, ...]) -> None:
    if len(folders) > 1:
        raise click.UsageError(f"{option.opts[0]} was given {len(folders)} times; give it once")
    for one in folders:
        use(one)


text = click.option(
    "--text", type=Place(file_okay=False, path_type=Path), is_eager=True, expose_value=False, multiple=True,
    callback=_meant, help="The text: a folder with a text.toml.",
)  # fmt: skip
