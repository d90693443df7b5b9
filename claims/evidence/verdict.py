"""The judge: a pure function of the evidence, short enough to read aloud.

A verdict stands only if the opposite one was reachable: every control came out as it must, one of them came out otherwise than
the reading judged, and altered sentences were told from the statement.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import get_args

from claims.evidence.evidence import ReadingEvidence
from claims.evidence.outcomes import MUST_COME_OUT, Outcome, Role, Word

MOST_DISCARDED = 1 / 3


@dataclass(frozen=True)
class Verdict:
    """One of four words, and why in a sentence."""

    word: Word
    why: str


def judge(readings: Sequence[ReadingEvidence], may_conclude: bool = True) -> Verdict:
    """Supported, qualified, refuted or undecided. What was `also` tried is shown and decides nothing."""
    readings = [one for one in readings if one.role != "also"]
    if trouble := next(filter(None, map(trouble_with, readings)), None):
        return Verdict("undecided", trouble)
    written = next((one for one in readings if one.role == "as written"), None)
    controls = [one for one in readings if one.role in MUST_COME_OUT]
    if written is None or not controls:
        return Verdict("undecided", "a reading as written and a control are needed")
    if astray := next((one for one in controls if one.outcome != MUST_COME_OUT[one.role]), None):
        return Verdict("undecided", f"the control “{astray.name}” {astray.outcome}, so the property cannot tell")
    if alike := next((one for one in readings if one.role == "altered" and not told_from(one, readings)), None):
        return Verdict("undecided", f"the altered sentence “{alike.name}” {alike.outcome} as well, so the check cannot tell it")

    counterexample = next((one for one in readings if one.role in ("as written", "witness") and one.outcome == "fell"), None)
    if counterexample is None:
        verdict = _supported(written, controls)
    elif conditions := [one for one in readings if one.role == "amended" and one.outcome == "held"]:
        verdict = _qualified(conditions, controls)
    else:
        verdict = _refuted(counterexample, controls)
    if not may_conclude and verdict.word != "undecided":
        return Verdict("undecided", f"too little was tried to conclude; it points to {verdict.word}")
    return verdict


def _supported(written: ReadingEvidence, controls: list[ReadingEvidence]) -> Verdict:
    if not (caught := [one.name for one in controls if one.outcome == "fell"]):
        return Verdict("undecided", "it held, but no control shows that the property can fall")
    return Verdict("supported", f"It held in {how_often(written)}, and fell as it must for {listed(caught)}.")


def _qualified(conditions: list[ReadingEvidence], controls: list[ReadingEvidence]) -> Verdict:
    if not any(one.outcome == "fell" for one in controls):
        return Verdict("undecided", "an amendment held, but no control shows that it can fall")
    return Verdict(
        "qualified", f"As written it fell; it held under this condition: {listed([one.name for one in conditions], 'or')}."
    )


def _refuted(counterexample: ReadingEvidence, controls: list[ReadingEvidence]) -> Verdict:
    if not (held := [one.name for one in controls if one.outcome == "held"]):
        return Verdict("undecided", "it fell, but no control shows that the property can hold")
    return Verdict("refuted", f"It fell ({counterexample.why}), and held as it must for {listed(held)}.")


def told_from(altered: ReadingEvidence, readings: Sequence[ReadingEvidence]) -> bool:
    """Whether an altered sentence came out otherwise than the statement: it fell where that held, as written or under a
    condition, or held where that fell as written."""
    stood = any(one.role in ("as written", "amended") and one.outcome == "held" for one in readings)
    fell = any(one.role == "as written" and one.outcome == "fell" for one in readings)
    return (altered.outcome == "fell" and stood) or (altered.outcome == "held" and fell)


def trouble_with(one: ReadingEvidence) -> str | None:
    """What keeps a reading from counting, if anything."""
    if one.outcome not in ("held", "fell"):
        return f"“{one.name}”: {one.outcome}" + (f", {one.why}" if one.why else "")
    if one.outcome == "held" and not one.complete and one.cases < one.enough:
        return f"“{one.name}”: held in {one.cases} distinct cases only, {one.enough} are needed"
    if one.outcome == "held" and one.cases == 0 and not one.timed:  # whose repetitions stand apart, with the clock
        return f"“{one.name}”: held, but there was no case at all"
    if one.discarded and one.discarded >= MOST_DISCARDED * (one.cases + one.discarded):
        return f"“{one.name}”: {one.discarded} of {one.cases + one.discarded} cases were discarded"
    return None


def how_often(one: ReadingEvidence) -> str:
    """The count that a held reading rests on, in words."""
    if one.timed:
        return "the repetitions that were timed"
    if one.wins is not None:
        return f"{one.wins} of {one.cases} seeds"
    if one.complete or one.engine == "exhaustion":
        return f"all {one.cases} cases" if one.cases > 1 else "the one case that there is"
    return f"{one.cases} distinct cases"


def listed(names: Sequence[str], word: str = "and") -> str:
    """A list as prose, each item in quotation marks."""
    quoted = [f"“{name}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"


def usual(role: Role, word: Word) -> Outcome | None:
    """What usually comes of a reading where the claim has that verdict. A condition holds, and so does what is `also` tried; the
    reading as written and a witness hold where the claim is supported, and fall where it is not."""
    if role in ("as written", "witness"):
        return {"supported": "held", "qualified": "fell", "refuted": "fell"}.get(word)  # type: ignore[return-value]
    return "held" if role in ("amended", "also") else None


def pinned(role: Role, name: str, word: Word, contrary: Container[str]) -> frozenset[Outcome]:
    """What may come of a reading where the claim is pinned to that verdict: what is usual for its role or, of one that is
    `contrary`, whatever else. Empty where nothing is pinned."""
    wanted = usual(role, word)
    if wanted is None:
        return frozenset()
    return frozenset(one for one in get_args(Outcome) if (one == wanted) != (name in contrary))
