"""Random small changes of our own code: is each noticed by a claim or a test?

    python -m tests.random_mutants --of impls      the implementations
    python -m tests.random_mutants --of judges     what examines, judges and records
    python -m tests.random_mutants --of judges --replay 10      does what killed ten of them still do so?

Each is one change of tests/mutating/operators.py, drawn from all that are possible. What became of them is written to
reports/watched/, from which the report tells it; a run that was broken off goes on where it was. Where a mutant survives, a test
is missing, or it changes nothing that anybody can see: the latter are listed in tests/survivors.toml, each with the reason.
"""

import json
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import pytest

from claims.evidence.keys import ROOT
from tests.defects import Seconds, asked
from tests.mutants import forget, resting_on
from tests.mutating.attack import Attack, Map, Reach
from tests.mutating.swapping import Change, all_changes, digest, modules, put_in_place, sample, told
from tests.mutating.watched import WATCHED, write

SUITES = {
    "impls": (("impls",), ("tests/impls",)),
    "judges": (
        ("claims/kit", "claims/evidence", "reports/record", "reports/running"),
        (
            *(f"tests/test_{name}.py" for name in (
                "blanks", "catalogue", "codec", "corners", "counted", "crossed", "domains", "examine", "facts", "facts_altered",
                "figures", "fresh_seeds", "guards", "inside", "keys", "last_bits", "machines", "mistakes", "predicted", "printed",
                "property", "runs", "source", "sources", "statistics", "store", "text", "trained", "verdict",
            )),
            *(f"tests/reports/test_{name}.py" for name in (
                "asked", "challenge", "check", "checkout", "cluster", "command", "comparison", "facts", "hands", "hardware",
                "libraries", "libraries_page", "machines_page", "observe", "only", "provenance", "record", "render", "runs",
                "scheduling", "sharing", "stability", "store_runs", "tables", "training_page", "watched", "wrong_calls",
            )),
        ),
    ),
}  # fmt: skip
# Libraries that are not here; clocks; and what is broken on purpose, where a change makes another defect, as good as the first.
LEFT_OUT = ("impls/elsewhere/", "impls/clocks/", "impls/broken/")
KILLED = ("killed", "timed out")
QUIETLY = ("-p", "no:cacheprovider", "-p", "no:terminal", "--capture=no", "-W", "ignore::pytest.PytestAssertRewriteWarning")


@dataclass
class Log:
    """What became of each change, a line each; written as it is found."""

    file: Path
    count: int
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        self.rows = {row["change"]: row for row in map(json.loads, lines)}

    def lacks(self, change: Change) -> bool:
        """Not tried yet, or its function has changed since."""
        return self.rows.get(str(change), {}).get("digest") != digest(change)

    def took(self, change: Change, how: str, by: str, seconds: float) -> None:
        """Keep how it ended."""
        before, after = told(change)
        row = {"change": str(change), "of": change.of, "line": change.site.line, "kind": change.site.kind, "was": before}
        row |= {"now": after, "how": how, "by": by, "seconds": round(seconds, 1), "digest": digest(change)}
        self.rows[str(change)] = row
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(row) + "\n")
        say(f"{len(self.rows)}/{self.count} {how:9} {change.of}:{change.site.line} {change.site.kind} {by}")


def say(line: str) -> None:
    """Progress, with the time."""
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--of", "what", type=click.Choice(tuple(SUITES)), required=True, help="The implementations, or what judges.")
@click.option("--seed", default=4, show_default=True, help="Which changes are drawn.")
@click.option("--count", default=300, show_default=True, help="How many.")
@click.option("--at-most", default=120.0, show_default=True, help="Seconds of tests for one change.")
@click.option("--scratch", type=click.Path(path_type=Path), default=ROOT / ".mutants", help="Where half of a run is kept.")
@click.option("--replay", type=int, help="Of those that are recorded, have so many killed again by what killed them.")
@click.option(
    "--survivors", is_flag=True, help="Try those again that survived unexplained, with all rows of the tests that there are now."
)
def main(what: str, seed: int, count: int, at_most: float, scratch: Path, replay: int | None, survivors: bool) -> None:
    """Try random small changes of our own code, and say which nobody noticed."""
    if replay is not None:
        sys.exit(replayed(what, replay))
    scratch.mkdir(exist_ok=True)
    folders, tests = SUITES[what]
    drawn = sample([one for one in all_changes(folders) if not one.module.startswith(LEFT_OUT)], seed, count)
    log = Log(scratch / f"{what}-{seed}.jsonl", len(drawn))
    left = [one for one in drawn if log.lacks(one) or (survivors and is_open(log.rows[str(one)]))]
    plugin = Attack(Map(scratch / f"map-{what}.jsonl"), modules(folders), left, log.took, at_most, say, every_row=survivors)
    pytest.main([*QUIETLY, *tests], plugins=[plugin])
    if what == "impls":
        put_to_claims([one for one in left if log.rows[str(one)]["how"] in ("survived", "not reached")], log)
    rows = [log.rows[str(one)] for one in drawn if str(one) in log.rows]
    write(WATCHED / f"{what}.json", recorded(what, seed, rows))
    killed, equal = (sum(one[key] for one in map(verdict_on, rows)) for key in ("killed", "equivalent"))
    print(f"{killed} of {len(rows)} killed, {equal} change nothing, {len(rows) - killed - equal} survive")


def put_to_claims(changes: list[Change], log: Log) -> None:
    """What no test notices, a claim may: those that rest on the function are asked, the quick ones first."""
    seconds = Seconds(log.file.parent / "seconds.json")
    for change in changes:
        began, how, by = time.monotonic(), "survived", ""
        module = change.module.removesuffix(".py").replace("/", ".")
        for claim in sorted(resting_on(module, change.function.partition(".")[0]), key=seconds.of):
            given, seconds[claim.id] = asked(claim, lambda change=change: held_changed(change))
            if given != claim.expect:
                how, by = "killed", f"claims: {claim.id}"
                break
        log.took(change, how, by, time.monotonic() - began)


@contextmanager
def held_changed(change: Change) -> Iterator[None]:
    """The change in place, for good: in a child."""
    put_in_place(change)
    forget()
    yield


def recorded(what: str, seed: int, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What the report is told. Seconds differ from run to run, and places from edit to edit."""
    kept = ("of", "line", "kind", "was", "now", "how", "by", "digest")
    told = [{key: row[key] for key in kept} | {"why": why(row)} for row in rows if row["how"] != "impossible"]
    return {"of": what, "seed": seed, "count": len(told), "killed": sum(one["how"] in KILLED for one in told), "rows": told}


def is_open(row: dict[str, Any]) -> bool:
    """Nobody noticed it, and nobody says why."""
    return not any(verdict_on(row).values())


def verdict_on(row: dict[str, Any]) -> dict[str, bool]:
    """Killed, or listed as one that changes nothing."""
    killed = row["how"] in KILLED
    return {"killed": killed, "equivalent": not killed and bool(why(row))}


def why(row: dict[str, Any]) -> str:
    """Why nobody can notice it, where tests/survivors.toml says so."""
    listed = tomllib.loads((ROOT / "tests" / "survivors.toml").read_text(encoding="utf-8")).get("survivor", [])
    return next((one["why"] for one in listed if all(one[key] == row[key] for key in ("of", "was", "now"))), "")


def replayed(what: str, count: int) -> int:
    """Of the recorded mutants whose function is as it was, have some killed again; 0 if all are."""
    rows = json.loads((WATCHED / f"{what}.json").read_text())["rows"]
    rows = [row for row in rows if row["how"] == "killed" and row["by"].startswith("tests/")]
    found = [(change, row) for row in rows if (change := found_again(row, what)) is not None]
    chosen = found[:: max(1, len(found) // count)][:count]
    seen: dict[str, str] = {}

    def took(change: Change, how: str, by: str, seconds: float) -> None:
        seen[str(change)] = how
        say(f"{len(seen)}/{len(chosen)} {how} {change}")

    map = Map(None)
    map.tests = {row["by"]: Reach(row["by"], 10.0, True, []) for _, row in chosen}
    for change, row in chosen:
        map.tests[row["by"]].enters.append(change.of)
    plugin = Attack(map, modules(SUITES[what][0]), [change for change, _ in chosen], took, 600.0, say)
    pytest.main([*QUIETLY, *sorted({row["by"].partition("::")[0] for _, row in chosen})], plugins=[plugin])
    asked = {change: how for change, how in seen.items() if how != "skipped"}  # as a test of what another torch answered is
    alive = [change for change, how in asked.items() if how not in KILLED]
    print(f"{len(asked) - len(alive)} of {len(asked)} killed again", *alive, sep="\n    ")
    return int(bool(alive) or not asked or len(seen) < len(chosen))


def found_again(row: dict[str, Any], what: str) -> Change | None:
    """The recorded change in the code as it stands; None where its function is another now."""
    module = row["of"].partition(":")[0]
    if not (ROOT / module).exists():
        return None
    same = [one for one in all_changes((module,)) if one.of == row["of"] and one.site.kind == row["kind"]]
    matching = [one for one in same if digest(one) == row["digest"] and told(one) == (row["was"], row["now"])]
    return matching[0] if matching else None


if __name__ == "__main__":
    main()
