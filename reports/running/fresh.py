"""Trials on fresh seeds: every reading is tried on seeds beyond all that a claim may use.

What came of it is kept as counts, `fresh-seeds.json` in the folder of the report, and asked again only where the evidence of the
reading has changed. Networks that are trained for it are kept in `.checked`, so that it may be interrupted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from claims import find_claim
from claims.catalogue import Entry
from claims.evidence.evidence import ClaimEvidence, EvidenceError, ReadingEvidence, as_json, write_whole
from claims.evidence.files import UNREADABLE, content_of, told
from claims.evidence.keys import ROOT
from claims.evidence.runs import shelf
from claims.evidence.source import digest
from claims.evidence.stability import Tried, key_of, with_fresh_seeds
from claims.kit.claim import Claim
from claims.kit.engines.engine import constants
from claims.kit.engines.trials import Trials, independent_seeds
from claims.kit.property import Falsified, Unsettled, listening
from claims.kit.reading import property_of
from reports.running import work
from reports.running.elsewhere.errands import Errand
from reports.running.hands import one_thread

FILE, BEYOND = "fresh-seeds.json", 64  # no claim by training uses so many seeds
KEEP = Path(".checked") / "fresh"  # in the checkout, here and on every worker
MOST = 100_000  # seeds that anybody tries of a reading


class Fresh(msgspec.Struct, frozen=True, kw_only=True):
    """How many seeds a reading has won, of how many that could be told of those that were tried, and the evidence that it had."""

    evidence: str
    won: int = 0
    told: int = 0
    tried: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.won <= self.told <= self.tried <= MOST:
            raise ValueError(f"{self.won} won of {self.told} told of {self.tried} tried is not possible")

    def after(self, came: bool | None) -> "Fresh":
        """With what came of one more seed."""
        won, told = self.won + (came is True), self.told + (came is not None)
        return Fresh(evidence=self.evidence, won=won, told=told, tried=self.tried + 1)


Known = dict[str, dict[str, Fresh]]  # by claim and reading
Answers = dict[str, bool | None]  # by reading: whether the property held; None where that cannot be told


def evidence_key(seen: ReadingEvidence) -> str:
    """Of what is known of a reading from the seeds that decide it, as it is read back from disk."""
    seen = msgspec.json.decode(as_json(seen), type=ReadingEvidence)
    return digest(seen.name, seen.outcome, str((seen.wins, seen.cases)), str(seen.measured))


def fresh_seeds(by: Trials, count: int) -> list[int]:
    """Seeds behind all that the claim may use."""
    first = max(by.seeds, BEYOND)
    return independent_seeds(0, first + count)[first:]


def engines(entries: Sequence[Entry]) -> dict[str, Trials]:
    """Those of claims that are decided by trials, by their ids."""
    return {one.id: by for one in entries if isinstance(by := find_claim(one.id, one.module).by, Trials)}


def came_out(id: str, module: str, readings: Sequence[str], seed: int, kept: Sequence[Path], keep: Path) -> Answers:
    """What comes of these readings of a claim with this seed. Networks are taken from the folders `kept`, or trained and put into
    `keep`; all lie in the checkout."""
    one_thread()
    claim = find_claim(id, module)
    with shelf(work.kept(tuple(ROOT / one for one in kept)), ROOT / keep), listening():
        return {name: _holds(claim, name, seed) for name in readings}


def _holds(claim: Claim, name: str, seed: int) -> bool | None:
    one = claim.reading(name)
    try:
        property_of(claim.check, one)(**constants(one) | {"seed": seed})
    except Falsified:
        return False
    except Unsettled:
        return None
    return True


@dataclass(eq=False, kw_only=True)
class OfSeed(Errand):
    """To try readings of a claim on the fresh seed of this number."""

    id: str
    number: int


@dataclass
class Trying:
    """What is known of each reading of these claims, which lie in the `folder` of the report, and answers of seeds that came
    before those of a seed in front of them."""

    folder: Path
    by: Mapping[str, Trials]
    entries: Mapping[str, Entry]
    evidence: Mapping[str, ClaimEvidence]
    known: Known = field(default_factory=dict)
    ahead: dict[str, dict[int, Answers]] = field(default_factory=dict)

    def read(self) -> None:
        """What is on disk; what was tried before the evidence changed is forgotten."""
        self.known = read_fresh(self.folder)
        for id, seen in self.evidence.items():
            new = {one.name: Fresh(evidence=evidence_key(one)) for one in seen.readings}
            old = {
                name: one for name, one in self.known.get(id, {}).items() if name in new and one.evidence == new[name].evidence
            }
            self.known[id] = new | old

    def due(self, count: int, kept: Sequence[Path], keep: Path = KEEP) -> list[OfSeed]:
        """All that is missing until each reading has been tried on so many seeds."""
        found, homes = [], [one.relative_to(ROOT) if one.is_relative_to(ROOT) else one for one in kept]
        for id, entry in self.entries.items():
            for number, seed in enumerate(fresh_seeds(self.by[id], count)):
                if readings := [name for name, one in self.known[id].items() if one.tried <= number]:
                    given = (id, entry.module, readings, seed, homes, keep)
                    name = f"{id}, fresh seed {number + 1}"
                    found.append(OfSeed(name=name, work=came_out, arguments=given, id=id, number=number))
        return found

    def take(self, one: OfSeed) -> None:
        """Count an answer once all before it are counted, and write it down."""
        ahead, here = self.ahead.setdefault(one.id, {}), self.known[one.id]
        ahead[one.number] = one.answer
        while (number := min(each.tried for each in here.values())) in ahead:
            here |= {name: here[name].after(came) for name, came in ahead.pop(number).items()}
        write_whole(self.folder / FILE, as_json(dict(sorted(self.known.items()))))

    def stamped(self, tried: Mapping[str, Tried]) -> dict[str, Tried]:
        """What is known of the stability of these claims, with what came of fresh seeds."""
        found = {}
        for id, seen in self.evidence.items():
            won = {name: (one.won, one.told) for name, one in self.known[id].items()}
            count = min(one.tried for one in self.known[id].values())
            found[id] = with_fresh_seeds(tried.get(id, Tried(key=key_of(seen))), seen, won, count, self.by[id].beats)
        return found


def read_fresh(folder: Path) -> Known:
    """What was tried; nothing where there is no file. EvidenceError where there is one that cannot be read."""
    try:
        return msgspec.json.decode(content_of(folder / FILE), type=Known)
    except FileNotFoundError:
        return {}
    except UNREADABLE as problem:
        raise EvidenceError(f"{folder / FILE}: not readable ({told(problem)}); delete it, and try again") from problem
