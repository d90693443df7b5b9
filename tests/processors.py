"""Whether evidence is the same on another processor: `python -m tests.processors [PART OF AN ID…]`. Not collected: takes minutes.

Vector units and threads add in another order, so that the last bits of a sum differ. Libraries choose their loops by what the
processor can do, and can be told that it can do less. All claims without a clock are examined so, each time in a process of
its own, with training kept. It prints which readings came out otherwise than the first time; exit code 1 if one did.
"""

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from claims import every_claim
from claims.evidence.evidence import as_json
from claims.evidence.keys import ROOT
from claims.evidence.profiles import VERDICT
from claims.evidence.runs import read_runs, shelf
from claims.kit.examine import chart_of, examine_reading
from reports.running.grid import POOLS, PROCESSORS

KINDS = {"avx512": {}} | PROCESSORS  # the first is all that this machine has, which is less where it lacks that
THREADS = ("1", "2")


def examine_here(parts, threads, into):
    """In this process: write what is seen of each reading, and drawn, of all claims whose id has one of these parts."""
    torch.set_num_threads(int(threads))
    known, seen = read_runs(ROOT / "reports" / "evidence" / "runs"), {}
    for one in every_claim():
        if not one.by.timed and (not parts or any(part in one.id for part in parts)):
            with shelf(known):
                readings = [examine_reading(one, each, VERDICT) for each in one.readings]
            seen |= {f"{one.id}, {each.name}": each for each in readings} | {f"{one.id}, its figure": chart_of(one, readings)}
    Path(into).write_bytes(as_json(seen))


def examine_on(processor, threads, parts):
    """In a process of its own: what was seen of each reading and drawn of each claim, by names."""
    with TemporaryDirectory() as folder:
        into, own = Path(folder) / "seen.json", KINDS[processor] | dict.fromkeys(POOLS, threads)
        command = [sys.executable, "-m", "tests.processors", "--into", into, threads, *parts]
        subprocess.run(command, cwd=ROOT, env=os.environ | own, check=True)
        return json.loads(into.read_text(encoding="utf-8"))


def differing(one, other):
    """What is not the same in two values, by the fields that lead there."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from (f".{name}{rest}" for rest in differing(one.get(name), other.get(name)))
    elif one != other:
        yield f": {one} / {other}"[:200]


def main(parts):
    """Print what differs from the first setting and say whether something does."""
    first, found = None, 0
    for processor, threads in product(KINDS, THREADS):
        seen = examine_on(processor, threads, parts)
        first = first or seen
        others = {name: list(differing(first[name], seen[name])) for name in first if first[name] != seen[name]}
        print(f"{processor}, threads: {threads}; {len(others)} of {len(seen)} differ", flush=True)
        for name, fields in others.items():
            print(f"  {name}\n    " + "\n    ".join(fields), flush=True)
        found += len(others)
    return int(found > 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--into"]:
        examine_here(sys.argv[4:], sys.argv[3], sys.argv[2])
    else:
        sys.exit(main(sys.argv[1:]))
