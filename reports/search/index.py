"""Which statements are nearest to some words. Each word of a statement weighs the more the rarer it is among the statements and
the more often this one has it, by BM25 with weighted fields; a statement's score is the sum over the words that are asked for.

The weights are whole numbers, so that a sum is the same in Python and in the site's script, `search.js`, which reads the index as
JSON and ranks by the same rules. S. Robertson and H. Zaragoza (2009), The Probabilistic Relevance Framework: BM25 and Beyond,
sections 3.4 and 3.6.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from reports.record.record import ClaimRecord, Record, TermRecord
from reports.search.words import Rules, rules, words

# What a word counts by where it stands.
FIELDS = {"says": 3.0, "teach": 1.0, "conditions": 0.5, "names": 1.0, "id": 1.0, "rest": 0.3}
SATURATES, BY_LENGTH = 0.6, 0.6  # k1 and b of BM25
FINE = 100  # parts of a unit of weight
NEAR_ENOUGH = 1000  # the score from which on a statement is shown beside a sentence that it was not asked for
LEADS, NEXT = 6000, 300  # what a term that is asked for by name adds to its first answer, and how much less to each of the others


class Index(msgspec.Struct, frozen=True):
    """The claims' ids, and for each word its weight in each claim that has it: the claim's place, the weight, the next place …
    A term's claims are places as well."""

    rules: Rules
    leads: tuple[int, int]
    claims: list[str]
    words: dict[str, list[int]]
    terms: list[tuple[list[str], list[int]]]

    def weights(self, word: str) -> dict[int, int]:
        """By the place of a claim, what a word adds to it."""
        row = self.words.get(word, [])
        return dict(zip(row[::2], row[1::2], strict=True))


def texts_of(claim: ClaimRecord, terms: Sequence[TermRecord]) -> dict[str, str]:
    """What a claim is found by, field by field. Altered sentences are of something else."""
    names = [name for term in terms if claim.id in term.claims for name in term.names]
    conditions = [one.name for one in claim.readings if one.role == "amended"]
    others = [one.name for one in claim.readings if one.role in ("fails for", "holds for", "witness")]
    return {
        "says": claim.says, "teach": claim.teach, "conditions": _parted(conditions), "names": _parted(names),
        "id": claim.id.replace(".", " "), "rest": _parted([claim.scope, claim.asked, *claim.cites, *others]),
    }  # fmt: skip


def _parted(texts: Sequence[str]) -> str:
    return " . ".join(texts)


def index_of(record: Record) -> Index:
    """The index of all claims of a record."""
    found = [{name: Counter(words(text)) for name, text in texts_of(one, record.terms).items()} for one in record.claims]
    lengths = {name: sum(one[name].total() for one in found) / max(1, len(found)) or 1.0 for name in FIELDS}
    counts: dict[str, dict[int, float]] = defaultdict(dict)
    for place, fields in enumerate(found):
        for word, count in _counted(fields, lengths).items():
            counts[word][place] = count
    weighed = {word: list(_weighed(by_claim, len(found))) for word, by_claim in sorted(counts.items())}
    places = {one.id: place for place, one in enumerate(record.claims)}
    terms = [(one.names, [places[id] for id in one.claims]) for one in record.terms]
    return Index(rules(), (LEADS, NEXT), list(places), weighed, terms)


def _counted(fields: Mapping[str, Counter[str]], lengths: Mapping[str, float]) -> dict[str, float]:
    """How often each word stands in a claim: in a field that is longer than usual once counts for less."""
    total: dict[str, float] = defaultdict(float)
    for name, counts in fields.items():
        longer = 1 - BY_LENGTH + BY_LENGTH * counts.total() / lengths[name]
        for word, count in counts.items():
            total[word] += FIELDS[name] * count / longer
    return total


def _weighed(counts: Mapping[int, float], claims: int) -> Iterator[int]:
    rare = math.log(1 + (claims - len(counts) + 0.5) / (len(counts) + 0.5))
    for place, count in counts.items():
        yield place
        yield max(1, round(FINE * rare * count / (SATURATES + count)))


@dataclass(frozen=True)
class Hit:
    """A claim, and how near it is."""

    id: str
    score: int


def nearest(index: Index, text: str, least: int, most: int) -> list[Hit]:
    """The claims whose words a text shares, the nearest first: at most so many, each with at least this score."""
    total = Counter[int]()
    for word in dict.fromkeys(words(text)):
        total.update(index.weights(word))
    return _best(index, {place: score for place, score in total.items() if score >= least})[:most]


def answers(index: Index, asked: str) -> list[Hit]:
    """The claims that have every word that is asked for, the best answer first. A word that is nowhere is taken for one that is
    still being typed. Claims of a term that is asked for by name lead. Nothing where no word tells what is sought."""
    wanted = list(dict.fromkeys(words(asked)))
    found = [_typed(index, word) for word in wanted]
    places = set.intersection(*map(set, found)) if found else set[int]()
    leads = _leads(index, wanted)
    return _best(index, {place: sum(one[place] for one in found) + leads[place] for place in places})


def _typed(index: Index, word: str) -> dict[int, int]:
    """What a word adds, or the best of those that begin with it, or of those that stand for a name that does."""
    if word in index.words:
        return index.weights(word)
    begun = {one for one in index.words if one.startswith(word)} | {
        to for name, to in index.rules.same.items() if name.startswith(word)
    }  # fmt: skip
    best: dict[int, int] = {}
    for one in begun:
        for place, weight in index.weights(one).items():
            best[place] = max(weight, best.get(place, 0))
    return best


def _leads(index: Index, wanted: Sequence[str]) -> Counter[int]:
    """What the terms add that are asked for by name."""
    total = Counter[int]()
    for names, claims in index.terms:
        share = max(_fit(words(name), wanted) for name in names)
        for later, place in enumerate(claims):
            if share:
                total[place] += max(0, int(share * LEADS) - later * NEXT)
    return total


def _fit(name: Sequence[str], wanted: Sequence[str]) -> float:
    """How much of what is asked a name makes up, or half of how much of the name is typed already."""
    if name and set(name) <= set(wanted):
        return len(set(name)) / len(wanted)
    begun = wanted and all(any(one.startswith(word) for one in name) for word in wanted)
    return len(wanted) / len(name) / 2 if begun else 0.0


def _best(index: Index, scores: Mapping[int, int]) -> list[Hit]:
    ordered = sorted(scores.items(), key=lambda one: (-one[1], one[0]))
    return [Hit(index.claims[place], score) for place, score in ordered]
