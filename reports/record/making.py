"""From evidence to the record: each claim is judged, tables are filled in, and what training and clocks showed is summed up."""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

import msgspec

from claims.evidence import runs as kept
from claims.evidence.evidence import ClaimEvidence, Examined, machine, versions
from claims.evidence.keys import Target, here
from claims.evidence.outcomes import WORDS
from claims.evidence.profiles import Profile
from claims.evidence.source import digest
from claims.evidence.stability import Tried
from claims.evidence.store import Store
from claims.evidence.verdict import judge
from claims.kit.blanks import BlankError, filled
from claims.kit.challenge.accepted import Accepted
from claims.kit.claim import Claim, ClaimError
from claims.kit.earlier import Earlier
from claims.kit.facts.comparison import decides
from claims.kit.facts.fact import ANY, Elsewhere, Fact, Published
from claims.kit.table import Cell, Table
from claims.kit.terms import Term
from claims.kit.told import Told
from claims.texts import About, the_text
from reports.record.checkout import commit
from reports.record.oracles import ORACLES, Rests, rests_of
from reports.record.readings import clocked, reading_record
from reports.record.record import (
    SCHEMA,
    AcceptedRecord,
    CellRecord,
    ClaimRecord,
    EarlierRecord,
    ElsewhereRecord,
    Engine,
    FactRecord,
    FigureRecord,
    LibrariesRecord,
    MachinesRecord,
    PrintRecord,
    Record,
    Run,
    TableRecord,
    TermRecord,
    TrainingRecord,
    counts,
    with_digest,
)  # fmt: skip
from reports.record.stability import stability_record


class Around(NamedTuple):
    """What the record has beside the claims: tables to fill in, statements settled elsewhere, what to correct first, and whose
    figures show what training showed, what was timed, and what libraries answered; verdicts that were other ones; challenges that
    were `accepted`; the words that people ask with; how notes say what claims say; the oracles that tests add; and where claims
    were examined otherwise than usual."""

    tables: Sequence[Table] = ()
    elsewhere: Sequence[Elsewhere] = ()
    first: Sequence[str] = ()
    figures: Sequence[str] = ()
    timed: Sequence[str] = ()
    answered: Sequence[str] = ()
    earlier: Sequence[Earlier] = ()
    accepted: Sequence[Accepted] = ()
    terms: Sequence[Term] = ()
    heard: Sequence[tuple[str, list[str]]] = ()
    crossed: Mapping[str, list[str]] = {}
    tried: Mapping[str, Tried] = {}


def terms_of(terms: Iterable[Term], ids: Container[str]) -> list[TermRecord]:
    """The terms that lead to claims of these ids, and those that lead nowhere on purpose."""
    found = [(one, TermRecord(names=one.names, claims=[id for id in one.claims if id in ids])) for one in terms]
    return [made for one, made in found if made.claims or not one.claims]


def make_record(
    claims: Sequence[Claim | Told],
    evidence: Mapping[str, ClaimEvidence],
    profile: Profile,
    seconds: float,
    around: Around = Around(),
    runs: Iterable[kept.Run] = (),
    readings: Mapping[str, Mapping[str, Examined]] | None = None,
    store: Store = Store(None),
    new: Collection[str] = (),
    text: About = About(title=""),
    address: str = "",
) -> Record:
    """Judge the evidence, claim by claim; tables of which no cell was examined are left out. `runs` are those of networks in
    training that the evidence rests on, `readings` what is known of how and when each was examined, of the
    `new` ones in this run; the `address` is where the pages are published."""
    rests = rests_of(claims, around.crossed, store)
    judged = [_claim_record(one, evidence[one.id], profile, around, rests.get(one.id, Rests())) for one in claims]
    trained = _trained(claims, evidence, around.figures, list(runs), store)
    seen = readings or {}
    run = Run(
        date=datetime.now(UTC).isoformat(timespec="seconds"), commit=commit(the_text().report), address=address,
        machine=machine(), versions=versions(),
        profile=profile.name, seconds=round(seconds, 1), took=_took(seen), clocked=_clocked(seen), training=trained.seconds,
        examined={id: "now" if id in new else _before(of) for id, of in seen.items() if of},
    )  # fmt: skip
    by_id = {one.id: one for one in judged}
    filled = [_table_record(one, by_id) for one in around.tables]
    apart = [one.name for one in text.chapters if one.apart]
    settled = [_elsewhere_record(one, by_id) for one in around.elsewhere]
    return with_digest(Record(
        schema=SCHEMA, text=text, run=run, claims=judged,
        summary=dict.fromkeys(WORDS, 0) | counts(one for one in judged if one.chapter not in apart),
        apart={chapter: counts(found) for chapter in apart if (found := [one for one in judged if one.chapter == chapter])},
        tables=[one for one in filled if any(getattr(cell, "came", "") for _, cells in one.rows for cell in cells)],
        elsewhere=settled, instead=_instead([one for one in judged if one.chapter not in apart], around.first),
        training=trained.record, machines=_timed(evidence, around.timed, store),
        libraries=_answered(evidence, around.answered, store), terms=terms_of(around.terms, by_id),
        heard={id: says for id, says in around.heard if id in by_id}, oracles=_explained(judged),
    ))  # fmt: skip


def _explained(judged: Iterable[ClaimRecord]) -> dict[str, str]:
    """What each oracle is that is named."""
    return {name: ORACLES[name].says for name in sorted({name for one in judged for name in one.oracles})}


class Trained(msgspec.Struct, frozen=True):
    """What training showed, and by experiment the seconds that a run of each arm took."""

    record: TrainingRecord | None = None
    seconds: dict[str, list[float]] = {}


def _trained(
    claims: Sequence[Claim | Told],
    evidence: Mapping[str, ClaimEvidence],
    figures: Sequence[str],
    runs: list[kept.Run],
    store: Store,
) -> Trained:
    """From the store, unless a run, an outcome or the code is another one: to sum it up takes torch."""
    if not runs:
        return Trained()
    trials = [one for one in claims if one.by.name == "trials"]
    modules = sorted({one.experiment.rpartition(".")[0] for one in runs})
    told = msgspec.json.encode([
        sorted((one.key, one.content, one.seconds) for one in runs), list(figures), [here().text(one) for one in modules],
        [(one.id, [(each.name, each.role, each.words) for each in one.readings]) for one in trials],
        [(one.id, evidence[one.id].figure is not None, [each.outcome for each in evidence[one.id].readings]) for one in trials],
    ])  # fmt: skip
    words = [here().fingerprint(one) for name in ("VARIED", "ARMS") if (one := the_text().brings("showed", name))]
    code = digest(here().fingerprint(Target("reports.record.training", "training_record")), *words)

    def sum_up() -> Trained:
        from reports.record.training import Words, arms_of, seconds_of, training_record

        arms = arms_of(runs)
        words = Words(the_text().listed("showed", "VARIED", {}), the_text().listed("showed", "ARMS", {}))
        return Trained(
            training_record(claims, evidence, figures, arms, words), {name: seconds_of(found) for name, found in arms.items()}
        )

    return store.once("training", digest(code, told.decode()), Trained, sum_up)


class Timed(msgspec.Struct, frozen=True):
    """What was timed."""

    record: MachinesRecord | None = None


def _timed(evidence: Mapping[str, ClaimEvidence], figures: Sequence[str], store: Store) -> MachinesRecord | None:
    drawn = [id for id in figures if id in evidence and evidence[id].figure]
    if not drawn:
        return None

    def sum_up() -> Timed:
        from reports.record.machines import machines_record

        return Timed(machines_record(drawn, why_faster))

    why_faster = the_text().listed("showed", "WHY_FASTER", "")
    code = here().fingerprint(Target("reports.record.machines", "machines_record"))
    return store.once("machines", digest(code, why_faster, *drawn), Timed, sum_up).record


class Answered(msgspec.Struct, frozen=True):
    """What libraries answered."""

    record: LibrariesRecord | None = None


def _answered(evidence: Mapping[str, ClaimEvidence], figures: Sequence[str], store: Store) -> LibrariesRecord | None:
    drawn = [id for id in figures if id in evidence and evidence[id].figure]
    if not drawn:
        return None

    def sum_up() -> Answered:
        from reports.record.libraries import libraries_record

        return Answered(libraries_record(drawn))

    code = here().fingerprint(Target("reports.record.libraries", "libraries_record"))
    return store.once("libraries", digest(code, *drawn), Answered, sum_up).record


def _instead(judged: Sequence[ClaimRecord], first: Sequence[str]) -> list[str]:
    """What fell as the text puts it: these first, all others as they stand."""
    fallen = [one.id for one in judged if _fell(one)]
    return [id for id in first if id in fallen] + [id for id in fallen if id not in first]


def _fell(claim: ClaimRecord) -> bool:
    stands_for_it = ("as written", "witness")
    return claim.verdict != "undecided" and any(one.role in stands_for_it and one.outcome == "fell" for one in claim.readings)


def _elsewhere_record(one: Elsewhere, judged: Mapping[str, ClaimRecord]) -> ElsewhereRecord:
    verdicts: list[tuple[str, str]] = [(id, judged[id].verdict if id in judged else "") for id in one.claims]
    return ElsewhereRecord(name=one.name, lines=one.lines, says=one.says, why=one.why, claims=verdicts)


def _fact_record(fact: Fact) -> FactRecord:
    said = fact.configuration
    return FactRecord(
        measures=fact.measures, prints=fact.prints, of=", ".join(text for text in said.given.values() if text != ANY),
        published=[_print_record(fact, one) for one in fact.published],
    )  # fmt: skip


def _print_record(fact: Fact, one: Published) -> PrintRecord:
    of = one.of.without(fact.configuration).given.values()
    return PrintRecord(
        prints=fact.stated(one).name, of=", ".join(of), source=one.source, where=one.where, verified=one.verified,
        decides=decides(fact, one),
    )  # fmt: skip


def _table_record(table: Table, judged: Mapping[str, ClaimRecord]) -> TableRecord:
    def filled(cell: Cell) -> CellRecord:
        fact = judged[cell.claim].fact if cell.claim in judged else None
        prints = fact.prints if fact else cell.prints
        return CellRecord(claim=cell.claim, reading=cell.reading, prints=prints, came=_came(cell, judged))

    rows = [(name, [filled(cell) if isinstance(cell, Cell) else cell for cell in cells]) for name, cells in table.rows]
    return TableRecord(
        id=table.id, chapter=table.chapter, title=table.title, says=table.says, lines=list(table.lines),
        columns=list(table.columns), rows=rows,
    )  # fmt: skip


def _came(cell: Cell, judged: Mapping[str, ClaimRecord]) -> str:
    if (claim := judged.get(cell.claim)) is None:
        return ""
    if not cell.reading:
        return claim.verdict
    return next((one.outcome for one in claim.readings if one.name == cell.reading), "")


def _claim_record(claim: Claim | Told, seen: ClaimEvidence, profile: Profile, around: Around, rests: Rests) -> ClaimRecord:
    verdict = judge(seen.readings, may_conclude=profile.may_conclude)
    chart = seen.figure
    says, teach, not_shown, scope = _words(claim, seen)
    earlier = [one for one in around.earlier if one.claim == claim.id]
    accepted = [one for one in around.accepted if one.claim == claim.id]
    return ClaimRecord(
        id=claim.id, chapter=claim.chapter, says=says, verdict=verdict.word, why=verdict.why,
        expected=claim.expect, teach=teach, not_shown=not_shown, scope=scope, by=cast(Engine, claim.by.name),
        cites=list(claim.cites), lines=list(claim.lines), defined_at=claim.defined_at,
        readings=[reading_record(claim, one) for one in seen.readings],
        figure=None if chart is None else FigureRecord(title=str(chart["title"]), says=chart["description"]),
        fact=None if claim.fact is None else _fact_record(claim.fact), uses=list(claim.uses), contrary=list(claim.contrary),
        why_not=dict(claim.why_not),
        asked=claim.asked,
        earlier=[EarlierRecord(until=one.until, was=one.was, because=one.because) for one in earlier],
        accepted=[AcceptedRecord(by=one.by, what=one.what) for one in accepted],
        oracles=rests.oracles, crossed=rests.crossed,
        stability=stability_record(claim, seen, around.tried.get(claim.id)) if profile.may_conclude else None,
    )  # fmt: skip


def _words(claim: Claim | Told, seen: ClaimEvidence) -> list[str]:
    """What it says, with the numbers that were measured."""
    try:
        return [filled(text, seen.readings) for text in (claim.says, claim.teach, claim.not_shown, claim.scope)]
    except BlankError as problem:
        raise ClaimError(f"{claim.defined_at}: claim {claim.id!r}, {problem}") from problem


def _before(readings: Mapping[str, Examined]) -> str:
    return f"on {max(one.date for one in readings.values())[:10]}, here"


def _took(readings: Mapping[str, Mapping[str, Examined]]) -> dict[str, dict[str, float]]:
    took = {id: {name: one.seconds for name, one in of.items() if one.seconds} for id, of in readings.items()}
    return {id: of for id, of in took.items() if of}


def _clocked(readings: Mapping[str, Mapping[str, Examined]]) -> dict[str, dict[str, dict[str, Any]]]:
    timed = {id: {name: clocked(one.clocked) for name, one in of.items() if one.clocked} for id, of in readings.items()}
    return {id: of for id, of in timed.items() if of}
