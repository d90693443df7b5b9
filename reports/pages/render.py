"""What turns a template into a page: the environment, what templates may call, and how our own sentences are set."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from claims.evidence.evidence import Case, ReadingEvidence
from claims.evidence.outcomes import WORDS
from claims.texts import the_text
from reports.pages import matrices
from reports.pages.arguments import by_argument, spaced
from reports.pages.listing import listing
from reports.pages.neighbours import neighbourhood
from reports.record.record import ClaimRecord
from reports.record.tried import never_reached
from reports.text import citing, spread, wording
from reports.text.formulas import EMPHASIS, marked_up, pieces, plain, read_out

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Here:
    """Where a page lies, and so how it links: `up` leads to the start page's folder; in one file everything is in reach."""

    up: str = ""
    single: bool = False

    def claim(self, id: str) -> str:
        return f"#{id}" if self.single else f"{self.up}claims/{id}.html"

    def source(self, key: str) -> str:
        return f"#source-{key}" if self.single else f"{self.up}references.html#source-{key}"


@cache
def environment() -> jinja2.Environment:
    """Templates escape by themselves, and a name that they do not know is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(prose=prose, formulas=formulas, plain=plain, spaced=spaced)
    made.globals.update(
        words=WORDS, icons=wording.ICONS, wording=wording, items=matrices.items,
        case_text=citing.case_text, citations=citing.citations, published=citing.address, cases_of=cases_of,
        recomputed=citing.recomputed, by_argument=by_argument, neighbourhood=neighbourhood, listing=listing,
        spread=spread, never_reached=never_reached, option=lambda: the_text().option,
    )  # fmt: skip
    return made


def asset(name: str) -> str:
    """A style sheet or script, as it stands beside the templates."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def digest(script: str) -> str:
    """What lets this inline script run and no other."""
    return "sha256-" + b64encode(hashlib.sha256(script.encode()).digest()).decode()


def prose(text: str) -> Markup:
    """Our own sentences: `*so*` is emphasis, `` `so` `` is code, W_h, h_{t-1}, γ^T and TeX between dollars are formulas; all
    else is text."""
    found = enumerate(pieces(text))
    return Markup("").join(Markup("<code>{}</code>").format(part) if place % 2 else _sentence(part) for place, part in found)


def _sentence(text: str) -> Markup:
    return Markup(marked_up(EMPHASIS.sub(r"<em>\1</em>", str(escape(read_out(text))))))


def formulas(text: str) -> Markup:
    """What others or programs wrote: its formulas are set, and all else is text."""
    return Markup(marked_up(str(escape(read_out(text)))))


def cases_of(claim: ClaimRecord) -> list[tuple[ReadingEvidence, Case]]:
    """The stored cases worth showing: a witness shows the mechanism, so it stands before what the search came across."""
    witnesses = [(one, one.counterexample or one.tightest) for one in claim.readings if one.role == "witness"]
    written = [(one, case) for one in claim.readings if one.role == "as written" for case in (one.counterexample, one.worst)]
    return [(one, case) for one, case in witnesses + written if case]
