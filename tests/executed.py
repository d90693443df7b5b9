"""What the examination of each reading really executes, seen by a profile hook, beside what its key covers.

python -m tests.executed [PART OF AN ID]    at the effort of a verdict run, and prints every function outside: none is the aim
"""

import dis
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import CodeType, FrameType, SimpleNamespace

import msgspec
import torch
from hypothesis.strategies import sampled_from

from claims import every_claim
from claims.catalogue import Entry, Keys, catalogue
from claims.evidence.keys import ROOT, Target, here
from claims.evidence.profiles import VERDICT, Profile
from claims.evidence.runs import Ran, Run, Wanted, read_runs, shelf
from claims.kit.claim import Claim
from claims.kit.domain import Domain
from claims.kit.engines import search
from claims.kit.examine import examined
from claims.kit.property import records_only
from claims.kit.reading import Reading

IMPORTED = "imported"  # the name of what is no reading
LITTLE = Profile("a little", effort=0.01)
RUNS = ROOT / "reports" / "evidence" / "runs"


class Executed(msgspec.Struct, frozen=True):
    """A reading, the definitions of ours whose code ran for it, and those that this code asks for by a global name."""

    id: str
    role: str
    name: str
    definitions: set[Target]
    constants: set[Target]


def seen(id: str, role: str, name: str, codes: set[CodeType]) -> Executed:
    """What a reading's code tells."""
    homes = {code: home for code in codes if (home := definition_of(code)) is not None}
    asked = (meant_by(word, home.module) for code, home in homes.items() for word in asked_for(code))
    return Executed(id, role, name, set(homes.values()), {one for one in asked if one is not None})


def meant_by(word: str, module: str) -> Target | None:
    """The definition of ours that a module calls so."""
    source = here().module(module)
    if source is None or word in source.defined:
        return source and Target(module, word)
    found = here().meant(module, source.imported.get(word, ""))
    return found if isinstance(found, Target) else None


@cache
def asked_for(code: CodeType) -> frozenset[str]:
    """The global names that a piece of code reads."""
    return frozenset(one.argval for one in dis.get_instructions(code) if one.opname in ("LOAD_GLOBAL", "LOAD_NAME"))


@contextmanager
def watching() -> Iterator[set[CodeType]]:
    """The code of ours that runs while the block lasts."""
    ours: set[CodeType] = set()
    others: set[CodeType] = set()

    def hook(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code not in ours and code not in others:
            (ours if is_ours(code.co_filename) else others).add(code)

    before = sys.getprofile()
    sys.setprofile(hook)
    try:
        yield ours
    finally:
        sys.setprofile(before)


@cache
def is_ours(file: str) -> bool:
    return file.startswith((f"{ROOT}/claims/", f"{ROOT}/impls/"))


@cache
def definition_of(code: CodeType) -> Target | None:
    """The definition at the top of a module that a piece of code stands in; none for a module's own."""
    module = ".".join(Path(code.co_filename).relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    source = here().module(module)
    if source is None or code.co_name == "<module>":
        return None
    line = code.co_firstlineno
    return next((Target(module, name) for name, one in source.defined.items() if any(a <= line <= b for a, b in one.lines)), None)


def executed(claim: Claim, profile: Profile, thin: bool = False) -> Iterator[Executed]:
    """Examine a claim, reading by reading; networks are taken as they were trained, clocks as they were recorded. Of a long list
    only the ends and the middle are gone through where it is to be `thin`."""
    with shelf(instead=as_trained()), records_only():
        for one in claim.readings:
            with watching() as codes:
                examined(claim, thinned(one) if thin else one, profile)
            yield seen(claim.id, one.role, one.name, codes)


def thinned(one: Reading) -> Reading:
    """The same reading with three values for a list of many."""
    return replace(one, arguments={name: _thinned(domain) for name, domain in one.arguments.items()})


def _thinned(domain: Domain) -> Domain:
    if domain.values is None or len(domain.values) <= 3:
        return domain
    values = domain.values[0], domain.values[len(domain.values) // 2], domain.values[-1]
    return replace(domain, values=values, strategy=sampled_from(values))


@cache
def as_trained(folder: Path = RUNS) -> Callable[[Wanted], Ran]:
    """Takes what is kept in a folder of a run, whichever torch made it."""
    kept = {_asked(one): one.ran for one in read_runs(folder).values()}
    return lambda wanted: kept[_asked(wanted)]


def _asked(one: Run | Wanted) -> str:
    return f"{one.experiment} {json.dumps(one.arguments, sort_keys=True)}"


def outside(entry: Entry, one: Executed) -> set[Target]:
    """What ran and is not covered by the reading's key."""
    return one.definitions - Keys(here()).reached(entry, one.role, one.name)


def a_little(file: Path) -> None:
    """Write down what all readings execute, after a few cases of each: the same code as for a verdict."""
    torch.set_num_threads(1)
    search.Phase = SimpleNamespace(generate=search.Phase.generate, target=search.Phase.target, shrink=search.Phase.target)
    with watching() as codes:  # what makes domains and readings runs while the claims are imported
        claims = every_claim()
    imported = seen("", "", IMPORTED, codes)
    file.write_bytes(msgspec.json.encode([imported, *(one for claim in claims for one in executed(claim, LITTLE, thin=True))]))


def main(wanted: str = "") -> None:
    entries, count, found = {one.id: one for one in catalogue().entries}, 0, 0
    for claim in (one for one in every_claim() if wanted in one.id):
        for one in executed(claim, VERDICT):
            others = outside(entries[claim.id], one)
            count, found = count + len(one.definitions), found + len(others)
            if others:
                print(f"{claim.id} “{one.name}”: {', '.join(sorted(map(str, others)))}", flush=True)
    print(f"{count} definitions executed, {found} outside")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--little"]:
        a_little(Path(sys.argv[2]))
    else:
        main(*sys.argv[1:2])
