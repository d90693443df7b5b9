"""`python -m tests.guarantees` writes `docs/guarantees.md`: what readers are promised, the tests that hold it, its last figure.

The promises stand in `tests/guarantees.toml`. A figure is worked out here from the records, and from what the fuzzer wrote down.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from claims.evidence.evidence import write_whole
from claims.evidence.files import LARGEST, LARGEST_TEXT, text_of, toml_of
from claims.evidence.keys import ROOT
from claims.evidence.stability import FRESH, NEEDED
from claims.kit.engines.trials import ENOUGH
from reports.reading import sentences
from reports.record.oracles import summed
from reports.record.record import read_record
from reports.record.replications import FILE as REPLICATIONS
from reports.record.replications import read_replications
from reports.record.watched import Watched, watched_in
from reports.running.fresh import read_fresh
from tests.fuzzing.readers import READERS
from tests.fuzzing.running import KEPT
from tests.machines.kills import KEPT as KILLS
from tests.pinning import lists, pinned

TABLE, PAGE = ROOT / "tests" / "guarantees.toml", ROOT / "docs" / "guarantees.md"
STAMPS = {
    "stable": "stable", "fragile": "fragile", "in part": "tried in part", "outdated": "changed since they were tried",
    "": "not tried",
}  # fmt: skip
SEEDS = NEEDED["trials"][FRESH]
NOT_YET = "not measured yet"
HEAD = """# What is promised, and what holds it

Each promise has tests that fall when it is broken, and where there is one a figure: how much of it was tried, or what came of it.
Figures are worked out from the record and from what the checks wrote down (`python -m tests.guarantees` writes this page; a test
holds it to that). A test is a file below `tests/` and a name.
"""


class Promise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said, the `tests` that hold it, each a file and a name, and the name of its figure."""

    says: str
    tests: list[str]
    figure: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A heading with its promises."""

    title: str
    promises: list[Promise] = msgspec.field(name="promise")


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    part: list[Part]


def parts(path: Path = TABLE) -> list[Part]:
    """In the order of the file. msgspec.ValidationError."""
    return msgspec.convert(toml_of(text_of(path)), _File).part


@cache
def record() -> dict[str, Any]:
    """The record of the project's own text."""
    found: dict[str, Any] = json.loads((ROOT / "reports" / "verdicts.json").read_bytes())
    return found


def _readings() -> list[dict[str, Any]]:
    return [one for claim in record()["claims"] for one in claim["readings"]]


def verdicts() -> str:
    """How many there are of each."""
    found = Counter(one["verdict"] for one in record()["claims"])
    return f"{len(record()['claims'])} claims: " + ", ".join(
        f"{found[word]} {word}" for word in record()["summary"] if found[word]
    )


def controls() -> str:
    """Those that must fall or hold, and did."""
    wrong = {"fails for": "fell", "holds for": "held"}
    found = [one["outcome"] == wrong[one["role"]] for one in _readings() if one["role"] in wrong]
    return f"{sum(found)} of {len(found)} controls came out as they must"


def near_misses() -> str:
    """Controls that are nearly right, and must fall."""
    near = [one for one in _readings() if one["role"] == "fails for" and one["name"].startswith("near miss")]
    found = [one["outcome"] == "fell" for one in near]
    return f"{sum(found)} of {len(found)} near misses were caught"


def level() -> str:
    """What the levels of all readings by trials that are judged come to."""
    found = [one["level"] for one in _readings() if one.get("level")]
    return f"{len(found)} readings by trials, the strictest at a level of {min(found):.1g}"


def earlier() -> str:
    """Verdicts that were others."""
    found = [one for claim in record()["claims"] for one in claim.get("earlier", [])]
    return f"{len(found)} changed since the first edition, each told on its page"


def installed() -> str:
    """Packages and hashes."""
    found = {name: pinned(name) for name in lists()}
    hashes = {one for listed in found.values() for _, own in listed.values() for one in own}
    return ", ".join(f"{len(listed)} for {name}" for name, listed in found.items()) + f"; {len(hashes):,} hashes"


def fuzzed() -> str:
    """What came of it by reader, as the fuzzer wrote it down."""
    kept = json.loads(KEPT.read_bytes())
    total, fell = (sum(one[name] for one in kept.values()) for name in ("files", "fell"))
    fewest = min(one["files"] for one in kept.values())
    return f"{total:,} spoilt files to {len(kept)} of {len(READERS)} readers, {fewest:,} or more each: {fell} fell over"


def killed() -> str:
    """What came of the last time that things were killed at random."""
    if not KILLS.exists():
        return "not tried yet"
    kept = json.loads(KILLS.read_bytes())
    of = ", ".join(f"{number} of a {what}" for what, number in sorted(kept["kills"].items()))
    return f"{sum(kept['kills'].values())} kills ({of}), {kept['ends']} runs to the end: {kept['wrong']} lost or torn"


def limits() -> str:
    """Of data, of what is written by hand, of texts."""
    sizes = ((LARGEST, "data"), (LARGEST_TEXT, "what is written by hand"), (sentences.LARGEST, "texts"))
    return ", ".join(f"{size / 1e6:.0f} MB of {what}" for size, what in sizes)


def stability() -> str:
    """How many claims are stamped how."""
    found = Counter(one["stability"]["stamp"] if "stability" in one else "" for one in record()["claims"])
    named = [f"{found[word]} {said}" for word, said in STAMPS.items() if found[word]]
    return f"{len(record()['claims'])} claims: {', '.join(named)}"


def defects() -> str:
    """Of the mistakes that people made."""
    found = _watched().defects
    return f"{found.noticed} of {len(found.rows)} changed a verdict" if found else NOT_YET


def mutants() -> str:
    """Of the changes that were drawn."""
    some = {"implementations": _watched().impls, "what examines and judges": _watched().judges}
    told = [f"{one.killed} of {len(one.rows)} in the {what}".replace("the what", "what") for what, one in some.items() if one]
    return f"noticed: {', '.join(told)}" if told else NOT_YET


def _watched() -> Watched:
    return watched_in(ROOT / "reports") or Watched(None, None, None)


def power() -> str:
    """Of all readings by trials."""
    found = [one["power"] for one in _readings() if one.get("power") is not None]
    weak = [one for one in found if one < ENOUGH]
    told = f"{len(found) - len(weak)} of {len(found)} readings by trials have a power of {ENOUGH:g} or more"
    return f"{told}; the others, which say why, {min(weak):.2f} or more" if weak else told


def fresh() -> str:
    """How many seeds beyond those that decide were tried."""
    found = [one.tried for readings in read_fresh(ROOT / "reports").values() for one in readings.values()]
    many = sum(one >= SEEDS for one in found)
    others = f", the others on {min(found)} at least" if many < len(found) else ""
    return f"{many} of {len(found)} readings on {SEEDS} fresh seeds or more{others}"


def crossed() -> str:
    """Of the mathematical claims that are decided."""
    found = summed(read_record(ROOT / "reports" / "verdicts.json"))
    return f"{found.crossed} of {found.decided} such claims rest on two oracles"


def apart() -> str:
    """By chapters."""
    titles = {one["name"]: one["title"] for one in record()["text"]["chapter"]}
    counts = {titles[name]: sum(found.values()) for name, found in record()["apart"].items()}
    return ", ".join(f"{count} of *{title}*" for title, count in counts.items())


def others() -> str:
    """Who else ran it."""
    found = len(read_replications(ROOT / "reports" / REPLICATIONS))
    return f"{found} replications" if found else "nobody has said yet that a run came to the same elsewhere"


def workers() -> str:
    """How many times one worker two of them are, as it was measured."""
    text = (ROOT / "docs" / "many-machines.md").read_text(encoding="utf-8")
    found = re.search(r"\*\*Trials\*\*.*?^\| 2 \| [\d.]+ \| ([\d.]+) \|$", text, re.MULTILINE | re.DOTALL)
    return f"two workers are {found[1]} times one, on trials" if found else NOT_YET


FIGURES: dict[str, Callable[[], str]] = {
    "verdicts": verdicts, "controls": controls, "near_misses": near_misses, "level": level, "earlier": earlier,
    "pinned": installed, "fuzzed": fuzzed, "killed": killed, "limits": limits, "stability": stability, "defects": defects,
    "mutants": mutants, "power": power, "fresh": fresh, "crossed": crossed, "apart": apart, "replications": others,
    "workers": workers,
}  # fmt: skip


def page() -> str:
    """`docs/guarantees.md`."""
    lines = [HEAD]
    for part in parts():
        lines += [f"## {part.title}", "", "| promise | tests | last figure |", "|---|---|---|"]
        for one in part.promises:
            tests = "<br>".join(f"`{test}`" for test in one.tests)
            lines.append(f"| {one.says} | {tests} | {FIGURES[one.figure]() if one.figure else ''} |")
        lines.append("")
    return "\n".join(lines)


def missing(test: str) -> bool:
    """Whether there is no such test."""
    file, _, name = test.partition("::")
    path = ROOT / "tests" / file
    return not path.is_file() or not re.search(
        rf"^(async )?def {re.escape(name)}\b", path.read_text(encoding="utf-8"), re.MULTILINE
    )


if __name__ == "__main__":
    write_whole(PAGE, page().encode())
