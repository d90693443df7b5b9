"""What a claim says of itself, as data: words, names and roles. A report needs no more of it, and so need not import it."""

from collections.abc import Iterator
from types import CodeType

import msgspec

from claims.evidence.outcomes import Role, Word
from claims.kit.claim import Claim
from claims.kit.engines.engine import constants
from claims.kit.facts.fact import Fact
from claims.kit.reading import property_of

TRAINED = "claims.subjects.trained."
NO_EXPERIMENT = "claims.subjects.trained.fair"  # chooses rates for the others


class Words(msgspec.Struct, frozen=True):
    """A domain as it is printed."""

    words: str


class ToldReading(msgspec.Struct, frozen=True):
    """A reading: its arguments in words, and how many training budgets it asks for."""

    name: str
    role: Role
    arguments: dict[str, Words]
    budgets: float = 1

    @property
    def words(self) -> str:
        """The domain as the report prints it."""
        return "; ".join(f"{name}: {domain.words}" for name, domain in self.arguments.items())


class By(msgspec.Struct, frozen=True):
    """The engine."""

    name: str
    timed: bool


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A claim without its property. `trains` are the modules of the experiments that it names."""

    id: str
    says: str
    teach: str
    not_shown: str
    scope: str = ""
    expect: Word
    by: By
    readings: tuple[ToldReading, ...]
    cites: tuple[str, ...]
    lines: tuple[int, ...]
    uses: tuple[str, ...]
    defined_at: str
    contrary: tuple[str, ...] = ()
    why_not: dict[Word, str] = {}
    asked: str = ""
    draws: bool
    trains: list[str] = []
    fact: Fact | None = None

    @property
    def chapter(self) -> str:
        return self.id.partition(".")[0].replace("-", "_")

    def reading(self, name: str) -> ToldReading:
        """The reading of that name."""
        return next(one for one in self.readings if one.name == name)


def told(claim: Claim) -> Told:
    """A claim, told."""
    readings = tuple(
        ToldReading(
            one.name, one.role, {name: Words(domain.words) for name, domain in one.arguments.items()},
            constants(one).get("budgets", 1),
        )
        for one in claim.readings
    )  # fmt: skip
    return Told(
        id=claim.id, says=claim.says, teach=claim.teach, not_shown=claim.not_shown, scope=claim.scope,
        expect=claim.expect,
        by=By(claim.by.name, claim.by.timed), readings=readings, cites=claim.cites, lines=claim.lines, uses=claim.uses,
        contrary=claim.contrary, why_not=dict(claim.why_not), asked=claim.asked,
        defined_at=claim.defined_at, draws=claim.figure is not None, trains=sorted(experiments(claim)), fact=claim.fact,
    )  # fmt: skip


def experiments(claim: Claim) -> set[str]:
    """The modules of networks in training that a property names, also within a comprehension."""
    if claim.by.name != "trials" or claim.by.timed:
        return set()
    checks = {property_of(claim.check, one) for one in claim.readings}
    modules = {str(getattr(one.__globals__.get(name), "__module__", "")) for one in checks for name in _names(one.__code__)}
    return {one for one in modules if one.startswith(TRAINED) and one != NO_EXPERIMENT}


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def at(told: Told, place: str) -> Told:
    """The same claim, defined there."""
    return msgspec.structs.replace(told, defined_at=place)
