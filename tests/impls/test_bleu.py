"""impls.translating.bleu: against counts by hand, against the formula in plain Python, and against sacrebleu asked directly."""

from collections import Counter
from math import exp, log

import pytest
import sacrebleu
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.translating import bleu
from tests.impls.drawn import generator, seeds

SIZES = st.tuples(st.integers(4, 9), st.integers(1, 4))
SYMBOLS = st.integers(1, 12)


def columns(*strings):
    """Strings as the columns of a tensor."""
    return torch.tensor(strings).T


def drawn(seed, size, symbols):
    """What is written, and a target that shares about half of it."""
    rng = generator(seed)
    written, other = (torch.randint(symbols, size, generator=rng) for _ in range(2))
    return written, torch.where(torch.rand(size, generator=rng) < 0.5, written, other)


def grams(string, n):
    return Counter(tuple(string[start : start + n]) for start in range(len(string) - n + 1))


def counted(written, target):
    """The formula of Papineni et al.; at each order with nothing in common a half, a quarter, … counts as found."""
    pairs, found, smallest = list(zip(written.T.tolist(), target.T.tolist(), strict=True)), [], 1.0
    for n in range(1, 5):
        common = sum((grams(a, n) & grams(b, n)).total() for a, b in pairs)
        if not common:
            smallest /= 2
        found.append((common or smallest) / sum(grams(a, n).total() for a, _ in pairs))
    nothing = not any(grams(a, 1) & grams(b, 1) for a, b in pairs)
    return 0.0 if nothing else 100 * exp(sum(map(log, found)) / 4)


@given(seeds(), SIZES, SYMBOLS)
def test_a_perfect_copy_has_100(seed, size, symbols):
    written, _ = drawn(seed, size, symbols)
    assert bleu.corpus(written, written) == pytest.approx(100)


@pytest.mark.parametrize(("written", "target", "product"), [
    ([[1, 2, 3, 4, 5]], [[1, 2, 3, 4, 6]], 4 / 5 * 3 / 4 * 2 / 3 * 1 / 2),
    ([[1, 2, 3, 4, 5], [7, 8, 9, 7, 8]], [[1, 2, 3, 4, 6], [7, 8, 9, 7, 8]], 9 / 10 * 7 / 8 * 5 / 6 * 3 / 4),
    ([[1, 1, 1, 1, 2, 3, 4, 5]], [[1, 2, 3, 4, 5, 1, 6, 7]], 6 / 8 * 4 / 7 * 3 / 6 * 2 / 5),
    ([[1, 2, 9, 3, 4]], [[1, 2, 8, 3, 4]], 4 / 5 * 2 / 4 * (1 / 2) / 3 * (1 / 4) / 2),
    ([[1, 2, 3, 4]], [[5, 6, 7, 8]], 0),
], ids=[
    "one symbol off", "two strings are one corpus", "a repeated symbol counts once", "halved where none is found", "none at all",
])  # fmt: skip
def test_a_small_corpus_by_hand(written, target, product):
    assert bleu.corpus(columns(*written), columns(*target)) == pytest.approx(100 * product**0.25)


@given(seeds(), SIZES, SYMBOLS)
def test_it_is_the_formula_in_plain_python(seed, size, symbols):
    written, target = drawn(seed, size, symbols)
    assert bleu.corpus(written, target) == pytest.approx(counted(written, target))


@given(seeds(), SIZES, SYMBOLS)
def test_it_is_what_sacrebleu_says_of_words(seed, size, symbols):
    written, target = drawn(seed, size, symbols)
    said, meant = ([" ".join(f"w{symbol}" for symbol in one) for one in strings.T.tolist()] for strings in (written, target))
    assert bleu.corpus(written, target) == pytest.approx(sacrebleu.corpus_bleu(said, [meant], tokenize="none").score)


def test_columns_are_strings_and_a_symbol_of_two_digits_is_one_word():
    written, target = columns([1, 2, 3, 4], [5, 6, 7, 8]), columns([1, 2, 3, 4], [8, 7, 6, 5])
    assert bleu.corpus(written, target) == pytest.approx(100 * (8 / 8 * 3 / 6 * 2 / 4 * 1 / 2) ** 0.25)
    assert bleu.corpus(columns([11, 12, 11, 12]), columns([1, 2, 1, 2])) == 0
