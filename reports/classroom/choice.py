"""Which statements a lesson is made of, and what there is to look at for each."""

from collections.abc import Iterable, Sequence

from claims.evidence.evidence import Case, ReadingEvidence
from reports.pages.render import cases_of
from reports.record.record import ClaimRecord, Record
from reports.text.wording import STANDS

MOST = 20
LINES, LETTERS = 14, 500  # of a case that can be read from the last row

RULE = (
    "Of every chapter of the text the first statement to correct, then of every chapter the first that stands as written, "
    f"each with a case or a figure to look at, until there are {MOST}."
)


def chosen(record: Record, ids: Sequence[str]) -> list[ClaimRecord]:
    """The claims of these ids, or where there are none, those of the rule; in the order of the text."""
    wanted = set(ids or _by_rule(record))
    return [one for one in record.claims if one.id in wanted]


def case_of(claim: ClaimRecord) -> tuple[ReadingEvidence, Case] | None:
    """The stored case for a board: the first that fell and is not too large, else the smallest. A lost seed shows nothing."""
    cases = [(one, case) for one, case in cases_of(claim) if not claim.fact and (one.engine or claim.by) != "trials"]
    fallen = [(one, case) for one, case in cases if one.outcome == "fell"] or cases
    return next((found for found in fallen if _fits(found[1])), min(cases, key=lambda found: len(_text(found[1])), default=None))


def _by_rule(record: Record) -> list[str]:
    by_id = {one.id: one for one in record.claims}
    corrected = _first_of_each_chapter(by_id[id] for id in record.instead)
    standing = _first_of_each_chapter(one for one in record.of_text if one.verdict == STANDS)
    return [*corrected, *standing][:MOST]


def _first_of_each_chapter(claims: Iterable[ClaimRecord]) -> list[str]:
    first: dict[str, str] = {}
    for one in claims:
        if one.figure or case_of(one):
            first.setdefault(one.chapter, one.id)
    return list(first.values())


def _text(case: Case) -> str:
    return "\n".join([*case.text.values(), *(value for _, value in case.shown), case.says])


def _fits(case: Case) -> bool:
    return len(_text(case)) <= LETTERS and _text(case).count("\n") < LINES
