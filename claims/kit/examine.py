"""Examination: put a claim's readings to its property and write down what happened."""

import hashlib
from time import perf_counter
from typing import Any

from claims.kit.claim import Claim, Reading
from claims.kit.domain import Domain
from claims.kit.engines.engines import Arguments, Happened, constants, exhaustion
from claims.kit.evidence.codec import from_plain, to_plain
from claims.kit.evidence.evidence import Case, ClaimEvidence, ReadingEvidence, machine, rests_on, versions
from claims.kit.profiles import Profile
from claims.kit.property import Falsified, Unsettled, listening
from claims.kit.text import as_text

CHOICE = "choice"
HOLDS = "the statement holds here"


def examine_reading(claim: Claim, one: Reading, profile: Profile, entropy: int | None = None) -> ReadingEvidence:
    """Put one reading to the property."""
    chosen = entropy_of(claim, one) if entropy is None else entropy
    engine = exhaustion() if one.role == "witness" else claim.by
    started = perf_counter()
    happened = engine.put(claim.check, one, profile, chosen)
    seconds = perf_counter() - started
    again = _fall_again(claim, happened) if engine.name != "trials" else None
    timed = engine.timed
    return ReadingEvidence(
        name=one.name, role=one.role, domain=one.words, engine=engine.name,
        outcome=happened.outcome, why=happened.why,  # type: ignore[arg-type]
        cases=happened.cases, enough=happened.enough, discarded=happened.discarded, complete=happened.complete,
        wins=happened.wins, trials=happened.trials, level=happened.level,
        entropy=None if engine.name == "exhaustion" else chosen,
        strain=None if happened.tightest is None or timed else happened.tightest[1].strain,
        counterexample=_counterexample(one, engine.name, happened, again),
        tightest=_tightest(claim, one, happened),
        measured=happened.measured if engine.name == "trials" else [],
        recorded=happened.recorded, timed=timed, seconds=seconds,
    )  # fmt: skip


def collect(claim: Claim, profile: Profile, readings: list[ReadingEvidence]) -> ClaimEvidence:
    """Everything seen about a claim, with the figure drawn from it."""
    chart = claim.figure({one.name: one for one in readings}) if claim.figure else None
    return ClaimEvidence(
        id=claim.id, profile=profile.name, rests_on=rests_on(claim), versions=versions(), machine=machine(),
        readings=readings, figure=None if chart is None else chart.to_dict(),
    )  # fmt: skip


def entropy_of(claim: Claim, one: Reading) -> int:
    """The same cases at every run, other ones for every reading, and none the worse for an edit elsewhere. Trials all have the
    same seeds: so readings are paired, and claims that speak of one network speak of the same one."""
    if claim.by.name == "trials":
        return 0
    return int.from_bytes(hashlib.sha256(f"{claim.id}\0{one.name}".encode()).digest()[:7])


def put_once(claim: Claim, arguments: Arguments) -> tuple[str, list[tuple[str, Any]]]:
    """Run one case and return what the property said and showed; a case that holds says so."""
    with listening() as seen:
        try:
            claim.check(**arguments)
        except Falsified as falsified:
            return str(falsified), seen.shown
        except Unsettled as unsettled:
            return f"cannot be told: {unsettled}", seen.shown
    return HOLDS, seen.shown


Again = tuple[str, list[tuple[str, Any]]]


def _fall_again(claim: Claim, happened: Happened) -> Again | None:
    """A counterexample falls every time. One that does not, because the property is random or changes what it is given, is an
    error; Hypothesis notices only some of these, and a list of cases is gone through once."""
    if happened.outcome != "fell" or happened.fallen is None:
        return None
    try:
        again = put_once(claim, happened.fallen[0])
    except Exception as crash:
        happened.crashed(crash)
        return None
    if again[0] == HOLDS:
        happened.outcome, happened.why = "error", f"fell ({happened.fallen[1]}), and held when the same case was run again"
    return again


def _counterexample(one: Reading, engine: str, happened: Happened, again: Again | None) -> Case | None:
    """The falsifying case with its arithmetic. A trial's is one of several seeds, and is replayed only when asked for."""
    if happened.outcome != "fell" or happened.fallen is None:
        return None
    arguments, says = happened.fallen
    says, shown = again or (says, [])
    searched = "search, first found" if one.is_control else "search, smallest found"
    found = {"search": searched, "exhaustion": "first of the list", "trials": "one of the seeds"}[engine]
    return _case("stored witness" if one.role == "witness" else found, one, arguments, says, shown)


def _tightest(claim: Claim, one: Reading, happened: Happened) -> Case | None:
    """The valid case that came nearest to failing; of a witness that holds, the case itself with its arithmetic."""
    if happened.outcome != "held":
        return None
    if one.role == "witness":
        return _case("stored witness", one, constants(one), *put_once(claim, constants(one)))
    if happened.tightest is None:
        return None
    arguments, seen = happened.tightest
    return _case("nearest to failing", one, arguments, seen.strained_by, [])


def _case(found_by: str, one: Reading, arguments: Arguments, says: str, shown: list[tuple[str, Any]]) -> Case:
    drawn = {name: value for name, value in arguments.items() if name not in constants(one) or one.role == "witness"}
    stored = {name: value for name, value in drawn.items() if name not in constants(one)}
    return Case(
        found_by=found_by,
        arguments={name: _stored(one.arguments[name], value) for name, value in stored.items()},
        text={name: as_text(value) for name, value in drawn.items()},
        says=says,
        shown=[(label, as_text(value)) for label, value in shown],
    )


def _stored(domain: Domain, value: Any) -> Any:
    """A value of a finite list by its place there, which spares it an encoding; any other in full."""
    if domain.values is not None:
        return {CHOICE: next(place for place, known in enumerate(domain.values) if known is value)}
    return to_plain(value)


def rebuilt(one: Reading, case: Case) -> Arguments:
    """The arguments of a stored case."""
    drawn = {}
    for name, plain in case.arguments.items():
        values = one.arguments[name].values
        by_place = values is not None and isinstance(plain, dict) and CHOICE in plain
        drawn[name] = values[plain[CHOICE]] if values is not None and by_place else from_plain(plain)
    return constants(one) | drawn
