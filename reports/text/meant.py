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


def _meant(context: click.Context, option: click.Parameter, folder: Path | None) -> None:
    if folder is not None:
        use(folder)


text = click.option(
    "--text", type=Place(file_okay=False, path_type=Path), is_eager=True, expose_value=False, callback=_meant,
    help="The text: a folder with a text.toml.",
)  # fmt: skip
