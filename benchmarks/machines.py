"""How much faster more workers are: `python -m benchmarks.machines`, in the environment of the tests; minutes.

Two figures. Trials: networks of a claim are trained by one worker and by two, in turn, several times over; what counts is the
median. Sleeping: tasks that sleep are shared between 1, 2, 4 and 8 workers, which shows what sharing itself costs, and nothing of
processors: a machine with few cores runs eight workers that sleep. Both go into docs/many-machines.md with what machine it was.
"""

import argparse
import platform
import re
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter, sleep

from distributed import Client, LocalCluster

from claims.catalogue import Keys, catalogue
from claims.evidence.evidence import machine, write_whole
from claims.evidence.keys import ROOT, here
from claims.evidence.profiles import VERDICT
from claims.evidence.runs import Wanted, done_anew
from claims.evidence.store import Store
from claims.texts import the_text
from reports.running import work
from reports.running.elsewhere import likeness
from reports.running.elsewhere.cluster import Cluster
from reports.running.elsewhere.errands import done
from reports.running.examination import Examination, Examiner

PAGE = ROOT / "docs" / "many-machines.md"
BEGIN, END = "<!-- measured by python -m benchmarks.machines -->", "<!-- end -->"
SLEEPERS = (1, 2, 4, 8)
TASKS, NAP = 64, 0.25  # seconds that a sleeping task takes: less than most readings, so that sharing costs more than it would
CLAIM = "gradients.clipping-stabilises"
ROUNDS = 3


@dataclass(frozen=True)
class Measured:
    """Seconds by the number of workers: of trials in each round, and of tasks that sleep."""

    trials: dict[int, list[float]]
    slept: dict[int, float]


def cluster_of(workers: int, stack: ExitStack) -> Cluster:
    """Some workers, which have imported what they need."""
    cluster = Cluster("local", likeness.place_of(the_text().folder), workers, partial(print, flush=True))
    stack.callback(cluster.close)
    cluster.connect()
    while cluster.look() < workers:
        sleep(0.2)
    return cluster


def to_train(ids: Sequence[str], runs: int) -> list[Wanted]:
    """The first training runs that readings of these claims ask for, where none is kept."""
    entries = [one for one in catalogue().entries if one.id in ids]
    with tempfile.TemporaryDirectory() as folder:
        examiner = Examiner(Keys(here()), Store(None), VERDICT, 1, Path(folder))
        done = Examination(examiner.tell(entries), readings={one.id: {} for one in entries})
        tasks = [one for one in examiner.tasks(entries, done, Path(folder) / "anew") if one.trains]
        wanted = (one for task in tasks for seed in work.first_seeds(task) for one in work.missing(task, seed))
        return list(islice(dict.fromkeys(wanted), runs))


def trained(cluster: Cluster, wanted: Sequence[Wanted]) -> float:
    """Seconds that it takes to train these networks."""
    began = perf_counter()
    cluster.client.gather([cluster.send(done, cluster.text, cluster.mark, done_anew, one) for one in wanted])
    return perf_counter() - began


def slept(numbers: Sequence[int]) -> dict[int, float]:
    """Seconds that tasks take which sleep, by the number of workers that share them; all of these are there all the time."""
    took = {}
    where = {"n_workers": max(numbers), "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    with LocalCluster(**where) as started, Client(started) as client:
        client.wait_for_workers(max(numbers))
        there = sorted(client.scheduler_info()["workers"])
        for number in numbers:
            began = perf_counter()
            client.gather([client.submit(sleep, NAP, pure=False, workers=there[:number]) for _ in range(TASKS)])
            took[number] = perf_counter() - began
            print(f"{number} workers that sleep: {took[number]:.1f} s", flush=True)
    return took


def measure(wanted: Sequence[Wanted], rounds: int, sleepers: Sequence[int] = SLEEPERS) -> Measured:
    """Both figures; those who sleep do so after the trials."""
    took: dict[int, list[float]] = {1: [], 2: []}
    with ExitStack() as stack:
        clusters = {number: cluster_of(number, stack) for number in took}
        for number, cluster in clusters.items():
            trained(cluster, wanted[: 2 * number])  # once, so that all that they need is imported
        for _ in range(rounds):
            for number, cluster in clusters.items():
                took[number].append(trained(cluster, wanted))
                print(f"{number} workers: {took[number][-1]:.1f} s", flush=True)
    return Measured(took, slept(sleepers))


def as_text(found: Measured, ids: Sequence[str], runs: int) -> str:
    """Two tables in Markdown, with when and where."""
    date, names = datetime.now(UTC).date().isoformat(), ", ".join(f"`{one}`" for one in ids)
    pairs = zip(found.trials[1], found.trials[2], strict=True)
    gain = statistics.median(one / two for one, two in pairs)
    medians = {number: statistics.median(each) for number, each in found.trials.items()}
    lines = [
        f"Measured on {date}, {machine()}, Python {platform.python_version()}, all workers on one machine.",
        "",
        f"**Trials**, {runs} networks of {names} from nothing, rounds in turn: {len(found.trials[1])}",
        "",
        *_table("median seconds", medians, f"{gain:.2f}"),
        "",
        f"**Simulated**, {TASKS} tasks that sleep {NAP} s each, so that there are as many cores as workers:",
        "",
        *_table("seconds", found.slept),
    ]
    return "\n".join(lines) + "\n"


def _table(title: str, took: dict[int, float], gain: str = "") -> list[str]:
    one, most = took[1], max(took)
    times = {number: gain if gain and number == most else f"{one / each:.2f}" for number, each in took.items()}
    rows = [f"| {number} | {each:.1f} | {times[number]} |" for number, each in sorted(took.items())]
    return [f"| workers | {title} | times one worker |", "|---:|---:|---:|", *rows]


def put_into(page: str, text: str) -> str:
    """The page with this in place of what was measured before. ValueError where it has no place for it."""
    new, found = re.subn(rf"(?s){BEGIN}.*?{END}", lambda _: f"{BEGIN}\n\n{text}\n{END}", page)
    if found != 1:
        raise ValueError(f"{PAGE} has no place between {BEGIN} and {END}")
    return new


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] = print) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.machines", description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", metavar="ID", help=f"a claim by trials, {CLAIM} if none is named")
    parser.add_argument("--runs", type=int, default=48, help="so many of their training runs at most")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each number of workers takes its turn")
    parser.add_argument("--write", action="store_true", help=f"put it into {PAGE.relative_to(ROOT)}")
    asked = parser.parse_args(arguments)
    ids = asked.only or [CLAIM]
    wanted = to_train(ids, asked.runs)
    text = as_text(measure(wanted, asked.rounds), ids, len(wanted))
    say(text)
    if asked.write:
        write_whole(PAGE, put_into(PAGE.read_text(encoding="utf-8"), text).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
