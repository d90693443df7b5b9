"""What is in a folder before a run writes to it: a record that must not shrink, and what was made of that record on demand."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

import click
import msgspec

from claims.evidence.files import UNREADABLE, content_of

# Under site/, with the option that writes it. What other names stand there is nobody's of ours.
PAGES = {
    "single.html": "--single", "essay.html": "--essay FILE", "notes.html": "--notes FILE", "annotations.json": "--essay FILE",
    "slides.html": "--slides", "slides-*.html": "--slides --only …",
    "handout.html": "--handout", "handout-*.html": "--handout --only …",
    **{f"questions{of}.{ending}": "the command questions" for of in ("", "-*") for ending in ("xml", "gift", "txt", "apkg")},
}  # fmt: skip
NOTEBOOKS, EXERCISE = "notebooks/*.ipynb", "-exercise"


class _Run(msgspec.Struct):
    profile: str


class _Claim(msgspec.Struct):
    id: str


class _Record(msgspec.Struct):
    """As much of a record as tells whether another one is more."""

    run: _Run
    claims: list[_Claim]


def must_not_shrink(folder: Path, ids: Collection[str], known: Collection[str], profile: str) -> None:
    """Refuse to replace a record of more of the claims that are known, or of a verdict run by one that is not. A record that
    cannot be read is nothing to lose."""
    with suppress(*UNREADABLE):
        there = msgspec.json.decode(content_of(folder / "verdicts.json"), type=_Record)
        more = {one.id for one in there.claims} & set(known) - set(ids)
        if more:
            what = f"{len(there.claims)} statements, and this run would leave {len(ids)} of them"
        elif there.run.profile == "verdict" != profile:
            what = f"the profile verdict, and this run would put one of the profile {profile} in its place"
        else:
            return
        raise click.UsageError(f"{folder} holds a record of {what}; choose another folder with --out")


def record_in(folder: Path) -> bytes:
    """The bytes of the record; none where there is no record."""
    with suppress(OSError):
        return content_of(folder / "verdicts.json")
    return b""


def forget_outdated(folder: Path, but: Collection[str]) -> Iterator[str]:
    """Once the record is another one: remove the pages that were made of the older one, `but` those that are written now, and say
    of each in a line how it is made again. People edit notebooks, so these stay."""
    site = folder / "site"
    for pattern, option in PAGES.items():
        for page in sorted(site.glob(pattern)):
            if page.name not in but:
                page.unlink()
                yield f"Removed, for it told of the record before: {page}; {option} makes it anew."
    for book in sorted(site.glob(NOTEBOOKS)):
        name = book.stem.removesuffix(EXERCISE)
        again = f"notebook {name} --exercise" if name != book.stem else f"--notebook {name}"
        yield f"It tells of the record before, and stays, for it may be edited: {book}; {again} makes it anew."
