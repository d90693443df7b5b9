"""A site written to a folder and read again, and what holds for every page of it."""

import posixpath
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from reports.pages.pages import write_site
from reports.record.record import Record
from tests.reports.made import BIB, evidence

OUTSIDE = ("http://", "https://", "data:", "mailto:")


class Tags(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, name: str) -> list[str]:
        """Of that attribute, wherever it stands."""
        return [attributes[name] or "" for _, attributes in self.tags if name in attributes]


def written(folder: Path, made: Record, figure: dict[str, Any] | None = None) -> dict[str, str]:
    """The files of a site of this record, by their path in it."""
    (folder / "sources.bib").write_text(BIB, encoding="utf-8")
    return read(write_site(made, evidence(made, figure), folder, folder / "sources.bib").parent)


def read(site: Path) -> dict[str, str]:
    return {file.relative_to(site).as_posix(): file.read_text(encoding="utf-8") for file in site.rglob("*") if file.is_file()}


def pages(files: dict[str, str]) -> dict[str, Tags]:
    return {name: Tags(text) for name, text in files.items() if name.endswith(".html")}


def lost_links(files: dict[str, str]) -> list[tuple[str, str]]:
    """Page and address of what leads nowhere: to no file, or to no place in it. `#?…` are filters."""
    found = pages(files)
    ids = {name: set(tags.values("id")) for name, tags in found.items()}
    lost = []
    for name, tags in found.items():
        for address in {*tags.values("href"), *tags.values("src"), *tags.values("xlink:href")}:
            path, _, place = address.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
            if not address.startswith(OUTSIDE) and (target not in files or not fits(place, ids.get(target))):
                lost.append((name, address))
    return lost


def fits(place: str, ids: set[str] | None) -> bool:
    return not place or place.startswith("?") or place in (ids or ())


def repeated_ids(files: dict[str, str]) -> list[tuple[str, str]]:
    counts = {name: Counter(tags.values("id")) for name, tags in pages(files).items()}
    return [(name, id) for name, count in counts.items() for id in count if count[id] > 1]


def dangling(files: dict[str, str]) -> list[tuple[str, str]]:
    """Page and id of what is named as a label, a description or a fill, and is not there."""
    lost = []
    for name, tags in pages(files).items():
        labels = ("aria-labelledby", "aria-describedby", "data-copies")
        asked = {id for label in labels for several in tags.values(label) for id in several.split()}
        asked |= set(re.findall(r"url\(#([^)]+)\)", files[name]))
        lost += [(name, id) for id in asked - set(tags.values("id"))]
    return lost


def loaded_from_elsewhere(files: dict[str, str]) -> list[tuple[str, str]]:
    """What a page loads that is not a file of the site, or by a way that the site does not use."""
    bad = []
    for name, tags in pages(files).items():
        for tag, attributes in tags.tags:
            loads = tag in ("image", "use") or (tag == "link" and attributes.get("rel") != "canonical")
            address = attributes.get("src") or (attributes.get("href") if loads else "") or ""
            elsewhere = address.startswith(OUTSIDE) or "//" in address
            if elsewhere or tag in ("img", "iframe", "object", "embed", "base") or "action" in attributes:
                bad.append((name, f"{tag} {address}"))
        bad += [(name, where) for where in re.findall(r"url\(([^)]*)\)", files[name]) if not where.startswith("#")]
    return bad + [(name, "@import") for name, text in files.items() if "@import" in text]
