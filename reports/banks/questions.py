"""What a claim is asked as: a question with one right answer, which the record has, and wrong ones that it has as well.

A claim is asked by its counterexample, by its condition, by its sentence, or as a fact by what was published: by the first of
these that has most wrong answers, of which the record says that they came out otherwise. Where there are fewer than two of
these, its verdict is asked for, among all four that there are.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from claims.evidence.outcomes import WORDS, Outcome, Role
from claims.kit.facts.printed import as_printed
from reports.classroom.choice import LETTERS, LINES, case_of
from reports.pages.arguments import names_in
from reports.record.record import ClaimRecord, ReadingRecord, Record
from reports.text.wording import CORRECTED, ICONS, STANDS, TRUTH, VOTES

WRONG, AT_LEAST = 3, 2  # wrong answers: how many there are, and without how many a claim is not asked that way
SHORT = 240  # letters of a case among the answers
NEAR_MISS = "near miss: "


class Answer(NamedTuple):
    """An answer in our prose, or a case as it is printed, and what is said to whoever takes it."""

    text: str
    right: bool
    because: str
    printed: bool = False


class Question(NamedTuple):
    """A question about a claim: what is `told` first, what is asked, the answers in a fixed order, and what is said afterwards;
    then a case as it is printed, where there is one to show."""

    claim: ClaimRecord
    told: list[str]
    asks: str
    answers: list[Answer]
    feedback: str
    case: str = ""


def questions(record: Record, ids: Sequence[str] = ()) -> list[Question]:
    """One for each of these claims, for all where none is named."""
    return [_question(one, place, record) for place, one in enumerate(record.claims, 1) if not ids or one.id in set(ids)]


def _question(claim: ClaimRecord, place: int, record: Record) -> Question:
    kinds: list[Callable[[ClaimRecord, Record], tuple[str, list[Answer]]]] = [
        _counterexample_by_values, _counterexample_by_name, _condition, _sentence, _figure,
    ]  # fmt: skip
    found = [kind(claim, record) for kind in kinds if claim.verdict in TRUTH] or [(WHICH_VERDICT, [])]
    asks, answers = max(found, key=lambda one: len(one[1]))  # of several as long, the first
    chapter = record.text.chapter(claim.chapter).title
    told = [f"{chapter}, {place}"] if asks in (WHICH_SENTENCE, _published(claim)) else [claim.says]
    if len(answers) <= AT_LEAST:
        asks, answers, told = WHICH_VERDICT, _verdicts(claim), [claim.says]
    else:
        answers = sorted(answers, key=lambda one: sha256(f"{claim.id}\0{one.text}".encode()).digest())
    scope = [f"Scope: {claim.scope}."] if claim.scope else []
    return Question(claim, told + scope, asks, answers, _afterwards(claim), _case(claim))


def _afterwards(claim: ClaimRecord) -> str:
    """The verdict, and what to say instead; of what is undecided, why it is."""
    says = f"{CORRECTED[claim.verdict]}: {claim.teach}" if claim.verdict in TRUTH else claim.why
    held = [one.name for one in _conditions(claim)]
    condition = f" True if {'; or if '.join(held)}." if held else ""
    return f"{ICONS[claim.verdict]} {claim.verdict.capitalize()}.{condition} {says}"


def _case(claim: ClaimRecord) -> str:
    """A counterexample that fits on a board, with its arithmetic."""
    found = case_of(claim)
    if found is None or found[0].outcome != "fell":
        return ""
    text = f"{_lines([*found[1].text.items(), *found[1].shown])}\n→ {found[1].says}".strip()
    return text if len(text) <= LETTERS and text.count("\n") < LINES else ""


def _lines(values: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{name} =\n{text}" if "\n" in text else f"{name} = {text}" for name, text in values)


# --- what a claim can be asked -----------------------------------------------------------------------------------------

WHICH_VERDICT = "What came of this statement when it was put to the test?"
WHICH_CASE = "It does not hold as it is put. Which of these is a counterexample?"
WHICH_CONDITION = "It does not hold as it is put. In one of these cases it does. In which?"
WHICH_SENTENCE = "Which of these statements holds?"


def _verdicts(claim: ClaimRecord) -> list[Answer]:
    return [Answer(f"{one.capitalize()}: {VOTES[one]}", one == claim.verdict, "") for one in WORDS]


def _counterexample_by_values(claim: ClaimRecord, record: Record) -> tuple[str, list[Answer]]:
    """The counterexample beside the closest cases of readings that held and that differ from it in what is drawn alone."""
    written = _names(claim, "as written", "fell")
    if claim.fact or not written or (case := written[0].counterexample) is None or "seed" in case.text:
        return WHICH_CASE, []
    right = Answer(_lines(case.text.items()), True, f"There it fell: {case.says}.", printed=True)
    held = [one for role in ("amended", "also", "holds for") for one in _names(claim, role, "held")]
    others = [one.tightest for one in held if one.tightest and names_in(one.domain) <= set(one.tightest.text)]
    same = [_lines(one.text.items()) for one in others if one.text.keys() == case.text.keys()]
    return WHICH_CASE, _short([right, *(Answer(text, False, "There it held.", printed=True) for text in same)])


def _counterexample_by_name(claim: ClaimRecord, record: Record) -> tuple[str, list[Answer]]:
    """A stored case that fell beside systems and cases where it held."""
    fell = [] if claim.fact else _names(claim, "witness", "fell")
    held = [one for role in ("holds for", "amended", "witness") for one in _names(claim, role, "held")]  # type: ignore[arg-type]
    return WHICH_CASE, _short(
        [Answer(fell[0].name, True, "There it fell."), *(_wrong(one, "There it held.") for one in held)] if fell else []
    )


def _condition(claim: ClaimRecord, record: Record) -> tuple[str, list[Answer]]:
    """The condition beside those that did not rescue it, and beside near misses."""
    held = _conditions(claim)
    fell = [*_names(claim, "amended", "fell"), *([] if claim.fact else _names(claim, "fails for", "fell"))]
    return WHICH_CONDITION, _short(
        [Answer(held[0].name, True, "There it held."), *(_wrong(one, "There it fell.") for one in fell)] if held else []
    )


def _sentence(claim: ClaimRecord, record: Record) -> tuple[str, list[Answer]]:
    """The statement beside its neighbours, each with a slip."""
    if claim.fact or claim.verdict != STANDS:
        return WHICH_SENTENCE, []
    slips = [_wrong(one, "This one fell.") for one in _names(claim, "altered", "fell")]
    return WHICH_SENTENCE, _short([Answer(claim.says, True, "This one held."), *slips])


def _figure(claim: ClaimRecord, record: Record) -> tuple[str, list[Answer]]:
    """What was published beside what the text has, if that fell, and what was published of other things with the same measure."""
    fact = claim.fact
    decides = {one.prints for one in fact.published if one.decides} if fact else set()
    if fact is None or len(decides) != 1 or _conditions(claim):
        return "", []
    right = decides.pop()
    kept = [right]
    own = [] if claim.verdict == STANDS else [fact.prints]
    others = [one for one in record.claims if one.fact and one.fact.measures == fact.measures and one is not claim]
    near = sorted(others, key=lambda one: (one.chapter != claim.chapter, sha256(f"{claim.id}\0{one.id}".encode()).digest()))
    for text in [*own, *(each.prints for one in near if one.fact for each in one.fact.published if each.decides)]:
        if all(_are_two(text, one) for one in kept):
            kept.append(text)
    wrong = [Answer(text, False, "Not of this." if text not in own else "That is not what was published.") for text in kept[1:]]
    return _published(claim), _short([Answer(right, True, "So it was published."), *wrong])


def _published(claim: ClaimRecord) -> str:
    measures = claim.fact.measures if claim.fact else ""
    return f"What do the sources print? {measures[:1].upper()}{measures[1:]}: {claim.fact.of}" if claim.fact else ""


# --- parts of these ----------------------------------------------------------------------------------------------------


def _names(claim: ClaimRecord, role: Role, outcome: Outcome) -> list[ReadingRecord]:
    """The readings of this role that came out so, but for what a clock decided: that is of one machine. Near misses first."""
    found = [one for one in claim.readings if (one.role, one.outcome, one.timed) == (role, outcome, False)]
    return sorted(found, key=lambda one: not one.name.startswith(NEAR_MISS))


def _conditions(claim: ClaimRecord) -> list[ReadingRecord]:
    """Under which it holds, though it does not as it is put."""
    return _names(claim, "amended", "held") if claim.verdict in TRUTH and claim.verdict != STANDS else []


def _wrong(one: ReadingRecord, because: str) -> Answer:
    return Answer(one.name.removeprefix(NEAR_MISS), False, because)


def _short(answers: Sequence[Answer]) -> list[Answer]:
    """The right one and as many wrong ones as there may be, none twice; nothing if a case is too long to be read in a list."""
    kept = {one.text.casefold(): one for one in reversed(answers)}
    chosen = [one for one in answers if kept[one.text.casefold()] is one and (not one.printed or len(one.text) <= SHORT)]
    return chosen[: 1 + WRONG] if chosen and chosen[0].right else []


def _are_two(one: str, other: str) -> bool:
    """Whether two figures of one measure are told apart by their digits, or two answers by their words."""
    try:
        (first, unit), (second, other_unit) = (text.rsplit(" ", 1) if " " in text else (text, "") for text in (one, other))
        return unit == other_unit and not as_printed(first).agrees_with(as_printed(second))
    except ValueError:
        figures = any(sign.isdigit() for sign in one + other)
        return not figures and one.casefold() != other.casefold()
