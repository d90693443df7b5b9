"""Options that several commands take, each written once."""

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from claims.evidence.profiles import PROFILES

Function = TypeVar("Function", bound=Callable[..., Any])
MOST_WORKERS = 64
WORKERS = min(2, os.cpu_count() or 1)
PROFILE = "verdict"
LOCAL = "local"
_IN_A_HOST = re.compile(r"[\w.:\[\]-]+", re.ASCII).fullmatch
_IN_A_URL = re.compile(r"[\w.~:/@!$&+,;=%-]+", re.ASCII).fullmatch


class Place(click.Path):
    """The path of a file or a folder. An empty one would mean the folder that one is in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what names nothing."""
        if value in ("", b""):
            self.fail("it is empty", param, ctx)
        return super().convert(value, param, ctx)


class Address(click.ParamType):
    """Where pages are published: a folder on the web, with a stroke at its end."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what no page can be found below."""
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname or "?" in value or "#" in value or not _IN_A_URL(value):
            self.fail(f"{value!r} is no address to publish at; give one such as https://example.org/report/", param, ctx)
        return f"{value.removesuffix('index.html').rstrip('/')}/"


class Scheduler(click.ParamType):
    """Where a scheduler of Dask listens, or that one is to be started here."""

    name = "scheduler"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what nobody can listen at."""
        try:
            parts = urlsplit(value)
            is_one = (
                parts.scheme in ("tcp", "tls") and bool(parts.hostname) and bool(parts.port) and bool(_IN_A_HOST(parts.netloc))
            )
        except ValueError:
            is_one = False
        if value != LOCAL and (not is_one or value != f"{parts.scheme}://{parts.netloc}"):
            self.fail(f"{value!r} is no scheduler; give {LOCAL}, or an address such as tcp://host:8786", param, ctx)
        return str(value)


def _the_only_one(context: click.Context, option: click.Parameter, values: tuple[Any, ...]) -> Any:
    if len(values) > 1:
        raise click.UsageError(f"{option.opts[0]} was given {len(values)} times; give it once")
    return values[0] if values else None


once = partial(click.option, multiple=True, callback=_the_only_one)
FILE, FOLDER = Place(path_type=Path), Place(file_okay=False, path_type=Path)


def _meant(context: click.Context, option: click.Parameter, folders: tuple[Path, ...]) -> None:
    if folder := _the_only_one(context, option, folders):
        from claims.texts import use

        use(folder)


# Of all commands. Which text is meant is settled before anything else is looked at.
TEXT = once(
    "--text", type=FOLDER, metavar="FOLDER", is_eager=True, expose_value=False, callback=_meant,
    help="Another text: a folder with a text.toml.",
)  # fmt: skip
# Of all that read a record or write one.
SHARED = (
    TEXT,
    once("--out", type=FOLDER, metavar="FOLDER", help="Where record, evidence and site are."),
)

ONLY = click.option("--only", multiple=True, metavar="ID", help="This claim only; may be given again, or name a chapter.")
NO_EXAMINE = click.option("--no-examine", is_flag=True, help="Judge and render the evidence that is there.")
ADDRESS = once("--address", type=Address(), metavar="URL", help="Where the site is published: cite it and link to it there.")
SINGLE = click.option("--single", is_flag=True, help="Write site/single.html as well: all in one file, to mail.")
AT_ONCE = once(
    "--workers", type=click.IntRange(1, MOST_WORKERS), default=[WORKERS], show_default=True,
    help="Processes to share the readings between.",
)  # fmt: skip
HELPED = once(
    "--dask", type=Scheduler(), metavar="ADDRESS",
    help="Have the workers of this scheduler examine, tcp://host:8786 for instance; local starts some here.",
)  # fmt: skip
OF_A_RUN = (
    ONLY,
    once("--profile", type=click.Choice(list(PROFILES)), default=[PROFILE], show_default=True, help="How hard to try."),
    AT_ONCE,
    HELPED,
    click.option("--fresh", is_flag=True, help="Examine everything again and train every network, whatever is kept."),
    NO_EXAMINE,
    SINGLE,
    ADDRESS,
    once("--compare", "older", type=FILE, metavar="OLD.json", help="Say what changed since."),
    *SHARED,
)  # fmt: skip


def taking(*options: Callable[[Function], Function]) -> Callable[[Function], Function]:
    """A function with these options, in this order."""

    def wrap(function: Function) -> Function:
        for one in reversed(options):
            function = one(function)
        return function

    return wrap
