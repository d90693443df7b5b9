"""Which statement a sentence is about, learned from sentences that say what the statements say: multinomial logistic regression
on the words of a sentence, with one class for what no statement is about.

The index knows how rare a word is; here it counts which words tell one statement from those beside it. Both together rank them
for a sentence: `nearest`. C. Manning, P. Raghavan and H. Schütze (2008), Introduction to Information Retrieval, chapters
13 to 15; D. Kingma and J. Ba (2015), Adam, algorithm 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from claims.kit.heard import ASIDE
from reports.record.record import Record
from reports.search.index import Hit, Index, nearness
from reports.search.words import words

STEPS, RATE, DECAY, SHRINKS = 60, 0.2, (0.9, 0.99), 0.3  # of Adam, and the weight of the squared weights
SURE = 1000  # what a probability of one adds to the nearness by the index
NEAR_ENOUGH = 620  # how near a statement is, at least, that is shown: chosen before last.toml was measured


@dataclass(frozen=True)
class Learned:
    """By the place of a word and of a claim, what the word tells; the last column is of what no claim is about: (w, n + 1)."""

    words: dict[str, int]
    weights: torch.Tensor
    bias: torch.Tensor

    def chances(self, text: str) -> list[float]:
        """How probably a sentence is about each claim, and last about none of them."""
        return (torch.sparse.mm(vectors([text], self.words), self.weights)[0] + self.bias).softmax(0).tolist()


def taught(record: Record) -> Iterator[tuple[str, int]]:
    """What is learned from: sentences, each with the place of the claim that it is about, or the place behind the last."""
    for place, one in enumerate(record.claims):
        yield from ((text, place) for text in (one.says, *record.heard.get(one.id, ())))
    none = len(record.claims)
    yield from ((text, none) for text in record.heard.get(ASIDE, ()))
    yield from ((name, none) for term in record.terms if not term.claims for name in term.names)


def vectors(texts: Sequence[str], known: dict[str, int]) -> torch.Tensor:
    """The known words of each text, in rows of length one: sparse (texts, words)."""
    found = [sorted({known[word] for word in words(text) if word in known}) for text in texts]
    rows = [row for row, of_text in enumerate(found) for _ in of_text]
    values = [len(of_text) ** -0.5 for of_text in found for _ in of_text]
    places = torch.tensor([rows, [word for of_text in found for word in of_text]], dtype=torch.long).reshape(2, -1)
    return torch.sparse_coo_tensor(
        places, values, (len(texts), len(known)), dtype=torch.float32, check_invariants=True
    ).coalesce()


def learned(record: Record) -> Learned:
    """What the record's sentences teach. Nothing is drawn, so it is the same each time."""
    texts, abouts = zip(*taught(record), strict=True)
    known = {word: place for place, word in enumerate(sorted({word for text in texts for word in words(text)}))}
    shown, wanted = vectors(texts, known), torch.nn.functional.one_hot(torch.tensor(abouts), len(record.claims) + 1).float()
    weights = torch.zeros(len(known), len(record.claims) + 1, requires_grad=True)
    bias = torch.zeros(len(record.claims) + 1, requires_grad=True)
    adam = torch.optim.Adam([weights, bias], lr=RATE, betas=DECAY, eps=1e-3)
    for _ in range(STEPS):
        off = (torch.sparse.mm(shown, weights.detach()) + bias.detach()).softmax(1) - wanted
        weights.grad, bias.grad = torch.sparse.mm(shown.t(), off) + SHRINKS * weights.detach(), off.sum(0)
        adam.step()
    return Learned(known, weights.detach(), bias.detach())


def nearest(index: Index, by: Learned, text: str, least: int, most: int) -> list[Hit]:
    """The claims that a sentence is about, the surest first: at most so many. None where it is surest that none of them is, or
    where the first is less near than `least`."""
    none = len(index.claims)
    near = [0] * (none + 1)
    for place, how in nearness(index, text).items():
        near[min(place, none)] = max(near[min(place, none)], how)
    total = [round(SURE * chance) + how for chance, how in zip(by.chances(text), near, strict=True)]
    best = sorted(range(none + 1), key=lambda place: -total[place])
    if best[0] == none or total[best[0]] < least or not words(text):
        return []
    return [Hit(index.claims[place], total[place]) for place in best[: most + 1] if place != none][:most]
