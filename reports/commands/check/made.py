"""Whether the exports and the pages are those that the record and the evidence come to: all are made again, and compared.

A page names the run that wrote it, which may be an earlier one that came to the same record; it is made again as of that one.
"""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from claims.evidence.evidence import ClaimEvidence
from claims.evidence.files import content_of
from claims.evidence.outcomes import WORDS
from claims.texts import the_text
from reports.books import BOOKS
from reports.commands.check.trouble import GET_IT_BACK, Trouble, few, run_again
from reports.exports import EXPORTS
from reports.exports.badges import badge
from reports.pages import pictures
from reports.pages.pages import Pages, pages_of, strangers
from reports.pages.upkeep import Page
from reports.record.record import Record
from reports.record.whole import is_time

STAMP = re.compile(r'<meta name="record" content="sha256:([0-9a-f]{64})">\n<meta name="run" content="(\S*) (\S*)">')
# When it was examined, now or before, and how long that took: of the run that wrote the page.
OF_THE_RUN = re.compile(r"<div><dt>Examined</dt><dd>[^<]*</dd></div>\n|, [\d.e+-]+ s(?=</dd>)")


def export_troubles(record: Record, folder: Path) -> Iterator[Trouble]:
    """Of each export and badge that is there and not what the record comes to."""
    made = {folder / name: export for name, export in EXPORTS.items()}
    made |= {folder / "site" / name: book for name, book in BOOKS.items()}
    others = [path for path, make in made.items() if path.is_file() and not _is(path, make(record))]
    badges = {folder / "badges" / f"{word}.svg": badge(record, word).encode() for word in WORDS}
    others += [path for path, content in badges.items() if path.is_file() and not _is(path, content)]
    yield from few([_other(path) for path in others], folder)


def _is(path: Path, content: bytes) -> bool:
    return path.stat().st_size == len(content) and path.read_bytes() == content


def _other(path: Path) -> Trouble:
    return Trouble(path, "it is not what the record comes to", f"{GET_IT_BACK}, or {run_again()}")


def page_troubles(record: Record, evidence: Mapping[str, ClaimEvidence], folder: Path) -> Iterator[Trouble]:
    """Of each page that is missing, of another record, or not what record and evidence come to."""
    site, found = folder / "site", []
    runs: dict[tuple[str, ...], dict[str, Page]] = {}
    bibliography = the_text().bibliography
    now = pages_of(record, evidence, folder, bibliography)
    pictures.begin(now.charts.values())
    for name in [one.name for one in now.pages()]:
        path = site / name
        if not path.is_file():
            found.append(Trouble(path, "it is missing", f"{GET_IT_BACK}, or {run_again()}"))
            continue
        text = _text_of(path)
        stamp = STAMP.search(text)
        if name.endswith(".html") and not stamp:
            found.append(Trouble(path, "it does not say of which record it is made", run_again()))
        elif stamp and stamp[1] != record.run.digest:
            what = f"it is made of the record {stamp[1][:12]}…, and this one is {record.run.digest[:12]}…"
            found.append(Trouble(path, what, run_again()))
        elif stamp and not is_time(stamp[2]):
            found.append(_other(path))
        else:
            of = stamp.groups()[1:] if stamp else ("", "")
            if of not in runs:
                runs[of] = _by_name(_as_of(now, *of) if stamp else now)
            if _steady(runs[of][name].text()) != _steady(text):
                found.append(_other(path))
    found += [Trouble(one, "it is no page of this report", f"remove it, or {run_again()}") for one in strangers(now, site)]
    yield from few(found, site)


def _text_of(path: Path) -> str:
    """What is on a page; nothing where it is larger than any."""
    with suppress(OSError):
        return content_of(path).decode(errors="replace")
    return ""


def _as_of(pages: Pages, date: str, commit: str) -> Pages:
    run = msgspec.structs.replace(pages.record.run, date=date, commit=commit)
    return dataclasses.replace(pages, record=msgspec.structs.replace(pages.record, run=run))


def _by_name(pages: Pages) -> dict[str, Page]:
    return {one.name: one for one in pages.pages()}


def _steady(text: str) -> str:
    return OF_THE_RUN.sub("", text)
