"""Whether evidence is the same on another processor: `python -m tests.processors [PART OF AN ID…]`. Not collected: takes minutes.

Vector units and threads add in another order, so that the last bits of a sum differ. Libraries choose their loops by what the
processor can do, and can be told that it can do less. All claims without a clock are examined so, each time in a process of
its own, with training kept. It prints which readings came out otherwise than the first time; exit code 1 if one did.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from claims import every_claim
from claims.evidence.evidence import as_json
from claims.evidence.keys import ROOT
from claims.evidence.runs import read_runs, shelf
from tests.seen import examine_claim

# For torch, its MKL and its oneDNN; numpy's own loops and its BLAS; and the C library.
PROCESSORS: Mapping[str, Mapping[str, str]] = {
    "avx512": {},  # all that this machine has, which is less where it lacks that
    "avx2": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "OPENBLAS_CORETYPE": "Haswell",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F",
    },
    "default": {
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
        "OPENBLAS_CORETYPE": "Nehalem",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA,-FMA4",
    },
}
THREADS = ("1", "2")
POOLS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def examine_here(parts, threads, into):
    """In this process: write the evidence of all claims whose id has one of these parts."""
    torch.set_num_threads(int(threads))
    for one in every_claim():
        if not one.by.timed and (not parts or any(part in one.id for part in parts)):
            with shelf(read_runs(ROOT / "reports" / "evidence" / "runs")):
                (into / f"{one.id}.json").write_bytes(as_json(examine_claim(one)))


def examine_on(processor, threads, parts):
    """In a process of its own: what was seen of each reading and drawn of each claim, by names."""
    with TemporaryDirectory() as folder:
        own = PROCESSORS[processor] | dict.fromkeys(POOLS, threads)
        command = [sys.executable, "-m", "tests.processors", "--into", folder, threads, *parts]
        subprocess.run(command, cwd=ROOT, env=os.environ | own, check=True)
        return by_reading(Path(folder))


def by_reading(folder):
    """Evidence, a reading each."""
    seen = {}
    for file in sorted(folder.glob("*.json")):
        evidence = json.loads(file.read_text(encoding="utf-8"))
        seen[file.stem, "the figure"] = evidence["figure"]
        for one in evidence["readings"]:
            seen[file.stem, one["name"]] = one
    return seen


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
    for processor, threads in product(PROCESSORS, THREADS):
        seen = examine_on(processor, threads, parts)
        first = first or seen
        others = {name: list(differing(first[name], seen[name])) for name in first if first[name] != seen[name]}
        print(f"{processor}, threads: {threads}; {len(others)} of {len(seen)} differ", flush=True)
        for (id, reading), fields in others.items():
            print(f"  {id}, {reading}\n    " + "\n    ".join(fields), flush=True)
        found += len(others)
    return int(found > 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--into"]:
        examine_here(sys.argv[4:], sys.argv[3], Path(sys.argv[2]))
    else:
        sys.exit(main(sys.argv[1:]))
