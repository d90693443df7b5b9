"""Readers of what lies beside a record and beside a text: what was tried otherwise, who else ran it, what was said of claims."""

import json
from functools import cache, partial
from pathlib import Path
from typing import Any

import msgspec

from claims.evidence.evidence import ClaimEvidence, EvidenceError, read_evidence
from claims.evidence.stability import Tried, key_of, read_stability, stamp_of, with_fresh_seeds
from claims.evidence.tried import TRIED, Branch, TriedClaim, TriedReading, read_tried
from claims.kit.challenge.accepted import read_challenged
from claims.kit.heard import read_heard
from reports.commands.check.stated import record_troubles, stated_troubles
from reports.commands.observe import _told
from reports.essay.notes import with_more
from reports.exports import statement
from reports.record.oracles import read_crossed
from reports.record.replications import read_replications
from reports.record.watched import watched_in
from reports.running import fresh
from reports.search.words import SAME, read_same
from reports.text import wording
from tests.fuzzing.corpora import REPORT, TEXT, WITHOUT_GIT, Reader, counted, files, jsons, known, newer, records

CHALLENGES = (
    b'[[challenge]]\nclaim = "gradients.transient-growth"\nby = "A. Reader, 2027"\nwhat = "It is *that* one."\n\n'
    b'[[challenge]]\nclaim = "gradients.eigenvalues-below-one-vanish"\nby = "B. Reader, 2028"\nwhat = "Not when $n = 1$."\n'
)
REPLICATIONS = b"".join(
    b'[[replication]]\nwho = "Reader %d"\nwhere = "Linux, %d cores"\nwhen = 2027-01-0%d\ndigest = "%064d"\n'
    b'address = "https://a.example/%d"\n\n' % ((number,) * 5)
    for number in (1, 2)
)
MUTANTS = {
    "seed": 0,
    "rows": [
        {"of": "impls.recurrent.lstm.step", "was": "a < b", "now": "a <= b", "how": how, "by": by, "why": why}
        for how, by, why in (("killed", "claims a.b", ""), ("timed out", "", ""), ("survived", "", "The same for all numbers."))
    ],
}


@cache
def _seen() -> ClaimEvidence:
    return read_evidence(REPORT / "evidence" / "gradients.transient-growth.json")


def _fitting(plain: Any) -> Any:
    """With the key of a claim that there is, so that it is not outdated."""
    if isinstance(plain, dict):
        for one in plain.values():
            if isinstance(one, dict):
                one["key"] = key_of(_seen())
    return plain


def _stability(path: Path) -> None:
    for one in read_stability(path).values():
        wording.moved(one.flips)
        for engine in ("search", "exhaustion", "trials"):
            stamp_of(one, _seen(), engine)


def _fresh(path: Path) -> None:
    for readings in fresh.read_fresh(path.parent).values():
        for one in readings.values():
            won = {each.name: (one.won, one.told) for each in _seen().readings}
            with_fresh_seeds(Tried(key=key_of(_seen())), _seen(), won, one.after(True).tried, 0.5)


def _tried(path: Path) -> None:
    for id, one in read_tried(path.parent).items():
        list(_told(id, one))


def _watched(path: Path) -> None:
    found = watched_in(path.parent.parent)
    assert found
    if found.defects:
        _ = found.defects.noticed, [one.address for one in found.defects.rows]
    for some in filter(None, (found.impls, found.judges)):
        _ = some.killed, some.left, [some.by(how) for how in ("claims", "tests", "timed out")]


def _stated(path: Path) -> None:
    """As `check` does. What it tells in lines is no matter; that it ends is."""
    if not (record := path.with_name("verdicts.json")).exists():
        record.write_bytes(records()[0])
    statement.read_statement(path)
    for one in stated_troubles(path.parent):
        assert str(one).isprintable()


def _to_check(path: Path) -> None:
    """As `check` does, and as whoever cites a digest."""
    with WITHOUT_GIT:
        told = [str(one) for one in record_troubles(path.parent) if one.file == path]
    assert "".join(told).isprintable()
    if told:
        raise EvidenceError(told[0])


def _statements() -> list[bytes]:
    digests = {"verdicts.json": "0" * 64, "site/index.html": "1" * 64, "verdicts.md": "2" * 64}
    return [json.dumps(statement.statement(newer(), digests)).encode()]


def _tries() -> list[bytes]:
    reading = TriedReading(
        name="as written", role="as written", outcome="fell", cases=150, drawn=200, sizes=(1, 4, 9), lengths=(1.5, 2, 3),
        strain=(0.1, 0.5, 1), corners={"zero": (3, 40)}, fall=(5, 8),
    )  # fmt: skip
    claim = TriedClaim(rests_on="0" * 24, readings=[reading], never=[Branch("impls.a.b", "impls/a.py", 7, "if x > 3")])
    return [msgspec.json.encode({"gradients.transient-growth": claim})]


READERS = [
    Reader("stability", "a.json", "json", partial(jsons, "stability.json"), _stability, seal=_fitting),
    Reader("fresh seeds", fresh.FILE, "json", partial(jsons, fresh.FILE), _fresh),
    Reader("tried", TRIED, "json", _tries, _tried),
    Reader("defects", "watched/defects.json", "json", partial(jsons, "watched/defects.json"), _watched),
    Reader("random mutants", "watched/impls.json", "json", lambda: [json.dumps(MUTANTS).encode()], _watched),
    Reader("statement", statement.FILE, "json", _statements, _stated),
    Reader("record to check", "verdicts.json", "json", records, _to_check, seal=counted),
    Reader("replications", "replications.toml", "toml", lambda: [REPLICATIONS], read_replications),
    Reader(
        "challenges", "challenges.toml", "toml", lambda: [CHALLENGES], lambda path: read_challenged(path, known()), (ValueError,)
    ),
    Reader(
        "crossed",
        "crossed.toml",
        "toml",
        lambda: files(TEXT / "crossed.toml", lines=30),
        lambda path: read_crossed(path, known()),
        (ValueError,),
    ),
    Reader(
        "said",
        "said.toml",
        "toml",
        lambda: files(TEXT / "said.toml", lines=30),
        lambda path: with_more(newer(), read_heard(path, known())),
        (ValueError,),
    ),
    Reader("synonyms", "same.toml", "toml", lambda: files(SAME), read_same),
]
