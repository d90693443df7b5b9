"""A grammar of a little English that carries number agreement, parsed by NLTK, and the sentences that are put to it.

Every noun phrase knows the number of its head (NUM) and that of the last noun in it (LAST), whatever hangs on what. English
verbs agree with the first, `ENGLISH`; the slip that people and language models make is to agree with the second,
`NEAREST_NOUN` (agreement attraction: Bock & Miller 1991). One grammar serves all sentences, and its variants differ from it
in one rule: so no sentence has a grammar made to its measure.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from math import prod
from typing import Any

from nltk.featstruct import TYPE
from nltk.grammar import FeatureGrammar
from nltk.parse.chart import Chart, LeafEdge
from nltk.parse.earleychart import FeatureEarleyChartParser
from nltk.parse.featurechart import FeatureBottomUpLeftCornerChartParser, FeatureTopDownChartParser
from nltk.tree import Tree

from claims.kit import Domain, cases, holds, show

PLURALS = {
    "barn": "barns", "cabinet": "cabinets", "car": "cars", "door": "doors", "hall": "halls", "horse": "horses", "key": "keys",
    "lot": "lots", "number": "numbers", "owner": "owners", "stadium": "stadiums", "summer": "summers", "table": "tables",
}  # fmt: skip
NUMBER = dict.fromkeys(PLURALS, "singular") | dict.fromkeys(PLURALS.values(), "plural")
IN_THE_OTHER_NUMBER = PLURALS | {plural: singular for singular, plural in PLURALS.items()}
VERBS = {"is": "singular", "are": "plural"}

AGREEMENT = "S -> NP[NUM=?n] VP[NUM=?n]"
REDUCED_RELATIVE = "NP[NUM=?n, LAST=?l] -> NP[NUM=?n] Reduced[LAST=?l]"
RULES = f"""
% start S
{AGREEMENT}
VP[NUM=?n] -> Be[NUM=?n] PP | Be[NUM=?n] Adjective
VP -> Past PP | Past
PP[LAST=?l] -> P NP[LAST=?l]

NP[NUM=?n, LAST=?n] -> Article[NUM=?n, KIND=?k] N[NUM=?n, KIND=?k]
NP[NUM=plural, LAST=plural] -> N[NUM=plural] | 'a' 'number' 'of' N[NUM=plural]
N[NUM=?n] -> Modifier N[NUM=?n]
NP[NUM=?n, LAST=?l] -> NP[NUM=?n] PP[LAST=?l]
NP[NUM=?n, LAST=?l] -> NP[NUM=?n] Relative[NUM=?n, LAST=?l]
{REDUCED_RELATIVE}
Relative[LAST=?l] -> 'that' NP[LAST=?l] Transitive | 'that' 'we' Transitive 'last' Season[NUM=?l]
Relative[NUM=?n, LAST=?l] -> 'which' Be[NUM=?n] Reduced[LAST=?l]
Reduced[LAST=?l] -> Participle PP[LAST=?l]

Be[NUM=singular] -> 'is' | 'was'
Be[NUM=plural] -> 'are' | 'were'
Article[KIND=definite] -> 'the'
Article[KIND=indefinite, NUM=singular] -> 'a'
N[KIND=definite, NUM=singular] -> 'number'
Season[NUM=singular] -> 'summer'
Past -> 'raced' | 'fell'
Participle -> 'raced'
Transitive -> 'lost' | 'saw'
P -> 'behind' | 'in' | 'of' | 'on' | 'outside' | 'past' | 'to'
Adjective -> 'remarkable'
Modifier -> 'dusty' | 'large' | 'narrow' | 'old' | 'parking' | 'quiet' | 'wooden'
"""  # `a number of` is a quantity and its noun the head; so `number`, a head, takes no `a`


def nouns() -> str:
    """The lexicon's other nouns, as rules."""
    listed = defaultdict(list)
    for noun, number in NUMBER.items():
        if noun not in ("number", "summer"):
            listed[number].append(f"'{noun}'")
    return "\n".join(f"N[NUM={number}] -> {' | '.join(some)}" for number, some in listed.items())


PARSERS: dict[str, Any] = {
    "bottom up": FeatureBottomUpLeftCornerChartParser,
    "top down": FeatureTopDownChartParser,
    "Earley's": FeatureEarleyChartParser,
}


@dataclass(frozen=True)
class Grammar:
    """Rules as NLTK reads them."""

    name: str
    rules: str

    def analyses(self, sentence: str, parser: str = "bottom up") -> int:
        """In how many ways the sentence can be derived; a word that the lexicon lacks is an error."""
        return analyses(self, sentence, parser)

    def trees(self, sentence: str, parser: str = "bottom up") -> list[Tree]:
        """The derivations themselves, where there are not too many."""
        return list(parser_of(self, parser).parse(sentence.split()))


ENGLISH = Grammar("verbs agree with the head noun", RULES + nouns())
NEAREST_NOUN = Grammar("verbs agree with the nearest noun", ENGLISH.rules.replace(AGREEMENT, "S -> NP[LAST=?n] VP[NUM=?n]"))
NO_AGREEMENT = Grammar("verbs agree with nothing", ENGLISH.rules.replace(AGREEMENT, "S -> NP VP"))
TWO_VERBS = Grammar("verbs may be joined by “and”", ENGLISH.rules + "\nVP -> Past PP 'and' Past")
FULL_RELATIVES_ONLY = Grammar("no reduced relative clauses", ENGLISH.rules.replace(REDUCED_RELATIVE, ""))


@cache
def parser_of(grammar: Grammar, parser: str) -> Any:
    """Without NLTK's limit of five seconds: how fast a machine is must not decide what is grammatical."""
    return PARSERS[parser](FeatureGrammar.fromstring(grammar.rules), max_time=None)


@cache
def analyses(grammar: Grammar, sentence: str, parser: str) -> int:
    """Counted on the chart: attachments multiply, so that a hundred words have more trees than one could list."""
    chart: Chart = parser_of(grammar, parser).chart_parse(sentence.split())
    counts: dict[Any, int] = {}

    def ways(edge: Any) -> int:
        if isinstance(edge, LeafEdge):
            return 1
        if edge not in counts:
            counts[edge] = sum(prod(map(ways, children)) for children in chart.child_pointer_lists(edge))
        return counts[edge]

    whole = chart.select(start=0, end=chart.num_leaves(), is_complete=True)
    return sum(ways(edge) for edge in whole if not isinstance(edge, LeafEdge) and edge.lhs()[TYPE] == "S")


# --- sentences ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sentence:
    """A subject, a place for the verb, and what comes after it; in small letters, without a full stop."""

    subject: str
    predicate: str

    @property
    def name(self) -> str:
        return f"{self.subject} … {self.predicate}"

    @property
    def before(self) -> list[str]:
        """The words that a left-to-right reader has read when it is time to write the verb."""
        return self.subject.split()

    @property
    def opening(self) -> str:
        """The subject, cut off where it gets long."""
        return " ".join([*self.before[:20], *(["…"] if len(self.before) > 20 else [])])

    @property
    def last_noun(self) -> str:
        """The last noun before the verb."""
        return [word for word in self.before if word in NUMBER][-1]

    def with_verb(self, verb: str) -> str:
        return f"{self.subject} {verb} {self.predicate}"


def whose(tree: Tree) -> tuple[str, str, str]:
    """Of a sentence's derivation: its subject's first noun, what the subject does, and the participle phrase that it carries."""
    subject, predicate = tree
    parts = {phrase.label()[TYPE]: " ".join(phrase.leaves()) for phrase in reversed(list(subject.subtrees()))}
    return parts["N"], " ".join(predicate.leaves()), parts.get("Reduced", "")


def agrees_alone(grammar: Grammar, sentence: Sentence, verb: str) -> None:
    """Falls unless that verb can be parsed in its place, and no other."""
    found = {one: grammar.analyses(sentence.with_verb(one)) for one in VERBS}
    for one, count in found.items():
        show(f"analyses with “{one}”, {grammar.name}", count)
    others = [one for one in VERBS if one != verb and found[one]]
    counted = " and ".join(f"{count} with “{one}”" for one, count in found.items())
    holds(found[verb] and not others, f"“{sentence.opening} …”: analyses are {counted} where {grammar.name}")


FILLERS = ("in the hall", "behind the old doors", "that the owners lost", "that we saw last summer")


def filled(subject: str, predicate: str, fillers: tuple[str, ...] = FILLERS, least: int = 0) -> Domain:
    """The sentence with up to two of the fillers, in any order, between subject and verb."""
    between = [chosen for count in range(least, 3) for chosen in permutations(fillers, count)]
    found = [Sentence(" ".join([subject, *chosen]), predicate) for chosen in between]
    return cases(found, f"“{subject} [{least} to 2 of: {', '.join(fillers)}] … {predicate}”")
