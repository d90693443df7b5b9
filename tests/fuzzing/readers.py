"""The readers, each with a corpus of small valid files and the errors that it may end with."""

import importlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

import msgspec

from claims.evidence.codec import NotStorable, _texts, from_plain
from claims.evidence.evidence import ClaimEvidence, EvidenceError, read_evidence
from claims.evidence.files import UNREADABLE, content_of, told
from claims.evidence.keys import ROOT
from claims.evidence.keys import TEXT as TEXTS
from claims.evidence.runs import Run, read_runs
from claims.evidence.source import digest as of_source
from claims.evidence.sources import read_sources
from claims.kit.claim import ClaimError
from claims.kit.earlier import read_earlier
from claims.kit.facts.rows import read_facts
from claims.kit.heard import read_heard
from claims.kit.terms import read_terms
from claims.subjects import libraries, machines
from claims.texts import read_text
from impls.clocks import timing
from reports.books import BOOKS
from reports.commands.verify.keeping import must_not_shrink
from reports.essay.passages import read_passages
from reports.exports import EXPORTS
from reports.reading.sentences import read_essay
from reports.record.published import published
from reports.record.record import Record, read_record
from reports.text.citing import citations
from reports.text.comparison import as_lines, as_text, compare, read_older
from reports.text.glossary import read_glossary
from tests.fuzzing import beside
from tests.fuzzing.corpora import EXAMPLE, REPORT, TEXT, WITHOUT_GIT, Reader, counted, files, jsons, known, newer, records, short

# --- corpora ------------------------------------------------------------------------------------------------------------------


def _digested(plain: Any) -> Any:
    """With the digest that fits what was changed."""
    try:
        return plain | {"digest": timing.digest(json.loads(json.dumps(plain, allow_nan=False)))}
    except (TypeError, ValueError, AttributeError):
        return plain


def _checked(plain: Any) -> Any:
    """Runs, each with the check that fits it."""
    try:
        runs = msgspec.convert(json.loads(json.dumps(plain, allow_nan=False)), list[Run])
        return msgspec.to_builtins([msgspec.structs.replace(one, check=one.content) for one in runs])
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return plain


def _stored(evidence: ClaimEvidence) -> Iterator[Any]:
    """The values that are stored in evidence, but for those that stand for a place in a list."""
    cases = (case for one in evidence.readings for case in (one.counterexample, one.worst, one.tightest) if case)
    return (one for case in cases for one in case.arguments.values() if not (isinstance(one, dict) and "choice" in one))


@cache
def _import_all() -> None:
    """A stored value may name any function and class of ours, which is looked up where it is at home."""
    for name in _texts(tuple(TEXTS)):
        with suppress(ImportError):  # of a library that is not here
            importlib.import_module(name)


def _evidence() -> list[bytes]:
    _import_all()
    return jsons("evidence/*.json", most=40)


def _values() -> list[bytes]:
    """One of each size and shape."""
    _import_all()
    found = [json.dumps(one) for file in sorted(REPORT.glob("evidence/*.json")) for one in _stored(read_evidence(file))]
    kinds = {re.sub(r"[-\d.e]+", "0", one)[:200]: one.encode() for one in found if len(one) < 5_000}
    return [kinds[kind] for kind in sorted(kinds)][:200]


def _passages() -> list[bytes]:
    rows = (TEXT / "passages.toml").read_bytes().splitlines()[:80]
    return [*files(EXAMPLE / "passages.toml"), b"\n".join(rows) + b"\n]\n"]


@cache
def _sources() -> Mapping[str, object]:
    return read_sources(TEXT / "sources.bib")


# --- what is called -----------------------------------------------------------------------------------------------------------


def _replayed(path: Path) -> None:
    """As replaying does, whose errors say that a case does not fit any more."""
    with WITHOUT_GIT:
        published(path.parent)
    evidence = read_evidence(path)
    for plain in _stored(evidence):
        from_plain(plain)


def _value(path: Path) -> None:
    """A stored value on its own."""
    try:
        plain = json.loads(content_of(path).decode())
    except UNREADABLE as problem:  # as the reader of evidence would have refused it
        raise EvidenceError(told(problem)) from problem
    from_plain(plain)


def _reported(path: Path) -> None:
    """As the commands do that read a record, compare two, and make of it what others read."""
    must_not_shrink(path.parent, known(), known(), "verdict")
    with WITHOUT_GIT:
        record = read_record(path)
    changes = compare(read_older(path), record)
    as_lines(changes), as_text(changes)
    _exported(record)


def _exported(record: Record) -> None:
    for make in (*EXPORTS.values(), *BOOKS.values()):
        make(record)
    for one in record.claims:
        citations(one, record)


def _older(path: Path) -> None:
    changes = compare(read_older(path), newer())
    as_lines(changes), as_text(changes)


def _run_file(path: Path) -> None:
    """What lies beside a record."""
    record = path.with_name("verdicts.json")
    if not record.exists():
        record.write_bytes(records()[0])
    with WITHOUT_GIT:
        _exported(read_record(record))


def _run_files() -> list[bytes]:
    run = {"profile": "verdict", "date": "2026-01-01T10:00:00+00:00", "commit": "0123456789ab", "address": "https://a.example/"}
    return [json.dumps({"of": of_source(records()[0].decode()), "run": run | some}).encode() for some in ({}, {"seconds": 1.5})]


def _fitting(plain: Any) -> Any:
    """Of the record that lies there."""
    return plain | {"of": of_source(records()[0].decode())} if isinstance(plain, dict) else plain


def _text(path: Path) -> None:
    read_text.__wrapped__(path.parent)


def _glossary(path: Path) -> None:
    told = read_glossary.__wrapped__(path)
    for name in told.arguments:
        told.phrase(name, "2")


def _essay(path: Path) -> None:
    read_essay(path)


ESSAYS = [EXAMPLE / "notes.md", ROOT / "README.md", ROOT / "tests" / "README.md"]
FORMULAS = (
    b"A sum $\\sum_i x_i^2$ of \\(\\sqrt{n}\\), with \\'e and a code `x_1`.\n\n$$\\frac{\\partial h_t}{\\partial h_{t-1}}$$\n\n"
    b"| a | $b^2$ |\n|---|---|\n| 1 | 2 |\n"
)
PLAIN = [
    FORMULAS,
    b"Attention\n=========\n\n1. A first point. And *another* one?\n2) Two.\n\n  n | time\n  1 | 2\n\n    code = 1\n\n"
    b"The end... (Really.)\n",
]
LATEX = [
    rb"""\documentclass{article}
\title{On $n$}
\begin{document}
\section{One \emph{thing}}
A sentence with $O(n^2)$ work.\footnote{So \cite{a}.} Another, \textbf{bold}~one --- ``quoted''; \href{https://a.example}{here}.
\begin{itemize}\item First. \item[b] Second \verb|x_1| and \'e.\end{itemize}
\begin{tabular}{l|r} a & b \\ \hline 1 & 2 \\ \end{tabular}
\begin{equation} h_t = \tanh(W h_{t-1} + U x_t) \label{e} \end{equation}
\begin{verbatim}
for t in range(n):
\end{verbatim}
% a comment
\begin{theorem}[X] \[ \frac{a}{b} \] $$\sum_i x_i$$ \end{theorem}
\end{document}
"""
]
RECORDED = partial(jsons, "evidence/recorded/*.json", cut=lambda plain: _digested(short(plain)))

READERS: Sequence[Reader] = [
    Reader("evidence", "a.json", "json", _evidence, _replayed, (EvidenceError, NotStorable)),
    Reader("stored values", "a.json", "json", _values, _value, (EvidenceError, NotStorable)),
    Reader(
        "runs",
        "a.json",
        "json",
        partial(jsons, "evidence/runs/*.json", cut=lambda plain: _checked(short(plain))),
        lambda path: read_runs(path.parent),
        seal=_checked,
    ),
    Reader("record", "verdicts.json", "json", records, _reported, seal=counted),
    Reader("older record", "old.json", "json", records, _older),
    Reader(
        "run of a record",
        "run.json",
        "json",
        _run_files,
        _run_file,
        seal=_fitting,
    ),
    Reader("hardware", "a.json", "json", RECORDED, machines.read_recorded, seal=_digested),
    Reader(
        "libraries",
        "a.json",
        "json",
        partial(jsons, "evidence/libraries/*.json", cut=lambda plain: _digested(short(plain))),
        libraries.read_recording,
        seal=_digested,
    ),
    Reader(
        "facts",
        "a.toml",
        "toml",
        lambda: files(*sorted((TEXT / "facts").glob("*.toml")), EXAMPLE / "facts" / "practice.toml"),
        lambda path: read_facts([path], _sources()),
        (ClaimError,),
    ),
    Reader("passages", "passages.toml", "toml", _passages, lambda path: read_passages(path, known())),
    Reader("text", "text.toml", "toml", lambda: files(TEXT / "text.toml", EXAMPLE / "text.toml"), _text, (ClaimError,)),
    Reader(
        "glossary",
        "glossary.toml",
        "toml",
        lambda: files(TEXT / "glossary.toml", EXAMPLE / "glossary.toml"),
        _glossary,
        (ClaimError,),
    ),
    Reader("earlier", "earlier.toml", "toml", lambda: files(TEXT / "earlier.toml"), read_earlier, (ValueError,)),
    Reader("terms", "terms.toml", "toml", lambda: files(TEXT / "terms.toml"), read_terms, (ValueError,)),
    Reader(
        "heard",
        "heard.toml",
        "toml",
        lambda: files(TEXT / "heard.toml", lines=30),
        lambda path: read_heard(path, known()),
        (ValueError,),
    ),
    Reader("sources", "sources.bib", "text", lambda: files(EXAMPLE / "sources.bib", TEXT / "sources.bib"), read_sources),
    Reader("markdown", "a.md", "text", lambda: [FORMULAS, *files(*ESSAYS, lines=40)], _essay),
    Reader("latex", "a.tex", "text", lambda: LATEX, _essay),
    Reader("plain text", "a.txt", "text", lambda: PLAIN + files(EXAMPLE / "notes.md"), _essay),
    *beside.READERS,
]


def reader(name: str) -> Reader:
    """The one of this name. KeyError where there is none."""
    return {one.name: one for one in READERS}[name]


def documented(one: Reader, problem: BaseException, path: Path) -> bool:
    """Whether a reader may end with this: an error of its own. A ValueError, which Python raises for much else, must name the
    file."""
    return type(problem) in one.refuses and (type(problem) is not ValueError or str(problem).startswith(str(path)))


def names() -> Iterator[str]:
    """In the order of the list."""
    return (one.name for one in READERS)
