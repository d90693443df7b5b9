"""What the examination of each reading really executes, seen by a profile hook, beside what its key covers.

python -m tests.executed [PART OF AN ID]    at the effort of a verdict run, and prints every function outside: none is the aim
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

from hypothesis.strategies import sampled_from

from claims import every_claim
from claims.catalogue import Entry, Keys, catalogue
from claims.evidence.keys import ROOT, Target, here
from claims.evidence.profiles import VERDICT, Profile
from claims.evidence.runs import Run, read_runs, shelf
from claims.kit.claim import Claim
from claims.kit.domain import Domain
from claims.kit.examine import examined
from claims.kit.property import records_only
from claims.kit.reading import Reading

RUNS = ROOT / "reports" / "evidence" / "runs"


@dataclass(frozen=True)
class Executed:
    """A reading, the code that ran for it, and the definitions of ours which that belongs to."""

    id: str
    role: str
    name: str
    codes: frozenset[CodeType] = field(repr=False)

    @property
    def definitions(self) -> set[Target]:
        return {one for code in self.codes if (one := definition_of(code)) is not None}

    @property
    def constants(self) -> set[Target]:
        """Definitions that the code which ran asks for by a global name, constants among them."""
        found = set()
        for code in self.codes:
            home = definition_of(code)
            source = home and here().module(home.module)
            for name in code.co_names if home and source else ():
                if name in source.defined:
                    found.add(Target(home.module, name))
                elif isinstance(meant := here().meant(home.module, source.imported.get(name, "")), Target):
                    found.add(meant)
        return found


@contextmanager
def watching() -> Iterator[set[CodeType]]:
    """The code of ours that runs while the block lasts."""
    seen: set[CodeType] = set()
    others: set[CodeType] = set()

    def hook(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code not in seen and code not in others:
            (seen if is_ours(code.co_filename) else others).add(code)

    before = sys.getprofile()
    sys.setprofile(hook)
    try:
        yield seen
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
    """Examine a claim, reading by reading; networks are taken as they were trained, clocks as they were recorded. Of a finite list
    that is to be `thin`, the ends and the middle are gone through."""
    with shelf(_runs()), records_only():
        for one in claim.readings:
            with watching() as codes:
                examined(claim, thinned(one) if thin else one, profile)
            yield Executed(claim.id, one.role, one.name, frozenset(codes))


def thinned(one: Reading) -> Reading:
    """The same reading with three values for a list of many."""
    return replace(one, arguments={name: _thinned(domain) for name, domain in one.arguments.items()})


def _thinned(domain: Domain) -> Domain:
    if domain.values is None or len(domain.values) <= 3:
        return domain
    values = domain.values[0], domain.values[len(domain.values) // 2], domain.values[-1]
    return replace(domain, values=values, strategy=sampled_from(values))


@cache
def _runs() -> dict[str, Run]:
    return read_runs(RUNS)


def covered(entry: Entry, one: Executed) -> set[Target]:
    """What the key of a reading covers."""
    return Keys(here()).reached(entry, one.role, one.name)


def outside(entry: Entry, one: Executed) -> set[Target]:
    """What ran and is not covered."""
    return one.definitions - covered(entry, one)


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    entries, count, found = {one.id: one for one in catalogue().entries}, 0, 0
    for claim in (one for one in every_claim() if wanted in one.id):
        for one in executed(claim, VERDICT):
            others = outside(entries[claim.id], one)
            count, found = count + len(one.definitions), found + len(others)
            if others:
                print(f"{claim.id} “{one.name}”: {', '.join(sorted(map(str, others)))}", flush=True)
    print(f"{count} definitions executed, {found} outside")


if __name__ == "__main__":
    main()
