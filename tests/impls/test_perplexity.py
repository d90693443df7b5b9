"""Perplexity against torch's cross-entropy, and tokens made one against counting."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

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
