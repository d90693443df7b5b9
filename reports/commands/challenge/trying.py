"""What a challenge comes to, by the engines and the judge of the report: it is one more reading, or takes the place of one."""

import inspect
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from claims.evidence.evidence import Case, ClaimEvidence, ReadingEvidence
from claims.evidence.outcomes import Role
from claims.evidence.profiles import PROFILES, Profile
from claims.evidence.verdict import Verdict, how_often, judge
from claims.kit.challenge import Challenge
from claims.kit.challenge.within import CANNOT_TELL, Why, outside
from claims.kit.claim import Claim, ClaimError
from claims.kit.domain import Domain
from claims.kit.engines.engine import constants
from claims.kit.examine import examine_reading
from claims.kit.reading import Reading, property_of

MAY_HOLD = ("as written", "amended", "holds for")  # readings that a counterexample brings down where it is one of their cases


class Outcome(NamedTuple):
    """What is to be said, line by line, and whether the verdict would be another one."""

    lines: list[str]
    changes: bool = False


def tried(challenge: Challenge, claim: Claim, seen: ClaimEvidence, profile: Profile) -> Outcome:
    """Put it to the claim. ClaimError, with its place, where it does not fit, or crashes."""
    fitting(challenge, claim)
    if challenge.kind == "counterexample":
        return _counterexample(challenge, claim, seen, profile)
    return _rival(challenge, claim, seen, profile) if challenge.kind == "rival" else _variant(challenge, claim, seen, profile)


# --- whether it fits ------------------------------------------------------------------------------------------------


def fitting(challenge: Challenge, claim: Claim) -> None:
    """ClaimError where its arguments, or the reading that it names, are none of the claim's."""
    names = [one.name for one in claim.readings]
    if challenge.kind == "counterexample" and challenge.name not in names:
        _refuse(challenge, f"{claim.id} has no reading {challenge.name!r}; there are {', '.join(map(repr, names))}")
    against = claim.reading(challenge.name) if challenge.kind == "counterexample" else claim.readings[0]
    wanted = list(inspect.signature(property_of(claim.check, against)).parameters)
    if strange := [one for one in challenge.given.arguments if one not in wanted]:
        _refuse(challenge, f"gives {', '.join(strange)}, and the property takes {', '.join(wanted)}")
    if challenge.kind != "counterexample" and not challenge.given.arguments:
        _refuse(challenge, f"changes nothing; give one of {', '.join(wanted)}")
    if challenge.kind == "counterexample":
        if left := [one for one in wanted if one not in {*challenge.given.arguments, *constants(against)}]:
            _refuse(challenge, f"leaves {', '.join(left)} open; give a value for each")
        if many := [name for name, one in challenge.given.arguments.items() if not one.is_one_value]:
            _refuse(challenge, f"gives a domain for {', '.join(many)}; a counterexample is one case, a rival reading has domains")
    elif problems := claim.by.problems_of([_instead(claim, challenge, "as written")]):
        _refuse(challenge, f"{claim.id} {problems[0]}")


def _refuse(challenge: Challenge, why: str) -> None:
    raise ClaimError(f"{challenge.place}: the {challenge.kind} {why}")


def _instead(claim: Claim, challenge: Challenge, role: Role) -> Reading:
    """The reading as written with what the challenge gives in its place."""
    return Reading(dict(claim.readings[0].arguments) | dict(challenge.given.arguments), role, challenge.name)


# --- what comes of it -----------------------------------------------------------------------------------------------


def _counterexample(challenge: Challenge, claim: Claim, seen: ClaimEvidence, profile: Profile) -> Outcome:
    against = claim.reading(challenge.name)
    if claim.by.name == "trials":
        return Outcome(["It is settled by trials, which say “usually”: one seed that falls is no news. Give a rival reading."])
    fixed = {name: domain for name, domain in against.arguments.items() if domain.is_one_value}
    arguments = fixed | dict(challenge.given.arguments)
    one = Reading(arguments, "witness", challenge.name, against.check)
    came = _must_come_out(challenge, examine_reading(claim, one, profile))
    lines = _shown(came.counterexample or came.tightest)
    if came.outcome == "held":
        return Outcome([*lines, f"The statement holds there, so nothing would change: {claim.id} stays {_now(seen).word}."])
    within = _outside(against, arguments)
    if within:
        told = f"It falls there, but the case is outside of the domain of “{against.name}”, because {within}."
        return Outcome([*lines, told, f"Nothing would change: {claim.id} stays {_now(seen).word}."])
    if within is CANNOT_TELL:
        lines.append(f"No program can tell whether “{against.name}” speaks of this case. It speaks of: {against.words}. If so:")
    also = [one.name for one in claim.readings if one.role in MAY_HOLD and _outside(one, arguments) == ""]
    names = {against.name, *also}
    would = judged([_fallen(one, came) if one.name in names else one for one in seen.readings], seen)
    for was in (one for one in seen.readings if one.name in names):
        lines.append(f"The case falls: “{was.name}” {'fell already' if was.outcome == 'fell' else 'would fall'}.")
    return _concluded(lines, claim, seen, {"": would})


def _rival(challenge: Challenge, claim: Claim, seen: ClaimEvidence, profile: Profile) -> Outcome:
    came = _must_come_out(challenge, examine_reading(claim, _instead(claim, challenge, "also"), profile))
    lines = [f"Read so, it {_came(came)}.", *_shown(came.counterexample)]
    others = [one for one in seen.readings if one.role not in ("as written", "witness")]
    written = msgspec.structs.replace(came, role="as written")
    condition = msgspec.structs.replace(came, role="amended")
    return _concluded(lines, claim, seen, {
        "In place of the reading as written: ": judged([written, *others], seen),
        "As a condition beside it: ": judged([*seen.readings, condition], seen),
    })  # fmt: skip


def _variant(challenge: Challenge, claim: Claim, seen: ClaimEvidence, profile: Profile) -> Outcome:
    came = _must_come_out(challenge, examine_reading(claim, _instead(claim, challenge, "fails for"), profile))
    lines = _shown(came.counterexample)
    if came.outcome == "fell":
        lines.append("The claim refuses the variant: a control that comes out as it must.")
    else:
        lines.append(f"The variant passes: it {_came(came)}, so this check does not catch it.")
    return _concluded(lines, claim, seen, {"As a control: ": judged([*seen.readings, came], seen)})


def _must_come_out(challenge: Challenge, came: ReadingEvidence) -> ReadingEvidence:
    """One that crashes is a mistake of whoever wrote it; one that comes to nothing decides nothing."""
    if came.outcome not in ("held", "fell"):
        _refuse(challenge, f"comes to nothing ({came.outcome}): {came.why}; a crash is no counterexample, mend it there")
    return came


def _outside(one: Reading, arguments: Mapping[str, Domain]) -> Why:
    """Why these values are none of the reading's cases."""
    found = {name: outside(domain, arguments[name].values[0]) for name, domain in one.arguments.items() if name in arguments}  # type: ignore[index]
    if wrong := next(((name, why) for name, why in found.items() if why), None):
        return f"of {wrong[0]} {wrong[1]}"
    return CANNOT_TELL if CANNOT_TELL in found.values() or found.keys() != one.arguments.keys() else ""


def _fallen(one: ReadingEvidence, came: ReadingEvidence) -> ReadingEvidence:
    """The reading as the report would have it, had it come across that case."""
    return msgspec.structs.replace(one, outcome="fell", why=came.why, cases=one.cases + 1, counterexample=came.counterexample)


def judged(readings: Sequence[ReadingEvidence], seen: ClaimEvidence) -> Verdict:
    """By the judge of the report."""
    return judge(readings, may_conclude=PROFILES[seen.profile].may_conclude)


def _now(seen: ClaimEvidence) -> Verdict:
    return judged(seen.readings, seen)


def _concluded(lines: list[str], claim: Claim, seen: ClaimEvidence, would: Mapping[str, Verdict]) -> Outcome:
    now, changes = _now(seen), False
    for how, verdict in would.items():
        if verdict.word == now.word:
            lines.append(f"{how}{claim.id} would stay {now.word}.")
        else:
            lines.append(f"{how}{claim.id} would change: {now.word} becomes {verdict.word}. {verdict.why}")
            changes = True
    return Outcome(lines, changes)


def _came(came: ReadingEvidence) -> str:
    return f"held in {how_often(came)}" if came.outcome == "held" else f"falls ({came.why})"


def _shown(case: Case | None) -> list[str]:
    """A case with its arithmetic."""
    if case is None:
        return []
    values = [*case.text.items(), *case.shown]
    lines = [f"  {label} = {' '.join(text.split())}" for label, text in values]
    return [*lines, f"  → {case.says}"]
