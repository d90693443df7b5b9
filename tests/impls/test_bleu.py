"""impls.translating.bleu: against counts by hand, against the formula in plain Python, and against sacrebleu asked directly.

The last part is on corpora where libraries differ. There the formula in plain Python has their conventions as arguments, so that
what another library says is worked out and not copied. torchmetrics belongs to no dependency group: it is compared where it is.
"""

from collections import Counter
from math import exp, log

import pytest
import sacrebleu
import torch
from hypothesis import given
from hypothesis import strategies as st
from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu
from sacrebleu.metrics.bleu import BLEU

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


# --- where libraries differ: a line is a string of letters, a letter a word; each line has one reference or several -----------

SIX, FIVE, THREE = "abcdef", "abcde", "abc"
CORPORA = {
    "a perfect line": ([SIX], [[SIX]]),
    "a perfect line of three words": ([THREE], [[THREE]]),
    "perfect lines of three words and of six": ([THREE, SIX], [[THREE], [SIX]]),
    "nothing written": ([""], [[SIX]]),
    "nothing written beside a perfect line": (["", SIX], [[FIVE], [SIX]]),
    "no pair of pairs in common": (["abxcd"], [["abycd"]]),
    "one word wrong": (["abcdx"], [[FIVE]]),
    "nothing in common": (["abcd"], [["efgh"]]),
    "shorter than the reference": ([FIVE], [["abcdefg"]]),
    "longer than the reference": (["abcdefg"], [[FIVE]]),
    "two references, the shorter one closer": ([FIVE], [["abcd", "abcdefg"]]),
    "two references, the longer one closer": ([FIVE], [["ab", SIX]]),
    "two references equally close": ([FIVE], [["abcd", SIX]]),
    "two references with half of the matches each": (["abcdefgh"], [["abcdxxxx", "yyyyefgh"]]),
    "two lines, two references each": ([FIVE, "axcdef"], [["abcd", SIX], [SIX, "axcde"]]),
}
corpora = pytest.mark.parametrize("corpus", CORPORA.values(), ids=CORPORA)


def by_convention(written, references, *, smoothing="halved", tie=min, least=0):
    """`smoothing`: what an order without a match counts: "halved" as the module does, "none" or "one more" in all orders above 1.
    `tie`: which of two references equally close gives the length. `least`: n-grams that a line counts for at any rate."""
    length = sum(map(len, written))
    wanted = 0
    for one, each in zip(written, references, strict=True):
        nearest = min(abs(len(reference) - len(one)) for reference in each)
        wanted += tie(len(reference) for reference in each if abs(len(reference) - len(one)) == nearest)
    found, total = [0] * 4, [0] * 4
    for one, each in zip(written, references, strict=True):
        for n in range(1, 5):
            either = Counter()
            for reference in each:
                either |= grams(reference, n)
            found[n - 1] += (grams(one, n) & either).total()
            total[n - 1] += max(least, grams(one, n).total())
    if not found[0] or not all(total) or (not all(found) and smoothing != "halved"):
        return 0.0
    smallest, shares = 1.0, []
    for n, (common, of) in enumerate(zip(found, total, strict=True), start=1):
        if not common:
            smallest /= 2
        more = smoothing == "one more" and n > 1
        shares.append(((common or smallest) + more) / (of + more))
    return 100 * min(1.0, exp(1 - wanted / length)) * exp(sum(map(log, shares)) / 4)


def by_sacrebleu(written, references, **options):
    streams = list(zip(*([" ".join(one) for one in each] for each in references), strict=True))
    return BLEU(tokenize="none", force=True, **options).corpus_score([" ".join(one) for one in written], streams).score


def by_nltk(written, references, **options):
    return 100 * corpus_bleu([list(map(list, each)) for each in references], list(map(list, written)), **options)


def backwards(references):
    return [each[::-1] for each in references]


@corpora
def test_the_convention_is_that_of_sacrebleu_in_either_order_of_the_references(corpus):
    written, references = corpus
    said = by_sacrebleu(written, references)
    assert said == pytest.approx(by_convention(written, references))
    assert by_sacrebleu(written, backwards(references)) == said


@pytest.mark.parametrize("name", [
    "a perfect line", "a perfect line of three words", "nothing written", "no pair of pairs in common", "one word wrong",
    "nothing in common",
])  # fmt: skip
def test_the_module_is_of_that_convention(name):
    """Where both sides are as long; nothing is what a corpus of no symbols has."""
    (written,), ((reference,),) = CORPORA[name]
    written, target = (torch.tensor([list(map(ord, side[: len(written)]))], dtype=torch.long).T for side in (written, reference))
    assert bleu.corpus(written, target) == pytest.approx(by_convention(*CORPORA[name]))


def test_sacrebleu_takes_a_perfect_short_line_for_perfect_only_with_the_effective_order():
    written, references = CORPORA["a perfect line of three words"]
    assert by_sacrebleu(written, references) == 0
    assert by_sacrebleu(written, references, effective_order=True) == pytest.approx(100)


@corpora
@pytest.mark.filterwarnings("ignore:\\s*The hypothesis contains 0 counts")
def test_nltk_counts_an_n_gram_of_each_order_in_every_line_and_does_not_smooth(corpus):
    written, references = corpus
    want = by_convention(written, references, smoothing="none", least=1)
    assert by_nltk(written, references) == pytest.approx(want, abs=1e-9)
    assert by_nltk(written, backwards(references)) == pytest.approx(want, abs=1e-9)


@corpora
def test_nltk_smooths_as_the_module_by_its_third_method_but_for_short_lines(corpus):
    written, references = corpus
    third = by_nltk(written, references, smoothing_function=SmoothingFunction().method3)
    assert third == pytest.approx(by_convention(written, references, least=1))
    if all(len(one) > 3 for one in written):
        assert third == pytest.approx(by_convention(written, references))


def test_nltk_takes_a_perfect_corpus_with_a_short_line_for_less_and_smoothed_by_its_fifth_method_for_more():
    short, perfect = CORPORA["perfect lines of three words and of six"], CORPORA["a perfect line"]
    assert by_convention(*short) == pytest.approx(100)
    assert by_nltk(*short) == pytest.approx(100 * (3 / 4) ** (1 / 4)), "three groups of four words, and one that is not there"
    assert by_nltk(*perfect, smoothing_function=SmoothingFunction().method5) > 100


def by_torchmetrics(written, references, function="bleu_score", **options):
    text = pytest.importorskip("torchmetrics.functional.text")
    lines = [" ".join(one) for one in written], [[" ".join(one) for one in each] for each in references]
    return 100 * float(getattr(text, function)(*lines, **options))


def listed_first(lengths):
    return next(iter(lengths))


def float32(score):
    return pytest.approx(score, rel=1e-5)


@corpora
@pytest.mark.parametrize("turned", [list, backwards], ids=["as listed", "backwards"])
def test_torchmetrics_takes_the_reference_listed_first_of_two_equally_close_and_does_not_smooth(corpus, turned):
    written, references = corpus[0], turned(corpus[1])
    want = by_convention(written, references, smoothing="none", tie=listed_first)
    assert by_torchmetrics(written, references) == float32(want)
    assert by_torchmetrics(written, references, "sacre_bleu_score", tokenize="none") == float32(want)
    smoothed = by_convention(written, references, smoothing="one more", tie=listed_first)
    assert by_torchmetrics(written, references, smooth=True) == float32(smoothed)


def test_torchmetrics_hangs_on_the_order_of_the_references():
    written, references = CORPORA["two references equally close"]
    assert by_torchmetrics(written, references) == float32(100)
    assert by_torchmetrics(written, backwards(references)) == float32(100 * exp(1 - 6 / 5))
