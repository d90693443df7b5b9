"""The readers, each with a corpus of small valid files and the errors that it may end with."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec

from claims.evidence.codec import NotStorable, from_plain
from claims.evidence.evidence import ClaimEvidence, EvidenceError, as_json, read_evidence
from claims.evidence.files import UNREADABLE, content_of, told
from claims.evidence.keys import ROOT
from claims.evidence.runs import Run, read_runs
from claims.evidence.sources import read_sources
from claims.evidence.tried import Branch, TriedClaim, TriedReading, read_tried
from claims.kit.claim import ClaimError
from claims.kit.earlier import read_earlier
from claims.kit.facts.rows import read_facts
from claims.kit.heard import read_heard
from claims.kit.terms import read_terms
from claims.subjects import libraries, machines
from claims.texts import read_text
from impls.clocks import timing
from reports.commands.verify.keeping import must_not_shrink
from reports.essay.passages import read_passages
from reports.reading.sentences import read_essay
from reports.record.published import published
from reports.record.record import Record, read_record
from reports.text.comparison import as_lines, as_text, compare, read_older
from reports.text.glossary import read_glossary

EXAMPLE, TEXT, REPORT = ROOT / "examples" / "attention", ROOT / "claims" / "rnns", ROOT / "reports"
FEW, SHORT = 3, 400  # items of a list and signs of a word that a corpus needs


@dataclass(frozen=True)
class Reader:
    """`read` is given the path of a `file` of that name, whose kind is json, toml or text, in a folder of its own."""

    name: str
    file: str
    kind: str
    corpus: Callable[[], list[bytes]]
    read: Callable[[Path], object]
    refuses: tuple[type[Exception], ...] = (EvidenceError,)
    seal: Callable[[Any], Any] | None = None


# --- corpora ------------------------------------------------------------------------------------------------------------------


def _short(plain: Any) -> Any:
    """The same with a few items of each list, but for arrays, which have a shape."""
    if isinstance(plain, dict) and "shape" in plain:
        return plain
    if isinstance(plain, dict):
        return {name: _short(one) for name, one in list(plain.items())[:40]}
    if isinstance(plain, list):
        return [_short(one) for one in plain[:FEW]]
    return plain[:SHORT] if isinstance(plain, str) else plain


def _jsons(*patterns: str, short: Callable[[Any], Any] = _short, most: int = 12) -> list[bytes]:
    files = [file for pattern in patterns for file in sorted(REPORT.glob(pattern))]
    made = [json.dumps(short(json.loads(file.read_bytes()))).encode() for file in files[:: max(len(files) // most, 1)]]
    return [one for one in made if len(one) < 60_000]


def _files(*files: Path, lines: int = 60) -> list[bytes]:
    """The first lines of each, up to a blank one."""
    found = []
    for file in files:
        rows = file.read_bytes().splitlines(keepends=True)
        end = next((at for at in range(min(lines, len(rows)), len(rows)) if not rows[at].strip()), len(rows))
        found.append(b"".join(rows[:end]))
    return found


def _record() -> list[bytes]:
    whole = json.loads((EXAMPLE / "report" / "verdicts.json").read_bytes())
    return [json.dumps(_counted(whole | {"claims": whole["claims"][at : at + 3]})).encode() for at in range(0, 9, 3)]


def _tried() -> list[bytes]:
    held = TriedReading(
        name="as written", role="as written", outcome="held", cases=9, drawn=10, sizes=(1, 2.5, 4), strain=(0, 0.5, 1)
    )
    fell = TriedReading(
        name="near miss", role="fails for", outcome="fell", cases=1, drawn=1, corners={"zero array": (1, 2)}, fall=(5, 8)
    )
    missed = [Branch("impls.a.f", "impls/a.py", 3, "if x > 3")]
    return [as_json({"a.b": TriedClaim(rests_on="0" * 64, readings=some, never=missed)}) for some in ([held], [held, fell])]


def _counted(plain: Any) -> Any:
    """A record whose counts are those of its verdicts, as far as it has any."""
    rows = plain.get("claims") if isinstance(plain, dict) else None
    if isinstance(rows, list):
        verdicts = [one.get("verdict") for one in rows if isinstance(one, dict)]
        plain["summary"] = (
            {word: verdicts.count(word) for word in plain.get("summary", {})} if isinstance(plain.get("summary"), dict) else {}
        )
    return plain


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


def _values() -> list[bytes]:
    """One of each size and shape."""
    found = [json.dumps(one) for file in sorted(REPORT.glob("evidence/*.json")) for one in _stored(read_evidence(file))]
    kinds = {re.sub(r"[-\d.e]+", "0", one)[:200]: one.encode() for one in found if len(one) < 5_000}
    return [kinds[kind] for kind in sorted(kinds)][:200]


def _passages() -> list[bytes]:
    rows = (TEXT / "passages.toml").read_bytes().splitlines()[:80]
    return [*_files(EXAMPLE / "passages.toml"), b"\n".join(rows) + b"\n]\n"]


@cache
def _known() -> frozenset[str]:
    records = (folder / "verdicts.json" for folder in (REPORT, EXAMPLE / "report"))
    return frozenset(one["id"] for record in records for one in json.loads(record.read_bytes())["claims"])


@cache
def _newer() -> Record:
    return read_record(EXAMPLE / "report" / "verdicts.json")


@cache
def _sources() -> Mapping[str, object]:
    return read_sources(TEXT / "sources.bib")


# Git is asked when a file was committed, by a program of that name: what it does is its own affair.
WITHOUT_GIT = patch("reports.record.checkout._said", return_value=b"")


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
    """As the commands do that read a record, and compare two."""
    must_not_shrink(path.parent, _known(), _known(), "verdict")
    with WITHOUT_GIT:
        record = read_record(path)
    changes = compare(read_older(path), record)
    as_lines(changes), as_text(changes)


def _older(path: Path) -> None:
    changes = compare(read_older(path), _newer())
    as_lines(changes), as_text(changes)


def _run_file(path: Path) -> None:
    """What lies beside a record."""
    record = path.with_name("verdicts.json")
    if not record.exists():
        record.write_bytes(_record()[0])
    with WITHOUT_GIT:
        read_record(record)


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
RECORDED = partial(_jsons, "evidence/recorded/*.json", short=lambda plain: _digested(_short(plain)))

READERS: Sequence[Reader] = [
    Reader("evidence", "a.json", "json", partial(_jsons, "evidence/*.json", most=40), _replayed, (EvidenceError, NotStorable)),
    Reader("stored values", "a.json", "json", _values, _value, (EvidenceError, NotStorable)),
    Reader(
        "runs",
        "a.json",
        "json",
        partial(_jsons, "evidence/runs/*.json", short=lambda plain: _checked(_short(plain))),
        lambda path: read_runs(path.parent),
        seal=_checked,
    ),
    Reader("record", "verdicts.json", "json", _record, _reported, seal=_counted),
    Reader("older record", "old.json", "json", _record, _older),
    Reader(
        "run of a record",
        "run.json",
        "json",
        lambda: [b'{"of": "0", "run": {"profile": "verdict", "date": "2026-01-01"}}'],
        _run_file,
    ),
    Reader("what was tried", "tried.json", "json", _tried, lambda path: read_tried(path.parent)),
    Reader("hardware", "a.json", "json", RECORDED, machines.read_recorded, seal=_digested),
    Reader(
        "libraries",
        "a.json",
        "json",
        partial(_jsons, "evidence/libraries/*.json", short=lambda plain: _digested(_short(plain))),
        libraries.read_recording,
        seal=_digested,
    ),
    Reader(
        "facts",
        "a.toml",
        "toml",
        lambda: _files(*sorted((TEXT / "facts").glob("*.toml")), EXAMPLE / "facts" / "practice.toml"),
        lambda path: read_facts([path], _sources()),
        (ClaimError,),
    ),
    Reader("passages", "passages.toml", "toml", _passages, lambda path: read_passages(path, _known())),
    Reader("text", "text.toml", "toml", lambda: _files(TEXT / "text.toml", EXAMPLE / "text.toml"), _text, (ClaimError,)),
    Reader(
        "glossary",
        "glossary.toml",
        "toml",
        lambda: _files(TEXT / "glossary.toml", EXAMPLE / "glossary.toml"),
        _glossary,
        (ClaimError,),
    ),
    Reader("earlier", "earlier.toml", "toml", lambda: _files(TEXT / "earlier.toml"), read_earlier, (ValueError,)),
    Reader("terms", "terms.toml", "toml", lambda: _files(TEXT / "terms.toml"), read_terms, (ValueError,)),
    Reader(
        "heard",
        "heard.toml",
        "toml",
        lambda: _files(TEXT / "heard.toml", lines=30),
        lambda path: read_heard(path, _known()),
        (ValueError,),
    ),
    Reader("sources", "sources.bib", "text", lambda: _files(EXAMPLE / "sources.bib", TEXT / "sources.bib"), read_sources),
    Reader("markdown", "a.md", "text", lambda: [FORMULAS, *_files(*ESSAYS, lines=40)], _essay),
    Reader("latex", "a.tex", "text", lambda: LATEX, _essay),
    Reader("plain text", "a.txt", "text", lambda: PLAIN + _files(EXAMPLE / "notes.md"), _essay),
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
