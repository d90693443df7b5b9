"""A text as the words by which it is found: folded, cut to their stems, and one word for what people call by several names.

The rules are tables and regular expressions that Python and JavaScript read alike. They travel with the index, so that the site's
script takes a text apart by the same ones.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec

from claims.evidence.evidence import EvidenceError
from claims.evidence.files import UNREADABLE, text_of, told, toml_of

SAME = Path(__file__).with_name("same.toml")
LETTER = r"[^\s\u0000-\u0060\u007b-\u00bf\u00d7\u00f7\u2000-\u2bff\u3000-\u303f]"  # in small letters
# What is one word: a number, or letters with the digits behind them, as in n2.
WORD = rf"[0-9]+(?:[.,][0-9]+)*|{LETTER}+[0-9]*"
# What marks, markup and LaTeX put into a text that is in small letters already, in this order.
FOLDS: Sequence[tuple[str, str]] = (
    (r"[\u0300-\u036f\u00ad\u200b-\u200d\ufeff]", ""),
    (r"\]\([^()\s]*\)", " "),  # where a link leads
    (r"\\(?:cite[a-z]*|ref|eqref|label|begin|end|url|href)[*]?(?:\[[^\]]*\])*\{[^{}]*\}", " "),
    (r"\\(?:math|text|operatorname|bigg?|left|right|emph|frac|sqrt|quad|item|hat|bar|tilde|vec)[a-z]*", " "),
    (r"['’‘](?:s(?![a-z]))?", ""),
    (r"(?<=[0-9a-z])\s*\^\s*\{?\s*(?=[0-9])", ""),  # n^2 as n²
    (r"iz(?=e|ing|ation|able)", "is"),  # either side of the Atlantic
)
# What is cut off the end of a word, and how many letters must stay; the first that fits, and no other.
SUFFIXES: Sequence[tuple[str, int]] = (
    ("isational", 4), ("isations", 4), ("isation", 4), ("isable", 4), ("ational", 4), ("ations", 4), ("ically", 4), ("ising", 4),
    ("ional", 4), ("ation", 4), ("ating", 4), ("ments", 5), ("ences", 4), ("ances", 4), ("encies", 4), ("ities", 4), ("ively", 4),
    ("ment", 5), ("ence", 4), ("ency", 4), ("ance", 4), ("ised", 4), ("ises", 4), ("isms", 4), ("able", 4), ("ible", 4),
    ("ated", 4), ("ates", 4), ("ions", 4), ("ents", 4), ("ants", 4), ("ally", 4), ("ives", 4), ("ism", 4), ("ise", 4), ("ion", 4),
    ("ate", 4), ("ent", 4), ("ant", 4), ("ity", 4), ("ive", 4), ("ies", 3), ("ied", 3), ("ily", 3), ("ial", 4), ("als", 4),
    ("ics", 4), ("ing", 3), ("ed", 3), ("es", 3), ("al", 4), ("ic", 4), ("ly", 4), ("y", 3), ("i", 3), ("e", 3), ("s", 3),
)  # fmt: skip
KEEPS = r"(?:ss|us|is)$"  # ends in s, and is no plural
_EMPTY = (  # words that say nothing of what a text is about
    "a about all also am an and any are as at be because been being both but by can could did do does doing each either for from "
    "had has have having he her here his how i if in into is it its itself let like may might more most much must my no nor not "
    "of off often on only or other our out over own same she should simply since so some such than that the their them then "
    "there these they this those thus to too under until up us use used uses using very was we well were what when where whether "
    "which while who whom why will with within would you your e g etc"
)


class Rules(msgspec.Struct, frozen=True):
    """How a text is taken apart. `same` leads from the stems of a name, with blanks between, to the word that stands for it."""

    folds: Sequence[tuple[str, str]]
    word: str
    suffixes: Sequence[tuple[str, int]]
    keeps: str
    empty: Sequence[str]
    same: dict[str, str]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """Rows of names; the first, written as one word, stands for all of them."""

    same: list[list[str]]


@cache
def _folds() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), instead) for pattern, instead in FOLDS]


def folded(text: str) -> str:
    """In small letters, without accents and markup."""
    text = unicodedata.normalize("NFKD", text).lower()
    for pattern, instead in _folds():
        text = pattern.sub(instead, text)
    return text


@cache
def stem(word: str) -> str:
    """What a word has in common with its other forms."""
    if word[:1] in "0123456789":
        return word
    if not re.search(KEEPS, word):
        for suffix, least in SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= least:
                word = word[: -len(suffix)]
                break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] != "s" else word


def stems(text: str) -> list[str]:
    """Those of all words, in their order."""
    return [stem(one) for one in re.findall(WORD, folded(text))]


def read_same(path: Path) -> list[list[str]]:
    """Rows of names for one thing. EvidenceError, with the file, where it has mistakes."""
    try:
        found = msgspec.convert(toml_of(text_of(path)), _File).same
    except UNREADABLE as problem:
        raise EvidenceError(f'{path}: {told(problem)}; a row of same is ["the name", "another", …]') from problem
    if wordless := [name for row in found for name in row if not stems(name)]:
        raise EvidenceError(f"{path}: {wordless[0][:80]!r} is no word; name words alone")
    return found


@cache
def rules() -> Rules:
    """Those by which a text is taken apart here."""
    same = {" ".join(stems(name)): "".join(stems(row[0])) for row in read_same(SAME) for name in row}
    return Rules(FOLDS, WORD, SUFFIXES, KEEPS, sorted({stem(one) for one in _EMPTY.split()}), same)


@cache
def _longest() -> dict[str, int]:
    """By the first stem of a name, how many the longest has."""
    found: dict[str, int] = {}
    for name in rules().same:
        first, *others = name.split()
        found[first] = max(found.get(first, 1), 1 + len(others))
    return found


@cache
def _empty() -> frozenset[str]:
    return frozenset(rules().empty)


def words(text: str) -> list[str]:
    """The words of a text that tell what it is about, in their order. Of names that begin at one place the longest counts."""
    all_of_them, found, place = stems(text), list[str](), 0
    same, longest = rules().same, _longest()
    while place < len(all_of_them):
        for length in range(min(longest.get(all_of_them[place], 1), len(all_of_them) - place), 0, -1):
            name = " ".join(all_of_them[place : place + length])
            if name in same or length == 1:
                found.append(same.get(name, name))
                place += length
                break
    empty = _empty()
    return [one for one in found if one not in empty]
