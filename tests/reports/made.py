"""A record made by hand: one claim of each verdict, with text that tries to break out of the page."""

from typing import Any

import msgspec

from claims.evidence.evidence import Case, ClaimEvidence
from claims.evidence.outcomes import WORDS, Word
from claims.kit.heard import read_heard
from claims.kit.terms import read_terms
from claims.texts import the_text
from reports.record.making import terms_of
from reports.record.record import (
    SCHEMA,
    ClaimRecord,
    ElsewhereRecord,
    FactRecord,
    FigureRecord,
    PrintRecord,
    ReadingRecord,
    Record,
    Run,
    astray,
    counts,
)

HOSTILE = "<script>alert('x')</script> & \"quoted\" {{ 7*7 }}"
BIB = """
@inproceedings{pascanu2013, author = {Pascanu, Razvan and Mikolov, Tomas and Bengio, Yoshua}, year = {2013},
  title = {On the Difficulty of Training {RNN}s}, booktitle = {ICML}, eprint = {1211.5063}, archiveprefix = {arXiv}}
@article{hochreiter1997, author = {Hochreiter, Sepp and Schmidhuber, J{\\"u}rgen}, title = {Long Short-Term Memory},
  journal = {Neural Computation}, volume = {9}, number = {8}, pages = {1735--1780}, year = {1997},
  doi = {10.1162/neco.1997.9.8.1735}}
"""
NILPOTENT = "1: [[0. 1.]\n     [0. 0.]]\n2: [[0. 0.]\n     [1. 0.]]"

ABOUT = the_text().about


def with_its_words(made: Record) -> Record:
    """A record with the words that the text brings for the search, as they are now."""
    known, folder = {one.id for one in made.claims}, the_text().folder
    terms, heard = read_terms(folder / "terms.toml"), read_heard(folder / "heard.toml", known)
    return msgspec.structs.replace(made, terms=terms_of(terms, known), heard=dict(heard))


def reading(role: Any, name: str, outcome: Any, **more: Any) -> ReadingRecord:
    """A search of 200 cases, unless told otherwise."""
    domain = "period: 1 to 3 matrices in turn; f: bptt.product" if role == "as written" else "period: 2 matrices"
    return ReadingRecord(name=name, role=role, outcome=outcome, **({"cases": 200, "enough": 100, "domain": domain} | more))


def case(found_by: str, **more: Any) -> Case:
    """Two matrices."""
    return Case(found_by=found_by, arguments={}, text={"period": NILPOTENT}, says="norm 1", **more)


def chart() -> dict[str, Any]:
    """A line with a fill that needs an id, and text that tries to get out."""
    rows = [{"step": t, "norm": 0.5**t, "kind": kind} for t in range(5) for kind in ("a", HOSTILE)]
    encoding = {
        "x": {"field": "step", "type": "quantitative"}, "y": {"field": "norm", "type": "quantitative"},
        "color": {"field": "norm", "type": "quantitative"}, "row": {"field": "kind", "type": "nominal"},
    }  # fmt: skip
    return {"data": {"values": rows}, "mark": "point", "title": "t", "description": "d", "encoding": encoding}


def readings(word: Word) -> list[ReadingRecord]:
    """What such a verdict may rest on."""
    found = None if word == "supported" else case("search, smallest found")
    witness = case("stored witness", shown=[("norm", HOSTILE)])
    return [
        reading("as written", "as written", "fell" if found else "held", counterexample=found),
        reading("amended", f"a condition {HOSTILE}", "held" if word == "qualified" else "fell"),
        reading("fails for", "near miss", "held" if word == "undecided" else "fell"),
        reading("witness", "two nilpotent matrices", "fell", counterexample=witness),
    ]


def claim(word: Word, chapter: str = "gradients", **more: Any) -> ClaimRecord:
    """A claim with that verdict."""
    given: dict[str, Any] = {
        "id": f"{chapter}.is-{word}", "chapter": chapter, "says": f"It is {word}: {HOSTILE}",
        "verdict": word, "why": f"Because {HOSTILE}", "expected": word, "teach": "Say *singular values* of W_h.",
        "not_shown": "Much.", "by": "search", "cites": ["pascanu2013"], "lines": [1, 2],
        "defined_at": "claims/rnns/gradients.py:1", "readings": readings(word),
        "figure": FigureRecord(title=f"A finding {HOSTILE}", says="It goes down."),
    }  # fmt: skip
    made = ClaimRecord(**(given | more))
    return made if "contrary" in more else msgspec.structs.replace(made, contrary=[one.name for one in astray(made)])


def asked(word: Word = "qualified", **more: Any) -> ClaimRecord:
    """What is asked in class and not in the essay."""
    given = {"lines": [], "asked": f"A forum 2019: Why, {HOSTILE}? https://example.org/q?a=1&b=2"}
    return claim(word, "asked", **(given | more))


def fact(word: Word = "refuted", **more: Any) -> ClaimRecord:
    """A fact of that verdict: one source that decides, one of something else, one from memory."""
    at: dict[str, Any] = {"source": "pascanu2013", "where": f"Table 2 {HOSTILE}"}
    published = [
        PrintRecord(prints="96 GPUs", of="", verified="read", decides=True, **at),
        PrintRecord(prints="8 GPUs", of=f"another machine {HOSTILE}", verified="read", decides=False, **at),
        PrintRecord(prints="7 GPUs", of="", verified="memory", decides=False, source="hochreiter1997", where="Table 9"),
    ]
    compared = FactRecord(measures="GPUs in training", prints=f"4 GPUs {HOSTILE}", of="GNMT", published=published)
    cites = ["pascanu2013", "hochreiter1997"]
    return claim(word, **({"id": f"gradients.fact-is-{word}", "fact": compared, "figure": None, "cites": cites} | more))


def elsewhere() -> list[ElsewhereRecord]:
    """One statement that a claim settles, and one that nothing does."""
    settled = ElsewhereRecord(
        name="a", lines=[3], says="It is computed.", why=f"no source {HOSTILE}", claims=[("gradients.is-refuted", "refuted")]
    )
    return [settled, ElsewhereRecord(name="b", lines=[4], says="It is open.", why="nobody knows", claims=[])]


def record(*claims: ClaimRecord) -> Record:
    """A record of these claims, or of one of each verdict."""
    run = Run(
        date="2026-03-04T05:06:07+00:00", commit="0123456789ab+", machine="Linux", versions={"python": "3.11", "torch": "2.13"},
        profile="verdict", seconds=1.5,
    )  # fmt: skip
    chosen = list(claims) or [claim(word) for word in WORDS]
    beyond = [one.name for one in ABOUT.chapters if one.apart]
    own = [one for one in chosen if one.chapter not in beyond]
    summary = dict.fromkeys(WORDS, 0) | counts(own)
    apart = {chapter: counts(each) for chapter in beyond if (each := [one for one in chosen if one.chapter == chapter])}
    instead = [one.id for one in own if one.verdict in ("refuted", "qualified")]
    return Record(schema=SCHEMA, text=ABOUT, run=run, summary=summary, apart=apart, claims=chosen, instead=instead)


def evidence(made: Record, figure: dict[str, Any] | None) -> dict[str, ClaimEvidence]:
    """The evidence that goes with it, each claim with the same figure."""
    blank: dict[str, Any] = {"profile": "verdict", "rests_on": "", "figure": figure}
    return {one.id: ClaimEvidence(id=one.id, readings=one.readings, **blank) for one in made.claims}
