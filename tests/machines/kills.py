"""Whether kills lose or tear anything: `python -m tests.machines.kills [--kills 100] [--seed N]`. Not collected: half an hour.

In a copy of the checkout, with a small text of its own, a scheduler and three workers, runs are made by `--dask`. At random
moments a worker is killed, or the process that does its work, or the run itself, by SIGKILL. After each kill of a run all that is
on disk is read: evidence, training runs and what the machine has seen must be whole. Whatever was killed, the next run that
comes to its end must leave the same evidence, byte for byte but for the seconds that training took; then all is forgotten, and it
begins again. It ends with 1 if anything was lost or torn.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

from claims.evidence.evidence import as_json, read_evidence, write_whole
from claims.evidence.keys import ROOT
from claims.evidence.runs import read_runs
from tests.machines.loopback import Loopback, end

TEXT = 'title = "Notes on sizes"\nnoun = "notes"\n[[chapter]]\nname = "sizes"\ntitle = "Sizes"\n'
CLAIMS = '''"""Sizes."""

from claims.kit import at_most, claim, holds, measure, reading, trials
from claims.kit.domains import seeds, whole
from claims.subjects.trained.clipped import EXPLODING, exploding


@claim(
    "sizes.small", says="Numbers are at most ten.", as_written=reading(n=whole(0, 1000)), expect="qualified",
    amended={"up to ten": reading(n=whole(0, 10))}, fails_for={"beyond ten": reading(n=whole(11, 1000))}, teach="Count.",
)
def small(n):
    at_most(n, 10, "n")


@claim(
    "sizes.stay", says="Clipped networks stay finite.", by=trials(), expect="supported", scope="Toys", teach="Clip.",
    as_written=reading(seed=seeds(), clipped=True), fails_for={"without": reading(seed=seeds(), clipped=False)},
)
def stay(seed, clipped):
    steps = exploding(seed, clipped, EXPLODING[0])["steps"]
    measure(steps=steps)
    holds(steps == 30, "no numbers any more")
'''
WHAT = ("run", "worker", "worker", "hand", "hand")  # which is killed, chosen among these
A_RUN = 4  # kills, about
KEPT = ROOT / "tests" / "machines" / "last.json"
LONGEST = 300  # seconds that a run may take


class Trying:
    """The copy, and the runs that are made in it."""

    def __init__(self, folder, luck):
        self.copy, self.luck = folder / "copy", luck
        _copy_to(self.copy)
        text = self.copy / "examples" / "sizes"
        text.mkdir()
        (text / "__init__.py").write_text("")
        (text / "text.toml").write_text(TEXT)
        (text / "sizes.py").write_text(CLAIMS)
        self.report, self.store = text / "report", self.copy / ".checked"
        shutil.rmtree(self.copy / "reports" / "evidence" / "runs")

    def begin(self, *options):
        """A run; it takes what is kept."""
        command = [sys.executable, "-m", "reports", "--text", "examples/sizes", *options]
        return subprocess.Popen(command, cwd=self.copy, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def has_begun(self, run):
        """Wait until it leaves something that was not there, or is over; how long it has gone on since is to be measured."""
        before = self._left()
        while run.poll() is None and self._left() <= before:
            sleep(0.05)

    def _left(self):
        return sum(one.is_file() for folder in (self.report / "evidence", self.store / "readings") for one in folder.rglob("*"))

    def finish(self, run):
        """To its end: what it left as evidence, and how it ended."""
        said = run.communicate(timeout=LONGEST)[0]
        return (self.evidence() if run.returncode == 0 else None), f"{run.returncode}: {said.strip()[-500:]}"

    def evidence(self):
        """Every byte, but for the seconds of training."""
        folder = self.report / "evidence"
        runs = {key: (one.check, one.ran) for key, one in sorted(read_runs(folder / "runs").items())}
        return {one.name: one.read_bytes() for one in sorted(folder.glob("*.json"))}, runs

    def torn(self):
        """What is on disk and not whole. What was being written has another name, and is no evidence."""
        folder, found = self.report / "evidence", []
        for one in folder.glob("*.json"):
            found += _problem(read_evidence, one)
        for one in (folder / "runs", folder / "runs" / "anew"):
            found += _problem(read_runs, one)
        found += _problem(lambda path: json.loads(path.read_bytes()), self.report / "verdicts.json")
        for one in self.store.rglob("*"):
            if one.is_file() and "." not in one.name and one.name != "secret":
                found += _problem(lambda path: json.loads(path.read_bytes().partition(b"\n")[2]), one)  # behind its seal
        return found

    def forget(self):
        for one in (self.report, self.store):
            shutil.rmtree(one, ignore_errors=True)


def _copy_to(folder):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in listed.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def _problem(read, path):
    try:
        read(path)
    except FileNotFoundError:
        return []
    except Exception as problem:
        return [f"{path}: {problem}"]
    return []


def hands_of(loopback):
    """The processes that do the work, by the processes of the workers."""
    parents = {one.pid for one in loopback.workers}
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            rest = stat.read_text().rpartition(")")[2].split()
            if int(rest[1]) in parents:
                found.append(int(stat.parent.name))
    return sorted(found)


def kill(what, run, loopback, copy, luck):
    """One of them, with SIGKILL. A worker has a successor."""
    if what == "worker":
        gone = loopback.workers.pop(luck.randrange(len(loopback.workers)))
        end(gone)
        loopback.start_worker(cwd=copy)
    elif what == "hand":
        for one in hands_of(loopback)[:1]:
            os.kill(one, signal.SIGKILL)
    else:
        run.kill()


def until_it_ends(trying, run, loopback, takes, counted, most):
    """Kill one thing after the other while a run lasts; whether it was the run."""
    trying.has_begun(run)
    while counted.total() < most:
        sleep(trying.luck.uniform(0, takes / A_RUN))
        if run.poll() is not None:
            return False
        kill(what := trying.luck.choice(WHAT), run, loopback, trying.copy, trying.luck)
        counted[what] += 1
        if what == "run":
            run.communicate()
            return True
    return False


def kills(trying, folder, most):
    """The kills, counted by what was killed; the runs that came to their end; and what was lost or torn, in words."""
    usual, told = trying.finish(trying.begin("--workers", "1"))
    if usual is None:
        sys.exit(f"the run at home came to no end: {told}")
    trying.forget()
    counted, wrong, ends = Counter(), [], 0
    with Loopback(folder) as loopback:
        loopback.start()
        for _ in range(3):
            loopback.start_worker(cwd=trying.copy)
        trying.has_begun(run := trying.begin("--dask", loopback.address))
        began = monotonic()
        seen, told = trying.finish(run)
        takes = monotonic() - began
        wrong += [] if seen == usual else [f"the evidence is another one where nothing was killed: {told}"]
        trying.forget()
        while counted.total() < most or not ends:
            run = trying.begin("--dask", loopback.address)
            if until_it_ends(trying, run, loopback, takes, counted, most):
                wrong += trying.torn()
                continue
            seen, told = trying.finish(run)
            ends += 1
            wrong += trying.torn() + ([] if seen == usual else [f"the evidence is another one: {told}"])
            print(f"{counted.total()} kills {dict(counted)}, {ends} runs to the end, wrong: {wrong}", flush=True)
            trying.forget()
    return counted, ends, wrong


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.machines.kills", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--record", action="store_true", help="write down what came of it, for docs/guarantees.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trying = Trying(Path(folder), random.Random(asked.seed))
        counted, ends, wrong = kills(trying, Path(folder) / "dask", asked.kills)
    of = ", ".join(f"{number} of a {what}" for what, number in sorted(counted.items()))
    print(f"{counted.total()} kills ({of}), {ends} runs to the end: {len(wrong)} lost or torn")
    if asked.record:
        write_whole(KEPT, as_json({"kills": dict(counted), "ends": ends, "wrong": len(wrong), "seed": asked.seed}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
