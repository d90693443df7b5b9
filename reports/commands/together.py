"""Which options go together: one that another would silently ignore is refused, and named."""

from collections.abc import Collection

import click

# What a call can be, each with the options that have a meaning there.
CALLS = (
    {
        "--only",
        "--profile",
        "--workers",
        "--dask",
        "--out",
        "--fresh",
        "--no-examine",
        "--single",
        "--address",
        "--compare",
        "--essay",
        "--text",
    },
    {"--slides", "--handout", "--notebook", "--only", "--out", "--text"},
    {"--replay", "--out", "--text"},
    {"--list", "--only", "--out", "--text"},
    {"--notes", "--out", "--text"},
)
# Of one call, and still not together.
APART = {
    ("--fresh", "--no-examine"): "one examines everything, the other nothing",
    ("--fresh", "--essay"): "a copy is marked by the record that is there, and nothing is examined",
    ("--workers", "--essay"): "a copy is marked by the record that is there, and nothing is examined",
    ("--dask", "--essay"): "a copy is marked by the record that is there, and nothing is examined",
    ("--dask", "--no-examine"): "nothing is examined, so that there is nothing to share",
    ("--workers", "--no-examine"): "nothing is examined, so that there is nothing to share",
}
# Either goes with --essay where the evidence is judged anew.
NEEDS_JUDGING = ("--only", "--compare", "--address")


def must_go_together(given: Collection[str]) -> None:
    """Refuse what does not. Each of `given` stands once, by its long name, in the order of the help."""
    listed = [one for one in given if any(one in call for call in CALLS)]
    for place, one in enumerate(listed):
        for other in listed[place + 1 :]:
            if why := _apart(one, other):
                raise click.UsageError(f"{one} does not go with {other}: {why}")
    if "--essay" in given and "--no-examine" not in given:
        for one in NEEDS_JUDGING:
            if one in given:
                raise click.UsageError(f"{one} goes with --essay where --no-examine has the evidence judged anew; add that")
    if {"--notebook", "--only"} <= set(given) and not {"--slides", "--handout"} & set(given):
        raise click.UsageError("--only does not go with --notebook: it names its claim itself")


def _apart(one: str, other: str) -> str:
    if not any({one, other} <= call for call in CALLS):
        return "give one call for each"
    return APART.get((one, other), "") or APART.get((other, one), "")
