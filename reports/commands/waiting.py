"""What takes longer than a second says what it does: to whoever looks on. A pipe gets nothing of it."""

import sys


def about_to(what: str) -> None:
    """A line before a wait, on the terminal that complaints go to."""
    if sys.stderr.isatty():
        print(f"{what} …", file=sys.stderr, flush=True)
