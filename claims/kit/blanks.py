"""Blanks in what a claim says: a number that was measured is filled in from the evidence and never typed.

`{median accuracy:.0%}` stands for the median, over the trials of the reading as written or the cases of its finite list, of what
the property measured as `accuracy`; `{least share | amended:.1g}` for the least of another reading, called by its role or by the
beginning of its name.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Protocol, TypeVar

from claims.evidence.evidence import ReadingEvidence

STATISTICS: Mapping[str, Callable[[list[float]], float]] = {"least": min, "median": median, "most": max, "sum": sum}
BLANK = re.compile(rf"\{{({'|'.join(STATISTICS)}) ([^{{}}|:]+?)(?: \| ([^{{}}]+))?:([^{{}}:]+)\}}")
MISSHAPEN = re.compile(r"\{[a-z]+ [^{}]*\}")  # h_{t-1} is none
NOT_MEASURED = "(not measured here)"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class BlankError(ValueError):
    """A blank that nothing can be filled into; the message says which and why."""


class Named(Protocol):
    """A reading, or the evidence of one."""

    @property
    def name(self) -> str: ...

    @property
    def role(self) -> str: ...


One = TypeVar("One", bound=Named)


def filled(text: str, readings: Sequence[ReadingEvidence]) -> str:
    """The words with all blanks filled in. BlankError where a blank names no reading, or what was not measured in it."""

    def number(blank: re.Match[str]) -> str:
        statistic, measured, called, form = blank.groups()
        one = meant(called, readings, blank[0])
        if not one.measured:
            return NOT_MEASURED
        found = [trial[measured] for trial in one.measured if measured in trial]
        if not found:
            known = ", ".join(sorted({name for trial in one.measured for name in trial}))
            raise BlankError(f"the blank {blank[0]}: no {measured!r} was measured in “{one.name}”; choose one of {known}")
        return in_words(STATISTICS[statistic]([number for number in found if number is not None]), form)

    return BLANK.sub(number, text)


def meant(called: str | None, readings: Sequence[One], blank: str) -> One:
    """The reading of that name, or the only one of that role or whose name begins so."""
    if called is None:
        return readings[0]
    for fits in (lambda one: one.name == called, lambda one: one.role == called, lambda one: one.name.startswith(called)):
        if len(found := [one for one in readings if fits(one)]) == 1:
            return found[0]
    raise BlankError(f"the blank {blank}: {called!r} is not one reading; write its name, or the beginning of it")


def in_words(number: float, form: str) -> str:
    """A number as it is read: powers of ten are written as such, and per cent stand apart from the number."""
    text = format(number, form)
    digits, _, exponent = text.partition("e")
    if exponent:
        power = f"10{str(int(exponent)).translate(_RAISED)}"
        return power if digits == "1" else f"{digits} · {power}"
    return text.replace("%", " %")


def problems_of(words: Mapping[str, str], readings: Sequence[Named]) -> list[str]:
    """What is wrong with the blanks of a claim's words: braces that are none, and readings that are not there."""
    problems = []
    for name, text in words.items():
        if MISSHAPEN.search(BLANK.sub("", text)):
            problems.append(f"has a brace in {name} that is no blank: write {{median accuracy:.0%}} or, of another reading, "
                            "{median accuracy | amended:.0%}")  # fmt: skip
        for blank in BLANK.finditer(text):
            try:
                meant(blank[3], readings, blank[0])
            except BlankError as problem:
                problems.append(f"{name}: {problem}")
    return problems
