"""Language in small: sentences whose verb agrees with a noun some way back, and a text to be spelled.

    in the hall , the key near the old cabinets often | is

A sentence is cut off before its verb, and at each word the next one is asked for: a language model's task. The verb agrees with
the head noun, the first that no preposition governs; every noun between the two may have the other number and then attracts to
the wrong verb (Linzen, Dupoux & Goldberg 2016). Word order is drawn once a batch and words for each sentence, all equally
likely, so that number is all there is to learn of the verb.

Tokens are numbered class by class as in `WORDS`; the noun of number 0 is singular, its neighbour its plural.
"""

from collections.abc import Iterator
from functools import partial
from typing import Literal

import torch
from torch import Generator, Tensor

from impls.learning.tasks import Answers, Task, Tokens, following

WORDS: dict[str, tuple[str, ...]] = {
    "verb": ("is", "are"),
    "article": ("the",),
    "comma": (",",),
    "preposition": ("in", "near", "behind", "beside"),
    "adjective": ("old", "large", "quiet", "dusty", "narrow", "red"),
    "adverb": ("often", "really", "now"),
    "noun": (
        "key", "keys", "cabinet", "cabinets", "owner", "owners", "car", "cars", "horse", "horses",
        "door", "doors", "table", "tables", "barn", "barns", "number", "numbers", "hall", "halls",
    ),
}  # fmt: skip
LEXICON = [word for some in WORDS.values() for word in some]
FIRST = {name: LEXICON.index(some[0]) for name, some in WORDS.items()}
OPENING, PHRASE = ("preposition", "article", "noun", "comma"), ("preposition", "article", "noun")
VERBS = 2  # tokens 0 and 1


Others = Literal["either", "opposite", "same", "opposite before"]  # the number of the nouns beside the head


def agreement(distance: int, shortest: int | None = None, others: Others = "either") -> Task:
    """Foretell a sentence and then its verb, with `distance` words between head and verb: the key near the cabinets → is, at 3.

    The nouns in between have either number, all the opposite one of the head, or all the same; or all the same, after an opening
    whose noun has the opposite one."""
    return Task(
        "agreement", len(LEXICON), distance, foretold, shortest, partial(_sentences, others=others),
    )  # fmt: skip


def foretold(source: Tokens) -> Answers:
    """Each next word, and in the end the verb."""
    return following(source, numbers(source).gather(0, head(source))[0])


def head(source: Tokens) -> Answers:
    """Where the head noun stands: the first noun that no preposition governs."""
    place = torch.arange(len(source))[:, None]

    def latest(seen: Tensor) -> Tensor:
        """Where it was seen last, up to each place; -1 before the first."""
        return torch.where(seen, place, -1).cummax(0).values

    noun = source >= FIRST["noun"]
    noun_before = torch.cat([torch.full_like(source[:1], -1), latest(noun)[:-1]])
    governed = latest(_is(source, "preposition")) > noun_before
    return (noun & ~governed).int().argmax(0, keepdim=True)


def numbers(source: Tensor) -> Tensor:
    """0 where a noun is singular and 1 where it is plural, in tokens of any shape; of other words it says nothing."""
    return (source - FIRST["noun"]) % 2


def _is(token: Tensor, name: str) -> Tensor:
    return (token >= FIRST[name]) & (token < FIRST[name] + len(WORDS[name]))


def _sentences(vocabulary: int, length: int, batch: int, generator: Generator, others: Others) -> Tokens:
    """`length` is the distance; a sentence has two words more, or six."""
    opening = list(OPENING) if _coin(generator) or others == "opposite before" else []
    slots = [*opening, "article", "noun", *_between(length, generator)]
    rows = [FIRST[name] + torch.randint(len(WORDS[name]), (batch,), generator=generator) for name in slots]
    source = torch.stack(rows)
    if others == "either":
        return source
    subject = len(opening) + 1
    same = numbers(source[subject])
    number = 1 - same if others == "opposite" else same
    place, noun = torch.arange(len(slots))[:, None], source >= FIRST["noun"]
    bare = source - numbers(source)
    made = torch.where((place > subject) & noun, bare + number, source)
    return torch.where((place < subject) & noun, bare + 1 - same, made) if others == "opposite before" else made


def _between(distance: int, generator: Generator) -> Iterator[str]:
    """The classes of so many words: phrases with and without an adjective, and adverbs where none fits."""
    while distance:
        longer = distance >= 4 and _coin(generator)
        phrase = [*PHRASE[:2], "adjective", PHRASE[2]] if longer else list(PHRASE) if distance >= 3 else ["adverb"]
        yield from phrase
        distance -= len(phrase)


def _coin(generator: Generator) -> bool:
    return bool(torch.randint(2, (), generator=generator))


# --- spelling ---------------------------------------------------------------------------------------------------------

TEXT = """\
the lamp keeper climbs the stairs at dusk and counts the steps aloud. there are ninety of them, and on the last one she rests
her hand on the cold rail. below her the sea turns grey, then dark, then it is only a sound. she trims the wick, she winds the
clock that turns the glass, and she writes one line in the book: wind from the west, all boats home. her father wrote such lines
before her, and his mother before him, and no line is much longer than another. when a ship is late the line stays open until
the morning. some nights a bird comes in and will not leave. she lets it sit on the shelf between the oil cans, and it looks at
the light as if it had been told to keep watch too. in winter the road is under snow for weeks, so she talks to the bird, to the
clock and to the book. the clock answers best. it says the same thing each second, and yet by the end of the night it has told
her how much of the night is left. in spring the boats come closer, and the children of the village row out and shout up to her
what is new on land: who was born, who has gone, what the bread costs now. she shouts down what is new at sea. then they row
back, and the tide takes the sand they stood on, and the lamp stands where it stood."""
LETTERS = sorted(set(TEXT))


def spelling(length: int) -> Task:
    """Foretell each next letter of a passage, of a text written for this purpose: the lam → he lam, and at the last
    one nothing."""
    return Task("spelling", len(LETTERS), length, following, write=_passages)


def _passages(vocabulary: int, length: int, batch: int, generator: Generator) -> Tokens:
    letters = torch.tensor([LETTERS.index(letter) for letter in TEXT])
    starts = torch.randint(len(TEXT) - length + 1, (1, batch), generator=generator)
    return letters[starts + torch.arange(length)[:, None]]
