"""What the report says in words about verdicts, roles and engines; nothing here looks at a claim's content."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from claims.evidence.evidence import Outcome, ReadingEvidence
from claims.evidence.outcomes import HOW, MUST_COME_OUT, READ, WORDS, Role, Word
from claims.evidence.stability import FRESH, SEED, Flip, Stamp
from claims.evidence.verdict import how_often
from reports.record.record import CellRecord, ClaimRecord, Record, Run

MOST_IMPORTANT = 15  # corrections that are shown first, and are not folded

STANDS: Word = "supported"  # the one verdict that leaves the statement as it is

PROGRAM = "to try it"  # with which the label of a program begins that a case shows
ICONS: dict[Word, str] = {"supported": "✓", "qualified": "◐", "refuted": "✗", "undecided": "?"}

GRAVEST: tuple[Word, ...] = ("refuted", "qualified", "undecided", "supported")  # first what a reader must know first

LEGEND: dict[Word, str] = {
    "supported": "As it is put, it held wherever it was tried, and the check fell where it had to fall.",
    "qualified": "As it is put, it fell. Under a condition that it leaves out, it held.",
    "refuted": "It fell, and nothing that was tried rescues it. The counterexample is shown.",
    "undecided": "The check cannot tell: no source found, too little tried, a control that came out wrong, or something broke.",
}

SURPRISING = (
    "Chosen by rule, from what fell as the text puts it. What no condition rescues comes first; among that, what the text says "
    "in most places and what other statements rest on. A single case that settles it comes before a published figure, and a "
    "figure before a count of trials. No chapter has more than two. A sentence that is crossed out is refuted; the others are "
    "true under a condition."
)
TRUTH: dict[Word, int] = {"refuted": 1, "qualified": 2, "supported": 3}  # being undecided is no degree of truth
VOTES: dict[Word, str] = {  # what a vote for it means
    "supported": "yes, just so",
    "qualified": "only under a condition",
    "refuted": "no, there is a counterexample",
    "undecided": "nobody can tell yet",
}

CORRECTED: dict[Word, str] = {  # above what to say; a qualified statement has a condition under which it held, and no other has
    "supported": "Stands as written",
    "qualified": "As corrected, and checked",
    "refuted": "Say instead",
    "undecided": "Proposed, not confirmed by this run",
}

ENGINES = {
    "search": "Searched: a tool (Hypothesis) draws cases, steers them towards failure and shrinks what it finds. One "
    "counterexample settles the matter against the statement; a search that finds none is support, not proof.",
    "exhaustion": "Gone through: the list of cases is finite, and every one of them was tried.",
    "trials": "Counted: independent seeds, each a win or a loss. A stake is bet at fair odds on more wins than the share that is "
    "to be beaten, another one on fewer. The first to grow to 1 / level decides; by chance that happens no more often than the "
    "level beside the count says, however long one looks, so that seeds may be added later. Clocks are read a fixed number of "
    "times, and an exact binomial test decides.",
    "sources": "Compared: what the text states beside what the sources print, within rounding. Sources that were read and speak "
    "of the same decide; where there is none the statement is left open. Controls are the same row, doctored. A statement that "
    "does not stand is also put beside imagined sources, which print it and decide nothing: there it must hold, and a slip of it "
    "must fall.",
}
ENGINE_NAMES = {"search": "search", "exhaustion": "every case", "trials": "trials", "sources": "comparison with sources"}

ROLES: dict[Role, str] = {
    "as written": "As written",
    "amended": "With the condition",
    "fails for": "Control, must fall",
    "holds for": "Control, must hold",
    "altered": "Altered sentence, must come out otherwise",
    "witness": "Stored case",
    "also": "Also tried, decides nothing",
}

OUTCOMES: dict[Outcome, str] = {"held": "✓", "fell": "✗", "undecided": "?", "error": "!", "not run": "–"}

VERIFIED = {word: how if word == READ else f"{how}, decides nothing" for word, how in HOW.items()}

PROFILES = {
    "verdict": "This is a full run: every claim was tried as hard as its author asked for.",
    "explore": "This is an exploring run with fresh cases, twenty-five times as many as usual; the next one will try others.",
    "quick": "This is a quick run: a tenth of the cases and no trials. It may not conclude, so every verdict is undecided.",
}


STAMPS: dict[Stamp, str] = {
    "stable": "Nothing moved: each reading came out the same, and so did the verdict.",
    "fragile": "Something moved, and may move for you.",
    "in part": "Nothing moved so far. It has not been tried in all the ways that it takes to be called stable.",
    "outdated": "Not tried since it changed.",
}
AXES = {  # one of them and several, and what is another one there
    SEED: ("seed", "seeds", "the cases that a search draws"),
    "hash seed": ("hash seed", "hash seeds", "the order in which Python goes through sets"),
    "threads": ("number of threads", "numbers of threads", "the order in which sums are added up"),
    "processor": ("kind of processor", "kinds of processor", "the vector units that torch and numpy use"),
    "versions": ("set of versions", "sets of versions", "Python, torch and what it computes with"),
    "together": ("way with all of it at once", "ways with all of it at once", "seed, hash seed, threads and processor"),
    FRESH: ("fresh seed", "fresh seeds", "the networks that are trained"),
}
OF_THEIR_OWN = ("together", FRESH)  # which are other ones by their names


_BY_THE_CLOCK = "repetitions counted, see the run"  # what the evidence says for what a machine's clock decided


def as_put(claim: ClaimRecord, record: Record) -> str:
    """What stands above a statement: only what the text says is called written."""
    if claim.asked:
        return "As asked"
    return "As written" if claim.lines and not record.is_apart(claim) else "The statement"


def corrected(claim: ClaimRecord, record: Record) -> str:
    """What stands above what to say."""
    written = as_put(claim, record) == "As written"
    return "Stands" if claim.verdict == "supported" and not written else CORRECTED[claim.verdict]


def why(claim: ClaimRecord, record: Record) -> str:
    """Why this verdict, in words that fit where the statement comes from."""
    put = as_put(claim, record)
    told = claim.why.replace("(" + _BY_THE_CLOCK + ")", "(by the clock; counts below)").replace(
        _BY_THE_CLOCK, "by the clock, counts below"
    )
    if put == "As written":
        return told
    instead = put if put == "As asked" else "As it stands"
    return told.replace("As written", instead).replace("“as written”", f"“{instead[:1].lower()}{instead[1:]}”")


class Question(NamedTuple):
    """Where and when something was asked in public, in our words, and its address."""

    place: str
    asks: str
    address: str


def question(claim: ClaimRecord) -> Question:
    """What a claim answers that is not of the text."""
    said, _, address = claim.asked.rpartition(" ")
    place, _, asks = said.strip().partition(": ")
    return Question(place, asks, address)


def how_many(record: Record, listed: bool = True) -> str:
    """The text's statements, and apart from them what is not in it: how many, `listed` with their verdicts."""
    parts = [("statements", record.of_text, record.summary)]
    parts += [(record.text.chapter(chapter).apart, claims, record.apart[chapter]) for chapter, claims in record.beyond.items()]
    shown = [(f"{len(claims)} {what}", found) for what, claims, found in parts if claims]
    told = [f"{many}: {verdicts(found)}" if listed else many for many, found in shown]
    return ("; ".join(told) if listed else _listed(told)) or "0 statements"


def _listed(parts: Sequence[str]) -> str:
    """One, two and three."""
    *most, last = parts or [""]
    return f"{', '.join(most)} and {last}" if most else last


def verdicts(found: Mapping[str, int]) -> str:
    """How many have which verdict."""
    return ", ".join(f"{found[word]} {word}" for word in WORDS)


def engine(claim: ClaimRecord) -> str:
    """What settles the claim: facts are gone through as any list is, but readers look for the sources."""
    return "sources" if claim.fact else claim.by


def cell(one: CellRecord) -> str:
    """What stands in a cell of a rebuilt table: yes or no for a reading, the verdict for a claim."""
    if one.reading:
        return {"held": "✓ yes", "fell": "✗ no"}.get(one.came, one.came or "–")
    return f"{ICONS[one.came]} {one.came}" if one.came in ICONS else "–"  # type: ignore[index]


def as_it_must(one: ReadingEvidence) -> bool | None:
    """Whether a control came out as it must; of other readings nothing is asked."""
    return one.outcome == MUST_COME_OUT[one.role] if one.role in MUST_COME_OUT else None


def power(claim: ClaimRecord) -> str:
    """How much of what is so its trials notice."""
    shares = [one.power for one in claim.readings if one.power is not None]
    return f"Of statements true for 95 seeds in 100 this decides {100 * min(shares):.0f} %." if shares else ""


def caught(controls: Sequence[ReadingEvidence]) -> str:
    """How many controls came out as they must."""
    kept = sum(as_it_must(one) is True for one in controls)
    as_they = "all of them as they must" if kept == len(controls) else f"{kept} of {len(controls)} as they must"
    return f"Systems and cases whose outcome is known beforehand, to see whether the check can tell: {as_they}."


def tried(one: ReadingEvidence, run: dict[str, Any]) -> str:
    """How many cases a reading rests on; what a clock decided stands in the run, not in the record."""
    if one.timed:
        medians = "".join(f"; median {_middle(name, run)}" for name in run.get("median", {}))
        where = f"recorded on {run['recorded']}" if run.get("recorded") else "this run"
        return (
            f"{where}: {run['wins']} of {run['cases']} repetitions{medians}" if "wins" in run else "by the clock of another run"
        )
    if one.wins is not None:
        stopped = f", {one.trials} at most" if one.trials and one.cases < one.trials else ""
        return f"{one.wins} of {one.cases} seeds{stopped}"
    if one.role == "witness":
        return "1"
    return f"all {one.cases}" if one.complete and one.cases > 1 else f"{one.cases}"


def all_cases(claim: ClaimRecord, run: Run) -> str:
    """How many valid cases all readings came to, each counted once, and how long that took."""
    clocked = sum(one.get("cases", 0) for one in run.clocked.get(claim.id, {}).values())
    cases, discarded = sum(one.cases for one in claim.readings) + clocked, sum(one.discarded for one in claim.readings)
    seconds = sum(run.took.get(claim.id, {}).values())
    parts = [f"{cases} distinct in {len(claim.readings)} readings", f"{discarded} discarded" if discarded else ""]
    return ", ".join(filter(None, [*parts, f"{seconds:.2g} s" if seconds else ""]))


def _middle(name: str, run: dict[str, Any]) -> str:
    """The median of what was measured under this name, and between which numbers half of it lies."""
    half = run.get("half", {}).get(name)
    spread = f" (half of them {half[0]:g} to {half[1]:g})" if half else ""
    return f"{name.replace('_', ' ')} {run['median'][name]:g}{spread}"


def ways(tried: Mapping[str, int]) -> str:
    """In how many other ways a claim was tried."""
    return _listed(
        [
            f"{tried[axis]} {'' if axis in OF_THEIR_OWN else 'other '}{AXES[axis][tried[axis] != 1]}"
            for axis in AXES
            if axis in tried
        ]
    )


def stamp(claim: ClaimRecord) -> str:
    """*Stable* or *fragile*; nothing where that cannot be said yet."""
    found = claim.stability.stamp if claim.stability else ""
    return found if found in ("stable", "fragile") else ""


def stamped(claims: Sequence[ClaimRecord]) -> str:
    """How many have which stamp, and how many have none."""
    found = Counter(one.stability.stamp for one in claims if one.stability)
    never = sum(one.stability is None for one in claims)
    words: dict[Stamp, str] = {
        "stable": "stable",
        "fragile": "fragile",
        "in part": "tried in part",
        "outdated": "not tried since they changed",
    }
    told = [f"{found[stamp]} {word}" for stamp, word in words.items() if found[stamp]] + [f"{never} not tried" if never else ""]
    return f"Of {len(claims)} statements: {', '.join(filter(None, told))}."


def moved(flips: Sequence[Flip]) -> list[str]:
    """What came out otherwise, with what, and why the first time: a line for each reading and outcome."""
    alike: dict[tuple[str, str, str], list[Flip]] = {}
    for one in flips:
        alike.setdefault((one.reading, one.was, one.came), []).append(one)
    return [
        f"{f'“{reading}”' if reading else 'the verdict'}: {came} and not {was}, with {_cells(some)}"
        + (f" ({some[0].why})" if some[0].why else "")
        for (reading, was, came), some in alike.items()
    ]


def _cells(flips: Sequence[Flip]) -> str:
    """Such as: seed 3, 7; threads 2."""
    axes = {one.axis: [each.value for each in flips if each.axis == one.axis] for one in flips}
    return "; ".join(f"{axis} {', '.join(values)}" for axis, values in axes.items())


def how_close(strain: float) -> str:
    """How much of the allowance the tightest case took."""
    return f"{strain:.0%}" if 0.01 <= strain < 0.995 else "under 1 %" if strain < 0.01 else "almost all"


def how_far(strain: float) -> str:
    """By how much a case that fell missed its bound."""
    if strain < 1.1:
        return f"{strain - 1:.1%} beyond the bound, a near thing".replace("%", " %")
    return f"{strain - 1:.0%} beyond the bound".replace("%", " %") if strain < 3 else f"{strain:.3g} times the bound"


def outcome_as_written(claim: ClaimRecord, run: Run) -> str:
    """One line on what became of the statement as the text puts it."""
    written = next((one for one in claim.readings if one.role == "as written"), None)
    fallen = next((one for one in claim.readings if one.role == "witness" and one.outcome == "fell"), None)
    if written is None:
        return "Not tried as written."
    if written.timed:
        return f"{written.outcome.capitalize()}, {tried(written, run.clocked.get(claim.id, {}).get(written.name, {}))}."
    if written.outcome == "held":
        return f"Held in {how_often(written)}" + (
            f", but fell for a stored case, “{fallen.name}”. {fallen.why}" if fallen else "."
        )
    if written.wins is not None and written.outcome != "error":
        return f"{written.outcome.capitalize()}: held in only {how_often(written)}."
    return f"{written.outcome.capitalize()}: {written.why}" if written.why else f"{written.outcome.capitalize()}."
