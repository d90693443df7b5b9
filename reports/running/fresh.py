"""Trials on fresh seeds: `python -m reports.running.fresh 20` tries every reading on 20 seeds beyond all that a claim may use.

What came of it is kept as counts, `fresh-seeds.json` in the folder of the report, and asked again only where the evidence of the
reading has changed. Networks that are trained for it are kept in `.checked`, so that it may be interrupted.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import torch

from claims import every_claim
from claims.evidence.evidence import UNREADABLE, EvidenceError, ReadingEvidence, as_json, read_evidence, write_whole
from claims.evidence.keys import ROOT
from claims.evidence.runs import read_runs, shelf
from claims.evidence.source import digest
from claims.kit.claim import Claim
from claims.kit.engines.engine import constants
from claims.kit.engines.trials import Trials, independent_seeds
from claims.kit.property import Falsified, Unsettled, listening
from claims.kit.reading import Reading, property_of
from claims.texts import the_text

FILE, BEYOND = "fresh-seeds.json", 64  # no claim by training uses so many seeds


class Fresh(msgspec.Struct, frozen=True, kw_only=True):
    """How many seeds a reading has won, of how many that could be told of those that were tried, and the evidence that it had."""

    evidence: str
    won: int = 0
    told: int = 0
    tried: int = 0


Known = dict[str, dict[str, Fresh]]  # by claim and reading


def evidence_key(seen: ReadingEvidence) -> str:
    """Of what is known of a reading from the seeds that decide it."""
    return digest(seen.name, seen.outcome, str((seen.wins, seen.cases)), str(seen.measured))


def fresh_seeds(by: Trials, count: int) -> list[int]:
    """Seeds behind all that the claim may use."""
    first = max(by.seeds, BEYOND)
    return independent_seeds(0, first + count)[first:]


def came_out(claim: Claim, one: Reading, seed: int) -> bool | None:
    """Whether the property holds with this seed; None where that cannot be told."""
    with listening():
        try:
            property_of(claim.check, one)(**constants(one) | {"seed": seed})
        except Falsified:
            return False
        except Unsettled:
            return None
    return True


def contrary(by: Trials, seen: ReadingEvidence, fresh: Fresh) -> bool:
    """Whether the fresh seeds lie on the other side of what is to be beaten."""
    beats = fresh.won > by.beats * fresh.told
    return seen.outcome in ("held", "fell") and fresh.told > 0 and beats != (seen.outcome == "held")


def in_trials() -> Iterator[Claim]:
    """The claims of the text that are decided by trials without a clock."""
    yield from (one for one in every_claim() if isinstance(one.by, Trials) and not one.by.timed)


def try_fresh(claims: Sequence[Claim], count: int, folder: Path, keep: Path, say: Callable[[str], None]) -> Known:
    """Try what has not been tried, write it down claim by claim, and return all of it."""
    known = read_fresh(folder)
    torch.set_num_threads(1)
    with shelf(read_runs(folder / "evidence" / "runs"), keep):
        for claim in claims:
            assert isinstance(claim.by, Trials)
            seen = {one.name: one for one in read_evidence(folder / "evidence" / f"{claim.id}.json").readings}
            before, here = known.get(claim.id, {}), {}
            for one in claim.readings:
                here[one.name] = _tried(
                    claim, one, before.get(one.name), evidence_key(seen[one.name]), fresh_seeds(claim.by, count)
                )
            if here != before:
                known[claim.id] = here
                write_whole(folder / FILE, as_json(dict(sorted(known.items()))))
            against = [name for name, one in here.items() if contrary(claim.by, seen[name], one)]
            say(f"{claim.id}: " + (f"otherwise: {', '.join(against)}" if against else "as before"))
    return known


def _tried(claim: Claim, one: Reading, before: Fresh | None, key: str, seeds: Sequence[int]) -> Fresh:
    known = before if before and before.evidence == key else Fresh(evidence=key)
    came = [came_out(claim, one, seed) for seed in seeds[known.tried :]]
    told = [each for each in came if each is not None]
    return Fresh(evidence=key, won=known.won + sum(told), told=known.told + len(told), tried=known.tried + len(came))


def read_fresh(folder: Path) -> Known:
    """What was tried; nothing where there is no file. EvidenceError where there is one that cannot be read."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Known)
    except FileNotFoundError:
        return {}
    except (OSError, *UNREADABLE) as problem:
        raise EvidenceError(f"{folder / FILE}: not readable ({problem}); delete it, and try again") from problem


def main(arguments: Sequence[str]) -> int:
    """Try all claims, or those named; 1 if a reading comes out on the other side."""
    count, ids = int(arguments[0]) if arguments else 20, set(arguments[1:])
    claims = [one for one in in_trials() if not ids or one.id in ids]
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        print(line, flush=True)

    try_fresh(claims, count, the_text().report, ROOT / ".checked" / "fresh", say)
    return int(any("otherwise" in one for one in said))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
