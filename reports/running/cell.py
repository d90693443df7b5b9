"""Cells of the grid of `stability`, in a process of their own: claims examined otherwise than usual, a line of JSON for each.

What is asked comes in by the standard input. Threads, hash seed and processor are the environment's, which is set before torch is
loaded.
"""

import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import msgspec
import torch

from claims import find_claim
from claims.evidence.profiles import VERDICT
from claims.evidence.stability import Came
from claims.evidence.verdict import how_often, judge
from claims.kit.claim import ClaimError
from reports.running import work


class Asked(msgspec.Struct, frozen=True):
    """The claims to examine, by id and module, with each `luck` in turn, on how many threads; where training runs are kept."""

    claims: Sequence[tuple[str, str]]
    luck: Sequence[int]
    threads: int
    kept: Sequence[str]


def examine(id: str, module: str, luck: int, kept: tuple[Path, ...]) -> Came:
    """All readings of a claim, and its verdict."""
    try:
        names = [one.name for one in find_claim(id, module).readings]
    except (ClaimError, ImportError) as problem:
        return Came(id=id, left_out=str(problem))
    tasks = (work.Task(id, module, name, VERDICT.name, luck, kept=kept) for name in names)
    seen = [work.examine(one).evidence for one in tasks]
    verdict = judge(seen)
    return Came(
        id=id, readings={one.name: (one.outcome, one.why or how_often(one)) for one in seen},
        verdict=verdict.word, why=verdict.why,
    )  # fmt: skip


def main() -> None:
    """Examine what is asked, and say what came of each as soon as it is there."""
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Asked)
    out, sys.stdout = sys.stdout, sys.stderr  # whatever a property prints is no answer
    torch.set_num_threads(asked.threads)
    for luck, (id, module) in product(asked.luck, asked.claims):
        came = examine(id, module, luck, tuple(map(Path, asked.kept)))
        out.write(msgspec.json.encode(came).decode() + "\n")
        out.flush()


if __name__ == "__main__":
    main()
