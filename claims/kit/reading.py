"""A reading: one way to take a sentence, a domain for every argument of the property."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from claims.evidence.outcomes import MUST_COME_OUT, Role
from claims.kit.domain import Domain, only

Check = Callable[..., None]


@dataclass(frozen=True)
class Reading:
    """One way to take the sentence: a domain for every argument of the property.

    The name of an amended reading *is* the condition under which the statement is true."""

    arguments: Mapping[str, Domain]
    role: Role = "as written"
    name: str = "as written"
    check: Check | None = None  # where it is put to another property than the claim's

    @property
    def is_control(self) -> bool:
        """A reading whose outcome is known beforehand: it shows that the check can tell."""
        return self.role in (*MUST_COME_OUT, "altered")

    @property
    def words(self) -> str:
        """The domain as the report prints it."""
        return "; ".join(f"{name}: {domain.words}" for name, domain in self.arguments.items())


def property_of(check: Check, one: Reading) -> Check:
    """The property that a reading is put to: the claim's, unless it has one of its own."""
    return one.check or check


def reading(check: Check | None = None, /, **arguments: object) -> Reading:
    """A reading: each argument is a domain or a plain value, an implementation for instance. An altered sentence may need a
    property of its own, which stands first."""
    return Reading({name: value if isinstance(value, Domain) else only(value) for name, value in arguments.items()}, check=check)


Several = Mapping[str, Reading]


def in_their_roles(
    as_written: Reading,
    amended: Several | None = None,
    fails_for: Several | None = None,
    holds_for: Several | None = None,
    altered: Several | None = None,
    witness: Several | None = None,
    also: Several | None = None,
) -> tuple[Reading, ...]:
    """The readings of a claim, each with its name and its role."""
    groups: dict[Role, Several] = {
        "as written": {"as written": as_written},
        "amended": amended or {},
        "fails for": fails_for or {},
        "holds for": holds_for or {},
        "altered": altered or {},
        "witness": witness or {},
        "also": also or {},
    }
    return tuple(replace(one, role=role, name=name) for role, group in groups.items() for name, one in group.items())
