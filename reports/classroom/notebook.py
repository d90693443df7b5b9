"""The notebook `site/notebooks/ID.ipynb`: a claim replayed from its evidence, then put to other cases by a student's hand."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from markupsafe import Markup

from claims.evidence.evidence import ClaimEvidence
from claims.evidence.keys import ROOT
from claims.kit.claim import Claim
from claims.kit.engines.search import Search
from claims.kit.examine import rebuilt
from claims.texts import the_text
from reports.classroom import cells, sources
from reports.pages.render import prose
from reports.record.record import ClaimRecord, Record
from reports.text.citing import edition
from reports.text.wording import CORRECTED, ENGINES, ICONS, engine

Cell = tuple[str, str]
MarkedCell = tuple[str, str, dict[str, Any]]  # with metadata
SHOWN = 3  # stored cases that are replayed
# As a kernel says it; what converts a book to a program goes by the last of these.
LANGUAGE = {"name": "python", "mimetype": "text/x-python", "nbconvert_exporter": "python", "file_extension": ".py"}
USUAL = 200  # cases of a search where the claim is settled otherwise


def notebook_as_json(claim: Claim, record: Record, evidence: ClaimEvidence, folder: Path) -> str:
    """The notebook as text; it reads the evidence in this folder again when it is run."""
    told = next(one for one in record.claims if one.id == claim.id)
    made = [("markdown", _told(told, record)), ("code", _begin(claim))]
    made += [("markdown", "## The property\n" + paragraph(ENGINES[engine(told)])), ("code", cells.PROPERTY)]
    made += [("code", _tools(claim, folder))]
    if evidence.figure is not None:
        made += [("markdown", "## In a picture"), ("code", cells.FIGURE)]
    made += _trained(claim, folder) if claim.by.name == "trials" else _searched(claim, evidence)
    return nbformat.writes(as_notebook(made)) + "\n"


def as_notebook(made: Sequence[Cell | MarkedCell]) -> Any:
    """Cells have ids of their content, so that the same claim gives the same bytes."""
    new = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell, "raw": nbformat.v4.new_raw_cell}
    placed = [
        new[kind](text, id=hashlib.sha256(f"{place}\0{text}".encode()).hexdigest()[:12], metadata=dict(*metadata))
        for place, (kind, text, *metadata) in enumerate(made)
    ]
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = nbformat.v4.new_notebook(cells=placed, metadata={"kernelspec": python, "language_info": LANGUAGE})
    nbformat.validate(book)
    return book


def _begin(claim: Claim) -> str:
    """What imports the claim; a text that is not the project's own is named first, and for one that lies elsewhere, so that there
    is no checkout above its notebooks, the checkout as well."""
    text = the_text()
    begin = cells.BEGIN
    if not text.folder.is_relative_to(ROOT):
        begin = begin.replace("*here.parents)", f"*here.parents, Path({quoted(ROOT.as_posix())}))")
    use = "" if text.is_this_projects else f"from claims.texts import use\n\nuse(root / {quoted(from_root(text.folder))})\n"
    return begin.replace("USE", f"{use}\n").replace("IMPORT", sources.import_of(claim))


def _tools(claim: Claim, folder: Path) -> str:
    """What reads and runs the stored cases; a search is as long as the claim's own."""
    many = str(claim.by.cases if isinstance(claim.by, Search) else USUAL)
    return cells.TOOLS.replace("FOLDER", quoted(from_root(folder))).replace("CASES", many).replace("ID", claim.id)


def from_root(folder: Path) -> str:
    """Where the folder is, seen from the checkout if it lies there."""
    whole = folder.resolve()
    return whole.relative_to(ROOT).as_posix() if whole.is_relative_to(ROOT) else whole.as_posix()


def quoted(text: str) -> str:
    """As a string of Python."""
    return json.dumps(text, ensure_ascii=False)


def paragraph(text: str, before: str = "") -> str:
    """Our own words as HTML, which a notebook shows as it is: nothing in them is taken for Markdown."""
    line = " ".join(text.split())
    return str(Markup("<p>{}{}</p>\n").format(Markup("<b>{}</b> ").format(before) if before else "", prose(line)))


def _told(claim: ClaimRecord, record: Record) -> str:
    """What it says, what came out and what to say instead."""
    parts = [f"# {claim.id}\n", paragraph(claim.says)]
    parts.append(paragraph(claim.why, f"{ICONS[claim.verdict]} {claim.verdict.capitalize()}."))
    if claim.asked:
        parts.append(paragraph(claim.asked, f"Not in the {record.text.noun}. Asked:"))
    if claim.scope:
        parts.append(paragraph(claim.scope, "Scope."))
    parts.append(paragraph(claim.teach, f"{CORRECTED[claim.verdict]}."))
    if claim.not_shown:
        parts.append(paragraph(claim.not_shown, "Not shown."))
    parts.append(paragraph(f"Cite as: {record.text.report}, claim {claim.id}, {edition(record.run)}."))
    parts.append(paragraph("Run it with Jupyter from anywhere within a checkout, in the environment of the project."))
    return "\n".join(parts)


def _searched(claim: Claim, evidence: ClaimEvidence) -> list[Cell]:
    return [
        ("markdown", "## What was found\nThe stored cases, run again with their arithmetic."),
        *(("code", f"run(**stored({quoted(name)}))") for name in _names_of_cases(evidence)),
        ("markdown", "## By hand\nChange a number and run the cell again."),
        ("code", _by_hand(claim, evidence)),
        ("markdown", "The same property on the simplest case of every other reading: what differs goes in, not what is asked."),
        ("code", cells.OTHERS),
        ("markdown", "## Search on your own\nHypothesis looks for a case that falls, and shrinks it. Change the domain."),
        ("code", _search(claim, evidence)),
    ]


def _trained(claim: Claim, folder: Path) -> list[Cell]:
    about = "What every seed came to, from the evidence: nothing is trained for that."
    found: list[Cell] = [("markdown", f"## Seed by seed\n{about}"), ("code", cells.SEEDS)]
    if claim.by.timed:
        return [*found, ("markdown", "## Once more\nOne repetition, measured here and now."), ("code", cells.ONE_SEED)]
    kept = "One seed, with the runs that are kept; what has changed since they were made is trained anew, which takes longer."
    return [
        *found,
        ("markdown", f"## One seed\n{kept}"), ("code", cells.KEPT.replace("FOLDER", quoted(from_root(folder)))),
        ("markdown", "How the loss went down."), ("code", cells.CURVES),
        ("markdown", "## On your own\nAnother seed, or other arguments: that trains, some seconds or minutes a run."),
        ("code", cells.ANOTHER),
    ]  # fmt: skip


def _names_of_cases(evidence: ClaimEvidence) -> list[str]:
    """The readings with a stored case to replay: those that speak for the statement, else any."""
    stored = [one for one in evidence.readings if one.counterexample or one.tightest]
    speaking = [one for one in stored if one.role in ("as written", "witness")]
    return [one.name for one in (speaking or stored)][:SHOWN]


def _by_hand(claim: Claim, evidence: ClaimEvidence) -> str:
    """The first stored case with its values written out; where there is none, the simplest case as written."""
    names = _names_of_cases(evidence)
    if not names:
        return 'arguments = simplest("as written")\nrun(**arguments)'
    readings = [one for one in evidence.readings if one.name in names]
    seen = next((one for one in readings if one.role == "witness"), readings[0])
    case = seen.counterexample or seen.tightest
    assert case is not None  # by the choice of names
    values = rebuilt(claim.reading(seen.name), case)
    texts = {name: sources.editable(value, f"arguments[{quoted(name)}]") for name, value in values.items()}
    lines = [f"arguments[{quoted(name)}] = {text}" for name, text in texts.items() if text]
    needed = ["import torch\n"] if any("torch." in line for line in lines) else []
    return "\n".join([*needed, f"arguments = stored({quoted(seen.name)})", *lines, "run(**arguments)"])


def _search(claim: Claim, evidence: ClaimEvidence) -> str:
    """The domain as the claim's own code has it, and the other readings to put in its place."""
    found = sources.written_as(claim)
    text, names = found or ('claim.reading("as written")', [])
    imports = f"from {sources.module_of(claim).__name__} import {', '.join(names)}\n" if names else ""
    others = [one for one in evidence.readings if one.role != "as written"]
    tries = "".join(f"# mine = claim.reading({quoted(one.name)})  # {one.role}: {one.outcome}\n" for one in others)
    return cells.SEARCH.replace("IMPORTS", imports).replace("READING", text).replace("TRIES", tries)
