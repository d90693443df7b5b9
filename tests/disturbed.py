"""How often a sitting is taken for disturbed: with nothing beside it, and with busy loops. `python -m tests.disturbed [ROUNDS]`.
Not collected, for a clock decides it.

A loop less than there are cores leaves one core alone: there either answer is right, for a sitting that has one. Exit code 1 if
one that had company on every core went unnoticed, or more than one in twenty without any were taken for disturbed.
"""

import os
import subprocess
import sys
from contextlib import contextmanager

import torch

from impls.clocks import timing
from impls.clocks.timing import CPU, Layer

ALLOWED = 1 / 20
PAIR, TOKENS, BATCH = (Layer("LSTM", 128), Layer("LSTM in both directions", 128)), 64, 4
REPETITIONS = 24


@contextmanager
def company(loops):
    """So many programs that do nothing but keep a core busy."""
    at_work = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for one in at_work:
            one.kill()
            one.wait()


def is_disturbed(threads):
    """Of one sitting on so many cores."""
    with timing.measuring(threads):
        steps = timing.steps_of(PAIR, TOKENS, BATCH, CPU)
        return timing.sit(steps, REPETITIONS, timing.reference(CPU)).is_disturbed


def main(rounds=20):
    """Print a line for each number of loops and of cores, and say whether all is as it must be."""
    torch.set_num_threads(1)
    cores, wrong = os.cpu_count() or 1, False
    for loops in range(cores + 1):
        for threads in range(1, min(2, cores) + 1):
            with company(loops):
                found = sum(is_disturbed(threads) for _ in range(rounds))
            print(f"{loops} loops beside it, {threads} of {cores} cores: {found} of {rounds} sittings taken for disturbed")
            wrong |= found > ALLOWED * rounds if loops == 0 else found < rounds if loops == cores else False
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
