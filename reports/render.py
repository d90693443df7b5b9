"""The page `site/index.html`: one file that opens offline, asks the network for nothing and prints as a handout; and beside it
`site/references.html`, what was taken from which publication, `site/training.html`, what training showed, and
`site/machines.html`, what was timed.

Everything on it is taken from the record and the evidence; the same two give the same bytes.
"""

import hashlib
import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from claims.kit.claim import WORDS
from claims.kit.evidence import BIBLIOGRAPHY, Case, ClaimEvidence, ReadingEvidence, write_whole
from claims.kit.sources import Source, cited, read_sources
from reports import citing, matrices, pictures, wording
from reports.record import ClaimRecord, PrintRecord, Record, is_as_pinned

TEMPLATES = Path(__file__).parent / "templates"


def write_site(record: Record, evidence: Mapping[str, ClaimEvidence], folder: Path, bibliography: Path = BIBLIOGRAPHY) -> Path:
    """Write the pages and return the path of the first."""
    path, sources = folder / "site" / "index.html", read_sources(bibliography)
    write_whole(path.with_name("references.html"), references_as_html(record, sources).encode())
    for name, there, page in (
        ("training.html", record.training, training_as_html), ("machines.html", record.machines, machines_as_html),
    ):  # fmt: skip
        if there:
            write_whole(path.with_name(name), page(record, evidence).encode())
        else:
            path.with_name(name).unlink(missing_ok=True)  # of an earlier run
    write_whole(path, as_html(record, evidence, sources).encode())
    return path


def as_html(record: Record, evidence: Mapping[str, ClaimEvidence], sources: Mapping[str, Source]) -> str:
    """The page as text."""
    script = (TEMPLATES / "script.js").read_text(encoding="utf-8")
    by_id = {one.id: one for one in record.claims}
    html: str = environment().get_template("page.html").render(
        record=record, run=record.run, script=Markup(script), script_digest=digest(script), chapters=_chapters(record),
        by_id=by_id, instead=[by_id[id] for id in record.instead], most=wording.MOST_IMPORTANT,
        engines=[name for name in wording.ENGINES if any(wording.engine(one) == name for one in record.claims)],
        off_pins=[one for part in is_as_pinned(record) for one in part], charts=_charts(evidence),
        references=cited({key for one in record.claims for key in one.cites}, sources),
        cited=lambda keys: cited(keys, sources), citation=citing.citation(record), bibtex=citing.bibtex(record),
    )  # fmt: skip
    return html


def references_as_html(record: Record, sources: Mapping[str, Source]) -> str:
    """The page of references as text: by publication, what was taken from it and which statements rest on that."""
    taken: dict[str, list[tuple[ClaimRecord, PrintRecord]]] = defaultdict(list)
    also: dict[str, list[ClaimRecord]] = defaultdict(list)
    for claim in record.claims:
        published = claim.fact.published if claim.fact else []
        for one in published:
            taken[one.source].append((claim, one))
        for key in set(claim.cites) - {one.source for one in published}:
            also[key].append(claim)
    html: str = environment().get_template("references.html").render(
        record=record, taken=taken, also=also, cited=lambda keys: cited(keys, sources),
        references=cited(set(taken) | set(also), sources),
        open=[one for one in record.claims if one.fact and one.verdict == "undecided"],
    )  # fmt: skip
    return html


def training_as_html(record: Record, evidence: Mapping[str, ClaimEvidence]) -> str:
    """The page of what training showed as text."""
    html: str = environment().get_template("training.html").render(
        record=record, run=record.run, training=record.training, charts=_charts(evidence),
        by_id={one.id: one for one in record.claims},
    )  # fmt: skip
    return html


def machines_as_html(record: Record, evidence: Mapping[str, ClaimEvidence]) -> str:
    """The page of what was timed as text."""
    script = (TEMPLATES / "machines.js").read_text(encoding="utf-8")
    html: str = environment().get_template("machines.html").render(
        record=record, run=record.run, machines=record.machines, charts=_charts(evidence),
        by_id={one.id: one for one in record.claims}, script=Markup(script), script_digest=digest(script),
    )  # fmt: skip
    return html


def _charts(evidence: Mapping[str, ClaimEvidence]) -> dict[str, dict[str, Any]]:
    return {id: one.figure for id, one in evidence.items() if one.figure}


def environment() -> jinja2.Environment:
    """Templates escape by themselves, and a name that they do not know is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(prose=prose)
    made.globals.update(
        words=WORDS, icons=wording.ICONS, wording=wording, picture=pictures.picture, numbers=pictures.numbers,
        items=matrices.items, quotation=citing.quotation, case_text=citing.case_text, cases_of=cases_of, by_argument=by_argument,
    )  # fmt: skip
    return made


_MARKS = (
    (r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])", r"<em>\1</em>"),
    (r"(?<!\w)([^\W\d_]|log)_(\w{1,3})(?!\w)", r"\1<sub>\2</sub>"),
    (r"(?<=[\w|‖)])\^(?:\(([^()]+)\)|(-?\w+))", r"<sup>\1\2</sup>"),
)


def prose(text: str) -> Markup:
    """Our own sentences: `*so*` is emphasis, `` `so` `` is code, W_h and γ^T are set as formulas; all else is text."""
    parts = str(escape(text)).split("`")
    if len(parts) % 2 == 0:  # a lone backtick is a character
        parts = ["`".join(parts)]
    for place in range(0, len(parts), 2):
        for pattern, mark in _MARKS:
            parts[place] = re.sub(pattern, mark, parts[place])
    return Markup("".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts)))


def cases_of(claim: ClaimRecord) -> list[tuple[ReadingEvidence, Case]]:
    """The stored cases worth showing: a witness shows the mechanism, so it stands before what the search came across."""
    witnesses = [(one, one.counterexample or one.tightest) for one in claim.readings if one.role == "witness"]
    written = [(one, one.counterexample) for one in claim.readings if one.role == "as written"]
    return [(one, case) for one, case in witnesses + written if case]


def by_argument(domain: str) -> dict[str, str]:
    """A reading's domain, argument by argument; empty where it has none of its own."""
    parts = (part.partition(": ") for part in re.split(r"; (?=\w+: )", domain))
    return {name: words for name, _, words in parts if name}


def _chapters(record: Record) -> list[tuple[str, list[ClaimRecord]]]:
    """The claims by chapter, in the essay's order; chapters that are new to the list come last."""
    order = list(wording.CHAPTERS)
    place = {one.chapter: order.index(one.chapter) if one.chapter in order else len(order) for one in record.claims}
    ordered = sorted(record.claims, key=lambda one: (place[one.chapter], one.chapter))
    return [(chapter, list(claims)) for chapter, claims in groupby(ordered, key=lambda one: one.chapter)]


def digest(script: str) -> str:
    """What lets this script run and no other."""
    return "sha256-" + b64encode(hashlib.sha256(script.encode()).digest()).decode()
