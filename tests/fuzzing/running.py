"""Gives a reader one spoilt file after another, and tells what came of it."""

import gc
import json
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from claims.evidence.evidence import as_json, write_whole
from claims.evidence.keys import ROOT
from claims.texts import the_text
from tests.fuzzing.readers import Reader, documented
from tests.fuzzing.spoiling import spoilt
from tests.fuzzing.watching import watched

KEPT = ROOT / "tests" / "fuzzing" / "last.json"  # the largest run of each reader that was recorded
SELDOM = 500  # files between two words of progress


@dataclass
class Came:
    """How many files were `read`, how many `refused`, and of the others the numbers, by what happened."""

    read: int = 0
    refused: int = 0
    seconds: float = 0.0
    findings: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def count(self) -> int:
        return self.read + self.refused + sum(map(len, self.findings.values()))

    @property
    def told(self) -> str:
        """In a line."""
        fell = sum(map(len, self.findings.values()))
        return f"{self.count} files, {self.read} read, {self.refused} refused, {fell} fell over, {self.seconds:.0f} s"


def fuzz(
    one: Reader,
    numbers: Iterable[int],
    seed: int = 0,
    keep: Path | None = None,
    progress: Callable[[Came], None] = lambda _: None,
) -> Came:
    """Put the files of these numbers to a reader. The same number and seed are always the same file."""
    the_text()  # which some ask for, to say what to do
    came, corpus, began = Came(), one.corpus(), perf_counter()
    with TemporaryDirectory(prefix="spoilt_") as name:
        folder = Path(name) / "there"
        (folder / one.file).parent.mkdir(parents=True)
        for valid in corpus:  # so that nothing need be loaded later on, and all of them are seen to be valid
            (folder / one.file).write_bytes(valid)
            one.read(folder / one.file)
        for number in numbers:
            rnd = Random(f"{seed} {one.name} {number}")
            content = spoilt(rnd.choice(corpus), corpus, rnd, one.kind, one.seal)
            (folder / one.file).write_bytes(content)
            _put(one, folder / one.file, number, came)
            if keep and number in [found[0] for found in came.findings.values()]:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{one.name.replace(' ', '-')}-{seed}-{number}").write_bytes(content)
            came.seconds = perf_counter() - began
            if came.count % SELDOM == 0:
                progress(came)
    return came


def record(name: str, came: Came, seed: int) -> None:
    """Write down what came of a reader, for docs/guarantees.md."""
    kept = json.loads(KEPT.read_bytes()) if KEPT.exists() else {}
    fell = sum(map(len, came.findings.values()))
    kept[name] = {"files": came.count, "read": came.read, "refused": came.refused, "fell": fell, "seed": seed}
    write_whole(KEPT, as_json(kept))


def _put(one: Reader, path: Path, number: int, came: Came) -> None:
    try:
        with watched(path.parent.parent):
            one.read(path)
        came.read += 1
    except Exception as problem:
        if documented(one, problem, path):
            came.refused += 1
        else:
            came.findings[_in_words(problem)].append(number)
            gc.collect()


def _in_words(problem: BaseException) -> str:
    """Its kind, its first words, and the last line of ours that it went through."""
    frames = [f for f in traceback.extract_tb(problem.__traceback__) if Path(f.filename).is_relative_to(ROOT)]
    ours = [f for f in frames if ".tox" not in f.filename and "tests/fuzzing" not in f.filename]
    place = f"{Path(ours[-1].filename).relative_to(ROOT)}:{ours[-1].lineno}" if ours else "?"
    return f"{type(problem).__name__}: {str(problem)[:100]!r} at {place}"
