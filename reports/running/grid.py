"""The grid of `stability`: other seeds, hash seeds, threads, processors and versions than usual, each alone and a few together.

Only cells that differ by their seeds share a process, for the rest is settled before Python or torch has begun. A library chooses
its loops by what the processor can do, and can be told that it can do less; so another processor is tried on this one.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from claims.evidence.evidence import PACKAGES, versions
from claims.evidence.keys import ROOT
from claims.evidence.stability import SEED, VERSIONS, Came
from claims.kit.claim import ClaimError

# For torch, its MKL and its oneDNN; numpy's own loops and its BLAS; and the C library. Without any, all that the machine has.
PROCESSORS: Mapping[str, Mapping[str, str]] = {
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
POOLS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
HASH_SEEDS, TOGETHER = 3, 100  # how many; from where on seeds are that are tried together with something else
_ASK = (
    "import json, platform, importlib.metadata as of, sys; "
    "print(json.dumps({'python': platform.python_version()} | {one: of.version(one) for one in sys.argv[1:]}))"
)


@dataclass(frozen=True)
class Cell:
    """One way to examine claims that is not the usual one."""

    axis: str
    value: str
    seed: int = 0  # the usual one
    hash_seed: int = 0
    threads: int = 1
    processor: Mapping[str, str] = field(default_factory=dict)
    python: str = ""  # this one

    def __str__(self) -> str:
        return f"{self.axis} {self.value}"

    @property
    def luck(self) -> int:
        """What the usual seeds are changed by, as each reading has one of its own."""
        return int.from_bytes(hashlib.sha256(f"stability {self.seed}".encode()).digest()[:6]) if self.seed else 0

    @property
    def environment(self) -> dict[str, str]:
        """All of it that counts."""
        return {"PYTHONHASHSEED": str(self.hash_seed)} | dict.fromkeys(POOLS, str(self.threads)) | dict(self.processor)


def grid(seeds: int, pythons: Sequence[str] = ()) -> list[Cell]:
    """Each axis alone, and a few cells in which all of it is another one. `pythons` are interpreters with other versions."""
    cells = [Cell(SEED, str(n), seed=n) for n in range(1, seeds + 1)]
    cells += [Cell("hash seed", str(n), hash_seed=n) for n in range(1, HASH_SEEDS + 1)]
    cells += [Cell("threads", "2", threads=2)]
    cells += [Cell("processor", name, processor=one) for name, one in PROCESSORS.items()]
    cells += [Cell(VERSIONS, differing(one), python=one) for one in pythons]
    for n, (name, one) in enumerate(PROCESSORS.items(), 1):
        seed, hash_seed = TOGETHER + n, HASH_SEEDS + n
        said = f"seed {seed}, hash seed {hash_seed}, threads 2, processor {name}"
        cells.append(Cell("together", said, seed, hash_seed, 2, one))
    return cells


def differing(python: str) -> str:
    """The versions that an interpreter has otherwise than this one, in words. ClaimError where that cannot be told."""
    try:
        told = subprocess.run([python, "-c", _ASK, *PACKAGES], capture_output=True, text=True, check=True, cwd=ROOT)
        there = json.loads(told.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError) as problem:
        raise ClaimError(f"{python}: no Python with the packages of this project; install them there") from problem
    known = [(name, there[name].partition("+")[0], here.partition("+")[0]) for name, here in versions().items()]
    found = [f"{name} {there}" for name, there, here in known if there != here]
    if not found:
        raise ClaimError(f"{python}: has the same versions as this one; give another Python, or one with another torch")
    return ", ".join(found)


def examined(cells: Sequence[Cell], claims: Sequence[tuple[str, str]], kept: Sequence[Path]) -> list[tuple[Cell, Came]]:
    """All that comes of it, for whoever cannot be told of each by itself."""
    return list(run(cells, claims, kept))


def run(cells: Sequence[Cell], claims: Sequence[tuple[str, str]], kept: Sequence[Path]) -> Iterator[tuple[Cell, Came]]:
    """What comes of these claims in cells that differ by their seeds alone, one after the other in one process. ClaimError where
    that ends before it has told of all."""
    first, told = cells[0], 0
    asked = {
        "claims": claims, "luck": [one.luck for one in cells], "threads": first.threads, "kept": [str(one) for one in kept],
    }  # fmt: skip
    due = [(one, id) for one in cells for id, _ in claims]
    with tempfile.TemporaryFile() as words, tempfile.TemporaryFile("w+") as said:
        words.write(msgspec.json.encode(asked))
        words.seek(0)
        where: dict[str, Any] = {"cwd": ROOT, "env": os.environ | first.environment, "stdin": words, "stderr": said}
        command = [first.python or sys.executable, "-m", "reports.running.cell"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **where) as process:
            try:
                for line in process.stdout or ():
                    yield due[told][0], msgspec.json.decode(line, type=Came)
                    told += 1
            finally:
                process.kill()
        if told < len(due):
            said.seek(0)
            last = next(reversed(said.read().strip().splitlines()), f"exit code {process.returncode}")
            raise ClaimError(f"{due[told][0]}: ended at {due[told][1]}: {last}")
