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

from reports.record.record import ClaimRecord, Record
from reports.search.words import Rules, rules, words

# What a word counts by where it stands.
FIELDS = {"says": 3.0, "heard": 1.5, "names": 1.5, "id": 1.0, "teach": 0.3, "conditions": 0.3, "rest": 0.15, "beside": 6.0}
SATURATES, BY_LENGTH = 2.0, 0.5  # k1 and b of BM25
LETTER = 0.5  # what a letter of a formula tells, beside a word
FALLS = 0.8  # what a term counts for each of its claims, beside the one before
FINE = 100  # parts of a unit of weight
LEADS, NEXT = 8000, 800  # what a term that is asked for by name adds to its first answer, and how much less to each of the others

Counts = dict[str, float]


class Index(msgspec.Struct, frozen=True):
    """The claims' ids, and for each word its weight in each claim that has it: the claim's place, the weight, the next place …
    A term's claims are places as well. Of all `places`, those behind the claims' are of what no claim is about."""

    rules: Rules
    leads: tuple[int, int]
    claims: list[str]
    places: int
    words: dict[str, list[int]]
    terms: list[tuple[list[str], list[int]]]

    def weights(self, word: str) -> dict[int, int]:
        """By the place of a claim, what a word adds to it."""
        row = self.words.get(word, [])
        return dict(zip(row[::2], row[1::2], strict=True))


def texts_of(claim: ClaimRecord) -> dict[str, str]:
    """What a claim is found by, field by field, beside the names of terms and what it is heard as. Altered sentences are of
    something else."""
    conditions = [one.name for one in claim.readings if one.role == "amended"]
    others = [one.name for one in claim.readings if one.role in ("fails for", "holds for", "witness")]
    return {
        "says": claim.says, "teach": claim.teach, "conditions": " . ".join(conditions), "id": claim.id.replace(".", " "),
        "rest": " . ".join([claim.scope, claim.asked, *claim.cites, *others]),
    }  # fmt: skip


def index_of(record: Record) -> Index:
    """The index of all claims of a record, and of what its terms say that no claim is about."""
    named: dict[str, Counts] = defaultdict(dict)
    for term in record.terms:
        for place, id in enumerate(term.claims):
            _add(named[id], term.names, FALLS**place)
    found = [
        {name: _add({}, [text]) for name, text in texts_of(one).items()}
        | {"names": named[one.id], "heard": _add({}, record.heard.get(one.id, []))}
        for one in record.claims
    ]
    found += [{"beside": _add({}, term.names)} for term in record.terms if not term.claims]
    counts: dict[str, dict[int, float]] = defaultdict(dict)
    for place, row in enumerate(_counted(found)):
        for word, count in row.items():
            counts[word][place] = count
    weighed = {word: list(_weighed(word, by_place, len(found))) for word, by_place in sorted(counts.items())}
    places = {one.id: place for place, one in enumerate(record.claims)}
    terms = [(one.names, [places[id] for id in one.claims]) for one in record.terms if one.claims]
    return Index(rules(), (LEADS, NEXT), list(places), len(found), weighed, terms)


def _add(counts: Counts, texts: Sequence[str], times: float = 1.0) -> Counts:
    """Count the words of texts, each word so many times."""
    for word in (word for text in texts for word in words(text)):
        counts[word] = counts.get(word, 0.0) + times
    return counts


def _counted(found: Sequence[Mapping[str, Counts]]) -> Iterator[Counts]:
    """How often each word stands in a claim: in a field that is longer than usual once counts for less."""
    lengths = {name: [sum(one[name].values()) for one in found if one.get(name)] for name in FIELDS}
    usual = {name: sum(those) / len(those) for name, those in lengths.items() if those}
    for one in found:
        total: Counts = defaultdict(float)
        for name, counts in one.items():
            longer = 1 - BY_LENGTH + BY_LENGTH * sum(counts.values()) / usual.get(name, 1)
            for word, count in counts.items():
                total[word] += FIELDS[name] * count / longer
        yield total


def _weighed(word: str, counts: Mapping[int, float], places: int) -> Iterator[int]:
    tells = _tells(word, len(counts), places)
    for place, count in counts.items():
        yield place
        yield max(1, round(FINE * tells * count / (SATURATES + count)))


def _tells(word: str, having: int, places: int) -> float:
    """How rare a word is that so many of the places have."""
    return math.log(1 + (places - having + 0.5) / (having + 0.5)) * (LETTER if len(word) == 1 else 1.0)


@dataclass(frozen=True)
class Hit:
    """A claim, and how near it is."""

    id: str
    score: int


def nearness(index: Index, text: str) -> dict[int, int]:
    """By its place, how near what shares words with a text is: the score times the root of the share that it is of what all words
    of the text tell. A long text shares words with any claim."""
    total, told = defaultdict[int, int](int), 0.0
    for word in dict.fromkeys(words(text)):
        found = index.weights(word)
        told += FINE * _tells(word, len(found), index.places)
        for place, weight in found.items():
            total[place] += weight
    return {place: math.isqrt(score**3 // max(1, round(told))) for place, score in total.items()}


def answers(index: Index, asked: str) -> list[Hit]:
    """The claims that have every word that is asked for, the best answer first. A word that is nowhere is taken for one that is
    still being typed. Claims of a term that is asked for by name lead. Nothing where no word tells what is sought."""
    wanted = list(dict.fromkeys(words(asked)))
    found = [_typed(index, word) for word in wanted]
    places = set(range(len(index.claims))).intersection(*found) if found else set[int]()
    leads = _leads(index, wanted)
    best = sorted((-sum(one[place] for one in found) - leads[place], place) for place in places)
    return [Hit(index.claims[place], -score) for score, place in best]


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
    """What the terms add that are asked for by name: to each claim the most that one of them does."""
    most = Counter[int]()
    for names, claims in index.terms:
        share = max(_fit(words(name), wanted) for name in names)
        for later, place in enumerate(claims):
            most[place] = max(most[place], int(share * LEADS) - later * NEXT if share else 0)
    return most


def _fit(name: Sequence[str], wanted: Sequence[str]) -> float:
    """How much of what is asked a name makes up, or half of how much of the name is typed already."""
    if name and set(name) <= set(wanted):
        return len(set(name)) / len(wanted)
    begun = wanted and all(any(one.startswith(word) for one in name) for word in wanted)
    return len(wanted) / len(name) / 2 if begun else 0.0
