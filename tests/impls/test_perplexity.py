"""Perplexity against torch's cross-entropy, nltk's and torchmetrics', and tokens made one against counting.

torchmetrics belongs to no dependency group: it is compared where it is installed."""

from fractions import Fraction
from math import exp, inf, prod

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from nltk.lm import MLE, Laplace
from nltk.lm.preprocessing import padded_everygram_pipeline
from nltk.util import bigrams

from impls.learning.perplexity import merge, perplexity


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=20))
def test_is_the_exponential_of_the_cross_entropy(thousandths):
    logits = torch.tensor([[p, 1000 - p] for p in thousandths], dtype=torch.float64).log()
    entropy = torch.nn.functional.cross_entropy(logits, torch.zeros(len(thousandths), dtype=torch.long))

    assert perplexity([Fraction(p, 1000) for p in thousandths]) == pytest.approx(float(entropy.exp()))


def test_counted_by_halves_of_words_is_the_square_root():
    assert perplexity([Fraction(1, 9), Fraction(1, 9)], pieces=2) == pytest.approx(3)


@pytest.mark.parametrize(("count", "merged"), [(0, [5, 3, 2]), (1, [5, 3, 2]), (2, [5, 5]), (3, [10])])
def test_merged_words_weigh_what_they_weighed_together(count, merged):
    assert merge([5, 3, 2], count) == merged


def test_it_is_a_mean_over_tokens_and_not_over_sentences():
    first, second = [Fraction(1, 2)], [Fraction(1, 8)] * 3
    assert perplexity(first + second) == pytest.approx((2 * 8**3) ** (1 / 4))
    assert perplexity(first + second) > exp(1 / 2 * torch.tensor([2.0, 8.0]).log().sum().item()), "its mean over the sentences"


@pytest.mark.parametrize("chance", [Fraction(0), Fraction(1, 10**400)], ids=["no probability", "none that a float can hold"])
def test_a_word_without_a_chance_is_refused(chance):
    with pytest.raises(ValueError, match=r"positive|math domain"):
        perplexity([Fraction(1, 2), chance])


def test_of_no_word_at_all_there_is_none():
    with pytest.raises(ZeroDivisionError):
        perplexity([])


# --- where libraries differ -----------------------------------------------------------------------------------------------

CERTAIN, TOKENS = 120, 100  # the one mistake has e^-120, below what float32 holds; all other tokens are told for sure
MISTAKEN = torch.tensor([[[0.0, CERTAIN]] * (TOKENS - 1) + [[CERTAIN, 0.0]]]), torch.ones(1, TOKENS, dtype=torch.long)


def test_one_confident_mistake_counts_as_what_it_is_with_torch():
    logits, target = MISTAKEN
    ours = perplexity([Fraction(1)] * (TOKENS - 1) + [Fraction(exp(-CERTAIN))])
    assert ours == pytest.approx(exp(CERTAIN / TOKENS))
    assert float(torch.nn.functional.cross_entropy(logits[0], target[0]).exp()) == pytest.approx(ours, rel=1e-6)


def test_one_confident_mistake_makes_it_infinite_with_torchmetrics():
    text = pytest.importorskip("torchmetrics.functional.text")
    assert float(text.perplexity(*MISTAKEN)) == inf


def test_without_such_a_mistake_torchmetrics_has_the_same_of_logits_and_takes_probabilities_for_logits():
    text = pytest.importorskip("torchmetrics.functional.text")
    logits, target = torch.tensor([[1.0, 2.0], [0.0, 1.5], [3.0, 0.0]], dtype=torch.float64), torch.tensor([0, 1, 1])
    for handed_over in (logits, logits.softmax(-1)):
        told = handed_over.softmax(-1).gather(-1, target[:, None]).flatten().tolist()
        assert float(text.perplexity(handed_over[None], target[None])) == pytest.approx(perplexity(list(map(Fraction, told))))


SENTENCES = [["a", "b"], ["a", "c", "b"], ["b", "a"]]
START, END, UNKNOWN = "<s>", "</s>", "<UNK>"


def fitted(model):
    """A model of pairs of words, and the pairs of the sentences: one for each word and for the end, none for the start."""
    model.fit(*padded_everygram_pipeline(2, SENTENCES))
    return model, [pair for sentence in SENTENCES for pair in bigrams([START, *sentence, END])]


@pytest.mark.parametrize("model", [MLE, Laplace])
def test_nltk_has_the_same_of_each_word_and_each_end_given_what_stands_before(model):
    model, pairs = fitted(model(2))
    told = [Fraction(model.score(word, [before])) for before, word in pairs]
    assert len(told) == sum(len(sentence) + 1 for sentence in SENTENCES)
    assert model.perplexity(pairs) == pytest.approx(perplexity(told))


def test_nltk_smoothed_leaves_a_share_to_the_start_symbol_which_no_text_holds():
    model, pairs = fitted(Laplace(2))
    for before in {before for before, _ in pairs}:
        started = model.score(START, [before])
        assert started == pytest.approx(1 / (model.counts[[before]].N() + len(model.vocab)))
        assert sum(model.score(word, [before]) for word in ["a", "b", "c", END, UNKNOWN]) == pytest.approx(1 - started)
    fair = [Fraction(model.score(word, [before]) / (1 - model.score(START, [before]))) for before, word in pairs]
    lost = prod(1 - model.score(START, [before]) for before, _ in pairs) ** (1 / len(pairs))
    assert perplexity(fair) == pytest.approx(lost * model.perplexity(pairs)), "higher than of the words alone"
