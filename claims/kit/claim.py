"""A claim: one property of the world plus the readings that fill in its arguments."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from claims.evidence.outcomes import MUST_COME_OUT, WORDS, Word
from claims.kit import blanks
from claims.kit.engines.engine import Engine
from claims.kit.engines.search import search
from claims.kit.given import misfits, place_of
from claims.kit.reading import Reading, Several, in_their_roles, property_of

QUESTION = re.compile(r"[^:]*\b(?:19|20)\d\d: .*\?\s+https://\S+")  # where it was asked and when: the question? its address


class ClaimError(ValueError):
    """A claim that cannot be put to the test as it is written."""


@dataclass(frozen=True, eq=False)
class Claim:
    """A statement of a text in our words, the property that it comes down to, and everything it is tried on.

    `expect` pins the verdict so that a change is noticed; it never enters the judgement. `lines` are those of the text,
    `figure` a function from the evidence, reading by reading, to an altair chart. A claim made of a row of facts has that row as
    its `fact` (`claims.kit.facts.fact.Fact`, not imported here, so that evidence does not rest on how rows are read). `contrary`
    pins the names of readings that come out against what is usual for their role; `why_not` answers readers who would
    give another verdict. `asked` is the public question that a claim answers which is not in the text. `scope` says where the
    statement was tried, if it may come out otherwise elsewhere; `uses` names the claims that it rests on. Numbers that were
    measured stand as blanks in these words (`claims.kit.blanks`)."""

    id: str
    says: str
    check: Callable[..., None]
    readings: tuple[Reading, ...]
    by: Engine
    expect: Word
    teach: str
    not_shown: str
    cites: tuple[str, ...]
    lines: tuple[int, ...]
    figure: Callable[..., Any] | None
    defined_at: str
    fact: Any = None
    uses: tuple[str, ...] = ()
    scope: str = ""
    contrary: tuple[str, ...] = ()
    why_not: Mapping[Word, str] = field(default_factory=dict)
    asked: str = ""

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Put the property to one case: raises `Falsified` when the statement fails there."""
        self.check(*args, **kwargs)

    @property
    def chapter(self) -> str:
        return self.id.partition(".")[0].replace("-", "_")

    def reading(self, name: str) -> Reading:
        """The reading of that name."""
        return next(one for one in self.readings if one.name == name)


def claim(
    id: str,
    *,
    says: str,
    as_written: Reading,
    expect: Word,
    teach: str,
    amended: Several | None = None,
    fails_for: Several | None = None,
    holds_for: Several | None = None,
    altered: Several | None = None,
    witness: Several | None = None,
    by: Engine | None = None,
    not_shown: str = "",
    scope: str = "",
    cites: tuple[str, ...] = (),
    lines: tuple[int, ...] = (),
    figure: Callable[..., Any] | None = None,
    uses: tuple[str, ...] = (),
    also: Several | None = None,
    contrary: tuple[str, ...] = (),
    why_not: Mapping[Word, str] | None = None,
    asked: str = "",
) -> Callable[[Callable[..., None] | Claim], Claim]:
    """Make a claim of the property below it; README.md beside the chapters explains the roles.

    Cells of a table share a property: the first claim decorates it, the others are made by `claim(…)(the_first)`."""
    wrong, caller = misfits(locals()), inspect.currentframe().f_back  # type: ignore[union-attr]
    if wrong:
        raise ClaimError(f"{place_of(caller)}: claim {id!r} " + "; ".join(wrong))
    readings = in_their_roles(as_written, amended, fails_for, holds_for, altered, witness, also)
    line = caller.f_lineno  # type: ignore[union-attr]

    def make(check: Callable[..., None] | Claim) -> Claim:
        check = check.check if isinstance(check, Claim) else check
        made = Claim(
            id, says, check, readings, by or search(), expect, teach, not_shown, cites, lines, figure,
            f"{check.__module__.replace('.', '/')}.py:{line}", uses=uses, scope=scope,
            contrary=contrary, why_not=why_not or {}, asked=asked,
        )  # fmt: skip
        if problems := problems_of(made):
            raise ClaimError(f"{made.defined_at}: claim {id!r} " + "; ".join(problems))
        return made

    return make


def problems_of(claim: Claim) -> list[str]:
    """What keeps a claim from being tried, each problem with the offending value and what to do."""
    problems = []
    chapter, _, rest = claim.id.partition(".")
    if not (chapter and rest):
        problems.append("needs an id of the form chapter.sentence-like-name")
    if claim.expect not in WORDS:
        problems.append(f"expects {claim.expect!r}; choose one of {', '.join(WORDS)}")
    if not any(one.role in MUST_COME_OUT for one in claim.readings):
        problems.append("has no control: add fails_for= or holds_for=, a case where the property must come out otherwise")
    names = [one.name for one in claim.readings]
    problems += [f"uses the name {name!r} for two readings" for name in sorted({n for n in names if names.count(n) > 1})]
    problems += [f"has no reading {name!r} to be contrary" for name in claim.contrary if name not in names]
    problems += [f"says why not {word!r}; choose another one of {', '.join(WORDS)}" for word in claim.why_not
                 if word not in WORDS or word == claim.expect]  # fmt: skip
    for one in claim.readings:
        wanted = set(inspect.signature(property_of(claim.check, one)).parameters)
        if set(one.arguments) != wanted:
            problems.append(f"reading {one.name!r} fills in {sorted(one.arguments)}, the property takes {sorted(wanted)}")
        if one.check is not None and one.role != "altered":
            problems.append(f"reading {one.name!r} has a property of its own, which only an altered sentence may")
        if one.role == "witness" and not all(domain.is_one_value for domain in one.arguments.values()):
            problems.append(f"has the witness {one.name!r}, which leaves something open: a witness is a single case")
    if claim.by.name == "trials" and not claim.scope:
        problems.append("is decided by trials and does not say where: add scope=, the task, widths, lengths, starts and budget")
    problems += _problems_of_the_question(claim)
    words = {"says": claim.says, "teach": claim.teach, "not_shown": claim.not_shown, "scope": claim.scope}
    return problems + blanks.problems_of(words, claim.readings) + claim.by.problems_of(claim.readings)


def _problems_of_the_question(claim: Claim) -> list[str]:
    """Whether a claim should have one is the text's business (`claims.in_its_place`)."""
    if not claim.asked or QUESTION.fullmatch(claim.asked):
        return []
    return [f"has asked={claim.asked!r}; write where and in which year, the question, and its address: "
            "“GitHub 2024: Which step has read it all? https://…”"]  # fmt: skip
