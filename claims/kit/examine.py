"""Examination: put a claim's readings to its property and write down what happened."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import msgspec

from claims.evidence.codec import NotStorable, from_plain, to_plain
from claims.evidence.evidence import Case, Clocked, Examined, ReadingEvidence
from claims.evidence.profiles import Profile
from claims.kit.claim import Claim
from claims.kit.domain import Domain
from claims.kit.engines.engine import Arguments, Happened, constants
from claims.kit.engines.exhaustion import exhaustion
from claims.kit.property import Falsified, Unsettled, listening
from claims.kit.reading import Check, Reading, property_of
from claims.kit.text import as_text

CHOICE = "choice"
HOLDS = "the statement holds here"
WORSE = 1.1  # times as far beyond the bound is worth a case of its own
Again = tuple[str, list[tuple[str, Any]]]  # what the property said and showed


def examine_reading(claim: Claim, one: Reading, profile: Profile, entropy: int | None = None) -> ReadingEvidence:
    """Put one reading to the property."""
    return examined(claim, one, profile, entropy).evidence


def examined(claim: Claim, one: Reading, profile: Profile, entropy: int | None = None) -> Examined:
    """The same, with when and how fast; what a clock decided stands apart from the evidence."""
    chosen = entropy_of(claim, one) if entropy is None else entropy
    engine = exhaustion() if one.role == "witness" else claim.by
    date, started = datetime.now(UTC).isoformat(timespec="seconds"), perf_counter()
    happened = engine.put(property_of(claim.check, one), one, profile, chosen)
    seconds = round(perf_counter() - started, 3)
    again = _fall_again(claim, one, happened) if engine.name != "trials" else None
    evidence = _evidence(claim, one, engine.name, happened, again, None if engine.name == "exhaustion" else chosen)
    if not engine.timed:
        return Examined(evidence=evidence, date=date, seconds=seconds)
    clocked = Clocked(
        cases=happened.cases,
        wins=happened.wins or 0,
        measured=happened.measured,
        recorded=happened.recorded,
        disturbed=happened.disturbed,
    )
    steady = msgspec.structs.replace(
        evidence, cases=0, wins=None, measured=[], strain=None, counterexample=None, worst=None, tightest=None
    )
    return Examined(evidence=msgspec.structs.replace(steady, timed=True), date=date, seconds=seconds, clocked=clocked)


def _evidence(
    claim: Claim, one: Reading, engine: str, happened: Happened, again: Again | None, entropy: int | None
) -> ReadingEvidence:
    return ReadingEvidence(
        name=one.name, role=one.role, engine=engine, outcome=happened.outcome, why=happened.why,  # type: ignore[arg-type]
        cases=happened.cases, enough=happened.enough, discarded=happened.discarded, repeated=happened.repeated,
        complete=happened.complete, wins=happened.wins, trials=happened.trials, level=happened.level, power=happened.power,
        entropy=entropy,
        strain=None if happened.tightest is None else happened.tightest[1].strain,
        counterexample=_counterexample(one, engine, happened, again), worst=_worst(claim, one, engine, happened),
        tightest=_tightest(claim, one, happened),
        measured=[] if engine == "search" else happened.measured,
    )  # fmt: skip


def chart_of(claim: Claim, readings: Sequence[ReadingEvidence]) -> dict[str, Any] | None:
    """The figure of a claim, drawn from what was seen."""
    chart = claim.figure({one.name: one for one in readings}) if claim.figure else None
    return None if chart is None else _without_last_bits(chart.to_dict())


def _without_last_bits(drawn: Any) -> Any:
    """A chart with numbers of six digits, which every processor agrees on and nobody sees more of; names stand in the order in
    which they are read back from disk, so that a picture is drawn once."""
    match drawn:
        case float():
            return float(f"{drawn:.6g}")
        case dict():
            return {name: _without_last_bits(part) for name, part in sorted(drawn.items())}
        case list() | tuple():
            return [_without_last_bits(part) for part in drawn]
    return drawn


def entropy_of(claim: Claim, one: Reading) -> int:
    """The same cases at every run, other ones for every reading, and none the worse for an edit elsewhere. Trials all have the
    same seeds: so readings are paired, and claims that speak of one network speak of the same one."""
    if claim.by.name == "trials":
        return 0
    return int.from_bytes(hashlib.sha256(f"{claim.id}\0{one.name}".encode()).digest()[:7])


def put_once(check: Check, arguments: Arguments) -> tuple[str, list[tuple[str, Any]]]:
    """Run one case and return what the property said and showed; a case that holds says so."""
    with listening() as seen:
        try:
            check(**arguments)
        except Falsified as falsified:
            return str(falsified), seen.shown
        except Unsettled as unsettled:
            return f"cannot be told: {unsettled}", seen.shown
    return HOLDS, seen.shown


def _fall_again(claim: Claim, one: Reading, happened: Happened) -> Again | None:
    """A counterexample falls every time. One that does not, because the property is random or changes what it is given, is an
    error; Hypothesis notices only some of these, and a list of cases is gone through once."""
    if happened.outcome != "fell" or happened.fallen is None:
        return None
    try:
        again = put_once(property_of(claim.check, one), happened.fallen.arguments)
    except Exception as crash:
        happened.crashed(crash)
        return None
    if again[0] == HOLDS:
        happened.outcome, happened.why = "error", f"fell ({happened.fallen.says}), and held when the same case was run again"
    return again


def _counterexample(one: Reading, engine: str, happened: Happened, again: Again | None) -> Case | None:
    """The falsifying case with its arithmetic. A trial's is one of several seeds, and is replayed only when asked for."""
    if happened.outcome != "fell" or happened.fallen is None:
        return None
    arguments, says, strain = happened.fallen
    says, shown = again or (says, [])
    searched = "search, first found" if one.is_control else "search, smallest found"
    found = {"search": searched, "exhaustion": "first of the list", "trials": "one of the seeds"}[engine]
    return _case("stored witness" if one.role == "witness" else found, one, arguments, says, shown, strain)


def _worst(claim: Claim, one: Reading, engine: str, happened: Happened) -> Case | None:
    """Of the reading as written, the case that misses its bound by most, where that is another one."""
    if happened.outcome != "fell" or one.role != "as written" or happened.worst is None or happened.fallen is None:
        return None
    arguments, says, strain = happened.worst
    if (strain or 0) <= WORSE * (happened.fallen.strain or 0):
        return None
    says, shown = (says, []) if engine == "trials" else put_once(property_of(claim.check, one), arguments)
    found = {"search": "search, worst found", "exhaustion": "worst of the list", "trials": "worst of the seeds"}[engine]
    return _case(found, one, arguments, says, shown, strain)


def _tightest(claim: Claim, one: Reading, happened: Happened) -> Case | None:
    """The valid case that came nearest to failing; of a witness that holds, the case itself with its arithmetic."""
    if happened.outcome != "held":
        return None
    if one.role == "witness":
        return _case("stored witness", one, constants(one), *put_once(property_of(claim.check, one), constants(one)))
    if happened.tightest is None:
        return None
    arguments, seen = happened.tightest
    return _case("nearest to failing", one, arguments, seen.strained_by, [])


def _case(
    found_by: str, one: Reading, arguments: Arguments, says: str, shown: list[tuple[str, Any]], strain: float | None = None
) -> Case:
    drawn = {name: value for name, value in arguments.items() if name not in constants(one) or one.role == "witness"}
    stored = {name: value for name, value in drawn.items() if name not in constants(one)}
    return Case(
        found_by=found_by,
        arguments={name: _stored(one.arguments[name], value) for name, value in stored.items()},
        text={name: as_text(value) for name, value in drawn.items()},
        says=says,
        shown=[(label, as_text(value)) for label, value in shown],
        strain=strain,
    )


def _stored(domain: Domain, value: Any) -> Any:
    """A value of a finite list by its place there, which spares it an encoding; any other in full."""
    if domain.values is not None:
        return {CHOICE: next(place for place, known in enumerate(domain.values) if known is value)}
    return to_plain(value)


def rebuilt(one: Reading, case: Case) -> Arguments:
    """The arguments of a stored case. NotStorable where it is none of this reading."""
    drawn = {}
    for name, plain in case.arguments.items():
        if name not in one.arguments:
            raise NotStorable(f"“{one.name}” has no argument {name!r} any more; examine the claim again")
        values = one.arguments[name].values
        if values is not None and isinstance(plain, dict) and CHOICE in plain:
            drawn[name] = _chosen(values, plain[CHOICE])
        else:
            drawn[name] = from_plain(plain)
    return constants(one) | drawn


def _chosen(values: Sequence[Any], place: Any) -> Any:
    if not isinstance(place, int) or not 0 <= place < len(values):
        raise NotStorable(f"there is no case {place!r} among {len(values)}; examine the claim again")
    return values[place]
