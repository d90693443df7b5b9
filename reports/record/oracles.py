"""On which oracles a claim rests: the ways in which the answer is found that its verdict needs.

What its check asks is read off the source, as the keys of its evidence are: the definitions that the property and the readings as
written and amended reach. Where they reach none of these, the statement is carried out and what comes out is looked at. A
text's `crossed.toml` adds the oracles that a test crosses the check with; the test draws cases from the claim's readings, among
them controls, and both must say the same of each (`tests/test_crossed.py`).
"""

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from claims.catalogue import Entry, Keys, catalogue
from claims.evidence.files import UNREADABLE, text_of, told, toml_of
from claims.evidence.keys import Meant, Sources, Target, here
from claims.evidence.outcomes import WORDS
from claims.evidence.source import Piece, digest
from claims.evidence.store import Store
from claims.texts import Chapter
from reports.record.record import Record

if TYPE_CHECKING:  # pages do without the kit
    from claims.kit.claim import Claim
    from claims.kit.told import Told


class Oracle(NamedTuple):
    """Its name, what it is in a sentence, and the beginnings of full names by which one sees that a check asks it; `of_the_world`
    where it is none of mathematics."""

    name: str
    says: str
    routes: tuple[str, ...] = ()
    of_the_world: bool = False


CARRIED_OUT = "carried out"
ORACLES = {one.name: one for one in (
    Oracle(CARRIED_OUT, "What the statement is about is carried out, and what comes out is looked at."),
    Oracle("change and look", "An input is changed, and the outputs before and after are compared.", (
        "claims.subjects.memories.TwoFutures", "claims.subjects.memories.TwoPasts", "claims.subjects.memories.SeededPasts",
    )),
    Oracle("automatic differentiation", "torch differentiates what was computed.", (
        "torch.autograd.grad", "torch.autograd.functional.", "torch.func.",
    )),
    Oracle("complex step", "A derivative is the imaginary part that a tiny imaginary input leaves; nothing cancels."),
    Oracle("trace", "Every operation of a run is recorded; they are counted there, and paths followed.", (
        "impls.counting.recorder.",
    )),
    Oracle("backward graph", "The graph that torch keeps for the way back is walked.", (
        "impls.counting.graph.shortest_gradient_path",
    )),
    Oracle("torch's counter", "torch counts the operations of its own cells, products alone."),
    Oracle("on paper", "Worked out by hand: a law, a count, a drawing.", ("impls.counting.laws.",)),
    Oracle("exact arithmetic", "Fractions, whole numbers or as many decimals as are asked for; nothing is rounded.", (
        "fractions.", "decimal.", "impls.counting.exact.",
    )),
    Oracle("second implementation", "The equations are written a second time, in numpy or plain Python."),
    Oracle("torch's layers", "torch.nn's own layers and functions are given the same numbers.", (
        "torch.nn.RNN", "torch.nn.LSTM", "torch.nn.GRU", "torch.nn.Linear", "torch.nn.utils.clip_grad_norm_",
        "torch.nn.functional.scaled_dot_product_attention", "torch.nn.functional.softmax",
    )),
    Oracle("another library", "Another library is asked: LAPACK by way of numpy, torch or SciPy, sacreBLEU, NLTK.", (
        "torch.linalg.", "numpy.linalg.", "scipy.", "sacrebleu.", "nltk.",
    )),
    Oracle("printed source", "A publication was read, and says where.", (
        "claims.evidence.sources.", "claims.kit.facts.",
    ), of_the_world=True),
    Oracle("recorded answers", "Other libraries were asked by a program, and their answers recorded.", (
        "claims.subjects.libraries.",
    ), of_the_world=True),
    Oracle("trials", "Independent seeds are counted.", of_the_world=True),
    Oracle("clock", "Time or memory was measured on a machine.", ("claims.subjects.machines.",), of_the_world=True),
)}  # fmt: skip
OURS = ("claims.kit.", "claims.evidence.", "claims.subjects.orders.", "impls.counting.laws.")  # which settle nothing
NORM = "numpy.linalg.norm"  # the size of something is no answer
MATHEMATICAL = (
    "A claim is mathematical if a search or a list of cases decides it and its check asks none of: "
    + ", ".join(one.name for one in ORACLES.values() if one.of_the_world)
    + "; a chapter apart from the text whose questions nobody asked in public is on what software does."
)  # fmt: skip
DECIDES = ("as written", "amended")
SUPPORTED, _, REFUTED, _ = WORDS
ONE_WAY = (SUPPORTED, REFUTED)


class Rests(msgspec.Struct, frozen=True):
    """The oracles of a claim's check, and those that a test crosses it with."""

    check: list[str] = []
    crossed: list[str] = []

    @property
    def oracles(self) -> list[str]:
        """All of them, in the order of the vocabulary."""
        return [name for name in ORACLES if name in self.check or name in self.crossed]


def is_mathematical(by: str, check: Collection[str], chapter: Chapter) -> bool:
    """The rule that `MATHEMATICAL` puts in words."""
    if chapter.apart and not chapter.asked:
        return False
    return by in ("search", "exhaustion") and not any(ORACLES[name].of_the_world for name in check)


class _Asked(msgspec.Struct, frozen=True):
    checks: dict[str, list[str]]


def rests_of(claims: "Iterable[Claim | Told]", crossed: Mapping[str, list[str]], store: Store = Store(None)) -> dict[str, Rests]:
    """Of the claims that stand in the text's source, by their ids. To read it off takes a second, so it is kept."""
    engines = {one.id: "clock" if one.by.timed else one.by.name for one in claims}
    entries = [one for one in catalogue().entries if one.id in engines]

    def read() -> _Asked:
        asks = Asks(here())
        return _Asked({one.id: asks.of(one, engines[one.id]) for one in entries})

    keys = [f"{one.id} {engines[one.id]} {Keys(here()).rests_on(one)}" for one in entries]
    own = here().fingerprint(Target("reports.record.oracles", "Asks"))
    asked = store.once("oracles", digest(own, *keys), _Asked, read).checks
    return {id: Rests(check, crossed.get(id, [])) for id, check in asked.items()}


class Asks:
    """What checks ask, by a reading of the source."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.known: dict[Target, tuple[frozenset[str], list[Target]]] = {}

    def of(self, entry: Entry, engine: str) -> list[str]:
        """The oracles of a claim's check, which this engine decides: search, exhaustion, trials or a clock."""
        if engine in ("trials", "clock"):
            return [engine]
        if entry.written is None:
            return ["printed source"]
        pieces = [entry.written.check, *(one.piece for one in entry.written.readings if one.role in DECIDES)]
        meant = [found for piece in pieces for found in self._meant(piece, entry.module)]
        names = {name for name in map(str, meant) if not name.startswith(OURS)}
        for target in self._reached(one for one in meant if isinstance(one, Target)):
            names |= self._own(target)[0]
        names.discard(NORM)
        asked = [one.name for one in ORACLES.values() if any(name.startswith(one.routes) for name in names)]
        return asked or [CARRIED_OUT]

    def _reached(self, starts: Iterator[Target]) -> set[Target]:
        found: set[Target] = set()
        waiting = list(starts)
        while waiting:
            if (one := waiting.pop()) not in found:
                found.add(one)
                waiting += self._own(one)[1]
        return found

    def _own(self, one: Target) -> tuple[frozenset[str], list[Target]]:
        """Its own name and those of what it mentions of others, and of ours what it leads to."""
        if one not in self.known:
            home = self.sources.module(one.module)
            meant = list(self._meant(home.defined[one.name].piece, one.module)) if home else []
            others = [each for each in meant if isinstance(each, str)]
            names = [] if str(one).startswith(OURS) and not str(one).startswith(ROUTES) else [*others, str(one)]
            self.known[one] = frozenset(names), [each for each in meant if isinstance(each, Target)]
        return self.known[one]

    def _meant(self, piece: Piece, module: str) -> Iterator[Meant]:
        """What a piece mentions by name. A module that is passed on whole stands for nothing here: a field that is called like
        one would stand for all that it has."""
        for name, meant in self.sources.mentioned(piece, module):
            if any(words == name or words.startswith(f"{name}.") for words in piece.mentions):
                yield meant


ROUTES = tuple(route for one in ORACLES.values() for route in one.routes)


def read_crossed(path: Path, known: Container[str]) -> dict[str, list[str]]:
    """By a claim's id the oracles that a test crosses it with. ValueError, with the file, where it has mistakes."""
    try:
        found = msgspec.convert(toml_of(text_of(path)), dict[str, list[str]])
    except UNREADABLE as problem:
        raise ValueError(f'{path}: {told(problem)}; a row is "id" = ["an oracle", …]') from problem
    for id, names in found.items():
        if id not in known:
            raise ValueError(f"{path}: there is no claim {id!r}; name one that there is")
        if wrong := [name for name in names if name not in ORACLES]:
            raise ValueError(f"{path}: {id} names the oracle {wrong[0]!r}; choose one of {', '.join(ORACLES)}")
    return found


# --- summed up -------------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """An oracle, and how many claims rest on it; those that a test crosses with it are among them."""

    name: str
    says: str
    claims: int
    crossed: int


class Summed(NamedTuple):
    """By the oracles, the most asked first; and of mathematical claims how many are decided, and how many of these on two."""

    rows: list[Row]
    decided: int
    crossed: int
    rule: str = MATHEMATICAL


def summed(record: Record) -> Summed:
    """All claims of a record."""
    asked = Counter(name for one in record.claims for name in one.oracles)
    crossed = Counter(name for one in record.claims for name in one.crossed)
    decided = [
        one for one in record.claims
        if one.verdict in ONE_WAY and is_mathematical(one.by, one.oracles, record.text.chapter(one.chapter))
    ]  # fmt: skip
    two = [one for one in decided if one.crossed and len(one.oracles) > 1]
    rows = [Row(name, says, asked[name], crossed[name]) for name, says in record.oracles.items()]
    return Summed(sorted(rows, key=lambda one: (-one.claims, one.name)), len(decided), len(two))
