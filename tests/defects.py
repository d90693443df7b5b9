"""Do the claims that speak of a thing notice the mistakes that people really made in it?

    python -m tests.defects                     puts each defect of tests/defects.toml into our code, one after another
    python -m tests.defects --only attention    those whose place, words or source hold this
    python -m tests.defects --all               tells of each every claim that notices it, not the first alone

A claim speaks of a function when its evidence rests on it, as its key says. Trials are left out: nothing is trained here. It
notices the defect when its verdict is another one than it pins; a crash is no verdict. Quick claims are asked first, and asking
stops at the first that notices. What came of it is written to reports/watched/defects.json, from which the report tells it; a
run that was broken off goes on where it was.
"""

import json
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from claims.evidence.keys import ROOT
from claims.kit.claim import Claim
from claims.kit.engines import search
from tests.mutants import Mutant, resting_on, spoilt, verdict
from tests.mutating.attack import QUICK, child
from tests.mutating.watched import WATCHED, digest_of, write

PATIENCE = 300.0  # seconds for one claim, ten times what the slowest takes


@dataclass(frozen=True)
class Defect(Mutant):
    """A mutant that somebody made in earnest: `source` is the repository and the thread, as in owner/name#12."""

    source: str = ""
    why_not: str = ""  # why no claim can notice it, where none does

    def __str__(self) -> str:
        return f"{self.source}: {self.breaks}"


def read_defects(file: Path = Path(__file__).with_suffix(".toml")) -> tuple[Defect, ...]:
    """The rows of the table, in its order."""
    return tuple(Defect(**{"caught_by": (), **row}) for row in tomllib.loads(file.read_text(encoding="utf-8"))["defect"])


DEFECTS = read_defects()


def asked(claim: Claim, changed: Callable[[], AbstractContextManager[None]]) -> tuple[str, float]:
    """The verdict of a claim on changed code, and the seconds that it took; found in a child, so that nothing is left of it."""

    def examine(tell: Callable[[str], None]) -> None:
        search.Phase = QUICK
        began = time.process_time()
        with changed():
            given = verdict(claim)
        tell(json.dumps((given, time.process_time() - began)))

    told = list(child(examine, lambda _: PATIENCE))
    return tuple(json.loads(told[-1])) if told and told[-1].startswith("[") else (f"crash: {' '.join(told)}", PATIENCE)


class Seconds(dict[str, float]):
    """What claims took, so that the quick ones are asked first the next time as well."""

    def __init__(self, file: Path) -> None:
        super().__init__(json.loads(file.read_text()) if file.exists() else {})
        self.file = file

    def __setitem__(self, id: str, seconds: float) -> None:
        super().__setitem__(id, seconds)
        self.file.write_text(json.dumps(self))

    def of(self, claim: Claim) -> float:
        return self.get(claim.id, 0.5 * len(claim.readings))


def ask(defect: Defect, seconds: Seconds, to_the_end: bool) -> dict[str, object]:
    """What became of one defect."""
    speaking = resting_on(defect.module, defect.function.partition(".")[0])
    speaking.sort(key=lambda one: (one.id not in defect.caught_by, seconds.of(one)))
    noticed, crashed, tried = {}, 0, 0
    for claim in speaking:
        given, seconds[claim.id] = asked(claim, partial(spoilt, defect))
        tried += 1
        crashed += given.startswith("crash")
        if given != claim.expect and not given.startswith("crash"):
            noticed[claim.id] = f"{claim.expect} → {given}"
            if not to_the_end:
                break
    return {"speaking": len(speaking), "asked": tried, "crashed": crashed, "noticed": noticed}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", default="", help="Those whose place, words or source hold this.")
@click.option("--all", "to_the_end", is_flag=True, help="Ask every claim, not up to the first that notices.")
@click.option("--again", is_flag=True, help="Also those that a claim has noticed before.")
@click.option("--scratch", type=click.Path(path_type=Path), default=ROOT / ".mutants", help="Where half of a run is kept.")
def main(only: str, to_the_end: bool, again: bool, scratch: Path) -> None:
    """Put real defects into our own code, and say which claims notice them."""
    scratch.mkdir(exist_ok=True)
    log, seconds = scratch / "defects.json", Seconds(scratch / "seconds.json")
    known = json.loads(log.read_text()) if log.exists() else {}
    wanted = [one for one in DEFECTS if only in f"{one.place} {one}"]
    for i, defect in enumerate(wanted, 1):
        key = digest_of(defect)
        if again or not (known.get(key, {}).get("noticed") or (key in known and defect.why_not)):
            known[key] = ask(defect, seconds, to_the_end)
            log.write_text(json.dumps(known))
        seen = known[key]
        by = ", ".join(f"{id} ({how})" for id, how in seen["noticed"].items()) or f"NOBODY of {seen['speaking']}"
        print(f"{i}/{len(wanted)} {defect}\n    {by}", file=sys.stderr, flush=True)
    tell(wanted, known)
    if not only:
        write(WATCHED / "defects.json", recorded(DEFECTS, known))


def recorded(defects: Sequence[Defect], known: dict[str, dict]) -> dict[str, object]:
    """What the report is told, row by row."""
    rows = [
        {"source": one.source, "place": one.place, "breaks": one.breaks, "digest": digest_of(one), "why_not": one.why_not}
        | {key: known[digest_of(one)][key] for key in ("speaking", "noticed")}
        for one in defects
    ]
    return {"of": "defects", "count": len(rows), "noticed": sum(bool(row["noticed"]) for row in rows), "rows": rows}


def tell(defects: Sequence[Defect], known: dict[str, dict]) -> None:
    """A line at the end."""
    noticed = sum(bool(known[digest_of(one)]["noticed"]) for one in defects)
    print(f"{noticed} of {len(defects)} defects changed a verdict")


if __name__ == "__main__":
    main()
