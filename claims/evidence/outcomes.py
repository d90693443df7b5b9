"""The words in which everything is told: roles of readings, outcomes, verdicts, and how a property says that a case has none."""

from typing import Literal, NoReturn

Word = Literal["supported", "qualified", "refuted", "undecided"]
Role = Literal["as written", "amended", "fails for", "holds for", "altered", "witness", "also"]
Verified = Literal["read", "secondary", "memory"]  # how a published figure is known
Outcome = Literal["held", "fell", "undecided", "error", "not run"]

WORDS: tuple[Word, ...] = ("supported", "qualified", "refuted", "undecided")
READ: Verified = "read"
HOW: dict[Verified, str] = {"read": "read there", "secondary": "read at second hand", "memory": "known from memory"}
MUST_COME_OUT: dict[Role, str] = {"fails for": "fell", "holds for": "held"}  # the controls


class Falsified(Exception):
    """The statement does not hold for these arguments. Anything else that is raised is an error, not a counterexample."""


class Unsettled(Exception):
    """Whether the statement holds for these arguments cannot be told from what is at hand: no source says so, for instance."""


def cannot_tell(why: str) -> NoReturn:
    """Neither yes nor no: the reading is *undecided*, unless another of its cases falls."""
    raise Unsettled(why)
