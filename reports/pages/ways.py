"""Where the start page leads: to the pages of the site, and to what is written on demand, which may be there or not. What is not
there yet is named with the one command that writes it."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from reports.record.record import Record

# What is written on demand, in which files of the site (the first that is there is linked), and by which command.
ON_DEMAND = {
    "essay": (("essay.html",), "essay FILE"),
    "notes": (("notes.html",), "notes FILE"),
    "slides": (("slides.html",), "slides"),
    "handout": (("handout.html",), "handout"),
    "questions": (("questions.*",), "questions"),
}


class Way(NamedTuple):
    """A title with where it leads (`href`), or the command by which that comes about."""

    title: str
    href: str
    command: str = ""


def there(site: Path) -> dict[str, str]:
    """Of what is written on demand, where it lies in the site."""
    found = {}
    for name, (patterns, _) in ON_DEMAND.items():
        file = next((file for one in patterns for file in sorted(site.glob(one)) if file.is_file()), None)
        if file is not None:
            found[name] = file.relative_to(site).as_posix()
    return found


def ways(record: Record, made: dict[str, str], explored: Collection[str], trusted: bool = False) -> dict[str, list[Way]]:
    """By what they are for, in their order. What is `made` is there, formulas to turn if any is `explored`, and how far to trust
    it all if that is known."""

    def on_demand(name: str, title: str) -> Way:
        return Way(title, made.get(name, ""), ON_DEMAND[name][1])

    def pages(rows: list[tuple[str, object, str]]) -> Iterator[Way]:
        return (Way(title, href) for href, there, title in rows if there)

    text = record.text
    return {
        "Read": [
            on_demand("essay", f"The {text.noun}, annotated"), on_demand("notes", "Your notes beside it"),
            *pages([("instead.html", record.instead, "What to say instead"),
                    ("tables.html", record.tables, f"The {text.possessive} tables")]),
        ],
        "Teach": [
            on_demand("slides", "Slides"), on_demand("handout", "Handout"), on_demand("questions", "Question banks"),
            *pages([("explore.html", explored, "Formulas to turn")]),
        ],
        "Look up": [*pages([
            ("training.html", record.training, "What training showed"), ("machines.html", record.machines, "What was timed"),
            ("libraries.html", record.libraries, "In the libraries"), ("trust.html", trusted, "How far to trust it"),
            ("glossary.html", True, "Glossary"), ("references.html", True, "References"),
        ])],
    }  # fmt: skip
