"""`python -m reports challenge FILE.py`: what a reader holds against a claim, and what it would change. Nothing is recorded."""

import inspect
from pathlib import Path

import click

from claims import find_claim
from claims.evidence.evidence import read_evidence
from claims.evidence.profiles import PROFILES
from claims.evidence.store import Store
from claims.kit.challenge import Challenge
from claims.kit.claim import Claim, ClaimError
from claims.texts import the_text
from reports.commands import statements
from reports.commands.challenge.reading import as_ours, read_challenges
from reports.commands.challenge.trying import Outcome, tried
from reports.commands.replay import newest_evidence
from reports.commands.waiting import about_to

WOULD_CHANGE = 1
PROFILE = "verdict"  # as hard as the report tries
RUNS = "It runs the code in {file} on this machine, with all that you may do here. Nothing of the report is written."
FILE = '''"""What I hold against {id}. Run it: python -m reports{option} challenge {name}"""

import numpy as np

from claims.kit.challenge import counterexample, rival, variant
from claims.kit.domain import cases, only
from claims.kit.domains import reals, whole

# The statement: {says}
# Its property takes {takes}. As written:
{readings}

# Keep one of the three, or several, and fill it in.

# A case in which the statement falls: a value for each argument that is left open.
# counterexample("{id}", {values})

# Another way to take the sentence, or a condition, read after “true if”: a domain or a value for what is another one.
# rival("{id}", "the condition, in words", {first}=…)

# Something broken that the claim should refuse: a function or a value for what is another one.
# variant("{id}", "what is wrong with it", {last}=…)
'''


def challenge(file: Path, out: Path | None) -> int:
    """Run each challenge in FILE, and say what it would change."""
    store = Store(statements.KEPT)
    known = statements.entries(store)
    click.echo(RUNS.format(file=file))
    changes = False
    for one in read_challenges(file):
        try:
            entry = statements.the_one(one.id, known)
        except click.UsageError as problem:
            raise ClaimError(f"{one.place}: {problem.format_message()}") from problem
        evidence = read_evidence(newest_evidence(entry.id, out))
        about_to(f"Loading {entry.module}")
        claim = find_claim(entry.id, entry.module)
        about_to("Putting it to the claim")
        with as_ours(file):
            came = tried(one, claim, evidence, PROFILES[PROFILE])
        _tell(one, claim, came)
        changes = changes or came.changes
    return WOULD_CHANGE if changes else 0


def _tell(one: Challenge, claim: Claim, came: Outcome) -> None:
    named = f" against “{one.name}”" if one.kind == "counterexample" else f", “{one.name}”"
    kind = "rival reading" if one.kind == "rival" else one.kind
    click.echo(f"\n{one.place}: a {kind}{named}, to {claim.id}")
    click.echo(f"  {' '.join(claim.says.split())}")
    for line in came.lines:
        click.echo(line)


def begin(id: str) -> int:
    """Write a file to fill in, into the folder where one is. Nothing is overwritten."""
    entry = statements.the_one(id, statements.entries(Store(statements.KEPT)))
    about_to(f"Loading {entry.module}")
    claim = find_claim(entry.id, entry.module)
    written, name = claim.readings[0], f"challenge-{claim.id}.py"
    takes = list(inspect.signature(claim.check).parameters)
    left = [one for one in takes if not written.arguments[one].is_one_value] or takes[:1]
    text = FILE.format(
        id=claim.id, name=name, option=the_text().option, says=" ".join(claim.says.split()), takes=", ".join(takes),
        readings="\n".join(f"#   {one}: {written.arguments[one].words}" for one in takes),
        values=", ".join(f"{one}=…" for one in left), first=left[0], last=takes[-1],
    )  # fmt: skip
    try:
        with Path(name).open("x", encoding="utf-8") as there:
            there.write(text)
    except FileExistsError as problem:
        raise click.UsageError(f"{name} is there already; run it, or give it another name first") from problem
    click.echo(f"Written: {name}. Fill it in, then: python -m reports{the_text().option} challenge {name}")
    return 0
