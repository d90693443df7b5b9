"""What a search tried, to be seen: each test case in the form that Hypothesis documents for its observations, which Tyche reads,
and of each reading a summary. The search itself is the report's own, case by case, and no evidence is written."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import isfinite
from statistics import median
from typing import Any

from claims.evidence.keys import Target, from_root
from claims.evidence.profiles import VERDICT
from claims.evidence.tried import Three, TriedClaim, TriedReading
from claims.kit.claim import Claim
from claims.kit.domains.corners import Shape
from claims.kit.engines.engine import constants
from claims.kit.engines.inside import told_of_cases
from claims.kit.engines.rarity import how_many_fall
from claims.kit.examine import entropy_of, put_once
from claims.kit.property import Falsified, Unsettled
from claims.kit.reading import Reading, property_of
from reports.running.branches import Lines, files_of, forget, lines_run, never_reached, nothing_run

NUMBERS, LONGEST = "numbers in a case", "longest list"  # as Tyche names them


def searched(claim: Claim) -> list[Reading]:
    """The readings that are searched: all but stored cases and those that leave no choice."""
    return [one for one in claim.readings if claim.by.name == "search" and not _is_stored(one)]


def _is_stored(one: Reading) -> bool:
    return one.role == "witness" or len(constants(one)) == len(one.arguments)


def watch(claim: Claim, rests_on: str, reached: set[Target], write: Callable[[dict[str, Any]], None]) -> TriedClaim:
    """Search all that is searched of a claim, and write down each test case. EvidenceError where Hypothesis tells of none."""
    run, files = nothing_run(), files_of(reached)
    forget(reached)
    readings = [_Watch(claim, one, files, run, write).put() for one in searched(claim)]
    for stored in filter(_is_stored, claim.readings):
        with suppress(Exception), lines_run(files, run):
            put_once(property_of(claim.check, stored), constants(stored))
    return TriedClaim(rests_on=rests_on, readings=readings, never=never_reached(reached, run))


@dataclasses.dataclass
class _Watch:
    """One reading's search, looked at from both sides: by its property, and by what Hypothesis tells of it."""

    claim: Claim
    one: Reading
    files: frozenset[str]
    run: Lines
    write: Callable[[dict[str, Any]], None]
    shape: Shape = dataclasses.field(default_factory=Shape)
    strain: list[float] = dataclasses.field(default_factory=list)
    of_this_case: Lines = dataclasses.field(default_factory=nothing_run)
    size: dict[str, int] = dataclasses.field(default_factory=dict)
    is_over: bool = False

    def put(self) -> TriedReading:
        entropy = entropy_of(self.claim, self.one)
        with told_of_cases(self.observe):
            found = self.claim.by.put(self.check, self.one, VERDICT, entropy)
        must_fall = self.one.role == "fails for" or (self.one.role == "altered" and found.outcome == "fell")
        return TriedReading(
            name=self.one.name, role=self.one.role, outcome=found.outcome,  # type: ignore[arg-type]
            cases=found.cases, drawn=found.cases + found.repeated,
            sizes=_three(self.shape.numbers), lengths=_three(self.shape.lengths), strain=_three(self.strain),
            corners={name: share for name, share in self.shape.shares().items() if share[1]},
            fall=how_many_fall(property_of(self.claim.check, self.one), self.one, entropy) if must_fall else None,
        )  # fmt: skip

    def check(self, **drawn: Any) -> None:
        """The property; what is drawn until it falls is looked at before it can be changed."""
        shape = Shape() if self.is_over else self.shape
        shape.add({name: value for name, value in drawn.items() if name not in constants(self.one)})
        self.size, self.of_this_case = {NUMBERS: shape.numbers[-1], LONGEST: shape.lengths[-1]}, nothing_run()
        try:
            with lines_run(self.files, self.of_this_case):
                property_of(self.claim.check, self.one)(**drawn)
        except (Falsified, Unsettled):
            self.is_over = True
            raise
        finally:
            for file, lines in self.of_this_case.items():
                self.run[file] |= lines

    def observe(self, told: Any) -> None:
        """What Hypothesis tells of a test case or, once, of the whole run."""
        line = {field.name: getattr(told, field.name) for field in dataclasses.fields(told)}
        line["property"] = f"{self.claim.id}[{self.one.name}]"
        if told.type == "test_case":
            strain = told.features.get("target")
            if strain is not None and told.status == "passed" and not self.is_over:
                self.strain.append(strain)
            line["features"] = told.features | self.size
            line["representation"] = told.representation.replace("<lambda>", line["property"], 1)
            line["coverage"] = {from_root(file): sorted(lines) for file, lines in self.of_this_case.items()}
            line["metadata"] = told.metadata.to_json()
            self.size, self.of_this_case = {}, nothing_run()  # the next one may be given up before it comes to the property
        self.write(line)


def as_line(observation: dict[str, Any]) -> str:
    """One observation, strict JSON: what is not finite, or no plain data, is named as Python writes it."""
    return json.dumps(_plain(observation), allow_nan=False, ensure_ascii=False, default=str) + "\n"


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {str(name): _plain(part) for name, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case float() if value - value != 0:
            return str(value)
    return value


def _three(numbers: Sequence[float]) -> Three | None:
    found = [one for one in numbers if isfinite(one)]
    least, middle, most = (float(f"{one:.4g}") for one in (min(found), median(found), max(found))) if found else (0.0, 0.0, 0.0)
    return (least, middle, most) if found else None
