"""Time this build beside an older one, on the same cores in the same run: a table, and JSON for programs.

    python -m benchmarks                        every row, five rounds: more than an hour, most of it the older build
    python -m benchmarks --rounds 1 --row help --row list

Both are clones in a folder of their own, each at its commit, so that edits that are timed touch nothing here. The builds take
turns; of each row the median of all rounds is told, and the ratio of the medians. Memory is the largest sum, over a run's
processes, of the share of each in what it has in memory (PSS). It needs git, Linux and the packages of `run` and `tests`.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter

TOX = re.compile(r"^commands = pytest (.*) \{posargs\}$", re.MULTILINE)  # how each build runs its tests
ROOT = Path(__file__).resolve().parents[1]
BASE = "3aa656a"  # the last build that examined everything at every run
QUIETLY = os.environ | {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
EDITED, SMALL = (
    "claims/rnns/promise/equations.py",
    "gradients.tanh-saturates",
)  # the file that is edited, the claim that is asked for
SITE = """
import sys, time, json
sys.path.insert(0, ".")
try:
    from reports.pages.pages import write_site
except ModuleNotFoundError:
    from reports.pages import write_site
try:
    from reports.record.record import read_record
    from claims.evidence.evidence import read_evidence
except ModuleNotFoundError:
    from reports.record import read_record
    from claims.kit.evidence import read_evidence
from pathlib import Path
if __name__ == "__main__":
    reports = Path("reports").resolve()
    record = read_record(reports / "verdicts.json")
    evidence = {one.id: read_evidence(reports / "evidence" / f"{one.id}.json") for one in record.claims}
    began = time.perf_counter()
    write_site(record, evidence, reports)
    print(time.perf_counter() - began)
"""


@dataclass
class Build:
    """A clone of the project at a commit."""

    folder: Path

    def reports(self, *words: str) -> "Took":
        return self.run(sys.executable, "-m", "reports", *words)

    def run(self, *words: str) -> "Took":
        """Run a command and see how long it takes and how much memory its processes share out."""
        began = perf_counter()
        with subprocess.Popen(words, cwd=self.folder, env=QUIETLY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            watch = Watch(process.pid)
            said, _ = process.communicate()
        seconds = perf_counter() - began
        return Took(seconds, watch.end(), process.returncode, said.decode(errors="replace"))

    def forget(self) -> None:
        """As on a machine that has not seen the project yet."""
        for name in (".checked", "reports/site"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def text(self, file: str) -> str:
        return (self.folder / file).read_text(encoding="utf-8")

    def edit(self, file: str, old: str, new: str) -> None:
        if old not in (text := self.text(file)):
            raise SystemExit(f"benchmarks: {file} has no {old!r} to edit; mend the benchmark")
        (self.folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


@dataclass
class Took:
    """What a command came to."""

    seconds: float
    megabytes: float
    code: int
    said: str


class Watch:
    """The most memory that a process and those below it share, looked at five times a second."""

    def __init__(self, pid: int) -> None:
        self.pid, self.most, self.over = pid, 0.0, Event()
        self.thread = Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        while not self.over.wait(0.2):
            self.most = max(self.most, sum(map(share_of, below(self.pid))))

    def end(self) -> float:
        self.over.set()
        self.thread.join()
        return self.most / 1024


def below(pid: int) -> list[int]:
    """A process and all that it started, and those that these started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(each for child in children for each in below(int(child)))]


def share_of(pid: int) -> int:
    """In kilobytes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


# --- rows ---------------------------------------------------------------------------------------------------------------------


def whole(build: Build) -> Took:
    return build.reports()


def first(build: Build) -> Took:
    build.forget()
    return build.reports()


def after_a_property(build: Build) -> Took:
    """What one property says of a case that falls becomes another."""
    build.edit(EDITED, '"h_1 to h_n and y_1 to y_n', '"h_1 to h_n and y_1 to y_n, once more')
    return build.reports()


def after_words(build: Build) -> Took:
    build.edit(EDITED, 'teach="', 'teach="Once more: ')
    return build.reports()


def drawn(build: Build) -> Took:
    """From nothing: neither pages nor pictures are there. The seconds are those of the writing alone."""
    for name in ("reports/site", ".checked/pages", ".checked/pictures"):
        shutil.rmtree(build.folder / name, ignore_errors=True)
    took = build.run(sys.executable, "-c", SITE)
    return Took(float(took.said.split()[-1]), took.megabytes, took.code, took.said)


def site(build: Build) -> Took:
    """No page is there; pictures that this machine has drawn are, if the build keeps any."""
    if not (build.folder / ".checked" / "pictures").is_dir():
        drawn(build)
    for name in ("reports/site", ".checked/pages"):
        shutil.rmtree(build.folder / name, ignore_errors=True)
    took = build.run(sys.executable, "-c", SITE)
    return Took(float(took.said.split()[-1]), took.megabytes, took.code, took.said)


def tests(build: Build) -> Took:
    return build.run(sys.executable, "-m", "pytest", *TOX.findall(build.text("tox.ini"))[0].split(), "-q")


@dataclass(frozen=True)
class Row:
    """What is timed, and which share of the older build's figure it may take; `like` names the row whose figure of the older
    build stands for this one's too, for there it is the same thing."""

    does: Callable[[Build], Took]
    most: float
    like: str = ""
    of: str = "seconds"


ROWS = {
    "first": Row(first, 1 / 2),
    "memory": Row(first, 1 / 2, of="megabytes"),
    "again": Row(whole, 1 / 40, like="first"),
    "property": Row(after_a_property, 1 / 15, like="first"),
    "words": Row(after_words, 1 / 30, like="first"),
    "help": Row(lambda build: build.reports("--help"), 1 / 12),
    "list": Row(lambda build: build.reports("--list"), 1 / 8),
    "unknown": Row(lambda build: build.reports("--only", "no.such-claim"), 1 / 8),
    "only": Row(lambda build: build.reports("--only", SMALL, "--fresh"), 1 / 3),
    "replay": Row(lambda build: build.reports("--replay", SMALL), 1 / 2),
    "site": Row(site, 1 / 2),
    "drawn": Row(drawn, 1 / 2),
    "tests": Row(tests, 1 / 2),
}
WORDS = {
    "first": "all examined, training kept: the first run on a machine", "memory": "most memory of a whole run",
    "again": "verify, nothing changed since", "property": "the same after an edit of one property",
    "words": "the same after an edit of a teach", "help": "--help", "list": "--list", "unknown": "an unknown id",
    "only": "--only a small claim, examined", "replay": "--replay", "site": "the site from the record",
    "drawn": "the same, every picture drawn anew",
    "tests": "the test suite, -n 2",
}  # fmt: skip


# --- the whole ----------------------------------------------------------------------------------------------------------------


def measured(names: Sequence[str], rounds: int, builds: dict[str, Build]) -> dict[str, dict[str, list[float]]]:
    """The figures of each row and build, round by round; the builds take turns."""
    found: dict[str, dict[str, list[float]]] = {name: {build: [] for build in builds} for name in names}
    for number in range(rounds):
        for name in names:
            for which, build in builds.items():
                row = ROWS[name]
                if which == "older" and row.like in names:
                    found[name][which].append(found[row.like][which][-1])
                    continue
                if name == "memory" and "first" in names:
                    continue  # seen at the same time, below
                took = row.does(build)
                found[name][which].append(getattr(took, row.of))
                if name == "first" and "memory" in names:
                    found["memory"][which].append(took.megabytes)
                print(f"round {number + 1}, {which}: {WORDS[name]}: {took.seconds:.2f} s, {took.megabytes:.0f} MB, exit "
                      f"{took.code}", flush=True)  # fmt: skip
    return found


def table(found: dict[str, dict[str, list[float]]]) -> list[dict[str, object]]:
    """A row for each: both medians, their ratio, and what it may be."""
    rows = []
    for name, of in found.items():
        older, newer = median(of["older"]), median(of["newer"])
        rows.append({
            "row": name, "what": WORDS[name], "older": round(older, 3), "newer": round(newer, 3),
            "ratio": round(newer / older, 4), "most": round(ROWS[name].most, 4),
            "holds": newer / older <= ROWS[name].most, "rounds": of, "of": ROWS[name].of,
        })  # fmt: skip
    return rows


def clone(commit: str, folder: Path) -> Build:
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "checkout", "--quiet", commit], check=True)
    return Build(folder)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Time this build beside an older one.")
    parser.add_argument("--older", default=BASE, help="its commit")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--row", action="append", choices=list(ROWS), help="this row only; may be given again")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    asked = parser.parse_args()
    names = [name for name in ROWS if name in (asked.row or ROWS)]
    with tempfile.TemporaryDirectory() as folder:
        builds = {"older": clone(asked.older, Path(folder) / "older"), "newer": clone("HEAD", Path(folder) / "newer")}
        rows = table(measured(names, asked.rounds, builds))
    print(f"{'':58}{'older':>10}{'newer':>10}{'ratio':>10}{'at most':>10}")
    for row in rows:
        print(f"{row['what']:58}{row['older']:>10.2f}{row['newer']:>10.2f}{row['ratio']:>10.4f}{row['most']:>10.4f}"
              f"{'' if row['holds'] else '  not held'}")  # fmt: skip
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0 if all(row["holds"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
